import { expect, it } from "vitest";
import { guidOf } from "./answering.ts";
import {
  fullAccess,
  holdersIn,
  jan,
  type Lists,
  piet,
  self,
  sendAs,
  shared,
} from "./holderLists.ts";

const upn = "jan@contoso.com";
const mailboxes = (count: number): Record<string, unknown>[] =>
  Array.from({ length: count }, (_, index) => shared(index + 1));
const everyone = { FullAccess: [jan], SendAs: [piet], SendOnBehalf: [] };
const usual: Lists = {
  isLong: true,
  mailboxes: mailboxes(2),
  permissions: () => [fullAccess(upn)],
  sendAsList: [self(1)],
  sendAsOf: () => [sendAs("x", piet)],
};
const identities = (found: Awaited<ReturnType<typeof holdersIn>>): unknown[] =>
  found.asked
    .filter(({ cmdlet, parameters }) => cmdlet === "Get-Recipient" && "Identity" in parameters)
    .map(({ parameters }) => parameters["Identity"]);

it("looks up only the trustees of few mailboxes, when the recipients are more than a page", async () => {
  const found = await holdersIn(usual);
  expect(found.byMailbox).toEqual({ [guidOf(1)]: everyone, [guidOf(2)]: everyone });
  expect(identities(found)).toEqual([upn, piet]);
  // One page of the recipients, and the two look-ups.
  expect([found.count("Get-Recipient", false), found.count("Get-User")]).toEqual([1, 0]);
});

it.each<[string, string, boolean, string[]]>([
  ["are read when a trustee is a name", "jan-name", true, []],
  ["are read when a trustee is a security identifier", "S-1-5-21-9", true, ["unknown"]],
  ["are read when no look-up finds an address", "gone@contoso.com", true, ["unknown"]],
  ["are not read for a blank trustee", " ", false, ["unknown"]],
])("all recipients %s", async (_name, trustee, areRead, why) => {
  const found = await holdersIn({
    ...usual,
    mailboxes: mailboxes(1),
    permissions: () => [fullAccess(trustee)],
  });
  const FullAccess = trustee === "jan-name" ? [jan] : [];
  expect(found.byMailbox).toMatchObject({ [guidOf(1)]: { FullAccess, SendAs: [piet] } });
  expect(found.strangers.map(([, , reason]) => reason)).toEqual(why);
  expect(found.asked.some(({ url }) => url.includes("p=2"))).toBe(areRead);
});

it("reads the lists of the tenant for more than 50 mailboxes", async () => {
  const found = await holdersIn({ ...usual, mailboxes: mailboxes(51) });
  expect([identities(found), found.count("Get-Recipient")]).toEqual([[], 2]);
});

it("asks for nothing of Send As when it is not wanted", async () => {
  const found = await holdersIn(usual, { wanted: ["FullAccess"] });
  expect([found.count("Get-RecipientPermission"), identities(found)]).toEqual([0, [upn]]);
  expect(found.byMailbox).toMatchObject({ [guidOf(2)]: { FullAccess: [jan] } });
});
