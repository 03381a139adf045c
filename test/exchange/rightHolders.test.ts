import { describe, expect, it } from "vitest";
import { textOf } from "../../lib/exchange/client/encoding.ts";
import type { Exchange } from "../../lib/exchange/client/exchange.ts";
import { holdersOf, type HoldersSettings } from "../../lib/exchange/rightHolders.ts";
import type { RightName } from "../../lib/exchange/mailboxRight.ts";
import { all, guidOf, settled, tenantOf, type Asked } from "./answering.ts";
import { endpoint, faultOf, reply, rows } from "./scripted.ts";

const everything: RightName[] = ["FullAccess", "SendAs", "SendOnBehalf"];
const more = {
  "@adminapi.warnings": ["There are more results available than are currently displayed."],
};
const [jan, piet, guest] = [guidOf(51), guidOf(52), guidOf(53)];

const shared = (index: number, own: Record<string, unknown> = {}): Record<string, unknown> => ({
  Guid: guidOf(index),
  DisplayName: `Shared ${index}`,
  UserPrincipalName: `shared${index}@contoso.com`,
  PrimarySmtpAddress: `shared${index}@contoso.com`,
  RecipientTypeDetails: "SharedMailbox",
  GrantSendOnBehalfTo: [],
  ExternalDirectoryObjectId: guidOf(index + 200),
  ...own,
});
const person = (
  index: number,
  name: string,
  own: Record<string, unknown> = {},
): Record<string, unknown> => ({
  Guid: guidOf(index),
  ExternalDirectoryObjectId: guidOf(index + 100),
  WindowsLiveID: `${name}@contoso.com`,
  PrimarySmtpAddress: `${name}@contoso.nl`,
  Name: `${name}-name`,
  DisplayName: `${name} shown`,
  RecipientTypeDetails: "UserMailbox",
  ...own,
});
const people = [
  person(51, "jan"),
  person(52, "piet"),
  person(53, "guest", { RecipientTypeDetails: "GuestMailUser" }),
  person(54, "ann", { DisplayName: "Twice" }),
  person(55, "bob", { DisplayName: "twice" }),
];
const fullAccess = (User: string, own: Record<string, unknown> = {}): Record<string, unknown> => ({
  User,
  AccessRights: ["FullAccess"],
  Deny: false,
  IsInherited: false,
  ...own,
});
const sendAs = (
  Identity: string,
  Trustee: string,
  own: Record<string, unknown> = {},
): Record<string, unknown> => ({
  Identity,
  Trustee,
  AccessControlType: "Allow",
  AccessRights: ["SendAs"],
  IsInherited: false,
  ...own,
});
const self = (index: number): Record<string, unknown> =>
  sendAs(`shared-${index}`, "NT AUTHORITY\\SELF");

const user = (own: Record<string, unknown>): Record<string, unknown> => ({
  Name: "",
  DisplayName: "",
  Sid: "",
  UserPrincipalName: "",
  SamAccountName: "",
  DistinguishedName: "",
  LegacyExchangeDN: "",
  ...own,
});

interface Lists {
  mailboxes?: Record<string, unknown>[];
  /** What Get-MailboxPermission says of a mailbox, by its Guid. */
  permissions?(id: string, asked: Asked): ReturnType<typeof rows> | unknown[];
  sendAsList?: ReturnType<typeof rows> | unknown[];
  sendAsOf?(id: string, asked: Asked): ReturnType<typeof rows> | unknown[];
  /** What Get-Mailbox answers to a filter on delegates. */
  delegates?(filter: string): ReturnType<typeof rows> | unknown[];
  recipients?: ReturnType<typeof rows> | unknown[];
  users?: unknown[];
}

function tenantWith({
  mailboxes = [shared(1)],
  permissions = () => [fullAccess("NT AUTHORITY\\SELF")],
  sendAsList,
  sendAsOf = () => [sendAs("x", "NT AUTHORITY\\SELF")],
  delegates = () => [],
  recipients,
  users = people.map(({ Guid }) => user({ Guid, DistinguishedName: `CN=${String(Guid)}` })),
}: Lists) {
  const known = mailboxes.map((mailbox, index) => ({
    ...mailbox,
    WindowsLiveID: mailbox["UserPrincipalName"],
    Name: `shared-${index + 1}`,
  }));
  return tenantOf({
    "Get-Mailbox": ({ parameters }) => {
      const filter = textOf(parameters["Filter"]);
      return filter.includes("GrantSendOnBehalfTo") ? delegates(filter) : mailboxes;
    },
    "Get-MailboxPermission": (asked) => permissions(textOf(asked.parameters["Identity"]), asked),
    "Get-RecipientPermission": (asked) =>
      asked.parameters["Identity"] === undefined
        ? (sendAsList ?? mailboxes.map((_, index) => self(index + 1)))
        : sendAsOf(textOf(asked.parameters["Identity"]), asked),
    "Get-Recipient": () => recipients ?? [...known, ...people],
    "Get-User": () => users,
  });
}

