import { describe, expect, it } from "vitest";
import { Fault } from "../../lib/fault.ts";
import { openGate, type Trust } from "../../lib/host/gate.ts";
import type { StepPlacement } from "../../lib/host/stepRecord.ts";
import type { Step, StepResult } from "../../lib/step.ts";
import { thrown, connectionOf, step, type Send, type TestTargets } from "./world.ts";

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
      keepSecret: () => undefined,
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
