import type { Command } from "commander";
import {
  answerIn,
  type EventLine,
  type EventQueue,
} from "../../../lib/runtime/queue/eventQueue.ts";
import type { JobQueue } from "../../../lib/runtime/queue/jobQueue.ts";
import { makeKey, renewKey } from "../../../lib/runtime/queue/sealing.ts";
import { linesOf } from "../../../lib/runtime/serve/lines.ts";
import { isRecord } from "../../../lib/record.ts";
import { maxBytes } from "../../../lib/runtime/stdin.ts";
import { thisAccount } from "../../../lib/store/storeOwner.ts";
import { keyVariable, openQueue, queueVariable, type QueueOptions } from "../../queue/openQueue.ts";
import { Failure } from "../../session/failure.ts";
import { readJson } from "../../session/jsonFile.ts";
import { assertNew } from "../../session/newFile.ts";
import { UsageError } from "../../session/usageError.ts";
import { withExamples } from "../examples.ts";
import { faultsShown } from "../faultsShown.ts";
import type { Terminal } from "../terminal.ts";
import { wholeNumber } from "../wholeNumber.ts";

/** `queue`: events that wait for a worker, and their answers. */
export function addQueue(program: Command, terminal: Terminal): void {
  const queue = program
    .command("queue")
    .description("Send events to workers, read their answers, and release what is blocked.");
  addKey(queue, terminal);
  addConfigure(queue, terminal);
  addSend(queue, terminal);
  addStatus(queue, terminal);
  addBlocked(queue, terminal);
  addAnswer(queue, terminal);
  addRecords(queue, terminal);
  addRetry(queue, terminal);
  addSchedule(queue, terminal);
  addSchedules(queue, terminal);
  addUnschedule(queue, terminal);
  addDrop(queue, terminal);
}

/** The options that name a queue. */
export function withQueueOptions(verb: Command): Command {
  return verb
    .option("--queue <url>", `the database, postgres://... (default: ${queueVariable})`)
    .option("--key-file <file>", `the key that seals events (default: ${keyVariable})`)
    .option("--embedded <folder>", "instead: a database in this process, in this folder");
}

/** The options of those who add events. */
export function withSendOptions(verb: Command): Command {
  return verb.option(
    "--max-waiting <n>",
    "take no more events while more than this wait",
    "100000",
  );
}

export interface SendOptions {
  maxWaiting: string;
}

export function maxWaitingOf({ maxWaiting }: SendOptions): number {
  return wholeNumber("--max-waiting", maxWaiting, 1, 999_999);
}

type Options = QueueOptions & { json?: true };

/** Opens the queue for one verb. */
async function withQueue(
  options: Options,
  terminal: Terminal,
  use: (events: EventQueue, queue: JobQueue) => Promise<void>,
): Promise<void> {
  await faultsShown(async () => {
    const { queue, events } = await openQueue(options, terminal.env, {
      watches: false,
      log: (_, message) => terminal.note(message),
    });
    try {
      await use(events, queue);
    } finally {
      await queue.close();
    }
  });
}

function addKey(queue: Command, terminal: Terminal): void {
  const verb = queue
    .command("key")
    .description("Make the key that seals the events of a queue. Every worker and sender needs it.")
    .argument("<file>", "the new file, in a folder that only this account can read")
    .option("--renew", "add a newer key to this file, with which everything is sealed from now on")
    .option("--json", "one JSON document");
  withExamples(verb, ["queue key C:\\exo-queue\\queue.key", "queue key local/queue.key --renew"]);
  verb.action((file: string, { json, renew }: { json?: true; renew?: true }) =>
    faultsShown(async () => {
      if (renew) await renewKey(file, thisAccount());
      else {
        assertNew("<file>", file);
        await makeKey(file, thisAccount());
      }
      if (json) terminal.line(JSON.stringify({ file }));
      else terminal.line(`${file}  the key: copy it to every machine of the queue, and keep it.`);
    }),
  );
}

