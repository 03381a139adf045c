import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { setMailboxParameters } from "../../lib/generated/mailbox.ts";
import { timeIn } from "../../lib/exchange/units.ts";
import { settingsFrom } from "../../lib/exchange/settings.ts";
import { type Setting } from "../../lib/exchange/settingTypes.ts";
import { faultOf } from "./scripted.ts";
import { settingSample } from "./settingSamples.ts";

/** The one setting that a mapped field asks for. */
function setting(name: string, mapped: unknown): Setting {
  const [only, ...others] = settingsFrom([[name, mapped]]);
  if (!only || others.length > 0)
    throw new Error(`${name} gives ${others.length === 0 ? "no" : "several"} settings`);
  return only;
}

/** What is sent when the present value is this one. */
const sent = (name: string, mapped: unknown, current: unknown): unknown =>
  setting(name, mapped).difference(current)?.send;

const wrongText = async (name: string, mapped: unknown): Promise<string> => {
  const fault = await faultOf(() => settingsFrom([[name, mapped]]));
  expect(fault.kind).toBe("invalid");
  return fault.message;
};

it("refuses two settings that both decide the primary address", () => {
  expect(() =>
    settingsFrom([
      ["EmailAddresses", ["SMTP:a@contoso.com"]],
      ["WindowsEmailAddress", "b@contoso.com"],
    ]),
  ).toThrow(
    "EmailAddresses and WindowsEmailAddress are both mapped, and both set the primary address; map only one of them.",
  );
});

describe("a mapped field", () => {
  it("is known in any casing, and sent in its own spelling", () => {
    expect(setting("hiddenfromADDRESSlistsenabled", "true")).toMatchObject({
      name: "HiddenFromAddressListsEnabled",
      property: "HiddenFromAddressListsEnabled",
    });
  });

  it.each([
    [
      "CustomAtribute1",
      "CustomAtribute1 is mapped, but is not a setting of a mailbox; the most similar name is CustomAttribute1.",
    ],
    [
      "HiddenFromAddressLists",
      "HiddenFromAddressLists is mapped, but is not a setting of a mailbox; the most similar " +
        "name is HiddenFromAddressListsEnabled.",
    ],
    [
      "customAttribute16",
      "customAttribute16 is mapped, but is not a setting of a mailbox; the most similar name is CustomAttribute1.",
    ],
    [
      "recipientTypeDetails",
      "recipientTypeDetails is mapped, but is not a setting of a mailbox; use Type.",
    ],
    [
      "UserPrincipalName",
      "UserPrincipalName is mapped, but is not a setting of a mailbox; use MicrosoftOnlineServicesID.",
    ],
    [
      "PrimarySmtpAddress",
      "PrimarySmtpAddress is mapped, but is not a setting of a mailbox; use EmailAddresses.",
    ],
    ["Shoe", "Shoe is mapped, but is not a setting of a mailbox."],
    ["Password", "Password is mapped, but is not a setting of a mailbox."],
    ["Identity", "Identity is mapped, but is not a setting of a mailbox."],
    ["", " is mapped, but is not a setting of a mailbox."],
  ])("that is not a setting is refused with the nearest name: %s", async (name, message) => {
    expect(await wrongText(name, "x")).toBe(message);
  });

  it("that is wrong is reported with all the others at once", async () => {
    const message = await wrongText("CustomAttribute1", { secret: 1 });
    expect(message).toBe("The mapping of CustomAttribute1 yields an object; expected text.");
    const fault = await faultOf(() =>
      settingsFrom([
        ["Foo", "secret"],
        ["MaxSendSize", "secret"],
        ["Office", "Nijmegen"],
        ["Type", "secret"],
        ["EmailAddresses", "secret"],
        ["Alias", ["secret"]],
      ]),
    );
    expect(fault).toMatchObject({
      kind: "invalid",
      message: [
        "Foo is mapped, but is not a setting of a mailbox.",
        'The mapping of MaxSendSize yields "secret"; expected a size with its unit, such as 50 GB, or Unlimited.',
        'The mapping of Type yields "secret"; expected one of Equipment, Regular, Room, Shared, Workspace, Desk.',
        'EmailAddresses is mapped with "secret", which is not an email address; expected one ' +
          "such as SMTP:name@contoso.com.",
        "The mapping of Alias yields a list; expected text.",
      ].join(" "),
    });
  });

  it("requests nothing when there are none", () => {
    expect(settingsFrom([])).toEqual([]);
  });
});

