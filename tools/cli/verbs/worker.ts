import type { Command } from "commander";
import { loadLibraries, machineSeams, sharedConnector } from "../../../lib/connector.ts";
import { work } from "../../../lib/runtime/queue/process.ts";
import { openQueue, type QueueOptions } from "../../queue/openQueue.ts";
import { replacedVersion } from "../../serve/currentVersion.ts";
import { actionNamed } from "../../session/actions.ts";
import { actionsFolder } from "../../session/place.ts";
import { withExamples } from "../examples.ts";
import { faultsShown } from "../faultsShown.ts";
import type { Terminal } from "../terminal.ts";
import { wholeNumber } from "../wholeNumber.ts";
import { withQueueOptions } from "./queue.ts";

interface WorkerOptions extends QueueOptions {
  atOnce: string;
  perTenant: string;
  drain: string;
  untilEmpty?: true;
  json?: true;
}

/** `worker`: the actions in one process that stays, for the events of a queue. */
export function addWorker(program: Command, terminal: Terminal): void {
  const verb = withQueueOptions(program.command("worker"))
    .description(
      "Run the events of a queue, until the process is ended: those of one account in their order, others at the " +
        "same time, on any number of machines. Ends with exit code 75 when it wants to be started again.",
    )
    .option("--at-once <n>", "the events that run at the same time in this process", "16")
    .option("--per-tenant <n>", "those of one tenant, in all workers together", "6")
    .option("--drain <seconds>", "the time that running events have when the worker ends", "30")
    .option("--until-empty", "end when no event is left that could run")
    .option("--json", "one line of JSON, when it has begun");
  withExamples(verb, [
    "worker --embedded local/queue --until-empty",
    "worker --queue postgres://exo@db.contoso.com/exo --key-file C:\\exo-queue\\queue.key",
  ]);
  verb.action((options: WorkerOptions) =>
    faultsShown(async () => {
      const { connect } = sharedConnector(machineSeams);
      void loadLibraries().catch(() => undefined);
      const code = await work({
        async open(log) {
          const opened = await openQueue(options, terminal.env, { watches: true, log });
          if (options.json) terminal.line(JSON.stringify({ pid: process.pid, ready: true }));
          else terminal.note("The worker waits for events.");
          return opened;
        },
        actionOf: actionNamed,
        connect,
        atOnce: wholeNumber("--at-once", options.atOnce, 1, 256),
        perTenant: wholeNumber("--per-tenant", options.perTenant, 1, 256),
        drainMs: 1000 * wholeNumber("--drain", options.drain, 0, 600),
        untilEmpty: options.untilEmpty === true,
        replaced: replacedVersion(actionsFolder),
      });
      // Idle connections and timers must not keep the service manager waiting.
      process.exit(code);
    }),
  );
}