function addConfigure(queue: Command, terminal: Terminal): void {
  const verb = withQueueOptions(queue.command("configure"))
    .description(
      "Keep the configuration of a tenant in the queue, sealed, in place of an earlier one. Events name it as " +
        '"configuration" instead of having one; those that wait already use the new one.',
    )
    .argument("<name>", "what events call it")
    .argument("<file>", "the values of the form, as one JSON object")
    .option("--json", "one JSON document");
  withExamples(verb, [
    "queue configure contoso local/tenant.json --embedded local/queue",
    "queue configure contoso local/tenant.json --json",
  ]);
  verb.action((name: string, file: string, options: Options) => {
    const configuration = readJson(file);
    return withQueue(options, terminal, async (events) => {
      await events.configure(name, isRecord(configuration) ? configuration : {});
      if (options.json) terminal.line(JSON.stringify({ configuration: name }));
      else
        terminal.line(
          `Events can name the configuration ${name} now. ${file} is not needed any more.`,
        );
    });
  });
}

/** Events that are added with one insert. */
const batchSize = 500;

function addSend(queue: Command, terminal: Terminal): void {
  const verb = withSendOptions(withQueueOptions(queue.command("send")))
    .description(
      "Add events to the queue: one line of JSON each on stdin, as serve reads them. One whose id was sent before is " +
        "left out, so the same lines can be sent again. Ends with exit code 1 when too many events wait.",
    )
    .option("--json", "one JSON document");
  withExamples(verb, [
    "queue send --embedded local/queue < local/events.ndjson",
    "queue send --key-file local/queue.key --json < local/events.ndjson",
  ]);
  verb.action((options: Options & SendOptions) => {
    const maxWaiting = maxWaitingOf(options);
    const send = async (events: EventQueue, jobs: JobQueue): Promise<void> => {
      const total = { added: 0, known: 0 };
      const sendBatch = async (lines: readonly EventLine[]): Promise<void> => {
        const waiting = await jobs.waiting(maxWaiting + 1);
        if (waiting > maxWaiting)
          throw new Failure(
            `More than ${maxWaiting} events wait (--max-waiting): send the same lines again later.`,
          );
        const { added, known } = await events.send(lines);
        total.added += added;
        total.known += known;
      };
      let batch: EventLine[] = [];
      let number = 0;
      try {
        for await (const line of linesOf(process.stdin, maxBytes)) {
          const source = `line ${++number}`;
          if (!Buffer.isBuffer(line))
            throw new UsageError(
              `${source} has ${line.bytes} bytes; expected at most ${maxBytes}.`,
            );
          batch.push({ bytes: line, source });
          if (batch.length < batchSize) continue;
          await sendBatch(batch);
          batch = [];
        }
        if (batch.length > 0) await sendBatch(batch);
      } finally {
        if (options.json) terminal.line(JSON.stringify(total));
        else
          terminal.line(
            `Events added: ${total.added}. Left out, as they were sent before: ${total.known}.`,
          );
      }
    };
    return withQueue(options, terminal, send);
  });
}

function addStatus(queue: Command, terminal: Terminal): void {
  const verb = withQueueOptions(queue.command("status"))
    .description(
      "Show how many events wait, run and are blocked, by tenant. Exit code 1: some are.",
    )
    .option("--json", "one JSON document");
  withExamples(verb, ["queue status --embedded local/queue", "queue status --json"]);
  verb.action((options: Options) =>
    withQueue(options, terminal, async (events) => {
      const stats = await events.stats();
      terminal.exitCode = stats.some(({ blocked }) => blocked > 0) ? 1 : 0;
      if (options.json) {
        const shown = stats.map(({ group: tenant, ...counts }) => ({ tenant, ...counts }));
        terminal.line(JSON.stringify(shown));
        return;
      }
      if (stats.length === 0) terminal.line("No events.");
      for (const {
        group,
        waiting,
        running,
        retrying,
        blocked,
        behindBlocked,
        completed,
      } of stats) {
        const behind = behindBlocked > 0 ? ` (${behindBlocked} behind a blocked one)` : "";
        const state = `blocked ${blocked}`;
        terminal.line(
          `${group}  waiting ${waiting}${behind}, running ${running}, to be repeated ${retrying}, ` +
            `${blocked > 0 ? terminal.styled("red", state) : state}, completed ${completed}`,
        );
      }
    }),
  );
}

