import { setMaxListeners } from "node:events";
import { Fault } from "../fault.ts";
import { Unusable } from "./schemaContract.ts";

/** The time limit for one event, and what ends it early. */
export interface Deadline {
  /** Aborted, with the fault as its reason, when time is up or the run was interrupted or is over. */
  readonly signal: AbortSignal;
  /** Milliseconds left; 0 when over. */
  remaining(): number;
  /** Settles like `work`, or rejects with the fault when the time is up. */
  bound<T>(work: Promise<T>): Promise<T>;
  /** Lowers the limit, which also counts from the start of the process. */
  atMost(milliseconds: number): void;
  /** Ends the run early, with this reason. */
  interrupt(reason: Fault): void;
  /** Ends everything that is still in progress, because the run is over: nothing may be sent after its answer. */
  stop(): void;
}

/** `milliseconds` counts from the start of the process, because the platform's clock started then. */
export function startDeadline(milliseconds: number, now: () => number): Deadline {
  const controller = new AbortController();
  // Every request in progress listens to it; Node warns of a leak above ten listeners.
  setMaxListeners(0, controller.signal);
  const interrupt = (reason: Fault): void => controller.abort(reason);
  let allowed = milliseconds;
  const remaining = (): number => Math.max(0, allowed - now());
  const startTimer = () =>
    setTimeout(
      () =>
        interrupt(
          new Fault({
            kind: "unavailable",
            message: `The time for one event (${allowed} ms) ran out.`,
          }),
        ),
      remaining(),
    );
  let timer = startTimer();
  const ended = new Promise<never>((_resolve, reject) => {
    controller.signal.addEventListener("abort", () => reject(Fault.of(controller.signal.reason)), {
      once: true,
    });
  });
  ended.catch(() => undefined);
  return {
    signal: controller.signal,
    remaining,
    bound: (work) => Promise.race([work, ended]),
    atMost(max) {
      if (max >= allowed) return;
      allowed = max;
      clearTimeout(timer);
      timer = startTimer();
    },
    interrupt,
    stop() {
      clearTimeout(timer);
      interrupt(new Fault({ kind: "unexpected", message: "The event has been answered." }));
    },
  };
}

/** Throws the reason when the run is over: an action that outlives its run must do nothing after the answer. */
export function assertRunning({ signal }: Pick<Deadline, "signal">): void {
  if (signal.aborted) throw Fault.of(signal.reason);
}

const maxMs = 2_147_483_647;

/**
 * `EXO_CONNECTOR_DEADLINE_MS`, or the verb's default. Throws `Unusable` when it is not a whole number
 * of milliseconds.
 */
export function deadlineFrom(env: Record<string, string | undefined>, fallback: number): number {
  const text = env["EXO_CONNECTOR_DEADLINE_MS"];
  if (text === undefined || text === "") return fallback;
  const milliseconds = /^\d+$/.test(text) ? Number(text) : 0;
  if (milliseconds < 1 || milliseconds > maxMs)
    throw new Unusable([
      `EXO_CONNECTOR_DEADLINE_MS is not a whole number of milliseconds from 1 to ${maxMs}.`,
    ]);
  return milliseconds;
}
