import { beforeEach, describe, expect, it } from "vitest";
import { Fault, type FaultKind } from "../../lib/fault.ts";
import type { Deadline } from "../../lib/host/deadline.ts";
import { openGate, type Notice, type StepAnswer } from "../../lib/host/gate.ts";
import type { Step } from "../../lib/step.ts";
import { thrown, connectionOf, guid, step, type Send } from "./world.ts";

interface Opening {
  send?: Send;
  dryRun?: boolean;
  confirmAll?: boolean;
  /** Milliseconds left. */
  left?: number;
}

function opened({ send, dryRun = false, confirmAll = false, left = 1 }: Opening = {}) {
  const controller = new AbortController();
  const deadline: Deadline = {
    signal: controller.signal,
    remaining: () => left,
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
      keepSecret: () => undefined,
      trust: { confirmAll, strict: false },
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

  it("that is sent again after a contradicted answer is a failure as long as nothing shows it", async () => {
    let sent = 0;
    const missing = new Fault({ kind: "missing", message: "It was not found." });
    const { gate } = opened({
      confirmAll: true,
      left: 100_000,
      send: () => (++sent === 1 ? Promise.reject(missing) : Promise.resolve({ notices: [] })),
    });
    await gate.change({ ...step("A"), isInEffect: () => Promise.resolve(false) });
    const [fault] = await gate.settle();
    expect(sent).toBe(2);
    expect(fault).toMatchObject({ kind: "notReady" });
    expect(gate.taken.map(({ result }) => result)).toEqual(["unknown"]);
  });

  it("that is accepted and not shown is a failure where reads show at once what was accepted", async () => {
    const { gate, connection } = opened({ confirmAll: true });
    const unseen = { ...step("A"), isInEffect: () => Promise.resolve(false) };
    await gate.change(unseen);
    expect(await gate.settle()).toEqual([]);
    connection.showsAtOnce = (target) => target === "exchange";
    await gate.change(unseen);
    const [fault] = await gate.settle();
    expect(fault).toMatchObject({ kind: "notReady" });
    expect(fault?.message).toContain("The service accepted it. Its lists do not show the change");
    expect(gate.taken.map(({ result }) => result)).toEqual(["accepted", "unknown"]);
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

describe("several changes at once", () => {
  const refused = new Fault({ kind: "denied", message: "No." });
  const answering =
    (...answers: (StepAnswer | Fault)[]) =>
    (steps: readonly unknown[]): Promise<(StepAnswer | Fault)[]> =>
      Promise.resolve(steps.map((_step, index) => answers[index] ?? { notices: [] }));

  it("are sent in their order, also when one is refused, and reject with the first fault", async () => {
    const { gate, connection } = opened({
      send: ({ parameters }) =>
        "A" in parameters ? Promise.reject(refused) : Promise.resolve({ notices: [] }),
    });
    expect(await thrown(gate.changeAll([step("A"), step("B")]))).toBe(refused);
    expect(connection.sent).toEqual(["A", "B"]);
    expect(gate.taken).toMatchObject([{ result: "failed", fault: refused }, { result: "done" }]);
  });

  it("go out together where the connection can, each with its own answer", async () => {
    const { gate, connection } = opened();
    connection.sendAll = answering({ notices: [{ kind: "alreadySo", text: "so" }] });
    expect(await gate.changeAll([step("A"), step("B")])).toEqual(["alreadySo", "done"]);
    expect(connection.sent).toEqual([]);
    expect(gate.taken.map(({ step: { sent } }) => sent)).toEqual([true, true]);
  });

  it("are in doubt, each of them, when the connection fails or forgets one", async () => {
    const lost = new Fault({ kind: "unavailable", message: "Lost." });
    const { gate, connection } = opened();
    connection.sendAll = () => Promise.reject(lost);
    expect(await thrown(gate.changeAll([step("A"), step("B")]))).toBe(lost);
    connection.sendAll = () => Promise.resolve([{ notices: [] }]);
    expect(await thrown(gate.changeAll([step("C"), step("D")]))).toMatchObject({
      kind: "unexpected",
    });
    expect(gate.taken.map(({ result }) => result)).toEqual([
      "unknown",
      "unknown",
      "done",
      "unknown",
    ]);
  });

  it("can resolve to the result or the fault of each", async () => {
    const { gate, connection } = opened();
    connection.sendAll = answering(refused, { notices: [] });
    expect(await gate.attemptAll([step("A"), step("B")])).toEqual([refused, "done"]);
    expect(gate.taken).toMatchObject([{ result: "failed", fault: refused }, { result: "done" }]);
  });

  it("are looked at side by side, also when they are looked at again", async () => {
    const { gate } = opened({ confirmAll: true, left: 20_000 });
    const running = { now: 0, max: 0, looks: 0 };
    const isInEffect = async (): Promise<boolean> => {
      running.max = Math.max(running.max, ++running.now);
      await Promise.resolve();
      running.now--;
      return ++running.looks > 2;
    };
    const steps = ["A", "B"].map((name) => ({ ...step(name), isInEffect }));
    expect(await gate.changeAll(steps)).toEqual(["pending", "pending"]);
    expect(running.max).toBe(2);
    running.max = 0;
    expect(await gate.settle()).toEqual([]);
    expect([running.max, gate.taken.map(({ result }) => result)]).toEqual([2, ["done", "done"]]);
  });

  it("that must show wait for their own looks, also when they are taken side by side", async () => {
    const { gate } = opened({ left: 20_000 });
    const shownAfter = (looks: number) => {
      let looked = 0;
      return () => Promise.resolve(++looked > looks);
    };
    const taking = [0, 2, Infinity].map((looks) =>
      gate.attemptAll([{ ...step(String(looks)), mustShow: true, isInEffect: shownAfter(looks) }]),
    );
    expect(await Promise.all(taking)).toEqual([
      ["done"],
      ["done"],
      [expect.objectContaining({ kind: "notReady" })],
    ]);
    expect(gate.taken.map(({ result }) => result)).toEqual(["done", "done", "unknown"]);
  });

  it("are only planned in a dry run", async () => {
    const { gate, connection } = opened({ dryRun: true });
    connection.sendAll = () => Promise.reject(refused);
    expect(await gate.changeAll([step("A"), { ...step("B"), isInPlace: true }])).toEqual([
      "planned",
      "alreadySo",
    ]);
    expect(gate.taken.map(({ step: { sent } }) => sent)).toEqual([false, false]);
  });
});

describe("a step whose service reports whether it changed anything", () => {
  let reads = 0;
  const unread = {
    isInPlace: (): Promise<boolean> => (reads++, Promise.resolve(true)),
    before: (wasInPlace: boolean) => ({ was: wasInPlace }),
  };
  const reported = { ...step("A"), before: {}, unread };
  const isShown = { ...reported, isInEffect: () => Promise.resolve(true) };
  const so: StepAnswer = { notices: [{ kind: "alreadySo", text: "so" }] };
  beforeEach(() => {
    reads = 0;
  });

  it.each<[string, StepAnswer | Fault, typeof reported, string, object]>([
    ["that it did", { notices: [] }, reported, "done", { was: false }],
    ["that it was so", so, isShown, "alreadySo", { was: true }],
    ["that it was so, to a second try", { ...so, wasRetried: true }, isShown, "alreadySo", {}],
    [
      "an error, although it is so",
      new Fault({ kind: "unexpected", message: "?" }),
      isShown,
      "alreadySo",
      {},
    ],
    ["nothing", new Fault({ kind: "unavailable", message: "Cut." }), isShown, "done", {}],
  ])("is not read when it answers %s", async (_answer, answer, sent, result, before) => {
    const { gate } = opened({
      send: () => (answer instanceof Fault ? Promise.reject(answer) : Promise.resolve(answer)),
    });
    expect(await gate.change(sent)).toBe(result);
    expect([reads, gate.taken[0]?.step.before]).toEqual([0, before]);
  });

  it("is read in a dry run, alone or with others", async () => {
    for (const change of ["change", "changeAll"] as const) {
      const { gate, connection } = opened({ dryRun: true });
      await (change === "change" ? gate.change(reported) : gate.changeAll([reported]));
      expect(gate.taken).toMatchObject([{ result: "alreadySo", step: { before: { was: true } } }]);
      expect(connection.sent).toEqual([]);
    }
    expect(reads).toBe(2);
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
