import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Targets } from "../../lib/connector.ts";
import { Fault } from "../../lib/fault.ts";
import type { Action, AnyEvent } from "../../lib/host/action.ts";
import { linesOf } from "../../lib/runtime/serve/lines.ts";
import { orderOf } from "../../lib/runtime/serve/request.ts";
import { fileOf } from "../../tools/cli/recording.ts";
import { actionOf as actionOfFixture, replay } from "../../tools/cli/replay.ts";
import { asServed } from "./serveFixtures.ts";
import { startEmulator, type RunningEmulator } from "../emulator/server.ts";
import { accountImportFor, changeEventFor, createEventFor } from "../events.ts";
import { actionOf, serving, type Serving, type ServingChoices } from "./serving.ts";

let running: RunningEmulator;
const open: Serving[] = [];
beforeAll(async () => void (running = await startEmulator()));
beforeEach(() => {
  running.emulator.clearJournal();
  running.emulator.setFaults([]);
});
afterAll(async () => {
  for (const { close } of open) close();
  await running.close();
});

function start(choices: Partial<ServingChoices> = {}): Serving {
  const one = serving({ env: running.env, ...choices });
  open.push(one);
  return one;
}

const mailbox = (number: number): string =>
  `0b1ec700-0000-4000-8000-${String(number).padStart(12, "0")}`;
const update = (value: string, reference = mailbox(1)): unknown =>
  changeEventFor(running, { reference, data: { CustomAttribute9: value } });
const set = "lifecycle/update";
const signIns = (): number =>
  running.emulator.journal().filter(({ side }) => side === "login").length;
/** The values that were set, in the order of the tenant's journal. */
const valuesSet = (): unknown[] =>
  running.emulator
    .journal()
    .filter(({ cmdlet }) => cmdlet === "Set-Mailbox")
    .map(({ parameters }) => parameters?.["CustomAttribute9"]);

/** Actions that are under way until they are let go. */
function held(): {
  actionOf: NonNullable<ServingChoices["actionOf"]>;
  letGo(): void;
  started: string[];
} {
  const started: string[] = [];
  let letGo = (): void => undefined;
  const gate = new Promise<void>((resolve) => (letGo = resolve));
  return {
    started,
    letGo: () => letGo(),
    async actionOf(name): Promise<Action<AnyEvent, Targets>> {
      const action = await actionOf(name);
      return {
        ...action,
        async run(context) {
          started.push(JSON.stringify(context.event.actionContext));
          await gate;
          return await action.run(context);
        },
      };
    },
  };
}

