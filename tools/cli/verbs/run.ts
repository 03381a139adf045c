import path from "node:path";
import type { Command } from "commander";
import { findAction } from "../../session/actions.ts";
import { eventFor, type Correlation, type ListedPermission } from "../../session/events.ts";
import { withExamples } from "../examples.ts";
import { assertWritable, withFile, writeFile } from "../../session/files.ts";
import { readJson } from "../../session/jsonFile.ts";
import { findAccount, findPermission, permissionsIn } from "../../session/lookUp.ts";
import { collected, pairsIn } from "../pairs.ts";
import { writeFixture } from "../recording.ts";
import { fixtureFile, recordedRun } from "../recordRun.ts";
import { showInvocation } from "../report.ts";
import { settingsIn, withoutCredentials } from "../settings.ts";
import { isRecord } from "../../../lib/record.ts";
import {
  openTenant,
  type Invocation,
  type Tenant,
  type TenantChoice,
} from "../../session/tenant.ts";
import { addTenantOptions } from "../tenantOptions.ts";
import type { Terminal } from "../terminal.ts";
import { entra, systemOf } from "../../session/systems.ts";
import { UsageError } from "../../session/usageError.ts";

interface RunOptions extends TenantChoice {
  account?: string;
  permission?: string;
  person?: string;
  set?: string[];
  setting?: string[];
  field?: string[];
  event?: string;
  save?: string;
  record?: string;
  live?: true;
  json?: true;
}

/** `run`: one event through one action, from names that a person types. */
export function addRun(program: Command, terminal: Terminal): void {
  const run = program
    .command("run")
    .description("Run one action for one account. A dry run, unless --live is given.")
    .argument(
      "<action>",
      "path of the action, or its end: groups/grantPermission; create is of Exchange, entra/create of Entra ID",
    )
    .option(
      "--account <name>",
      "the account: an address, an alias, a display name or a GUID; of Entra ID: an address, an employee ID or an ID",
    )
    .option("--permission <name>", "a permission of the action's set, or a part of its name")
    .option(
      "--person <file>",
      "the person, as JSON: contracts, or a phone and an address for sign-in",
    )
    .option("--set <field=value>", "a mapped field; can be repeated", collected)
    .option("--setting <key=value>", "a setting of the form; can be repeated", collected)
    .option("--field <name>", "of an import: a field to read; can be repeated", collected)
    .option(
      "--event <file>",
      "a whole event instead; its settings stay, the tenant is the chosen one",
    )
    .option("--save <file>", "write the event, without its credentials")
    .option(
      "--record <name>",
      "write the run as a fixture, with stand-ins for all that is the tenant's",
    )
    .option("--live", "change the tenant")
    .option("--json", "the answer as one JSON document; that of an import has all its records");
  addTenantOptions(run);
  withExamples(run, [
    "run groups/grantPermission --account aoife.obrien@contoso.com --permission Newsletter",
    "run update --event event.json --config tenant.json --record two-fields-differ",
  ]);
  run.action(async (name: string, options: RunOptions) => {
    const action = findAction(name);
    assertFits(action, options);
    assertWritable(options.save);
    if (options.record !== undefined) fixtureFile(options.record, action);
    const tenant = await openTenant(options);
    const event = await eventOf(action, options, tenant);
    if (options.save !== undefined)
      writeFile(options.save, `${JSON.stringify(savedForm(event), null, 2)}\n`);
    let count = 0;
    const onRecord = (): void => terminal.progress(`${++count} records`);
    if (options.record === undefined)
      showRun(action, await tenant.invoke(action, event, onRecord), { options, tenant, terminal });
    else await recordRun(action, event, { options, tenant, terminal, onRecord });
  });
}

interface RunContext {
  options: RunOptions;
  tenant: Tenant;
  terminal: Terminal;
}

function showRun(
  action: string,
  invocation: Invocation,
  { options, tenant, terminal }: RunContext,
): void {
  terminal.exitCode = invocation.code === 0 ? 0 : 1;
  if (options.json) {
    terminal.line(JSON.stringify(documentOf(action, invocation)));
    return;
  }
  const mode = options.live ? "for real" : "dry run";
  terminal.line(terminal.styled("bold", `${action}, ${mode}, ${tenant.name}`));
  for (const record of invocation.records) terminal.line(`record   ${JSON.stringify(record)}`);
  for (const { DisplayName } of permissionsIn(invocation)) terminal.line(`listed   ${DisplayName}`);
  showInvocation(invocation, terminal);
}

/** Shows the run even when it cannot be recorded: it may have changed the tenant. */
async function recordRun(
  action: string,
  event: Record<string, unknown>,
  context: RunContext & { onRecord(): void },
): Promise<void> {
  const { options, tenant, terminal, onRecord } = context;
  const file = fixtureFile(options.record ?? "", action);
  const { invocation, fixture } = await recordedRun(tenant, action, event, onRecord);
  showRun(action, invocation, context);
  const from = options.config === undefined ? "emulator" : "tenant";
  const day = new Date().toISOString().slice(0, 10);
  const recorded = await fixture(`${from}: recorded ${day}, scrubbed`);
  withFile(file, "written", () => writeFixture(file, recorded));
  terminal.note(
    `${file} is written, with stand-ins, and replays. Read it before you share it: it has ` +
      `${recorded.traffic.length} requests.`,
  );
}

