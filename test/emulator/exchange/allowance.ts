/** The cmdlets that a tenant lets an application run in a period; more are refused (`cmdletsPerSecond`). */
import { tooManyRequests } from "../faults.ts";
import type { Answer } from "../message.ts";
import type { Behaviour } from "../state.ts";

export class Allowance {
  #from = -Infinity;
  #taken = 0;

  /** Counts a cmdlet, or returns its refusal; a refused one does not count. `now`: milliseconds since 1970. */
  refusalOf(behaviour: Behaviour, now: number): Answer | undefined {
    const { cmdletsPerSecond, cmdletPeriodMs, cmdletRetryAfter } = behaviour;
    if (cmdletsPerSecond <= 0) return undefined;
    if (now >= this.#from + cmdletPeriodMs) {
      this.#from = now;
      this.#taken = 0;
    }
    if (this.#taken < (cmdletsPerSecond * cmdletPeriodMs) / 1000) {
      this.#taken += 1;
      return undefined;
    }
    const leftMs = Math.ceil(this.#from + cmdletPeriodMs - now);
    return tooManyRequests(behaviour, cmdletRetryAfter ? String(leftMs / 1000) : undefined);
  }
}
