import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { calendarUser, displayNameOf } from "../../lib/exchange/calendarUser.ts";
import { guidOf } from "../bench.ts";
import { liveTenant, type Live } from "./live.ts";
import { clientOf, faultOf, notFound, rows } from "./scripted.ts";
import { named } from "./calendarSamples.ts";

describe("in an emulated tenant", () => {
  let live: Live;
  beforeAll(async () => {
    live = await liveTenant();
  });
  afterAll(() => live.close());
  beforeEach(() => live.reset());

  it("a user or group is found by an address or a GUID, and named by an address that is theirs alone", async () => {
    expect(await calendarUser("DORA.double@contoso.com")(live)).toEqual({
      address: "dora.double@contoso.com",
      displayName: "Dora Double",
      type: "UserMailbox",
    });
    expect(await calendarUser(guidOf("Finance rights"))(live)).toEqual({
      address: "financerights@contoso.com",
      displayName: "Finance rights",
      type: "MailUniversalSecurityGroup",
    });
    // Another address than the first one.
    expect(await calendarUser("petra.maiden@contoso.com")(live)).toMatchObject({
      address: "petra.proxies@contoso.com",
    });
  });

  it("a user who does not exist is reported as missing, by name", async () => {
    for (const gone of ["nobody@contoso.com", "0b1ec700-0000-4000-8000-00000000dead"])
      expect(await faultOf(calendarUser(gone)(live))).toMatchObject({
        kind: "missing",
        message: `The user "${gone}" of the calendar right does not exist.`,
      });
    const { exchange } = clientOf([notFound("somebody@contoso.com")]);
    expect((await faultOf(calendarUser("other@contoso.com")({ exchange }))).kind).toBe(
      "unexpected",
    );
  });

  it.each<[string, unknown[]]>([
    [
      "two of a name",
      [{ PrimarySmtpAddress: "a@contoso.com" }, { PrimarySmtpAddress: "b@contoso.com" }],
    ],
    ["nobody", []],
    ["a recipient without an address", [{ DisplayName: "No Address" }]],
  ])("%s cannot be named", async (_name, found) => {
    expect(await faultOf(calendarUser(named)(clientOf([rows(found)])))).toMatchObject({
      kind: "invalid",
      message: `The user "${named}" of the calendar right is not one user or group with an address.`,
    });
  });

  it("a display name is used only when it is unique", async () => {
    expect(await displayNameOf("dora.double@contoso.com")(live)).toBe("Dora Double");
    expect(await displayNameOf("aoife.obrien@contoso.com")(live)).toBe("Aoife O'Brien");
    const [jan] = live.emulator
      .state()
      .objects.filter(({ DisplayName }) => DisplayName === "Jan de Vries");
    expect(await displayNameOf(String(jan?.["Guid"]))(live)).toBeUndefined();
    const { exchange } = clientOf([
      rows([{ PrimarySmtpAddress: named, DisplayName: "", RecipientTypeDetails: "UserMailbox" }]),
    ]);
    expect(await displayNameOf(named)({ exchange })).toBeUndefined();
  });
});
