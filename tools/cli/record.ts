/**
 * Makes fixtures: runs an event through a freshly built bundle and a proxy that writes down what
 * passes. Without --update it compares.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Answer } from "../../lib/host/answer.ts";
import { seedState } from "../../test/emulator/seed.ts";
import { readFaults, type Fault } from "../../test/emulator/faults.ts";
import { startEmulator } from "../../test/emulator/server.ts";
import { readState, type State } from "../../test/emulator/state.ts";
import { eventFor, scenarios, stateFor, timeOfRecording } from "../../test/fixtures/scenarios.ts";
import { buildBundles } from "../build/bundles.ts";
import { runBundle, withoutAnswer } from "./run.ts";
import { readJson } from "../session/jsonFile.ts";
import { answeredOf, headersThatMatterOf, mappedHeaders } from "./answered.ts";
import { askedIn, pageToken } from "./asked.ts";
import { PageNames } from "./pageNames.ts";
import { actionOf } from "./replay.ts";
import { standInSecret } from "../scrub/secretKeys.ts";
import { UsageError } from "../session/usageError.ts";
import {
  addressesAt,
  asksForToken,
  differences,
  fileOf,
  fixtures,
  isAmong,
  isUnordered,
  lasting,
  namesOfFixtures,
  readFixture,
  scrubbed,
  serveLoopback,
  sorted,
  writeFixture,
  type Fixture,
  type Question,
  type Recording,
  type Reply,
} from "./recording.ts";
import { operationOf, type Answered, type Asked, type Exchange } from "../session/traffic.ts";

/** One thing to record. */
interface Take {
  name: string;
  /** Of the fixture: `emulator`, or the page that the faults' answers are from. */
  source: string;
  event: unknown;
  state: State;
  faults: Fault[];
  pageSize: number | undefined;
  ends: string | undefined;
}

