/** The service as a process: its streams, its signals and its end. */
import { setTimeout as delay } from "node:timers/promises";
import { Fault } from "../../fault.ts";
import type { Action, AnyEvent } from "../../host/action.ts";
import { inAscii } from "../../host/output.ts";
import type { Connect } from "../../host/run.ts";
import { failure } from "../failure.ts";
import { maxBytes } from "../stdin.ts";
import { answerLine } from "./answers.ts";
import { startGuard } from "./guard.ts";
import { linesOf, lineWriter } from "./lines.ts";
import { openService, type Limits, type Reader, type Service } from "./service.ts";

/** 0: it was asked to end. 1: its answers can no longer be written. `startAgain`: it wants to be started again. */
export type ServeCode = 0 | 1 | typeof startAgain;

/** EX_TEMPFAIL of sysexits.h: a service manager starts a process with this exit code again. */
export const startAgain = 75;

export interface ServeOptions<Targets> extends Limits {
  actionOf(name: string): Promise<Action<AnyEvent, Targets>>;
  connect: Connect<Targets>;
  /** Milliseconds for the events that run, once the service is to end. */
  drainMs: number;
  /** Resolves to the reason when another version is to take over. */
  replaced: Promise<string>;
  /** Opens the way for events in place of stdin. Resolves to the way to close it. */
  listen?(service: Service, now: () => number): Promise<() => Promise<void>>;
}

/** Longer than the largest answer takes to be read, and shorter than the platform waits. */
const maxBlockedMs = 10_000;
/** More of the log than this is not kept for a reader that has stopped. */
const maxLogBytes = 4 * 1024 * 1024;

/** Serves until it is to end; the result is the exit code. Nothing may write to stdout meanwhile. */
export async function serve<Targets>(options: ServeOptions<Targets>): Promise<ServeCode> {
  const guard = startGuard(maxBlockedMs);
  const stdout = lineWriter(1, guard.around);
  const stderr = lineWriter(2);
  const log = (text: string): void => {
    if (stderr.waiting < maxLogBytes) void stderr.write(text);
  };
  const note = (level: string, message: string): void =>
    log(`${inAscii(JSON.stringify({ level, message }))}\n`);
  const now = (): number => performance.now();
  const { listen } = options;
  const service = openService(
    {
      ...options,
      env: process.env,
      now,
      // Over a socket, the end of the process is the end of the connection.
      ...(!listen && { onStart: guard.begin, onEnd: guard.end }),
    },
    options,
  );
  const end = endOf(options.replaced, note);
  const out: Reader = {
    async line(text) {
      const isWritten = await stdout.write(text);
      if (!isWritten) end.now(1, "its answers cannot be written to stdout.");
      return isWritten;
    },
    log,
  };
  let close = (): Promise<unknown> => Promise.resolve();
  if (listen) close = await listen(service, now);
  else
    void readLines(service, out).then(
      () => end.now(0, "stdin has ended."),
      () => end.now(1, "stdin cannot be read."),
    );
  const { code, reason } = await end.reached;
  const closing = close();
  const drained = service.drain(`the service is about to end: ${reason}`).then(() => true);
  const hurry = Promise.race([end.hurried, delay(options.drainMs, undefined, { ref: false })]);
  if (!(await Promise.race([drained, hurry.then(() => false)]))) {
    service.interrupt(
      new Fault({ kind: "unavailable", message: `The service ended before the event: ${reason}` }),
    );
    await drained;
  }
  await Promise.race([closing, delay(lastWritesMs)]);
  await Promise.race([Promise.all([stdout.write(""), stderr.write("")]), delay(lastWritesMs)]);
  return code;
}

/** For readers of the last lines. */
const lastWritesMs = 2_000;

/** Takes the events of stdin, as far as there is room for them, until it ends and each has its answer. */
async function readLines(service: Service, out: Reader): Promise<void> {
  for await (const line of linesOf(process.stdin, maxBytes)) {
    await service.room();
    if (Buffer.isBuffer(line)) void service.take(line, out, { source: "the line" });
    else {
      const message = `The line has ${line.bytes} bytes; expected at most ${maxBytes}.`;
      const about = { output: {}, totalMs: 0 };
      await out.line(answerLine("null", failure([message], "invalid", about)));
    }
  }
  await service.idle();
}

/** When and why a process ends. */
export interface End {
  reached: Promise<{ code: ServeCode; reason: string }>;
  /** The second request to end it. */
  hurried: Promise<void>;
  now(code: ServeCode, reason: string): void;
}

/** A signal, another version, or an error after which the state of the process is unknown. */
export function endOf(
  replaced: Promise<string>,
  note: (level: string, message: string) => void,
): End {
  const reached = promised<{ code: ServeCode; reason: string }>();
  const hurried = promised<undefined>();
  const end: End = {
    reached: reached.promise,
    hurried: hurried.promise,
    now: (code, reason) => reached.resolve({ code, reason }),
  };
  let signals = 0;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"] as const)
    process.on(signal, () => {
      if (++signals > 1) hurried.resolve(undefined);
      end.now(0, `a signal (${signal}).`);
    });
  for (const event of ["uncaughtException", "unhandledRejection"] as const)
    process.on(event, () => {
      // Its message may contain a secret of any event.
      note("error", `An error that no event has caught (${event}): the service is started again.`);
      // Which of the events it belongs to is unknown, and so is what they do from now on.
      end.now(startAgain, "an error that no event has caught.");
      hurried.resolve(undefined);
    });
  void replaced.then((reason) => end.now(startAgain, reason));
  return end;
}

function promised<T>(): { promise: Promise<T>; resolve(value: T): void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((done) => (resolve = done));
  return { promise, resolve };
}
