import { describe, expect, it } from "vitest";
import { guidOf } from "./answering.ts";
import { reply } from "./scripted.ts";
import {
  fullAccess,
  guest,
  holdersIn,
  jan,
  type Lists,
  people,
  person,
  piet,
  self,
  sendAs,
  shared,
  user,
} from "./holderLists.ts";

describe("a trustee with a right", () => {
  it.each([
    ["a Guid", jan],
    ["the directory's id", guidOf(151)],
    ["a user principal name", "JAN@contoso.com"],
    ["an address", "jan@contoso.nl"],
    ["a name", "jan-name"],
    ["an account name with its domain", "CONTOSO\\jan-sam"],
    ["a security identifier", "S-1-5-21-1-2-3-51"],
  ])("is found from %s", async (_name, trustee) => {
    const { byMailbox, strangers } = await holdersIn({
      mailboxes: [shared(1, { GrantSendOnBehalfTo: [trustee] })],
      permissions: () => [fullAccess(trustee)],
      sendAsList: [self(1), sendAs("shared-1", trustee)],
      users: [user({ Guid: jan, Sid: "S-1-5-21-1-2-3-51", SamAccountName: "jan-sam" })],
    });
    expect([byMailbox, strangers]).toEqual([
      { [guidOf(1)]: { FullAccess: [jan], SendAs: [jan], SendOnBehalf: [jan] } },
      [],
    ]);
  });

  it.each<[string, Record<string, unknown>]>([
    ["inherited", { IsInherited: true }],
    ["denied", { Deny: "True", AccessControlType: "Deny" }],
    ["the mailbox's own", { User: "NT AUTHORITY\\SELF", Trustee: "nt authority\\self" }],
  ])("is not found from an entry that is %s", async (_name, own) => {
    const { byMailbox, strangers } = await holdersIn({
      permissions: () => [
        fullAccess("jan-name", own),
        fullAccess("piet-name", { AccessRights: "ReadPermission" }),
      ],
      sendAsList: [sendAs("shared-1", "jan-name", own)],
    });
    expect([byMailbox, strangers]).toEqual([
      { [guidOf(1)]: { FullAccess: [], SendAs: [], SendOnBehalf: [] } },
      [],
    ]);
  });

  it("is not found by a name that belongs to no account: the log explains it", async () => {
    const { byMailbox, strangers, count } = await holdersIn({
      permissions: () =>
        ["guest-name", "S-1-5-21-9", "S-1-5-21-8", "piet-name"].map((name) => fullAccess(name)),
    });
    expect(byMailbox).toMatchObject({ [guidOf(1)]: { FullAccess: [piet] } });
    expect(strangers).toEqual([
      [guidOf(1), "guest-name", "no account"],
      [guidOf(1), "S-1-5-21-9", "unknown"],
      [guidOf(1), "S-1-5-21-8", "unknown"],
    ]);
    expect(count("Get-User")).toBe(1);
  });

  it("is found among the types that count as accounts", async () => {
    const { byMailbox } = await holdersIn(
      { permissions: () => [fullAccess("guest-name"), fullAccess("jan-name")] },
      { accountTypes: ["GuestMailUser"] },
    );
    expect(byMailbox).toMatchObject({ [guidOf(1)]: { FullAccess: [guest] } });
  });

  it("counts once, however often and by any name it is listed", async () => {
    const { byMailbox } = await holdersIn({
      permissions: () => [fullAccess("jan-name"), fullAccess("jan@contoso.com"), fullAccess(jan)],
    });
    expect(byMailbox).toMatchObject({ [guidOf(1)]: { FullAccess: [jan] } });
  });

  it("is recognised in a list of one delegate, and in an empty one", async () => {
    const { byMailbox } = await holdersIn({
      mailboxes: [
        shared(1, { GrantSendOnBehalfTo: "jan-name" }),
        shared(2, { GrantSendOnBehalfTo: null }),
      ],
    });
    expect(byMailbox).toMatchObject({
      [guidOf(1)]: { SendOnBehalf: [jan] },
      [guidOf(2)]: { SendOnBehalf: [] },
    });
  });
});