async function record(
  { name, source, event, state, faults, pageSize, ends }: Take,
  dist: string,
): Promise<Recording> {
  const emulator = await startEmulator({ state, clock: () => Date.parse(timeOfRecording) });
  emulator.emulator.setFaults(faults);
  const traffic: Exchange[] = [];
  const pages = new PageNames(pageToken);
  const proxy = await serveLoopback((question) => pass(question));
  try {
    const run = await runBundle(actionOf(name), event, {
      dist,
      env: addressesAt(proxy.origins),
    });
    if (run.answer === undefined) throw new UsageError(withoutAnswer(run));
    const failed = traffic.find(({ response }) => !("cut" in response) && response.status >= 500);
    if (failed && faults.length === 0)
      throw new UsageError(
        `${operationOf(failed.request)} was answered with a server error, which is not a fixture: ` +
          JSON.stringify(failed.response),
      );
    const lacking = faults.find(
      ({ answer }) => !traffic.some(({ response }) => isAnswer(answer, response)),
    );
    if (source !== "emulator" && lacking)
      throw new UsageError(`nothing was answered as documented: ${JSON.stringify(lacking.match)}`);
    const { outcome, outputContext } = run.answer as Answer;
    const ended = `${outcome}, ${outputContext.Success ? "a success" : "a failure"}`;
    if (ends !== undefined && ended !== ends)
      throw new UsageError(
        `it ended as "${ended}", and the scenario is about "${ends}". ` +
          outputContext.AuditLogs.map(({ Message }) => Message).join(" "),
      );
    const isImport = run.records.length > 0 || /import/i.test(actionOf(name));
    const records = lasting(run.records, proxy.origins) as unknown[];
    const kept = isUnordered(actionOf(name))
      ? { traffic: sorted(traffic, ({ request }) => request), records: sorted(records) }
      : { traffic, records };
    return scrubbed({
      event,
      traffic: kept.traffic,
      answer: lasting(run.answer, proxy.origins),
      ...(isImport ? { records: kept.records } : {}),
    });
  } finally {
    await Promise.all([proxy.close(), emulator.close()]);
  }

  function realOriginOf({ operation }: Asked): string {
    return operation === undefined ? emulator.exchangeUrl : emulator.graphUrl;
  }

  /** Graph is asked for the size of a page in the query, also in a batch; Exchange in a header. */
  function sized(text: string): string {
    return pageSize === undefined
      ? text
      : text
          .replaceAll(/((?:%24|\$)top=)\d+/g, `$1${pageSize}`)
          .replaceAll(/odata\.maxpagesize=\d+/g, `odata.maxpagesize=${pageSize}`);
  }

  async function pass(question: Question): Promise<Reply> {
    const { method, url, headers, body } = question;
    const asked = asksForToken(question) ? undefined : askedIn(question);
    const real = asked === undefined ? emulator.loginUrl : realOriginOf(asked);
    const target = real + sized(pages.realUrl(url.pathname + url.search));
    // Compression, lengths and connections are each side's own.
    const {
      host: _host,
      connection: _connection,
      "content-length": _length,
      "accept-encoding": _encoding,
      ...passed
    } = headers;
    // Whatever else the client prefers stays, and what it sends in a batch has such a header each.
    if (passed["prefer"] !== undefined) passed["prefer"] = sized(passed["prefer"]);
    let reply: Reply;
    try {
      const answer = await fetch(target, {
        method,
        headers: passed,
        body: body === "" ? null : sized(body).replaceAll(url.origin, real),
        redirect: "manual",
      });
      reply = {
        status: answer.status,
        headers: Object.fromEntries(answer.headers),
        body: (await answer.text()).replaceAll(real, url.origin),
      };
    } catch {
      reply = { cut: true };
    }
    if ("cut" in reply) {
      if (asked) traffic.push({ request: asked, response: reply });
      return reply;
    }
    const named = headersThatMatterOf(reply.headers);
    reply = {
      ...reply,
      headers: mappedHeaders(named, (value) => value.replaceAll(real, url.origin)),
    };
    if (asked) {
      reply.body = pages.named(reply.body, asked);
      traffic.push({ request: asked, response: answeredOf(reply, { origin: url.origin, asked }) });
    }
    return reply;
  }
}

function isAnswer(answer: Fault["answer"], response: Answered): boolean {
  return !("cut" in response) && isDeepStrictEqual(answer?.body, response.body);
}

/** The requested recordings: scenarios, and fixtures without a scenario. */
function takesFor(names: readonly string[], all: boolean): Take[] {
  const isWanted = (name: string): boolean => all || isAmong(name, names);
  const played = scenarios
    .filter(({ name }) => isWanted(name))
    .map((scenario): Take => ({
      name: scenario.name,
      source: scenario.page === undefined ? "emulator" : `documented: ${scenario.page}`,
      event: eventFor(scenario),
      state: stateFor(scenario),
      faults: scenario.faults ?? [],
      pageSize: scenario.pageSize,
      ends: scenario.ends,
    }));
  const alone = namesOfFixtures().filter(
    (name) => isWanted(name) && !scenarios.some((scenario) => scenario.name === name),
  );
  const takes = [
    ...played,
    ...alone.flatMap((name): Take[] => {
      const { event, source } = readFixture(fileOf(name));
      if (source !== "emulator") console.log(`left alone: ${name} (${source})`);
      return source === "emulator"
        ? [
            {
              name,
              source,
              event,
              state: stateFor({}),
              faults: [],
              pageSize: undefined,
              ends: undefined,
            },
          ]
        : [];
    }),
  ];
  if (takes.length === 0)
    throw new UsageError(
      `No scenario and no fixture of the emulator is called ${names.join(", ")}.`,
    );
  return takes;
}

