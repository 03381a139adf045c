import { existsSync } from "node:fs";
import path from "node:path";
import type { Command } from "commander";
import type { FieldMapping } from "../../../lib/generated/types.ts";
import { describedFault, type Person } from "../../mapping/mapping.ts";
import { readMapping } from "../../mapping/readMapping.ts";
import { openScripts } from "../../mapping/scripts.ts";
import { planForAll } from "../../plan/people.ts";
import { csvOf, htmlOf } from "../../plan/tables.ts";
import { pathWarnings } from "../../plan/pathWarnings.ts";
import { mappedActionOf, planFor, type PersonPlan, type PlanContext } from "../../plan/plan.ts";
import { findAction, listActions } from "../../session/actions.ts";
import type { Correlation } from "../../session/events.ts";
import { counter } from "../counter.ts";
import { withExamples } from "../examples.ts";
import { assertWritable, writeFile, withFile } from "../../session/files.ts";
import { readJson } from "../../session/jsonFile.ts";
import { readTenantRecording, recordTenant, tenantOf } from "../recordedTenant.ts";
import { collected, pairsIn } from "../pairs.ts";
import { shownPeople, showPeople } from "../people.ts";
import { auditLine, showPlan } from "../report.ts";
import { settingsIn } from "../settings.ts";
import { actionsFolder } from "../../session/place.ts";
import { isRecord } from "../../../lib/record.ts";
import { openTenant, type Tenant, type TenantChoice } from "../../session/tenant.ts";
import {
  accountsOf,
  startEmulatedDirectory,
  type EmulatedDirectory,
} from "../emulatedDirectory.ts";
import { addTenantOptions } from "../tenantOptions.ts";
import type { Terminal } from "../terminal.ts";
import { entra, hybrid, systemOf } from "../../session/systems.ts";
import { UsageError } from "../../session/usageError.ts";

interface PlanOptions extends TenantChoice {
  person?: string;
  people?: string;
  mapping?: string;
  csv?: string;
  html?: string;
  correlate?: string;
  setting?: string[];
  record?: string;
  recording?: string;
  json?: true;
}

/** What docs/helloid.md sets up. */
function usualCorrelation(action: string): string {
  const system = systemOf(action);
  if (system === hybrid) return "Person.ExternalId=employeeID";
  return system === entra
    ? "Person.ExternalId=employeeId"
    : "Person.Accounts.MicrosoftActiveDirectory.userPrincipalName=UserPrincipalName";
}

/** The mapping in this folder, or the one of the connector. Not before it is needed: help reads no files. */
function usualMapping(action: string): string {
  const name = `${systemOf(action).folder}fieldMapping.json`;
  return existsSync(name) ? name : path.join(actionsFolder, name);
}

/** `plan`: what the mapping and an action would do to a person, or to all people of a vault. */
export function addPlan(program: Command, terminal: Terminal): void {
  const plan = program
    .command("plan")
    .description(
      "Show what the mapping makes of a person, and what an action would change. Reads only.",
    )
    .argument(
      "<action>",
      "create, update, enable, disable or delete; of Entra ID: entra/create, ...; of Active Directory: " +
        "hybrid/create, ...",
    )
    .option("--person <file>", "one person, as JSON")
    .option("--people <file>", "many: the vault export of HelloID, or a list of people")
    .option(
      "--mapping <file>",
      "the field mapping (default: fieldMapping.json in this folder, or else that of the connector)",
    )
    .option(
      "--correlate <person=account>",
      `the fields that link them (default: ${usualCorrelation("")}; of Entra ID: ${usualCorrelation(entra.folder)}; ` +
        `of Active Directory: ${usualCorrelation(hybrid.folder)})`,
    )
    .option("--setting <key=value>", "a setting of the form; can be repeated", collected)
    .option("--json", "one JSON document")
    .option("--csv <file>", "with --people: write the table for a spreadsheet")
    .option("--html <file>", "with --people: write the table as a page");
  addTenantOptions(plan);
  plan
    .option("--record <file>", "write what the tenant answers, with stand-ins, for all actions")
    .option(
      "--recording <file>",
      "such a file instead of a tenant; its people, unless others are given",
    );
  withExamples(plan, [
    "plan update --person docs/examples/person.json",
    "plan update --people vault.json --config tenant.json --record recorded.json",
  ]);
  plan.action(async (name: string, options: PlanOptions) => {
    const action = mappedActionNamed(name);
    if (systemOf(action) === hybrid) refuseRecordings(options);
    const recording = recordingIn(options);
    const people =
      recording && !options.person && !options.people ? recording.Persons : peopleIn(options);
    assertWritable(options.csv, options.html, options.record);
    const { tenant } = recording ? tenantOf(recording) : { tenant: await openTenant(options) };
    const directory = await directoryFor(action, tenant);
    const scripts = openScripts();
    const context: PlanContext = {
      tenant,
      action,
      mapping: mappingIn(options.mapping ?? usualMapping(action)),
      correlation: correlationIn(options.correlate ?? usualCorrelation(action)),
      configuration: {
        ...tenant.configuration,
        ...directory?.form,
        ...settingsIn(options.setting ?? []),
      },
      scripts,
    };
    warnOfPaths(context, terminal);
    try {
      if (options.person !== undefined) await planOne(people, context, options, terminal);
      else await planAll(people, context, options, terminal);
      if (options.record !== undefined) await record(people, context, options, terminal);
    } finally {
      await scripts.close();
      await directory?.close();
    }
  });
}

