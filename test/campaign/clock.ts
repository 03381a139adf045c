interface Timer {
  at: number;
  ring(): void;
}

/** Set to end a run at its deadline, as its own timer would. */
interface Alarm {
  at: number;
  ring(): void;
}

/** So many turns of the event loop without a timer to wait for mean that nothing will ever happen. */
const mostIdleTurns = 200_000;

/** Time that only passes while everyone waits for it. */
export class VirtualClock {
  now = 0;
  readonly #timers: Timer[] = [];
  #alarm: Alarm | undefined;

  /** Resolves after so many virtual milliseconds, or rejects as soon as the signal is aborted. */
  readonly sleep = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const refuse = (): void => reject(signal.reason as Error);
      if (signal.aborted) {
        refuse();
        return;
      }
      signal.addEventListener("abort", refuse, { once: true });
      const ring = (): void => {
        signal.removeEventListener("abort", refuse);
        resolve();
      };
      const at = this.now + Math.max(0, ms);
      const behind = this.#timers.findIndex((timer) => timer.at > at);
      this.#timers.splice(behind < 0 ? this.#timers.length : behind, 0, { at, ring });
    });

  setAlarm(at: number, ring: () => void): void {
    this.#alarm = { at, ring };
  }

  /** Lets time pass until the work is done. Rejects when it never will be. */
  async pass<T>(work: Promise<T>): Promise<T> {
    let state: "running" | "over" = "running";
    const isOver = (): boolean => state === "over";
    const end = (): void => void (state = "over");
    work.then(end, end);
    for (let idle = 0; !isOver(); idle++) {
      await turn();
      if (!isOver() && this.#next()) idle = 0;
      if (idle > mostIdleTurns) throw new Error("The run waits for nothing.");
    }
    this.#alarm = undefined;
    return await work;
  }

  /** Lets everything that still waits come to its end, and then so many milliseconds more. */
  async settle(ms: number): Promise<void> {
    for (let turns = 0; turns < 1_000 && this.#next(); turns++) await turn();
    this.now += ms;
  }

  /** Goes on to the next timer, or to the alarm where that is earlier. */
  #next(): boolean {
    const [timer] = this.#timers;
    if (this.#alarm && timer && timer.at >= this.#alarm.at) {
      const { at, ring } = this.#alarm;
      this.#alarm = undefined;
      this.now = Math.max(this.now, at);
      ring();
      return true;
    }
    if (!timer) return false;
    this.#timers.shift();
    // A wait without an end is over only when its run is.
    if (timer.at !== Infinity) this.now = Math.max(this.now, timer.at);
    timer.ring();
    return true;
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
