import { describe, expect, it } from "vitest";
import { Fault } from "../../lib/fault.ts";
import { onCreate } from "../../lib/host/createAction.ts";
import { Unusable } from "../../lib/host/schemaContract.ts";
import {
  acting,
  configuration,
  connectionOf,
  eventWith,
  found,
  guid,
  openStdin,
  runIn,
  setting,
  stdinOf,
  step,
  undeclared,
} from "./world.ts";

const never = (): Promise<never> => new Promise<never>(() => undefined);
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("a run", () => {
  it("answers with what the action found", async () => {
    const { code, answer, messages, connection } = await runIn(
      {
        event: eventWith(
          { Data: { customattribute1: "x" } },
          { Guid: null, customATTRIBUTE1: null, exchange: { alias: "a" } },
        ),
      },
      setting("Hidden"),
    );
    expect(code).toBe(0);
    expect(answer.outputContext).toMatchObject({
      Success: true,
      AccountReference: guid,
      AccountCorrelated: true,
    });
    expect(answer.outputContext.Data).toEqual({
      Guid: null,
      customATTRIBUTE1: "E1",
      exchange: { alias: "a" },
    });
    expect(messages).toEqual([`Correlated with mailbox (${guid})`, "Set Hidden: done."]);
    expect(connection.closed).toBe(1);
  });

  it("answers with the correlation field even when the event shows it nowhere else", async () => {
    const { answer } = await runIn({ event: eventWith({ Data: null }) });
    expect(answer.outputContext.Data).toEqual({ CustomAttribute1: "E1" });
  });

  it("logs its audit messages on stderr", async () => {
    const { log } = await runIn(
      { send: () => Promise.reject(new Fault({ kind: "denied", message: "May not." })) },
      setting("A"),
    );
    expect(log).toEqual([{ level: "error", message: "Set A: failed. May not." }]);
    expect((await runIn({})).log).toEqual([{ level: "information", message: found.sentence }]);
  });

  it("ends its audit with what the connection warns of, whether it succeeds or fails", async () => {
    const connection = connectionOf();
    const warnings = new Set([`The certificate ends. ${configuration.AppSecret}`]);
    const connect = () => ({ ...connection, warnings });
    const succeeded = await runIn({ connect }, setting("A"));
    const refused = await runIn(
      { connect },
      acting(() => Promise.reject(Fault.invalid("No."))),
    );
    for (const { answer, log } of [succeeded, refused]) {
      expect(answer.outputContext.AuditLogs.at(-1)).toEqual({
        Message: "The certificate ends. [secret]",
        IsError: false,
      });
      expect(log.at(-1)).toEqual({
        level: "information",
        message: "The certificate ends. [secret]",
      });
    }
    expect([succeeded, refused].map(({ code, messages }) => [code, messages.length])).toEqual([
      [0, 3],
      [1, 2],
    ]);
  });

  it("counts in whole numbers", async () => {
    const { answer } = await runIn({}, setting("A", "B"));
    expect(answer.stats).toMatchObject({ requests: 2, retries: 1, waitedMs: 13 });
    expect(Number.isInteger(answer.stats.totalMs)).toBe(true);
  });

  it("passes the action an event that cannot be changed, in the schema's spelling", async () => {
    const attempts: (() => unknown)[] = [];
    const event = JSON.parse(JSON.stringify(eventWith()).replace("AppId", "appID")) as unknown;
    const { answer } = await runIn(
      { event },
      onCreate({
        ...undeclared,
        configuration: ["AppId", "Cloud", "RecipientTypeDetails", "UseCertificate"],
        handle: (input) => {
          attempts.push(
            () => Object.assign(input.configuration, { AppId: "other" }),
            () => (input.configuration.RecipientTypeDetails as string[]).push("SharedMailbox"),
          );
          // Only the declared keys are handed over.
          expect(input.configuration).toEqual({
            AppId: configuration.AppId,
            UseCertificate: false,
            Cloud: "worldwide",
            RecipientTypeDetails: ["UserMailbox"],
          });
          return Promise.resolve(found);
        },
      }),
    );
    expect(answer.outputContext.Success).toBe(true);
    for (const attempt of attempts) expect(attempt).toThrow(TypeError);
  });

  it("passes the connection its environment", async () => {
    const env = { EXO_CONNECTOR_DEADLINE_MS: "5000", OTHER: "x" };
    const { surroundings } = await runIn({ env });
    expect(surroundings?.env).toEqual(env);
    expect(surroundings?.remaining()).toBeGreaterThan(3_000);
  });

  it("has less time for a preview when the platform has, unless the environment sets it", async () => {
    const action = {
      ...setting(),
      verb: { ...setting().verb, deadlineMs: 600_000, previewMs: 20_000 },
    };
    const remaining = async (DryRun: boolean, env: Record<string, string> = {}): Promise<number> =>
      (await runIn({ event: eventWith({ DryRun }), env }, action)).surroundings?.remaining() ?? NaN;
    expect(await remaining(false)).toBeGreaterThan(500_000);
    expect(await remaining(true)).toBeLessThanOrEqual(20_000);
    expect(await remaining(true, { EXO_CONNECTOR_DEADLINE_MS: "50000" })).toBeGreaterThan(20_000);
  });
});

