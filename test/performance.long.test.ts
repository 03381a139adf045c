/**
 * Runs each row of the tables of requests in docs/performance.md: the case is a scenario of the fixtures, or one of
 * behaviourCases.ts, and what it sends is counted by the emulator.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listActions } from "../tools/session/actions.ts";
import { hybrid, systemOf } from "../tools/session/systems.ts";
import { Bench } from "./bench.ts";
import { actionOf, cellsOf, runCase } from "./cases.ts";
import { timeOfRecording } from "./fixtures/scenarios.ts";

interface Row {
  /** The action and the case, such as `lifecycle/create/found-and-hidden`. */
  name: string;
  requests: string;
  sent: string;
}

const page = readFileSync(path.resolve(import.meta.dirname, "../docs/performance.md"), "utf8");
const rows = [...page.matchAll(/<!-- requests -->\n+([^]*?)(?=\n\n|$)/g)].flatMap(
  ([, table = ""]) => table.trim().split("\n").slice(2).map(cellsOf).map(rowOf),
);

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open({ clock: () => Date.parse(timeOfRecording) });
});
afterAll(() => bench.close());

describe("the tables of requests", () => {
  it("have each action that sends HTTP", () => {
    expect([...new Set(rows.map(({ name }) => actionOf(name)))].sort()).toEqual(
      listActions()
        .filter((action) => systemOf(action) !== hybrid)
        .sort(),
    );
  });

  it("have each row once", () => {
    const names = rows.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
  });

  it.each(rows.map((row) => [row.name, row] as const))("%s", async (name, { requests, sent }) => {
    const { run } = await runCase(bench, name);
    expect(run.answer.outputContext.Success).toBe(true);
    expect(sentNow()).toEqual({ requests, sent });
  });
});

function rowOf([action = "", found = "", requests = "", sent = ""]: string[]): Row {
  return { name: `${action}/${found}`.replaceAll("`", ""), requests, sent };
}

/** What the emulator was sent since the case began, token requests aside. */
function sentNow(): Omit<Row, "name"> {
  const sent = bench.emulator
    .journal()
    .filter(({ side }) => side !== "login")
    .map(({ items = [], ...entry }) =>
      items.length === 0 ? wordFor(entry) : `batch (${counted(items.map(wordFor)).join(", ")})`,
    );
  return { requests: String(sent.length), sent: counted(sent).join(", ") || "nothing" };
}

function wordFor({ cmdlet, operation }: { cmdlet?: string; operation?: string }): string {
  return `\`${cmdlet ?? operation ?? "?"}\``;
}

/** Neighbours that are the same, with their number. */
function counted(words: readonly string[]): string[] {
  const runs: { word: string; times: number }[] = [];
  for (const word of words) {
    const last = runs.at(-1);
    if (last?.word === word) last.times++;
    else runs.push({ word, times: 1 });
  }
  return runs.map(({ word, times }) => (times === 1 ? word : `${times} ${word}`));
}
