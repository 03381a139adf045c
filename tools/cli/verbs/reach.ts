import type { Command } from "commander";
import { reachOf, type Reach, type Reached } from "../../reach/reach.ts";
import { withExamples } from "../examples.ts";
import { assertWritable, writeFile } from "../../session/files.ts";
import { asked, findMailbox } from "../../session/lookUp.ts";
import { pageOf, tableOf } from "../../session/page.ts";
import { openTenant, type TenantChoice } from "../../session/tenant.ts";
import { addTenantOptions } from "../tenantOptions.ts";
import type { Terminal } from "../terminal.ts";

interface ReachOptions extends TenantChoice {
  leaver?: true;
  html?: string;
  json?: true;
}

/** Milliseconds for a whole tenant. */
const limitMs = 3_600_000;

/** `reach`: everything that a person can reach. */
export function addReach(program: Command, terminal: Terminal): void {
  const reach = program
    .command("reach")
    .description(
      "List what a person can reach: groups, mailboxes, calendars, hold, reply. Reads only.",
    )
    .argument("<person>", "an address, an alias, a display name or a GUID")
    .option("--leaver", "exit with 1 when anything is left that no event has revoked yet")
    .option("--html <file>", "write the list as a page")
    .option("--json", "one JSON document");
  addTenantOptions(reach);
  withExamples(reach, [
    "reach anna.bakker@contoso.com",
    "reach anna.bakker@contoso.com --leaver --html anna.html",
  ]);
  reach.action(async (person: string, options: ReachOptions) => {
    assertWritable(options.html);
    const tenant = await openTenant(options);
    const guid = await findMailbox(tenant, person);
    const onMailbox = (count: number): void =>
      terminal.progress(`${count} mailboxes and calendars`);
    const found = await asked(tenant, reachOf({ guid, onMailbox }), {
      what: `Reading what ${person} can reach in ${tenant.name}`,
      limitMs,
    });
    const left = found.reached.filter(({ kind }) => kind !== "own mailbox");
    terminal.exitCode = options.leaver && (left.length > 0 || found.unclear.length > 0) ? 1 : 0;
    const shown = options.leaver ? { ...found, reached: left } : found;
    if (options.html !== undefined) writeFile(options.html, htmlOf(shown, tenant.name));
    if (options.json) terminal.line(JSON.stringify(shown));
    else show(shown, tenant.name, terminal);
  });
}

function cellsOf({ kind, object, access, through = "", readAt }: Reached): string[] {
  return [kind, object, access, through, new Date(readAt).toISOString()];
}

function htmlOf({ account, reached, unclear, unresolved }: Reach, tenant: string): string {
  return pageOf(`${account} in ${tenant}`, [
    tableOf(["Kind", "Object", "Access", "Through", "Read at"], reached.map(cellsOf)),
    tableOf(
      ["Mailbox", "Entries of others that name no account"],
      Object.entries(unresolved).map(([mailbox, count]) => [mailbox, String(count)]),
    ),
    ...(unclear.length > 0
      ? [
          tableOf(
            ["Not clear"],
            unclear.map((text) => [text]),
          ),
        ]
      : []),
  ]);
}

/** A list that is empty must not look as if nothing were left there. */
const onlyInEntra =
  "what only Entra ID shows: security groups, Microsoft 365 groups, the names of licences";

function show(
  { account, reached, unclear, unresolved }: Reach,
  tenant: string,
  terminal: Terminal,
): void {
  terminal.line(terminal.styled("bold", `${account} in ${tenant}`));
  for (const { kind, object, access, through } of reached) {
    const via = through === undefined ? "" : `, through ${through}`;
    terminal.line(`${kind.padEnd(12)} ${access.padEnd(32)} ${object}${via}`);
  }
  for (const text of unclear) terminal.line(terminal.styled("yellow", `not clear    ${text}`));
  for (const [mailbox, count] of Object.entries(unresolved))
    terminal.line(
      terminal.styled("dim", `unresolved   ${count} entries of others on mailbox ${mailbox}`),
    );
  terminal.line(terminal.styled("dim", `not read     ${onlyInEntra}`));
  terminal.line(`${reached.length} found, ${unclear.length} not clear`);
}
