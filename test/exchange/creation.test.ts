import { describe, expect, it } from "vitest";
import { recipientTypes } from "../../lib/generated/mailbox.ts";
import {
  confirmCreated,
  createdObject,
  creating,
  updating,
  type NewObject,
} from "../../lib/exchange/creation.ts";
import { assertNamesFree } from "../../lib/exchange/freeNames.ts";
import { groupOwner } from "../../lib/exchange/groupOwner.ts";
import {
  addressesOf,
  hasNameOfItsOwn,
  hasNames,
  type NamedObject,
} from "../../lib/exchange/namedObject.ts";
import { allObjects, distributionGroups, sharedMailboxes } from "../../lib/exchange/objectKinds.ts";
import { objectNames } from "../../lib/exchange/objectNames.ts";
import type { FaultKind } from "../../lib/fault.ts";
import { Fault } from "../../lib/fault.ts";
import { all, calledIn, guidOf, tenantOf, type Answering, type Asked } from "./answering.ts";
import { clientOf, cut, faultOf, notFound, refusal, reply, rows } from "./scripted.ts";

const names = objectNames("Care", "D-1", { prefix: "dg_", domain: "contoso.com" });
const object = (own: Record<string, unknown> = {}): Record<string, unknown> => ({
  Guid: guidOf(1),
  Name: "dg_Care",
  DisplayName: "dg_Care",
  Alias: "dg_Care",
  PrimarySmtpAddress: "dg_Care@contoso.com",
  EmailAddresses: ["SMTP:dg_Care@contoso.com", "X500:/o=x"],
  RecipientTypeDetails: "MailUniversalDistributionGroup",
  ExternalDirectoryObjectId: guidOf(2),
  IsDirSynced: false,
  CustomAttribute1: "",
  ...own,
});
const newObject = (own: Partial<NewObject> = {}): NewObject => ({
  kind: distributionGroups,
  names,
  alsoRead: ["CustomAttribute1"],
  check: () => undefined,
  whileWaiting: (wait) => wait(),
  ...own,
});
const missing = (): ReturnType<typeof notFound> => notFound(names.PrimarySmtpAddress);
/** A tenant in which the object is found at the `nth` look. */
const foundAt = (
  nth: number,
  holders: (asked: Asked) => readonly unknown[] = () => [],
): Answering => {
  let looks = 0;
  return tenantOf(
    {
      "Get-DistributionGroup": () => (++looks < nth ? missing() : [object()]),
      "Get-Recipient": holders,
    },
    { remainingMs: 600_000 },
  );
};

describe("every object of a kind", () => {
  it("is requested with every property that names could clash with", async () => {
    const { exchange, asked } = tenantOf({
      "Get-DistributionGroup": () => [object()],
      "Get-Mailbox": () => [
        object({ RecipientTypeDetails: "SharedMailbox", UserPrincipalName: "x" }),
      ],
    });
    expect(
      (await all(allObjects(distributionGroups, ["CustomAttribute1"])({ exchange }))).map(
        ({ Guid, EmailAddresses }) => [Guid, EmailAddresses],
      ),
    ).toEqual([[guidOf(1), ["SMTP:dg_Care@contoso.com", "X500:/o=x"]]]);
    expect(await all(allObjects(sharedMailboxes, ["CustomAttribute1"])({ exchange }))).toHaveLength(
      1,
    );
    expect(
      asked.map(({ cmdlet, parameters }) => [
        cmdlet,
        parameters["RecipientTypeDetails"],
        parameters["ResultSize"],
        parameters["Filter"],
      ]),
    ).toEqual([
      [
        "Get-DistributionGroup",
        ["MailUniversalDistributionGroup", "MailUniversalSecurityGroup", "RoomList"],
        "Unlimited",
        "IsDirSynced -eq 'False'",
      ],
      ["Get-Mailbox", ["SharedMailbox"], "Unlimited", undefined],
    ]);
    for (const { url } of asked)
      for (const property of [
        "Name",
        "Alias",
        "EmailAddresses",
        "ExternalDirectoryObjectId",
        "CustomAttribute1",
      ])
        expect(
          new URL(url).searchParams
            .get("$select")
            ?.split(",")
            .filter((one) => one === property),
          property,
        ).toEqual([property]);
  });

  it("is a fault when a name is missing: the object would be created again", async () => {
    const { exchange } = tenantOf({
      "Get-DistributionGroup": () => [object({ Alias: undefined })],
    });
    expect(await faultOf(all(allObjects(distributionGroups, [])({ exchange })))).toMatchObject({
      kind: "unexpected",
      message: expect.stringContaining("did not return Alias of a group") as string,
    });
  });

  it("has its addresses without prefix, and other kinds of address left out", () => {
    expect(
      addressesOf({
        EmailAddresses: ["SMTP:A@b.c", "smtp:d@b.c", "X500:/o", "SIP:a@b.c"],
        PrimarySmtpAddress: "A@b.c",
      } as unknown as NamedObject),
    ).toEqual(["a@b.c", "d@b.c", "a@b.c"]);
  });
});