describe("a name that several accounts have", () => {
  const twice = { mailboxes: [shared(1, { GrantSendOnBehalfTo: ["Twice"] }), shared(2)] };
  const [ann, bob] = [guidOf(54), guidOf(55)];

  it("is settled by the service, which is asked about each of them in a batch", async () => {
    const { byMailbox, asked, strangers } = await holdersIn({
      ...twice,
      permissions: (_id, { parameters: { User } }) => {
        if (User === undefined) return [fullAccess("twice")];
        return User === bob ? [fullAccess("twice")] : [];
      },
      sendAsList: [self(1), sendAs("shared-1", "twice"), self(2)],
      sendAsOf: (_id, { parameters: { Trustee } }) =>
        Trustee === ann ? [sendAs("x", "twice")] : [],
      delegates: (filter) => (filter.includes(`CN=${ann}`) ? [shared(1)] : []),
    });
    expect([byMailbox, strangers]).toEqual([
      {
        [guidOf(1)]: { FullAccess: [bob], SendAs: [ann], SendOnBehalf: [ann] },
        [guidOf(2)]: { FullAccess: [bob], SendAs: [], SendOnBehalf: [] },
      },
      [],
    ]);
    const questions = asked.filter(
      ({ parameters }) => "User" in parameters || "Trustee" in parameters || "Filter" in parameters,
    );
    expect(questions.every(({ isBatched }) => isBatched)).toBe(true);
    expect(questions.map(({ parameters }) => parameters["Filter"] ?? "").filter(Boolean)).toContain(
      `(Guid -eq '${guidOf(1)}') -and (GrantSendOnBehalfTo -eq 'CN=${ann}')`,
    );
  });

  it.each<[string, Lists, string]>([
    ["an entry that is denied", { permissions: denying("Deny", "True") }, "[]"],
    ["an inherited entry", { permissions: denying("IsInherited", true) }, "[]"],
  ])("is no holder by %s", async (_name, lists, holders) => {
    const { byMailbox } = await holdersIn(lists, { wanted: ["FullAccess"] });
    expect(JSON.stringify(byMailbox)).toContain(`"FullAccess":${holders}`);
  });

  function denying(property: string, value: unknown): NonNullable<Lists["permissions"]> {
    return (_id, { parameters: { User } }) => [
      fullAccess("twice", User === undefined ? {} : { [property]: value }),
    ];
  }

  it("makes a mailbox unreadable when the service does not answer", async () => {
    const { byMailbox } = await holdersIn(
      {
        ...twice,
        permissions: (_id, { parameters: { User } }) =>
          User === undefined ? [fullAccess("jan-name")] : reply(403),
        delegates: () => reply(403),
      },
      { wanted: ["FullAccess", "SendOnBehalf"] },
    );
    expect(byMailbox).toMatchObject({ [guidOf(1)]: "denied", [guidOf(2)]: { FullAccess: [jan] } });
  });
});

it.each([
  [guidOf(10), guidOf(10).toUpperCase()],
  [guidOf(10).toUpperCase(), guidOf(10)],
])("matches a mailbox in all lists: %s and %s", async (Guid, other) => {
  const { byMailbox, count } = await holdersIn({
    mailboxes: [shared(10, { Guid, Name: "sales" })],
    sendAsList: [sendAs("sales", "jan-name")],
    recipients: [person(10, "sales", { Guid: other, Name: "sales" }), ...people],
  });
  expect([byMailbox, count("Get-RecipientPermission")]).toMatchObject([
    { [Guid]: { SendAs: [jan] } },
    1,
  ]);
});

it("does not move a person's entries to a mailbox named like the person's user principal name", async () => {
  const { byMailbox, strangers } = await holdersIn({
    mailboxes: [shared(1), shared(2)],
    permissions: () => [fullAccess("jan@contoso.com")],
    sendAsList: [sendAs("jan@contoso.com", "piet-name"), sendAs("shared-2", "jan@contoso.com")],
    sendAsOf: () => [sendAs("x", "NT AUTHORITY\\SELF"), sendAs("x", "piet-name")],
    recipients: [
      person(1, "bookings", { Name: "jan@contoso.com", DisplayName: "jan@contoso.com" }),
      person(2, "shared-2", { Name: "shared-2" }),
      ...people,
    ],
  });
  // The list calls the bookings mailbox by its name, which is Jan's as well: its entries are read separately.
  expect([byMailbox, strangers]).toMatchObject([
    {
      [guidOf(1)]: { FullAccess: [jan], SendAs: [piet] },
      [guidOf(2)]: { FullAccess: [jan], SendAs: [jan] },
    },
    [],
  ]);
});
