import { describe, expect, it } from "vitest";
import { mayGetMailbox, usersWhere } from "../../lib/exchange/user.ts";
import { clientOf, faultOf, rows } from "./scripted.ts";

const user = (own: Record<string, unknown> = {}): Record<string, unknown> => ({
  DisplayName: "Nina",
  UserPrincipalName: "nina@contoso.com",
  RecipientTypeDetails: "User",
  ...own,
});

describe("a look-up of users", () => {
  it("requests the property it compares from Get-User", async () => {
    const { exchange, sent } = clientOf([rows([user()])]);
    expect(await usersWhere("userprincipalname", "NINA@contoso.com")({ exchange })).toEqual([
      user(),
    ]);
    expect(JSON.parse(sent[0]?.body ?? "")).toEqual({
      CmdletInput: {
        CmdletName: "Get-User",
        Parameters: { Filter: "UserPrincipalName -eq 'NINA@contoso.com'", ResultSize: 10 },
      },
    });
    expect(sent[0]?.url).toContain(
      "$select=DisplayName,UserPrincipalName,RecipientTypeDetails,UserPrincipalName",
    );
  });

  it("leaves out users who only resemble the value", async () => {
    const { exchange } = clientOf([
      rows([user({ DisplayName: "José" }), user({ DisplayName: "Jose\u0301" })]),
    ]);
    expect(await usersWhere("DisplayName", "Jose")({ exchange })).toEqual([]);
  });

  it("treats a missing property as a fault, not as no user", async () => {
    const { exchange } = clientOf([rows([user()])]);
    expect(await faultOf(usersWhere("Department", "x")({ exchange }))).toMatchObject({
      kind: "unexpected",
    });
  });

  it("finds no one by a property that users cannot be looked up by, and sends nothing", async () => {
    const { exchange, sent } = clientOf([]);
    expect(await usersWhere("CustomAttribute1", "x")({ exchange })).toEqual([]);
    expect(sent).toEqual([]);
  });

  it("refuses a blank value before anything is sent", async () => {
    const { exchange, sent } = clientOf([]);
    expect((await faultOf(usersWhere("UserPrincipalName", " ")({ exchange }))).kind).toBe(
      "invalid",
    );
    expect(sent).toEqual([]);
  });
});

it.each([
  ["User", true],
  ["MailUser", true],
  ["GuestMailUser", false],
  ["UserMailbox", false],
  ["DisabledUser", false],
  ["", false],
])("%j may get a mailbox: %j", (type, expected) => {
  expect(
    mayGetMailbox({ DisplayName: "", UserPrincipalName: "", RecipientTypeDetails: type }),
  ).toBe(expected);
});
