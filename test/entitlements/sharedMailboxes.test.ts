import type { ExchangeTarget } from "../../lib/exchange/target.ts";
import { describe, expect, it } from "vitest";
import { textOf } from "../../lib/exchange/client/encoding.ts";
import type { Mailbox } from "../../lib/exchange/mailbox.ts";
import { rights, type RightName } from "../../lib/exchange/mailboxRight.ts";
import type { Configuration } from "../../lib/generated/types.ts";
import type { ReadingInput } from "../../lib/host/permissionActions.ts";
import {
  combinedRights,
  dynamicPermission,
  dynamicPermissions,
  keyOf,
  mailboxHolders,
  mailboxPart,
  mailboxPermissions,
  partOf,
  refuseOtherTypes,
  revocableRights,
  rightsOf,
} from "../../lib/entitlements/sharedMailboxes.ts";
import { guidOf, tenantOf } from "../exchange/answering.ts";
import { faultOf, notFound, reply, rows } from "../exchange/scripted.ts";
import { configuration as basic } from "../host/world.ts";

const combined: Configuration = {
  ...basic,
  SharedMailboxReference: "combined",
  SharedMailboxRights: ["FullAccess", "SendAs"],
  SharedMailboxTypes: ["SharedMailbox"],
  RecipientTypeDetails: ["UserMailbox"],
};
const separate: Configuration = { ...combined, SharedMailboxReference: "separate" };
const mailbox: Mailbox = {
  Guid: guidOf(10).toUpperCase(),
  DisplayName: "Sales",
  UserPrincipalName: "sales@contoso.com",
  PrimarySmtpAddress: "sales@contoso.com",
  RecipientTypeDetails: "SharedMailbox",
};
const { FullAccess, SendAs, SendOnBehalf } = rights;
/** A user who is no recipient, as the list of users has them. */
const stranger = {
  ...Object.fromEntries(
    ["Name", "DisplayName", "Sid", "SamAccountName", "UserPrincipalName", "LegacyExchangeDN"].map(
      (name) => [name, "stranger"],
    ),
  ),
  Guid: guidOf(90),
  DistinguishedName: "CN=stranger",
};
const silent = (): void => undefined;

describe("the permissions of a mailbox", () => {
  it("are one for the configured rights together", () => {
    for (const configuration of [
      combined,
      { ...combined, SharedMailboxReference: undefined } as unknown as Configuration,
    ]) {
      expect(mailboxPermissions(mailbox, configuration)).toEqual([
        {
          permission: { identification: { Id: mailbox.Guid }, name: "Shared Mailbox - Sales" },
          parts: [FullAccess, SendAs],
        },
      ]);
    }
  });

  it("can be one for each right", () => {
    expect(mailboxPermissions(mailbox, separate)).toEqual(
      (
        [
          ["FullAccess", " - Full Access"],
          ["SendAs", " - Send As"],
          ["SendOnBehalf", " - Send on Behalf"],
        ] as const
      ).map(([Permission, suffix]) => ({
        permission: {
          identification: { Id: mailbox.Guid, Permission },
          name: "Shared Mailbox - Sales",
          suffix,
        },
        parts: [rights[Permission]],
      })),
    );
  });

  it.each<[string, Configuration, RightName[]]>([
    ["", combined, ["FullAccess", "SendAs"]],
    ["", separate, ["FullAccess", "SendAs"]],
    ["sendonbehalf", combined, ["SendOnBehalf"]],
    ["FullAccess", separate, ["FullAccess"]],
  ])(
    "that name %j mean the right they name, or the configured rights",
    (named, configuration, expected) => {
      expect(rightsOf(named, configuration).map(({ name }) => name)).toEqual(expected);
    },
  );

  it("with an unknown right are refused", async () => {
    expect(await faultOf(() => rightsOf("Owner", combined))).toMatchObject({
      kind: "invalid",
      message: expect.stringMatching(
        /the right "Owner"; expected one of FullAccess, SendAs, SendOnBehalf\.$/,
      ) as string,
    });
  });

  it("are all revoked by a reference without a right, regardless of the configuration", () => {
    expect(revocableRights("")).toEqual([FullAccess, SendAs, SendOnBehalf]);
    expect(revocableRights("sendas")).toEqual([SendAs]);
  });

  it("are for mailboxes of the configured types", async () => {
    expect(() => refuseOtherTypes(mailbox, combined)).not.toThrow();
    expect(
      await faultOf(() =>
        refuseOtherTypes({ ...mailbox, RecipientTypeDetails: "RoomMailbox" }, combined),
      ),
    ).toMatchObject({
      kind: "invalid",
      message: expect.stringContaining(
        "is a RoomMailbox; the configuration (Shared mailbox types) allows SharedMailbox.",
      ) as string,
    });
  });
});

