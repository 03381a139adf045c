import { describe, expect, it } from "vitest";
import { calendarsOf, regionsOf, type Found } from "../../lib/exchange/allMailboxes.ts";
import { Fault } from "../../lib/fault.ts";
import { all, answering, guidOf, settled, tenantOf, type Asked } from "./answering.ts";
import { endpoint, faultOf, notFound, refusal, reply, rows } from "./scripted.ts";

const types = ["UserMailbox"];
const mailboxRow = (index: number): Record<string, unknown> => ({
  Guid: guidOf(index),
  DisplayName: `Mailbox ${index}`,
  UserPrincipalName: `m${index}@contoso.com`,
  PrimarySmtpAddress: `m${index}@contoso.com`,
  RecipientTypeDetails: "UserMailbox",
});
/** The answer to a look for a mailbox, and for the mailboxes of a tenant with so many of them. */
const lookFor =
  (count: number, gone: readonly number[]) =>
  (asked: Asked): ReturnType<typeof rows> | Record<string, unknown>[] => {
    if (!("Identity" in asked.parameters))
      return asked.cmdlet === "Get-Mailbox" ? mailboxes(count) : [];
    const index = indexOf(asked);
    return gone.includes(index) ? notFound(guidOf(index)) : [mailboxRow(index)];
  };
const mailboxes = (count: number): Record<string, unknown>[] =>
  Array.from({ length: count }, (_, index) => mailboxRow(index));
const indexOf = ({ parameters }: Asked): number =>
  Number.parseInt(String(parameters["Identity"]).replace(/:.*$/, "").slice(-12), 16);
const folders = (asked: Asked): Record<string, unknown>[] => [
  { FolderType: "User Created", FolderId: "other" },
  { FolderType: "Calendar", FolderId: `id-${indexOf(asked)}` },
];
const entries = (asked: Asked): Record<string, unknown>[] => [
  { User: "Default", AccessRights: [indexOf(asked) % 2 === 0 ? "Reviewer" : "AvailabilityOnly"] },
];
const denied = refusal(
  403,
  "CmdletAccessDeniedException",
  "The cmdlet is not present in the role definition of the current user.",
);
const thereIsMore = {
  "@adminapi.warnings": [
    "There are more results available than are currently displayed. To view them, increase the " +
      "value for the ResultSize parameter.",
  ],
};

