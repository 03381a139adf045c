import type { Command } from "commander";
import path from "node:path";
import { accountNamed, thisAccount } from "../../../lib/store/storeOwner.ts";
import {
  loadLibraries,
  machineSeams,
  sharedConnector,
  type ConnectorSeams,
} from "../../../lib/connector.ts";
import { Fault } from "../../../lib/fault.ts";
import { serve, type ServeCode } from "../../../lib/runtime/serve/process.ts";
import type { Service } from "../../../lib/runtime/serve/service.ts";
import { openSocket } from "../../../lib/runtime/serve/socket.ts";
import { refuseSecond, secretOf, writeAddress } from "../../serve/addressFile.ts";
import { replacedVersion } from "../../serve/currentVersion.ts";
import { actionNamed } from "../../session/actions.ts";
import { Failure } from "../../session/failure.ts";
import { actionsFolder } from "../../session/place.ts";
import { UsageError } from "../../session/usageError.ts";
import { withExamples } from "../examples.ts";
import type { Terminal } from "../terminal.ts";
import { wholeNumber } from "../wholeNumber.ts";

/** The options of every process that runs events. */
export interface EventOptions {
  socket?: string;
  for?: string;
  atOnce: string;
  waiting: string;
  drain: string;
  json?: true;
}

interface ServeOptions extends EventOptions {
  port: string;
}

/** Adds them to a command. */
export function withEventOptions(command: Command): Command {
  return command
    .option("--socket <file>", "take events over HTTP; the address and the secret are in this file")
    .option("--for <account>", "the account that sends events (default: the one that runs this)")
    .option("--at-once <n>", "the events that run at the same time", "8")
    .option("--waiting <n>", "the events that wait for their turn; more are not read", "100")
    .option("--drain <seconds>", "the time that running events have when the service ends", "30");
}

/** `serve`: the actions in one process that stays, for many events. */
export function addServe(program: Command, terminal: Terminal): void {
  const verb = withEventOptions(program.command("serve"))
    .description(
      "Run events of all actions in one process that stays: one line of JSON each on stdin, or over a socket of this " +
        "machine. Ends with exit code 75 when it wants to be started again.",
    )
    .option("--port <n>", "the port of 127.0.0.1; 0: a free one", "0")
    .option("--json", "one line of JSON with the address, when it listens");
  withExamples(verb, ["serve --at-once 4", "serve --socket local/serve/address.json --port 8640"]);
  verb.action(async (options: ServeOptions) => {
    const port = wholeNumber("--port", options.port, 0, 65_535);
    const code = await serveEvents(options, { port, seams: machineSeams, terminal });
    // Idle connections and timers must not keep the service manager waiting.
    process.exit(code);
  });
}

/** Serves events until the process is to end; the result is the exit code. `port`: of the socket for events. */
export async function serveEvents(
  options: EventOptions,
  { port, seams, terminal }: { port: number; seams: ConnectorSeams; terminal: Terminal },
): Promise<ServeCode> {
  const { connect } = sharedConnector(seams);
  void loadLibraries().catch(() => undefined);
  return await serve({
    actionOf: actionNamed,
    connect,
    atOnce: wholeNumber("--at-once", options.atOnce, 1, 64),
    waiting: wholeNumber("--waiting", options.waiting, 0, 100_000),
    drainMs: 1000 * wholeNumber("--drain", options.drain, 0, 600),
    replaced: replacedVersion(actionsFolder),
    ...(options.socket !== undefined && {
      listen: listenerFor(options.socket, port, options, terminal),
    }),
  });
}

function listenerFor(name: string, port: number, options: EventOptions, terminal: Terminal) {
  const file = path.resolve(name);
  const secret = secretOf(terminal.env);
  return async (service: Service, now: () => number): Promise<() => Promise<void>> => {
    try {
      const owner = options.for === undefined ? thisAccount() : await accountNamed(options.for);
      await refuseSecond(file, owner);
      const socket = await openSocket(service, { port, secret, now });
      const removeFile = await writeAddress(file, { url: socket.url, secret }, owner);
      if (options.json) terminal.line(JSON.stringify({ url: socket.url, file }));
      else terminal.note(`Listens on ${socket.url}. The address and the secret are in ${file}.`);
      return async () => {
        await removeFile();
        await socket.close();
      };
    } catch (thrown) {
      if (thrown instanceof UsageError) throw thrown;
      throw new Failure(Fault.of(thrown).message);
    }
  };
}
