import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Mailbox } from "../../lib/exchange/mailbox.ts";
import { applySettings, differenceOf, propertiesFor } from "../../lib/exchange/mailboxChange.ts";
import { settingsFrom } from "../../lib/exchange/settings.ts";
import { liveTenant, type Live } from "./live.ts";
import { answering } from "./answering.ts";
import { faultOf, rows } from "./scripted.ts";
import type { ExchangeStep } from "../../lib/exchange/target.ts";

const id = "0b1ec700-0000-4000-8000-000000000001";
const shown = `"Jan" <jan@contoso.com> (${id})`;
const mailbox = (own: Record<string, unknown> = {}): Mailbox => ({
  Guid: id,
  DisplayName: "Jan",
  UserPrincipalName: "jan@contoso.com",
  PrimarySmtpAddress: "jan@contoso.com",
  RecipientTypeDetails: "UserMailbox",
  IsDirSynced: false,
  IsExchangeCloudManaged: false,
  ...own,
});
const settings = (fields: Record<string, unknown>): ReturnType<typeof settingsFrom> =>
  settingsFrom(Object.entries(fields));

describe("the read before settings are compared", () => {
  it("covers each setting's property, and what masters it", () => {
    expect(propertiesFor(settings({ Type: "Shared", CustomAttribute1: "x" }))).toEqual([
      "RecipientTypeDetails",
      "CustomAttribute1",
      "IsDirSynced",
      "IsExchangeCloudManaged",
    ]);
    expect(propertiesFor([])).toEqual([]);
  });

  it.each(["CustomAttribute1", "IsDirSynced"])("requires an answer with %s", async (name) => {
    const wanted = settings({ CustomAttribute1: "x" });
    expect(
      await faultOf(() =>
        differenceOf(mailbox({ CustomAttribute1: "", [name]: undefined }), wanted),
      ),
    ).toMatchObject({
      kind: "unexpected",
      message: `Exchange Online did not return ${name} of mailbox ${shown}, so it cannot be compared.`,
    });
  });

  it("is empty when there are no settings", () => {
    const present = mailbox({ IsDirSynced: undefined });
    expect(differenceOf(present, [])).toEqual({
      change: undefined,
      after: present,
      refused: undefined,
    });
  });
});

describe("the difference between a mailbox and its settings", () => {
  it("is one change with the differences, the values before, and the mailbox afterwards", () => {
    const present = mailbox({ CustomAttribute1: "a", Office: "Nijmegen", ResourceCapacity: null });
    expect(
      differenceOf(
        present,
        settings({ CustomAttribute1: "b", Office: "Nijmegen", ResourceCapacity: "8" }),
      ),
    ).toEqual({
      change: {
        target: "exchange",
        isInEffect: expect.any(Function) as unknown,
        operation: "Set-Mailbox",
        parameters: { Identity: id, CustomAttribute1: "b", ResourceCapacity: 8 },
        sentence: `Set CustomAttribute1, ResourceCapacity of mailbox ${shown}`,
        before: { CustomAttribute1: "a", ResourceCapacity: null },
      },
      after: { ...present, CustomAttribute1: "b", ResourceCapacity: 8 },
      refused: undefined,
    });
    expect(present["CustomAttribute1"]).toBe("a");
  });

  it("is described by the names of its settings, never by their values", () => {
    const { change } = differenceOf(
      mailbox({ CustomAttribute1: "", HiddenFromAddressListsEnabled: false }),
      settings({ CustomAttribute1: "secret", HiddenFromAddressListsEnabled: "true" }),
    );
    expect(change?.sentence).toBe(
      `Set CustomAttribute1, HiddenFromAddressListsEnabled of mailbox ${shown}`,
    );
  });

  it.each([
    ["true", `Hide mailbox ${shown} from the address lists`],
    ["false", `Show mailbox ${shown} in the address lists`],
  ])("is described in plain words when only visibility changes to %s", (value, sentence) => {
    const present = mailbox({ HiddenFromAddressListsEnabled: value === "true" ? "False" : "True" });
    expect(
      differenceOf(present, settings({ HiddenFromAddressListsEnabled: value })).change?.sentence,
    ).toBe(sentence);
  });

  it.each([
    [{ EmailAddresses: ["SMTP:new@contoso.com"] }, "new@contoso.com"],
    [{ EmailAddresses: ["new@contoso.com"] }, "jan@contoso.com"],
    [{ WindowsEmailAddress: "new@contoso.com" }, "new@contoso.com"],
  ])("shows the primary address that results from %j", (fields, primary) => {
    const { after } = differenceOf(
      mailbox({ EmailAddresses: ["SMTP:jan@contoso.com"], WindowsEmailAddress: "jan@contoso.com" }),
      settings(fields),
    );
    expect(after["PrimarySmtpAddress"]).toBe(primary);
  });

  it("leaves the primary address as it shows when no entry is marked as such", () => {
    expect(
      differenceOf(
        mailbox({ EmailAddresses: [] }),
        settings({ EmailAddresses: ["new@contoso.com"] }),
      ).after["PrimarySmtpAddress"],
    ).toBe("jan@contoso.com");
  });

  it("shows the type by its other name", () => {
    expect(differenceOf(mailbox(), settings({ Type: "Shared" }))).toMatchObject({
      change: { parameters: { Type: "Shared" }, before: { RecipientTypeDetails: "UserMailbox" } },
      after: { RecipientTypeDetails: "SharedMailbox" },
    });
  });
});