describe("a permission whose parts are rights", () => {
  it("can be a single one, or one for each right", () => {
    expect(dynamicPermissions(combined)).toEqual([
      {
        permission: { identification: { Reference: "smb" }, name: "Permission - Shared Mailbox" },
        rights: [FullAccess, SendAs],
        partNamesRight: true,
      },
    ]);
    expect(
      dynamicPermissions(separate).map(({ permission, rights: own, partNamesRight }) => [
        permission.identification,
        permission.name,
        own.length,
        partNamesRight,
      ]),
    ).toEqual([
      [{ Reference: "FullAccess" }, "Permission - Shared Mailbox - Full Access", 1, false],
      [{ Reference: "SendAs" }, "Permission - Shared Mailbox - Send As", 1, false],
      [{ Reference: "SendOnBehalf" }, "Permission - Shared Mailbox - Send on Behalf", 1, false],
    ]);
  });

  it.each<[string, Configuration, RightName[], boolean]>([
    ["smb", combined, ["FullAccess", "SendAs"], true],
    ["sendas", combined, ["SendAs"], false],
    ["SendOnBehalf", separate, ["SendOnBehalf"], false],
    ["", combined, ["FullAccess", "SendAs"], true],
    ["something else", combined, ["FullAccess", "SendAs"], true],
    ["SMB", separate, ["FullAccess", "SendAs"], true],
  ])("is meant by the reference %j", (reference, configuration, names, partNamesRight) => {
    expect(dynamicPermission(reference, configuration, silent)).toMatchObject({
      rights: names.map((name) => rights[name]),
      partNamesRight,
    });
  });

  it("is refused for a misspelt right, when there is a permission for each", async () => {
    expect(await faultOf(() => dynamicPermission("FullAcess", separate, silent))).toMatchObject({
      kind: "invalid",
      message: expect.stringContaining(
        'is "FullAcess"; expected one of FullAccess, SendAs, SendOnBehalf',
      ) as string,
    });
  });

  it.each<[string, string, Configuration, number]>([
    ["", "combined", combined, 0],
    ["smb", "combined", combined, 0],
    ["smb", "separate", separate, 0],
    ["SendAs", "separate", separate, 0],
    ["", "separate", separate, 1],
  ])(
    "by the reference %j is refused when permissions are %s: %#",
    (reference, _form, configuration, times) => {
      const said: string[] = [];
      dynamicPermission(reference, configuration, (level, message) =>
        said.push(`${level}: ${message}`),
      );
      expect(said).toEqual(
        Array.from(
          { length: times },
          () => expect.stringMatching(/^warning: The event does not name a right/) as string,
        ),
      );
    },
  );

  it("lists what it understands", () => {
    for (const configuration of [combined, separate]) {
      for (const listed of dynamicPermissions(configuration))
        expect(
          dynamicPermission(
            textOf(listed.permission.identification["Reference"]),
            configuration,
            silent,
          ),
        ).toMatchObject({ rights: listed.rights, partNamesRight: listed.partNamesRight });
    }
  });
});

