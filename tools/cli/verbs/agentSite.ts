import type { Command } from "commander";
import { setTimeout as delay } from "node:timers/promises";
import { moment } from "../../../lib/agent/moment.ts";
import type { RsaKey } from "../../../lib/agent/rsaKey.ts";
import { openConfiguration } from "../../../lib/agent/sealedConfiguration.ts";
import { enrol, run } from "../../../lib/agent/site/agent.ts";
import { networkOf } from "../../../lib/agent/site/network.ts";
import { notEnrolled, openSiteStore } from "../../../lib/agent/site/state.ts";
import { thisAccount } from "../../../lib/store/storeOwner.ts";
import { contentOf, passphraseFrom, readPrivateKey } from "../../agent/keyFiles.ts";
import { faultsShown } from "../faultsShown.ts";
import { endOfProcess } from "../ending.ts";
import { withExamples } from "../examples.ts";
import type { Terminal } from "../terminal.ts";

export interface SiteKeyOptions {
  state: string;
  key: string;
  passphraseFile?: string;
}

interface SiteOptions extends SiteKeyOptions {
  ca?: string;
  json?: true;
}

/** The verbs that run on the machine of the agent and reach the service. */
export function addAgentSite(agent: Command, terminal: Terminal): void {
  addEnrol(agent, terminal);
  addRun(agent, terminal);
}

function common(command: Command): Command {
  return command
    .requiredOption("--state <folder>", "the folder in which the agent keeps its state, sealed")
    .requiredOption("--key <file>", "the private key of the site: agent.key")
    .option("--passphrase-file <file>", "a file with the passphrase of the key")
    .option(
      "--ca <file>",
      "the only certificate authorities to trust, in PEM (default: that of the sealed file, or those of Node.js)",
    );
}

/** The private key of the site, which opens the state of the agent. */
export async function siteKey(
  { key, passphraseFile }: SiteKeyOptions,
  terminal: Terminal,
): Promise<RsaKey> {
  const passphrase = passphraseFrom(passphraseFile, terminal.env);
  return await readPrivateKey(key, { passphrase, owner: thisAccount() });
}

const authorityFrom = (file: string | undefined): string | undefined =>
  file === undefined ? undefined : contentOf(file).toString("utf8").trim();

function addEnrol(agent: Command, terminal: Terminal): void {
  const verb = common(
    agent
      .command("enrol")
      .description(
        "Show the token of a sealed configuration to the service, once. The agent then waits for an administrator.",
      ),
  )
    .requiredOption("--config <file>", "the sealed configuration: agent-config.jwe")
    .requiredOption("--service-thumbprint <text>", "the thumbprint that agent seal has shown")
    .option("--json", "one JSON document");
  const paths = "--state C:\\exo-agent\\state --key C:\\exo-agent\\agent.key";
  withExamples(verb, [
    `agent enrol ${paths} --config agent-config.jwe --service-thumbprint THUMBPRINT`,
    `agent enrol ${paths} --config agent-config.jwe --service-thumbprint THUMBPRINT --ca ca.pem`,
  ]);
  verb.action((options: SiteOptions & { config: string; serviceThumbprint: string }) =>
    faultsShown(async () => {
      const { state: folder, config, serviceThumbprint, ca, json } = options;
      const key = await siteKey(options, terminal);
      const configuration = await openConfiguration(contentOf(config).toString("utf8"), {
        key,
        serviceThumbprint,
        now: Date.now(),
        source: config,
      });
      const authority = authorityFrom(ca) ?? configuration.service.certificateAuthority;
      const network = networkOf(terminal.env, authority);
      try {
        const store = await openSiteStore(folder, { key, owner: thisAccount(), make: true });
        const { send } = network;
        const signal = AbortSignal.timeout(enrolWithinMs);
        const sending = { send, now: Date.now, signal };
        const { state, thumbprint } = await enrol(configuration, serviceThumbprint, store, sending);
        const { agentId } = configuration.service;
        if (json) terminal.line(JSON.stringify({ agentId, state: state.state, thumbprint }));
        else {
          terminal.line(`Agent ${agentId} is enrolled. The thumbprint of its signing key:`);
          terminal.line(`  ${terminal.styled("bold", thumbprint)}`);
          if (state.state === "waiting")
            terminal.line(
              "-> Let an administrator of the service confirm it: exo-connector agent confirm.",
            );
        }
      } finally {
        network.close();
      }
    }),
  );
}

const enrolWithinMs = 60_000;

function addRun(agent: Command, terminal: Terminal): void {
  const verb = common(
    agent
      .command("run")
      .description(
        "Ask the service for work until the process is ended. It dials out only, over HTTPS_PROXY if that is set.",
      ),
  ).option("--json", "one line of JSON for each message, on stderr");
  withExamples(verb, [
    "agent run --state C:\\exo-agent\\state --key C:\\exo-agent\\agent.key",
    "agent run --state C:\\exo-agent\\state --key C:\\exo-agent\\agent.key --passphrase-file C:\\exo-agent\\pass.txt",
  ]);
  verb.action((options: SiteOptions) =>
    faultsShown(async () => {
      const { state: folder, ca, json } = options;
      const key = await siteKey(options, terminal);
      const store = await openSiteStore(folder, { key, owner: thisAccount(), make: false });
      const state = await store.read();
      if (state === undefined) throw notEnrolled(folder);
      const authority = authorityFrom(ca) ?? state.configuration.service.certificateAuthority;
      const network = networkOf(terminal.env, authority);
      const ending = endOfProcess();
      try {
        await run(store, state, {
          send: network.send,
          now: Date.now,
          signal: ending.signal,
          sleep: (ms) => delay(ms, undefined, { signal: ending.signal }).catch(() => undefined),
          log: logTo(terminal, json),
        });
      } finally {
        ending.stop();
        network.close();
      }
    }),
  );
}

/** Messages with their time, on stderr: for a person, or for the log of a service manager. */
export function logTo(terminal: Terminal, json: true | undefined) {
  return (level: "information" | "warning" | "error", message: string): void => {
    const time = moment(Date.now());
    terminal.note(json ? JSON.stringify({ time, level, message }) : `${time} ${message}`);
  };
}