describe("the comparison of an object's names", () => {
  it.each<[string, Record<string, unknown>, boolean]>([
    ["its own", {}, true],
    ["in another case", { Name: "DG_CARE", PrimarySmtpAddress: "DG_care@Contoso.com" }, true],
    ["a mail-enabled security group", { RecipientTypeDetails: "MailUniversalSecurityGroup" }, true],
    ["a name the service gave it", { Name: guidOf(2).toUpperCase() }, true],
    ["another name", { Name: "Care" }, false],
    ["another address", { PrimarySmtpAddress: "care@contoso.com" }, false],
    ["another type", { RecipientTypeDetails: "RoomList" }, false],
  ])("%s", (_what, own, expected) => {
    expect(hasNames(names, object(own) as unknown as NamedObject, distributionGroups)).toBe(
      expected,
    );
  });

  it("ignores a name that the service assigned", () => {
    expect(hasNameOfItsOwn(object() as unknown as NamedObject)).toBe(true);
    expect(hasNameOfItsOwn(object({ Name: guidOf(2) }) as unknown as NamedObject)).toBe(false);
  });
});

describe("a new object", () => {
  it("is looked up by its address until it is found, with increasing waits", async () => {
    const { exchange, time, asked } = foundAt(8);
    expect(await createdObject(newObject())({ exchange })).toMatchObject({
      Guid: guidOf(1),
      CustomAttribute1: "",
    });
    expect(time.waits).toEqual([500, 1_000, 2_000, 4_000, 5_000, 5_000, 5_000]);
    expect(new Set(asked.map(({ parameters }) => JSON.stringify(parameters)))).toEqual(
      new Set([JSON.stringify({ Identity: names.PrimarySmtpAddress })]),
    );
  });

  it("lets others continue while it waits", async () => {
    const { exchange, time } = foundAt(3);
    let stepped = 0;
    await createdObject(
      newObject({
        whileWaiting: async (wait) => {
          stepped++;
          await wait();
        },
      }),
    )({ exchange });
    expect([stepped, time.waits.length]).toEqual([2, 2]);
  });

  it("is waited for until the deadline at most", async () => {
    const { exchange } = tenantOf({ "Get-DistributionGroup": missing }, { remainingMs: 10_000 });
    expect(await faultOf(createdObject(newObject())({ exchange }))).toMatchObject({
      kind: "notReady",
      message: expect.stringMatching(
        /^The group dg_Care@contoso\.com was not found yet\. .*would exceed the remaining time/,
      ) as string,
    });
  });

  it.each<[string, Record<string, unknown>]>([
    ["of another type", { RecipientTypeDetails: "RoomList" }],
    ["of another name", { Name: "x" }],
  ])("is not what has the address and is %s", async (_what, own) => {
    const { exchange } = tenantOf({
      "Get-DistributionGroup": () => [object({ DisplayName: "Other", ...own })],
    });
    expect(await faultOf(createdObject(newObject())({ exchange }))).toMatchObject({
      kind: "invalid",
      message: expect.stringContaining('is taken by "Other"') as string,
    });
  });

  it("is checked by the caller", async () => {
    const foreign = new Fault({ kind: "invalid", message: "not this one" });
    expect(
      await faultOf(
        createdObject(
          newObject({
            check: () => {
              throw foreign;
            },
          }),
        )(foundAt(1)),
      ),
    ).toBe(foreign);
  });
});