function inOrder<T>(found: readonly Found<T>[]): [name: string, what: T | string][] {
  return found
    .map((one): [string, T | string] => [
      one.mailbox.DisplayName,
      "fault" in one ? one.fault.kind : one.found,
    ])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

describe("the calendars of all mailboxes", () => {
  it("are found by type and read by id, ten to a request", async () => {
    const { exchange, asked, sent } = tenantOf({
      "Get-Mailbox": () => mailboxes(23),
      "Get-MailboxFolderStatistics": folders,
      "Get-MailboxFolderPermission": entries,
    });
    const found = await all(calendarsOf(types)({ exchange }));
    expect(inOrder(found)).toEqual(
      inOrder(
        mailboxes(23).map((_, index) => ({
          mailbox: mailboxRow(index) as never,
          found: [
            {
              user: "Default",
              rights: [index % 2 === 0 ? "Reviewer" : "AvailabilityOnly"],
              flags: [],
            },
          ],
        })),
      ),
    );
    const of = (cmdlet: string): Asked[] => asked.filter((one) => one.cmdlet === cmdlet);
    expect(of("Get-Mailbox").map(({ parameters }) => parameters)).toEqual([
      { RecipientTypeDetails: types, ResultSize: "Unlimited" },
    ]);
    expect(of("Get-MailboxFolderStatistics").map(({ parameters }) => parameters)).toEqual(
      mailboxes(23).map(({ Guid }) => ({ Identity: Guid, FolderScope: "Calendar" })),
    );
    expect(
      new Set(
        of("Get-MailboxFolderPermission").map(({ parameters }) => JSON.stringify(parameters)),
      ),
    ).toEqual(
      new Set(
        mailboxes(23).map(({ Guid }, index) =>
          JSON.stringify({ Identity: `${String(Guid)}:id-${index}`, ResultSize: "Unlimited" }),
        ),
      ),
    );
    expect(
      asked.filter(({ cmdlet, isBatched }) => isBatched !== (cmdlet !== "Get-Mailbox")),
    ).toEqual([]);
    expect(sent.length).toBe(1 + 3 + 3);
  });

  it("are read while mailboxes still come", async () => {
    let pages = 0;
    const { exchange, asked } = answering((one) => {
      if (one.cmdlet !== "Get-Mailbox")
        return rows(one.cmdlet === "Get-MailboxFolderStatistics" ? folders(one) : entries(one));
      pages++;
      return rows(
        Array.from({ length: 10 }, (_, index) => mailboxRow(pages * 10 + index)),
        pages < 80 ? { "@odata.nextLink": `${endpoint}?%24skiptoken=page-${pages + 1}` } : {},
      );
    });
    const source = calendarsOf(types)({ exchange })[Symbol.asyncIterator]();
    for (let count = 0; count < 10; count++) await source.next();
    for (let turn = 0; turn < 20; turn++) await settled();
    expect(asked.filter(({ cmdlet }) => cmdlet === "Get-Mailbox").length).toBeLessThan(80);
    await source.return?.();
  });

  it("are never without entries: Default and Anonymous have one", async () => {
    const { exchange } = tenantOf({
      "Get-Mailbox": lookFor(2, []),
      "Get-MailboxFolderStatistics": folders,
      "Get-MailboxFolderPermission": (asked) => (indexOf(asked) === 1 ? [] : entries(asked)),
    });
    const [, empty] = await all(calendarsOf(types)({ exchange }));
    expect(empty && "fault" in empty ? empty.fault : undefined).toMatchObject({
      kind: "unexpected",
      message: expect.stringContaining("returned no entries for the calendar") as string,
    });
  });

  it("that cannot be read are reported with their mailbox, and the others continue", async () => {
    const { exchange } = tenantOf({
      "Get-Mailbox": lookFor(12, [5]),
      "Get-Recipient": lookFor(12, [5]),
      "Get-User": lookFor(12, [5]),
      "Get-MailboxFolderStatistics": (asked) =>
        ({
          1: denied,
          2: [],
          3: [{ FolderType: "User Created", FolderId: "x" }],
          4: [...folders(asked), ...folders(asked)],
          5: notFound(guidOf(5)),
        })[indexOf(asked)] ?? folders(asked),
      "Get-MailboxFolderPermission": (asked) =>
        ({ 6: denied, 7: notFound(`${guidOf(7)}:id-7`), 8: rows(entries(asked), thereIsMore) })[
          indexOf(asked)
        ] ?? entries(asked),
    });
    const found = await all(calendarsOf(types)({ exchange }));
    expect(found).toHaveLength(12);
    expect(inOrder(found).filter(([, what]) => typeof what === "string")).toEqual([
      ["Mailbox 1", "denied"],
      // A list without any folder proves nothing; one without a calendar does.
      ["Mailbox 2", "notReady"],
      ["Mailbox 4", "ambiguous"],
      ["Mailbox 5", "missing"],
      ["Mailbox 6", "denied"],
      ["Mailbox 7", "missing"],
      ["Mailbox 8", "unexpected"],
    ]);
    // One "not found" proves nothing: mailbox 7 still exists.
    expect(
      found.flatMap((one) =>
        "fault" in one && one.fault.kind === "missing"
          ? [[one.mailbox.DisplayName, one.fault.isProven]]
          : [],
      ),
    ).toEqual(
      expect.arrayContaining([
        ["Mailbox 5", true],
        ["Mailbox 7", false],
      ]),
    );
    // No one has a right on a calendar that a mailbox does not have yet.
    expect(
      inOrder(found)
        .filter(([, what]) => typeof what !== "string" && what.length === 0)
        .map(([name]) => name),
    ).toEqual(["Mailbox 3"]);
  });

  it("of mailboxes that the service cannot read yet are reported", async () => {
    const busy = refusal(
      400,
      "StorageException",
      "The mailbox couldn't be read from domain controller 'AM0PR01A01DC001.EURPR01A001.PROD.OUTLOOK.COM'.",
    );
    const { exchange } = tenantOf({
      "Get-Mailbox": () => mailboxes(2),
      "Get-MailboxFolderStatistics": (asked) => (indexOf(asked) === 1 ? busy : folders(asked)),
      "Get-MailboxFolderPermission": entries,
    });
    expect(inOrder(await all(calendarsOf(types)({ exchange })))[1]).toEqual([
      "Mailbox 1",
      "notReady",
    ]);
  });

  it("with many entries are read to the end", async () => {
    const { exchange } = tenantOf({
      "Get-Mailbox": () => mailboxes(2),
      "Get-MailboxFolderStatistics": folders,
      "Get-MailboxFolderPermission": (asked) => {
        const next = asked.url.includes("skiptoken")
          ? {}
          : { "@odata.nextLink": `${endpoint}?%24skiptoken=page-2-${indexOf(asked)}` };
        return rows(
          [
            {
              User: asked.url.includes("skiptoken") ? "Behind" : "Default",
              AccessRights: ["Reviewer"],
            },
          ],
          next,
        );
      },
    });
    for (const one of await all(calendarsOf(types)({ exchange })))
      expect("found" in one && one.found.map(({ user }) => user)).toEqual(["Default", "Behind"]);
  });

  it("are none in a tenant without such mailboxes", async () => {
    const { exchange, sent } = tenantOf({});
    expect(await all(calendarsOf(types)({ exchange }))).toEqual([]);
    // Each of two cmdlets is asked three times.
    expect(sent).toHaveLength(6);
  });

  it("are not requested without types, and not partial when the list of mailboxes breaks off", async () => {
    expect(await faultOf(() => calendarsOf([]))).toMatchObject({ kind: "invalid" });
    const broken = tenantOf({
      "Get-Mailbox": () => denied,
      "Get-MailboxFolderStatistics": folders,
      "Get-MailboxFolderPermission": entries,
    });
    expect(await faultOf(all(calendarsOf(types)(broken)))).toMatchObject({
      kind: "denied",
    });
    const cutOff = tenantOf({
      "Get-Mailbox": () => rows(mailboxes(3), thereIsMore),
      "Get-MailboxFolderStatistics": folders,
      "Get-MailboxFolderPermission": entries,
    });
    expect(await faultOf(all(calendarsOf(types)(cutOff)))).toMatchObject({
      kind: "unexpected",
    });
  });
});

describe("the regions of all mailboxes", () => {
  const regionAt = (index: number): Record<string, unknown> => ({
    Language: `xx-${index}`,
    TimeZone: "UTC",
    DateFormat: null,
    TimeFormat: null,
    DefaultFolderNameMatchingUserLanguage: true,
  });
  const region = (asked: Asked): Record<string, unknown>[] => [regionAt(indexOf(asked))];

  it.each([
    [true, { VerifyDefaultFolderNameLanguage: true }],
    [false, {}],
  ])("are read ten to a request; with folder names: %s", async (verify, more) => {
    const { exchange, asked, sent } = tenantOf({
      "Get-Mailbox": () => mailboxes(11),
      "Get-MailboxRegionalConfiguration": region,
    });
    expect(inOrder(await all(regionsOf(types, verify)({ exchange })))).toEqual(
      inOrder(
        mailboxes(11).map((_, index) => ({
          mailbox: mailboxRow(index) as never,
          found: regionAt(index),
        })),
      ),
    );
    expect(
      asked
        .filter(({ isBatched }) => isBatched)
        .map(({ cmdlet, parameters }) => ({ cmdlet, parameters })),
    ).toEqual(
      mailboxes(11).map(({ Guid }) => ({
        cmdlet: "Get-MailboxRegionalConfiguration",
        parameters: { Identity: Guid, ...more },
      })),
    );
    expect(sent).toHaveLength(3);
  });

  it("that cannot be read are reported with their mailbox, and the others continue", async () => {
    const { exchange } = tenantOf({
      "Get-Mailbox": lookFor(5, [2]),
      "Get-Recipient": lookFor(5, [2]),
      "Get-User": lookFor(5, [2]),
      "Get-MailboxRegionalConfiguration": (asked) =>
        ({ 1: denied, 2: notFound(guidOf(2)), 3: [], 4: [{ Language: "xx-4" }] })[indexOf(asked)] ??
        region(asked),
    });
    const found = await all(regionsOf(types, true)({ exchange }));
    expect(inOrder(found).filter(([, what]) => typeof what === "string")).toEqual([
      ["Mailbox 1", "denied"],
      ["Mailbox 2", "missing"],
      ["Mailbox 3", "unexpected"],
      ["Mailbox 4", "unexpected"],
    ]);
    expect(found).toHaveLength(5);
    const gone = found.find((one) => one.mailbox.DisplayName === "Mailbox 2");
    expect(gone && "fault" in gone ? gone.fault.isProven : undefined).toBe(true);
    const empty = found.find((one) => one.mailbox.DisplayName === "Mailbox 3");
    expect(empty && "fault" in empty ? empty.fault : undefined).toMatchObject(
      new Fault({
        kind: "unexpected",
        message: "Exchange Online returned no regional configuration.",
      }),
    );
  });

  it("are requested separately when a batch leaves them out", async () => {
    const { exchange, asked } = tenantOf(
      { "Get-Mailbox": () => mailboxes(3), "Get-MailboxRegionalConfiguration": region },
      { batch: (responses) => reply(200, { responses: responses.slice(1).reverse() }) },
    );
    expect(inOrder(await all(regionsOf(types, false)({ exchange })))).toHaveLength(3);
    expect(
      asked
        .filter(
          ({ cmdlet, isBatched }) => cmdlet === "Get-MailboxRegionalConfiguration" && !isBatched,
        )
        .map(indexOf),
    ).toEqual([0]);
  });
});
