import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seedState } from "../seed.ts";
import type { RunningEmulator } from "../server.ts";
import type { Behaviour } from "../state.ts";
import { refusal, served, type TestClient } from "../testClient.ts";

let running: RunningEmulator;
let client: TestClient;

beforeAll(async () => void ({ running, client } = await served()));
afterAll(() => running.close());

function start(behaviour: Partial<Behaviour>): void {
  const state = seedState();
  running.emulator.replaceState({ ...state, behaviour: { ...state.behaviour, ...behaviour } });
}

const entry = { Identity: "press", User: "dora.double", AccessRights: ["FullAccess"] };

describe("the words of the service", () => {
  it.each([
    [
      "typographic",
      "The operation couldn’t be performed because object 'nobody' couldn’t be found on",
      "because the ACE doesn’t exist on the object.",
    ],
    ["german", "da das Objekt „nobody“ auf", "da er nicht vorhanden ist."],
    [
      "reworded",
      "This request needs your attention. 'nobody'",
      "This request needs your attention.",
    ],
  ] as const)(
    "are %s in errors and in warnings, and classes stay",
    async (wording, error, warning) => {
      start({ wording });
      const missing = await client.invoke("Get-Mailbox", { Identity: "nobody" });
      expect(missing.headers.get("x-exceptiontype")).toBe("ManagementObjectNotFoundException");
      expect(refusal(missing)).toContain(`ManagementObjectNotFoundException|`);
      expect(refusal(missing)).toContain(error);
      expect(missing.json.error.innererror.internalexception.message).toContain(error);
      const { json } = await client.invoke("Remove-MailboxPermission", entry);
      expect(json["@adminapi.warnings"]).toEqual([expect.stringContaining(warning)]);
    },
  );

  it.each([
    ["notFound", 404, "object 'allstaff' couldn't be found"],
    ["notSupported", 400, "The current operation is not supported on GroupMailbox."],
  ] as const)("for a Microsoft 365 group: %s", async (groupMailboxAsGroup, status, text) => {
    start({ groupMailboxAsGroup });
    for (const [cmdlet, more] of [
      ["Get-DistributionGroup", {}],
      ["Get-DistributionGroupMember", {}],
      ["Add-DistributionGroupMember", { Member: "dora.double" }],
    ] as const) {
      const answer = await client.invoke(cmdlet, { Identity: "allstaff", ...more });
      expect([answer.status, refusal(answer)]).toEqual([status, expect.stringContaining(text)]);
    }
  });

  it.each([
    ["notInRole", "is not present in the role definition of the current user"],
    ["unknownParameter", "A parameter cannot be found that matches parameter name"],
  ] as const)("for a missing role: %s", async (missingRoleText, text) => {
    const state = seedState();
    state.apps[0]?.directoryRoles.splice(0, 1, "Exchange Recipient Administrator");
    Object.assign(state.behaviour, { missingRoleText });
    running.emulator.replaceState(state);
    await client.signIn();
    const answer = await client.invoke("Add-DistributionGroupMember", {
      Identity: "salesteam",
      Member: "dora.double",
      BypassSecurityGroupManagerCheck: true,
    });
    expect(refusal(answer)).toContain(text);
  });

  it.each([
    ["securityGroups", 200],
    ["allGroups", 400],
  ] as const)("about managers are for %s", async (managerCheck, status) => {
    start({ managerCheck });
    await client.signIn();
    const membership = { Identity: "salesteam", Member: "dora.double" };
    expect((await client.invoke("Add-DistributionGroupMember", membership)).status).toBe(status);
    const bypass = { ...membership, Member: "doug.double", BypassSecurityGroupManagerCheck: true };
    expect((await client.invoke("Add-DistributionGroupMember", bypass)).status).toBe(200);
  });
});
