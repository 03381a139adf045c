import type { FaultKind } from "../../fault.ts";
import type { Command } from "./command.ts";

/**
 * The errors of Exchange Online and their meanings. All matching of class names and texts is in this file, each with
 * its source. The exception class decides first, and the text where the class is not enough. Sources: MOD: code that
 * the service generates for Microsoft's module. ODP, ODS: Microsoft's documentation and support pages. CIPP, HID, EXOH:
 * KelvinTegelaar/CIPP-API, the HelloID connector, GreyCorbel/ExoHelper. QA: Microsoft Q&A. FIELD: one field note.
 */
interface Meaning {
  /** The short name of the exception class. */
  type?: RegExp;
  text?: RegExp;
  /** The cmdlets that report it, when it would mean something else for another. */
  by?: RegExp;
  kind: FaultKind | "alreadySo";
  retryable?: true;
  /** "Not found" is about the named object, although the text does not quote its name. */
  isAboutIdentity?: true;
  /** Replaces the service's own text where that does not help. */
  message?: string;
}

/** Retried by Microsoft's module wherever the details name it (MOD), and by a C# client (FIELD). */
const transient = new RegExp(
  "\\b(DCOverloadedException|SuitabilityDirectoryException|ServerInMMException|" +
    "ADServerSettingsChangedException|\\w*TransientException|ServerBusyException|" +
    "BackendCommunicationException|CmdletProxyNotAvailableFailure)\\b",
);

/** The mailbox is elsewhere or briefly unavailable (Microsoft365DSC#142; the names of the store's own classes). */
const awayForNow =
  /^(MailboxInfoStale|MailboxInTransit|WrongServer|MailboxOffline|MailboxUnavailable|DatabaseNotFound|MailboxCrossSiteFailover|ConnectionFailed\w*|StoragePermanent|StorageTransient)Exception$/;

/** Exchange writes to Entra ID as well, and Entra ID refused or failed (Partner-Center-PowerShell#409, QA 1185387). */
const dualWrite = /^UnableToWriteToAadException$/;

const managersOnly =
  "The members of a mail-enabled security group can only be changed by its managers, and by those who " +
  "may bypass that check: assign the application the Entra role Exchange Administrator, or the Exchange " +
  "role Security Group Creation and Membership.";

/** Sources differ on whether the permission or the role is missing when Exchange refuses, so both are named. */
export const rightsNeeded =
  "The application needs the permission Exchange.ManageAsApp (Office 365 Exchange Online, with admin " +
  "consent) and an Entra role such as Exchange Recipient Administrator; a recent assignment can " +
  "take some minutes to reach Exchange.";