describe("a synchronised mailbox", () => {
  const present = mailbox({
    IsDirSynced: true,
    CustomAttribute15: "",
    HiddenFromAddressListsEnabled: false,
    DisplayName: "Jan",
    LitigationHoldEnabled: false,
  });
  const fields = {
    CustomAttribute15: "x",
    LitigationHoldEnabled: "true",
    HiddenFromAddressListsEnabled: "true",
    DisplayName: "Jan 2",
  };

  it("accepts what the cloud masters, and names the attributes of the rest", () => {
    const { change, after, refused } = differenceOf(present, settings(fields));
    expect(change?.parameters).toEqual({ Identity: id, LitigationHoldEnabled: true });
    expect(after).toEqual({ ...present, LitigationHoldEnabled: true });
    expect(refused).toMatchObject({
      kind: "onPremises",
      message:
        `Mailbox ${shown} is synchronised from Active Directory, which masters ` +
        "CustomAttribute15 (attribute extensionAttribute15), " +
        "HiddenFromAddressListsEnabled (attribute msExchHideFromAddressLists), " +
        "DisplayName (attribute displayName): change them there.",
    });
  });

  it.each([true, "True"])(
    "that is managed in the cloud (%j) accepts everything but the person's identity",
    (IsExchangeCloudManaged) => {
      const { change, refused } = differenceOf(
        { ...present, IsExchangeCloudManaged },
        settings(fields),
      );
      expect(change?.parameters).toEqual({
        Identity: id,
        CustomAttribute15: "x",
        LitigationHoldEnabled: true,
        HiddenFromAddressListsEnabled: true,
      });
      expect(refused?.message).toBe(
        `Mailbox ${shown} is synchronised from Active Directory, which masters DisplayName ` +
          "(attribute displayName): change it there.",
      );
    },
  );

  it.each([undefined, null, "", false, "False"])(
    "that does not show it is managed in the cloud (%j) is treated as synchronised",
    (IsExchangeCloudManaged) => {
      expect(
        differenceOf(
          { ...present, IsExchangeCloudManaged },
          settings({ HiddenFromAddressListsEnabled: "true" }),
        ),
      ).toMatchObject({ change: undefined, refused: { kind: "onPremises" } });
    },
  );

  it("is also recognised from text", () => {
    expect(
      differenceOf(
        { ...present, IsDirSynced: "True" },
        settings({ HiddenFromAddressListsEnabled: "true" }),
      ).refused?.kind,
    ).toBe("onPremises");
  });

  it("is not refused for a value that is already right", () => {
    expect(
      differenceOf(
        present,
        settings({ HiddenFromAddressListsEnabled: "false", DisplayName: "Jan" }),
      ),
    ).toEqual({ change: undefined, after: present, refused: undefined });
  });
});

