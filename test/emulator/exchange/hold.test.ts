import { beforeEach, describe, expect, it } from "vitest";
import { createEmulator } from "../emulator.ts";
import { refusal, TestClient, type Reply } from "../testClient.ts";

type Row = Record<string, unknown>;

let client: TestClient;

beforeEach(() => {
  client = new TestClient(createEmulator({ clock: () => Date.parse("2026-06-01T12:00:00Z") }));
});

const set = (identity: string, parameters: Row): Promise<Reply> =>
  client.invoke("Set-Mailbox", { Identity: identity, ...parameters });
const hold = async (identity: string, parameters: Row = {}): Promise<unknown[]> => {
  const row =
    (await client.invoke("Get-Mailbox", { Identity: identity, ...parameters })).json.value[0] ?? {};
  return [
    "LitigationHoldEnabled",
    "LitigationHoldDuration",
    "LitigationHoldDate",
    "LitigationHoldOwner",
  ].map((name) => row[name]);
};

describe("a litigation hold", () => {
  it("has a length, a date and an owner, can be made longer, and can be removed", async () => {
    expect(
      (await set("jan.devries", { LitigationHoldEnabled: true, LitigationHoldDuration: "2555" }))
        .status,
    ).toBe(200);
    expect(await hold("jan.devries")).toEqual([
      true,
      "2555.00:00:00",
      "2026-06-01T12:00:00Z",
      "OAuthUser@contoso.onmicrosoft.com",
    ]);
    await set("jan.devries", { LitigationHoldEnabled: true, LitigationHoldDuration: "unlimited" });
    expect(await hold("jan.devries")).toEqual([
      true,
      "Unlimited",
      "2026-06-01T12:00:00Z",
      "OAuthUser@contoso.onmicrosoft.com",
    ]);
    expect(
      (
        await set("jan.devries", {
          LitigationHoldEnabled: true,
          LitigationHoldDuration: "Unlimited",
        })
      ).json["@adminapi.warnings"],
    ).toHaveLength(1);
    await set("jan.devries", { LitigationHoldEnabled: false });
    expect(await hold("jan.devries")).toEqual([false, "Unlimited", null, ""]);
  });

  it.each([
    [365, "365.00:00:00"],
    ["365", "365.00:00:00"],
    ["365.00:00:00", "365.00:00:00"],
    ["Unlimited", "Unlimited"],
  ])("of %j reads %j", async (LitigationHoldDuration, read) => {
    await set("jan.devries", { LitigationHoldEnabled: true, LitigationHoldDuration });
    expect((await hold("jan.devries"))[1]).toBe(read);
  });

  it.each([0, "12:00:00", "1.12:00:00", -1, 1.5, "forever", null, "50GB"])(
    "of %j is refused",
    async (LitigationHoldDuration) => {
      const answer = await set("jan.devries", {
        LitigationHoldEnabled: true,
        LitigationHoldDuration,
      });
      expect([answer.status, refusal(answer)]).toEqual([
        400,
        expect.stringContaining("LitigationHoldDuration"),
      ]);
      expect((await hold("jan.devries"))[0]).toBe(false);
    },
  );

  it("needs a licence, even together with other settings", async () => {
    const answer = await set("kees.kiosk", {
      LitigationHoldEnabled: true,
      LitigationHoldDuration: 365,
      CustomAttribute5: "x",
    });
    expect(refusal(answer)).toContain(
      "The action 'Set-Mailbox', 'LitigationHoldEnabled', can't be performed on the user 'Kees " +
        "Kiosk'. Your Microsoft Exchange Online license doesn't permit you to put a litigation hold " +
        "on this mailbox.",
    );
    expect((await hold("kees.kiosk")).slice(0, 2)).toEqual([false, "Unlimited"]);
  });

  it("is in the seed: for a year, without end, and on an inactive mailbox", async () => {
    expect(await hold("hella.hold")).toEqual([true, "365.00:00:00", "2025-03-01T00:00:00Z", ""]);
    expect(await hold("guus.bakker")).toEqual([true, "Unlimited", "2024-11-01T00:00:00Z", ""]);
    expect((await hold("inactive.ike", { InactiveMailboxOnly: true })).slice(0, 2)).toEqual([
      true,
      "Unlimited",
    ]);
  });

  it("that is the last of an inactive mailbox keeps the mailbox", async () => {
    await set("inactive.ike", { LitigationHoldDuration: 30, InactiveMailbox: true });
    expect((await hold("inactive.ike", { InactiveMailboxOnly: true })).slice(0, 2)).toEqual([
      true,
      "30.00:00:00",
    ]);
    expect(
      (await set("inactive.ike", { LitigationHoldEnabled: false })).json["@adminapi.warnings"],
    ).toEqual([expect.stringContaining("please add the InactiveMailbox switch")]);
    await set("inactive.ike", { LitigationHoldEnabled: false, InactiveMailbox: true });
    expect(
      (await client.invoke("Get-Mailbox", { Identity: "inactive.ike", InactiveMailboxOnly: true }))
        .status,
    ).toBe(404);
  });
});
