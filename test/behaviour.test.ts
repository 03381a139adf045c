/**
 * Compares each row of the tables in docs/behaviour/ with the fixture of its case, which replay.test.ts runs; a case
 * that no fixture has is run. behaviour.long.test.ts runs them all, and reads the tenant.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fileOf, readFixture } from "../tools/cli/recording.ts";
import { behaviourCases } from "./behaviourCases.ts";
import { cellsOfAnswer, cellsOfRun, rows, writing, type Answer } from "./behaviourRows.ts";
import { Bench } from "./bench.ts";
import { callsIn } from "./declared.ts";
import { timeOfRecording } from "./fixtures/scenarios.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open({ clock: () => Date.parse(timeOfRecording) });
});
afterAll(() => bench.close());

const withoutFixture = new Set(behaviourCases.map(({ name }) => name));
const [run, recorded] = [true, false].map((isRun) =>
  rows
    .filter(({ name }) => withoutFixture.has(name) === isRun)
    .map((row) => [row.name, row] as const),
);

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
    expect(rows.map(({ name }) => name)).toEqual(expect.arrayContaining([...withoutFixture]));
  });

  it.each(recorded ?? [])("%s", (name, { cells: { Written, ...cells } }) => {
    const { answer, records = [], traffic } = readFixture(fileOf(name));
    expect(cellsOfAnswer(answer as Answer, records)).toMatchObject(cells);
    const operations = traffic
      .flatMap(({ request }) => callsIn(request))
      .map((call) => call.operation);
    // Those that are sent side by side have no order in a fixture.
    const named = Written === undefined ? undefined : writing(operations).sort();
    expect(Written && operationsIn(Written)).toEqual(named);
  });

  it.each(run ?? [])("%s", async (_name, row) => {
    expect(await cellsOfRun(bench, row)).toEqual(row.cells);
  });
});

/** The operations in a cell such as "`Set-Mailbox`: `CustomAttribute1: E1`". */
function operationsIn(written: string): string[] {
  const [operations = ""] = written.split("`: ");
  return written === "nothing" ? [] : `${operations}\``.split(", ").sort();
}
