import { setFlagsFromString } from "node:v8";
import { Fault } from "../fault.ts";
import type { Action, AnyEvent } from "../host/action.ts";
import type { Answer } from "../host/answer.ts";
import { run, type Connect } from "../host/run.ts";
import { failedToAnswer, failure } from "./failure.ts";
import { readDocument } from "./stdin.ts";
import { startWatchdog } from "./watchdog.ts";

/** Milliseconds since the process started. The global `performance` would load eight modules of Node for it. */
const now = (): number => process.uptime() * 1_000;

/**
 * Runs an action in this process. Called by the entry point that the build writes; never returns. `name` is the path of
 * the action. `prepare` loads what nearly every event needs. It is called while the process waits for its event:
 * HelloID's script starts the process first and serialises the event meanwhile.
 */
export async function main<Event extends AnyEvent, Targets>(
  action: Action<Event, Targets>,
  connect: Connect<Targets>,
  { name, prepare }: { name: string; prepare(): Promise<unknown> },
): Promise<never> {
  // A process that ends without an answer has not succeeded.
  process.exitCode = 1;
  // V8 collects late otherwise. The peak of an import of 100,000 users, measured without and with it: 178 and 109 MB on
  // Node 24, 122 and 98 MB on Node 20.
  if (action.verb.onlyReads) setFlagsFromString("--optimize-for-size");
  // The run continues without a reader: the exit code can still report the result.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  // Node's warnings are log lines as well. They are about the process, never about the event.
  process
    .removeAllListeners("warning")
    .on(
      "warning",
      ({ name, message }) =>
        void process.stderr.write(
          `${JSON.stringify({ level: "warning", message: `${name}: ${message}` })}\n`,
        ),
    );
  const output = action.initialOutput?.(undefined) ?? {};
  const watchdog = startWatchdog(lastLine(tooBusy, output));
  const stdout = async (text: string, isAnswer: boolean): Promise<boolean> => {
    // The watchdog has answered, and ends the process in a moment.
    if (!watchdog.reserve()) return await new Promise<never>(() => undefined);
    watchdog.writing(text.length);
    const isWritten = await write(process.stdout, text);
    if (!isAnswer) watchdog.release();
    return isWritten;
  };
  let code: number;
  try {
    code = await run(action, connect, {
      action: name,
      document: async () => {
        // What cannot be loaded is reported by the event that needs it.
        const waiting = setTimeout(() => void prepare().catch(() => undefined), beforePreparingMs);
        const document = await readDocument(process.stdin).finally(() => clearTimeout(waiting));
        if (process.stdin.bytesRead > largeEventBytes) watchdog.start();
        return document;
      },
      stdout,
      stderr(text) {
        watchdog.writing(text.length);
        process.stderr.write(text);
      },
      env: process.env,
      now,
      onLimit: (limit) => watchdog.endWithin(limit - now() + afterDeadlineMs),
      onInterrupt(interrupt) {
        for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
          process.on(signal, () => {
            watchdog.endWithin(afterSignalMs);
            interrupt(
              new Fault({
                kind: "unavailable",
                message: `The run was ended by a signal (${signal}).`,
              }),
            );
          });
        for (const event of ["uncaughtException", "unhandledRejection"] as const)
          process.on(event, (thrown: unknown) => interrupt(Fault.of(thrown)));
      },
    });
  } catch {
    await stdout(lastLine(failedToAnswer, output), true);
    code = 1;
  }
  process.exitCode = code;
  watchdog.endWithin(afterAnswerMs);
  // An asynchronous pipe may not have written the log yet.
  await write(process.stderr, "");
  // Open sockets and timers of an abandoned request must not keep the platform waiting.
  process.exit(code);
}

/** An event that is there at once is not delayed by loading what a refusal of it would not need. */
const beforePreparingMs = 20;

/** An event of the platform has a tenth of this. What grows with the event could keep the process busy. */
const largeEventBytes = 64 * 1024;

/** Until the watchdog takes over. It needs some more time to write and to end the process. */
const afterDeadlineMs = 600;
const afterSignalMs = 1_500;
/** For a reader of the log that has stopped. */
const afterAnswerMs = 2_000;

const tooBusy =
  "The time for one event ran out, and the connector was too busy to stop; it is unknown what it did.";
/** The answer of a process that cannot say what became of its event. */
const lastLine = (message: string, output: Readonly<Record<string, unknown>>): string =>
  lineOf(failure([message], "unknown", { output, totalMs: 0 }));

function lineOf(answer: Answer): string {
  return `${JSON.stringify(answer)}\n`;
}

/** Resolves to whether the text was written. */
function write(stream: NodeJS.WriteStream, text: string): Promise<boolean> {
  return new Promise((resolve) => {
    stream.write(text, (error) => resolve(!error));
  });
}
