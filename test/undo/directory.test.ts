/** Changes of users of Active Directory, taken back. Judged by the directory. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import disable from "../../lifecycle/hybrid/disable.ts";
import enable from "../../lifecycle/hybrid/enable.ts";
import update from "../../lifecycle/hybrid/update.ts";
import type { PlanStep } from "../../lib/generated/types.ts";
import type { Targets } from "../../lib/connector.ts";
import type { Action, AnyEvent } from "../../lib/host/action.ts";
import { eventFor } from "../../tools/session/events.ts";
import { inverseOf } from "../../tools/undo/inverse.ts";
import {
  startEmulatedDirectory,
  unit,
  type EmulatedDirectory,
} from "../../tools/cli/emulatedDirectory.ts";
import { personIn } from "../emulator/directory/domain.ts";
import { runInProcess } from "../inProcess.ts";

const actions: Readonly<Record<string, Action<AnyEvent, Targets>>> = {
  "lifecycle/hybrid/update": update,
  "lifecycle/hybrid/enable": enable,
  "lifecycle/hybrid/disable": disable,
};

const [staff, care] = ["OU=Staff,DC=contoso,DC=com", "OU=Care,DC=contoso,DC=com"];
let directory: EmulatedDirectory;
let account: string;
beforeEach(async () => {
  const values = {
    userPrincipalName: "anna@contoso.com",
    department: "Sales",
    mailNickname: "anna",
  };
  directory = await startEmulatedDirectory([
    unit(staff),
    unit(care),
    personIn(staff, "Anna Ames", { ...values, proxyAddresses: ["SMTP:anna@contoso.com"] }),
  ]);
  account = directory.domain.valuesOf("cn", "Anna Ames", "objectGUID")[0] ?? "";
});
afterEach(() => directory.close());

const form = {
  Organization: "contoso.onmicrosoft.com",
  TenantID: "7e4a4700-0000-4000-8000-00000000c0de",
  AppId: "c11e4700-0000-4000-8000-00000000c0de",
  AppSecret: "not-used",
};

async function ran(
  action: string,
  data: Record<string, unknown>,
  settings: object = {},
): Promise<readonly PlanStep[]> {
  const run = actions[action];
  if (!run) throw new Error(`The test has no ${action}.`);
  const event = eventFor(action, {
    configuration: { ...form, ...directory.form, ...settings },
    isDryRun: false,
    account,
    person: {},
    mapped: { data, prefilled: data },
  });
  const { answer, code } = await runInProcess(run, event, {});
  expect(code).toBe(0);
  return (answer as { plan: PlanStep[] }).plan;
}

const valuesNow = (): unknown => directory.domain.objects().find(({ id }) => id === account);

describe("a change of a user of Active Directory", () => {
  it.each([
    ["of attributes", "update", { department: "Care", title: "Nurse" }],
    ["of the place and the name", "update", { organizationalUnit: care, cn: "Anna Bakker" }],
    ["that disables it", "disable", {}],
    ["that hides its mailbox as well", "disable", { msExchHideFromAddressLists: "true" }],
  ])("%s is taken back by the connector's own events", async (_, verb, data) => {
    const before = valuesNow();
    const steps = await ran(`lifecycle/hybrid/${verb}`, data);
    expect(valuesNow()).not.toEqual(before);
    for (const step of [...steps].reverse()) {
      const inverse = inverseOf(step);
      if (!("event" in inverse)) throw new Error(inverse.reason);
      const { action, data: own = {}, settings } = inverse.event;
      await ran(action, own, settings);
    }
    expect(valuesNow()).toEqual(before);
  });

  it("that added an address is not, and neither is a membership", async () => {
    const [step] = await ran("lifecycle/hybrid/update", { proxyAddresses: ["smtp:a@contoso.com"] });
    expect(step && inverseOf(step)).toEqual({
      reason: "it added smtp:a@contoso.com, and the connector removes no address",
    });
    const membership = { ...step, operation: "addMember" } as PlanStep;
    expect(inverseOf(membership)).toMatchObject({ reason: expect.any(String) as string });
  });
});
