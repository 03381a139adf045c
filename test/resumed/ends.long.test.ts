/** An import that ended early is whole when it runs again, and requests only what was left. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import accounts from "../../lifecycle/import.ts";
import users from "../../lifecycle/entra/import.ts";
import methods from "../../permissions/authenticationMethods/importPermission.ts";
import groups from "../../permissions/groups/importPermission.ts";
import type { Targets } from "../../lib/connector.ts";
import type { Action, AnyEvent } from "../../lib/host/action.ts";
import { manyGroups, manyMailboxes } from "../emulator/seed.ts";
import type { State } from "../emulator/state.ts";
import { leastRoles } from "../permissions/methods.ts";
import { Imports } from "./resuming.ts";

const fields = { ImportFields: ["DisplayName"] };
interface Case {
  name: string;
  state: State;
  run(on: Imports, choices?: Parameters<Imports["run"]>[1]): ReturnType<Imports["run"]>;
}
const caseOf = <Event extends AnyEvent>(
  name: string,
  action: Action<Event, Targets>,
  state: State,
): Case => ({
  name,
  state,
  run: (on, choices = {}) => on.run(action, { ...choices, name, more: fields }),
});
const ofGroups = manyGroups(35, 2, 60);
const ofMethods = manyMailboxes(60);
for (const app of ofMethods.apps) app.graphRoles = [...leastRoles];
const cases = [
  caseOf("groups", groups, ofGroups),
  caseOf("accounts", accounts, manyMailboxes(2_100)),
  caseOf("users of Entra ID", users, manyMailboxes(2_100)),
  caseOf("authentication methods", methods, ofMethods),
];

let on: Imports;
beforeAll(async () => void (on = await Imports.open()));
afterAll(() => on.close());
beforeEach(() => on.forget());

describe.each(cases)("an import of $name", ({ state, run }) => {
  it("is whole after it ended at each of its requests, and requests only what was left", async () => {
    on.running.emulator.replaceState(state);
    const whole = await run(on, { isStateless: true });
    expect([whole.isSuccess, whole.requests > 2]).toEqual([true, true]);
    for (let endsAt = 1; endsAt <= whole.requests; endsAt++) {
      const ended = await run(on, { endsAt });
      expect([ended.isSuccess, ended.requests]).toEqual([false, endsAt - 1]);
      const resumed = await run(on);
      expect(resumed.isSuccess, JSON.stringify(resumed.log)).toBe(true);
      expect(resumed.records).toEqual(whole.records);
      expect(resumed.requests).toBe(whole.requests - ended.requests);
      expect([resumed.used, resumed.reads]).toEqual([ended.reads, whole.reads - ended.reads]);
      expect(on.files()).toEqual([]);
    }
  });

  it("is whole after it ended again and again", async () => {
    on.running.emulator.replaceState(state);
    const whole = await run(on, { isStateless: true });
    for (let ends = 1; ends < whole.requests; ends++)
      expect((await run(on, { endsAt: 2 })).requests).toBe(1);
    const last = await run(on);
    expect([last.isSuccess, last.requests, last.records]).toEqual([true, 1, whole.records]);
  });
});

describe("a list", () => {
  it("is read anew from its first page after five minutes, and single objects are not", async () => {
    on.running.emulator.replaceState(ofGroups);
    const whole = await on.run(groups, { isStateless: true });
    const ended = await on.run(groups, { endsAt: whole.requests });
    const resumed = await on.run(groups, { later: 5 * 60_000 + 1_000 });
    expect(resumed.records).toEqual(whole.records);
    expect([resumed.requests, resumed.used]).toEqual([2, ended.reads - 1]);
  });

  it("is never made of pages of two readings", async () => {
    on.running.emulator.replaceState(manyMailboxes(2_100));
    const whole = await on.run(accounts, { more: fields, isStateless: true });
    await on.run(accounts, { more: fields, endsAt: whole.requests });
    const resumed = await on.run(accounts, { more: fields, later: 5 * 60_000 + 1_000 });
    expect(resumed.records).toEqual(whole.records);
    expect([resumed.requests, resumed.used]).toEqual([whole.requests, 0]);
  });

  it("has what was added since, and not what was removed", async () => {
    on.running.emulator.replaceState(ofGroups);
    const { requests } = await on.run(groups, { isStateless: true });
    await on.run(groups, { endsAt: requests });
    const changed = structuredClone(manyGroups(36, 2, 60));
    changed.objects = changed.objects.filter(({ Name }) => Name !== "Group 1");
    on.running.emulator.replaceState(changed);
    const whole = await on.run(groups, { isStateless: true });
    const resumed = await on.run(groups, { later: 5 * 60_000 + 1_000 });
    expect(resumed.records).toEqual(whole.records);
    expect(resumed.reads).toBeLessThan(whole.reads);
  });
});
