import type { Command } from "commander";
import type { ObjectChange } from "../../../test/emulator/changes.ts";
import type { Details, Reference, Summary } from "../../../test/emulator/view.ts";
import { askEmulator, usualAddress } from "../../session/control.ts";
import { linesOf } from "../../session/differences.ts";
import { withExamples } from "../examples.ts";
import type { Terminal } from "../terminal.ts";
import { UsageError } from "../../session/usageError.ts";

interface ShowOptions {
  emulator: string;
  json?: true;
}

interface DiffOptions extends ShowOptions {
  reset?: true;
}

/** `tenant`: looks into the tenant of an emulator that runs. */
export function addTenant(program: Command, terminal: Terminal): void {
  const tenant = program
    .command("tenant")
    .description("Look into the tenant of an emulator that runs.");
  addShow(tenant, terminal);
  addDiff(tenant, terminal);
}

/** `show`: everything about one object. */
export function addShow(parent: Command, terminal: Terminal): void {
  const show = parent
    .command("show")
    .description("Show one mailbox or group: what is set, rights, calendar, memberships.")
    .argument("<name>", "an address, an alias, a GUID, or a part of a name")
    .option("--emulator <url>", "the emulator", usualAddress)
    .option("--json", "one JSON document");
  withExamples(show, ["tenant show anna.bakker@contoso.com", "tenant show sales --json"]);
  show.action(async (name: string, { emulator, json }: ShowOptions) => {
    const { guid } = await findOne(name, emulator);
    const path = `object?guid=${guid}`;
    const details = (await askEmulator(emulator, { path })) as Details;
    if (json) terminal.line(JSON.stringify(details));
    else showDetails(details, terminal);
  });
}

/** `diff`: what has changed in the tenant. */
export function addDiff(parent: Command, terminal: Terminal): void {
  const diff = parent
    .command("diff")
    .description("Show what has changed since the start, or since the last --reset.")
    .option("--emulator <url>", "the emulator", usualAddress)
    .option("--reset", "show it, and count changes from now on")
    .option("--json", "one JSON document");
  withExamples(diff, ["tenant diff", "tenant diff --reset"]);
  diff.action(async ({ emulator, json, reset }: DiffOptions) => {
    const changes = (await askEmulator(emulator, { path: "changes" })) as ObjectChange[];
    if (reset) await askEmulator(emulator, { method: "DELETE", path: "changes" });
    if (json) terminal.line(JSON.stringify(changes));
    else showChanges(changes, terminal);
  });
}

/** Names in a message about too many. */
const namesShown = 10;

async function findOne(name: string, emulator: string): Promise<Summary> {
  const path = `objects?search=${encodeURIComponent(name)}`;
  const { count, objects } = (await askEmulator(emulator, { path })) as {
    count: number;
    objects: Summary[];
  };
  const [first] = objects;
  if (!first)
    throw new UsageError(
      `Nothing in the tenant is called ${name}. Expected an address, an alias, a GUID, or a part of a name.`,
    );
  if (count > 1)
    throw new UsageError(
      `${name} can be ${count} objects: ${objects.slice(0, namesShown).map(nameOf).join(", ")}` +
        (count > namesShown ? ", and more." : "."),
    );
  return first;
}

function nameOf({ name, address }: Reference): string {
  return address === undefined ? name : `${name} <${address}>`;
}

function headOf({ type, isDeleted, ...reference }: Summary): string {
  return `${nameOf(reference)}, ${type}${isDeleted ? ", deleted" : ""}`;
}

/** In the first line, or in a list of their own. */
const shownElsewhere = new Set([
  "DisplayName",
  "RecipientTypeDetails",
  "Members",
  "GrantSendOnBehalfTo",
]);

function showDetails(details: Details, terminal: Terminal): void {
  terminal.line(terminal.styled("bold", headOf(details)));
  const settings = Object.values(details.settings).flatMap(Object.keys);
  const properties = Object.entries(details.properties).filter(
    ([name]) => !shownElsewhere.has(name) && !settings.includes(name),
  );
  showSection("Set", properties.map(property), terminal);
  for (const [right, trustees] of Object.entries(details.rights))
    showSection(right, trustees.map(nameOf), terminal);
  showSection(
    "Calendar",
    details.calendar.map(({ user, rights }) => `${nameOf(user)}: ${rights.join(", ")}`),
    terminal,
  );
  showSection("Member of", details.memberOf.map(nameOf), terminal);
  showSection("Members", details.members.map(nameOf), terminal);
  for (const [title, values] of Object.entries(details.settings)) {
    const set = Object.entries(values).filter(([, value]) => value !== null && value !== "");
    showSection(title, set.map(property), terminal);
  }
}

function property([name, value]: [string, unknown]): string {
  return `${name} = ${JSON.stringify(value)}`;
}

function showSection(title: string, lines: readonly string[], terminal: Terminal): void {
  if (lines.length === 0) return;
  terminal.line(terminal.styled("dim", title));
  for (const line of lines) terminal.line(`  ${line}`);
}

const words = { created: "new", changed: undefined, removed: "removed" };

function showChanges(changes: readonly ObjectChange[], terminal: Terminal): void {
  if (changes.length === 0) terminal.line("Nothing has changed.");
  for (const { object, change, differences } of changes) {
    const word = words[change];
    const head = word === undefined ? headOf(object) : `${headOf(object)}: ${word}`;
    terminal.line(terminal.styled("bold", head));
    for (const line of differences.flatMap(linesOf)) terminal.line(`  ${line}`);
  }
}
