import type { Command } from "commander";
import path from "node:path";
import { loadLibraries, sharedConnector } from "../../../lib/connector.ts";
import { isOfThisMachine, type Tls } from "../../../lib/runtime/queue/http/server.ts";
import { work, type WorkerHttp } from "../../../lib/runtime/queue/process.ts";
import { importTurns } from "../../../lib/runtime/queue/importTurns.ts";
import { openTracing } from "../../../lib/runtime/queue/tracing.ts";
import { eventsPath } from "../../../lib/runtime/serve/socket.ts";
import { tenantWaits } from "../../../lib/runtime/queue/tenantWaits.ts";
import { accountNamed, thisAccount } from "../../../lib/store/storeOwner.ts";
import { contentOf } from "../../agent/keyFiles.ts";
import { openQueue, type QueueOptions } from "../../queue/openQueue.ts";
import { tracedSeams } from "../../queue/tracedSeams.ts";
import { watchedSeams } from "../../queue/watchedSeams.ts";
import { workerPageFile } from "../../queue/workerPage.ts";
import { refuseSecond, secretOf, writeAddress } from "../../serve/addressFile.ts";
import { replacedVersion } from "../../serve/currentVersion.ts";
import { actionNamed } from "../../session/actions.ts";
import { actionsFolder } from "../../session/place.ts";
import { UsageError } from "../../session/usageError.ts";
import { withExamples } from "../examples.ts";
import { faultsShown } from "../faultsShown.ts";
import type { Terminal } from "../terminal.ts";
import { wholeNumber } from "../wholeNumber.ts";
import { maxWaitingOf, withQueueOptions, withSendOptions, type SendOptions } from "./queue.ts";

interface HttpOptions {
  socket?: string;
  for?: string;
  address: string;
  port: string;
  certificate?: string;
  certificateKey?: string;
  clientAuthority?: string;
}

interface WorkerOptions extends QueueOptions, SendOptions, HttpOptions {
  atOnce: string;
  perTenant: string;
  perMinute?: string;
  drain: string;
  untilEmpty?: true;
  json?: true;
}

/** `worker`: the actions in one process that stays, for the events of a queue. */
export function addWorker(program: Command, terminal: Terminal): void {
  const verb = withSendOptions(withQueueOptions(program.command("worker")))
    .description(
      "Run the events of a queue, until the process is ended: those of one account in their order, others at the " +
        "same time, on any number of machines. Ends with exit code 75 when it wants to be started again.",
    )
    .option("--at-once <n>", "the events that run at the same time in this process", "16")
    .option("--per-tenant <n>", "those of one tenant, in all workers together", "6")
    .option("--per-minute <n>", "the events of one tenant that begin in a minute, in all workers")
    .option("--drain <seconds>", "the time that running events have when the worker ends", "30")
    .option("--until-empty", "end when no event is left that could run")
    .option("--socket <file>", "take events over HTTP; the address and the secret are in this file")
    .option("--for <account>", "the account that reads that file (default: the one that runs this)")
    .option("--address <address>", "the address of this machine on which it listens", "127.0.0.1")
    .option("--port <n>", "the port; 0: a free one", "0")
    .option(
      "--certificate <file>",
      "for other machines: the TLS certificate with its chain, in PEM",
    )
    .option("--certificate-key <file>", "its private key, in PEM")
    .option("--client-authority <file>", "take only clients with a certificate of this authority")
    .option("--json", "one line of JSON, when it has begun");
  withExamples(verb, [
    "worker --embedded local/queue --until-empty",
    "worker --embedded local/queue --socket local/queue/address.json --port 8641",
  ]);
  verb.action((options: WorkerOptions) =>
    faultsShown(async () => {
      const waits = tenantWaits();
      const turns = importTurns();
      const tracing = await openTracing(terminal.env);
      const seams = { ...watchedSeams(waits), journal: turns.journal };
      const { connect } = sharedConnector(tracing ? tracedSeams(tracing, seams) : seams);
      void loadLibraries().catch(() => undefined);
      const maxWaiting = maxWaitingOf(options);
      const { perMinute } = options;
      const http = httpFrom(options, maxWaiting, terminal);
      const code = await work({
        async open(log) {
          const opened = await openQueue(options, terminal.env, { watches: true, log });
          if (http === undefined) begun(options, terminal);
          return opened;
        },
        actionOf: actionNamed,
        connect,
        waits,
        turns,
        tracing,
        http,
        atOnce: wholeNumber("--at-once", options.atOnce, 1, 256),
        perTenant: wholeNumber("--per-tenant", options.perTenant, 1, 256),
        perMinute:
          perMinute === undefined ? undefined : wholeNumber("--per-minute", perMinute, 10, 999_999),
        drainMs: 1000 * wholeNumber("--drain", options.drain, 0, 600),
        untilEmpty: options.untilEmpty === true,
        replaced: replacedVersion(actionsFolder),
      });
      // Idle connections and timers must not keep the service manager waiting.
      process.exit(code);
    }),
  );
}

function begun({ json }: WorkerOptions, terminal: Terminal, url?: string): void {
  if (json) terminal.line(JSON.stringify({ pid: process.pid, ready: true, url }));
  else if (url === undefined) terminal.note("The worker waits for events.");
  else terminal.note(`The worker waits for events, also on ${url}.`);
}

/** The way in over HTTP; undefined when there is to be none. */
function httpFrom(
  options: WorkerOptions,
  maxWaiting: number,
  terminal: Terminal,
): WorkerHttp | undefined {
  const { address, socket } = options;
  const tls = tlsFrom(options);
  if (socket === undefined) {
    if (tls !== undefined || address !== "127.0.0.1" || options.port !== "0")
      throw new UsageError(
        "--address, --port and --certificate are for events over HTTP: name the file of the secret with --socket.",
      );
    return undefined;
  }
  const file = path.resolve(socket);
  const secret = secretOf(terminal.env);
  return {
    place: { address, port: wholeNumber("--port", options.port, 0, 65_535), tls },
    secret,
    maxWaiting,
    page: (name) => (isOfThisMachine(address) ? workerPageFile(name) : undefined),
    async onListen(url) {
      const owner = options.for === undefined ? thisAccount() : await accountNamed(options.for);
      await refuseSecond(file, owner);
      // The address that takes events, as in the file of `serve`: HelloID's scripts read either.
      const removeFile = await writeAddress(file, { url: `${url}${eventsPath}`, secret }, owner);
      begun(options, terminal, url);
      return removeFile;
    },
  };
}

function tlsFrom({ certificate, certificateKey, clientAuthority }: HttpOptions): Tls | undefined {
  const files = [certificate, certificateKey, clientAuthority];
  if (files.every((file) => file === undefined)) return undefined;
  if (certificate === undefined || certificateKey === undefined)
    throw new UsageError(
      "A certificate has two files, and --client-authority needs it: expected --certificate and --certificate-key.",
    );
  const textOf = (file: string): string => contentOf(file).toString("utf8");
  return {
    cert: textOf(certificate),
    key: textOf(certificateKey),
    clientAuthority: clientAuthority === undefined ? undefined : textOf(clientAuthority),
  };
}
