import { stringify } from "csv-stringify/sync";
import { pageOf, tableOf } from "../session/page.ts";
import { summaryOf, type PersonRow } from "./people.ts";

const columns = ["externalId", "displayName", "result", "reason", "changes", "remarks", "account"];

/** The rows as CSV for a spreadsheet. A cell that a spreadsheet would run as a formula is kept as text. */
export function csvOf(rows: readonly PersonRow[]): string {
  return stringify(rows.map(joined), { header: true, columns, escape_formulas: true, bom: true });
}

/** The rows as a page: a summary, then a table of all people, those who fail first. */
export function htmlOf(rows: readonly PersonRow[], title: string): string {
  const failing = rows.filter(({ result }) => result === "fails");
  const others = rows.filter(({ result }) => result !== "fails");
  const summary = summaryOf(rows).map(([what, count]) => [what, String(count)]);
  return pageOf(title, [
    tableOf(["Result", "People"], summary),
    tableOf(
      ["External ID", "Name", "Result", "Reason", "Changes", "Remarks", "Mailbox"],
      [...failing, ...others].map((row) => Object.values(joined(row))),
    ),
  ]);
}

function joined(row: PersonRow): Record<string, string> {
  const { externalId, displayName, result, reason, account } = row;
  const changes = row.changes.join("\n");
  return {
    externalId,
    displayName,
    result,
    reason,
    changes,
    remarks: row.remarks.join(", "),
    account,
  };
}
