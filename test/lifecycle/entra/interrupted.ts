/**
 * Breaks a run at each of its requests in turn: the connection is cut before or after the request took effect or in the
 * middle of the answer, or the run is killed. Whatever happened, running again leaves the tenant as one undisturbed run
 * does.
 */
import { expect } from "vitest";
import type { AnyAnswer, Runner } from "../../bench.ts";
import type { State } from "../../emulator/state.ts";
import type { EntraBench } from "./entraBench.ts";

export interface Interrupted {
  runner: Runner<AnyAnswer>;
  before: (state: State) => void;
  /** `last` is the answer of the run before: what it says is on record. */
  event: (bench: EntraBench, last?: AnyAnswer) => unknown;
  /** What the tenant has, read past every client. */
  stored: (bench: EntraBench) => unknown;
  /** Fewer requests of an undisturbed run would break at less than is meant. */
  minRequests: number;
}

export async function expectConverges(
  bench: EntraBench,
  { runner, before, event, stored, minRequests }: Interrupted,
): Promise<void> {
  const again = async (
    last: AnyAnswer | undefined,
    whole: unknown,
    where: string,
  ): Promise<void> => {
    bench.emulator.setFaults([]);
    const { answer } = await runner.here(bench, event(bench, last));
    expect(answer.outputContext.Success, where).toBe(true);
    expect(stored(bench), where).toEqual(whole);
  };

  bench.fresh(before);
  const untouched = stored(bench);
  const undisturbed = await runner.here(bench, event(bench));
  expect(undisturbed.answer.outputContext.Success).toBe(true);
  const requests = bench.emulator.journal().length;
  const whole = stored(bench);
  expect(whole).not.toEqual(untouched);
  expect(requests).toBeGreaterThanOrEqual(minRequests);
  for (let nth = 1; nth <= requests; nth++) {
    for (const cut of ["before", "after", "half"] as const) {
      const where = `request ${nth} cut ${cut}`;
      bench.fresh(before);
      bench.emulator.setFaults([{ match: { nth }, cut }]);
      const { answer } = await runner.here(bench, event(bench));
      if (answer.outputContext.Success) expect(stored(bench), where).toEqual(whole);
      await again(answer, whole, where);
    }
    const where = `request ${nth} killed`;
    bench.fresh(before);
    bench.emulator.setFaults([{ match: { nth }, cut: "after" }]);
    await runner.killedHere(bench, event(bench), () =>
      bench.emulator.journal().some(({ fault }) => fault !== undefined),
    );
    await again(undefined, whole, where);
  }
}