describe("an object whose creation failed", () => {
  const failing = (kind: FaultKind): Fault =>
    new Fault({ kind, message: "It failed.", requestId: "r" });
  const after = (kind: FaultKind, tenant: Answering): Promise<unknown> =>
    confirmCreated(newObject(), failing(kind))(tenant);

  it.each<[FaultKind, string]>([
    ["unavailable", "done"],
    ["unexpected", "done"],
    ["taken", "alreadySo"],
  ])("with %s is %s when it is found after a while", async (kind, became) => {
    const tenant = foundAt(4);
    expect(await after(kind, tenant)).toBe(became);
    expect(tenant.asked.some(({ cmdlet }) => cmdlet.startsWith("New-"))).toBe(false);
  });

  it.each<FaultKind>(["denied", "invalid", "throttled", "ambiguous"])(
    "with %s was refused, and is not looked for",
    async (kind) => {
      const tenant = foundAt(1);
      expect(await faultOf(after(kind, tenant))).toMatchObject({ kind, message: "It failed." });
      expect(tenant.asked).toEqual([]);
    },
  );

  it.each<[FaultKind, string]>([
    ["unavailable", "if not, the next run creates it"],
    ["taken", "created a moment ago, the next run finds"],
  ])("with %s and not found is left to the next run", async (kind, text) => {
    const { exchange, time } = foundAt(1_000);
    const fault = await faultOf(confirmCreated(newObject(), failing(kind))({ exchange }));
    expect(fault).toMatchObject({
      kind,
      requestId: "r",
      message: expect.stringMatching(
        new RegExp(
          `^It failed\\. The group dg_Care@contoso\\.com was not found within 30 s\\. .*${text}`,
        ),
      ) as string,
    });
    expect(time.waits.reduce((sum, ms) => sum + ms)).toBeLessThanOrEqual(30_000);
  });

  it("has an unknown outcome when it cannot be looked up", async () => {
    const { exchange } = tenantOf({
      "Get-DistributionGroup": () => refusal(400, "CommandNotFoundException", "x"),
    });
    expect(
      await faultOf(confirmCreated(newObject(), failing("unavailable"))({ exchange })),
    ).toMatchObject({
      kind: "unavailable",
      message: expect.stringMatching(/^It failed\. Exchange Online refused/) as string,
    });
  });

  it("because its names are taken reports the holder at once", async () => {
    const { exchange, time } = foundAt(1_000, () => [
      object({
        Guid: guidOf(7),
        DisplayName: "Cor",
        RecipientTypeDetails: "MailContact",
        PrimarySmtpAddress: "cor@contoso.com",
      }),
    ]);
    expect(
      await faultOf(confirmCreated(newObject(), failing("taken"))({ exchange })),
    ).toMatchObject({
      kind: "invalid",
      message:
        'The name "dg_Care" or the address dg_Care@contoso.com is taken by "Cor" ' +
        `<cor@contoso.com> (${guidOf(7)}), a MailContact.`,
    });
    expect(time.waits).toEqual([]);
  });

  it("is sent once when its answer is lost", async () => {
    const lost = clientOf([cut(), rows([object()])]);
    const fault = await faultOf(
      lost.exchange.invoke({
        cmdlet: "New-DistributionGroup",
        parameters: distributionGroups.creating(names, guidOf(9)).parameters as Parameters<
          typeof lost.exchange.invoke
        >[0]["parameters"],
      }),
    );
    expect(fault).toMatchObject({
      kind: "unavailable",
      message: expect.stringContaining("it was not sent again") as string,
    });
    expect(await confirmCreated(newObject(), fault)(lost)).toBe("done");
    expect(lost.sent.map((request) => calledIn(request).CmdletName)).toEqual([
      "New-DistributionGroup",
      "Get-DistributionGroup",
    ]);
  });

  it.each([
    ["ADObjectAlreadyExistsException", "The object 'x' already exists."],
    ["ProxyAddressExistsException", "x"],
    ["WLCDManagedMemberExistsException", "x"],
    [
      "RecipientTaskException",
      'The value "x" of property "Alias" is used by another recipient object.',
    ],
  ])("is recognised by the class or text of %s, for a New- cmdlet only", async (type, text) => {
    const refused = (cmdlet: string): Promise<Fault> =>
      faultOf(
        clientOf([refusal(400, type, text)]).exchange.invoke({
          cmdlet,
          parameters: { Identity: "x" },
        }),
      );
    expect((await refused("New-Mailbox")).kind).toBe("taken");
    expect((await refused("Set-Mailbox")).kind).toBe("invalid");
  });
});

