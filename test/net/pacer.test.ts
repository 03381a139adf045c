import { describe, expect, it } from "vitest";
import "../../lib/net/pacer.ts";
import { turnsOf, type Outcome, type Turn, type Turns } from "../../lib/net/turns.ts";
import { settled } from "../exchange/answering.ts";

/** Turns on a clock that a test moves on. */
function paced(maxPerSecond?: number) {
  let now = Date.parse("2026-11-22T08:00:00Z");
  const start = now;
  const waits: { until: number; end(): void; fail(reason: unknown): void }[] = [];
  const sleep = (ms: number): Promise<void> =>
    new Promise((end, fail) => waits.push({ until: now + ms, end, fail }));
  const turns = turnsOf({ clock: () => now, maxPerSecond });
  /** Lets time pass, and everything happen that is due meanwhile. */
  async function pass(ms: number): Promise<void> {
    const until = now + ms;
    await settled();
    for (;;) {
      waits.sort((one, other) => one.until - other.until);
      if (!waits[0] || waits[0].until > until) break;
      now = waits[0].until;
      waits.shift()?.end();
      await settled();
    }
    now = until;
  }
  /** Takes turns of ten operations, and notes when each came, in milliseconds. */
  function want(count: number, operations = 10) {
    const taken: { at: number; turn: Turn }[] = [];
    for (let index = 0; index < count; index++)
      void turns.take(operations, sleep).then(
        (turn) => taken.push({ at: now - start, turn }),
        () => undefined,
      );
    return taken;
  }
  const setBack = (ms: number): void => {
    now -= ms;
    for (const wait of waits) wait.until -= ms;
  };
  return { turns, pass, want, waits, sleep, setBack };
}

const fine = (passed = 10): Outcome => ({ passed, refused: 0 });
const refusal = (afterMs?: number, refused = 10): Outcome => ({ passed: 0, refused, afterMs });

async function answerAll(
  turns: Turns,
  taken: readonly { turn: Turn }[],
  outcome: Outcome,
): Promise<void> {
  for (const { turn } of taken) await turns.answered(turn, outcome);
}

/** A service that takes 40 operations in a second, counted over five: 200 passed, and 20 were refused. */
async function taught(afterMs?: number) {
  const { turns, pass, want, ...others } = paced();
  const sent = want(22);
  await pass(0);
  await answerAll(turns, sent.slice(0, 20), fine());
  await answerAll(turns, sent.slice(20), refusal(afterMs));
  return { turns, pass, want, ...others };
}

/** Always more requests than the pace allows, all of which pass. Counts the operations of some seconds. */
function busy({ pass, want, turns }: Pick<ReturnType<typeof paced>, "pass" | "want" | "turns">) {
  const taken = want(5_000);
  return async (seconds: number): Promise<number> => {
    let answered = taken.length;
    const before = answered;
    for (let tenth = 0; tenth < 10 * seconds; tenth++) {
      await pass(100);
      await answerAll(turns, taken.slice(answered), fine());
      answered = taken.length;
    }
    return 10 * (answered - before);
  };
}

describe("without refusals", () => {
  it("nothing waits", async () => {
    const { want, pass } = paced();
    const taken = want(500);
    await pass(0);
    expect(taken).toHaveLength(500);
  });

  it("a maximum is kept from the first second on, and a batch waits for nothing", async () => {
    const { want, pass } = paced(40);
    const taken = want(100);
    await pass(0);
    expect(taken.map(({ at }) => at)).toEqual([0]);
    await pass(10_000);
    expect(taken.length).toBeGreaterThanOrEqual(38);
    expect(taken.length).toBeLessThanOrEqual(40);
  });

  it("a clock that is set back holds nothing up", async () => {
    const { pass, want, setBack } = paced(40);
    want(10);
    await pass(2_000);
    setBack(3_600_000);
    const taken = want(4);
    await pass(2_000);
    expect(taken).toHaveLength(4);
  });

  it("the few operations of an event wait for no maximum", async () => {
    const { want, pass } = paced(40);
    const taken = [...want(10, 1)];
    await pass(0);
    taken.push(...want(10, 1));
    await pass(0);
    expect(want(1, 1)).toHaveLength(0);
    const { want: wantOthers, pass: passOthers } = paced(1);
    const others = wantOthers(10, 1);
    await passOthers(0);
    expect(others).toHaveLength(10);
  });
});

