/**
 * Which properties an object can have, and which of them each cmdlet shows. The store keeps only
 * what differs; everything else is a default from here, so that a tenant of 100,000 mailboxes stays
 * small.
 */
import { catalogue } from "./catalogue.ts";

export type Value = string | number | boolean | null | string[];

const zeroGuid = "00000000-0000-0000-0000-000000000000";

function all<T extends Value>(value: T, names: string): Record<string, T> {
  return Object.fromEntries(
    names
      .split(/\s+/)
      .filter(Boolean)
      .map((name) => [name, value]),
  );
}

function numbered(stem: string, count: number): string {
  return Array.from({ length: count }, (_, index) => `${stem}${index + 1}`).join(" ");
}

/** What Set-CASMailbox switches on and off (documented defaults: on). */
export const protocols: readonly string[] = [
  "ActiveSyncEnabled",
  "EwsEnabled",
  "ImapEnabled",
  "MacOutlookEnabled",
  "MAPIEnabled",
  "OneWinNativeOutlookEnabled",
  "OutlookMobileEnabled",
  "OWAEnabled",
  "OWAforDevicesEnabled",
  "PopEnabled",
  "SmtpClientAuthenticationDisabled",
  "UniversalOutlookEnabled",
];

/**
 * The value of every property that neither the object nor a derivation provides. Sizes and
 * durations are text, as on the wire.
 */