describe("the holder of a name", () => {
  const refused = async (
    live: Record<string, unknown>[],
    deleted: Record<string, unknown>[] = [],
  ): Promise<string | undefined> => {
    const { exchange, asked } = tenantOf({
      "Get-Recipient": ({ parameters }) =>
        parameters["IncludeSoftDeletedRecipients"] === true ? deleted : live,
    });
    const message = await assertNamesFree(
      names,
      distributionGroups,
    )({ exchange }).then(
      () => undefined,
      (thrown: unknown) => Fault.of(thrown).message,
    );
    for (const { parameters } of asked)
      expect(parameters["RecipientTypeDetails"]).toEqual(recipientTypes);
    return message;
  };
  const other = {
    Guid: guidOf(7),
    DisplayName: "Other",
    Name: "Other",
    Alias: "other",
    PrimarySmtpAddress: "other@contoso.com",
    EmailAddresses: ["SMTP:other@contoso.com"],
    RecipientTypeDetails: "MailContact",
  };

  it.each<[string, Record<string, unknown>]>([
    ["name", { Name: "DG_CÁRE" }],
    ["alias", { Alias: "DG_care" }],
    ["address", { EmailAddresses: ["SMTP:other@contoso.com", "smtp:DG_CARE@contoso.com"] }],
    ["sign-in name", { WindowsLiveID: "dg_care@contoso.com" }],
  ])("reports the %s", async (_what, own) => {
    expect(await refused([object({ ...other, ...own })])).toContain(
      'taken by "Other" <other@contoso.com>',
    );
  });

  it("is not an object that only resembles the name, nor the requested object itself", async () => {
    expect(await refused([object(other), object()])).toBeUndefined();
  });

  it("may be a deleted object for an address, but not for a name", async () => {
    expect(
      await refused([], [object({ ...other, Name: "dg_Care", Alias: "dg_Care" })]),
    ).toBeUndefined();
    expect(
      await refused([], [object({ ...other, EmailAddresses: ["smtp:dg_care@contoso.com"] })]),
    ).toMatch(/taken by "Other".*, a deleted MailContact\.$/);
  });

  it("is requested with quotes doubled", async () => {
    const { exchange, asked } = tenantOf({});
    await assertNamesFree(
      { ...names, Name: "dg_O'Brien" },
      distributionGroups,
    )({
      exchange,
    });
    expect(asked[0]?.parameters["Filter"]).toContain("(Name -eq 'dg_O''Brien')");
  });
});

