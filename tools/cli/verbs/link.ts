import { Option, type Command } from "commander";
import { allResources, resourceNames, type Resource } from "../../../lib/auth/clouds.ts";
import { holderOf } from "../../../lib/auth/holder.ts";
import { accountNamed, thisAccount, type StoreOwner } from "../../../lib/store/storeOwner.ts";
import { credentialOf } from "../../../lib/connector.ts";
import { Fault } from "../../../lib/fault.ts";
import { configuration as contract } from "../../../lib/generated/validators/configuration.ts";
import { Redaction } from "../../../lib/host/redaction.ts";
import { readAs, Unusable } from "../../../lib/host/schemaContract.ts";
import type { Configuration } from "../../../lib/generated/types.ts";
import { secretsIn } from "../../../lib/host/secretValues.ts";
import { openConnection, type LinkConnection } from "../../link/connection.ts";
import { linkAccount, type LinkResult } from "../../link/link.ts";
import { moreScopes, scopeSets, type ScopeSet } from "../../link/scopes.ts";
import { statusOf, type LinkStatus } from "../../link/status.ts";
import { Failure } from "../../session/failure.ts";
import { openTenant, type Tenant } from "../../session/tenant.ts";
import { UsageError } from "../../session/usageError.ts";
import { openInBrowser } from "../browser.ts";
import { withExamples } from "../examples.ts";
import type { Terminal } from "../terminal.ts";

interface CommonOptions {
  config?: string;
  emulator?: string;
  for?: string;
  json?: true;
}

interface LinkOptions extends CommonOptions {
  resources: Resource[];
  scopes: ScopeSet;
  also: string[];
  port: string;
  timeout: string;
  browser: boolean;
}

/** `link`: the account whose rights the connector has, where it is not those of the application. */
export function addLink(program: Command, terminal: Terminal): void {
  const link = common(program.command("link"))
    .description(
      "Link an account: a person signs in on a page, and the connector then works as that account.",
    )
    .addOption(
      new Option("--resources <names...>", "what to link it for")
        .choices(allResources)
        .default([...allResources], "graph and exchange"),
    )
    .addOption(
      new Option("--scopes <set>", "the scopes to ask for")
        .choices(["full", "least"])
        .default("full"),
    )
    .addOption(
      new Option(
        "--also <scopes...>",
        "scopes of Microsoft Graph in addition, for authentication methods",
      )
        .choices([...moreScopes])
        .default([], "none"),
    )
    .option("--port <n>", "the port for the answer, of this machine; 0: a free one", "0")
    .option("--timeout <seconds>", "how long to wait for the person who signs in", "600")
    .option("--no-browser", "only print the address of the page");
  withExamples(link, [
    "link --config tenant.json",
    "link --config tenant.json --for svc-helloid --no-browser --scopes least",
  ]);
  link.action((options: LinkOptions) => within(options, terminal, makeLink));

  const status = common(link.command("status")).description(
    "Show which account is linked, and prove it with a fresh token.",
  );
  withExamples(status, [
    "link status --config tenant.json",
    "link status --config tenant.json --for svc-helloid",
  ]);
  status.action((options: CommonOptions) => within(options, terminal, showStatus));

  const remove = common(link.command("remove")).description(
    "Remove the link from this machine. Entra ID is not told: its consent stays.",
  );
  withExamples(remove, [
    "link remove --config tenant.json",
    "link remove --config tenant.json --for svc-helloid",
  ]);
  remove.action((options: CommonOptions) => within(options, terminal, removeLink));

  const renew = common(link.command("renew"))
    .description(
      "Let a new certificate or client secret open the link as well, before the old one ends.",
    )
    .requiredOption("--new <file>", "the values of the form with the new one");
  withExamples(renew, [
    "link renew --config tenant.json --new renewed.json",
    "link renew --config tenant.json --new renewed.json --for svc-helloid",
  ]);
  renew.action((options: CommonOptions & { new: string }) => within(options, terminal, renewLink));
}