function takeOf(
  file: string,
  name: string | undefined,
  seed: string | undefined,
  faults: string | undefined,
): Take {
  if (name === undefined || !/^[a-z]+(\/[A-Za-z]+){1,2}\/[a-z0-9-]+$/.test(name))
    throw new UsageError(
      "--as must name the fixture as room/action/what-happens, such as lifecycle/update/two-fields-differ.",
    );
  const state = seed === undefined ? { state: seedState() } : readState(readJson(seed));
  if ("problems" in state) throw new UsageError(...state.problems);
  const event = readJson(file) as { actionContext?: { Configuration?: Record<string, unknown> } };
  const configuration = event.actionContext?.Configuration;
  if (!configuration) throw new UsageError(`${file}: has no actionContext.Configuration.`);
  // Whoever's tenant and secret it was: the emulator's are used, and written.
  for (const key of Object.keys(configuration))
    if (/^(TenantID|AppId|AppSecret|Organization|UseCertificate|AppCertificate.*)$/i.test(key))
      Reflect.deleteProperty(configuration, key);
  Object.assign(configuration, {
    Organization: state.state.tenant.initialDomain,
    TenantID: state.state.tenant.id,
    AppId: state.state.apps[0]?.clientId,
    AppSecret: standInSecret,
    UseCertificate: false,
  });
  return {
    name,
    source: "emulator",
    event,
    state: state.state,
    faults: faults === undefined ? [] : readFaults(readJson(faults)),
    pageSize: undefined,
    ends: undefined,
  };
}

/** How many differences are shown of one fixture. */
const maxShown = 20;

/**
 * Whether a recording may take a fixture's place: only one of the same source. A fixture that quotes a page is replaced
 * only when it is named, because its answers were checked against the page.
 */
export function mayReplace(fixture: string | undefined, recording: string, all: boolean): boolean {
  if (fixture === undefined) return true;
  return fixture === recording && (recording === "emulator" || !all);
}

/** Compares a recording with its fixture, and returns true when nothing is left to do. */
function compared(
  { name, source }: Take,
  recording: Recording,
  { update, all }: { update: boolean; all: boolean },
  line: (text: string) => void,
): boolean {
  const file = fileOf(name);
  const before = existsSync(file) ? readFixture(file) : undefined;
  const found = before
    ? (["event", "traffic", "answer", "records"] as const).flatMap((part) =>
        differences(before[part], recording[part], part),
      )
    : [];
  if (before && found.length === 0) return true;
  const writes = update && mayReplace(before?.source, source, all);
  if (writes) writeFixture(file, { source, ...recording });
  const lines = found.slice(0, maxShown).map((line) => `\n  ${line}`);
  if (found.length > maxShown) lines.push(`\n  and ${found.length - maxShown} more`);
  line(`${verdictOn(before, source, writes)}: ${name}${lines.join("")}`);
  return writes;
}

function verdictOn(before: Fixture | undefined, source: string, writes: boolean): string {
  if (!before) return writes ? "new" : "not recorded yet";
  if (writes) return "updated";
  if (before.source !== source) return `differs, and its source is another one (${before.source})`;
  return source === "emulator" ? "differs" : "differs, and is replaced only when it is named";
}

const readme = path.join(fixtures, "README.md");

/**
 * README.md with its two tables as the fixtures are now: all fixtures, with a row for each scenario and the rows that
 * people wrote for theirs; and what the documented ones quote.
 */
export function readmeOfFixtures(): string {
  const present = readFileSync(readme, "utf8");
  const written = new Map(
    [...present.matchAll(/^\| `([^`]+)` \|.*$/gm)].map(([row, name]) => [name ?? "", row]),
  );
  const made = new Map(
    scenarios.map(({ name, shows, traps = [] }) => [
      name,
      `| \`${name}\` | ${shows} | ${traps.join(", ")} |`,
    ]),
  );
  const names = namesOfFixtures();
  const all = names.map((name) => made.get(name) ?? written.get(name) ?? `| \`${name}\` |  |  |`);
  return withRows(withRows(present, "Fixture", all), "Documented", names.flatMap(documentedRow));
}

