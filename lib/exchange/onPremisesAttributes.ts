/**
 * The attribute of Active Directory that masters a setting of a directory-synchronised mailbox. A setting that is not
 * listed is always changed in Exchange Online. Source: Microsoft's list of attributes that are synchronised to Exchange
 * Online; the pairing with parameters is product knowledge. Exchange Online accepts some of these changes, but the next
 * synchronisation overwrites them, so this table decides and not the answer of the service.
 */
const attributes: Readonly<Record<string, string>> = {
  HiddenFromAddressListsEnabled: "msExchHideFromAddressLists",
  EmailAddresses: "proxyAddresses",
  WindowsEmailAddress: "mail",
  Alias: "mailNickname",
  Type: "msExchRecipientTypeDetails and msExchRemoteRecipientType",
  ForwardingAddress: "altRecipient",
  GrantSendOnBehalfTo: "publicDelegates",
  AcceptMessagesOnlyFrom: "authOrig",
  AcceptMessagesOnlyFromDLMembers: "dLMemSubmitPerms",
  AcceptMessagesOnlyFromSendersOrMembers: "authOrig and dLMemSubmitPerms",
  RejectMessagesFrom: "unauthOrig",
  RejectMessagesFromDLMembers: "dLMemRejectPerms",
  RejectMessagesFromSendersOrMembers: "unauthOrig and dLMemRejectPerms",
  RequireSenderAuthenticationEnabled: "msExchRequireAuthToSendTo",
  ModerationEnabled: "msExchEnableModeration",
  ModeratedBy: "msExchModeratedByLink",
  BypassModerationFromSendersOrMembers:
    "msExchBypassModerationLink and msExchBypassModerationFromDLMembersLink",
  SendModerationNotifications: "msExchModerationFlags",
  MailTip: "msExchSenderHintTranslations",
  MailTipTranslations: "msExchSenderHintTranslations",
  AuditEnabled: "msExchMailboxAuditEnable",
  AuditLogAgeLimit: "msExchMailboxAuditLogAgeLimit",
  AuditAdmin: "msExchAuditAdmin",
  AuditDelegate: "msExchAuditDelegate",
  AuditOwner: "msExchAuditOwner",
  RetentionComment: "msExchRetentionComment",
  RetentionUrl: "msExchRetentionURL",
  ResourceCapacity: "msExchResourceCapacity",
  ResourceCustom: "msExchResourceMetaData and msExchResourceSearchProperties",
  ArchiveName: "msExchArchiveName",
  ...Object.fromEntries(
    Array.from({ length: 15 }, (_, index) => [
      `CustomAttribute${index + 1}`,
      `extensionAttribute${index + 1}`,
    ]),
  ),
  ...Object.fromEntries(
    Array.from({ length: 5 }, (_, index) => [
      `ExtensionCustomAttribute${index + 1}`,
      `msExchExtensionCustomAttribute${index + 1}`,
    ]),
  ),
};

/** Identity attributes, which Active Directory masters even if the Exchange attributes are managed in the cloud. */
const identity: Readonly<Record<string, string>> = {
  DisplayName: "displayName",
  SimpleDisplayName: "displayNamePrintable",
  Name: "cn",
  Office: "physicalDeliveryOfficeName",
  MicrosoftOnlineServicesID: "userPrincipalName",
  ImmutableId: "mS-DS-ConsistencyGuid",
  AccountDisabled: "userAccountControl",
  AssistantName: "msExchAssistantName",
  City: "l",
  Company: "company",
  Department: "department",
  Fax: "facsimileTelephoneNumber",
  FirstName: "givenName",
  HomePhone: "homePhone",
  Initials: "initials",
  LastName: "sn",
  Manager: "manager",
  MobilePhone: "mobile",
  Notes: "info",
  Pager: "pager",
  Phone: "telephoneNumber",
  PhoneticDisplayName: "msDS-PhoneticDisplayName",
  PostalCode: "postalCode",
  StateOrProvince: "st",
  StreetAddress: "streetAddress",
  Title: "title",
  WebPage: "wWWHomePage",
};

/** How a mailbox is synchronised. It is managed in the cloud only if the service reports that. */
export interface Synchronisation {
  isDirSynced: boolean;
  isExchangeCloudManaged: boolean;
}

/** The attribute to change on premises for a setting, or undefined when Exchange Online masters it. */
export function masteredAs(
  setting: string,
  { isDirSynced, isExchangeCloudManaged }: Synchronisation,
): string | undefined {
  if (!isDirSynced) return undefined;
  return identity[setting] ?? (isExchangeCloudManaged ? undefined : attributes[setting]);
}

/** The setting that an attribute of Active Directory masters; undefined when there is none, or not one alone. */
export function settingMasteredBy(attribute: string): string | undefined {
  return Object.keys(attributes).find((setting) => attributes[setting] === attribute);
}
