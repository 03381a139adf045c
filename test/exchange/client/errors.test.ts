import { describe, expect, it } from "vitest";
import type { Parameters } from "../../../lib/exchange/client/encoding.ts";
import { isBusy, meaningOf, noticeOf } from "../../../lib/exchange/client/errors.ts";

const meaning = (
  type: string | undefined,
  text: string,
  cmdlet = "Set-Mailbox",
  parameters: Parameters = { Identity: "jan" },
): { kind: string; retryable: boolean } | undefined =>
  meaningOf(type, text, { cmdlet, parameters });

// The strings are those of the facts sheet, as they were seen.
describe("an error of the service", () => {
  it.each([
    [
      "ManagementObjectNotFoundException",
      "The operation couldn't be performed because 'jan' matches multiple entries.",
      "ambiguous",
    ],
    ["ManagementObjectAmbiguousException", "anything", "ambiguous"],
    [
      "RecipientTaskException",
      'There are multiple recipients matching identity "jan". Please specify a unique value.',
      "ambiguous",
    ],
    [
      "InvalidOperationException",
      `The operation on mailbox "jan" failed because it's out of the current user's write scope. ` +
        "The action 'Set-Mailbox', 'Alias', can't be performed on the object 'jan' because the " +
        "object is being synchronized from your on-premises organization.",
      "onPremises",
    ],
    [
      "InvalidOperationException",
      `The operation on mailbox "jan" failed because it's out of the current user's write scope. ` +
        "'jan' isn't within your current write scopes.",
      "denied",
    ],
    [
      "RecipientTaskException",
      "The action 'Set-Mailbox', 'LitigationHoldEnabled', can't be performed on the user 'jan'. " +
        "Your Microsoft Exchange Online license doesn't permit you to put a litigation hold on " +
        "this mailbox.",
      "unlicensed",
    ],
    [
      "ManagementObjectNotFoundException",
      "The operation couldn't be performed because object 'jan' couldn't be found on 'DC01'.",
      "missing",
    ],
    [
      undefined,
      `The operation couldn't be performed because Identity:"jan" couldn't be found on 'DC01'.`,
      "missing",
    ],
    ["ADObjectAlreadyExistsException", "The object 'jan' already exists.", "invalid"],
    [
      "UnableToWriteToAadException",
      "However, it failed. Detailed error message: Unable to update the specified properties for on-premises " +
        "mastered Directory Sync objects or objects currently undergoing migration. DualWrite (Graph) RequestId: 0. " +
        "The issue may be transient and please retry a couple of minutes later.",
      "onPremises",
    ],
    [
      "UnableToWriteToAadException",
      "However, it failed. Detailed error message: The value of property mailNickname is invalid. DualWrite " +
        "(Graph) RequestId: 0. The issue may be transient and please retry a couple of minutes later.",
      "invalid",
    ],
    [
      "ParameterBindingException",
      "A parameter cannot be found that matches parameter name 'BypassSecurityGroupManagerCheck'.",
      "denied",
    ],
    [
      "RecipientTaskException",
      "You don't have sufficient permissions. This operation can only be performed by a manager of the group.",
      "notManager",
    ],
    [
      undefined,
      "The 'Foo' parameter isn't present in the role definition for the current user.",
      "denied",
    ],
    [
      "ProxyAddressExistsException",
      'The proxy address "SMTP:a@b.c" is already being used by the proxy addresses or ' +
        'LegacyExchangeDN of "x". Please choose another proxy address.',
      "invalid",
    ],
    ["WLCDManagedMemberExistsException", "x", "invalid"],
    [
      "DataValidationException",
      'DateFormat "M/d/yyyy" isn\'t valid for current language setting "en-GB".',
      "invalid",
    ],
    [
      "ParameterBindingArgumentTransformationException",
      "Cannot process argument transformation on parameter 'EmailAddresses'.",
      "invalid",
    ],
    ["ParameterTransformationException", "x", "invalid"],
    [
      "CommandNotFoundException",
      "The term 'Set-Mailbox' is not recognized as the name of a cmdlet.",
      "denied",
    ],
    [
      undefined,
      "The role assigned to application x isn't supported in this scenario. Please check online documentation",
      "denied",
    ],
    [
      undefined,
      "The parameter is not present in the role definition of the current user",
      "denied",
    ],
    [undefined, '"X" is not a recognized filterable property', "invalid"],
  ])("%s: %s", (type, text, kind) => {
    expect(meaning(type, text)).toMatchObject({ kind, retryable: false });
  });

  it.each([
    "DCOverloadedException",
    "SuitabilityDirectoryException",
    "ServerInMMException",
    "ADServerSettingsChangedException",
    "StorageTransientException",
    "ADTransientException",
    "ServerBusyException",
    "BackendCommunicationException",
  ])("%s is transient", (type) => {
    expect(meaning(type, "x")).toEqual({
      kind: "unavailable",
      retryable: true,
      message: undefined,
    });
  });

  it("a transient fault is also recognised by its name in the text", () => {
    expect(
      meaning("CmdletProxyException", "Proxying failed: CmdletProxyNotAvailableFailure."),
    ).toMatchObject({ kind: "unavailable", retryable: true });
    expect(meaning("CmdletProxyException", "Proxying failed.")).toBeUndefined();
  });

  it("a replica that does not know the object yet is worth another attempt", () => {
    expect(
      meaning(
        "ManagementObjectNotFoundException",
        "Recipient jan couldn't be read from domain controller DC01. This may be due to replication delays.",
      ),
    ).toMatchObject({ kind: "notReady", retryable: true });
  });

  it("an unknown error has no meaning", () => {
    expect(meaning("SomethingNewException", "Something new.")).toBeUndefined();
  });
});