export const defaults: Record<string, Value> = {
  ...all(
    "",
    `${numbered("CustomAttribute", 15)} SimpleDisplayName Office LitigationHoldOwner
    RetentionComment RetentionUrl ImmutableId FirstName LastName Initials Title Department
    Company City StateOrProvince PostalCode Phone MobilePhone Fax HomePhone Notes StreetAddress
    WebPage AssistantName Pager PhoneticDisplayName PostOfficeBox MailboxMoveBatchName
    TelephoneAssistant InternalMessage ExternalMessage OOFEventSubject DeclineMeetingMessage
    MailboxMoveRemoteHostName ArchiveDomain JournalArchiveAddress SourceAnchor
    LinkedMasterAccount`,
  ),
  ...all(
    [] as string[],
    `${numbered("ExtensionCustomAttribute", 5)} AcceptMessagesOnlyFrom
    AcceptMessagesOnlyFromDLMembers RejectMessagesFrom RejectMessagesFromDLMembers
    EventsToDeleteIDs BypassModerationFromSendersOrMembers ModeratedBy GrantSendOnBehalfTo
    InPlaceHolds MobileDevices ArchiveName ResourceCustom GeneratedOfflineAddressBooks PoliciesIncluded
    PoliciesExcluded Languages MailTipTranslations EmailAddresses ManagedBy Members
    DirectReports OtherFax OtherHomePhone OtherTelephone AdministrativeUnits Description`,
  ),
  ...all(
    false,
    `HiddenFromAddressListsEnabled LitigationHoldEnabled IsDirSynced IsExchangeCloudManaged
    AccountDisabled DeliverToMailboxAndForward DowngradeHighPriorityMessagesEnabled
    MessageCopyForSendOnBehalfEnabled MessageCopyForSentAsEnabled ComplianceTagHoldApplied
    DelayHoldApplied ModerationEnabled IsExcludedFromServingHierarchy IsHierarchyReady
    IsHierarchySyncEnabled IsRootPublicFolderMailbox UseDatabaseQuotaDefaults
    RetentionHoldEnabled RetainDeletedItemsUntilBackup AntispamBypassEnabled
    IncludeInGarbageCollection IsInactiveMailbox IsSoftDeletedByDisable IsSoftDeletedByRemove
    AutoExpandingArchiveEnabled RequireSenderAuthenticationEnabled CalendarRepairDisabled
    ElcProcessingDisabled RoomMailboxAccountEnabled HasActiveSyncDevicePartnership
    EmailAddressPolicyEnabled RequireAllSendersAreAuthenticated IsLinked
    ActiveSyncMailboxPolicyIsDefaulted ShouldUseDefaultRetentionPolicy
    AutoDeclineFutureRequestsWhenOOF CreateOOFEvent DeclineAllEventsForScheduledOOF
    DeclineEventsForScheduledOOF ReportToManagerEnabled SendOofMessageToOriginatorEnabled
    BypassNestedModerationEnabled HiddenGroupMembershipEnabled BccBlocked`,
  ),
  ...all(
    true,
    `AuditEnabled MessageRecallProcessingEnabled MessageTrackingReadStatusEnabled SingleItemRecoveryEnabled
    UseDatabaseRetentionDefaults SKUAssigned IsValid MessageCopyForSMTPClientSubmissionEnabled RemotePowerShellEnabled
    ReportToOriginatorEnabled`,
  ),
  ...all(true, protocols.filter((name) => name !== "SmtpClientAuthenticationDisabled").join(" ")),
  // Null: the setting of the organisation counts.
  SmtpClientAuthenticationDisabled: null,
  // Documented defaults, but for the time zone, which is that of the server.
  WorkDays: "Weekdays",
  WorkingHoursStartTime: "08:00:00",
  WorkingHoursEndTime: "17:00:00",
  WorkingHoursTimeZone: "Pacific Standard Time",
  WeekStartDay: "Sunday",
  OrganizedMeetings: 3,
  TotalItemSize: "1.5 GB (1,610,612,736 bytes)",
  ItemCount: 12_000,
  ...all(
    null,
    `ForwardingAddress ForwardingSmtpAddress MailTip AddressBookPolicy OfflineAddressBook
    DefaultPublicFolderMailbox EffectivePublicFolderMailbox ResourceCapacity ResourceType
    LitigationHoldDate StartDateForRetentionHold EndDateForRetentionHold
    InactiveMailboxRetireTime OrphanSoftDeleteTrackingTime WhenSoftDeleted ThrottlingPolicy
    ManagedFolderMailboxPolicy RemoteAccountPolicy DataEncryptionPolicy MailboxMoveSourceMDB
    MailboxMoveTargetMDB ArchiveDatabase DisabledArchiveDatabase ExternalEmailAddress Manager
    UMMailboxPolicy ActiveSyncMailboxPolicy OwaMailboxPolicy SCLDeleteEnabled SCLDeleteThreshold
    SCLJunkEnabled SCLJunkThreshold SCLQuarantineEnabled SCLQuarantineThreshold SCLRejectEnabled
    SCLRejectThreshold MasterAccountSid StsRefreshTokensValidFrom ExpansionServer MailboxPlan
    QueryBaseDN ArbitrationMailbox WhenMailboxCreated GroupType UserAccountControl
    AuthenticationPolicy StartTime EndTime Language DateFormat TimeFormat TimeZone
    PreviousRecipientTypeDetails`,
  ),
  ...all(zeroGuid, "ArchiveGuid DisabledArchiveGuid ExchangeGuid DatabaseGuid ArchiveDatabaseGuid"),
  ...all(
    "None",
    "ArchiveState ArchiveStatus ArchiveRelease MailboxMoveFlags MailboxMoveStatus UpgradeRequest UpgradeStatus",
  ),
  ...all(
    "Unlimited",
    "LitigationHoldDuration MaxBlockedSenders MaxSafeSenders CalendarLoggingQuota",
  ),
  PersistedCapabilities: ["BPOS_S_Enterprise"],
  MailboxRelease: "E15",
  ArchiveQuota: "100 GB (107,374,182,400 bytes)",
  ArchiveWarningQuota: "90 GB (96,636,764,160 bytes)",
  IssueWarningQuota: "49 GB (52,613,349,376 bytes)",
  ProhibitSendQuota: "49.5 GB (53,150,220,288 bytes)",
  ProhibitSendReceiveQuota: "50 GB (53,687,091,200 bytes)",
  RecoverableItemsQuota: "30 GB (32,212,254,720 bytes)",
  RecoverableItemsWarningQuota: "20 GB (21,474,836,480 bytes)",
  MaxReceiveSize: "36 MB (37,748,736 bytes)",
  MaxSendSize: "35 MB (36,700,160 bytes)",
  RulesQuota: "256 KB (262,144 bytes)",
  RecipientLimits: "500",
  AuditLogAgeLimit: "90.00:00:00",
  RetainDeletedItemsFor: "14.00:00:00",
  AuditAdmin: [
    "Update",
    "MoveToDeletedItems",
    "SoftDelete",
    "HardDelete",
    "SendAs",
    "SendOnBehalf",
    "Create",
  ],
  AuditDelegate: [
    "Update",
    "MoveToDeletedItems",
    "SoftDelete",
    "HardDelete",
    "SendAs",
    "SendOnBehalf",
    "Create",
  ],
  AuditOwner: ["Update", "MoveToDeletedItems", "SoftDelete", "HardDelete"],
  DefaultAuditSet: ["Admin", "Delegate", "Owner"],
  SendModerationNotifications: "Always",
  ExternalOofOptions: "External",
  AutoReplyState: "Disabled",
  MemberJoinRestriction: "Closed",
  MemberDepartRestriction: "Open",
  ExternalAudience: "All",
  RetentionPolicy: "Default MRM Policy",
  RoleAssignmentPolicy: "Default Role Assignment Policy",
  SharingPolicy: "Default Sharing Policy",
  AddressListMembership: ["\\Default Global Address List", "\\All Users"],
  Database: "EURPR01DG001-db001",
  ServerName: "am0pr01mb0001",
  ServerLegacyDN:
    "/o=ExchangeLabs/ou=Exchange Administrative Group/cn=Configuration/cn=Servers/cn=AM0PR01MB0001",
  UsageLocation: "Netherlands",
  CountryOrRegion: "Netherlands",
  ExchangeVersion: "0.20 (15.0.0.0)",
  ObjectClass: ["top", "person", "organizationalPerson", "user"],
  ObjectCategory: "EURPR01A001.PROD.OUTLOOK.COM/Configuration/Schema/Person",
  AllowUMCallsFromNonUsers: "SearchEnabled",
};

