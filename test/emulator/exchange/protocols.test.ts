import { beforeEach, expect, it } from "vitest";
import { createEmulator } from "../emulator.ts";
import { TestClient } from "../testClient.ts";

let client: TestClient;
beforeEach(() => {
  client = new TestClient(createEmulator());
});

const protocols = async (...names: string[]): Promise<unknown[]> => {
  const { json } = await client.invoke("Get-CASMailbox", { Identity: "jan.devries" });
  return names.map((name) => json.value[0]?.[name]);
};

it("Set-CASMailbox switches protocols off and on", async () => {
  const names = ["OWAEnabled", "PopEnabled", "SmtpClientAuthenticationDisabled"];
  expect(await protocols(...names)).toEqual([true, true, null]);
  const set = (parameters: Record<string, unknown>) =>
    client.invoke("Set-CASMailbox", { Identity: "jan.devries", ...parameters });
  await set({ OWAEnabled: false, SmtpClientAuthenticationDisabled: true });
  expect(await protocols(...names)).toEqual([false, true, true]);
  await set({ OWAEnabled: true, SmtpClientAuthenticationDisabled: null });
  expect(await protocols(...names)).toEqual([true, true, null]);
  expect((await set({ OWAMailboxPolicy: "Default" })).status).toBe(501);
});

it("Get-MailboxStatistics shows how much is in a mailbox", async () => {
  const { json } = await client.invoke("Get-MailboxStatistics", { Identity: "jan.devries" });
  expect(json.value).toEqual([
    expect.objectContaining({ TotalItemSize: "1.5 GB (1,610,612,736 bytes)" }),
  ]);
  expect((await client.invoke("Get-MailboxStatistics", { Identity: "nobody" })).status).toBe(404);
});
