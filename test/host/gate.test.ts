import { describe, expect, it } from "vitest";
import { Fault, type FaultKind } from "../../lib/fault.ts";
import type { Deadline } from "../../lib/host/deadline.ts";
import { faultsOf, isRefusal } from "../../lib/host/faults.ts";
import { openGate, type Notice, type Trust } from "../../lib/host/gate.ts";
import type { StepPlacement } from "../../lib/host/stepRecord.ts";
import type { Step, StepResult } from "../../lib/step.ts";
import { connectionOf, guid, step, type Send, type TestTargets } from "./world.ts";

function opened({ send, dryRun = false }: { send?: Send; dryRun?: boolean } = {}) {
  const controller = new AbortController();
  const deadline: Deadline = {
    signal: controller.signal,
    remaining: () => 1,
    bound: (work) => work,
    interrupt: (reason) => controller.abort(reason),
    atMost: () => undefined,
    stop: () => undefined,
  };
  const said: string[] = [];
  const connection = connectionOf(send);
  return {
    gate: openGate({
      connection,
      dryRun,
      deadline,
      log: (level, message) => said.push(`${level}: ${message}`),
      trust: { confirmAll: false, strict: false },
    }),
    connection,
    deadline,
    said,
  };
}

/** A step that was sent, as the plan shows it. */
const planned = (property: string): unknown => ({
  ...step(property),
  cmdlet: "Set-Mailbox",
  sent: true,
});
const timeUp = new Fault({ kind: "unavailable", message: "The time ran out." });
const thrown = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => "nothing was thrown",
    (reason: unknown) => reason,
  );