/** Values that follow from other values of the same object (see `Store.property`). */
export const derivedNames =
  `Id Identity DistinguishedName OrganizationId OrganizationalUnit RecipientType
    PrimarySmtpAddress WindowsEmailAddress WindowsLiveID MicrosoftOnlineServicesID
    UserPrincipalName SamAccountName LegacyExchangeDN IsMailboxEnabled IsShared IsResource
    WhenCreated WhenCreatedUTC WhenChanged WhenChangedUTC MemberOfGroup IsSecurityPrincipal Sid
    MailboxOwnerId AcceptMessagesOnlyFromSendersOrMembers RejectMessagesFromSendersOrMembers`.split(
    /\s+/,
  );

/**
 * Where to set what some derived properties show. A value of their own would not take effect, or
 * would contradict the rest of the object, so a state must not contain them. The other derived
 * properties may have a value of their own.
 */
export const setElsewhere: Readonly<Record<string, string>> = {
  Id: "Name",
  Identity: "Name",
  DistinguishedName: "Name",
  MailboxOwnerId: "Name",
  OrganizationId: "initialDomain of the tenant",
  OrganizationalUnit: "initialDomain of the tenant",
  RecipientType: "RecipientTypeDetails",
  IsMailboxEnabled: "RecipientTypeDetails",
  IsShared: "RecipientTypeDetails",
  IsResource: "RecipientTypeDetails",
  PrimarySmtpAddress: "EmailAddresses",
  WindowsEmailAddress: "EmailAddresses",
  WindowsLiveID: "UserPrincipalName",
  MicrosoftOnlineServicesID: "UserPrincipalName",
  WhenCreatedUTC: "WhenCreated",
  WhenChangedUTC: "WhenChanged",
  MemberOfGroup: "Members of the group",
  AcceptMessagesOnlyFromSendersOrMembers:
    "AcceptMessagesOnlyFrom and AcceptMessagesOnlyFromDLMembers",
  RejectMessagesFromSendersOrMembers: "RejectMessagesFrom and RejectMessagesFromDLMembers",
};

/** Properties without a default: what an object must or may have itself. */
export const ownNames = [
  "Guid",
  "ExternalDirectoryObjectId",
  "RecipientTypeDetails",
  "Name",
  "DisplayName",
  "Alias",
];

/**
 * Properties that refer to other objects: stored as GUIDs, shown as names, filtered by
 * distinguished name.
 */
export const references = new Set(
  `GrantSendOnBehalfTo ForwardingAddress Manager ManagedBy Members MemberOfGroup DirectReports
    ModeratedBy AcceptMessagesOnlyFrom AcceptMessagesOnlyFromDLMembers
    AcceptMessagesOnlyFromSendersOrMembers RejectMessagesFrom RejectMessagesFromDLMembers
    RejectMessagesFromSendersOrMembers BypassModerationFromSendersOrMembers`.split(/\s+/),
);

const whenever = "WhenCreated WhenCreatedUTC WhenChanged WhenChangedUTC";
const person =
  "City Company CountryOrRegion Department FirstName LastName Manager Notes Office Phone " +
  "PostalCode StateOrProvince Title UsageLocation";
const identity =
  "Identity Id Guid ExternalDirectoryObjectId DistinguishedName Name DisplayName " +
  "OrganizationId OrganizationalUnit RecipientType RecipientTypeDetails ExchangeVersion IsValid";