describe("a dry run", () => {
  it("plans the very steps of the run and sends none", async () => {
    const action = setting("A", "B", "C");
    const [dry, wet] = [
      await runIn({ event: eventWith({ DryRun: " True " }) }, action),
      await runIn({}, action),
    ];
    expect(dry.connection.sent).toEqual([]);
    expect(wet.connection.sent).toEqual(["A", "B", "C"]);
    expect(dry.answer.plan.map((one) => ({ ...one, sent: true }))).toEqual(wet.answer.plan);
    expect(dry.answer.plan.map(({ sent }) => sent)).toEqual([false, false, false]);
    expect(dry.answer.outputContext).toMatchObject({ Success: true, AccountReference: guid });
    expect(dry.last).toBe("Set C: would be done, this is a dry run.");
  });
});

describe("an event that cannot be used", () => {
  it.each<[string, string, string]>([
    ["nothing", "", "stdin is empty; expected one event as JSON."],
    ["no JSON", "{secret}", "stdin is not JSON (8 bytes were read); expected one event as JSON."],
    ["a list", "[]", "stdin is JSON, but not an object; expected one event."],
    ["too deep", "[".repeat(100_000), "The event on stdin is nested deeper than 64 levels."],
  ])("is answered with exit code 2: %s", async (_name, event, message) => {
    const { code, answer, messages } = await runIn({ event });
    expect([code, messages]).toEqual([2, [message]]);
    expect(answer).toMatchObject({
      outcome: "invalid",
      plan: [],
      outputContext: { Success: false },
    });
  });

  it("has all its faults reported", async () => {
    const { code, messages } = await runIn({
      event: eventWith({
        Configuration: { ...configuration, TenantID: "tenant-value", Cloud: "cloud-value" },
        DryRun: "dry-value",
      }),
    });
    expect(code).toBe(2);
    expect(messages).toHaveLength(3);
  });

  it("keeps its secrets even when everything else is wrong", async () => {
    for (const Configuration of [
      [configuration],
      { APPSECRET: configuration.AppSecret },
      { AppSecret: [configuration.AppSecret] },
    ]) {
      const { code, stdout, stderr } = await runIn({
        event: eventWith({ Configuration, [configuration.AppSecret]: configuration.AppSecret }),
      });
      expect(code).toBe(2);
      expect(stdout + stderr).not.toContain("Zx8~Q");
    }
  });

  it("is reported when stdin breaks", async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield* stdinOf('{"actionContext":');
      throw new Error("EIO: i/o error, read");
    }
    const { code, messages } = await runIn({ stdin: broken() });
    expect([code, messages]).toEqual([2, ["No complete event arrived. EIO: i/o error, read"]]);
  });

  it.each([[[]], [["{", '"actionContext":{}}']]])(
    "is reported when stdin is never closed: %j",
    async (chunks) => {
      const { code, messages } = await runIn({
        stdin: openStdin(...chunks),
        env: { EXO_CONNECTOR_DEADLINE_MS: "50" },
      });
      expect([code, messages]).toEqual([
        2,
        ["No complete event arrived. The time for one event (50 ms) ran out."],
      ]);
    },
  );

  it("is reported when the settings cannot be used", async () => {
    const connect = (): never => {
      throw new Unusable(["One.", "Two."]);
    };
    expect(await runIn({ connect })).toMatchObject({
      code: 2,
      messages: ["One.", "Two."],
      answer: { outcome: "invalid" },
    });
    const { code, messages } = await runIn({ env: { EXO_CONNECTOR_DEADLINE_MS: "soon" } });
    expect([code, messages]).toEqual([
      2,
      ["EXO_CONNECTOR_DEADLINE_MS is not a whole number of milliseconds from 1 to 2147483647."],
    ]);
  });

  it("is not reported for a defect in connecting", async () => {
    const connect = (): never => {
      throw new TypeError("x is not a function");
    };
    expect(await runIn({ connect })).toMatchObject({
      code: 1,
      messages: ["x is not a function"],
      answer: { outcome: "unknown" },
    });
  });

  it("is not reported when an action throws such a fault", async () => {
    expect(
      await runIn(
        {},
        acting(() => Promise.reject(new Unusable(["Odd."]))),
      ),
    ).toMatchObject({ code: 1, messages: ["Odd."] });
  });
});