describe("a value", () => {
  it.each<[name: string, mapped: unknown, current: unknown, send: unknown]>([
    ["HiddenFromAddressListsEnabled", "true", false, true],
    ["HiddenFromAddressListsEnabled", " FALSE ", true, false],
    ["HiddenFromAddressListsEnabled", "True", "False", true],
    ["HiddenFromAddressListsEnabled", true, false, true],
    ["SingleItemRecoveryEnabled", "false", null, false],
    ["ResourceCapacity", "12", null, 12],
    ["ResourceCapacity", "0", null, 0],
    ["ResourceCapacity", 8, "7", 8],
    ["ResourceCapacity", "2147483647", 1, 2147483647],
    ["ProhibitSendQuota", "50GB", "49.5 GB (53,150,220,288 bytes)", "50GB"],
    ["ProhibitSendQuota", "50 gb", "49.5 GB (53,150,220,288 bytes)", "50 gb"],
    ["ProhibitSendQuota", "53687091200 B", "Unlimited", "53687091200 B"],
    ["ProhibitSendQuota", "1.5 GB", "Unlimited", "1610612736"],
    ["ProhibitSendQuota", "50 GB (53,687,091,200 bytes)", "Unlimited", "53687091200"],
    ["ProhibitSendQuota", " unlimited ", "50 GB (53,687,091,200 bytes)", "Unlimited"],
    ["RulesQuota", "64KB", "256 KB (262,144 bytes)", "64KB"],
    ["RecipientLimits", "0500", "499", "500"],
    ["LitigationHoldDuration", "365", "Unlimited", "365"],
    ["LitigationHoldDuration", "365.00:00:00", "366.00:00:00", "365"],
    ["LitigationHoldDuration", "UNLIMITED", "365.00:00:00", "Unlimited"],
    ["AuditLogAgeLimit", "30", "90.00:00:00", "30.00:00:00"],
    ["AuditLogAgeLimit", "12:30:00", "90.00:00:00", "0.12:30:00"],
    ["RetainDeletedItemsFor", "29.23:59:59", "14.00:00:00", "29.23:59:59"],
    ["StartDateForRetentionHold", "2026-07-01", null, new Date("2026-07-01T00:00:00Z")],
    [
      "EndDateForRetentionHold",
      "2026-07-01T06:00:00+02:00",
      null,
      new Date("2026-07-01T04:00:00Z"),
    ],
    ["LitigationHoldDate", "2026-07-01T06:00:00", null, new Date("2026-07-01T06:00:00Z")],
    ["Type", "shared", "UserMailbox", "Shared"],
    ["Type", "regular", "SharedMailbox", "Regular"],
    ["ExternalOofOptions", "internalonly", "External", "InternalOnly"],
    ["CustomAttribute15", " O'Brien & Søn ", "", "O'Brien & Søn"],
    ["CustomAttribute1", "e100001", "E100001", "e100001"],
    ["CustomAttribute1", 100001, null, "100001"],
    ["MailTip", "Not read", null, "Not read"],
    ["ForwardingSmtpAddress", "smtp:Away@fabrikam.com", null, "Away@fabrikam.com"],
    ["WindowsEmailAddress", "jan@contoso.com", "piet@contoso.com", "jan@contoso.com"],
    ["RetentionPolicy", "Leavers", "Default MRM Policy", "Leavers"],
    ["ForwardingAddress", "Sales", null, "Sales"],
  ])("of %s, mapped as %j, replaces %j", (name, mapped, current, send) => {
    expect(sent(name, mapped, current)).toEqual(send);
  });

  it.each<[name: string, mapped: unknown, current: unknown]>([
    ["HiddenFromAddressListsEnabled", "TRUE", true],
    ["HiddenFromAddressListsEnabled", "true", "True"],
    ["HiddenFromAddressListsEnabled", "false", "False"],
    ["ResourceCapacity", "08", 8],
    ["ResourceCapacity", "-0", "0"],
    ["ProhibitSendQuota", "50 GB", "50 GB (53,687,091,200 bytes)"],
    ["ProhibitSendQuota", "51200MB", "50 GB (53.687.091.200 bytes)"],
    ["ProhibitSendQuota", "53687091200 B", "50 GB (53 687 091 200 bytes)"],
    ["ProhibitSendQuota", "49.5 gb", "49.5 GB (53,150,220,288 bytes)"],
    ["ProhibitSendQuota", "3402 B", "3.322 KB (3,402 bytes)"],
    ["MaxSendSize", "Unlimited", "unlimited"],
    ["RecipientLimits", "500", 500],
    ["LitigationHoldDuration", "365", "365.00:00:00"],
    ["LitigationHoldDuration", "unlimited", "Unlimited"],
    ["AuditLogAgeLimit", "90", "90.00:00:00"],
    ["AuditLogAgeLimit", "0.12:30:00", "12:30:00"],
    ["RetainDeletedItemsFor", "14.00:00:00", "14.00:00:00.0000000"],
    ["StartDateForRetentionHold", "2026-07-01T06:00:00.750Z", "2026-07-01T06:00:00Z"],
    ["StartDateForRetentionHold", "2026-07-01", "2026-07-01T00:00:00+00:00"],
    ["StartDateForRetentionHold", "2026-07-01T08:00:00+0200", "2026-07-01T06:00:00.0000000"],
    ["Type", "REGULAR", "UserMailbox"],
    ["Type", "Room", "RoomMailbox"],
    ["Type", "Equipment", "EquipmentMailbox"],
    ["Type", "Shared", "SharedMailbox"],
    ["SendModerationNotifications", "never", "Never"],
    ["Office", "Nijmegen ", "Nijmegen"],
    ["MailTip", "Not read", "<html>\r\n<body>\r\nNot read\r\n</body>\r\n</html>\r\n"],
    ["ForwardingSmtpAddress", "Away@fabrikam.com", "smtp:away@Fabrikam.com"],
    ["MicrosoftOnlineServicesID", "Jan@contoso.com", "jan@contoso.com"],
    ["RetentionPolicy", "default mrm policy", "Default MRM Policy"],
  ])("of %s, mapped as %j, is the same as %j", (name, mapped, current) => {
    expect(setting(name, mapped).difference(current)).toBeUndefined();
  });

  it.each<[name: string, mapped: unknown, expected: string]>([
    ["HiddenFromAddressListsEnabled", "yes", "true or false"],
    ["HiddenFromAddressListsEnabled", "1", "true or false"],
    ["ResourceCapacity", "12.5", "a whole number"],
    ["ResourceCapacity", "2147483648", "a whole number"],
    ["ResourceCapacity", "twelve", "a whole number"],
    ["MaxSendSize", "50 GiB", "a size with its unit, such as 50 GB, or Unlimited"],
    ["MaxSendSize", "1,5 GB", "a size with its unit, such as 50 GB, or Unlimited"],
    ["ProhibitSendQuota", "50", "a size with its unit, such as 50 GB, or Unlimited"],
    [
      "WindowsEmailAddress",
      "zoë@contoso.com",
      "at most 64 characters before the @, all of them ASCII",
    ],
    [
      "WindowsEmailAddress",
      `${"x".repeat(65)}@contoso.com`,
      "at most 64 characters before the @, all of them ASCII",
    ],
    ["MaxSendSize", "-1", "a size with its unit, such as 50 GB, or Unlimited"],
    ["MaxSendSize", "rubbish (12 bytes)", "a size with its unit, such as 50 GB, or Unlimited"],
    ["MaxSendSize", "9".repeat(40), "a size with its unit, such as 50 GB, or Unlimited"],
    ["RulesQuota", "Unlimited", "a size with its unit, such as 50 GB"],
    ["RecipientLimits", "1001", "a whole number from 1 to 1000"],
    ["RecipientLimits", "0", "a whole number from 1 to 1000"],
    ["RecipientLimits", "Unlimited", "a whole number from 1 to 1000"],
    ["LitigationHoldDuration", "365.12:00:00", "a number of days, or Unlimited"],
    ["LitigationHoldDuration", "a year", "a number of days, or Unlimited"],
    ["LitigationHoldDuration", "1.5", "a number of days, or Unlimited"],
    ["AuditLogAgeLimit", "1.24:00:00", "a number of days, or days.hours:minutes:seconds"],
    ["AuditLogAgeLimit", "Unlimited", "a number of days, or days.hours:minutes:seconds"],
    ["AuditLogAgeLimit", "30.", "a number of days, or days.hours:minutes:seconds"],
    ["StartDateForRetentionHold", "7/1/2026 08:00", "a date and time such as 2026-12-31T17:00:00Z"],
    ["StartDateForRetentionHold", "1 1", "a date and time such as 2026-12-31T17:00:00Z"],
    ["StartDateForRetentionHold", "2026-02-30", "a date and time such as 2026-12-31T17:00:00Z"],
    ["Type", "UserMailbox", "one of Equipment, Regular, Room, Shared, Workspace, Desk"],
    ["ExternalOofOptions", "Everybody", "External or InternalOnly"],
    ["ForwardingSmtpAddress", "Sales", "an email address such as name@contoso.com"],
    ["WindowsEmailAddress", "jan@contoso", "an email address such as name@contoso.com"],
  ])("of %s cannot be %j", async (name, mapped, expected) => {
    expect(await wrongText(name, mapped)).toBe(
      `The mapping of ${name} yields "${String(mapped)}"; expected ${expected}.`,
    );
  });

  it("is measured in visible characters: an emoji is one", async () => {
    expect(sent("Alias", "🦊".repeat(64), "")).toBe("🦊".repeat(64));
    expect(await wrongText("Alias", "🦊".repeat(65))).toBe(
      `The mapping of Alias yields 65 characters ("${"🦊".repeat(50)}..."); expected at most 64.`,
    );
  });

  it("is reported afterwards as it was sent, a type as it reads, a time as text", () => {
    expect(setting("LitigationHoldDuration", "365").difference("Unlimited")).toEqual({
      send: "365",
      after: "365",
    });
    expect(setting("Type", "shared")).toMatchObject({
      name: "Type",
      property: "RecipientTypeDetails",
    });
    expect(setting("Type", "shared").difference("UserMailbox")).toEqual({
      send: "Shared",
      after: "SharedMailbox",
    });
    expect(setting("EndDateForRetentionHold", "2026-07-01").difference(null)).toEqual({
      send: new Date("2026-07-01"),
      after: "2026-07-01T00:00:00.000Z",
    });
    expect(setting("MicrosoftOnlineServicesID", "jan@contoso.com").property).toBe(
      "UserPrincipalName",
    );
  });

  it("that makes a room a workspace or a desk is looked for where rooms differ", () => {
    expect(setting("Type", "desk")).toMatchObject({ name: "Type", property: "ResourceType" });
    expect(setting("Type", "desk").difference("Room")).toEqual({ send: "Desk", after: "Desk" });
    expect(setting("Type", "Workspace").difference("workspace")).toBeUndefined();
  });
});