function shown(names: string, ...sets: Record<string, string[]>[]): string[] {
  const fromSets = sets.flatMap((set) => Object.values(set).flat());
  // Get-EXORecipient spells this one property differently; the classic cmdlets do not.
  const spelled = fromSets.map((name) =>
    name === "ExternalDirectoryObjectID" ? "ExternalDirectoryObjectId" : name,
  );
  return [...new Set([...names.split(/\s+/), ...spelled])];
}

/**
 * The properties of a row, per cmdlet. Documented for the Get-EXO property sets; that the classic
 * cmdlets return at least these is assumed.
 */
export const rows = {
  "Get-Mailbox": shown(
    `${identity} ${whenever} WhenMailboxCreated IsDirSynced IsExchangeCloudManaged
    AccountDisabled Languages Office MailTip MailTipTranslations Database ServerName
    ServerLegacyDN SamAccountName LegacyExchangeDN ImmutableId WindowsEmailAddress WindowsLiveID
    MicrosoftOnlineServicesID IsMailboxEnabled IsShared IsLinked SKUAssigned SimpleDisplayName
    MailboxPlan UsageLocation ExternalOofOptions ObjectClass ObjectCategory
    RequireSenderAuthenticationEnabled CalendarRepairDisabled
    MessageCopyForSMTPClientSubmissionEnabled PersistedCapabilities ElcProcessingDisabled`,
    catalogue.propertySets["Get-EXOMailbox"] ?? {},
  ),
  "Get-Recipient": shown(
    `${identity} ${whenever} ${person} Alias EmailAddresses ExternalEmailAddress ExchangeGuid
    HiddenFromAddressListsEnabled IsDirSynced LitigationHoldEnabled ManagedBy PrimarySmtpAddress
    SamAccountName ServerLegacyDN SKUAssigned WhenMailboxCreated WindowsLiveID
    HasActiveSyncDevicePartnership ObjectClass`,
    catalogue.propertySets["Get-EXORecipient"] ?? {},
  ),
  "Get-User": shown(
    `${identity} ${whenever} ${person} AccountDisabled AdministrativeUnits AssistantName
    AuthenticationPolicy DirectReports Fax HomePhone Initials IsDirSynced IsLinked
    LegacyExchangeDN MailboxRelease MasterAccountSid MicrosoftOnlineServicesID MobilePhone
    OtherFax OtherHomePhone OtherTelephone Pager PhoneticDisplayName PostOfficeBox
    RemotePowerShellEnabled SamAccountName SimpleDisplayName SKUAssigned StreetAddress
    UserAccountControl UserPrincipalName WebPage WindowsEmailAddress WindowsLiveID
    IsSecurityPrincipal Sid StsRefreshTokensValidFrom WhenSoftDeleted
    PreviousRecipientTypeDetails`,
  ),
  // No documented property sets: the settings of Set-DistributionGroup, and what a recipient has.
  "Get-DistributionGroup": shown(
    `${identity} ${whenever} Alias EmailAddresses PrimarySmtpAddress WindowsEmailAddress
    HiddenFromAddressListsEnabled IsDirSynced GroupType ManagedBy SamAccountName
    LegacyExchangeDN ${numbered("CustomAttribute", 15)}
    ${numbered("ExtensionCustomAttribute", 5)} GrantSendOnBehalfTo ModeratedBy ModerationEnabled
    SendModerationNotifications AcceptMessagesOnlyFrom AcceptMessagesOnlyFromDLMembers
    AcceptMessagesOnlyFromSendersOrMembers RejectMessagesFrom RejectMessagesFromDLMembers
    RejectMessagesFromSendersOrMembers BypassModerationFromSendersOrMembers
    RequireSenderAuthenticationEnabled MailTip MailTipTranslations MaxSendSize MaxReceiveSize
    SimpleDisplayName AdministrativeUnits AddressListMembership EmailAddressPolicyEnabled
    ExpansionServer MemberJoinRestriction MemberDepartRestriction ReportToManagerEnabled
    ReportToOriginatorEnabled SendOofMessageToOriginatorEnabled Description
    BypassNestedModerationEnabled HiddenGroupMembershipEnabled BccBlocked`,
  ),
  // Likewise for Set-UnifiedGroup.
  "Get-UnifiedGroup": shown(
    `${identity} ${whenever} Alias EmailAddresses PrimarySmtpAddress HiddenFromAddressListsEnabled IsDirSynced
    ManagedBy ExchangeGuid LegacyExchangeDN ${numbered("CustomAttribute", 15)}
    ${numbered("ExtensionCustomAttribute", 5)} GrantSendOnBehalfTo ModeratedBy ModerationEnabled MailTip
    MailTipTranslations MaxSendSize MaxReceiveSize Notes RequireSenderAuthenticationEnabled
    HiddenGroupMembershipEnabled WhenSoftDeleted`,
  ),
  "Get-DistributionGroupMember": shown(
    `${identity} ${whenever} ${person} Alias PrimarySmtpAddress EmailAddresses ` +
      "ExternalEmailAddress HiddenFromAddressListsEnabled IsDirSynced SamAccountName",
  ),
  "Get-MailboxRegionalConfiguration": [
    "Identity",
    "Language",
    "DateFormat",
    "TimeFormat",
    "TimeZone",
    "DefaultFolderNameMatchingUserLanguage",
    "IsValid",
  ],
  "Get-MailboxCalendarConfiguration": [
    "Identity",
    "WorkDays",
    "WorkingHoursStartTime",
    "WorkingHoursEndTime",
    "WorkingHoursTimeZone",
    "WeekStartDay",
    "IsValid",
  ],
  "Get-MailboxStatistics": ["DisplayName", "ItemCount", "TotalItemSize", "IsValid"],
  "Get-CASMailbox": shown(
    `Identity Guid ExternalDirectoryObjectId DisplayName Name PrimarySmtpAddress ${protocols.join(" ")}`,
  ),
  // The documented properties are those of Set-MailboxAutoReplyConfiguration.
  "Get-MailboxAutoReplyConfiguration": shown(
    `Identity MailboxOwnerId AutoReplyState StartTime EndTime InternalMessage ExternalMessage
    ExternalAudience AutoDeclineFutureRequestsWhenOOF CreateOOFEvent
    DeclineAllEventsForScheduledOOF DeclineEventsForScheduledOOF DeclineMeetingMessage
    EventsToDeleteIDs OOFEventSubject IsValid`,
  ),
} as const;

