import { Fault } from "../fault.ts";
import type { Action, AnyEvent } from "../host/action.ts";
import { unusable, type Answer } from "../host/answer.ts";
import { run, type Connect } from "../host/run.ts";
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
  let code: number;
  try {
    code = await run(action, connect, {
      document: () => readDocument(process.stdin),
      stdout: (text) => write(process.stdout, text),
      stderr: (text) => void process.stderr.write(text),
      env: process.env,
      now: () => performance.now(),
      onInterrupt(interrupt) {
        for (const signal of ["SIGINT", "SIGTERM"] as const)
          process.on(signal, () =>
            interrupt(
              new Fault({
                kind: "unavailable",
                message: `The run was ended by a signal (${signal}).`,
              }),
            ),
          );
        for (const event of ["uncaughtException", "unhandledRejection"] as const)
          process.on(event, (thrown: unknown) => interrupt(Fault.of(thrown)));
      },
    });
  } catch {
    // A defect in the code that answers. The error may contain a secret, and the redaction may be the
    // defect.
    await write(process.stdout, `${JSON.stringify(lastResort)}\n`);
    code = 1;
  }
  // An asynchronous pipe may not have written the log yet.
  await write(process.stderr, "");
  // Open sockets and timers of an abandoned request must not keep the platform waiting.
  process.exit(code);
}

const lastResort: Answer = {
  ...unusable(
    [
      "The connector failed while it was answering; it is unknown what it did. This is a defect: please report it.",
    ],
    { taken: [], output: {}, stats: { requests: 0, retries: 0, waitedMs: 0, totalMs: 0 } },
  ),
  outcome: "unknown",
};

function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve) => {
    stream.write(text, () => resolve());
  });
}
