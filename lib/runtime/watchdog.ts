import type { Worker } from "node:worker_threads";

/** Ends the process when its time is over, even when the event loop is busy or a write to stdout blocks it. */
export interface Watchdog {
  /** Starts the thread now, because what comes could keep the event loop busy. */
  start(): void;
  /** Ends the process this many milliseconds from now, with `process.exitCode`. An earlier end stays. */
  endWithin(milliseconds: number): void;
  /** This many bytes are about to be written. A reader that has stopped blocks what its pipe does not hold. */
  writing(bytes: number): void;
  /** Reserves stdout for one write. False when the watchdog has written the last line already. */
  reserve(): boolean;
  /** The write is over. Not called after the answer: nothing may follow it. */
  release(): void;
}

/**
 * The watchdog is a thread of its own. When the time is over it writes `lastLine`, unless a write is in progress, and
 * ends the process by a signal: a thread has no other way to end a process whose event loop is busy.
 *
 * The thread costs 60 to 115 ms of CPU time (measured), a third of a short event. So it starts when the process waits
 * for its first answers anyway, or before what could keep the process busy: a large event, or more output than a pipe
 * holds.
 */
export function startWatchdog(lastLine: string): Watchdog {
  const writes = new Int32Array(new SharedArrayBuffer(4));
  let endsAt = Infinity;
  let thread: Worker | undefined;
  let isStarted = false;
  let written = 0;
  const start = (): void => {
    if (isStarted) return;
    isStarted = true;
    thread = threadFor({ writes, lastLine, tookOver });
    if (endsAt < Infinity) thread?.postMessage(endsAt);
  };
  setTimeout(start, startAfterMs).unref();
  return {
    start,
    writing(bytes) {
      written += bytes;
      if (written > pipeBytes) start();
    },
    endWithin(milliseconds) {
      const ms = Math.min(milliseconds, maxTimerMs - beforeSignalMs);
      const at = monotonicMs() + ms;
      if (at >= endsAt) return;
      endsAt = at;
      thread?.postMessage(at);
      // An event loop that is not busy ends the process with an exit code, and before the signal does.
      setTimeout(() => process.exit(), ms + beforeSignalMs / 6).unref();
    },
    reserve() {
      return Atomics.add(writes, 0, 1) >= 0;
    },
    release() {
      Atomics.sub(writes, 0, 1);
    },
  };
}

function threadFor(workerData: unknown): Worker | undefined {
  try {
    // Most events are over before the thread starts: they do not load what it takes.
    const threads = process.getBuiltinModule("node:worker_threads");
    const thread = new threads.Worker(threadCode, {
      eval: true,
      workerData,
      env: {},
      execArgv: [],
    });
    thread.unref();
    thread.on("error", () => undefined);
    return thread;
  } catch {
    // The machine has no thread left. The timers of the event loop still work.
    return undefined;
  }
}

/** Without a network in between, a short event is over by then. */
const startAfterMs = 300;

/** The smallest buffer of a pipe that is usual: that of macOS. Windows writes to pipes without blocking. */
const pipeBytes = 16 * 1024;

/** The longest time that a timer of Node takes; a longer one is over at once. */
const maxTimerMs = 2_147_483_647;

/** The time for the last line to be written, before the process is ended. */
const beforeSignalMs = 300;

/** Added to the number of writes in progress; it stays negative whatever is reserved later. */
const tookOver = -1_000_000_000;

/** Milliseconds on a clock that all threads share. */
function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}

/** A text, because a bundle is one file with many parts and a thread needs one of its own. */
const threadCode = `
const { parentPort, workerData: { writes, lastLine, tookOver } } = require("node:worker_threads");
const { write } = require("node:fs");
const kill = () => process.kill(process.pid, "SIGKILL");
const end = () => {
  if (Atomics.compareExchange(writes, 0, 0, tookOver) === 0) write(1, lastLine, kill);
  setTimeout(kill, ${beforeSignalMs});
};
let timer;
parentPort.on("message", (at) => {
  clearTimeout(timer);
  timer = setTimeout(end, at - Number(process.hrtime.bigint() / 1000000n));
});
`;