/** With an emulated tenant, its people have accounts in an emulated directory. */
async function directoryFor(
  action: string,
  { emulator }: Tenant,
): Promise<EmulatedDirectory | undefined> {
  if (systemOf(action) !== hybrid || emulator === undefined) return undefined;
  return await startEmulatedDirectory(accountsOf(emulator.state()));
}

/** A recording has the answers of the cloud alone. */
function refuseRecordings({ record, recording }: PlanOptions): void {
  for (const [option, value] of Object.entries({ record, recording }))
    if (value !== undefined)
      throw new UsageError(
        `--${option} is for systems of the cloud; a plan of Active Directory needs the directory itself.`,
      );
}

/** Beside the plan, so that a document of --json stays one. */
function warnOfPaths(context: PlanContext, terminal: Terminal): void {
  const warnings = pathWarnings(context);
  for (const warning of warnings) terminal.note(`warning: ${warning}`);
  if (warnings.length > 0)
    terminal.note("Such a field is empty for everyone: exo-connector check names the place.");
}

/** Writes the reads of all actions of the same system: then any of them can be planned from the recording. */
async function record(
  people: readonly Person[],
  context: PlanContext,
  { record: file = "", config }: PlanOptions,
  terminal: Terminal,
): Promise<void> {
  const system = systemOf(context.action);
  const actions = listActions().filter(
    (action) => systemOf(action) === system && mappedActionOf(action) !== undefined,
  );
  const from = config === undefined ? "emulator" : "tenant";
  const source = `${from}: recorded ${new Date().toISOString().slice(0, 10)}, scrubbed`;
  let count = 0;
  const onRow = (): void => terminal.progress(`${++count} plans to record`);
  const { recording, differing } = await recordTenant(people, context, { actions, source, onRow });
  writeFile(file, `${JSON.stringify(recording, null, 2)}\n`);
  terminal.note(
    `${file} is written, with stand-ins: ${recording.Persons.length} people, ` +
      `${recording.traffic.length} answers. Read it before you share it.`,
  );
  if (differing.length === 0) return;
  terminal.exitCode = 1;
  terminal.note(
    `From the recording the plan is another one for ${differing.slice(0, shownPeople).join(", ")}: ` +
      "a script or a fixed value of the mapping, such as a domain, does not fit the stand-ins.",
  );
}

function recordingIn({ recording, record, config, emulator, seed }: PlanOptions) {
  if (recording === undefined) return undefined;
  const others = Object.entries({ record, config, emulator, seed });
  for (const [option, value] of others)
    if (value !== undefined)
      throw new UsageError(`Only one of --recording and --${option} can be given.`);
  return readTenantRecording(recording);
}