/** Who holds what, by the mailbox's Guid; who was no account; and what was asked by which cmdlet. */
async function holdersIn(lists: Lists, own: Partial<HoldersSettings> = {}) {
  const tenant = tenantWith(lists);
  const strangers: string[][] = [];
  const found = await all(
    holdersOf({
      types: ["SharedMailbox"],
      accountTypes: ["UserMailbox"],
      wanted: everything,
      onUnresolved: (mailbox, trustee, why) => strangers.push([mailbox.Guid, trustee, why]),
      ...own,
    })(tenant),
  );
  const byMailbox = Object.fromEntries(
    found.map((one) => [
      one.mailbox.Guid,
      "fault" in one
        ? one.fault.kind
        : Object.fromEntries(
            Object.entries(one.holders).map(([right, holders]) => [right, [...holders]]),
          ),
    ]),
  );
  expect(Object.keys(byMailbox)).toHaveLength(found.length);
  const count = (cmdlet: string, isBatched?: boolean): number =>
    tenant.asked.filter(
      (one) => one.cmdlet === cmdlet && (isBatched === undefined || one.isBatched === isBatched),
    ).length;
  return { byMailbox, strangers, count, ...tenant };
}

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

describe("the request", () => {
  it("is the access list of each mailbox, ten to a batch, and everything else once", async () => {
    const { sent, count, asked } = await holdersIn({
      mailboxes: Array.from({ length: 25 }, (_, index) => shared(index + 1)),
    });
    expect(
      ["Get-Mailbox", "Get-Recipient", "Get-RecipientPermission", "Get-User"].map((cmdlet) =>
        count(cmdlet),
      ),
    ).toEqual([1, 1, 1, 0]);
    expect([sent.length, count("Get-MailboxPermission", true)]).toEqual([6, 25]);
    expect(asked.find(({ cmdlet }) => cmdlet === "Get-Mailbox")?.parameters).toEqual({
      RecipientTypeDetails: ["SharedMailbox"],
      ResultSize: "Unlimited",
    });
  });

  it.each<[RightName[], string[]]>([
    [["FullAccess"], ["Get-Mailbox", "Get-MailboxPermission", "Get-Recipient", "Get-User"]],
    [["SendAs"], ["Get-Mailbox", "Get-Recipient", "Get-RecipientPermission", "Get-User"]],
    [["SendOnBehalf"], ["Get-Mailbox", "Get-Recipient", "Get-User"]],
  ])("for %j is nothing that only others need", async (wanted, cmdlets) => {
    const { asked, byMailbox } = await holdersIn(
      {
        mailboxes: [shared(1, { GrantSendOnBehalfTo: ["jan-name"] })],
        permissions: () => [fullAccess("jan-name")],
        sendAsList: [sendAs("shared-1", "jan-name")],
      },
      { wanted },
    );
    expect([...new Set(asked.map(({ cmdlet }) => cmdlet))].sort()).toEqual(cmdlets);
    expect(byMailbox[guidOf(1)]).toEqual(
      Object.fromEntries(everything.map((right) => [right, wanted.includes(right) ? [jan] : []])),
    );
  });

  it("is only the mailboxes that have a value, when one is given", async () => {
    const { byMailbox, asked } = await holdersIn(
      {
        mailboxes: [shared(1, { CustomAttribute2: "o'x" }), shared(2, { CustomAttribute2: "ó'x" })],
      },
      { where: { property: "CustomAttribute2", value: "o'x" } },
    );
    expect(Object.keys(byMailbox)).toEqual([guidOf(1)]);
    expect(asked.find(({ cmdlet }) => cmdlet === "Get-Mailbox")?.parameters).toMatchObject({
      Filter: "CustomAttribute2 -eq 'o''x'",
    });
  });

  it("includes a mailbox's next page", async () => {
    const { byMailbox } = await holdersIn({
      permissions: (_id, { isBatched }) =>
        isBatched
          ? rows([fullAccess("jan-name")], { "@odata.nextLink": `${endpoint}?p=2` })
          : [fullAccess("piet-name")],
    });
    expect(byMailbox).toMatchObject({ [guidOf(1)]: { FullAccess: [jan, piet] } });
  });
});