const meanings: readonly Meaning[] = [
  {
    type: dualWrite,
    text: /on-premises mastered|mastered on[- ]premises/i,
    kind: "onPremises",
  },
  // A reason that passes; the advice to try again, which follows every reason, does not count.
  {
    type: dualWrite,
    text: /Detailed error message:(?:(?!DualWrite).)*(temporar|unavailable|time[d-]? ?out|throttl|too many requests)/i,
    kind: "unavailable",
    retryable: true,
  },
  // A specific reason follows "Detailed error message"; without one the text only advises to try again.
  { type: dualWrite, text: /Detailed error message:\s*(?!DualWrite)\S/i, kind: "invalid" },
  { type: dualWrite, kind: "unavailable", retryable: true },
  { type: awayForNow, kind: "unavailable", retryable: true },
  // timmcmic/DLConversionV2#5: the identity is a Microsoft 365 group's.
  {
    text: /not supported on GroupMailbox/i,
    by: /^Get-DistributionGroup$/,
    kind: "missing",
    isAboutIdentity: true,
  },
  // An ambiguous identity can arrive labelled not-found (Microsoft365DSC#3741), so this comes before the class.
  { text: /matches multiple entries|multiple recipients matching/i, kind: "ambiguous" },
  { type: /^ManagementObjectAmbiguousException$/, kind: "ambiguous" }, // ODS
  // ODS; also as RecipientTaskException or InvalidOperationException, so the text decides.
  { text: /is being synchronized from your on-premises organization/i, kind: "onPremises" },
  // The same opening without that reason: a role group of the application is limited to other objects (inferred).
  { text: /out of the current user's write scope/i, kind: "denied" },
  // michev.info 6594
  { text: /license doesn't permit you/i, kind: "unlicensed" },
  // QA 1523006: a replica that does not have the object yet; worth another attempt.
  { text: /couldn't be read from domain controller/i, kind: "notReady", retryable: true },
  { type: /^ManagementObjectNotFoundException$/, kind: "missing" }, // Microsoft365DSC#2998
  {
    text: /couldn't be performed because (object|Identity:) ?['"].* couldn't be found/i,
    kind: "missing",
  }, // HID; the class was not seen
  // HID, CIPP. The existing permission entry may have other rights than those to be added, so the caller compares them.
  {
    type: /^(MemberAlreadyExistsException|UserAlreadyExistsInPermissionEntryException)$/,
    by: /^Add-/,
    kind: "alreadySo",
  },
  {
    type: /^(MemberNotFoundException|UserNotFoundInPermissionEntryException)$/,
    by: /^Remove-/,
    kind: "alreadySo",
  }, // HID, CIPP
  // FIELD, CIPP. The user's entry is missing, not the named folder.
  {
    type: /^UserNotFoundInPermissionEntryException$/,
    by: /MailboxFolderPermission$/,
    kind: "noEntry",
  },
  // The new object may already exist, created by a run that was cut off, so the caller looks for it. The text is
  // inferred from the one for Name.
  {
    type: /^(ADObjectAlreadyExistsException|ProxyAddressExistsException|WLCDManagedMemberExistsException)$/,
    by: /^New-/,
    kind: "taken",
  },
  { text: /of property "?Alias"? is used by another recipient/i, by: /^New-/, kind: "taken" },
  // Another object has the name. GO2: terraprovider/go-exoscc
  { type: /^ADObjectAlreadyExistsException$/, kind: "invalid" },
  { type: transient, kind: "unavailable", retryable: true },
  { text: transient, kind: "unavailable", retryable: true },
  {
    text: /role assigned to application .* isn't supported/i, // several public threads
    kind: "denied",
    message: `Exchange Online does not accept the application's rights. ${rightsNeeded}`,
  },
  {
    // In either order: CIPP, HID
    text: /^(?=.*BypassSecurityGroupManagerCheck).*not present in the role definition/is,
    kind: "denied",
    message: managersOnly,
  },
  // office-docs-powershell#9985: a parameter that the application's role lacks is unknown to it.
  {
    text: /parameter cannot be found that matches parameter name ['"]?BypassSecurityGroupManagerCheck/i,
    kind: "denied",
    message: managersOnly,
  },
  // The check is documented for distribution groups as well.
  {
    text: /can only be performed by a manager of the group/i,
    kind: "notManager",
    message: managersOnly,
  },
  { text: /parameter cannot be found that matches parameter name/i, kind: "denied" },
  {
    text: /(not|n't|n\u2019t) present in the role definition (of|for) the current user/i,
    kind: "denied",
  }, // CIPP
  { text: /^The term .* is not recognized/i, kind: "denied" },
  // PowerShell's error for an unknown command. Our cmdlets exist, so the role must lack them (inferred).
  { type: /^CommandNotFoundException$/, kind: "denied" },
  { text: /not a recognized filterable property/i, kind: "invalid" }, // ODP
  // QA 1023619
  { text: /Expired or Invalid pagination request/i, kind: "unavailable" },
  {
    type: /^((Data)?ValidationException|Parameter(Transformation|Binding\w*)Exception)$/,
    kind: "invalid",
  },
  { type: /^(ProxyAddressExistsException|WLCDManagedMemberExistsException)$/, kind: "invalid" }, // ODS, FIELD
];

/** EXOH: the tenant-wide cap on concurrent requests, with any status and often not as JSON. */
export function isBusy(text: string): boolean {
  return /^\W*You have reached the maximum number of concurrent requests/i.test(text);
}

/** The meaning of an error of the service, or undefined when only the HTTP status shows it. */
export function meaningOf(
  type: string | undefined,
  text: string,
  command: Command,
): { kind: FaultKind | "alreadySo"; retryable: boolean; message?: string | undefined } | undefined {
  if (isBusy(text)) return { kind: "throttled", retryable: true };
  const found = meanings.find(
    (meaning) =>
      (meaning.type?.test(type ?? "") ?? true) &&
      (meaning.text?.test(text) ?? true) &&
      (meaning.by?.test(command.cmdlet) ?? true),
  );
  if (found?.kind === "missing" && !found.isAboutIdentity && !isAboutIdentity(text, command))
    return { kind: "unexpected", retryable: false };
  return found && { kind: found.kind, retryable: found.retryable ?? false, message: found.message };
}

/**
 * "Not found" is trusted only for the named object. The texts quote the name that was not found (`object 'x'`,
 * `Identity:"x"`) and sometimes others (a domain controller); "The specified mailbox doesn't exist." quotes none (CIPP
 * tests), and is trusted when the command has no other text that could have named another object.
 */
function isAboutIdentity(text: string, { parameters }: Command): boolean {
  const { Identity, RoleAssignee, ...others } = parameters;
  const identity = Identity ?? RoleAssignee;
  if (typeof identity !== "string") return false;
  const lowerCase = text.toLowerCase();
  if (
    [`'${identity}'`, `"${identity}"`, `“${identity}”`, `‘${identity}’`].some((quoted) =>
      lowerCase.includes(quoted.toLowerCase()),
    )
  )
    return true;
  const quotes = /(^|[\s:(])['"“‘]/.test(text);
  return (
    !quotes &&
    Object.values(others).every((value) => typeof value === "boolean" || typeof value === "number")
  );
}

/** The meaning of a warning on a successful answer; undefined: only for people to read. */
export type NoticeKind = "alreadySo" | "moreResults";

export function noticeOf(warning: string): NoticeKind | undefined {
  if (/completed successfully but no settings of .* have been modified/i.test(warning))
    return "alreadySo"; // CIPP tests
  // several public threads; Add-MailboxPermission, Add-RecipientPermission
  if (/access control entry is already present on the object/i.test(warning)) return "alreadySo";
  // ODS, CIPP; the second ending is that of Remove-RecipientPermission
  if (
    /can't remove the access control entry on the object .*because the ACE (doesn't exist|isn't present)/i.test(
      warning,
    )
  )
    return "alreadySo";
  if (/There are more results available than are currently displayed/i.test(warning))
    return "moreResults"; // MOD
  return undefined;
}
