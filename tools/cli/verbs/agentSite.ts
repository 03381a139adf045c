import type { Command } from "commander";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { leastPasswordLength } from "../../../lib/activeDirectory/passwordPolicy.ts";
import { moment } from "../../../lib/agent/moment.ts";
import type { RsaKey } from "../../../lib/agent/rsaKey.ts";
import { openConfiguration } from "../../../lib/agent/sealedConfiguration.ts";
import { enrol, run } from "../../../lib/agent/site/agent.ts";
import { allowanceOf } from "../../../lib/agent/site/allowance.ts";
import { openBegunJobs } from "../../../lib/agent/site/begun.ts";
import { directoriesOf } from "../../../lib/agent/site/directories.ts";
import { networkOf } from "../../../lib/agent/site/network.ts";
import { notEnrolled, openSiteStore } from "../../../lib/agent/site/state.ts";
import { workerOf } from "../../../lib/agent/site/worker.ts";
import { allowance } from "../../../lib/generated/validators/allowance.ts";
import type { Allowance, SealedConfiguration, SiteAccount } from "../../../lib/generated/types.ts";
import { readAs, Unusable } from "../../../lib/host/schemaContract.ts";
import type { HostTls } from "../../../lib/net/proxy.ts";
import { thisAccount } from "../../../lib/store/storeOwner.ts";
import { contentOf, passphraseFrom, readPrivateKey, secretFrom } from "../../agent/keyFiles.ts";
import { readJson } from "../../session/jsonFile.ts";
import { UsageError } from "../../session/usageError.ts";
import { faultsShown } from "../faultsShown.ts";
import { endOfProcess } from "../ending.ts";
import { withExamples } from "../examples.ts";
import type { Terminal } from "../terminal.ts";
import { wholeNumber } from "../wholeNumber.ts";

export interface SiteKeyOptions {
  state: string;
  key: string;
  passphraseFile?: string;
}

interface SiteOptions extends SiteKeyOptions {
  ca?: string;
  clientCertificate?: string;
  clientKey?: string;
  json?: true;
}

/** The verbs that run on the machine of the agent and reach the service. */
export function addAgentSite(agent: Command, terminal: Terminal): void {
  addEnrol(agent, terminal);
  addAccount(agent, terminal);
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
    )
    .option(
      "--client-certificate <file>",
      "the TLS certificate of this agent, if the service asks for one",
    )
    .option("--client-key <file>", "its private key, in PEM");
}

/** The private key of the site, which opens the state of the agent. */
export async function siteKey(
  { key, passphraseFile }: SiteKeyOptions,
  terminal: Terminal,
): Promise<RsaKey> {
  const passphrase = passphraseFrom(passphraseFile, terminal.env);
  return await readPrivateKey(key, { passphrase, owner: thisAccount() });
}

const textIn = (file: string | undefined): string | undefined =>
  file === undefined ? undefined : contentOf(file).toString("utf8").trim();

/** What the options say of TLS. `sealed`: the authority in the sealed file. Throws a `UsageError` for half a pair. */
function tlsFrom(
  { ca: caFile, clientCertificate, clientKey }: SiteOptions,
  sealed: string | undefined,
): HostTls {
  if ((clientCertificate === undefined) !== (clientKey === undefined))
    throw new UsageError("Name both --client-certificate and --client-key, or neither.");
  const ca = textIn(caFile) ?? sealed;
  const [cert, key] = [textIn(clientCertificate), textIn(clientKey)];
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
}

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
      const { state: folder, config, serviceThumbprint, json } = options;
      const key = await siteKey(options, terminal);
      const configuration = await openConfiguration(contentOf(config).toString("utf8"), {
        key,
        serviceThumbprint,
        now: Date.now(),
        source: config,
      });
      const tls = tlsFrom(options, configuration.service.certificateAuthority);
      const network = networkOf(terminal.env, tls);
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
        "Carry out the jobs of the service until the process is ended. It dials out only, over HTTPS_PROXY if " +
          "that is set.",
      ),
  )
    .option("--allow <file>", "a JSON file that narrows what the agent changes")
    .option("--at-once <n>", "the jobs that it carries out at the same time", "8")
    .option("--json", "one line of JSON for each message, on stderr");
  withExamples(verb, [
    "agent run --state C:\\exo-agent\\state --key C:\\exo-agent\\agent.key",
    "agent run --state C:\\exo-agent\\state --key C:\\exo-agent\\agent.key --allow C:\\exo-agent\\allow.json",
  ]);
  verb.action((options: RunOptions) =>
    faultsShown(async () => {
      const { state: folder, json } = options;
      const atOnce = wholeNumber("--at-once", options.atOnce, 1, 64);
      const allowed = options.allow === undefined ? {} : allowanceFrom(options.allow);
      const key = await siteKey(options, terminal);
      const store = await openSiteStore(folder, { key, owner: thisAccount(), make: false });
      const state = await store.read();
      if (state === undefined) throw notEnrolled(folder);
      const tls = tlsFrom(options, state.configuration.service.certificateAuthority);
      const log = logTo(terminal, json);
      const network = networkOf(terminal.env, tls);
      const ending = endOfProcess();
      log(
        "information",
        `Agent ${state.configuration.service.agentId} asks for jobs until it is ended.`,
      );
      const hurry = new AbortController();
      ending.signal.addEventListener("abort", () => {
        setTimeout(() => hurry.abort(), drainMs).unref();
      });
      const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
        delay(ms, undefined, { signal });
      try {
        const { configuration, serviceThumbprint } = state;
        const { domains, connectionId, service } = configuration;
        const allowance = allowanceOf(domains, allowed);
        const warn = (text: string): void => log("warning", text);
        const seams = { sleep, random: Math.random, warn, now: Date.now };
        await run(store, state, {
          send: network.send,
          now: Date.now,
          signal: ending.signal,
          hurry: hurry.signal,
          sleep: (ms) => sleep(ms, ending.signal).catch(() => undefined),
          log,
          worker: workerOf({
            expected: {
              agentId: service.agentId,
              connectionId,
              signingKeys: service.signingKeys,
              serviceThumbprint,
            },
            key,
            allowance,
            begun: await openBegunJobs(path.resolve(folder), thisAccount(), Date.now),
            directories: directoriesOf(configuration, store.account, seams),
            accountName: async () => (await store.account.read()).username,
            now: Date.now,
            sleep,
            log,
            atOnce,
          }),
        });
      } finally {
        ending.stop();
        network.close();
      }
    }),
  );
}

