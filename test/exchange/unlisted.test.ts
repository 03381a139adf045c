import { describe, expect, it } from "vitest";
import { unlistedGroups, unlistedMailboxes } from "../../lib/exchange/unlisted.ts";
import { guidOf } from "./answering.ts";
import { clientOf, faultOf, rows } from "./scripted.ts";

const row = (RecipientTypeDetails: string, own: Record<string, unknown> = {}) => ({
  Guid: guidOf(1),
  DisplayName: "Care",
  PrimarySmtpAddress: "care@contoso.com",
  RecipientTypeDetails,
  IsDirSynced: false,
  CustomAttribute1: "D-CARE",
  ...own,
});
const groups = (found: unknown[]) =>
  unlistedGroups("CustomAttribute1", "D-CARE")(clientOf([rows(found)]));
const mailboxes = (found: unknown[]) =>
  unlistedMailboxes(["SharedMailbox"], "CustomAttribute1", "D-CARE")(clientOf([rows(found)]));

describe("what has the value and cannot be used", () => {
  it.each([
    ["MailUniversalSecurityGroup", { IsDirSynced: true }, "is synchronised from Active Directory"],
    ["GroupMailbox", {}, "is a Microsoft 365 group"],
    ["MailNonUniversalGroup", {}, "is a MailNonUniversalGroup"],
  ])("is named with the reason: a %s", async (type, own, reason) => {
    expect(await groups([row(type, own)])).toEqual([
      expect.stringMatching(
        new RegExp(`^"Care" <care@contoso.com> \\(${guidOf(1)}\\) has this value, but ${reason}`),
      ),
    ]);
  });

  it("is named with the types that are wanted: a room", async () => {
    expect(await mailboxes([row("RoomMailbox")])).toEqual([
      expect.stringMatching(/has this value, but is a RoomMailbox; expected SharedMailbox\.$/),
    ]);
  });

  it("has the very value: a directory compares more loosely", async () => {
    expect(await groups([row("GroupMailbox", { CustomAttribute1: "D-CÀRE" })])).toEqual([]);
  });
});

describe("what could be used, and was not listed", () => {
  it.each([
    ["a group", () => groups([row("MailUniversalDistributionGroup")])],
    ["a mailbox", () => mailboxes([row("SharedMailbox")])],
  ])("is a fault, so that nothing is concluded from the list: %s", async (_what, look) => {
    expect(await faultOf(look)).toMatchObject({
      kind: "notReady",
      message: expect.stringMatching(
        /has this value, but Exchange Online does not list it yet/,
      ) as string,
    });
  });
});
