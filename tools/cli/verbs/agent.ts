import type { Command } from "commander";
import { moment } from "../../../lib/agent/moment.ts";
import { defaultBits } from "../../../lib/agent/rsaKey.ts";
import { openConfiguration } from "../../../lib/agent/sealedConfiguration.ts";
import type { SealedConfiguration } from "../../../lib/generated/types.ts";
import { thisAccount } from "../../../lib/store/storeOwner.ts";
import {
  contentOf,
  makeKeyFiles,
  passphraseFrom,
  readPrivateKey,
  readPublicKey,
} from "../../agent/keyFiles.ts";
import { sealFor } from "../../agent/sealing.ts";
import { siteFrom, type SiteOptions } from "../../agent/siteOptions.ts";
import { assertNew } from "../../session/newFile.ts";
import { UsageError } from "../../session/usageError.ts";
import { faultsShown } from "../faultsShown.ts";
import { withExamples } from "../examples.ts";
import type { Terminal } from "../terminal.ts";
import { addAgentService } from "./agentService.ts";
import { addAgentSite } from "./agentSite.ts";

/** `agent`: the agent on premises, and what the service knows of it. */
export function addAgent(program: Command, terminal: Terminal): void {
  const agent = program
    .command("agent")
    .description("Set up the agent that works in a network which the service cannot reach.");
  addKeygen(agent, terminal);
  addSeal(agent, terminal);
  addShow(agent, terminal);
  addAgentSite(agent, terminal);
  addAgentService(agent, terminal);
}

interface KeygenOptions {
  folder: string;
  bits: string;
  passphraseFile?: string;
  json?: true;
}

function addKeygen(agent: Command, terminal: Terminal): void {
  const keygen = agent
    .command("keygen")
    .description("Make the key pair of a site, on the machine of its agent. Sends nothing.")
    .option("--folder <folder>", "the folder in which agent.key and agent.pub are made", ".")
    .option("--bits <n>", "the size of the key: 2048, 3072 or 4096", String(defaultBits))
    .option("--passphrase-file <file>", "a file with the passphrase that protects agent.key")
    .option("--json", "one JSON document");
  withExamples(keygen, [
    "agent keygen --folder local",
    "agent keygen --folder local --bits 4096 --passphrase-file local/passphrase.txt",
  ]);
  keygen.action(async ({ folder, bits, passphraseFile, json }: KeygenOptions) => {
    if (!["2048", "3072", "4096"].includes(bits))
      throw new UsageError(`--bits ${bits}: expected 2048, 3072 or 4096.`);
    const passphrase = passphraseFrom(passphraseFile, terminal.env);
    const made = await makeKeyFiles(folder, Number(bits), passphrase);
    const isProtected = passphrase !== undefined;
    if (json) terminal.line(JSON.stringify({ ...made, protected: isProtected }));
    else {
      const how = isProtected ? "protected with the passphrase" : "without a passphrase";
      terminal.line(`${made.privateKey}  the private key, ${how}: it stays on this machine`);
      terminal.line(`${made.publicKey}  the public key: for the service`);
      terminal.line(`Thumbprint: ${terminal.styled("bold", made.thumbprint)}`);
    }
  });
}

interface SealOptions extends SiteOptions {
  state: string;
  publicKey: string;
  url: string;
  ca?: string;
  out: string;
  json?: true;
}

function addSeal(agent: Command, terminal: Terminal): void {
  const seal = agent
    .command("seal")
    .description(
      "Seal the configuration of one more agent for the public key of its site. The file has a token that works " +
        "once, for seven days.",
    )
    .requiredOption(
      "--state <folder>",
      "the state folder of agent-front; it is made when it does not exist",
    )
    .requiredOption(
      "--public-key <file>",
      "the public key of the site: agent.pub, or a certificate",
    )
    .requiredOption("--url <url>", "the address at which agents reach agent-front")
    .requiredOption("--connection <id>", "the ID of the connection; agents of one site share it")
    .option("--name <name>", "the name of the connection", "Connection-OnPremise Service")
    .option("--base-dn <dn>", "the base DN of the domain, such as DC=contoso,DC=com")
    .option("--host <hosts>", "its domain controllers, separated by commas")
    .option("--port <n>", "their port of LDAPS", "636")
    .option(
      "--server-name <name>",
      "the host name in their certificates, if hosts are IP addresses",
    )
    .option(
      "--domains <file>",
      "instead, for several domains: a JSON list of {baseDn, hosts, port}",
    )
    .option("--global-catalog", "search in the global catalog, across domains")
    .option(
      "--ca <file>",
      "the certificate authority of agent-front in PEM, if it is a private one",
    )
    .option("--out <file>", "the new file", "agent-config.jwe")
    .option("--json", "one JSON document");
  withExamples(seal, [
    "agent seal --state local/front --public-key agent.pub --url https://agents.contoso.com --connection contoso-ad " +
      '--base-dn "DC=contoso,DC=com" --host dc1.contoso.com --out local/agent-config.jwe',
    "agent seal --state local/front --public-key agent.pub --url https://agents.contoso.com --connection contoso-ad " +
      "--domains local/domains.json --global-catalog --out local/agent-config.jwe",
  ]);
  seal.action((options: SealOptions) => faultsShown(() => makeSealed(options, terminal)));
}

