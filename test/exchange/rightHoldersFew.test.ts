import { describe, expect, it } from "vitest";
import { guidOf } from "./answering.ts";
import {
  fullAccess,
  holdersIn,
  jan,
  type Lists,
  people,
  piet,
  self,
  sendAs,
  shared,
  user,
} from "./holderLists.ts";
import { reply } from "./scripted.ts";

const upn = "jan@contoso.com";
const mailboxes = (count: number): Record<string, unknown>[] =>
  Array.from({ length: count }, (_, index) => shared(index + 1));
const everyone = { FullAccess: [jan], SendAs: [piet], SendOnBehalf: [] };
const users = [
  ...people.map(({ Guid, Name, DisplayName }) =>
    user({ Guid, Name, DisplayName, DistinguishedName: `CN=${String(Guid)}` }),
  ),
  user({
    Guid: guidOf(60),
    Name: "leaver",
    Sid: "S-1-5-21-1-2-3-60",
    UserPrincipalName: "leaver@contoso.com",
    SamAccountName: "leaver-sam",
    DistinguishedName: "CN=leaver,OU=x",
    LegacyExchangeDN: "/o=x/cn=60",
  }),
];
const usual: Lists = {
  isLong: true,
  mailboxes: mailboxes(2),
  permissions: () => [fullAccess(upn)],
  sendAsList: [self(1)],
  sendAsOf: () => [sendAs("x", piet)],
  users,
};
type Found = Awaited<ReturnType<typeof holdersIn>>;
const values = ({ asked }: Found, cmdlet: string, parameter: string): unknown[] =>
  asked
    .filter((one) => one.cmdlet === cmdlet && parameter in one.parameters)
    .map(({ parameters }) => parameters[parameter]);
const readsAll = ({ asked }: Found): boolean => asked.some(({ url }) => url.includes("p=2"));

it("looks up only the trustees of few mailboxes, when the recipients are more than a page", async () => {
  const found = await holdersIn(usual);
  expect(found.byMailbox).toEqual({ [guidOf(1)]: everyone, [guidOf(2)]: everyone });
  expect(values(found, "Get-Recipient", "Identity")).toEqual([upn, piet]);
  // One page of the recipients, and the two look-ups.
  expect([found.count("Get-Recipient", false), found.count("Get-User")]).toEqual([1, 0]);
});

describe("a trustee of few mailboxes", () => {
  const listed = (trustee: string, own: Lists = {}): Promise<Found> =>
    holdersIn({
      ...usual,
      mailboxes: mailboxes(1),
      permissions: () => [fullAccess(trustee), fullAccess("piet-name")],
      ...own,
    });

  it.each<[string, string, string[], string[]]>([
    ["a name", "jan-name", [jan, piet], []],
    ["a name of no account", "guest-name", [piet], ["no account"]],
    ["an account name with its domain", "CONTOSO\\leaver-sam", [piet], ["no account"]],
    ["a security identifier", "S-1-5-21-1-2-3-60", [piet], ["no account"]],
    ["a distinguished name", "CN=leaver,OU=x", [piet], ["no account"]],
    ["a legacy name", "/o=x/cn=60", [piet], ["no account"]],
    ["the user principal name of no recipient", "leaver@contoso.com", [piet], ["no account"]],
    ["blank", " ", [piet], ["unknown"]],
  ])("is found by a filter, without the lists: %s", async (_name, trustee, FullAccess, why) => {
    const found = await listed(trustee);
    expect(found.byMailbox).toMatchObject({ [guidOf(1)]: { FullAccess, SendAs: [piet] } });
    expect(found.strangers.map(([, , reason]) => reason)).toEqual(why);
    expect([readsAll(found), values(found, "Get-User", "ResultSize").length]).toEqual([
      false,
      values(found, "Get-User", "Filter").length,
    ]);
  });

  it.each<[string, string, Lists]>([
    ["a security identifier that no user has", "S-1-5-21-9", {}],
    ["an address that no look-up finds", "gone@contoso.com", {}],
    ["a name that nothing has", "nobody", {}],
  ])("is searched for in the lists: %s", async (_name, trustee, own) => {
    const found = await listed(trustee, own);
    expect(found.byMailbox).toMatchObject({ [guidOf(1)]: { FullAccess: [piet], SendAs: [piet] } });
    expect(found.strangers.map(([, , reason]) => reason)).toEqual(["unknown"]);
    expect(readsAll(found)).toBe(true);
  });

  it.each(["Get-Recipient", "Get-User"])(
    "is searched for in the lists when a filter of %s is refused, whatever the other finds",
    async (cmdlet) => {
      const found = await listed("jan-name", {
        filtered: (asked) => (asked.cmdlet === cmdlet ? reply(403) : undefined),
      });
      expect(found.byMailbox).toMatchObject({ [guidOf(1)]: { FullAccess: [jan, piet] } });
      expect(readsAll(found)).toBe(true);
    },
  );

  it("with a name that several have is asked about, as with the lists", async () => {
    const [ann, bob] = [guidOf(54), guidOf(55)];
    const found = await listed("twice", {
      permissions: (_id, { parameters: { User } }) =>
        User === undefined || User === bob ? [fullAccess("twice")] : [],
    });
    expect(found.byMailbox).toMatchObject({ [guidOf(1)]: { FullAccess: [bob] } });
    expect(new Set(values(found, "Get-MailboxPermission", "User"))).toEqual(new Set([ann, bob]));
    expect(readsAll(found)).toBe(false);
  });

  it("is looked up ten to a filter, and its name is never a part of the filter", async () => {
    const names = Array.from({ length: 11 }, (_, index) => `x' -or Name -like '*${index}`);
    const found = await listed(names[0] ?? "", {
      permissions: () => names.map((name) => fullAccess(name)),
      filtered: () => undefined,
    });
    expect(found.strangers.map(([, trustee]) => trustee)).toEqual(names);
    const filters = values(found, "Get-Recipient", "Filter").map(String);
    // An empty answer is requested again.
    const [first = "", second = "", ...again] = filters;
    expect(again.every((filter) => [first, second].includes(filter))).toBe(true);
    expect([first, second].map((filter) => filter.split("DisplayName -eq").length - 1)).toEqual([
      10, 1,
    ]);
    expect(first).toContain("(Name -eq 'x'' -or Name -like ''*0') -or (DisplayName -eq 'x'' -or");
  });
});

it("reads the lists of the tenant for more than 50 mailboxes", async () => {
  const found = await holdersIn({ ...usual, mailboxes: mailboxes(51) });
  expect([values(found, "Get-Recipient", "Identity"), found.count("Get-Recipient")]).toEqual([
    [],
    2,
  ]);
});

it("asks for nothing of Send As when it is not wanted", async () => {
  const found = await holdersIn(usual, { wanted: ["FullAccess"] });
  expect([
    found.count("Get-RecipientPermission"),
    values(found, "Get-Recipient", "Identity"),
  ]).toEqual([0, [upn]]);
  expect(found.byMailbox).toMatchObject({ [guidOf(2)]: { FullAccess: [jan] } });
});
