/**
 * Runs each row of the tables in docs/behaviour/. A table follows a mark with its action, such as
 * `lifecycle/create`. The first column names a case: a scenario of the fixtures, or one of
 * behaviourCases.ts.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { behaviourCases } from "./behaviourCases.ts";
import { Bench, type AnyAnswer, type Run } from "./bench.ts";
import { cellsOf, runCase } from "./cases.ts";
import type { State } from "./emulator/state.ts";
import { timeOfRecording } from "./fixtures/scenarios.ts";
import { changesBetween } from "./tenantChanges.ts";

interface Answer extends AnyAnswer {
  outputContext: AnyAnswer["outputContext"] & { SubPermissions?: { DisplayName: string }[] };
}

/** The columns that are compared; any other is for people. */
type Compared = "Outcome" | "Success" | "Written" | "Records" | "On record";
const compared: readonly string[] = ["Outcome", "Success", "Written", "Records", "On record"];

interface Row {
  page: string;
  /** The action and the case, such as `lifecycle/create/missing`. */
  name: string;
  cells: Partial<Record<Compared, string>>;
}

const folder = path.resolve(import.meta.dirname, "../docs/behaviour");
const rows = readdirSync(folder).flatMap((page) => rowsOf(page));

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open({ clock: () => Date.parse(timeOfRecording) });
});
afterAll(() => bench.close());

describe("the decision tables", () => {
  it("have rows", () => {
    expect(new Set(rows.map(({ page }) => page)).size).toBe(4);
    expect(rows.length).toBeGreaterThan(100);
  });

  it("have each row once", () => {
    const names = rows.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
  });

  it("have a row for each case in the code", () => {
    expect(rows.map(({ name }) => name)).toEqual(
      expect.arrayContaining(behaviourCases.map(({ name }) => name)),
    );
  });

  it.each(rows.map((row) => [row.name, row] as const))("%s", async (name, { cells }) => {
    const { run, before } = await runCase<Answer>(bench, name);
    const seen = seenIn(run, before);
    const columns = Object.keys(cells) as Compared[];
    expect(Object.fromEntries(columns.map((column) => [column, seen[column]]))).toEqual(cells);
  });
});

/** What a row claims, as it really is. */
function seenIn({ answer, records }: Run<Answer>, before: State): Record<Compared, string> {
  const { Success, SubPermissions = [] } = answer.outputContext;
  const onRecord = SubPermissions.map(({ DisplayName }) => DisplayName);
  return {
    Outcome: `\`${answer.outcome}\``,
    Success: Success ? "yes" : "no",
    Written: writtenSince(before),
    Records: String(records.length),
    "On record": onRecord.length === 0 ? "nothing" : onRecord.join("; "),
  };
}

/** The operations that write, and what is different in the tenant after them. */
function writtenSince(before: State): string {
  const operations = [...new Set(bench.writes().map(({ operation }) => `\`${operation}\``))];
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