describe("a field without a value", () => {
  it.each([
    "CustomAttribute1",
    "Office",
    "MailTip",
    "SimpleDisplayName",
    "RetentionComment",
    "RetentionUrl",
    "LitigationHoldOwner",
    "ForwardingAddress",
    "ForwardingSmtpAddress",
  ])("empties %s", (name) => {
    for (const blank of [null, undefined, "", " \t\n"]) {
      expect(setting(name, blank).difference("x")).toEqual({ send: null, after: null });
      expect([null, ""].map((current) => setting(name, blank).difference(current))).toEqual([
        undefined,
        undefined,
      ]);
    }
  });

  it.each([
    "GrantSendOnBehalfTo",
    "ExtensionCustomAttribute5",
    "ModeratedBy",
    "AcceptMessagesOnlyFrom",
    "Languages",
  ])("empties the list %s", (name) => {
    for (const blank of [null, undefined, "", " ; \r\n", [], [null, " "]]) {
      expect(setting(name, blank).difference(["x"])).toEqual({ send: null, after: [] });
      expect([null, "", []].map((current) => setting(name, blank).difference(current))).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
    }
  });

  it("leaves everything else alone", () => {
    const { CustomAttribute1: _, ...others } = setMailboxParameters;
    const emptied = Object.keys(others).filter((name) => settingsFrom([[name, ""]]).length > 0);
    expect(emptied.filter((name) => !/^(Extension)?CustomAttribute\d+$/.test(name))).toEqual([
      "AcceptMessagesOnlyFrom",
      "AcceptMessagesOnlyFromDLMembers",
      "AcceptMessagesOnlyFromSendersOrMembers",
      "ArchiveName",
      "BypassModerationFromSendersOrMembers",
      "EmailAddressDisplayNames",
      "ForwardingAddress",
      "ForwardingSmtpAddress",
      "GrantSendOnBehalfTo",
      "Languages",
      "LitigationHoldOwner",
      "MailTip",
      "MailTipTranslations",
      "ModeratedBy",
      "NonCompliantDevices",
      "Office",
      "RejectMessagesFrom",
      "RejectMessagesFromDLMembers",
      "RejectMessagesFromSendersOrMembers",
      "ResourceCustom",
      "RetentionComment",
      "RetentionUrl",
      "SimpleDisplayName",
      "UserCertificate",
      "UserSMimeCertificate",
    ]);
  });
});