describe("a change", () => {
  it("that creates a group names its owner, and bypasses the naming policy", () => {
    expect(creating(distributionGroups, names, guidOf(9))).toEqual({
      target: "exchange",
      operation: "New-DistributionGroup",
      parameters: { ...names, ManagedBy: [guidOf(9)], IgnoreNamingPolicy: true },
      sentence: 'Create group "dg_Care" <dg_Care@contoso.com>',
      before: {},
    });
    expect(creating(sharedMailboxes, names, undefined)).toEqual({
      target: "exchange",
      operation: "New-Mailbox",
      parameters: { ...names, Shared: true },
      sentence: 'Create shared mailbox "dg_Care" <dg_Care@contoso.com>',
      before: {},
    });
  });

  it("of an existing one uses its id, and records the values before", () => {
    const { isInEffect: _, ...step } = updating(
      distributionGroups,
      object() as unknown as NamedObject,
      { CustomAttribute1: "D-1", Other: "x" },
    );
    expect(step).toEqual({
      target: "exchange",
      operation: "Set-DistributionGroup",
      parameters: { Identity: guidOf(1), CustomAttribute1: "D-1", Other: "x" },
      sentence: `Set CustomAttribute1, Other of group "dg_Care" <dg_Care@contoso.com> (${guidOf(1)})`,
      before: { CustomAttribute1: "" },
    });
  });

  it.each<[string, Record<string, unknown>, boolean]>([
    ["all of its values are there", { CustomAttribute1: "D-1", Hidden: true }, true],
    ["a text differs", { CustomAttribute1: "D-2", Hidden: true }, false],
    ["a switch differs", { CustomAttribute1: "D-1", Hidden: false }, false],
  ])("is in effect or not: %s", async (_name, present, expected) => {
    const { isInEffect } = updating(distributionGroups, object() as unknown as NamedObject, {
      CustomAttribute1: "D-1",
      Hidden: true,
    });
    expect(await isInEffect?.(clientOf([rows([{ Guid: guidOf(1), ...present }])]))).toBe(expected);
  });

  it("of an object that does not exist yet uses its address, and shows no id", () => {
    expect(updating(sharedMailboxes, names, { CustomAttribute1: "D-1" })).toEqual({
      target: "exchange",
      operation: "Set-Mailbox",
      parameters: { Identity: "dg_Care@contoso.com", CustomAttribute1: "D-1" },
      sentence: 'Set CustomAttribute1 of shared mailbox "dg_Care" <dg_Care@contoso.com>',
      before: {},
    });
  });

  it.each([
    [{ DisplayName: "New", Name: "new" }, "New"],
    [{ Name: "new" }, "new"],
  ])("of names is a rename: %j", (values, shown) => {
    expect(updating(distributionGroups, object() as unknown as NamedObject, values)).toMatchObject({
      parameters: { ...values, IgnoreNamingPolicy: true },
      sentence: expect.stringMatching(
        new RegExp(`^Rename group "dg_Care" .* to "${shown}"$`),
      ) as string,
    });
    expect(
      updating(sharedMailboxes, object() as unknown as NamedObject, values).parameters,
    ).toEqual({ Identity: guidOf(1), ...values });
  });

  it("of a security group bypasses its managers", () => {
    expect(
      updating(
        distributionGroups,
        object({ RecipientTypeDetails: "MailUniversalSecurityGroup" }) as unknown as NamedObject,
        { CustomAttribute2: "m" },
      ).parameters,
    ).toEqual({
      Identity: guidOf(1),
      CustomAttribute2: "m",
      BypassSecurityGroupManagerCheck: true,
    });
  });
});

describe("the owner of groups", () => {
  const owner = (answer: readonly unknown[] | ReturnType<typeof reply>): Promise<string> =>
    groupOwner("boss@contoso.com")(tenantOf({ "Get-Recipient": () => answer }));

  it.each([
    "UserMailbox",
    "SharedMailbox",
    "MailUser",
    "GuestMailUser",
    "MailUniversalSecurityGroup",
  ])("can be a %s", async (RecipientTypeDetails) => {
    expect(await owner([{ Guid: guidOf(3), RecipientTypeDetails }])).toBe(guidOf(3));
  });

  it.each(["*", "(&(objectClass=*))", " ", "<boss>", "''", "The Boss", "*@contoso.com", "boss"])(
    "is looked up by an address or a GUID, and not by %s",
    async (identity) => {
      const tenant = tenantOf({});
      expect(await faultOf(() => groupOwner(identity)(tenant))).toMatchObject({ kind: "invalid" });
      expect(tenant.asked).toEqual([]);
    },
  );

  it.each([
    "MailContact",
    "MailUniversalDistributionGroup",
    "GroupMailbox",
    "DynamicDistributionGroup",
    "PublicFolderMailbox",
    "",
  ])("cannot be a %s", async (RecipientTypeDetails) => {
    expect(await faultOf(owner([{ Guid: guidOf(3), RecipientTypeDetails }]))).toMatchObject({
      kind: "invalid",
      message: expect.stringContaining("expected a mailbox") as string,
    });
  });

  it("must exist and be unambiguous", async () => {
    expect(await faultOf(owner([]))).toMatchObject({
      kind: "invalid",
      message: expect.stringContaining("boss@contoso.com, does not exist") as string,
    });
    expect(await faultOf(owner(notFound("boss@contoso.com")))).toMatchObject({ kind: "invalid" });
    expect(await faultOf(owner([{ Guid: guidOf(3) }, { Guid: guidOf(4) }]))).toMatchObject({
      kind: "ambiguous",
    });
    expect(await faultOf(owner(refusal(400, "CommandNotFoundException", "x")))).toMatchObject({
      kind: "denied",
    });
  });
});
