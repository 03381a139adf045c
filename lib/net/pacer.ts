import { slotsOf } from "../concurrency.ts";
import type { Outcome, Turn, Turns, TurnSettings } from "./turns.ts";

/** Limits how many operations are sent in a second to what the service takes, which its refusals show. */
export interface Pacer extends Pick<Turns, "take"> {
  answered(turn: Turn, outcome: Outcome): void;
}

/** One refusal may have any reason. When another one comes, and nothing passed in between, there is a limit. */
const refusalsOfLimit = 2;
/** When the service requests no wait, one request tries after this time, and so on. */
const trialMs = 500;
/** While one request tries, the others look so often whether it has passed, for so long. */
const lookMs = 100;
const patienceMs = 10_000;
/** A request that leaves late, because its wait took longer, delays no others by more than that. */
const maxLateMs = 250;
/** So many operations have to pass before their pace is what the service takes. */
const minPassed = 20;
/** So many operations, those of a batch, may be sent at once when none were sent lately. */
const atOnce = 10;
/** Requests do not all take equally long, so that some arrive sooner after each other than they were sent. */
const margin = 0.95;
/** After a refusal that no other one follows. */
const slower = 0.95;
/** After so many seconds in which the pace held requests up and none was refused, it is faster. */
const calmSeconds = 10;
/** By so much at first, and by twice as much each time. */
const firstStep = 0.05;

/**
 * Refusals that follow each other hold all requests up, for as long as the service requests; then one of them tries.
 * When it passes, the pace is the fastest one that was seen to pass: what passed since any of the latest turns, until
 * the service took requests again. So a service that takes 200 operations in 5 seconds shows 40 in a second, although
 * it took the 200 at once.
 *
 * `turns` are the latest ones, the oldest first; `begin` adds one.
 */
export function pacerOf(
  turns: readonly Turn[],
  {
    begin,
    clock,
    maxPerSecond = Infinity,
  }: TurnSettings & { begin(operations: number, era: number): Turn },
): Pacer {
  /** Requests wait in the order in which they came. */
  const gate = slotsOf(1);
  let perSecond = maxPerSecond;
  /** When the operations that were sent are within the pace. */
  let paidAt = 0;
  let era = 0;
  /** Since something passed. */
  let refusals = 0;
  let lastRefusedAt = 0;
  /** All requests are held up; at this time the next one tries. */
  let trialAt: number | undefined;
  /** It has been sent, and has no answer yet. */
  let isTrying = false;
  /** When the service said that it takes requests again. */
  let openAt: number | undefined;
  let calmOperations = 0;
  let step = firstStep;

  const costOf = (operations: number): number => (1_000 * operations) / (perSecond * margin);

  const dueAt = (operations: number): number =>
    trialAt ?? paidAt - costOf(Math.max(0, atOnce - operations));

  /** Returns whether the pace held the request up. */
  async function waited(
    operations: number,
    sleep: (ms: number) => Promise<void>,
  ): Promise<boolean> {
    let now = clock();
    const isPaced = trialAt === undefined && dueAt(operations) > now;
    for (let ms = dueAt(operations) - now; ms > 0; ms = dueAt(operations) - now) {
      const sleepMs = isTrying ? Math.min(ms, lookMs) : ms;
      await sleep(sleepMs);
      now = Math.max(now + sleepMs, clock());
    }
    return isPaced && trialAt === undefined;
  }

  function onWaited(operations: number): void {
    calmOperations += operations;
    if (calmOperations < calmSeconds * perSecond) return;
    perSecond = Math.min(maxPerSecond, perSecond * (1 + step));
    step *= 2;
    calmOperations = 0;
  }

  function learn(trial: Turn): void {
    const takenAgainAt = openAt ?? (lastRefusedAt + trial.at) / 2;
    let passed = 0;
    let fastest = 0;
    for (const turn of turns.filter(({ at }) => at <= lastRefusedAt).reverse()) {
      passed += turn.passed;
      if (passed >= minPassed)
        fastest = Math.max(fastest, (1_000 * passed) / (takenAgainAt - turn.at));
    }
    // Too little passed to show a pace: the next refusals will.
    if (fastest > 0) perSecond = Math.max(1, Math.min(perSecond, fastest));
  }

  function onPassed(turn: Turn): void {
    if (turn.era !== era) return;
    if (trialAt !== undefined) learn(turn);
    trialAt = undefined;
    isTrying = false;
    refusals = 0;
  }

  function onRefused(turn: Turn, refused: number, afterMs: number | undefined): void {
    const isNews = turn.era === era;
    const isFirst = refusals === 0;
    // It was sent before something else passed.
    if (isFirst && !isNews) return;
    refusals += refused;
    lastRefusedAt = Math.max(lastRefusedAt, turn.at);
    calmOperations = 0;
    step = firstStep;
    if (isFirst) {
      era++;
      perSecond = Math.max(1, perSecond * slower);
    }
    if (refusals < refusalsOfLimit) return;
    // What is on its way may pass, and shows nothing about what is sent from now on.
    if (trialAt === undefined) era++;
    else if (!isNews && afterMs === undefined) return;
    if (isNews) isTrying = false;
    trialAt = clock() + (afterMs ?? trialMs);
    openAt = afterMs === undefined ? undefined : trialAt;
  }

  return {
    async take(operations, sleep) {
      // All wait for that time side by side: `sleep` rejects at once for a request that cannot wait so long.
      const heldMs = trialAt === undefined || isTrying ? 0 : trialAt - clock();
      if (heldMs > 0) await sleep(heldMs);
      const leave = await gate.take();
      try {
        // Later only when the clock was set back meanwhile: that must not hold requests up.
        paidAt = Math.min(paidAt, clock() + costOf(atOnce));
        const isPaced = await waited(operations, sleep);
        if (isPaced) onWaited(operations);
        if (trialAt !== undefined) {
          isTrying = true;
          trialAt = clock() + patienceMs;
        }
        paidAt = Math.max(paidAt, clock() - (isPaced ? maxLateMs : 0)) + costOf(operations);
        return begin(operations, era);
      } finally {
        leave();
      }
    },
    answered(turn, { passed, refused, afterMs }) {
      if (passed > 0) onPassed(turn);
      if (refused > 0) onRefused(turn, refused, afterMs);
      // Nothing came of the trial: the next one tries.
      const isLost = passed + refused === 0 && turn.era === era;
      if (isLost && isTrying) {
        isTrying = false;
        trialAt = clock();
      }
    },
  };
}
