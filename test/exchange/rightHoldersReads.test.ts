import { describe, expect, it, vi } from "vitest";
import type { Exchange } from "../../lib/exchange/client/exchange.ts";
import { holdersOf } from "../../lib/exchange/rightHolders.ts";
import type { RightName } from "../../lib/exchange/mailboxRight.ts";
import { guidOf, settled } from "./answering.ts";
import { endpoint, faultOf, reply, rows } from "./scripted.ts";
import {
  everything,
  fullAccess,
  holdersIn,
  jan,
  type Lists,
  person,
  piet,
  self,
  sendAs,
  shared,
  tenantWith,
} from "./holderLists.ts";

const more = {
  "@adminapi.warnings": ["There are more results available than are currently displayed."],
};

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
  const mailboxes = Array.from({ length: 300 }, (_, index) => shared(index + 1));

  it.each([["Get-Recipient"], ["Get-RecipientPermission"]])(
    "may be the mailboxes: they wait for %s, and all are yielded",
    async (cmdlet) => {
      const { given, done, letGo, asked } = slow({ mailboxes }, cmdlet);
      const mailboxesAsked = (): number =>
        asked.filter((one) => one.cmdlet === "Get-MailboxPermission").length;
      await vi.waitFor(() => expect(mailboxesAsked()).toBe(300));
      for (let turn = 0; turn < 20; turn++) await settled();
      expect(given).toEqual([]);
      letGo();
      await done;
      expect(new Set(given).size).toBe(300);
    },
  );

  it("may be the long lists: then a mailbox is yielded as soon as it is read", async () => {
    let givenBefore = -1;
    const { given, done, letGo, asked } = slow(
      {
        mailboxes,
        permissions: (id) => (
          id === guidOf(300) && (givenBefore = given.length),
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
    // When the last one was asked for, the first ones had been given.
    expect(givenBefore).toBeGreaterThan(0);
    expect(new Set(given).size).toBe(300);
  });

  it("may be the users, for whom the first mailboxes wait: they do not wait for the last ones", async () => {
    let isFirstGiven: boolean | undefined;
    const { given, done, letGo } = slow(
      {
        mailboxes,
        permissions: (id) => (
          id === guidOf(300) && (isFirstGiven = given.includes(guidOf(1))),
          // A name by which a user that is no recipient can be listed as well.
          [fullAccess("jan-name")]
        ),
      },
      "Get-Mailbox",
    );
    for (let turn = 0; turn < 5; turn++) await settled();
    letGo();
    await done;
    expect(isFirstGiven).toBe(true);
    expect(new Set(given).size).toBe(300);
  });

  it("may be a fault of the long lists, which is still raised", async () => {
    const { done, letGo } = slow({ mailboxes, recipients: reply(403) }, "Get-Mailbox");
    for (let turn = 0; turn < 5; turn++) await settled();
    letGo();
    expect(await faultOf(done)).toMatchObject({ kind: "denied" });
  });
});