describe("a list", () => {
  it.each<[string, unknown]>([
    ["a list", ["b", " a "]],
    ["one text with semicolons", "b; a;"],
    ["one text with lines", "b\r\na\n"],
    ["a list that holds one value twice", ["b", "a", "a", "b"]],
    ["a list with gaps", ["b", "a", null, ""]],
  ])("may be mapped as %s", (_name, mapped) => {
    expect(setting("ExtensionCustomAttribute1", mapped).difference(["c"])).toEqual({
      send: ["b", "a"],
      after: ["b", "a"],
    });
    expect(setting("ExtensionCustomAttribute1", mapped).difference(["a", "b"])).toBeUndefined();
  });

  it("keeps commas, because names hold them", () => {
    expect(sent("GrantSendOnBehalfTo", "Comma, Sam", [])).toEqual(["Comma, Sam"]);
  });

  it("of one value may be mapped as that value, and read as it", () => {
    expect(sent("ArchiveName", "Archive of Jan", null)).toEqual(["Archive of Jan"]);
    expect(setting("ArchiveName", "Archive of Jan").difference("Archive of Jan")).toBeUndefined();
    expect(sent("ExtensionCustomAttribute1", 7, [])).toEqual(["7"]);
  });

  it("has no value twice, however it is written: the service refuses that", () => {
    expect(sent("Languages", ["nl-NL", "NL-nl", "en-US"], [])).toEqual(["nl-NL", "en-US"]);
  });

  it("of known values is sent in their own spelling, and may not hold others", async () => {
    expect(sent("AuditOwner", ["update", "MAILBOXLOGIN"], ["Update"])).toEqual([
      "Update",
      "MailboxLogin",
    ]);
    expect(
      setting("AuditOwner", "mailboxlogin;update").difference(["Update", "MailboxLogin"]),
    ).toBeUndefined();
    expect(await wrongText("AuditOwner", ["Update", "FolderBind"])).toMatch(
      /^The mapping of AuditOwner yields "FolderBind"; expected one of None, AddFolderPermissions, /,
    );
  });

  it.each(["ExtensionCustomAttribute1", "EmailAddresses"])(
    "is not treated as empty when it holds no texts: %s",
    async (name) => {
      expect(await wrongText(name, { add: "x" })).toBe(
        `The mapping of ${name} yields an object; expected text.`,
      );
      expect(await wrongText(name, [{}])).toBe(
        `The mapping of ${name} yields an object; expected text.`,
      );
      expect(await wrongText(name, [["x"]])).toBe(
        `The mapping of ${name} yields a list; expected text.`,
      );
    },
  );
});