describe("the Send As list", () => {
  const two = [shared(1), shared(2)];

  it.each<[string, unknown[], string[]]>([
    ["has every mailbox", [self(1), sendAs("shared-1", "jan-name"), self(2)], []],
    [
      "calls them by Guid in another case",
      [sendAs(guidOf(1).toUpperCase(), "jan-name"), self(2)],
      [],
    ],
    ["calls one by two names", [self(1), sendAs("shared1@contoso.com", "jan-name"), self(2)], []],
    ["lacks one", [self(1), sendAs("shared-1", "jan-name")], [guidOf(2)]],
    [
      "uses names that no one foresaw",
      [sendAs("contoso.com/shared-1", "jan-name"), sendAs("contoso.com/shared-2", "x")],
      [guidOf(1), guidOf(2)],
    ],
    ["calls one by a name that two bear", [sendAs("Twice", "jan-name"), self(2)], [guidOf(1)]],
    ["is empty", [], [guidOf(1), guidOf(2)]],
  ])(
    "that %s leaves so many to be asked for by themselves: %j",
    async (_name, sendAsList, alone) => {
      const { byMailbox, asked, strangers } = await holdersIn({
        mailboxes: two,
        sendAsList,
        sendAsOf: (id) =>
          id === guidOf(1) ? [sendAs("x", "jan-name")] : [sendAs("x", "NT AUTHORITY\\SELF")],
        permissions: (id) => [fullAccess(id === guidOf(2) ? "piet-name" : "NT AUTHORITY\\SELF")],
      });
      expect(byMailbox).toEqual({
        [guidOf(1)]: { FullAccess: [], SendAs: [jan], SendOnBehalf: [] },
        [guidOf(2)]: { FullAccess: [piet], SendAs: [], SendOnBehalf: [] },
      });
      expect(
        asked
          .filter(
            ({ cmdlet, parameters }) =>
              cmdlet === "Get-RecipientPermission" && "Identity" in parameters,
          )
          .map(({ parameters, isBatched }) => [parameters["Identity"], isBatched]),
      ).toEqual(alone.map((id) => [id, true]));
      expect(strangers).toEqual([]);
    },
  );
});

it.each([
  [guidOf(10), guidOf(10).toUpperCase()],
  [guidOf(10).toUpperCase(), guidOf(10)],
])("matches a mailbox in all lists: %s and %s", async (Guid, other) => {
  const { byMailbox, count } = await holdersIn({
    mailboxes: [shared(10, { Guid })],
    sendAsList: [sendAs("sales", "jan-name")],
    recipients: [person(10, "sales", { Guid: other, Name: "sales" }), ...people],
  });
  expect([byMailbox, count("Get-RecipientPermission")]).toMatchObject([
    { [Guid]: { SendAs: [jan] } },
    1,
  ]);
});