describe("a part", () => {
  const one = {
    permission: { identification: {}, name: "x" },
    rights: [SendAs],
    partNamesRight: false,
  };
  const both = { ...one, rights: [FullAccess, SendAs], partNamesRight: true };

  it("names its right unless its permission does", () => {
    expect(mailboxPart(mailbox, SendAs, both)).toEqual({
      key: `SendAs-${guidOf(10)}`,
      name: "SendAs-Sales",
      reference: { Id: `SendAs-${mailbox.Guid}` },
    });
    expect(mailboxPart(mailbox, SendAs, one)).toEqual({
      key: `SendAs-${guidOf(10)}`,
      name: "Sales",
      reference: { Id: mailbox.Guid, Permission: "SendAs" },
    });
  });

  it.each([both, one])("is recognised by its reference", (dynamic) => {
    const { key, reference } = mailboxPart(mailbox, SendAs, dynamic);
    expect(partOf(reference.Id, "", dynamic)).toEqual({ mailboxId: mailbox.Guid, right: SendAs });
    expect(partOf(key, "", dynamic)).toEqual({ mailboxId: guidOf(10), right: SendAs });
  });

  const hexadecimal = "deadbeef-0000-4000-8000-00000000abcd";
  it.each<[string, string, { rights: typeof one.rights }, string | undefined]>([
    [`FullAccess-${guidOf(1)}`, "", both, `FullAccess-${guidOf(1)}`],
    [`sendonbehalf-${guidOf(10).toUpperCase()}`, "", both, `SendOnBehalf-${guidOf(10)}`],
    [`FullAccess-${guidOf(1)}`, "SendAs", one, `FullAccess-${guidOf(1)}`],
    [guidOf(1), "sendas", both, `SendAs-${guidOf(1)}`],
    [guidOf(1), "", one, `SendAs-${guidOf(1)}`],
    [guidOf(1), "FullAccess", one, `FullAccess-${guidOf(1)}`],
    [hexadecimal, "", one, `SendAs-${hexadecimal}`],
    [guidOf(1), "", both, undefined],
    [guidOf(1), "Owner", both, undefined],
    [`Owner-${guidOf(1)}`, "", one, undefined],
    [`FullAccess-${guidOf(1)}x`, "", both, undefined],
    [`FullAccess${guidOf(1)}`, "", both, undefined],
    ["FullAccess-sales@contoso.com", "", both, undefined],
    ["", "SendAs", both, undefined],
    [guidOf(1), "", { rights: [] }, undefined],
  ])("is read from %j beside %j", (id, named, dynamic, key) => {
    const part = partOf(id, named, dynamic);
    expect(part && keyOf(part.right.name, part.mailboxId)).toBe(key);
  });
});

