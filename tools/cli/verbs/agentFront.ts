import type { Command } from "commander";
import { openFrontFolder } from "../../../lib/agent/front/folder.ts";
import { listen } from "../../../lib/agent/front/server.ts";
import { openFront } from "../../../lib/agent/front/service.ts";
import { machineSeams } from "../../../lib/connector.ts";
import { Fault } from "../../../lib/fault.ts";
import type { ServeCode } from "../../../lib/runtime/serve/process.ts";
import { thisAccount } from "../../../lib/store/storeOwner.ts";
import { contentOf } from "../../agent/keyFiles.ts";
import { Failure } from "../../session/failure.ts";
import { faultsShown } from "../faultsShown.ts";
import { withExamples } from "../examples.ts";
import type { Terminal } from "../terminal.ts";
import { wholeNumber } from "../wholeNumber.ts";
import { logTo } from "./agentSite.ts";
import { serveEvents, withEventOptions, type EventOptions } from "./serve.ts";

interface FrontOptions extends EventOptions {
  state: string;
  address: string;
  port: string;
  socketPort: string;
  certificate: string;
  certificateKey: string;
  clientCa?: string;
}

/** `agent-front`: the service to which agents connect, and which runs the events that need them. */
export function addAgentFront(program: Command, terminal: Terminal): void {
  const verb = withEventOptions(program.command("agent-front"))
    .description(
      "Answer the agents on premises over HTTPS, and run events as serve does: those of a connection with agents " +
        "reach Active Directory through them. Ends with exit code 75 when it wants to be started again.",
    )
    .requiredOption("--state <folder>", "the state folder, which agent seal has made")
    .requiredOption("--certificate <file>", "the TLS certificate with its chain, in PEM")
    .requiredOption("--certificate-key <file>", "its private key, in PEM")
    .option(
      "--client-ca <file>",
      "listen only to agents with a TLS certificate of these authorities, in PEM",
    )
    .option("--address <address>", "the address of this machine on which it listens", "0.0.0.0")
    .option("--port <n>", "the port for agents; 0: a free one", "443")
    .option(
      "--socket-port <n>",
      "with --socket, the port of 127.0.0.1 for events; 0: a free one",
      "0",
    )
    .option("--json", "one line of JSON with the port, and one for each message");
  const files = "--certificate C:\\exo-front\\tls.pem --certificate-key C:\\exo-front\\tls.key";
  withExamples(verb, [
    `agent-front --state C:\\exo-front ${files} --socket C:\\exo-front\\events.json`,
    `agent-front --state C:\\exo-front ${files} --address 10.0.0.4 --port 8443`,
  ]);
  verb.action((options: FrontOptions) => faultsShown(() => serveAgents(options, terminal)));
}

/** Proxies and firewalls forget connections that are silent for longer. */
const holdMs = 20_000;
/** For `agent status`, which reads what is on the disk. */
const noteEveryMs = 10_000;

async function serveAgents(options: FrontOptions, terminal: Terminal): Promise<void> {
  const { state, address, json } = options;
  const port = wholeNumber("--port", options.port, 0, 65_535);
  const socketPort = wholeNumber("--socket-port", options.socketPort, 0, 65_535);
  const folder = await openFrontFolder(state, thisAccount(), "existing");
  const front = openFront(folder, { now: Date.now, holdMs, log: logTo(terminal, json) });
  const cert = contentOf(options.certificate).toString("utf8");
  const key = contentOf(options.certificateKey).toString("utf8");
  const clientCa =
    options.clientCa === undefined
      ? {}
      : { clientCa: contentOf(options.clientCa).toString("utf8") };
  const listener = { address, port, cert, key, ...clientCa };
  const listening = await listen(front, listener).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new Failure(`agent-front cannot listen on ${address}, port ${port}: ${why}`);
  });
  if (json) terminal.line(JSON.stringify({ address, port: listening.port }));
  else terminal.note(`Listens on ${address}, port ${listening.port}.`);
  const seams = { ...machineSeams, agents: front.directory };
  const note = (): Promise<void> =>
    front.noteJobs().catch((thrown: unknown) => {
      logTo(terminal, json)("warning", `The jobs were not counted. ${Fault.of(thrown).message}`);
    });
  const noting = setInterval(() => void note(), noteEveryMs);
  let code: ServeCode;
  try {
    code = await serveEvents(options, { port: socketPort, seams, terminal });
  } finally {
    // Only now: the events that were running needed their agents.
    await listening.close();
    clearInterval(noting);
    await note();
  }
  // Idle connections and timers must not keep the service manager waiting.
  process.exit(code);
}
