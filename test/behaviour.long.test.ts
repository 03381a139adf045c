/** Runs each row of the tables in docs/behaviour/, and reads what is different in the tenant afterwards. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { cellsOfRun, rows } from "./behaviourRows.ts";
import { Bench } from "./bench.ts";
import { timeOfRecording } from "./fixtures/scenarios.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open({ clock: () => Date.parse(timeOfRecording) });
});
afterAll(() => bench.close());

it.each(rows.map((row) => [row.name, row] as const))("%s", async (_name, row) => {
  expect(await cellsOfRun(bench, row)).toEqual(row.cells);
});