describe("addresses", () => {
  it("are sent as what to add and what to remove", () => {
    expect(
      setting("emailaddresses", "SMTP:new@contoso.com; alias@contoso.com").difference([
        "SMTP:old@contoso.com",
        "SIP:old@contoso.com",
      ]),
    ).toEqual({
      send: {
        add: ["SMTP:new@contoso.com", "smtp:old@contoso.com", "smtp:alias@contoso.com"],
        remove: ["SMTP:old@contoso.com"],
      },
      after: [
        "SIP:old@contoso.com",
        "SMTP:new@contoso.com",
        "smtp:old@contoso.com",
        "smtp:alias@contoso.com",
      ],
    });
    expect(
      setting("EmailAddresses", ["smtp:OLD@contoso.com"]).difference(["SMTP:old@contoso.com"]),
    ).toBeUndefined();
  });

  it("are added to a mailbox that has none", () => {
    expect(sent("EmailAddresses", ["SMTP:new@contoso.com"], null)).toEqual({
      add: ["SMTP:new@contoso.com"],
    });
  });
});

describe("every parameter", () => {
  it.each(Object.entries(setMailboxParameters))("is sent once: %s", (name, facts) => {
    const [mapped, read] = settingSample(name, facts);
    expect(setting(name, mapped).difference(null)).toBeDefined();
    expect(setting(name, mapped).difference(read)).toBeUndefined();
  });
});

