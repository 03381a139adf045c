/**
 * The rows of the tables in docs/behaviour/, and what they claim. A table follows a mark with its action, such as
 * `lifecycle/create`. The first column names a case: a scenario of the fixtures, or one of behaviourCases.ts.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { AnyAnswer, Bench } from "./bench.ts";
import { cellsOf, runCase } from "./cases.ts";
import type { State } from "./emulator/state.ts";
import { changesBetween } from "./tenantChanges.ts";

export interface Answer extends AnyAnswer {
  outputContext: AnyAnswer["outputContext"] & { SubPermissions?: { DisplayName: string }[] };
}

/** The columns that are compared; any other is for people. */
export type Compared = "Outcome" | "Success" | "Written" | "Records" | "On record";
const compared: readonly string[] = ["Outcome", "Success", "Written", "Records", "On record"];

export interface Row {
  page: string;
  /** The action and the case, such as `lifecycle/create/missing`. */
  name: string;
  cells: Partial<Record<Compared, string>>;
}

const folder = path.resolve(import.meta.dirname, "../docs/behaviour");
export const rows: readonly Row[] = readdirSync(folder).flatMap((page) => rowsOf(page));

/** What a row claims of an answer and the records before it. */
export function cellsOfAnswer(
  { outcome, outputContext }: Answer,
  records: readonly unknown[],
): Record<Exclude<Compared, "Written">, string> {
  const { Success, SubPermissions = [] } = outputContext;
  const onRecord = SubPermissions.map(({ DisplayName }) => DisplayName);
  return {
    Outcome: code(outcome),
    Success: Success ? "yes" : "no",
    Records: String(records.length),
    "On record": onRecord.length === 0 ? "nothing" : onRecord.join("; "),
  };
}

/** What a row claims, as it is when its case runs in an emulated tenant. Only the columns of the row. */
export async function cellsOfRun(bench: Bench, { name, cells }: Row): Promise<Row["cells"]> {
  const { run, before } = await runCase<Answer>(bench, name);
  const seen = { ...cellsOfAnswer(run.answer, run.records), Written: writtenSince(bench, before) };
  const columns = Object.keys(cells) as Compared[];
  return Object.fromEntries(columns.map((column) => [column, seen[column]]));
}

/** Operations as a row lists them, each once: those that read are left out. */
export function writing(operations: readonly string[]): string[] {
  return [...new Set(operations)].filter((name) => !/^(Get-|GET |$)/.test(name)).map(code);
}

/** The operations that write, and what is different in the tenant after them. */
function writtenSince(bench: Bench, before: State): string {
  const operations = writing(bench.writes().map(({ operation }) => operation));
  const changes = changesBetween(before, bench.emulator.state());
  if (operations.length === 0)
    return changes.length === 0 ? "nothing" : "changes without a request";
  const changed = changes.length === 0 ? "no change" : changes.map(code).join(", ");
  return `${operations.join(", ")}: ${changed}`;
}

function code(text: string): string {
  return `\`${text}\``;
}

/** The rows of every marked table of a page. */
function rowsOf(page: string): Row[] {
  const text = readFileSync(path.join(folder, page), "utf8");
  return [...text.matchAll(/<!-- cases: (\S+) -->\n+([^]*?)(?=\n\n|$)/g)].flatMap(
    ([, action = "", table = ""]) => {
      const [header = [], , ...lines] = table.trim().split("\n").map(cellsOf);
      return lines.map((line): Row => {
        const all = header.map((column, index) => [column, line[index] ?? ""] as const);
        return {
          page,
          name: `${action}/${line[0]?.replaceAll("`", "") ?? ""}`,
          cells: Object.fromEntries(all.filter(([column]) => compared.includes(column))),
        };
      });
    },
  );
}