describe("a holder of rights on shared mailboxes", () => {
  const [jan, piet] = [guidOf(51), guidOf(52)];
  const person = (
    Guid: string,
    Name: string,
    own: Record<string, unknown> = {},
  ): Record<string, unknown> => ({
    Guid,
    ExternalDirectoryObjectId: "",
    WindowsLiveID: "",
    PrimarySmtpAddress: "",
    Name,
    DisplayName: "",
    RecipientTypeDetails: "UserMailbox",
    ...own,
  });
  const people = [
    person(jan, "jan"),
    person(piet, "piet"),
    person(guidOf(53), "guest", { RecipientTypeDetails: "GuestMailUser" }),
    ...[54, 55].map((index) => person(guidOf(index), `n${index}`, { DisplayName: "Twice" })),
  ];
  const shared = (index: number): Record<string, unknown> => ({
    ...mailbox,
    Guid: guidOf(index),
    DisplayName: `Shared ${index}`,
    CustomAttribute2: `x${index}`,
  });

  /** What is given, said and thrown; `permissions` and `sendAs` are trustees by mailbox. */
  async function found(
    parts: (typeof FullAccess)[],
    {
      count = 1,
      where,
      permissions,
      sendAs = () => [],
    }: {
      count?: number;
      where?: { property: string; value: string };
      permissions(id: string): readonly string[] | ReturnType<typeof rows>;
      sendAs?(id: string): readonly string[];
    },
  ) {
    const { exchange } = tenantOf({
      // Mailbox 3 is found by no look for it.
      "Get-Mailbox": ({ parameters: { Identity: id } }) =>
        id === guidOf(3)
          ? notFound(id)
          : Array.from({ length: count }, (_, index) => shared(index + 1)),
      "Get-MailboxPermission": ({ parameters: { Identity: id } }) => {
        const trustees = permissions(textOf(id));
        return "status" in trustees
          ? trustees
          : trustees.map((User) => ({
              User,
              AccessRights: "FullAccess",
              Deny: false,
              IsInherited: false,
            }));
      },
      "Get-RecipientPermission": ({ parameters: { Identity: id } }) =>
        id === undefined
          ? []
          : sendAs(textOf(id)).map((Trustee) => ({
              Identity: "x",
              Trustee,
              AccessControlType: "Allow",
              AccessRights: ["SendAs"],
              IsInherited: false,
            })),
      "Get-Recipient": ({ parameters: { Identity: id } }) =>
        id === undefined ? people : notFound(textOf(id)),
      "Get-User": ({ parameters: { Identity: id } }) =>
        // No tenant is without users.
        id === undefined ? [stranger] : notFound(textOf(id)),
    });
    const said: string[] = [];
    const given: [string, string[]][] = [];
    const input: ReadingInput<ExchangeTarget, "SharedMailboxTypes" | "RecipientTypeDetails"> = {
      configuration: combined,
      log: (level, message) => said.push(`${level}: ${message}`),
      read: (query) => query({ exchange }),
      stream: (query) => query({ exchange }),
    };
    const fault = await faultOf(
      (async () => {
        for await (const {
          mailbox: { Guid },
          holdersOf,
        } of mailboxHolders({ wanted: parts, ...(where && { where }) }, input))
          given.push([Guid, holdersOf(parts)]);
        return "nothing went wrong";
      })(),
    ).catch(() => undefined);
    return { said, fault, given: Object.fromEntries(given) };
  }

  it("has all requested rights; partial holders are counted", async () => {
    expect(
      await found([FullAccess, SendAs], {
        count: 2,
        permissions: () => ["jan", "piet"],
        sendAs: (id) => (id === guidOf(1) ? ["piet", "n54"] : ["jan", "piet"]),
      }),
    ).toEqual({
      given: { [guidOf(1)]: [piet], [guidOf(2)]: [jan, piet] },
      fault: undefined,
      said: [
        "warning: Not imported: 2 cases in which an account has some, but not all, rights of an entitlement " +
          `(${guidOf(0x33)} on "Shared 1" <sales@contoso.com> (${guidOf(1)}), ` +
          `${guidOf(0x36)} on "Shared 1" <sales@contoso.com> (${guidOf(1)})). See the setting CombinedRightsImport.`,
      ],
    });
  });

  it("is every trustee when there is one right, without a warning", async () => {
    expect(await found([FullAccess], { permissions: () => ["jan", "piet"] })).toEqual({
      given: { [guidOf(1)]: [jan, piet] },
      fault: undefined,
      said: [],
    });
    expect(combinedRights({ ...combined, SharedMailboxRights: ["SendOnBehalf"] })).toEqual([
      SendOnBehalf,
    ]);
  });

  it("is listed only for mailboxes that have a value, when one is given", async () => {
    expect(
      (
        await found([FullAccess], {
          count: 3,
          where: { property: "CustomAttribute2", value: "x2" },
          permissions: () => ["jan"],
        })
      ).given,
    ).toEqual({ [guidOf(2)]: [jan] });
  });

  it("is never an unknown trustee: those are named, up to a limit", async () => {
    const { said } = await found([FullAccess], {
      permissions: () => Array.from({ length: 8 }, (_, index) => `S-1-5-21-${index}`),
    });
    expect(said).toEqual([
      expect.stringMatching(
        /8 entries of 8 trustees .*"S-1-5-21-7" on "Shared 1" <sales@contoso.com> \([^)]*\)\)\.$/,
      ),
    ]);
  });

  it("is not an unresolved trustee: those are counted by reason, and some are named", async () => {
    const gone = Array.from({ length: 10 }, (_, index) => `S-1-5-21-${index}`);
    const { said, given } = await found([FullAccess], {
      count: 2,
      permissions: (id) => ["guest", ...(id === guidOf(1) ? gone : [])],
    });
    expect(given).toEqual({ [guidOf(1)]: [], [guidOf(2)]: [] });
    const where = `"Shared 1" <sales@contoso.com> (${guidOf(1)})`;
    const eight = gone.slice(0, 8);
    expect(said.sort()).toEqual([
      "information: Not imported: 2 entries of 1 trustees that are not mailboxes of persons " +
        `("guest" on ${where}).`,
      "warning: Not imported: 10 entries of 10 trustees that match no recipient or user, such as accounts that no " +
        `longer exist (${eight.map((one) => `"${one}" on ${where}`).join(", ")} and 2 more).`,
    ]);
  });

  it("is listed for every mailbox that can be read; the others are named afterwards", async () => {
    const { given, fault } = await found([FullAccess], {
      count: 4,
      permissions(id) {
        if (id === guidOf(2)) return reply(403);
        return id === guidOf(3) ? notFound(guidOf(3)) : ["jan"];
      },
    });
    expect(given).toEqual({ [guidOf(1)]: [jan], [guidOf(4)]: [jan] });
    expect(fault).toMatchObject({
      kind: "denied",
      message: expect.stringContaining('1 mailbox could not be read ("Shared 2"') as string,
    });
  });
});