describe("an action that throws", () => {
  class Unreadable extends Error {
    override get message(): string {
      throw new Error("not even the message");
    }
  }
  class UnreadableStack extends Error {
    override get stack(): string {
      throw new Error("not even the stack");
    }
  }
  const revoked = (): object => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  };

  it.each<[string, () => unknown, string]>([
    ["a text", () => "text", "A value that is not an error was thrown (string)."],
    ["undefined", () => undefined, "A value that is not an error was thrown (undefined)."],
    ["null", () => null, "A value that is not an error was thrown (object)."],
    ["an error", () => new Error("Boom."), "Boom."],
    [
      "an error without a message",
      () => new TypeError(" "),
      "An error without a message was thrown.",
    ],
    [
      "an error whose message cannot be read",
      () => Object.create(new Unreadable()) as unknown,
      "A value that cannot be read was thrown.",
    ],
    [
      "an error whose stack cannot be read",
      () =>
        Object.defineProperty(
          new Error("Boom."),
          "stack",
          Object.getOwnPropertyDescriptor(UnreadableStack.prototype, "stack") ?? {},
        ),
      "Boom.",
    ],
    ["something that cannot be looked at", revoked, "A value that cannot be read was thrown."],
  ])("has failed, and its steps are reported: %s", async (_name, make, message) => {
    const { code, answer, messages } = await runIn(
      {},
      acting(async ({ change }) => {
        await change(step("A"));
        throw make();
      }),
    );
    expect([code, messages]).toEqual([1, ["Set A: done.", message]]);
    expect(answer).toMatchObject({ outcome: "unknown", plan: [{ sent: true }] });
  });

  it("fails also when it throws at once, or returns nothing", async () => {
    expect(
      await runIn(
        {},
        acting(() => {
          throw new Error("At once.");
        }),
      ),
    ).toMatchObject({ code: 1, messages: ["At once."] });
    expect(
      await runIn(
        {},
        acting(() => Promise.resolve(undefined as never)),
      ),
    ).toMatchObject({ code: 1, answer: { outcome: "unknown" } });
  });

  it("logs its origin for maintainers, without secrets", async () => {
    const { log } = await runIn(
      {},
      acting(() => Promise.reject(new Error(`Boom: ${configuration.AppSecret}`))),
    );
    expect(log[0]).toMatchObject({
      level: "verbose",
      message: expect.stringMatching(/^Error: Boom: \[secret\]\n.*run\.test\.ts/s) as string,
    });
    expect(log[1]).toEqual({ level: "error", message: "Boom: [secret]" });
    for (const cause of [undefined, new Error("the socket's")]) {
      expect(
        (
          await runIn(
            {},
            acting(() =>
              Promise.reject(new Fault({ kind: "unavailable", message: "Cut.", cause })),
            ),
          )
        ).log,
      ).toEqual([{ level: "error", message: "Cut." }]);
    }
  });

  it("fails when it found an account without a reference", async () => {
    const { code, messages } = await runIn(
      {},
      acting(() => Promise.resolve({ ...found, accountReference: " " })),
    );
    expect([code, messages]).toEqual([1, ["An account was found, but it has no reference."]]);
  });
});