describe("already so", () => {
  it.each([
    ["MemberAlreadyExistsException", "Add-DistributionGroupMember"],
    ["UserAlreadyExistsInPermissionEntryException", "Add-MailboxFolderPermission"],
    ["MemberNotFoundException", "Remove-DistributionGroupMember"],
    ["UserNotFoundInPermissionEntryException", "Remove-MailboxFolderPermission"],
  ])("%s of %s", (type, cmdlet) => {
    expect(meaning(type, "x", cmdlet)).toMatchObject({ kind: "alreadySo" });
  });

  it.each([
    ["MemberAlreadyExistsException", "Update-DistributionGroupMember"],
    ["MemberNotFoundException", "Add-DistributionGroupMember"],
  ])("%s of %s is not", (type, cmdlet) => {
    expect(meaning(type, "x", cmdlet)).toBeUndefined();
  });
});

it.each(["Set-MailboxFolderPermission", "Get-MailboxFolderPermission"])(
  "an entry that %s does not find is not a missing object, whatever names the text quotes",
  (cmdlet) => {
    expect(
      meaning(
        "UserNotFoundInPermissionEntryException",
        'There is no existing permission entry found for user: "piet".',
        cmdlet,
      ),
    ).toMatchObject({ kind: "noEntry", retryable: false });
  },
);

it("an entry is not what a cmdlet for mailboxes can miss", () => {
  expect(meaning("UserNotFoundInPermissionEntryException", "x", "Get-Mailbox")).toBeUndefined();
});

describe("missing", () => {
  const missing = (text: string, parameters: Parameters): string | undefined =>
    meaning("ManagementObjectNotFoundException", text, "Add-DistributionGroupMember", parameters)
      ?.kind;
  const notFound = (name: string): string =>
    `The operation couldn't be performed because object '${name}' couldn't be found on 'AM0PR01.PROD.OUTLOOK.COM'.`;

  it("applies to the object that was named, in any case and with an apostrophe in it", () => {
    expect(missing(notFound("O'BRIEN"), { Identity: "o'brien", Member: "jan" })).toBe("missing");
    expect(missing(notFound("o'brien"), { Identity: "O'Brien", Member: "jan" })).toBe("missing");
    expect(
      missing('The specified mailbox Identity:"jan" doesn\'t exist.', { Identity: "jan" }),
    ).toBe("missing");
  });

  it.each([
    ["another one", "group", notFound("jan")],
    ["one whose name holds this one", "jan", notFound("jan.de.vries")],
    ["one whose name stands in a word of the text", "object", notFound("jan")],
    ["one whose name stands in the domain controller's", "outlook", notFound("jan")],
    [
      "none that is named, in quotes",
      "group",
      `Couldn't find object "jan". Please make sure that it was spelled correctly.`,
    ],
  ])("does not apply to %s", (_name, identity, text) => {
    expect(missing(text, { Identity: identity, Member: "jan" })).toBe("unexpected");
  });

  it("is accepted without a name only for a command that names nothing else", () => {
    const text = "The specified mailbox doesn't exist.";
    expect(missing(text, { Identity: "jan" })).toBe("missing");
    expect(
      missing(text, { Identity: "jan", HiddenFromAddressListsEnabled: true, ResultSize: 10 }),
    ).toBe("missing");
    expect(missing(text, { Identity: "jan", User: "piet" })).toBe("unexpected");
    expect(missing(text, { Identity: "jan", GrantSendOnBehalfTo: { add: ["piet"] } })).toBe(
      "unexpected",
    );
    expect(missing(text, {})).toBe("unexpected");
  });

  it("is not concluded from a text in an unexpected language", () => {
    expect(
      missing("De bewerking kan niet worden uitgevoerd omdat object 'piet' niet is gevonden.", {
        Identity: "jan",
      }),
    ).toBe("unexpected");
  });
});

