/** What an import reports to the people who wait for it, on a tenant that takes its time. */
import { afterAll, beforeAll, expect, it } from "vitest";
import accounts from "../../lifecycle/import.ts";
import groups from "../../permissions/groups/importPermission.ts";
import { permissionImportFor } from "../../tools/cli/demoEvents.ts";
import { manyGroups } from "../emulator/seed.ts";
import { startEmulator, type RunningEmulator } from "../emulator/server.ts";
import { runInProcess } from "../inProcess.ts";

let running: RunningEmulator;
beforeAll(async () => {
  running = await startEmulator();
  running.emulator.replaceState(manyGroups(400, 2, 1_200));
});
afterAll(() => running.close());

interface Line {
  level: string;
  message: string;
}

/** The lines of a run, without the last ones: those of its audit log. */
async function linesOf(
  action: typeof groups | typeof accounts,
  requestMs: number,
  more: Record<string, unknown> = {},
): Promise<Line[]> {
  const event = permissionImportFor(running);
  Object.assign(event.actionContext, more);
  const options = { requestMs };
  const { code, stderr } = await (action === groups
    ? runInProcess(groups, event, running.env, options)
    : runInProcess(accounts, event, running.env, options));
  expect(code).toBe(0);
  const lines = stderr.trim().split("\n");
  return lines
    .map((line) => JSON.parse(line) as Line)
    .filter(({ message }) => !/^(Records|Accounts) (imported|shown)/.test(message));
}

it("an import of groups estimates its requests and minutes, and then reports how far it is", async () => {
  const all = await linesOf(groups, 20_000);
  expect(all.every(({ level }) => level === "information")).toBe(true);
  // Before the list is in, there is nothing to reckon with.
  const [estimate, ...lines] = all
    .map(({ message }) => message)
    .filter((message) => !message.startsWith("Import: 0 records so far"));
  // 41, and those that are in progress count twice.
  expect(estimate).toMatch(/^This import takes about [45]\d requests and \d+ minutes?\.$/);
  expect(lines.length).toBeGreaterThan(2);
  for (const line of lines)
    expect(line).toMatch(/^Import: \d+ of 400 read, with \d+ requests; about \d+ minutes? left\.$/);
});

it("an import of accounts reports how many records there are", async () => {
  const lines = await linesOf(accounts, 12_000, { ImportFields: ["DisplayName"] });
  expect(lines.at(-1)).toEqual({
    level: "information",
    message: "Import: 1000 records so far, with 3 requests.",
  });
});

it("a short import and a dry run are silent", async () => {
  expect(await linesOf(groups, 0)).toEqual([]);
  expect(await linesOf(groups, 20_000, { DryRun: true })).toEqual([]);
});