describe("a change that goes wrong midway", () => {
  it("keeps the steps before it in plan and audit, and leaves out the ones after it", async () => {
    const { code, answer, messages, connection } = await runIn(
      {
        send: ({ parameters }) =>
          "B" in parameters
            ? Promise.reject(
                new Fault({ kind: "onPremises", message: "Mastered elsewhere.", requestId: "r-1" }),
              )
            : Promise.resolve({ notices: [] }),
      },
      setting("A", "B", "C"),
    );
    expect([code, messages]).toEqual([
      1,
      [
        "Set A: done.",
        "Set B: failed. Mastered elsewhere. (request r-1)",
        "Only partly done: 1 of 2 changes.",
      ],
    ]);
    expect(answer).toMatchObject({
      outcome: "masteredOnPremises",
      plan: [
        { ...step("A"), sent: true },
        { ...step("B"), sent: true },
      ],
    });
    expect(answer.plan).toHaveLength(2);
    expect(connection.sent).toEqual(["A", "B"]);
  });

  it("may have been applied when its answer never came", async () => {
    const { messages, answer } = await runIn(
      {
        send: () =>
          Promise.reject(new Fault({ kind: "unavailable", message: "The connection was cut." })),
      },
      setting("A"),
    );
    expect(messages).toEqual([
      "Set A: was sent; it is unknown whether it was applied. The connection was cut.",
    ]);
    expect(answer.outcome).toBe("unknown");
  });

  it("may have been applied when the time ran out on it", async () => {
    const { code, messages, answer } = await runIn(
      {
        env: { EXO_CONNECTOR_DEADLINE_MS: "60" },
        send: ({ parameters }) => ("B" in parameters ? never() : Promise.resolve({ notices: [] })),
      },
      setting("A", "B"),
    );
    expect([code, messages]).toEqual([
      1,
      [
        "Set A: done.",
        "Set B: was sent; it is unknown whether it was applied. The time for one event (60 ms) ran out.",
        "Only partly done: 1 of 2 changes.",
      ],
    ]);
    expect(answer).toMatchObject({ outcome: "unknown", plan: [{ sent: true }, { sent: true }] });
  });

  it("is distinguished from one that ran in parallel", async () => {
    const action = acting(async ({ change }) => {
      await Promise.all([change(step("A")), change(step("B"))]);
      return found;
    });
    const { messages } = await runIn(
      {
        send: ({ parameters }) =>
          "A" in parameters
            ? never()
            : Promise.reject(new Fault({ kind: "denied", message: "May not." })),
      },
      action,
    );
    expect(messages).toEqual([
      "Set A: was sent; it is unknown whether it was applied.",
      "Set B: failed. May not.",
    ]);
  });
});

describe("the end of a run", () => {
  it("ends an action that never settles", async () => {
    const { code, messages, connection } = await runIn(
      { env: { EXO_CONNECTOR_DEADLINE_MS: "40" } },
      acting(never),
    );
    expect([code, messages, connection.closed]).toEqual([
      1,
      ["The time for one event (40 ms) ran out."],
      1,
    ]);
  });

  it("stops a late action from changing anything", async () => {
    let late: unknown = "not there yet";
    const { answer, connection } = await runIn(
      { env: { EXO_CONNECTOR_DEADLINE_MS: "40" } },
      acting(async ({ change }) => {
        await pause(80);
        late = await change(step("A")).catch((thrown: unknown) => thrown);
        return found;
      }),
    );
    await pause(80);
    expect(late).toMatchObject({ message: "The time for one event (40 ms) ran out." });
    expect([connection.sent, answer.plan]).toEqual([[], []]);
  });

  it("stops work that an action left running from changing anything", async () => {
    let late: unknown = "not there yet";
    const { connection, surroundings } = await runIn(
      {},
      acting(async ({ change }) => {
        const straggler = pause(20)
          .then(() => change(step("A")))
          .catch((thrown: unknown) => (late = thrown));
        await Promise.race([straggler, Promise.resolve()]);
        throw new Error("Boom.");
      }),
    );
    expect(surroundings?.signal.aborted).toBe(true);
    await pause(40);
    expect(late).toMatchObject({ message: "The event has been answered." });
    expect(connection.sent).toEqual([]);
  });

  it("follows an interrupt, and finished steps are reported", async () => {
    let interrupt: (reason: Fault) => void = () => undefined;
    const action = acting(async ({ change }) => {
      await change(step("A"));
      interrupt(
        new Fault({ kind: "unavailable", message: "The run was ended by a signal (SIGTERM)." }),
      );
      return await never();
    });
    const { code, messages, answer } = await runIn(
      { interrupted: (given) => (interrupt = given) },
      action,
    );
    expect([code, messages]).toEqual([
      1,
      ["Set A: done.", "The run was ended by a signal (SIGTERM)."],
    ]);
    expect(answer).toMatchObject({ outcome: "unknown", plan: [{ sent: true }] });
  });

  it("follows an uncaught error, and a change under way may have been applied", async () => {
    let interrupt: (reason: Fault) => void = () => undefined;
    const run = runIn(
      {
        interrupted: (given) => (interrupt = given),
        send: () => {
          interrupt(Fault.of(new Error("Nobody caught this.")));
          return never();
        },
      },
      setting("A"),
    );
    expect((await run).messages).toEqual([
      "Set A: was sent; it is unknown whether it was applied. Nobody caught this.",
    ]);
  });
});

