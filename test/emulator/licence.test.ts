import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { seedState } from "./seed.ts";
import type { RunningEmulator } from "./server.ts";
import { served, type Reply, type TestClient } from "./testClient.ts";

let running: RunningEmulator;
let client: TestClient;
const anna = "0b1ec700-0000-4000-8000-00000000001f";

beforeAll(async () => void ({ running, client } = await served()));
afterAll(() => running.close());
beforeEach(() => running.emulator.replaceState(seedState()));

const licence = (body: unknown): Promise<Reply> =>
  client.send(`${running.exchangeUrl}/_emulator/licence`, {
    method: "PUT",
    body: JSON.stringify(body),
  });
const status = async (cmdlet: string, parameters: Record<string, unknown>): Promise<number> =>
  (await client.invoke(cmdlet, parameters)).status;
const members = async (): Promise<unknown[]> =>
  (await client.invoke("Get-DistributionGroupMember", { Identity: "salesteam" })).json.value.map(
    ({ Guid }) => Guid,
  );

describe("an account without its licence", () => {
  it.each([
    ["MailUser", 200],
    ["User", 404],
  ] as const)("is a %s of the same GUID, with memberships and entries", async (becomes, found) => {
    expect((await licence({ user: anna, licensed: false, becomes })).status).toBe(204);
    expect(await status("Get-Mailbox", { Identity: anna })).toBe(404);
    expect(await status("Get-Recipient", { Identity: anna })).toBe(found);
    const [user] = (await client.invoke("Get-User", { Identity: anna })).json.value;
    expect(user).toMatchObject({
      Guid: anna,
      UserPrincipalName: "anna.bakker@contoso.com",
      RecipientTypeDetails: becomes,
      PreviousRecipientTypeDetails: "UserMailbox",
    });
    expect(await members()).toContain(anna);
    const { json } = await client.invoke("Get-MailboxPermission", { Identity: "sales" });
    expect(json.value.map(({ User }) => User)).toContain("anna.bakker@contoso.com");
  });

  it.each(["MailUser", "User"])("can be removed from its groups as %s", async (becomes) => {
    expect((await licence({ user: anna, licensed: false, becomes })).status).toBe(204);
    const membership = { Identity: "salesteam", Member: anna };
    expect(await status("Remove-DistributionGroupMember", membership)).toBe(200);
    expect(await members()).not.toContain(anna);
    expect(await status("Add-DistributionGroupMember", membership)).toBe(
      becomes === "User" ? 404 : 200,
    );
  });

  it.each(["MailUser", "User"])("loses its entries by GUID as %s", async (becomes) => {
    expect((await licence({ user: anna, licensed: false, becomes })).status).toBe(204);
    await client.invoke("Remove-MailboxPermission", {
      Identity: "sales",
      User: anna,
      AccessRights: ["FullAccess"],
    });
    const { json } = await client.invoke("Get-MailboxPermission", { Identity: "sales" });
    expect(json.value.map(({ User }) => User)).not.toContain("anna.bakker@contoso.com");
  });

  it("is the same mailbox again when the licence returns", async () => {
    const before = (await client.invoke("Get-Mailbox", { Identity: anna })).json.value[0];
    await licence({ user: "anna.bakker@contoso.com", licensed: false });
    expect(await status("Get-Mailbox", { Identity: anna })).toBe(404);
    await licence({ user: anna, licensed: true });
    expect((await client.invoke("Get-Mailbox", { Identity: anna })).json.value[0]).toEqual(before);
    expect(await members()).toContain(anna);
  });

  it("was a shared mailbox, and is one again", async () => {
    await licence({ user: "info", licensed: false, becomes: "User" });
    expect(await status("Get-Mailbox", { Identity: "info" })).toBe(404);
    await licence({ user: "info", licensed: true });
    const { json } = await client.invoke("Get-Mailbox", { Identity: "info" });
    expect(json.value[0]?.["RecipientTypeDetails"]).toBe("SharedMailbox");
  });
});

describe("a licence", () => {
  it("makes a mailbox of a user who had none", async () => {
    await licence({ user: "nina.newcomer@contoso.com", licensed: true });
    const { json } = await client.invoke("Get-User", { Identity: "nina.newcomer@contoso.com" });
    expect(json.value[0]?.["RecipientTypeDetails"]).toBe("UserMailbox");
  });

  it.each([
    [{ user: "nobody", licensed: true }, "user: no object has the identity 'nobody'"],
    [
      { user: "salesteam", licensed: true },
      "user: 'salesteam' is a MailUniversalDistributionGroup",
    ],
    [{ user: anna }, "licensed: must be true or false"],
    [{ user: anna, licensed: false, becomes: "Guest" }, "becomes: must be MailUser or User"],
    [{ user: anna, licensed: false, plan: "E5" }, "plan: is not a part of a licence"],
  ])("as %j is refused", async (body, text) => {
    const answer = await licence(body);
    expect([answer.status, answer.json.problems]).toEqual([400, [expect.stringContaining(text)]]);
  });
});