function withRows(text: string, firstColumn: string, rows: readonly string[]): string {
  return text.replace(
    new RegExp(`(\\| ${firstColumn} \\|[^\\n]*\\n\\|[-| ]+\\n)(?:\\|[^\\n]*\\n)*`),
    (_all, head: string) => `${head}${rows.map((row) => `${row}\n`).join("")}`,
  );
}

function documentedRow(name: string): string[] {
  const { source, traffic } = readFixture(fileOf(name));
  const [, page] = /^documented: (.+)$/.exec(source) ?? [];
  if (page === undefined) return [];
  const quoted = traffic.flatMap(({ response }) => quotedIn(response)).at(-1) ?? "";
  // Two backticks on each side: the text may contain one.
  return [`| [${name}](${name}.json) | \`\` ${quoted.replaceAll("|", "\\|")} \`\` | <${page}> |`];
}

/** The error or the warnings of an answer, as the service words them. */
function quotedIn(response: Answered): string[] {
  if ("cut" in response) return [];
  const body = response.body as {
    error?: {
      details?: { message: string }[];
      innererror?: { internalexception?: { message: string } };
    };
    "@adminapi.warnings"?: string[];
  };
  const details = body.error?.details?.map(({ message }) => message) ?? [];
  const inner = body.error?.innererror?.internalexception?.message;
  return [
    ...details,
    ...(inner === undefined ? [] : [inner]),
    ...(body["@adminapi.warnings"] ?? []),
  ];
}

/** What to record: scenarios and fixtures by their names, all of them, or an event of your own. */
export interface RecordOptions {
  names: readonly string[];
  all: boolean;
  /** A file with an event; `as` names its fixture, `seed` and `faults` are files of its tenant. */
  event?: string | undefined;
  as?: string | undefined;
  seed?: string | undefined;
  faults?: string | undefined;
  /** Writes what was recorded; otherwise it is compared with the fixtures on disk. */
  update: boolean;
}

/** Records, and reports each fixture that differs, and the progress. Resolves to whether nothing is left to do. */
export async function recordFixtures(
  { names, all, event, as, seed, faults, update }: RecordOptions,
  { line, progress }: { line(text: string): void; progress(text: string): void },
): Promise<boolean> {
  const takes = event === undefined ? takesFor([...names], all) : [takeOf(event, as, seed, faults)];
  const dist = mkdtempSync(path.join(tmpdir(), "exchange-online-connector-record-"));
  let bad = 0;
  let count = 0;
  try {
    const { actions } = await buildBundles(dist);
    const queue = takes.values();
    const worker = async (): Promise<void> => {
      for (const take of queue) {
        if (!actions.includes(actionOf(take.name)))
          throw new UsageError(`${take.name}: there is no action ${actionOf(take.name)}.`);
        progress(`${++count} of ${takes.length}: ${take.name}`);
        try {
          const recording = await record({ ...take, state: withSecret(take.state) }, dist);
          if (!compared(take, recording, { update, all }, line)) bad++;
        } catch (error) {
          bad++;
          const reason = error instanceof Error ? error.message : String(error);
          line(`not recorded: ${take.name}: ${reason}`);
        }
      }
    };
    await Promise.all([worker(), worker(), worker()]);
  } finally {
    rmSync(dist, { recursive: true, force: true });
  }
  if (update) writeFileSync(readme, readmeOfFixtures());
  line(`${takes.length} recorded, ${summaryOf(bad, update)}.`);
  return bad === 0;
}

function summaryOf(bad: number, update: boolean): string {
  if (bad === 0) return "all equal to the fixtures on disk";
  if (update) return `${bad} could not be written`;
  return `${bad} not equal to the fixtures on disk; --update writes them`;
}

/** The stand-in is a secret that the emulated application really has: nothing has to be replaced in the event. */
function withSecret(state: State): State {
  return {
    ...state,
    apps: state.apps.map((app) => ({
      ...app,
      secrets: [...app.secrets, { value: standInSecret }],
    })),
  };
}