describe("a secret", () => {
  it("appears in no output", async () => {
    const AppSecret = 'Zx8~Q"\\ +%\n😀';
    const { stdout, stderr, answer, last } = await runIn(
      {
        event: eventWith({ Configuration: { ...configuration, AppSecret } }),
      },
      acting(async ({ log, change }) => {
        log("information", `said ${AppSecret}`);
        await change({
          target: "exchange",
          operation: "Set-Mailbox",
          parameters: { Identity: guid, [AppSecret]: [AppSecret] },
          sentence: `Set ${AppSecret}`,
          before: { Nested: { deep: encodeURIComponent(AppSecret) } },
        });
        throw new Fault({
          kind: "invalid",
          message: `The service said: ${JSON.stringify({ client_secret: AppSecret })}`,
        });
      }),
    );
    expect(stdout + stderr).not.toContain("Zx8~Q");
    expect(answer.plan).toEqual([
      {
        target: "exchange",
        operation: "Set-Mailbox",
        cmdlet: "Set-Mailbox",
        parameters: { Identity: guid, "[secret]": ["[secret]"] },
        sentence: "Set [secret]",
        before: { Nested: { deep: "[secret]" } },
        sent: true,
      },
    ]);
    expect(last).toBe('The service said: {"client_secret":"[secret]"}');
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown> | null, string]>([
    ["a mapped value", { Data: { Note: " s3cret-value" } }, null, "actionContext.Data.Note"],
    [
      "a number",
      { AppSecret: "20251234", Data: { Note: 20251234 } },
      null,
      "actionContext.Data.Note",
    ],
    ["the name of a field", {}, { "s3cret-value": null }, "a name in outputContext.Data"],
    ["another setting", { Organization: "s3cret-value" }, null, '"Organization" (Organization)'],
  ])("must not be %s too", async (_name, { Data, ...own }, output, where) => {
    const Configuration = { ...configuration, AppSecret: "s3cret-value", ...own };
    const { code, messages, answer, stderr, connection } = await runIn(
      { event: eventWith({ Configuration, ...(Data !== undefined && { Data }) }, output) },
      setting("A"),
    );
    expect([code, answer.outcome, messages]).toEqual([
      2,
      "invalid",
      [`"App secret" (AppSecret) is a secret, but ${where} has the same value.`],
    ]);
    expect(stderr).not.toContain(Configuration.AppSecret);
    expect(connection.sent).toEqual([]);
  });

  it("may be a part of a value, which the platform gets as it is", async () => {
    const Configuration = { ...configuration, AppSecret: "abcd" };
    const { code, answer, messages } = await runIn(
      { event: eventWith({ Configuration }) },
      acting(() =>
        Promise.resolve({ ...found, sentence: "abcd", account: { CustomAttribute1: "abcd-E1" } }),
      ),
    );
    expect([code, answer.outputContext.Data, messages]).toEqual([
      0,
      { CustomAttribute1: "abcd-E1" },
      ["[secret]"],
    ]);
  });

  it("is kept from the moment the connection knows it", async () => {
    const { stdout } = await runIn(
      {},
      acting(() => Promise.reject(new Error("refused token-abc-123"))),
    );
    expect(stdout).toContain("token-abc-123");
    const { last } = await runIn(
      {
        connect: (_configuration, { keepSecret }) => ({
          targets: { exchange: "client" },
          wait: () => Promise.resolve(),
          send: () => {
            keepSecret("token-abc-123");
            return Promise.reject(new Error("refused token-abc-123"));
          },
          stats: { requests: 1, retries: 0, waitedMs: 0 },
          close: () => undefined,
        }),
      },
      setting("A"),
    );
    expect(last).toBe("Set A: was sent; it is unknown whether it was applied. refused [secret]");
  });

  it("is removed from a long message before the message is cut, so that no part of it stays", async () => {
    const { last, stderr } = await runIn(
      {},
      acting(() =>
        Promise.reject(
          new Fault({
            kind: "invalid",
            message: `${"x".repeat(990)}${configuration.AppSecret}${"y".repeat(100)}`,
          }),
        ),
      ),
    );
    expect(last).toBe(`${"x".repeat(990)}[secret]yy…`);
    expect(stderr).toContain("y".repeat(100));
  });

  it.each(["Success", "done", "outcome", "AccountReference", guid.slice(0, 8), "e", "plan"])(
    "may be a word of the answer without breaking the answer: %s",
    async (AppSecret) => {
      const { code, answer } = await runIn(
        { event: eventWith({ Configuration: { ...configuration, AppSecret } }) },
        setting("A"),
      );
      expect([code, answer.outputContext.AccountReference, answer.outcome]).toEqual([
        0,
        guid,
        "done",
      ]);
    },
  );
});