it("is requested again when it is empty", async () => {
  const asked = new Map<string, number>();
  const { byMailbox, count } = await holdersIn({
    mailboxes: [shared(1), shared(2)],
    permissions: (id) => {
      asked.set(id, (asked.get(id) ?? 0) + 1);
      return id === guidOf(1) && asked.get(id) === 1 ? [] : [fullAccess("jan-name")];
    },
  });
  expect(byMailbox).toMatchObject({
    [guidOf(1)]: { FullAccess: [jan] },
    [guidOf(2)]: { FullAccess: [jan] },
  });
  expect(count("Get-MailboxPermission", true)).toBe(3);
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

describe("a failed read", () => {
  it.each<[string, ReturnType<typeof rows>, string]>([
    ["is refused", reply(403), "denied"],
    ["is more than was given", rows([fullAccess("jan-name")], more), "unexpected"],
    [
      "has a next page elsewhere",
      rows([fullAccess("jan-name")], { "@odata.nextLink": "https://evil.example/" }),
      "unexpected",
    ],
  ])("of one mailbox and %s is a fault of that one", async (_name, answer, kind) => {
    const { byMailbox } = await holdersIn({
      mailboxes: [shared(1), shared(2), shared(3)],
      permissions: (id) => (id === guidOf(2) ? answer : [fullAccess("jan-name")]),
    });
    expect(byMailbox).toMatchObject({
      [guidOf(1)]: { FullAccess: [jan] },
      [guidOf(2)]: kind,
      [guidOf(3)]: { FullAccess: [jan] },
    });
  });

  it.each(["User", "AccessRights", "Deny", "IsInherited"])(
    "of one mailbox without %s is a fault of that mailbox, and never means no rights",
    async (name) => {
      const { byMailbox } = await holdersIn({
        mailboxes: [shared(1), shared(2)],
        permissions: (id) => [
          fullAccess("jan-name", id === guidOf(1) ? { [name]: undefined } : {}),
        ],
      });
      expect(byMailbox).toMatchObject({
        [guidOf(1)]: "unexpected",
        [guidOf(2)]: { FullAccess: [jan] },
      });
    },
  );

  it("of one mailbox that lacks even its own entry is a fault of that mailbox", async () => {
    const { byMailbox } = await holdersIn({
      mailboxes: [shared(1), shared(2)],
      permissions: (id) => (id === guidOf(1) ? [] : [fullAccess("jan-name")]),
    });
    expect(byMailbox).toMatchObject({
      [guidOf(1)]: "unexpected",
      [guidOf(2)]: { FullAccess: [jan] },
    });
  });

  it.each<[string, Lists]>([
    ["Trustee", { sendAsList: [sendAs("shared-1", "jan-name", { Trustee: undefined })] }],
    [
      "AccessControlType",
      { sendAsList: [sendAs("shared-1", "jan-name", { AccessControlType: undefined })] },
    ],
    ["GrantSendOnBehalfTo", { mailboxes: [shared(1, { GrantSendOnBehalfTo: undefined })] }],
    ["WindowsLiveID", { recipients: [person(1, "jan", { WindowsLiveID: undefined })] }],
  ])("for want of %s ends the import, and is never a no", async (name, lists) => {
    expect(await faultOf(holdersIn(lists))).toMatchObject({
      kind: "unexpected",
      message: expect.stringContaining(`did not return ${name} of `) as string,
    });
  });

  it("of one mailbox's own Send As list is a fault of that mailbox", async () => {
    const { byMailbox } = await holdersIn({
      mailboxes: [shared(1), shared(2), shared(3)],
      sendAsList: [self(1)],
      sendAsOf: (id) => (id === guidOf(2) ? reply(403) : rows([], more)),
    });
    expect(byMailbox).toEqual({
      [guidOf(1)]: { FullAccess: [], SendAs: [], SendOnBehalf: [] },
      [guidOf(2)]: "denied",
      [guidOf(3)]: "unexpected",
    });
  });

  it.each<[string, Lists, string]>([
    ["the recipients", { recipients: reply(403) }, "may not run Get-Recipient"],
    [
      "more recipients",
      { recipients: rows([], more) },
      "more results of Get-Recipient than it returned",
    ],
    ["the Send As list", { sendAsList: reply(403) }, "may not run Get-RecipientPermission"],
    [
      "more Send As entries",
      { sendAsList: rows([], more) },
      "more results of Get-RecipientPermission than it returned",
    ],
  ])("of what all need ends it: %s", async (_name, lists, message) => {
    expect((await faultOf(holdersIn(lists))).message).toContain(message);
  });
});

describe("the first answer", () => {
  /** A tenant whose lists of these cmdlets come only when they are let go. */
  function slow(lists: Lists, ...cmdlets: string[]) {
    const tenant = tenantWith(lists);
    let letGo = (): void => undefined;
    const gate = new Promise<void>((resolve) => (letGo = resolve));
    const exchange: Exchange = {
      ...tenant.exchange,
      async *pages(command) {
        if (cmdlets.includes(command.cmdlet)) await gate;
        yield* tenant.exchange.pages(command);
      },
    };
    const given: string[] = [];
    const done = (async () => {
      for await (const { mailbox } of holdersOf({
        types: ["SharedMailbox"],
        accountTypes: ["UserMailbox"],
        wanted: everything,
        onUnresolved: () => undefined,
      })({ exchange }))
        given.push(mailbox.Guid);
    })();
    return { ...tenant, given, done, letGo };
  }
  const mailboxes = Array.from({ length: 100 }, (_, index) => shared(index + 1));

  it.each([["Get-Recipient"], ["Get-RecipientPermission"]])(
    "may be the mailboxes: they wait for %s, and all are yielded",
    async (cmdlet) => {
      const { given, done, letGo, asked } = slow({ mailboxes }, cmdlet);
      for (let turn = 0; turn < 20; turn++) await settled();
      expect([
        asked.filter((one) => one.cmdlet === "Get-MailboxPermission").length,
        given.length,
      ]).toEqual([100, 0]);
      letGo();
      await done;
      expect(new Set(given).size).toBe(100);
    },
  );

  it("may be the long lists: then a mailbox is yielded as soon as it is read", async () => {
    let givenBefore = -1;
    const { given, done, letGo, asked } = slow(
      {
        mailboxes,
        permissions: (id) => (
          id === guidOf(100) && (givenBefore = given.length),
          [fullAccess("jan@contoso.com")]
        ),
      },
      "Get-Mailbox",
    );
    for (let turn = 0; turn < 5; turn++) await settled();
    expect(asked.map(({ cmdlet }) => cmdlet).sort()).toEqual([
      "Get-Recipient",
      "Get-RecipientPermission",
    ]);
    letGo();
    await done;
    // When the hundredth was asked for, the first ones had been given.
    expect(givenBefore).toBeGreaterThan(0);
    expect(new Set(given).size).toBe(100);
  });

  it("may be a fault of the long lists, which is still raised", async () => {
    const { done, letGo } = slow({ mailboxes, recipients: reply(403) }, "Get-Mailbox");
    for (let turn = 0; turn < 5; turn++) await settled();
    letGo();
    expect(await faultOf(done)).toMatchObject({ kind: "denied" });
  });
});
