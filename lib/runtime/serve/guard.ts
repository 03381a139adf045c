/** Answers for a process that is too busy to answer, and ends it: what happens in it is never silent. */
import { Worker } from "node:worker_threads";

export interface Guard {
  /** From now on this line is the answer of the event, if the process has to be ended. */
  begin(id: string, line: string): void;
  end(id: string): void;
  /** Surrounds each write to stdout. After the guard has written, nothing else is. */
  around(write: () => Promise<void>): Promise<void>;
}

/**
 * A thread of its own. When the event loop has not turned for `maxBlockedMs`, it writes the lines of all events that
 * have no answer to stdout, unless a write is in progress, and ends the process by a signal: a thread has no other way
 * to end a process whose event loop is busy.
 */
export function startGuard(maxBlockedMs: number): Guard {
  const shared = new Int32Array(new SharedArrayBuffer(8));
  const workerData = { shared, maxTurns: Math.ceil(maxBlockedMs / turnMs) };
  const thread = new Worker(threadCode, { eval: true, workerData, env: {}, execArgv: [] });
  thread.unref();
  thread.on("error", () => undefined);
  setInterval(() => Atomics.add(shared, beats, 1), turnMs / 2).unref();
  return {
    begin: (id, line) => thread.postMessage([id, line]),
    end: (id) => thread.postMessage([id]),
    async around(write) {
      if (Atomics.add(shared, writes, 1) < 0) return await new Promise<never>(() => undefined);
      await write().finally(() => Atomics.sub(shared, writes, 1));
    },
  };
}

/** How often the guard looks. */
const turnMs = 500;

/** Places in the memory that both threads share. */
const beats = 0;
const writes = 1;

/** A text, because a bundle is one file with many parts and a thread needs one of its own. */
const threadCode = `
const { parentPort, workerData: { shared, maxTurns } } = require("node:worker_threads");
const { write } = require("node:fs");
const lines = new Map();
parentPort.on("message", ([id, line]) => line === undefined ? lines.delete(id) : lines.set(id, line));
const kill = () => process.kill(process.pid, "SIGKILL");
const message = "The event loop has been blocked for ${turnMs} ms times " + maxTurns + ": the service is ended.";
let seen = -1;
let turns = 0;
const look = setInterval(() => {
  const now = Atomics.load(shared, ${beats});
  turns = now === seen ? turns + 1 : 0;
  seen = now;
  if (turns < maxTurns) return;
  clearInterval(look);
  setTimeout(kill, 1000);
  write(2, JSON.stringify({ level: "error", message }) + "\\n", () => undefined);
  const text = [...lines.values()].join("");
  if (Atomics.compareExchange(shared, ${writes}, 0, -1000000000) === 0 && text !== "") write(1, text, kill);
}, ${turnMs});
`;