function addBlocked(queue: Command, terminal: Terminal): void {
  const verb = withQueueOptions(queue.command("blocked"))
    .description(
      "Show the events that were given up. Their accounts wait for you. Exit code 1: some are.",
    )
    .option("--json", "one JSON document");
  withExamples(verb, ["queue blocked --embedded local/queue", "queue blocked --json"]);
  verb.action((options: Options) =>
    withQueue(options, terminal, async (events) => {
      const blocked = await events.blocked();
      terminal.exitCode = blocked.length > 0 ? 1 : 0;
      if (options.json) {
        terminal.line(
          JSON.stringify(
            blocked.map(({ lines, ...about }) => ({ ...about, answer: answerIn(lines ?? "") })),
          ),
        );
        return;
      }
      if (blocked.length === 0) terminal.line("No event is blocked.");
      for (const { id, tenant, action, since, attempts, behind, lines } of blocked) {
        terminal.line(
          `${terminal.styled("bold", id)}  ${action}, tenant ${tenant}, since ${since.toISOString()}, ` +
            `attempts: ${attempts}, waiting behind it: ${behind}`,
        );
        const answer = answerIn(lines ?? "");
        if (answer === undefined) terminal.line("  Its workers ended before it had an answer.");
        for (const { Message } of answer?.outputContext.AuditLogs ?? [])
          terminal.line(`  ${Message}`);
      }
      if (blocked.length > 0)
        terminal.line(
          "-> Release each with queue retry or queue drop, after looking at its account.",
        );
    }),
  );
}

function addAnswer(queue: Command, terminal: Terminal): void {
  const verb = withQueueOptions(queue.command("answer"))
    .description(
      "Show the answer to an event, as serve writes it. Exit code 1: it has none yet, or will be repeated.",
    )
    .argument("<id>", "the id of the event")
    .option("--json", "one JSON document with the state, the attempts and the answer");
  withExamples(verb, ["queue answer 17 --embedded local/queue", "queue answer 17 --json"]);
  verb.action((id: string, options: Options) =>
    withQueue(options, terminal, async (events) => {
      const found = await events.find(id);
      if (found === undefined) throw noEvent(id);
      const { state, attempts, lines = "" } = found;
      terminal.exitCode = state === "completed" ? 0 : 1;
      if (options.json)
        terminal.line(JSON.stringify({ id, state, attempts, answer: answerIn(lines) }));
      else {
        for (const line of lines.split("\n")) if (line !== "") terminal.line(line);
        terminal.note(`State: ${state}, attempts: ${attempts}.`);
      }
    }),
  );
}

function addRecords(queue: Command, terminal: Terminal): void {
  const verb = withQueueOptions(queue.command("records"))
    .description(
      "Show the records that an import has found, one line of JSON each. Exit code 1: it is not completed.",
    )
    .argument("<id>", "the id of the event")
    .option("--json", "one JSON document with the records");
  withExamples(verb, [
    "queue records 17 --embedded local/queue",
    "queue records 17 --json --embedded local/queue",
  ]);
  verb.action((id: string, options: Options) =>
    withQueue(options, terminal, async (events) => {
      const all: unknown[] = [];
      for (let part = 0, isLast = false; !isLast; part++) {
        const found = await events.records(id, part);
        if (found === undefined)
          throw new Failure(
            `There is no event ${JSON.stringify(id)} in the queue, or it is not completed yet.`,
          );
        isLast = found.isLast;
        for (const line of found.lines.split("\n").filter((one) => one !== ""))
          if (options.json) all.push((JSON.parse(line) as { record: unknown }).record);
          else terminal.line(line);
      }
      if (options.json) terminal.line(JSON.stringify(all));
    }),
  );
}