describe("bringing a mailbox to its settings", () => {
  const present = mailbox({
    EmailAddresses: ["SMTP:jan@contoso.com", "smtp:own@contoso.com"],
    WindowsEmailAddress: "jan@contoso.com",
    CustomAttribute1: "",
  });
  const holder = (own: Record<string, unknown>): Record<string, unknown> => ({
    Guid: id.replace("1", "2"),
    DisplayName: "Els",
    PrimarySmtpAddress: "els@contoso.com",
    RecipientTypeDetails: "MailContact",
    EmailAddresses: ["SMTP:els@contoso.com", "smtp:New@contoso.com"],
    ...own,
  });

  /** What `bring` asked for and sent, with one recipient found for each address. */
  async function brought(
    fields: Record<string, unknown>,
    found: Record<string, unknown>[],
  ): Promise<{ sent: string[]; changes: ExchangeStep[]; after: unknown }> {
    const { exchange, asked } = answering(() => rows(found));
    const changes: ExchangeStep[] = [];
    const { after } = await applySettings(present, settings(fields), {
      read: (query) => query({ exchange }),
      changeAll(steps) {
        changes.push(...(steps as ExchangeStep[]));
        return Promise.resolve(steps.map(() => "done"));
      },
    });
    return {
      sent: asked.map(({ parameters }) => String(parameters["Filter"])),
      changes,
      after,
    };
  }

  it("reads nothing more and sends one change when no address is new", async () => {
    expect(await brought({ CustomAttribute1: "x" }, [])).toMatchObject({
      sent: [],
      changes: [{ parameters: { CustomAttribute1: "x" } }],
      after: { CustomAttribute1: "x" },
    });
    expect(await brought({ CustomAttribute1: "" }, [])).toEqual({
      sent: [],
      changes: [],
      after: present,
    });
    expect(await brought({ EmailAddresses: ["SMTP:OWN@contoso.com"] }, [])).toMatchObject({
      sent: [],
      changes: [{}],
    });
  });

  it("looks up every new address once, but not those the mailbox has", async () => {
    expect(
      (
        await brought(
          {
            EmailAddresses: [
              "SMTP:o'new@contoso.com",
              "smtp:own@contoso.com",
              "smtp:second@contoso.com",
            ],
          },
          [],
        )
      ).sent,
    ).toEqual([
      "EmailAddresses -eq 'smtp:o''new@contoso.com'",
      "EmailAddresses -eq 'smtp:second@contoso.com'",
    ]);
    expect((await brought({ WindowsEmailAddress: "new@contoso.com" }, [])).sent).toEqual([
      "EmailAddresses -eq 'smtp:new@contoso.com'",
    ]);
  });

  it("names the holder of an address, and sends nothing then", async () => {
    const message =
      'The address new@contoso.com is already used by "Els" <els@contoso.com> ' +
      `(MailContact, ${id.replace("1", "2")}).`;
    expect(
      await faultOf(
        brought({ EmailAddresses: ["new@contoso.com"], CustomAttribute1: "x" }, [holder({})]),
      ),
    ).toMatchObject({ kind: "invalid", message });
    expect(
      await faultOf(
        brought({ WindowsEmailAddress: "new@contoso.com" }, [
          holder({ Guid: id.toUpperCase() }),
          holder({}),
        ]),
      ),
    ).toMatchObject({ kind: "invalid", message });
  });

  it.each<[string, Record<string, unknown>]>([
    ["the mailbox itself, whose Guid is written otherwise", { Guid: id.toUpperCase() }],
    [
      "one that the filter found but that has another address",
      { EmailAddresses: ["SMTP:néw@contoso.com"] },
    ],
    ["one that has it as another kind of address", { EmailAddresses: ["SIP:new@contoso.com"] }],
  ])("takes no notice of %s", async (_name, own) => {
    expect(
      (await brought({ EmailAddresses: ["new@contoso.com"] }, [holder(own)])).changes,
    ).toHaveLength(1);
  });

  it("does not treat a holder without addresses in the answer as no holder", async () => {
    expect(
      await faultOf(
        brought({ EmailAddresses: ["new@contoso.com"] }, [holder({ EmailAddresses: undefined })]),
      ),
    ).toMatchObject({
      kind: "unexpected",
      message: expect.stringContaining(
        'did not return EmailAddresses of recipient "Els"',
      ) as string,
    });
  });
});