/**
 * Every property name that a stored object may have, with a sample value that shows its type (null:
 * any scalar).
 */
export const known = new Map<string, Value>([
  ...Object.entries(defaults),
  ...derivedNames.map((name): [string, Value] => [name, sampleOf(name)]),
  ...ownNames.map((name): [string, Value] => [name, ""]),
]);

function sampleOf(derivedName: string): Value {
  if (derivedName === "MemberOfGroup" || derivedName.endsWith("SendersOrMembers")) return [];
  return derivedName.startsWith("Is") ? false : "";
}

const groupRows = ["Get-DistributionGroup"] as const;
const mailboxRows = [
  "Get-Mailbox",
  "Get-MailboxAutoReplyConfiguration",
  "Get-MailboxRegionalConfiguration",
  "Get-MailboxCalendarConfiguration",
  "Get-MailboxStatistics",
  "Get-CASMailbox",
] as const;
/** Stored for other reasons than to be shown. */
const unshown = {
  group: ["Members"],
  mailbox: [
    "IsSoftDeletedByRemove",
    "IsSoftDeletedByDisable",
    "IsInactiveMailbox",
    "MobileDevices",
    "OrganizedMeetings",
  ],
};

const shownIn = (cmdlets: readonly (keyof typeof rows)[]): string[] =>
  cmdlets.flatMap((cmdlet) => [...rows[cmdlet], ...(catalogue.filterable.byCmdlet[cmdlet] ?? [])]);
const ofGroups = new Set([...shownIn(groupRows), ...unshown.group]);
const ofMailboxes = new Set([...shownIn(mailboxRows), ...unshown.mailbox]);
const ofRecipients = new Set<string>(
  (["Get-Recipient", "Get-User", "Get-DistributionGroupMember"] as const).flatMap(
    (cmdlet) => rows[cmdlet],
  ),
);

/**
 * Whether no cmdlet shows this property of this type of object: only of mailboxes, or only of
 * groups. An account that lost its licence keeps the properties of its mailbox.
 */
export function isOfAnotherType(name: string, type: string): boolean {
  if (ofRecipients.has(name) || type === "GroupMailbox") return false;
  if (/Group$|^RoomList$/.test(type)) return ofMailboxes.has(name) && !ofGroups.has(name);
  const isOfMailboxToo = !type.endsWith("Contact") && ofMailboxes.has(name);
  return (ofGroups.has(name) || ofMailboxes.has(name)) && !isOfMailboxToo;
}