function common(command: Command): Command {
  return command
    .option("--config <file>", "a real tenant: a file with the values of the form")
    .option("--emulator <url>", "an emulator that runs: the address it printed")
    .option("--for <account>", "the account that runs the events (default: the one that runs this)")
    .option("--json", "one JSON document");
}

interface Room {
  connection: LinkConnection;
  owner: StoreOwner;
  configuration: Configuration;
  terminal: Terminal;
}

/** Opens everything, and reports every fault as a sentence without a secret. */
async function within<Options extends CommonOptions>(
  options: Options,
  terminal: Terminal,
  work: (room: Room, options: Options) => Promise<void>,
): Promise<void> {
  const { config, emulator, for: account } = options;
  if ((config === undefined) === (emulator === undefined))
    throw new UsageError(
      "Name the tenant with --config, or an emulator that runs with --emulator.",
    );
  const redaction = new Redaction();
  const tenant = await openTenant({ ...(config && { config }), ...(emulator && { emulator }) });
  const configuration = configurationOf(tenant, config ?? "The emulator", redaction);
  try {
    const owner = account === undefined ? thisAccount() : await accountNamed(account);
    const connection = await openConnection({
      configuration,
      env: { ...terminal.env, ...tenant.link.env },
      seams: tenant.link.seams,
      owner,
      keepSecret: (secret) => redaction.add(secret),
    });
    try {
      await work(
        { connection, owner, configuration, terminal: masking(terminal, redaction) },
        options,
      );
    } finally {
      connection.close();
    }
  } catch (thrown) {
    if (thrown instanceof UsageError) throw thrown;
    throw new Failure(redaction.text(Fault.of(thrown).message));
  }
}

/** The same terminal, on which no secret is written: the service may repeat one in its words. */
function masking(terminal: Terminal, redaction: Redaction): Terminal {
  return {
    ...terminal,
    line: (text = "") => terminal.line(redaction.text(text)),
    note: (text) => terminal.note(redaction.text(text)),
    get exitCode() {
      return terminal.exitCode;
    },
    set exitCode(code) {
      terminal.exitCode = code;
    },
  };
}

function configurationOf(tenant: Tenant, file: string, redaction: Redaction): Configuration {
  const { configuration: form } = tenant;
  for (const secret of secretsIn(form, contract.shape)) redaction.add(secret);
  try {
    return readAs(contract, form);
  } catch (thrown) {
    if (!(thrown instanceof Unusable)) throw thrown;
    throw new UsageError(...thrown.faults.map((fault) => `${file}: ${fault}`));
  }
}

async function makeLink(
  { connection, owner, terminal }: Room,
  options: LinkOptions,
): Promise<void> {
  const { resources, scopes, also, browser, json } = options;
  const { graph, exchange } = scopeSets[scopes];
  const result = await linkAccount(connection, {
    resources: allResources.filter((resource) => resources.includes(resource)),
    scopes: { graph: [...graph, ...also], exchange },
    owner,
    port: numberIn("--port", options.port, 65_535),
    timeoutMs: 1000 * numberIn("--timeout", options.timeout, 86_400),
    show(page) {
      const say = json ? terminal.note : terminal.line;
      say("Sign in on this page as the account to link, in a browser of this machine:");
      say(`  ${page}`);
      // Not awaited: an opener may run as long as the browser.
      if (browser) void openInBrowser(page);
    },
  });
  terminal.exitCode = result.state === "granted" ? 0 : 1;
  if (json) terminal.line(JSON.stringify(documentOf(result)));
  else showResult(result, connection, terminal);
}

function numberIn(option: string, text: string, max: number): number {
  const number = /^\d{1,6}$/.test(text) ? Number(text) : -1;
  if (number >= 0 && number <= max) return number;
  throw new UsageError(`${option} ${text}: expected a whole number from 0 to ${max}.`);
}