describe("an event", () => {
  it("has the answer of its bundle, with its id, and a log with its id", async () => {
    const { send, answerOf, log } = start();
    await send("one", "lifecycle/create", createEventFor(running));
    expect(answerOf("one")).toMatchObject({
      outputContext: { Success: true, AccountReference: mailbox(1) },
      outcome: "done",
    });
    expect(log[0]).toMatchObject({ id: "one", level: "information" });
  });

  it("of an import has its records before its answer", async () => {
    const { send, records, written } = start();
    await send("all", "lifecycle/import", accountImportFor(running));
    expect(records.length).toBeGreaterThan(5);
    expect(new Set(records.map(({ id }) => id))).toEqual(new Set(["all"]));
    expect(written.at(-1)).toContain('{"id":"all","answer":{');
  });

  it.each([
    ["nonsense", null, "the line is not JSON (8 bytes were read)"],
    ["[]", null, "the line is JSON, but not an object"],
    ["{}", null, "id is not a text of 1 to 200 characters"],
    ['{"id":"a"}', "a", "action is not a text"],
    ['{"id":"b","action":"lifecycle/create"}', "b", "event is not an object"],
    [
      '{"id":"c","action":"lifecycle/creat","event":{}}',
      "c",
      "There is no action lifecycle/creat.",
    ],
    ['{"id":"d","action":"lifecycle/create","event":{}}', "d", "actionContext is missing."],
    [
      '{"id":"e","action":"lifecycle/create","event":{"actionContext":{"DryRun":true,"DryRun":false}}}',
      null,
      "DryRun appears more than once",
    ],
  ])("that cannot be used is refused: %s", async (text, id, message) => {
    const { sendText, answerOf } = start();
    await sendText(text);
    const { outcome, outputContext } = answerOf(id);
    expect(outcome).toBe("invalid");
    expect(outputContext.AuditLogs.map(({ Message }) => Message).join(" ")).toContain(message);
  });

  it("with the id of one that has no answer yet is refused, and later taken", async () => {
    const gate = held();
    const { send, answers } = start(gate);
    const first = send("same", set, update("1"));
    await send("same", set, update("2"));
    expect(answers).toMatchObject([{ id: "same", answer: { outcome: "invalid" } }]);
    gate.letGo();
    await first;
    await send("same", set, update("3"));
    expect(answers.slice(1)).toMatchObject([
      { answer: { outcome: "done" } },
      { answer: { outcome: "done" } },
    ]);
    expect(valuesSet()).toEqual(["1", "3"]);
  });

  it("whose code fails while it answers has an answer of its own, and the others theirs", async () => {
    const { send, answerOf } = start({
      async actionOf(name) {
        const action = await actionOf(name);
        const run: typeof action.run = async (context) => {
          const result = await action.run(context);
          if (JSON.stringify(context.event).includes("broken")) context.output["big"] = 1n;
          return result;
        };
        return { ...action, run };
      },
    });
    await Promise.all([
      send("bad", set, update("broken")),
      send("good", set, update("whole", mailbox(2))),
    ]);
    expect(answerOf("bad")).toMatchObject({
      outcome: "unknown",
      outputContext: { Success: false, AuditLogs: [{ IsError: true }] },
    });
    expect(answerOf("good").outcome).toBe("done");
  });

  it("that waited for most of its time is not started", async () => {
    const gate = held();
    const env = { ...running.env, EXO_CONNECTOR_DEADLINE_MS: "500" };
    const { send, answerOf } = start({ ...gate, env, atOnce: 1 });
    const first = send("first", set, update("1"));
    const second = send("second", set, update("2", mailbox(2)));
    await Promise.all([first, second]);
    expect(answerOf("first").outcome).toBe("unknown");
    expect(answerOf("second").outcome).toBe("notYet");
    expect(answerOf("second").outputContext.AuditLogs[0]?.Message).toMatch(
      /^The event was not started: it waited \d+ s for its turn, .* Nothing was changed\. Send it again\.$/,
    );
    gate.letGo();
    expect(valuesSet()).toEqual([]);
  });

  it("is not started when no one waits for its answer", async () => {
    let isGone = false;
    const gate = held();
    const { send, answers } = start({ ...gate, atOnce: 1, isGone: () => isGone });
    const both = [send("first", set, update("1")), send("second", set, update("2", mailbox(2)))];
    isGone = true;
    gate.letGo();
    await Promise.all(both);
    expect(answers.map(({ id }) => id)).toEqual(["first"]);
  });
});

describe("a fixture", () => {
  // The others are in serveFixtures.long.test.ts.
  it.each([
    "lifecycle/update/changed",
    "lifecycle/import/user-mailboxes-only",
    "lifecycle/entra/update/changed",
  ])("has the same answer, with the same requests: %s", async (name) => {
    expect((await replay(fileOf(name), actionOfFixture(name), asServed)).problems).toEqual([]);
  });
});

describe("the order", () => {
  it("of one account is that of arrival, while other accounts go on", async () => {
    const gate = held();
    const { send, service } = start({ ...gate, atOnce: 3 });
    const all = [
      ...["a1", "a2", "a3"].map((id) => send(id, set, update(id))),
      send("b1", set, update("b1", mailbox(2))),
      send("c1", set, update("c1", mailbox(3).toUpperCase())),
      send("c2", set, update("c2", mailbox(3))),
    ];
    await expect.poll(() => gate.started.length).toBe(3);
    expect(gate.started.join()).toMatch(/a1.*b1.*c1/);
    gate.letGo();
    await Promise.all(all);
    await service.idle();
    const values = valuesSet();
    for (const name of ["a", "c"]) {
      const own = values.filter((value) => String(value).startsWith(name));
      expect(own).toEqual([...own].sort());
    }
    expect(values).toHaveLength(6);
  });

  it.each<[string, string, unknown, string | undefined]>([
    ["a reference", set, { Account: "ABC" }, "t account abc"],
    ["an object as its reference", set, { Account: { Guid: "ABC" } }, "t account abc"],
    ["a list of resources", "resources/groups", null, "t resources/groups"],
    ["an import", "lifecycle/import", null, undefined],
  ])("is by %s", (_what, action, References, order) => {
    const event = { ActionContext: { References, configuration: { TENANTID: "T" } } };
    expect(orderOf({ id: "x", action, event })).toBe(order);
  });

  it("of a create is by the person: the value it is correlated by, or the person's id", () => {
    const of = (more: object): string | undefined =>
      orderOf({
        id: "x",
        action: "lifecycle/create",
        event: { actionContext: { Configuration: { TenantID: "t" }, ...more } },
      });
    const correlated = { CorrelationConfiguration: { PersonFieldValue: 10023 } };
    expect(of(correlated)).toBe("t person 10023");
    expect(of({ CorrelationConfiguration: { AccountFieldValue: "A@B" } })).toBe("t person a@b");
    const event = { actionContext: {}, personContext: { Person: { PersonId: "P1" } } };
    expect(orderOf({ id: "x", action: "lifecycle/create", event })).toBe(" person p1");
  });
});

