import type { DirectoryObject } from "./model.ts";

export type Row = Record<string, unknown>;

export function distinguishedName({ name }: DirectoryObject): string {
  return (
    `CN=${name.replaceAll(",", "\\,")},OU=contoso.onmicrosoft.com,OU=Microsoft Exchange ` +
    "Hosted Organizations,DC=EURPR01A001,DC=PROD,DC=OUTLOOK,DC=COM"
  );
}

function common(object: DirectoryObject): Row {
  return {
    Guid: object.guid,
    Identity: object.name,
    Name: object.name,
    DisplayName: object.displayName,
    DistinguishedName: distinguishedName(object),
    ExternalDirectoryObjectId: object.oid,
    RecipientTypeDetails: object.kind,
    IsDirSynced: object.synced,
  };
}

/** What every recipient shows. A version of an object never changes, and is shown again and again. */
export function recipientRow(object: DirectoryObject): Row {
  let row = recipientRows.get(object);
  if (!row) recipientRows.set(object, (row = newRecipientRow(object)));
  return row;
}

const recipientRows = new WeakMap<DirectoryObject, Row>();

function newRecipientRow(object: DirectoryObject): Row {
  const custom = Array.from({ length: 15 }, (_, index) => {
    const property = `CustomAttribute${index + 1}`;
    return [property, object.custom[property] ?? ""] as const;
  });
  return {
    ...common(object),
    Alias: object.alias,
    PrimarySmtpAddress: object.smtp,
    EmailAddresses: object.addresses,
    WindowsLiveID: object.upn,
    HiddenFromAddressListsEnabled: object.hidden,
    LegacyExchangeDN: `/o=ExchangeLabs/ou=Exchange Administrative Group/cn=Recipients/cn=${object.guid}`,
    ...Object.fromEntries(custom),
  };
}

/** `names`: what the lists call the objects with these Guids. */
export function mailboxRow(object: DirectoryObject, names: (guid: string) => string): Row {
  return {
    ...recipientRow(object),
    ExchangeGuid: object.guid.replace(/^.{8}/, "e8c4a09e"),
    UserPrincipalName: object.upn,
    WindowsEmailAddress: object.smtp,
    IsExchangeCloudManaged: false,
    IsInactiveMailbox: object.inactive,
    IsMailboxEnabled: true,
    AccountDisabled: false,
    SamAccountName: `$${object.alias}`,
    GrantSendOnBehalfTo: object.onBehalf.map(names),
    LitigationHoldEnabled: object.hold !== undefined,
    LitigationHoldDuration:
      typeof object.hold === "number" ? `${object.hold}.00:00:00` : "Unlimited",
    ForwardingAddress: null,
    ForwardingSmtpAddress: null,
    DeliverToMailboxAndForward: false,
  };
}

/** Get-User holds no mail attributes. */
export function userRow(object: DirectoryObject): Row {
  return {
    ...common(object),
    UserPrincipalName: object.upn,
    WindowsEmailAddress: object.smtp,
    SamAccountName: `$${object.alias}`,
    Sid: object.sid,
    LegacyExchangeDN: "",
    RecipientType:
      object.kind === "User" ? "User" : object.kind.replace(/^\w+Mailbox$/, "UserMailbox"),
    Department: object.custom["Department"] ?? "",
  };
}

export function groupRow(object: DirectoryObject, names: (guid: string) => string): Row {
  return {
    ...recipientRow(object),
    GroupType:
      object.kind === "MailUniversalSecurityGroup" ? "Universal, SecurityEnabled" : "Universal",
    ManagedBy: object.managers.map(names),
    MemberJoinRestriction: "Closed",
  };
}