/** Without a token. */
function documentOf(result: LinkResult): object {
  if (result.state !== "granted") return result;
  const { account, linkedAt, tokens } = result.link;
  const scopes = Object.entries(tokens).map(([resource, token]) => [resource, token.scopes]);
  return { state: result.state, account, linkedAt, scopes: Object.fromEntries(scopes) as object };
}

function showResult(result: LinkResult, { place }: LinkConnection, terminal: Terminal): void {
  if (result.state === "granted") {
    const { account, tokens } = result.link;
    terminal.line(terminal.styled("green", `granted: ${account.userPrincipalName} is linked.`));
    for (const [resource, { scopes }] of Object.entries(tokens))
      terminal.line(`  ${resourceNames[resource as Resource]}: ${scopes.join(", ")}`);
    terminal.line(`It is kept, sealed, in ${place.folder}.`);
    terminal.line(
      "In the form: Connection = linkedAccount, and this folder as State folder (StateFolder).",
    );
    return;
  }
  terminal.line(terminal.styled("red", `${result.state}: ${result.reason}`));
  terminal.line("Nothing was linked, and a link that was there before is as it was.");
  terminal.line(`-> ${whatToDo[result.state]}`);
  if (needsApproval.includes(result.state)) terminal.line(`   ${result.approvalPage}`);
}

const needsApproval: readonly string[] = ["declined", "approvalRequested", "consentMissing"];

const whatToDo: Readonly<Record<Exclude<LinkResult["state"], "granted">, string>> = {
  declined: "Run the command again and accept, or let an administrator consent on this page first:",
  approvalRequested:
    "Let an administrator consent, in the admin center (Enterprise applications, Admin consent requests) or on this " +
    "page, and run the command again:",
  consentMissing: "Let an administrator consent on this page, and run the command again:",
  blocked:
    "Look in the sign-in log of Entra ID for the policy or the state of the account, mend it, and run the command " +
    "again.",
  abandoned: "Run the command again.",
  expired: "Run the command again.",
  revoked: "Run the command again.",
};

async function showStatus({ connection, terminal }: Room, { json }: CommonOptions): Promise<void> {
  const status = await statusOf(connection);
  const isGranted = status?.resources.every(({ state }) => state === "granted") === true;
  terminal.exitCode = isGranted ? 0 : 1;
  if (json) terminal.line(JSON.stringify({ linked: status !== undefined, ...status }));
  else if (status === undefined)
    terminal.line(`No account is linked with application ${connection.place.clientId} here.`);
  else showFound(status, terminal);
}

function showFound(
  { account, linkedAt, holders, resources }: LinkStatus,
  terminal: Terminal,
): void {
  terminal.line(
    `${terminal.styled("bold", account.userPrincipalName)}, object ID ${account.id}, linked ${linkedAt}`,
  );
  for (const { resource, state, details } of resources) {
    const style = state === "granted" ? "green" : "red";
    terminal.line(`  ${resourceNames[resource]}: ${terminal.styled(style, state)}: ${details}`);
  }
  terminal.line(`It opens with: ${holders.join(", ")}`);
}

async function removeLink(
  { connection: { store, place }, terminal }: Room,
  { json }: CommonOptions,
): Promise<void> {
  const removed = await store.remove();
  if (json) terminal.line(JSON.stringify({ removed }));
  else if (!removed) terminal.line(`No account was linked in ${place.folder}.`);
  else {
    terminal.line("The link was removed from this machine.");
    terminal.line(
      "-> In Entra ID, end the sessions of the account as well, or remove the consent (Enterprise applications, " +
        "Permissions): a copy of a refresh token would still work.",
    );
  }
}

async function renewLink(
  { connection: { store }, terminal }: Room,
  options: CommonOptions & { new: string },
): Promise<void> {
  const renewed = await openTenant({ config: options.new });
  const holder = await holderOf(
    credentialOf(configurationOf(renewed, options.new, new Redaction())),
  );
  await store.admit(holder);
  const holders = await store.holders();
  if (options.json) terminal.line(JSON.stringify({ holders }));
  else terminal.line(`The link opens with: ${holders.join(", ")}`);
}
