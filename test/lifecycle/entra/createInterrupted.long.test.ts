/** Create with a licence, broken at each of its requests: one user, with the licence once. */
import { afterAll, beforeAll, describe, it } from "vitest";
import createAction from "../../../lifecycle/entra/create.ts";
import { runnerOf } from "../../bench.ts";
import type { State } from "../../emulator/state.ts";
import { createAnswer } from "../../generated/answers.ts";
import { EntraBench, ids, newcomer } from "./entraBench.ts";
import { expectConverges } from "./interrupted.ts";

const runner = runnerOf("lifecycle/entra/create", createAction, createAnswer);
const office = "e47ad000-0000-4000-8000-000000009301";

let bench: EntraBench;
beforeAll(async () => {
  bench = await EntraBench.open();
});
afterAll(() => bench.close());

const before = (state: State): void => {
  ((state.entra ??= {}).groups ??= {})[office] = {
    displayName: "Office users",
    mailNickname: "office",
    members: [],
    assignedLicenses: [{ skuId: ids.e3, disabledPlans: [] }],
  };
};

/** Every user with the employee ID, and the members of the group by their place among these. */
function stored(): unknown {
  const { entra: { users = {}, groups = {} } = {} } = bench.emulator.state();
  const found = Object.entries(users).filter(([, { employeeId }]) => employeeId === "2001");
  const members = groups[office]?.["members"];
  return {
    users: found.map(([id, { assignedLicenses, displayName }]) => {
      const { Alias, RecipientTypeDetails, UserPrincipalName } = bench.object(id) ?? {};
      const manager = bench.managerOf(id);
      return {
        assignedLicenses,
        displayName,
        Alias,
        RecipientTypeDetails,
        UserPrincipalName,
        manager,
      };
    }),
    members: (Array.isArray(members) ? members : []).map((member) =>
      found.findIndex(([id]) => id === member || bench.object(id)?.["Guid"] === member),
    ),
  };
}

describe.each([
  ["directly", { skuPartNumber: "ENTERPRISEPACK" }],
  ["through a group", { group: "Office users" }],
])("a licence that create assigns %s", (_way, license) => {
  it("is there once, and so is its user, wherever the run was broken", async () => {
    await expectConverges(bench, {
      runner,
      before,
      event: () =>
        bench.createEvent({
          data: { ...newcomer, license },
          configuration: { setManagerOnCreate: "true" },
          manager: ids.anna,
        }),
      stored,
      minRequests: 5,
    });
  });
});
