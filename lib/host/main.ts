import { Fault } from "../fault.ts";
import type { Action, AnyEvent } from "./action.ts";
import { run, type Connect } from "./run.ts";

/** Joins an action to the process it runs in. Called by the entry that the build writes; never returns. */
export async function main<Event extends AnyEvent>(action: Action<Event>, connect: Connect): Promise<never> {
  const code = await run(action, connect, {
    stdin: process.stdin,
    stdout: (text) =>
      new Promise((resolve) => {
        // A reader that is gone cannot be told so; the exit code still can.
        process.stdout.write(text, () => resolve());
      }),
    stderr: (text) => void process.stderr.write(text),
    env: process.env,
    now: () => performance.now(),
    onInterrupt(interrupt) {
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => interrupt(new Fault({ kind: "unavailable", message: `The run was ended from outside (${signal}).` })));
      for (const event of ["uncaughtException", "unhandledRejection"] as const) process.on(event, (thrown: unknown) => interrupt(Fault.of(thrown)));
    },
  });
  // Open sockets and timers of an abandoned request must not keep the platform waiting.
  process.exit(code);
}