/** The time that jobs have when the agent is to end. */
const drainMs = 20_000;

interface RunOptions extends SiteOptions {
  allow?: string;
  atOnce: string;
}

/** What a file narrows. Throws a `UsageError` that names what is wrong in it. */
function allowanceFrom(file: string): Allowance {
  try {
    return readAs(allowance, readJson(file));
  } catch (thrown) {
    if (!(thrown instanceof Unusable)) throw thrown;
    throw new UsageError(`--allow ${file}: ${thrown.faults.join(" ")}`);
  }
}

interface AccountOptions extends SiteKeyOptions {
  username: string;
  passwordFile?: string;
  ldapCa?: string;
  json?: true;
}

const passwordVariable = "EXO_CONNECTOR_AGENT_PASSWORD";

function addAccount(agent: Command, terminal: Terminal): void {
  const verb = agent
    .command("account")
    .description(
      "Give the agent its account of Active Directory, on its machine. It signs in once to each domain, and keeps " +
        "the account sealed in its state folder.",
    )
    .requiredOption("--state <folder>", "the folder in which the agent keeps its state, sealed")
    .requiredOption("--key <file>", "the private key of the site: agent.key")
    .requiredOption("--username <name>", "such as CONTOSO\\svc-connector")
    .option("--passphrase-file <file>", "a file with the passphrase of the key")
    .option("--password-file <file>", `a file with the password (default: ${passwordVariable})`)
    .option(
      "--ldap-ca <file>",
      "the certificate authority of the domain controllers in PEM, if it is a private one",
    )
    .option("--json", "one JSON document");
  const paths = "--state C:\\exo-agent\\state --key C:\\exo-agent\\agent.key";
  withExamples(verb, [
    `agent account ${paths} --username CONTOSO\\svc-connector --password-file password.txt`,
    `agent account ${paths} --username svc@contoso.com --password-file password.txt --ldap-ca ad-ca.pem`,
  ]);
  verb.action((options: AccountOptions) =>
    faultsShown(async () => {
      const { state: folder, username, passwordFile, ldapCa, json } = options;
      const password = secretFrom(
        { option: "--password-file", file: passwordFile },
        passwordVariable,
        terminal.env,
      );
      if (password === undefined)
        throw new UsageError(
          `Name the password with --password-file, or in the environment variable ${passwordVariable}.`,
        );
      const key = await siteKey(options, terminal);
      const store = await openSiteStore(folder, { key, owner: thisAccount(), make: false });
      const state = await store.read();
      if (state === undefined) throw notEnrolled(folder);
      const account: SiteAccount = {
        username,
        password,
        givenAt: Date.now(),
        ...(ldapCa !== undefined && { authorityFile: path.resolve(ldapCa) }),
      };
      const taken = await signedIn(state.configuration, account, terminal);
      await store.account.write(account);
      if (json) terminal.line(JSON.stringify({ username, domains: taken }));
      else {
        for (const domain of taken)
          terminal.line(`The sign-in as ${username} is taken in ${domain}.`);
        terminal.line("The account is kept, sealed.");
      }
    }),
  );
}

/** Signs in to each domain, and returns their names. Throws the fault of the first that refuses. */
async function signedIn(
  configuration: SealedConfiguration,
  account: SiteAccount,
  terminal: Terminal,
): Promise<string[]> {
  const directories = directoriesOf(
    configuration,
    { read: () => Promise.resolve(account) },
    {
      warn: (text) => terminal.note(text),
      sleep: (ms, signal) => delay(ms, undefined, { signal }),
      random: Math.random,
      now: Date.now,
    },
  );
  try {
    for (const domain of configuration.domains) {
      const { baseDn } = domain;
      await directories.use(
        [{ domain, baseDn }],
        () => signInWithinMs,
        (own) => leastPasswordLength()({ activeDirectory: own }),
      );
    }
    return configuration.domains.map(({ baseDn }) => baseDn);
  } finally {
    directories.close();
  }
}

const signInWithinMs = 15_000;

/** Messages with their time, on stderr: for a person, or for the log of a service manager. */
export function logTo(terminal: Terminal, json: true | undefined) {
  return (level: "information" | "warning" | "error", message: string): void => {
    const time = moment(Date.now());
    terminal.note(json ? JSON.stringify({ time, level, message }) : `${time} ${message}`);
  };
}