it("the cap on concurrent requests is distinguished from texts that mention it", () => {
  expect(isBusy("You have reached the maximum number of concurrent requests per tenant.")).toBe(
    true,
  );
  expect(isBusy('"You have reached the maximum number of concurrent requests per tenant."')).toBe(
    true,
  );
  expect(
    isBusy('{"value":[{"MailTip":"You have reached the maximum number of concurrent requests"}]}'),
  ).toBe(false);
});

describe("warnings", () => {
  it.each<[string, string | undefined]>([
    [
      "The command completed successfully but no settings of 'CN=jan' have been modified.",
      "alreadySo",
    ],
    [
      'The appropriate access control entry is already present on the object "CN=Jan,OU=x" for account "NAMPR\\piet".',
      "alreadySo",
    ],
    [
      `Can't remove the access control entry on the object "CN=Jan,OU=x" for the user account ` +
        "because the ACE doesn't exist on the object.",
      "alreadySo",
    ],
    [
      `Can't remove the access control entry on the object "CN=Jan,OU=x" for account ` +
        `"NAMPR\\piet" because the ACE doesn't exist on the object.`,
      "alreadySo",
    ],
    [
      `Can't remove the access control entry on the object "CN=Jan,OU=x" for account ` +
        `"NAMPR\\piet" because the ACE isn't present.`,
      "alreadySo",
    ],
    [
      "There are more results available than are currently displayed. To view them, increase the " +
        "value for the ResultSize parameter.",
      "moreResults",
    ],
    ["Anything else", undefined],
    [
      "The command completed successfully but not all settings of 'CN=jan' have been modified.",
      undefined,
    ],
    [
      'The appropriate access control entry was added to the object "CN=Jan" for account "piet".',
      undefined,
    ],
    ['The access control entry on the object "CN=Jan" is already inherited.', undefined],
    [
      `Can't remove the access control entry on the object "CN=Jan" for account "piet" because the ACE is inherited.`,
      undefined,
    ],
    [`Can't remove the object "CN=Jan" because the ACE doesn't exist on the object.`, undefined],
    ["De toegangsvermelding is al aanwezig op het object.", undefined],
  ])("%s: %s", (text, kind) => {
    expect(noticeOf(text)).toBe(kind);
  });
});

it.each([
  ["UnableToWriteToAadException", "However, it failed."],
  [
    "UnableToWriteToAadException",
    "Detailed error message: DualWrite (Graph) RequestId: 0. The issue may be transient.",
  ],
  [
    "UnableToWriteToAadException",
    "Detailed error message: The service is temporarily unavailable. DualWrite (Graph) RequestId: 0.",
  ],
  ["MailboxInfoStaleException", "The mailbox may have been moved recently."],
  ["MailboxInTransitException", "Cannot open mailbox; the mailbox is being moved."],
  ["WrongServerException", "x"],
  ["MailboxOfflineException", "x"],
  ["DatabaseNotFoundException", "x"],
])("%s is transient and worth another attempt: %s", (type, text) => {
  expect(meaning(type, text)).toMatchObject({ kind: "unavailable", retryable: true });
});

it("the identity of a Microsoft 365 group is not a distribution group's", () => {
  const text = "The current operation is not supported on GroupMailbox.";
  const identity = { Identity: "0b1ec700-0000-4000-8000-000000000001" };
  expect(meaning("RecipientTaskException", text, "Get-DistributionGroup", identity)).toMatchObject({
    kind: "missing",
  });
  expect(meaning("RecipientTaskException", text, "Set-Mailbox", identity)).toBeUndefined();
});
