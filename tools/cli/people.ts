import { summaryOf, type PersonRow } from "../plan/people.ts";
import type { Terminal } from "./terminal.ts";

/** More fill a screen; --csv, --html and --json have everyone. */
export const shownPeople = 20;

/** Shows the plan of many people: counts, who would change, who has remarks, and last who would fail. */
export function showPeople(rows: readonly PersonRow[], title: string, terminal: Terminal): void {
  terminal.line(terminal.styled("bold", title));
  for (const [what, count] of summaryOf(rows))
    terminal.line(`${String(count).padStart(8)}  ${what}`);
  const changing = rows.filter(({ result }) => result === "changes");
  showSome(changing, terminal, (row) => `changes  ${nameOf(row)}: ${row.changes.join("; ")}`);
  const remarkable = rows.filter(({ remarks }) => remarks.length > 0);
  showSome(remarkable, terminal, (row) =>
    terminal.styled("yellow", `remarks  ${nameOf(row)}: ${row.remarks.join(", ")}`),
  );
  const failing = rows.filter(({ result }) => result === "fails");
  showSome(failing, terminal, (row) =>
    terminal.styled("red", `fails    ${nameOf(row)}: ${row.reason}`),
  );
  terminal.line("Everyone, with changes and remarks: --csv <file>, --html <file> or --json.");
}

function showSome(
  rows: readonly PersonRow[],
  terminal: Terminal,
  lineOf: (row: PersonRow) => string,
): void {
  for (const row of rows.slice(0, shownPeople)) terminal.line(lineOf(row));
  if (rows.length > shownPeople) terminal.line(`         and ${rows.length - shownPeople} more`);
}

function nameOf({ displayName, externalId }: PersonRow): string {
  return displayName || externalId;
}