async function makeSealed(options: SealOptions, terminal: Terminal): Promise<void> {
  const { state, publicKey, url, ca, out, json } = options;
  const site = siteFrom(options);
  const recipient = await readPublicKey("--public-key", publicKey);
  assertNew("--out", out);
  const sealed = await sealFor({
    folder: state,
    owner: thisAccount(),
    recipient,
    site,
    url: url.replace(/\/+$/, ""),
    certificateAuthority: ca === undefined ? undefined : contentOf(ca).toString("utf8").trim(),
    file: out,
    now: Date.now(),
  });
  if (json) {
    terminal.line(JSON.stringify({ ...sealed, until: moment(sealed.until) }));
    return;
  }
  terminal.line(`${terminal.styled("bold", sealed.file)} is for the agent ${sealed.agentId}.`);
  terminal.line(`Sealed for the key with the thumbprint  ${sealed.sealedFor}`);
  terminal.line(`Signed by the service, thumbprint       ${sealed.serviceThumbprint}`);
  terminal.line(`Its token works once, until ${moment(sealed.until)}.`);
  terminal.line(
    "-> Bring the file to the machine of the agent, and the thumbprint of the service on another way.",
  );
}

interface ShowOptions {
  config: string;
  key: string;
  serviceThumbprint: string;
  passphraseFile?: string;
  json?: true;
}

function addShow(agent: Command, terminal: Terminal): void {
  const show = agent
    .command("show")
    .description("Show what a sealed configuration contains, without its token. Sends nothing.")
    .requiredOption("--config <file>", "the sealed configuration: agent-config.jwe")
    .requiredOption("--key <file>", "the private key of the site: agent.key")
    .requiredOption("--service-thumbprint <text>", "the thumbprint that agent seal has shown")
    .option("--passphrase-file <file>", "a file with the passphrase of the key")
    .option("--json", "one JSON document");
  withExamples(show, [
    "agent show --config agent-config.jwe --key agent.key --service-thumbprint THUMBPRINT",
    "agent show --config agent-config.jwe --key agent.key --service-thumbprint THUMBPRINT --passphrase-file pass.txt",
  ]);
  show.action((options: ShowOptions) =>
    faultsShown(async () => {
      const { config, key: keyFile, serviceThumbprint, json } = options;
      const passphrase = passphraseFrom(options.passphraseFile, terminal.env);
      const key = await readPrivateKey(keyFile, { passphrase, owner: thisAccount() });
      const configuration = await openConfiguration(contentOf(config).toString("utf8"), {
        key,
        serviceThumbprint,
        now: Date.now(),
        source: config,
      });
      const shown = shownOf(configuration, key.thumbprint);
      if (json) terminal.line(JSON.stringify(shown));
      else for (const line of linesOf(shown)) terminal.line(line);
    }),
  );
}

function shownOf(configuration: SealedConfiguration, keyThumbprint: string) {
  const { connectionId, connectionName, domains, iat, exp, iss, service } = configuration;
  const { useGlobalCatalog, globalCatalogPort } = configuration;
  return {
    connectionId,
    connectionName,
    domains,
    ...(useGlobalCatalog && { globalCatalogPort }),
    url: service.url,
    agentId: service.agentId,
    hasOwnAuthority: service.certificateAuthority !== undefined,
    keyThumbprint,
    serviceThumbprint: iss,
    sealed: moment(iat * 1000),
    until: moment(exp * 1000),
  };
}

function linesOf(shown: ReturnType<typeof shownOf>): string[] {
  const authority = shown.hasOwnAuthority ? ", of the certificate authority in the file" : "";
  return [
    `${shown.connectionName} (${shown.connectionId}), agent ${shown.agentId}`,
    ...shown.domains.map(({ baseDn, hosts, port, serverName }) => {
      const name = serverName === undefined ? "" : `, certificates for ${serverName}`;
      return `  ${baseDn}: ${hosts.join(", ")}, port ${port}${name}`;
    }),
    ...(shown.globalCatalogPort === undefined
      ? []
      : [`  Global catalog: port ${shown.globalCatalogPort}`]),
    `Service: ${shown.url}${authority}, thumbprint ${shown.serviceThumbprint}`,
    `Key of the site: thumbprint ${shown.keyThumbprint}`,
    `Sealed ${shown.sealed}, valid until ${shown.until}`,
  ];
}