describe("in the emulator's tenant", () => {
  let live: Live;
  beforeAll(async () => (live = await liveTenant()));
  afterAll(() => live.close());
  beforeEach(() => live.reset());

  async function run(
    name: string,
    fields: Record<string, unknown>,
  ): Promise<Record<string, unknown>> {
    const wanted = settings(fields);
    return await applySettings(await live.mailbox(name, propertiesFor(wanted)), wanted, live.gate);
  }

  it.each<[name: string, mapped: unknown]>([
    ["HiddenFromAddressListsEnabled", "True"],
    ["MessageCopyForSentAsEnabled", "true"],
    ["ResourceCapacity", "12"],
    ["ProhibitSendQuota", "20 GB"],
    ["IssueWarningQuota", "1.5 GB"],
    ["ProhibitSendReceiveQuota", "53687091201 B"],
    ["MaxReceiveSize", "20MB"],
    ["MaxSendSize", "3402 B"],
    ["RulesQuota", "64 KB"],
    ["RecipientLimits", "250"],
    ["LitigationHoldDuration", "365"],
    ["AuditLogAgeLimit", "12:30:00"],
    ["RetainDeletedItemsFor", "30"],
    ["StartDateForRetentionHold", "2026-07-01T06:00:00.5+02:00"],
    ["EndDateForRetentionHold", "2026-07-01"],
    ["Type", "shared"],
    ["ExternalOofOptions", "internalonly"],
    ["SendModerationNotifications", "NEVER"],
    ["CustomAttribute15", 'O\'Brien & "Søn" 🦊'],
    ["MailTip", "Not  read\nany more"],
    ["Office", "Nijmegen"],
    ["SimpleDisplayName", "Aoife"],
    ["Alias", "aoife.byrne"],
    ["DisplayName", "Aoife Byrne"],
    ["Name", "Aoife Byrne"],
    ["ForwardingSmtpAddress", "SMTP:Away@fabrikam.com"],
    ["WindowsEmailAddress", "Aoife.Byrne@contoso.com"],
    ["ExtensionCustomAttribute1", "b;a"],
    ["Languages", ["nl-NL", "en-US"]],
    ["AuditOwner", ["update", "mailboxlogin"]],
    ["EmailAddresses", ["SMTP:aoife.byrne@contoso.com"]],
    ["ForwardingAddress", "cor contact"],
    ["GrantSendOnBehalfTo", ["Dora Double", "Finance rights"]],
    ["ResourceCustom", "Beamer"],
    ["AcceptMessagesOnlyFrom", "Dora Double"],
  ])("a second run of %s, mapped as %j, sends nothing", async (name, mapped) => {
    const { Guid: aoife } = live.stored("Aoife O'Brien");
    await run(String(aoife), { [name]: mapped });
    expect(live.cmdlets().filter((cmdlet) => cmdlet === "Set-Mailbox")).toHaveLength(1);
    await run(String(aoife), { [name]: mapped });
    expect(live.cmdlets().filter((cmdlet) => cmdlet === "Set-Mailbox")).toHaveLength(1);
  });

  it.each([
    ["CustomAttribute1", "", "x"],
    ["Office", "", "x"],
    ["MailTip", null, "x"],
    ["ForwardingSmtpAddress", null, "x@fabrikam.com"],
    ["ForwardingAddress", null, "Dora Double"],
    ["ExtensionCustomAttribute1", [], "x"],
    ["GrantSendOnBehalfTo", [], "Dora Double"],
    ["ModeratedBy", [], "Dora Double"],
  ])("empties %s, once", async (name, empty, before) => {
    await run("Aoife O'Brien", { [name]: before });
    for (const _ of [1, 2]) await run("Aoife O'Brien", { [name]: " " });
    expect(live.cmdlets().filter((cmdlet) => cmdlet === "Set-Mailbox")).toHaveLength(2);
    expect((await live.mailbox("Aoife O'Brien", [name]))[name]).toEqual(empty);
  });

  it("leaves alone what cannot be empty", async () => {
    const blank = Object.fromEntries(
      [
        "DisplayName",
        "Name",
        "Alias",
        "MaxSendSize",
        "Type",
        "AuditOwner",
        "EmailAddresses",
        "RetainDeletedItemsFor",
        "HiddenFromAddressListsEnabled",
      ].map((name) => [name, ""]),
    );
    await run("Aoife O'Brien", blank);
    expect(live.cmdlets()).toEqual(["Get-Mailbox"]);
  });

  it.each<[string, Record<string, unknown>, number]>([
    [
      "the same recipient under another name is no change",
      { ForwardingAddress: "finn.oneil@contoso.com" },
      0,
    ],
    ["another recipient is", { ForwardingAddress: "anna.bakker@contoso.com" }, 1],
    [
      "one recipient more is",
      { GrantSendOnBehalfTo: ["finn.oneil@contoso.com", "anna.bakker@contoso.com"] },
      1,
    ],
  ])("%s", async (_name, fields, writes) => {
    await run("Petra Proxies", {
      ForwardingAddress: "finn.oneil@contoso.com",
      GrantSendOnBehalfTo: ["finn.oneil@contoso.com"],
    });
    live.emulator.clearJournal();
    await run("Petra Proxies", fields);
    expect(live.cmdlets().filter((cmdlet) => cmdlet === "Set-Mailbox")).toHaveLength(writes);
  });

  it("shows the mailbox as it is read afterwards", async () => {
    const names = [
      "EmailAddresses",
      "CustomAttribute2",
      "ResourceCapacity",
      "HiddenFromAddressListsEnabled",
      "WindowsEmailAddress",
    ];
    const wanted = settings({
      EmailAddresses: ["SMTP:petra.maiden@contoso.com", "petra@contoso.com"],
      CustomAttribute2: "x",
      ResourceCapacity: "3",
      HiddenFromAddressListsEnabled: "true",
      Type: "Shared",
    });
    const { before, after } = await applySettings(
      await live.mailbox("Petra Proxies", [...names, ...propertiesFor(wanted)]),
      wanted,
      live.gate,
    );
    const read = await live.mailbox("Petra Proxies", [...names, ...propertiesFor(wanted)]);
    const sorted = (row: Record<string, unknown>): unknown => ({
      ...row,
      EmailAddresses: [...(row["EmailAddresses"] as string[])].sort(),
      WindowsEmailAddress: undefined,
    });
    expect(sorted(after)).toEqual(sorted({ ...read, Type: "Shared" }));
    expect(before).toMatchObject({ Type: "Regular", RecipientTypeDetails: "UserMailbox" });
    expect(read).toMatchObject({
      PrimarySmtpAddress: "petra.maiden@contoso.com",
      RecipientTypeDetails: "SharedMailbox",
    });
  });

  it.each([
    [
      "a user's alias",
      "petra.maiden@contoso.com",
      new RegExp(
        "^The address petra\\.maiden@contoso\\.com is already used by " +
          '"Petra Proxies" <petra\\.proxies@contoso\\.com> \\(UserMailbox, 0b1ec700-',
      ),
    ],
    [
      "a distribution group",
      "salesteam@contoso.com",
      /"Sales team" <salesteam@contoso\.com> \(MailUniversalDistributionGroup, /,
    ],
    ["a dynamic group", "everyoneincare@contoso.com", /\(DynamicDistributionGroup, /],
    [
      "a Microsoft 365 group",
      "projectalpha@contoso.com",
      /"Project Alpha" <projectalpha@contoso\.com> \(GroupMailbox, /,
    ],
    ["a room", "boardroom@contoso.com", /\(RoomMailbox, /],
    ["a contact", "cor@fabrikam.com", /"Cor Contact" <cor@fabrikam\.com> \(MailContact, /],
    ["a guest", "gale@fabrikam.com", /\(GuestMailUser, /],
    ["a mail user", "mail.forwarded@contoso.com", /\(MailUser, /],
    [
      "someone who was deleted",
      "wanted@contoso.com",
      /"Otto Once" <otto\.once@contoso\.com> \(UserMailbox, /,
    ],
    ["someone inactive", "inactive.ike@contoso.com", /"Inactive Ike" /],
  ])("names the holder of an address: %s", async (_name, address, holder) => {
    expect(
      await faultOf(run("Aoife O'Brien", { EmailAddresses: [`SMTP:${address.toUpperCase()}`] })),
    ).toMatchObject({
      kind: "invalid",
      message: expect.stringMatching(new RegExp(holder.source, "i")) as string,
    });
    expect(live.cmdlets()).toEqual(["Get-Mailbox", "Get-Recipient"]);
  });

  it("keeps its own addresses, in any casing and role", async () => {
    await run("Aoife O'Brien", {
      EmailAddresses: [
        "SMTP:AOIFE.OBRIEN@contoso.onmicrosoft.com",
        "smtp:Aoife.OBrien@contoso.com",
      ],
    });
    expect(live.cmdlets()).toEqual(["Get-Mailbox", "Set-Mailbox"]);
    expect(live.stored("Aoife O'Brien")["EmailAddresses"]).toEqual(
      expect.arrayContaining([
        "SMTP:AOIFE.OBRIEN@contoso.onmicrosoft.com",
        "smtp:aoife.obrien@contoso.com",
      ]),
    );
  });

  it("sends of a synchronised mailbox what the cloud masters, and refuses the rest", async () => {
    expect(
      await faultOf(run("Dirk Synced", { LitigationHoldEnabled: "true", CustomAttribute15: "x" })),
    ).toMatchObject({
      kind: "onPremises",
      message: expect.stringContaining(
        "which masters CustomAttribute15 (attribute extensionAttribute15): change it there.",
      ) as string,
    });
    expect([
      live.stored("Dirk Synced")["LitigationHoldEnabled"],
      live.stored("Dirk Synced")["CustomAttribute15"],
    ]).toEqual([true, undefined]);
    await run("Clara Cloudmanaged", {
      CustomAttribute15: "x",
      HiddenFromAddressListsEnabled: "true",
    });
    expect(live.stored("Clara Cloudmanaged")).toMatchObject({
      CustomAttribute15: "x",
      HiddenFromAddressListsEnabled: true,
    });
  });
});
