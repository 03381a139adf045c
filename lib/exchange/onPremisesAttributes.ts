/**
 * Which attribute of Active Directory masters a setting of a directory-synchronised mailbox. A setting that is not
 * listed is written in Exchange Online whatever the mailbox is. Source: Microsoft's list of attributes that are
 * synchronised to Exchange Online; the pairing with parameters is product knowledge. Some of these are accepted by
 * Exchange Online and overwritten at the next synchronisation, so the table decides and not the service's answer.
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

/**
 * What stays with Active Directory even when the mailbox's Exchange attributes are managed in the cloud: who the
 * person is.
 */
const identity: Readonly<Record<string, string>> = {
  DisplayName: "displayName",
  SimpleDisplayName: "displayNamePrintable",
  Name: "cn",
  Office: "physicalDeliveryOfficeName",
  MicrosoftOnlineServicesID: "userPrincipalName",
  ImmutableId: "mS-DS-ConsistencyGuid",
  AccountDisabled: "userAccountControl",
};

/** How a mailbox is synchronised. A mailbox that does not say that it is managed in the cloud is not. */
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
