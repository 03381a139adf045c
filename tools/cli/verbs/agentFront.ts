import { once } from "node:events";
import type { Command } from "commander";
import { openFrontFolder } from "../../../lib/agent/front/folder.ts";
import { listen } from "../../../lib/agent/front/server.ts";
import { openFront } from "../../../lib/agent/front/service.ts";
import { thisAccount } from "../../../lib/store/storeOwner.ts";
import { contentOf } from "../../agent/keyFiles.ts";
import { Failure } from "../../session/failure.ts";
import { UsageError } from "../../session/usageError.ts";
import { faultsShown } from "../faultsShown.ts";
import { endOfProcess } from "../ending.ts";
import { withExamples } from "../examples.ts";
import type { Terminal } from "../terminal.ts";
import { logTo } from "./agentSite.ts";

interface FrontOptions {
  state: string;
  address: string;
  port: string;
  certificate: string;
  certificateKey: string;
  json?: true;
}

/** `agent-front`: the service to which agents connect. */
export function addAgentFront(program: Command, terminal: Terminal): void {
  const verb = program
    .command("agent-front")
    .description("Answer the agents on premises over HTTPS, until the process is ended.")
    .requiredOption("--state <folder>", "the state folder, which agent seal has made")
    .requiredOption("--certificate <file>", "the TLS certificate with its chain, in PEM")
    .requiredOption("--certificate-key <file>", "its private key, in PEM")
    .option("--address <address>", "the address of this machine on which it listens", "0.0.0.0")
    .option("--port <n>", "the port; 0: a free one", "443")
    .option("--json", "one line of JSON with the port, and one for each message");
  const files = "--certificate C:\\exo-front\\tls.pem --certificate-key C:\\exo-front\\tls.key";
  withExamples(verb, [
    `agent-front --state C:\\exo-front ${files}`,
    `agent-front --state C:\\exo-front ${files} --address 10.0.0.4 --port 8443`,
  ]);
  verb.action((options: FrontOptions) => faultsShown(() => serveAgents(options, terminal)));
}

/** Proxies end connections that are silent for a minute. */
const holdMs = 45_000;

async function serveAgents(options: FrontOptions, terminal: Terminal): Promise<void> {
  const { state, address, json } = options;
  const port = /^\d{1,5}$/.test(options.port) ? Number(options.port) : 65_536;
  if (port > 65_535)
    throw new UsageError(`--port ${options.port}: expected a port from 0 to 65535.`);
  const folder = await openFrontFolder(state, thisAccount(), "existing");
  const front = openFront(folder, { now: Date.now, holdMs, log: logTo(terminal, json) });
  const cert = contentOf(options.certificate).toString("utf8");
  const key = contentOf(options.certificateKey).toString("utf8");
  const ending = endOfProcess();
  try {
    const listening = await listen(front, { address, port, cert, key }).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      throw new Failure(`agent-front cannot listen on ${address}, port ${port}: ${why}`);
    });
    if (json) terminal.line(JSON.stringify({ address, port: listening.port }));
    else terminal.note(`Listens on ${address}, port ${listening.port}.`);
    if (!ending.signal.aborted) await once(ending.signal, "abort");
    await listening.close();
  } finally {
    ending.stop();
  }
}