/** The bundle of an import writes its records before its answer. */
function documentOf(action: string, { answer, records }: Invocation): object {
  return path.posix.basename(action).startsWith("import") ? { ...answer, records } : answer;
}

const accountVerbs = ["create", "update", "enable", "disable", "delete", "uniquenessCheck"];
const permissionVerbs = ["grantPermission", "revokePermission", "subPermissions"];

/** The actions that use an option, by the end of their path. */
const usedBy = {
  account: [...accountVerbs, ...permissionVerbs],
  permission: permissionVerbs,
  person: ["subPermissions", "authenticationMethods/grantPermission"],
  set: accountVerbs,
  field: ["import"],
} satisfies Partial<Record<keyof RunOptions, readonly string[]>>;
type Part = keyof typeof usedBy;
const parts = ["account", "permission", "person", "set", "field"] as const;

/** What an action cannot do without and what has no effect on it, in the words of this verb. */
function assertFits(action: string, options: RunOptions): void {
  const { account, permission, event } = options;
  if (event !== undefined) {
    refuseBesideEvent(options);
    return;
  }
  const verb = path.posix.basename(action);
  const needed = (option: string): never => {
    throw new UsageError(`${action} needs ${option}.`);
  };
  if (action.startsWith("resources/")) needed("--event <file>: it works on a list of source data");
  if (!/^import|^(permissions|uniquenessCheck)$/.test(verb) && account === undefined)
    needed("--account <name>");
  if (/^(grant|revoke)Permission$/.test(verb) && permission === undefined)
    needed("--permission <name>");
  refuseUnused(action, options);
}

function refuseUnused(action: string, options: RunOptions): void {
  const isUsed = (option: Part): boolean =>
    usedBy[option].some((end) => action.endsWith(`/${end}`));
  const unused = parts.find((option) => options[option] !== undefined && !isUsed(option));
  if (unused === undefined) return;
  const used = parts.filter(isUsed).map((option) => `--${option}`);
  throw new UsageError(
    `${action} makes no use of --${unused}; it takes ${used.join(", ") || "none of these options"}.`,
  );
}

/** What would have no effect, because the event of the file is used as it is. */
function refuseBesideEvent(options: RunOptions): void {
  for (const option of parts)
    if (options[option] !== undefined)
      throw new UsageError(`Only one of --event and --${option} can say what the event has.`);
}

async function eventOf(
  action: string,
  options: RunOptions,
  tenant: Tenant,
): Promise<Record<string, unknown>> {
  const settings = settingsIn(options.setting ?? []);
  const isDryRun = options.live !== true;
  if (options.event !== undefined)
    return adopted(readJson(options.event), options.event, {
      configuration: { ...tenant.configuration, ...settings },
      isDryRun,
    });
  const data = pairsIn("--set", options.set ?? []);
  const person = options.person === undefined ? {} : readJson(options.person);
  if (!isRecord(person))
    throw new UsageError(`${options.person} is not an object; expected a person.`);
  const { account } = options;
  const isCreate = path.posix.basename(action) === "create";
  return eventFor(action, {
    configuration: { ...tenant.configuration, ...settings },
    isDryRun,
    person,
    mapped: { data, prefilled: data },
    ...(isCreate && account !== undefined && { correlation: correlationTo(action, account) }),
    ...(!isCreate &&
      account !== undefined && { account: await findAccount(tenant, action, account) }),
    permission: await permissionOf(action, options, tenant),
    fields: options.field ?? ["UserPrincipalName"],
  });
}

async function permissionOf(
  action: string,
  { permission }: RunOptions,
  tenant: Tenant,
): Promise<ListedPermission | undefined> {
  return permission === undefined ? undefined : await findPermission(tenant, action, permission);
}

/** What create looks for: the platform has no reference then. */
function correlationTo(action: string, account: string): Correlation {
  const [address, other] =
    systemOf(action) === entra
      ? ["userPrincipalName", "employeeId"]
      : ["UserPrincipalName", "Alias"];
  const accountField = account.includes("@") ? address : other;
  return { personField: "--account", accountField, value: account };
}

/** An event from a file, for the chosen tenant. Its own settings stay; credentials and tenant are replaced. */
function adopted(
  event: unknown,
  file: string,
  { configuration, isDryRun }: { configuration: Record<string, unknown>; isDryRun: boolean },
): Record<string, unknown> {
  const context = isRecord(event) ? event["actionContext"] : undefined;
  if (!isRecord(event) || !isRecord(context))
    throw new UsageError(`${file} has no actionContext; expected an event.`);
  const own = withoutCredentials(settingsOf(context));
  return {
    ...event,
    actionContext: {
      ...context,
      Configuration: { ...own, ...configuration },
      DryRun: isDryRun,
    },
  };
}

/** The event without what opens the tenant: it belongs in a repository or a report. */
function savedForm(event: Record<string, unknown>): Record<string, unknown> {
  const context = isRecord(event["actionContext"]) ? event["actionContext"] : {};
  const Configuration = withoutCredentials(settingsOf(context));
  return { ...event, actionContext: { ...context, Configuration } };
}

function settingsOf({ Configuration }: Record<string, unknown>): Record<string, unknown> {
  return isRecord(Configuration) ? Configuration : {};
}
