/** An import whose process is killed goes on in the next one: built bundles, at any moment. */
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { runBundle } from "../../tools/cli/run.ts";
import { manyGroups } from "../emulator/seed.ts";
import { Imports } from "./resuming.ts";

const action = "permissions/groups/importPermission";
const groups = 300;

let on: Imports;
beforeAll(async () => {
  on = await Imports.open();
  const state = manyGroups(groups, 2, 60);
  state.behaviour.requestMs = 30;
  on.running.emulator.replaceState(state);
});
afterAll(() => on.close());

/** The groups whose members were requested since the journal was cleared. */
function groupsAsked(): number {
  const items = on.running.emulator
    .journal()
    .flatMap<{ cmdlet?: string | undefined }>((entry) => entry.items ?? [entry]);
  return items.filter(({ cmdlet }) => cmdlet === "Get-DistributionGroupMember").length;
}

const recordsIn = (stdout: string): string[] =>
  stdout
    .split("\n")
    .filter((line) => line.startsWith('{"record"'))
    .toSorted();

async function run(isStateful: boolean, started?: (kill: () => void) => void) {
  on.running.emulator.clearJournal();
  const env = { ...on.running.env, ...(isStateful && { EXO_CONNECTOR_STATE: on.folder }) };
  const { code, stdout, stderr } = await runBundle(action, on.event(), {
    dist: inject("dist"),
    env,
    ...(started && { started: (kill) => started(() => kill("SIGKILL")) }),
  });
  return { code, records: recordsIn(stdout), stderr, asked: groupsAsked() };
}

it("is whole in the next run, which asks for what the killed ones had no answer to", async () => {
  const whole = await run(false);
  expect([whole.code, whole.asked]).toEqual([0, groups]);
  let known = 0;
  for (const moment of [50, 100, 150]) {
    const killed = await run(true, (kill) => {
      const look = setInterval(() => {
        if (groupsAsked() < moment - known) return;
        clearInterval(look);
        kill();
      }, 5);
    });
    expect([killed.code, on.files().length]).toEqual([null, 1]);
    // The last batch may have come without being written, and is asked for again.
    known += killed.asked - 10;
    expect(killed.asked).toBeLessThanOrEqual(groups - known + 10);
  }
  const last = await run(true);
  expect([last.code, last.records]).toEqual([0, whole.records]);
  expect(last.stderr).toContain("answers were used");
  expect(last.asked).toBeLessThanOrEqual(groups - known);
  expect(on.files()).toEqual([]);
});
