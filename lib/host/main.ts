import { Fault } from "../fault.ts";
import type { Action, AnyEvent } from "./action.ts";
import { unusable, type Answer } from "./answer.ts";
import { run, type Connect } from "./run.ts";

/** Joins an action to the process it runs in. Called by the entry that the build writes; never returns. */
export async function main<Event extends AnyEvent>(action: Action<Event>, connect: Connect): Promise<never> {
  // Whatever happens next, a process that ends without an answer has not succeeded.
  process.exitCode = 1;
  const code = await run(action, connect, {
    stdin: process.stdin,
    stdout: write,
    stderr: (text) => void process.stderr.write(text),
    env: process.env,
    now: () => performance.now(),
    onInterrupt(interrupt) {
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => interrupt(new Fault({ kind: "unavailable", message: `The run was ended from outside (${signal}).` })));
      for (const event of ["uncaughtException", "unhandledRejection"] as const) process.on(event, (thrown: unknown) => interrupt(Fault.of(thrown)));
    },
  }).catch(async () => {
    // A defect in answering itself. What went wrong may hold a secret, and what takes secrets out may be what went wrong.
    await write(`${JSON.stringify(lastResort)}\n`);
    return 1;
  });
  // Open sockets and timers of an abandoned request must not keep the platform waiting.
  process.exit(code);
}

const lastResort: Answer = {
  ...unusable(["The connector failed while it was answering; what it did is not known. This is a defect: please report it."], { requests: 0, retries: 0, waitedMs: 0, totalMs: 0 }),
  outcome: "unknown",
};

/** A reader that is gone cannot be told so; the exit code still can. */
function write(text: string): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(text, () => resolve());
  });
}