describe("the events of a tenant", () => {
  it("share one token, and renew a refused one once", async () => {
    const { send, answerOf } = start();
    const ids = Array.from({ length: 8 }, (_, index) => `e${index}`);
    const sendAll = (prefix: string): Promise<unknown> =>
      Promise.all(
        ids.map((id, index) => send(prefix + id, set, update(prefix + id, mailbox(index + 1)))),
      );
    await sendAll("first ");
    expect(signIns()).toBe(1);
    await sendAll("second ");
    expect(signIns()).toBe(1);
    const requests = ids.map((id) => answerOf(`second ${id}`).stats.requests);
    expect(new Set(requests)).toEqual(new Set([2]));
    running.emulator.setFaults([{ match: { side: "exchange" }, named: "tokenRefused", times: 8 }]);
    await sendAll("third ");
    running.emulator.setFaults([]);
    await sendAll("fourth ");
    expect(signIns()).toBeLessThanOrEqual(3);
    expect(ids.map((id) => answerOf(`fourth ${id}`).outcome)).toEqual(ids.map(() => "done"));
  });

  it("do not share what belongs to one event", async () => {
    const { send, answerOf, written } = start();
    await send("a", set, update("1"));
    const other = changeEventFor(running, { configuration: { AppSecret: "wrong-secret-of-b" } });
    await Promise.all([send("b", set, other), send("c", set, update("3", mailbox(3)))]);
    expect(answerOf("b").outcome).toBe("forbidden");
    expect(answerOf("c")).toMatchObject({ outcome: "done", stats: { retries: 0 } });
    expect(written.join("")).not.toContain("wrong-secret-of-b");
    expect(written.join("")).not.toContain(running.clientSecret);
  });
});

describe("a service that ends", () => {
  it("finishes what runs, and answers what waits as not started", async () => {
    const gate = held();
    const { send, service, answerOf } = start({ ...gate, atOnce: 1 });
    const all = [send("a", set, update("a")), send("b", set, update("b", mailbox(2)))];
    await expect.poll(() => gate.started.length).toBe(1);
    const drained = service.drain("the service is about to end.");
    await expect.poll(() => answerOf("b").outcome).toBe("notYet");
    await send("c", set, update("c"));
    expect(answerOf("c").outputContext.AuditLogs[0]?.Message).toBe(
      "The event was not started: the service is about to end. Nothing was changed. Send it again.",
    );
    gate.letGo();
    await Promise.all([...all, drained]);
    expect(answerOf("a")).toMatchObject({ outcome: "done" });
    expect(valuesSet()).toEqual(["a"]);
  });

  it("interrupts what does not end in time", async () => {
    const gate = held();
    const { send, service, answerOf } = start(gate);
    const one = send("a", set, update("a"));
    await expect.poll(() => gate.started.length).toBe(1);
    const drained = service.drain("enough.");
    service.interrupt(new Fault({ kind: "unavailable", message: "The service ended." }));
    await Promise.all([one, drained]);
    expect(answerOf("a").outputContext.AuditLogs).toMatchObject([
      { Message: "The service ended." },
    ]);
    gate.letGo();
  });

  it("has no room for more than its limit", async () => {
    const gate = held();
    const { send, service } = start({ ...gate, atOnce: 1, waiting: 1 });
    await service.room();
    const all = [send("a", set, update("a")), send("b", set, update("b"))];
    let hasRoom = false;
    const room = service.room().then(() => (hasRoom = true));
    await expect.poll(() => gate.started.length).toBe(1);
    expect(hasRoom).toBe(false);
    gate.letGo();
    await room;
    await Promise.all(all);
  });
});

describe("the lines of a stream", () => {
  async function linesIn(chunks: readonly string[], max = 10): Promise<unknown[]> {
    async function* input(): AsyncGenerator<Buffer> {
      for (const chunk of chunks) yield await Promise.resolve(Buffer.from(chunk));
    }
    const lines: unknown[] = [];
    for await (const line of linesOf(input(), max))
      lines.push(Buffer.isBuffer(line) ? line.toString() : line);
    return lines;
  }

  it.each<[string[], unknown[]]>([
    [["a\nb\n"], ["a", "b"]],
    [
      ["a", "b\r\n\n \nc"],
      ["ab\r", "c"],
    ],
    [
      ["0123456789", "0\nnext\n"],
      [{ bytes: 11 }, "next"],
    ],
    [[], []],
  ])("%j are %j", async (chunks, lines) => {
    expect(await linesIn(chunks)).toEqual(lines);
  });
});
