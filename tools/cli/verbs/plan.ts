import path from "node:path";
import type { Command } from "commander";
import type { FieldMapping } from "../../../lib/generated/types.ts";
import type { Person } from "../../mapping/mapping.ts";
import { openScripts } from "../../mapping/scripts.ts";
import { mappedActionOf, planFor, type PersonPlan, type PlanContext } from "../../plan/plan.ts";
import { findAction } from "../actions.ts";
import type { Correlation } from "../events.ts";
import { withExamples } from "../examples.ts";
import { readJson } from "../jsonFile.ts";
import { collected, pairsIn } from "../pairs.ts";
import { showPlan } from "../report.ts";
import { isRecord } from "../shapes.ts";
import { openTenant, type TenantChoice } from "../tenant.ts";
import { addTenantOptions } from "../tenantOptions.ts";
import { UsageError, type Terminal } from "../terminal.ts";

interface PlanOptions extends TenantChoice {
  person?: string;
  people?: string;
  mapping: string;
  correlate: string;
  setting: string[];
  json?: true;
}

const root = path.resolve(import.meta.dirname, "../../..");
/** What docs/helloid.md sets up. */
const usualCorrelation =
  "Person.Accounts.MicrosoftActiveDirectory.userPrincipalName=UserPrincipalName";

/** `plan`: what the mapping and an action would do to a person, or to all people of a vault. */
export function addPlan(program: Command, terminal: Terminal): void {
  const plan = program
    .command("plan")
    .description(
      "Show what the mapping makes of a person, and what an action would change. Reads only.",
    )
    .argument("<action>", "create, update, enable, disable or delete")
    .option("--person <file>", "one person, as JSON")
    .option("--people <file>", "many: the vault export of HelloID, or a list of people")
    .option("--mapping <file>", "the field mapping", path.join(root, "fieldMapping.json"))
    .option("--correlate <person=account>", "the fields that link them", usualCorrelation)
    .option("--setting <key=value>", "a setting of the form; can be repeated", collected, [])
    .option("--json", "one JSON document");
  addTenantOptions(plan);
  withExamples(plan, [
    "plan update --person docs/examples/person.json",
    "plan update --people vault.json --config tenant.json",
  ]);
  plan.action(async (name: string, options: PlanOptions) => {
    const action = findAction(name);
    if (mappedActionOf(action) === undefined)
      throw new UsageError(
        `${action} has no mapping; expected create, update, enable, disable or delete.`,
      );
    const people = peopleIn(options);
    const tenant = await openTenant(options);
    const scripts = openScripts();
    const context: PlanContext = {
      tenant,
      action,
      mapping: readMapping(options.mapping),
      correlation: correlationIn(options.correlate),
      configuration: { ...tenant.configuration, ...pairsIn("--setting", options.setting) },
      scripts,
    };
    try {
      const plans: PersonPlan[] = [];
      for (const person of people) plans.push(await planFor(person, context));
      terminal.exitCode = plans.some(({ result }) => result === "fails") ? 1 : 0;
      if (options.json) terminal.line(JSON.stringify(plans));
      else for (const one of plans) showPerson(one, context, terminal);
    } finally {
      await scripts.close();
    }
  });
}

function peopleIn({ person, people }: PlanOptions): Person[] {
  if (person !== undefined && people !== undefined)
    throw new UsageError("Only one of --person and --people can say whom to plan for.");
  if (person !== undefined) return [personIn(readJson(person), person)];
  if (people === undefined) throw new UsageError("Expected --person <file> or --people <file>.");
  const vault = readJson(people);
  const list = isRecord(vault) ? vault["Persons"] : vault;
  if (!Array.isArray(list) || !list.every(isRecord))
    throw new UsageError(
      `${people} has no list of people; expected { "Persons": [...] } or a list.`,
    );
  return list;
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

function readMapping(file: string): FieldMapping {
  const mapping = readJson(file);
  if (!isRecord(mapping) || !Array.isArray(mapping["MappingFields"]))
    throw new UsageError(`${file} has no MappingFields; expected a field mapping.`);
  // exo-connector check says what is wrong with the rest.
  return mapping as unknown as FieldMapping;
}

function correlationIn(text: string): Correlation {
  const [[personField, accountField] = []] = Object.entries(pairsIn("--correlate", [text]));
  return { personField: personField ?? "", accountField: accountField ?? "" };
}

function showPerson(plan: PersonPlan, { action, tenant }: PlanContext, terminal: Terminal): void {
  const title = `${action} for ${plan.displayName}, in ${tenant.name}`;
  terminal.line(terminal.styled("bold", title));
  for (const [field, value] of Object.entries(plan.mapped))
    terminal.line(`mapped   ${field} = ${JSON.stringify(value)}`);
  for (const { field, line, message } of plan.faults) {
    const where = line === undefined ? "" : `, line ${line} of its script`;
    terminal.line(terminal.styled("red", `error    ${field}${where}: ${message}`));
  }
  for (const message of plan.messages)
    terminal.line(
      plan.result === "fails"
        ? terminal.styled("red", `error    ${message}`)
        : `audit    ${message}`,
    );
  showPlan(plan.steps, terminal);
  terminal.line(`result   ${plan.result}`);
}