describe("a change", () => {
  it("is sent as it was described, and recorded", async () => {
    const commands: unknown[] = [];
    const { gate } = opened({
      send: (command) => {
        commands.push(command);
        return Promise.resolve({ notices: [] });
      },
    });
    await gate.change(step("Hidden"));
    expect(commands).toEqual([
      {
        target: "exchange",
        operation: "Set-Mailbox",
        parameters: { Identity: guid, Hidden: true },
      },
    ]);
    expect(gate.taken).toEqual([{ step: planned("Hidden"), result: "done" }]);
  });

  it("is recorded as planned, even if its parameters change later", async () => {
    const { gate } = opened();
    const members = ["a"];
    const before = { Members: ["x"] };
    await gate.change({ ...step("Members", members), before });
    members.push("b");
    before.Members.pop();
    expect(gate.taken[0]?.step).toMatchObject({
      parameters: { Members: ["a"] },
      before: { Members: ["x"] },
    });
  });

  it("is alreadySo when the service changed nothing, or reports that it is in place", async () => {
    const { gate, said } = opened({
      send: () => Promise.resolve({ notices: [{ kind: "alreadySo", text: "not modified" }] }),
    });
    await gate.change(step("A"));
    expect(gate.taken).toMatchObject([{ result: "alreadySo", step: { sent: true } }]);
    expect(said).toEqual([]);
  });

  it.each<[Partial<Pick<Step, "isInPlace" | "isSilent">>, Notice[], string]>([
    [{}, [], "done"],
    [{ isInPlace: true }, [], "done"],
    [{ isInPlace: true, isSilent: true }, [], "alreadySo"],
    [{ isInPlace: false, isSilent: true }, [], "done"],
    [{ isInPlace: true }, [{ text: "x" }], "done"],
    [{ isInPlace: false }, [{ kind: "alreadySo", text: "x" }], "alreadySo"],
  ])(
    "that is %j by what was read is sent all the same, and with %j becomes %s",
    async (own, notices, result) => {
      const { gate, connection } = opened({ send: () => Promise.resolve({ notices }) });
      expect(await gate.change({ ...step("A"), ...own })).toBe(result);
      expect([connection.sent, gate.taken]).toMatchObject([
        ["A"],
        [{ result, step: { sent: true } }],
      ]);
    },
  );

  it("that the read showed in place can still fail, and may have been applied", async () => {
    for (const [kind, result] of [
      ["denied", "failed"],
      ["unavailable", "unknown"],
    ] as const) {
      const { gate } = opened({ send: () => Promise.reject(new Fault({ kind, message: "x" })) });
      await thrown(gate.change({ ...step("A"), isInPlace: true }));
      expect(gate.taken).toMatchObject([{ result }]);
    }
  });

  it("keeps its audit action and rank, and has neither in its step", async () => {
    const { gate } = opened();
    await gate.change(
      { ...step("A"), isInPlace: false, isSilent: true },
      { auditAction: "RevokePermission", rank: 3 },
    );
    expect(gate.taken).toEqual([
      {
        step: planned("A"),
        auditAction: "RevokePermission",
        rank: 3,
        result: "done",
      },
    ]);
  });

  it("that failed may still prove to be in place", async () => {
    const fault = new Fault({ kind: "taken", message: "x" });
    const { gate } = opened({ send: () => Promise.reject(fault) });
    const asked: Fault[] = [];
    expect(
      await gate.change({
        ...step("A"),
        recover: (given) => (asked.push(given), Promise.resolve("done")),
      }),
    ).toBe("done");
    expect([asked, gate.taken]).toMatchObject([
      [fault],
      [{ result: "done", step: { sent: true } }],
    ]);
    expect(gate.taken[0]?.fault).toBeUndefined();
  });

  it.each<[FaultKind, string]>([
    ["invalid", "failed"],
    ["unavailable", "unknown"],
  ])(
    "that failed and did not prove so has the fault that was found then: %s is %s",
    async (kind, result) => {
      const found = new Fault({ kind, message: "found" });
      const { gate } = opened({
        send: () => Promise.reject(new Fault({ kind: "taken", message: "x" })),
      });
      expect(
        await thrown(gate.change({ ...step("A"), recover: () => Promise.reject(found) })),
      ).toBe(found);
      expect(gate.taken).toMatchObject([{ result, fault: found }]);
    },
  );

  it("that is in place already is not verified, nor one that did not fail", async () => {
    const recover = (): Promise<never> => Promise.reject(new Error("was looked for"));
    for (const [notices, result] of [
      [[], "done"],
      [[{ kind: "alreadySo", text: "x" }], "alreadySo"],
    ] as const)
      expect(
        await opened({ send: () => Promise.resolve({ notices: [...notices] }) }).gate.change({
          ...step("A"),
          recover,
        }),
      ).toBe(result);
  });

  it("may have been applied when the run ended while it was verified", async () => {
    const { gate, deadline } = opened({
      send: () => Promise.reject(new Fault({ kind: "taken", message: "x" })),
    });
    expect(
      await thrown(
        gate.change({
          ...step("A"),
          recover: () => (deadline.interrupt(timeUp), Promise.reject(new Error("aborted"))),
        }),
      ),
    ).toBe(timeUp);
    expect(gate.taken).toEqual([{ step: planned("A"), result: "unknown" }]);
  });

  it("passes on the service's warnings, unless they are understood", async () => {
    const { gate, said } = opened({
      send: () =>
        Promise.resolve({
          notices: [{ kind: "moreResults", text: "more" }, { text: "takes an hour" }],
        }),
    });
    await gate.change(step("A"));
    expect(said).toEqual(["warning: takes an hour"]);
  });

  it("has failed when the service refused it", async () => {
    const fault = new Fault({ kind: "denied", message: "may not" });
    const { gate } = opened({ send: () => Promise.reject(fault) });
    expect(await thrown(gate.change(step("A")))).toBe(fault);
    expect(gate.taken).toMatchObject([{ result: "failed", fault, step: { sent: true } }]);
  });

  it("may have been applied when no answer came", async () => {
    const fault = new Fault({ kind: "unavailable", message: "cut" });
    const { gate } = opened({ send: () => Promise.reject(fault) });
    expect(await thrown(gate.change(step("A")))).toBe(fault);
    expect(gate.taken).toMatchObject([{ result: "unknown", fault }]);
  });

  it("may have been applied when the run ended while it was on its way", async () => {
    const { gate, deadline } = opened({
      send: () => {
        deadline.interrupt(timeUp);
        return Promise.reject(new Error("The operation was aborted"));
      },
    });
    expect(await thrown(gate.change(step("A")))).toBe(timeUp);
    expect(gate.taken).toEqual([{ step: planned("A"), result: "unknown" }]);
  });

  it("is not known to be applied while it is on its way", () => {
    const { gate } = opened({ send: () => new Promise(() => undefined) });
    void gate.change(step("A"));
    expect(gate.taken).toMatchObject([{ result: "unknown", step: { sent: true } }]);
  });

  it.each([undefined, "text", null])(
    "may have been applied when %j was thrown: only a refusal says that it was not",
    async (value) => {
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
      const { gate } = opened({ send: () => Promise.reject(value) });
      expect(await thrown(gate.change(step("A")))).toMatchObject({ kind: "unexpected" });
      expect(gate.taken).toMatchObject([{ result: "unknown" }]);
    },
  );
});