describe("a time", () => {
  beforeAll(() => void vi.stubEnv("TZ", "Pacific/Auckland"));
  afterAll(() => void vi.unstubAllEnvs());

  it.each<[string, string]>([
    ["2026-12-31T17:00:00Z", "2026-12-31T17:00:00.000Z"],
    ["2026-12-31T17:00:00", "2026-12-31T17:00:00.000Z"],
    ["2026-12-31 17:00", "2026-12-31T17:00:00.000Z"],
    ["2026-12-31t17:00:00z", "2026-12-31T17:00:00.000Z"],
    ["2026-12-31T17:00:00.9999999Z", "2026-12-31T17:00:00.000Z"],
    ["2026-12-31T17:00:00+01:00", "2026-12-31T16:00:00.000Z"],
    ["2026-12-31T23:00:00 -0230", "2027-01-01T01:30:00.000Z"],
    ["2026-12-31", "2026-12-31T00:00:00.000Z"],
    ["2028-02-29", "2028-02-29T00:00:00.000Z"],
  ])("%s is %s, on every machine", (text, expected) => {
    expect(new Date("2026-12-31T17:00:00").getUTCHours()).toBe(4);
    expect(new Date(timeIn(text)).toISOString()).toBe(expected);
  });

  it.each([
    "",
    "soon",
    "31-12-2026",
    "12/31/2026",
    "2026-12-31T",
    "2026-13-01",
    "2026-02-29",
    "2026-12-31T25:00:00Z",
    "2026-12-31T17:00:00 CET",
    "1767200400000",
    "/Date(1767200400000)/",
  ])("%j is refused", (text) => {
    expect(timeIn(text)).toBeNaN();
  });
});
