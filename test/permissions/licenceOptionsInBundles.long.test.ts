/** Built bundles with options of licences that an implementer has edited. After a grant, tests read the tenant. */
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { bundlesWith } from "../entitlements/editedBundles.ts";
import type { State } from "../emulator/state.ts";
import { EntraBench, ids } from "../lifecycle/entra/entraBench.ts";

let bench: EntraBench;
beforeAll(async () => {
  bench = await EntraBench.open();
});
afterAll(() => bench.close());
beforeEach(() => bench.fresh());

async function grant(option: string): Promise<{ Success: boolean; messages: string }> {
  const dist = bundlesWith("licences", "options:[]", `options:[${option}]`);
  const event = bench.permissionEvent({
    account: ids.anna,
    permission: { SkuId: ids.e3 },
    configuration: { exchangeOnlineIntegration: "true" },
  });
  const { answer } = await bench.run("permissions/licences/grantPermission", event, { dist });
  const { outputContext } = answer as {
    outputContext: { Success: boolean; AuditLogs: { Message: string }[] };
  };
  const messages = outputContext.AuditLogs.map(({ Message }) => Message).join("\n");
  return { Success: outputContext.Success, messages };
}

const licensed =
  (disabledPlans: string[], hold = false) =>
  (state: State): void => {
    const users = ((state.entra ??= {}).users ??= {});
    users[ids.anna] = { ...users[ids.anna], assignedLicenses: [{ skuId: ids.e3, disabledPlans }] };
    const mailbox = state.objects.find((one) => one["ExternalDirectoryObjectId"] === ids.anna);
    if (mailbox && hold) mailbox["LitigationHoldEnabled"] = true;
  };
const plansOff = () => bench.user(ids.anna)?.["assignedLicenses"];
const off = (...disabledPlans: string[]) => [{ skuId: ids.e3, disabledPlans }];

it("a grant turns off what the option lists", async () => {
  const { Success, messages } = await grant('{Id:"ENTERPRISEPACK",DisabledPlans:["TEAMS1"]}');
  expect([Success, messages]).toEqual([
    true,
    expect.stringMatching(/^Assign licence ENTERPRISEPACK without TEAMS1 to .*: done\.$/),
  ]);
  expect(plansOff()).toEqual(off(ids.teamsPlan));
});

it("a grant turns on again what someone turned off, if the option says so", async () => {
  bench.fresh(licensed([ids.teamsPlan]));
  await grant('{Id:"ENTERPRISEPACK",DisabledPlans:[],KeepDisabledPlans:!1}');
  expect(plansOff()).toEqual(off());
});

it("a grant that turns Exchange Online off warns of the mailbox that goes", async () => {
  bench.fresh(licensed([]));
  const { messages } = await grant('{Id:"ENTERPRISEPACK",DisabledPlans:["EXCHANGE_S_ENTERPRISE"]}');
  expect(messages).toContain("goes with licence ENTERPRISEPACK");
  expect(plansOff()).toEqual(off(ids.exchangePlan));
});

it("a grant that would lose a mailbox on litigation hold is refused", async () => {
  bench.fresh(licensed([], true));
  const { Success, messages } = await grant(
    '{Id:"ENTERPRISEPACK",DisabledPlans:["EXCHANGE_S_ENTERPRISE"]}',
  );
  expect([Success, messages]).toEqual([false, expect.stringContaining("is on litigation hold")]);
  expect(plansOff()).toEqual(off());
});

it.each(['{Id:"ENTERPRISEPACK",DisabledPlans:["TEAMS"]}', '{Id:"ENTERPRISEPACK"}'])(
  "a grant with the option %s sends nothing",
  async (option) => {
    expect((await grant(option)).Success).toBe(false);
    expect(bench.writes()).toEqual([]);
  },
);