describe("a dry run", () => {
  it("sends nothing, and records the steps that a run takes", async () => {
    const [dry, wet] = [opened({ dryRun: true }), opened()];
    for (const { gate } of [dry, wet])
      for (const name of ["A", "B", "C"]) await gate.change(step(name));
    expect(dry.connection.sent).toEqual([]);
    expect(wet.connection.sent).toEqual(["A", "B", "C"]);
    expect(dry.gate.taken.map(({ step: { sent, ...rest } }) => [sent, rest])).toEqual(
      wet.gate.taken.map(({ step: { sent, ...rest } }) => [!sent, rest]),
    );
    expect(dry.gate.taken.map(({ result }) => result)).toEqual(["planned", "planned", "planned"]);
  });

  it("distinguishes steps that are in place", async () => {
    const { gate, connection } = opened({ dryRun: true });
    expect([
      await gate.change({ ...step("A"), isInPlace: true }),
      await gate.change(step("B")),
    ]).toEqual(["alreadySo", "planned"]);
    expect([connection.sent, gate.taken]).toMatchObject([
      [],
      [
        { result: "alreadySo", step: { sent: false } },
        { result: "planned", step: { sent: false } },
      ],
    ]);
  });

  it("reads", async () => {
    const { gate, connection } = opened({ dryRun: true });
    expect(await gate.read((given) => Promise.resolve(given === connection.targets))).toBe(true);
  });
});

describe("after the answer", () => {
  it("nothing is changed, planned or read", async () => {
    const { gate, deadline, connection } = opened();
    deadline.interrupt(timeUp);
    expect(await thrown(gate.change(step("A")))).toBe(timeUp);
    let asked = false;
    expect(await thrown(gate.read(() => Promise.resolve((asked = true))))).toBe(timeUp);
    expect([connection.sent, gate.taken, asked]).toEqual([[], [], false]);
  });

  it("a stream yields nothing more", async () => {
    const { gate, deadline } = opened();
    async function* pieces(): AsyncGenerator<number> {
      for (let piece = 1; ; piece++) yield await Promise.resolve(piece);
    }
    const given: number[] = [];
    const work = (async () => {
      for await (const piece of gate.stream(pieces)) {
        given.push(piece);
        if (piece === 2) deadline.interrupt(timeUp);
      }
    })();
    expect([await thrown(work), given]).toEqual([timeUp, [1, 2]]);
  });

  it("no stream is started", async () => {
    const { gate, deadline } = opened();
    deadline.interrupt(timeUp);
    let asked = false;
    async function* pieces(): AsyncGenerator<number> {
      asked = true;
      yield await Promise.resolve(1);
    }
    expect(
      await thrown(
        (async () => {
          for await (const piece of gate.stream(pieces)) expect(piece).toBe("none");
        })(),
      ),
    ).toBe(timeUp);
    expect(asked).toBe(false);
  });
});

describe("several attempts", () => {
  it("all run, one after the other, and their faults are returned", async () => {
    const made: string[] = [];
    const attempt = (name: string, fault?: Fault) => async () => {
      made.push(`${name} begins`);
      await Promise.resolve();
      made.push(`${name} ends`);
      if (fault) throw fault;
    };
    const [first, second] = [
      new Fault({ kind: "denied", message: "a" }),
      new Fault({ kind: "invalid", message: "c" }),
    ];
    expect(await faultsOf([attempt("a", first), attempt("b"), attempt("c", second)])).toEqual([
      first,
      second,
    ]);
    expect(made).toEqual(["a", "b", "c"].flatMap((name) => [`${name} begins`, `${name} ends`]));
  });

  it("return a fault for any thrown value, even for one thrown synchronously", async () => {
    expect(
      await faultsOf([
        () => {
          throw new TypeError("x");
        },
      ]),
    ).toMatchObject([{ kind: "unexpected", message: "x" }]);
    expect(await faultsOf([])).toEqual([]);
  });

  it.each<[FaultKind, boolean]>([
    ["missing", true],
    ["notReady", true],
    ["ambiguous", true],
    ["taken", true],
    ["onPremises", true],
    ["unlicensed", true],
    ["denied", true],
    ["invalid", true],
    ["throttled", true],
    ["unavailable", false],
    ["unexpected", false],
  ])("that ended as %s were refused: %s", (kind, refused) => {
    expect(isRefusal(new Fault({ kind, message: "x" }))).toBe(refused);
  });
});