describe("refusals", () => {
  it("hold everything up for as long as the service requests; then one tries", async () => {
    const { turns, pass, want } = await taught(5_000);
    const taken = want(30);
    await pass(4_999);
    expect(taken).toHaveLength(0);
    await pass(1);
    expect(taken).toHaveLength(1);
    await pass(2_000);
    expect(taken).toHaveLength(1);
    await answerAll(turns, taken, fine());
    await pass(1_000);
    expect(taken.length).toBeGreaterThan(3);
  });

  it("leave the pace that was seen to pass", async () => {
    const { turns, ...others } = await taught(5_000);
    const trial = others.want(1);
    await others.pass(5_000);
    await answerAll(turns, trial, fine());
    const sent = await busy({ turns, ...others })(5);
    expect(sent).toBeGreaterThanOrEqual(180);
    expect(sent).toBeLessThanOrEqual(200);
  });

  it("leave nearly that pace when the service requests no time", async () => {
    const { turns, pass, want } = await taught();
    // The service takes the next one after five seconds. Until then, one tries now and then.
    for (let tries = 0; tries < 9; tries++) {
      const trial = want(1);
      await pass(500);
      expect(trial).toHaveLength(1);
      await answerAll(turns, trial, refusal(undefined, 1));
    }
    const trial = want(1);
    await pass(510);
    await answerAll(turns, trial, fine());
    const sent = await busy({ turns, pass, want })(5);
    expect(sent).toBeGreaterThanOrEqual(180);
    expect(sent).toBeLessThanOrEqual(210);
  });

  it("that come alone hold nothing up, and teach no pace", async () => {
    const { turns, pass, want } = paced();
    for (let round = 0; round < 50; round++) {
      const sent = want(10);
      await pass(10);
      expect(sent).toHaveLength(10);
      await answerAll(turns, sent.slice(0, 1), refusal(5_000, 1));
      await answerAll(turns, sent.slice(1), fine());
      const next = want(1);
      await pass(0);
      await answerAll(turns, next, fine());
    }
  });

  it("of what was sent before something passed teach nothing", async () => {
    const { turns, pass, want } = paced();
    const sent = want(4);
    await pass(0);
    await answerAll(turns, sent.slice(0, 1), refusal(undefined, 1));
    const later = want(1);
    await pass(0);
    await answerAll(turns, later, fine());
    await answerAll(turns, sent.slice(1), refusal());
    const next = want(100);
    await pass(0);
    expect(next).toHaveLength(100);
  });

  it("make a pace slower that proves too fast", async () => {
    const one = await taught(1_000);
    const trial = one.want(1);
    await one.pass(1_000);
    await answerAll(one.turns, trial, fine());
    const before = one.want(200);
    await one.pass(1_000);
    expect(before.length).toBeGreaterThan(15);
    await answerAll(one.turns, before, refusal(4_000));
    const tried = before.length;
    await one.pass(4_000);
    expect(before).toHaveLength(tried + 1);
    await answerAll(one.turns, before.slice(tried), fine());
    await one.pass(1_000);
    // The latest 210 had passed in six seconds.
    expect(before.length - tried - 1).toBe(3);
  });

  it("allow a little more after ten calm seconds, and then twice as much more", async () => {
    const one = await taught(5_000);
    const trial = one.want(1);
    await one.pass(5_000);
    await answerAll(one.turns, trial, fine());
    const sentIn = busy(one);
    const sent: number[] = [];
    for (let round = 0; round < 4; round++) sent.push(await sentIn(10));
    expect(sent).toEqual([380, 400, 440, 510]);
  });

  it("never allow more than the maximum", async () => {
    const sent = await busy(paced(40))(60);
    expect(sent).toBeGreaterThan(2_200);
    expect(sent).toBeLessThanOrEqual(2_400);
  });
});

describe("a request that tries", () => {
  it("makes room for the next one when it gets no answer", async () => {
    const { turns, pass, want } = await taught(5_000);
    const taken = want(2);
    await pass(5_000);
    await answerAll(turns, taken, { passed: 0, refused: 0 });
    await pass(100);
    expect(taken).toHaveLength(2);
  });

  it("is waited for ten seconds", async () => {
    const { pass, want } = await taught(5_000);
    const taken = want(3);
    await pass(14_999);
    expect(taken).toHaveLength(1);
    await pass(1);
    expect(taken).toHaveLength(2);
  });
});

it.each([
  ["is held up", () => taught(5_000)],
  ["is paced", () => Promise.resolve(paced(2))],
])("a request that %s lets the next one go when its run ends", async (_name, start) => {
  const { turns, pass, want, waits } = await start();
  const first = want(2);
  await pass(0);
  const before = first.length;
  const second = want(1);
  await pass(1_000);
  waits.shift()?.fail(new Error("The run has ended."));
  await pass(15_000);
  expect([first.length - before, second.length]).toEqual([before === 0 ? 1 : 0, 1]);
  await answerAll(turns, second, fine());
});