function addSchedule(queue: Command, terminal: Terminal): void {
  const verb = withQueueOptions(queue.command("schedule"))
    .description(
      "Send an event at certain times, such as an import each night, in place of an earlier schedule of this name: " +
        "one line of JSON on stdin, as send reads it. Its id is the name and the time.",
    )
    .argument("<name>", "the name of the schedule")
    .requiredOption("--cron <times>", "minute, hour, day, month and weekday, as in crontab")
    .option("--time-zone <zone>", "the time zone of the IANA in which these times are", "UTC")
    .option("--json", "one JSON document");
  withExamples(verb, [
    'queue schedule nightly --cron "0 2 * * *" --time-zone Europe/Amsterdam --embedded local/queue < local/import.json',
    'queue schedule hourly --cron "15 * * * *" --embedded local/queue < local/import.json',
  ]);
  verb.action((name: string, options: Options & { cron: string; timeZone: string }) =>
    withQueue(options, terminal, async (events) => {
      const { cron, timeZone, json } = options;
      const bytes = await wholeInput();
      await events.schedule({ bytes, source: "the event" }, { name, cron, timeZone });
      if (json) terminal.line(JSON.stringify({ name, cron, timeZone }));
      else terminal.line(`${name}  ${cron}, ${timeZone}: while a worker runs.`);
    }),
  );
}

async function wholeInput(): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

function addSchedules(queue: Command, terminal: Terminal): void {
  const verb = withQueueOptions(queue.command("schedules"))
    .description("Show the schedules.")
    .option("--json", "one JSON document");
  withExamples(verb, ["queue schedules --embedded local/queue", "queue schedules --json"]);
  verb.action((options: Options) =>
    withQueue(options, terminal, async (_, jobs) => {
      const found = await jobs.schedules();
      const shown = found.map(({ name, cron, timeZone }) => ({ name, cron, timeZone }));
      if (options.json) {
        terminal.line(JSON.stringify(shown));
        return;
      }
      if (shown.length === 0) terminal.line("No schedules.");
      for (const { name, cron, timeZone } of shown) terminal.line(`${name}  ${cron}, ${timeZone}`);
    }),
  );
}

function addUnschedule(queue: Command, terminal: Terminal): void {
  const verb = withQueueOptions(queue.command("unschedule"))
    .description("Remove a schedule. What it has sent already stays.")
    .argument("<name>", "the name of the schedule")
    .option("--json", "one JSON document");
  withExamples(verb, [
    "queue unschedule nightly --embedded local/queue",
    "queue unschedule nightly --json",
  ]);
  verb.action((name: string, options: Options) =>
    withQueue(options, terminal, async (_, jobs) => {
      if (!(await jobs.unschedule(name)))
        throw new UsageError(`There is no schedule ${JSON.stringify(name)}.`);
      if (options.json) terminal.line(JSON.stringify({ name, removed: true }));
      else terminal.line(`The schedule ${name} was removed.`);
    }),
  );
}

function addRetry(queue: Command, terminal: Terminal): void {
  const verb = withQueueOptions(queue.command("retry"))
    .description("Try a blocked event once more, before the later ones of its account.")
    .argument("<id>", "the id of the event")
    .option("--json", "one JSON document");
  withExamples(verb, ["queue retry 17 --embedded local/queue", "queue retry 17 --json"]);
  verb.action((id: string, options: Options) =>
    withQueue(options, terminal, async (events) => {
      if (!(await events.retry(id))) throw notBlocked(id);
      if (options.json) terminal.line(JSON.stringify({ id, retried: true }));
      else terminal.line(`The event ${id} is tried once more.`);
    }),
  );
}

function addDrop(queue: Command, terminal: Terminal): void {
  const verb = withQueueOptions(queue.command("drop"))
    .description("Remove a blocked event for good, so that the later ones of its account run.")
    .argument("<id>", "the id of the event")
    .option("--json", "one JSON document");
  withExamples(verb, ["queue drop 17 --embedded local/queue", "queue drop 17 --json"]);
  verb.action((id: string, options: Options) =>
    withQueue(options, terminal, async (events) => {
      if (!(await events.drop(id))) throw notBlocked(id);
      if (options.json) terminal.line(JSON.stringify({ id, dropped: true }));
      else terminal.line(`The event ${id} was removed. What it had done already stays.`);
    }),
  );
}

function noEvent(id: string): UsageError {
  return new UsageError(`There is no event ${JSON.stringify(id)} in the queue.`);
}

function notBlocked(id: string): UsageError {
  return new UsageError(
    `The event ${JSON.stringify(id)} is not blocked, or there is none; expected one that queue blocked shows.`,
  );
}