describe("a change that can be verified", () => {
  type Answer = Awaited<ReturnType<Send>> | Fault;

  /**
   * A gate whose target gives these answers in turn, the last one for good, and shows the change after so many looks;
   * and the milliseconds it waited.
   */
  function looked(
    answer: Answer | [Answer, ...Answer[]],
    {
      shownAfter = 0,
      remaining = 60_000,
      ...trust
    }: Partial<Trust & { shownAfter: number; remaining: number }> = {},
  ) {
    const waits: number[] = [];
    let looks = 0;
    const answers = [answer].flat();
    const connection = {
      ...connectionOf(() => {
        const [next = plain] = answers.length > 1 ? answers.splice(0, 1) : answers;
        return next instanceof Fault ? Promise.reject(next) : Promise.resolve(next);
      }),
      wait: (ms: number) => (waits.push(ms), Promise.resolve()),
    };
    const gate = openGate({
      connection,
      dryRun: false,
      deadline: { signal: new AbortController().signal, remaining: () => remaining },
      log: () => undefined,
      trust: { confirmAll: false, strict: false, ...trust },
    });
    const change = (
      own: Partial<Step<"exchange", TestTargets>> = {},
      placement?: StepPlacement,
    ): Promise<StepResult> =>
      gate.change(
        { ...step("A"), isInEffect: () => Promise.resolve(looks++ >= shownAfter), ...own },
        placement,
      );
    return { gate, change, waits, looks: () => looks, sent: connection.sent };
  }
  const plain = { notices: [] };
  const alreadySo = { notices: [{ kind: "alreadySo", text: "nothing was changed" }] };
  const odd = { notices: [{ text: "An inherited entry was ignored." }] };
  const retried = { notices: [], wasRetried: true };
  const never = { shownAfter: Infinity };

  it("is accepted without a read when a grant was answered without warnings", async () => {
    const { change, looks } = looked(plain);
    expect([await change(), looks()]).toEqual(["done", 0]);
  });

  it("costs one read and no wait when a revoke shows at once", async () => {
    const { change, looks, waits, gate } = looked(plain, { confirmAll: true });
    expect([await change(), looks(), waits, await gate.settle()]).toEqual(["done", 1, [], []]);
  });

  it.each([
    ["already so", alreadySo],
    ["a warning that is not understood", odd],
    ["sent again", retried],
  ])("is read back for every verb when the answer was: %s", async (_name, answer) => {
    const { change, looks } = looked(answer);
    await change();
    expect(looks()).toBe(1);
  });

  it.each<[string, Answer]>([
    ["a warning that is not understood", odd],
    ["sent again", retried],
    ["none", new Fault({ kind: "unavailable", message: "No answer came." })],
    ["not found", new Fault({ kind: "missing", message: "There is no such object." })],
  ])("needs two looks when something is removed and the answer was: %s", async (_name, answer) => {
    const isRemoval = true;
    const right = looked(answer, { confirmAll: true });
    expect(await right.change({ isRemoval })).toBe("pending");
    expect([await right.gate.settle(), right.looks()]).toEqual([[], 2]);
    expect(right.gate.taken[0]?.result).toBe("done");

    // Never two in a row that show it: a controller is behind.
    let looks = 0;
    const wrong = looked(answer, { confirmAll: true });
    await wrong.change({ isRemoval, isInEffect: () => Promise.resolve(looks++ % 2 === 0) });
    expect(await wrong.gate.settle()).toHaveLength(1);
    expect(wrong.gate.taken[0]?.result).toBe("unknown");

    const set = looked(answer, { confirmAll: true });
    expect([await set.change(), set.looks()]).toEqual(["done", 1]);
  });

  it("succeeds when it shows within 15 s", async () => {
    const { gate, change, waits } = looked(plain, {
      confirmAll: true,
      strict: true,
      shownAfter: 6,
    });
    expect(await change()).toBe("pending");
    expect(await gate.settle()).toEqual([]);
    expect(gate.taken).toMatchObject([{ result: "done" }]);
    const waited = waits.reduce((sum, ms) => sum + ms, 0);
    expect([waited >= 10_000, waited <= 15_000]).toEqual([true, true]);
  });

  it("is accepted when its effect does not show after a plain answer, unless the setting is strict", async () => {
    const accepted = looked(plain, { confirmAll: true, ...never });
    await accepted.change();
    expect([await accepted.gate.settle(), accepted.gate.taken[0]?.result]).toEqual([
      [],
      "accepted",
    ]);
    const strict = looked(plain, { confirmAll: true, strict: true, ...never });
    await strict.change();
    expect(await strict.gate.settle()).toMatchObject([{ kind: "notReady" }]);
    expect(strict.gate.taken[0]?.result).toBe("unknown");
  });

  it.each([
    ["already so", alreadySo, "nothing to change"],
    ["a warning that is not understood", odd, "An inherited entry was ignored."],
    ["sent again", retried, "sent again"],
  ])(
    "fails when its effect does not show after any other answer: %s",
    async (_name, answer, reason) => {
      for (const confirmAll of [true, false]) {
        const { gate, change } = looked(answer, { confirmAll, ...never });
        await change();
        expect(await gate.settle()).toMatchObject([
          { kind: "notReady", message: expect.stringContaining(reason) as string },
        ]);
      }
    },
  );

  const other = {
    after: "alreadySo" as const,
    operation: "Set-Mailbox",
    parameters: { B: 1 },
    sentence: "Set A by B",
  };

  it("is verified when it revokes inside another verb", async () => {
    const { change, looks } = looked(plain);
    await change({}, { auditAction: "RevokePermission" });
    expect(looks()).toBe(1);
  });

  it("uses an alternative only after the answer it is for", async () => {
    const { change, sent } = looked(alreadySo, never);
    expect(await change({ alternatives: [{ ...other, after: "noEntry" }] })).toBe("pending");
    expect(sent).toEqual(["A"]);
  });

  it("is done by an alternative when the answer contradicts what was read", async () => {
    const { gate, change } = looked([alreadySo, plain], { ...never });
    await change({ isInPlace: true, isSilent: true, alternatives: [other] });
    expect(gate.taken.map(({ result }) => result)).toEqual(["alreadySo", "done"]);
  });

  it("that is refused has failed, although it was in place before", async () => {
    const denied = new Fault({ kind: "denied", message: "x" });
    expect(await thrown(looked(denied).change())).toBe(denied);
  });

  it("is read again after a write that did not find what was read", async () => {
    const gone = new Fault({ kind: "missing", message: "Not found on DC01." });
    const { gate, change, sent } = looked([gone, plain], never);
    expect(await change()).toBe("pending");
    expect([sent, gate.taken.map(({ result }) => result)]).toEqual([["A", "A"], ["pending"]]);
  });

  it("is not gone when a read does not find it and nothing proves the absence", async () => {
    const missing = new Fault({ kind: "missing", message: "Not found on DC01." });
    const { change } = looked(plain, { confirmAll: true });
    expect(await change({ isInEffect: () => Promise.reject(missing) })).toBe("pending");
  });

  it("continues with the next alternative when a read contradicts the answer", async () => {
    const { gate, change, sent } = looked(alreadySo, { confirmAll: true, shownAfter: 1 });
    expect(await change({ alternatives: [other] })).toBe("alreadySo");
    expect(sent).toEqual(["A", "B"]);
    expect(gate.taken.map(({ step: { sentence } }) => sentence)).toEqual(["Set A", "Set A by B"]);
  });

  it("is done when no answer came and a read shows it", async () => {
    const lost = new Fault({ kind: "unavailable", message: "No answer." });
    expect(await looked(lost).change()).toBe("done");
    expect(await thrown(looked(lost, never).change())).toBe(lost);
  });

  it("is sent again when a write does not find what was read, and is unknown in the end", async () => {
    const gone = new Fault({ kind: "missing", message: "Not found on DC01." });
    const { change, sent, waits } = looked(gone, { confirmAll: true, ...never });
    expect(await thrown(change())).toMatchObject({ kind: "unavailable" });
    expect([sent, waits.length]).toEqual([["A", "A"], 1]);
  });

  it("fails as missing when a read proves the absence", async () => {
    const gone = new Fault({ kind: "missing", isProven: true, message: "It does not exist." });
    const isInEffect = () => Promise.reject(gone);
    const { change } = looked(new Fault({ kind: "missing", message: "x" }), { confirmAll: true });
    expect(await thrown(change({ isInEffect }))).toBe(gone);
  });

  it("is not waited for when the run has no time left", async () => {
    const { gate, change, waits } = looked(plain, {
      confirmAll: true,
      strict: true,
      remaining: 3_000,
      ...never,
    });
    await change();
    expect([(await gate.settle()).length, waits]).toEqual([1, []]);
  });
});