function mappedActionNamed(name: string): string {
  const action = findAction(name);
  if (mappedActionOf(action) !== undefined) return action;
  throw new UsageError(
    `${name} has no mapping; expected create, update, enable, disable or delete, or one of Entra ID or Active ` +
      "Directory, such as entra/create.",
  );
}

async function planOne(
  [person = {}]: readonly Person[],
  context: PlanContext,
  { json }: PlanOptions,
  terminal: Terminal,
): Promise<void> {
  const plan = await planFor(person, context);
  terminal.exitCode = plan.result === "fails" ? 1 : 0;
  if (json) terminal.line(JSON.stringify(plan));
  else showPerson(plan, context, terminal);
}

async function planAll(
  people: readonly Person[],
  context: PlanContext,
  { json, csv, html }: PlanOptions,
  terminal: Terminal,
): Promise<void> {
  const onRow = counter(terminal, { what: "people", total: people.length });
  const rows = await planForAll(people, context, onRow);
  terminal.exitCode = rows.some(({ result }) => result === "fails") ? 1 : 0;
  const title = `${context.action} for ${people.length} people, in ${context.tenant.name}`;
  if (csv !== undefined) writeFile(csv, csvOf(rows));
  if (html !== undefined) writeFile(html, htmlOf(rows, title));
  if (json) terminal.line(JSON.stringify(rows));
  else showPeople(rows, title, terminal);
}

function peopleIn({ person, people, csv, html }: PlanOptions): Person[] {
  if (person !== undefined && people !== undefined)
    throw new UsageError("Only one of --person and --people can say whom to plan for.");
  if (person !== undefined && (csv ?? html) !== undefined)
    throw new UsageError("--csv and --html are tables of many people; expected --people <file>.");
  if (person !== undefined) return [personIn(readJson(person), person)];
  if (people === undefined) throw new UsageError("Expected --person <file> or --people <file>.");
  const vault = readJson(people);
  const list = isRecord(vault) ? vault["Persons"] : vault;
  if (!Array.isArray(list))
    throw new UsageError(
      `${people} has no list of people; expected { "Persons": [...] } or a list.`,
    );
  return list.map((one: unknown, index) => {
    if (isRecord(one)) return one;
    throw new UsageError(`${people}: person ${index + 1} of the list is no object.`);
  });
}

/** A person by itself, or a context of the platform with one. */
function personIn(json: unknown, file: string): Person {
  const context = isRecord(json) && isRecord(json["personContext"]) ? json["personContext"] : json;
  const person = isRecord(context) && isRecord(context["Person"]) ? context["Person"] : context;
  if (!isRecord(person)) throw new UsageError(`${file} is not an object; expected a person.`);
  if ("Persons" in person)
    throw new UsageError(`${file} has many people; give it to --people instead of --person.`);
  return person;
}

function mappingIn(file: string): FieldMapping {
  const read = withFile(file, "read", () => readMapping(file));
  if ("problems" in read)
    throw new UsageError(...read.problems, "exo-connector check finds more than this.");
  return read.mapping;
}

function correlationIn(text: string): Correlation {
  const [[personField, accountField] = []] = Object.entries(pairsIn("--correlate", [text]));
  return { personField: personField ?? "", accountField: accountField ?? "" };
}

function showPerson(plan: PersonPlan, { action, tenant }: PlanContext, terminal: Terminal): void {
  const name = plan.displayName || plan.externalId || "a person without a name";
  const title = `${action} for ${name}, in ${tenant.name}`;
  terminal.line(terminal.styled("bold", title));
  for (const [field, value] of Object.entries(plan.mapped))
    terminal.line(`mapped   ${field} = ${JSON.stringify(value)}`);
  for (const fault of plan.faults)
    terminal.line(terminal.styled("red", `error    ${describedFault(fault)}`));
  if (plan.faults.length > 0)
    terminal.line(`With no value for ${listOf(plan.faults)}, this would happen:`);
  for (const log of plan.audit) terminal.line(auditLine(log, terminal));
  showPlan(plan.steps, terminal);
  terminal.line(`result   ${plan.result}`);
}

function listOf(faults: PersonPlan["faults"]): string {
  return faults.map(({ field }) => field).join(", ");
}
