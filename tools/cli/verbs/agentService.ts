import type { Command } from "commander";
import { openFrontFolder } from "../../../lib/agent/front/folder.ts";
import { registryIn, statusOf, type Registry } from "../../../lib/agent/front/registry.ts";
import { moment } from "../../../lib/agent/moment.ts";
import { signingKeyIn } from "../../../lib/agent/signingKey.ts";
import { siteStatusOf } from "../../../lib/agent/site/status.ts";
import { notEnrolled, openSiteStore } from "../../../lib/agent/site/state.ts";
import { thisAccount } from "../../../lib/store/storeOwner.ts";
import { UsageError } from "../../session/usageError.ts";
import { faultsShown } from "../faultsShown.ts";
import { withExamples } from "../examples.ts";
import type { Terminal } from "../terminal.ts";
import { siteKey, type SiteKeyOptions } from "./agentSite.ts";

interface OneAgent {
  state: string;
  agent: string;
  json?: true;
}

/** The verbs of the administrator, and the state on both sides. */
export function addAgentService(agent: Command, terminal: Terminal): void {
  addConfirm(agent, terminal);
  addRevoke(agent, terminal);
  addStatus(agent, terminal);
}

const registryOf = async (folder: string): Promise<Registry> =>
  registryIn((await openFrontFolder(folder, thisAccount(), "existing")).store);

function addConfirm(agent: Command, terminal: Terminal): void {
  const verb = agent
    .command("confirm")
    .description("Accept the key of an agent, after its thumbprint was compared.")
    .requiredOption("--state <folder>", "the state folder of agent-front")
    .requiredOption("--agent <id>", "the ID of the agent")
    .requiredOption(
      "--thumbprint <text>",
      "the thumbprint that agent enrol has shown on its machine",
    )
    .option("--json", "one JSON document");
  withExamples(verb, [
    "agent confirm --state C:\\exo-front --agent ID --thumbprint THUMBPRINT",
    "agent confirm --state C:\\exo-front --agent ID --thumbprint THUMBPRINT --json",
  ]);
  verb.action((options: OneAgent & { thumbprint: string }) =>
    faultsShown(async () => {
      const { state, agent: id, thumbprint, json } = options;
      const { confirmedAt = 0 } = await (
        await registryOf(state)
      ).confirm(id, thumbprint, Date.now());
      if (json) terminal.line(JSON.stringify({ agentId: id, confirmed: moment(confirmedAt) }));
      else terminal.line(`Agent ${id} is confirmed with the key ${thumbprint}.`);
    }),
  );
}

function addRevoke(agent: Command, terminal: Terminal): void {
  const verb = agent
    .command("revoke")
    .description(
      "Give an agent no more work, from its next request on. It has to be enrolled anew.",
    )
    .requiredOption("--state <folder>", "the state folder of agent-front")
    .requiredOption("--agent <id>", "the ID of the agent")
    .option("--json", "one JSON document");
  withExamples(verb, [
    "agent revoke --state C:\\exo-front --agent ID",
    "agent revoke --state C:\\exo-front --agent ID --json",
  ]);
  verb.action(({ state, agent: id, json }: OneAgent) =>
    faultsShown(async () => {
      const { revokedAt = 0 } = await (await registryOf(state)).revoke(id, Date.now());
      if (json) terminal.line(JSON.stringify({ agentId: id, revoked: moment(revokedAt) }));
      else {
        terminal.line(`Agent ${id} is revoked.`);
        terminal.line("-> Disable its account in Active Directory as well.");
      }
    }),
  );
}

function addStatus(agent: Command, terminal: Terminal): void {
  const verb = agent
    .command("status")
    .description(
      "Show whether agents are alive: all of a service, or with --key the one of this machine. Sends nothing.",
    )
    .requiredOption(
      "--state <folder>",
      "the state folder of agent-front, or with --key of the agent",
    )
    .option("--key <file>", "on the machine of an agent: the private key of the site")
    .option("--passphrase-file <file>", "a file with the passphrase of the key")
    .option("--json", "one JSON document");
  withExamples(verb, [
    "agent status --state C:\\exo-front",
    "agent status --state C:\\exo-agent\\state --key C:\\exo-agent\\agent.key",
  ]);
  verb.action((options: Omit<SiteKeyOptions, "key"> & { key?: string; json?: true }) =>
    faultsShown(async () => {
      const { key, passphraseFile } = options;
      if (key !== undefined) await showSite({ ...options, key }, terminal);
      else if (passphraseFile !== undefined)
        throw new UsageError("--passphrase-file needs --key: the key that it opens.");
      else await showFront(options, terminal);
    }),
  );
}

async function showFront(
  { state, json }: { state: string; json?: true },
  terminal: Terminal,
): Promise<void> {
  const { signer, store } = await openFrontFolder(state, thisAccount(), "existing");
  const { agents, alarms, jobs } = await registryIn(store).read();
  const now = Date.now();
  const rows = agents.map((agent) => ({
    agentId: agent.agentId,
    connectionId: agent.connectionId,
    connectionName: agent.connectionName,
    ...(agent.version !== undefined && { version: agent.version }),
    ...statusOf(agent, now),
  }));
  const isFine = alarms.length === 0 && rows.every((row) => row.state === "alive");
  terminal.exitCode = isFine ? 0 : 1;
  const shown = alarms.map(({ at, message }) => ({ at: moment(at), message }));
  if (json) {
    const { thumbprint } = signer;
    const times = jobs && { since: moment(jobs.since), at: moment(jobs.at) };
    terminal.line(
      JSON.stringify({
        serviceThumbprint: thumbprint,
        agents: rows,
        ...(jobs && { jobs: { ...times, connections: jobs.connections } }),
        alarms: shown,
      }),
    );
    return;
  }
  terminal.line(`Service key: thumbprint ${signer.thumbprint}`);
  for (const { agentId, connectionId, state: name, sentence } of rows) {
    const style = name === "alive" ? "green" : "yellow";
    terminal.line(`${connectionId}  ${agentId}  ${terminal.styled(style, sentence)}`);
  }
  for (const { connectionId, waiting, handedOut, done, lost } of jobs?.connections ?? [])
    terminal.line(
      `${connectionId}  jobs: ${waiting} waiting, ${handedOut} handed out; ${done} done and ${lost} lost since ` +
        `${moment(jobs?.since ?? 0)} (noted ${moment(jobs?.at ?? 0)})`,
    );
  for (const { at, message } of shown)
    terminal.line(terminal.styled("red", `ALARM ${at} ${message}`));
}

async function showSite(
  options: SiteKeyOptions & { json?: true },
  terminal: Terminal,
): Promise<void> {
  const { state: folder, json } = options;
  const key = await siteKey(options, terminal);
  const store = await openSiteStore(folder, { key, owner: thisAccount(), make: false });
  const found = await store.read();
  if (found === undefined) throw notEnrolled(folder);
  const { thumbprint } = await signingKeyIn(found.key.pem);
  const { state, sentence } = siteStatusOf(found, Date.now());
  const { service, connectionId } = found.configuration;
  terminal.exitCode = state === "alive" ? 0 : 1;
  const { agentId, url } = service;
  if (json)
    terminal.line(JSON.stringify({ agentId, connectionId, url, thumbprint, state, sentence }));
  else {
    terminal.line(`${connectionId}  ${agentId}  ${sentence}`);
    terminal.line(`Service: ${url}`);
    terminal.line(`Signing key: thumbprint ${thumbprint}`);
  }
}
