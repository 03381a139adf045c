import { Fault } from "../fault.ts";
import { version } from "../generated/version.ts";
import type { Action, AnyEvent } from "../host/action.ts";
import { unusable, type Answer } from "../host/answer.ts";
import { deadlineFrom } from "../host/deadline.ts";
import { run, type Connect } from "../host/run.ts";
import type { Verb } from "../host/verbs.ts";
import { readDocument } from "./stdin.ts";

/** Runs an action in this process. Called by the entry point that the build writes; never returns. */
export async function main<Event extends AnyEvent, Targets>(
  action: Action<Event, Targets>,
  connect: Connect<Targets>,
): Promise<never> {
  // A process that ends without an answer has not succeeded.
  process.exitCode = 1;
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
  endWithin(deadlineOf(action) + afterDeadlineMs);
  const lost: string[] = [];
  const stdout = async (text: string): Promise<void> => {
    if (!(await write(process.stdout, text))) lost.push(text);
  };
  let code: number;
  try {
    code = await run(action, connect, {
      document: () => readDocument(process.stdin),
      stdout,
      stderr: (text) => void process.stderr.write(text),
      env: process.env,
      now: () => performance.now(),
      onInterrupt(interrupt) {
        for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
          process.on(signal, () => {
            interrupt(
              new Fault({
                kind: "unavailable",
                message: `The run was ended by a signal (${signal}).`,
              }),
            );
            endWithin(afterSignalMs);
          });
        for (const event of ["uncaughtException", "unhandledRejection"] as const)
          process.on(event, (thrown: unknown) => interrupt(Fault.of(thrown)));
      },
    });
  } catch {
    // A defect in the code that answers. The error may contain a secret, and the redaction may be the
    // defect.
    await stdout(`${JSON.stringify(lastResort)}\n`);
    code = 1;
  }
  // An asynchronous pipe may not have written the log yet.
  await write(process.stderr, "");
  // Open sockets and timers of an abandoned request must not keep the platform waiting.
  // An answer that did not leave is no success, whatever it says.
  process.exit(lost.length === 0 ? code : Math.max(code, 1));
}

const afterSignalMs = 2_000;
const afterDeadlineMs = 1_000;

/** Ends the process even when its reader has stopped reading. The exit code is that of a run without an answer. */
function endWithin(milliseconds: number): void {
  setTimeout(() => process.exit(1), milliseconds).unref();
}

/** The time for this event, as the run counts it. An unusable setting is the run's to report. */
function deadlineOf({ verb }: { verb: Verb }): number {
  try {
    return deadlineFrom(process.env, verb.deadlineMs);
  } catch {
    return verb.deadlineMs;
  }
}

const lastResort: Answer = {
  ...unusable(
    [
      "The connector failed while it was answering; it is unknown what it did. This is a defect: please report it.",
    ],
    { taken: [], output: {}, stats: { version, requests: 0, retries: 0, waitedMs: 0, totalMs: 0 } },
  ),
  outcome: "unknown",
};

/** Resolves to whether the text was written. */
function write(stream: NodeJS.WriteStream, text: string): Promise<boolean> {
  return new Promise((resolve) => {
    stream.write(text, (error) => resolve(!error));
  });
}
