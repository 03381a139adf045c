import type { FaultKind } from "../fault.ts";

/**
 * What Exchange Online says, and what it means. All matching of class names and texts lives here, each with where it was seen.
 * The exception class decides first, the text where the class does not tell; sources:
 * MOD: code that the service generates for Microsoft's module. ODP, ODS: Microsoft's documentation and support pages.
 * CIPP, HID, EXOH: KelvinTegelaar/CIPP-API, the HelloID connector, GreyCorbel/ExoHelper. QA: Microsoft Q&A. FIELD: one field note.
 */
interface Meaning {
  /** The short name of the exception class. */
  type?: RegExp;
  text?: RegExp;
  kind: FaultKind;
  retryable?: true;
  /** Said to a person instead of the service's own text, where that does not help. */
  message?: string;
}

const meanings: readonly Meaning[] = [
  // An ambiguous identity can arrive labelled not-found (Microsoft365DSC#3741), so this stands before the class.
  { text: /matches multiple entries|multiple recipients matching/i, kind: "ambiguous" },
  { type: /^ManagementObjectAmbiguousException$/, kind: "ambiguous" }, // ODS
  // ODS; also as RecipientTaskException or InvalidOperationException, so the text decides.
  { text: /is being synchronized from your on-premises organization|out of the current user's write scope/i, kind: "onPremises" },
  // michev.info 6594
  { text: /license doesn't permit you/i, kind: "unlicensed" },
  // QA 1523006: a replica that has not heard of the object yet; worth another try.
  { text: /couldn't be read from domain controller/i, kind: "notReady", retryable: true },
  { type: /^ManagementObjectNotFoundException$/, kind: "missing" }, // Microsoft365DSC#2998
  { type: /^MemberAlreadyExistsException$|^UserAlreadyExistsInPermissionEntryException$|^ADObjectAlreadyExistsException$/, kind: "already" }, // HID, CIPP
  { type: /^MemberNotFoundException$|^UserNotFoundInPermissionEntryException$/, kind: "already" }, // HID, CIPP
  // The classes that Microsoft's module tries again (MOD), and those of a C# client (FIELD).
  { type: /^(DCOverloadedException|SuitabilityDirectoryException|ServerInMMException|ADServerSettingsChangedException|StorageTransientException|ServerBusyException|TransientException|BackendCommunicationException|CmdletProxyNotAvailableFailure)$/, kind: "unavailable", retryable: true },
  {
    text: /role assigned to application .* isn't supported/i, // several public threads
    kind: "denied",
    message: "The application has no Entra role that Exchange Online accepts. Assign it Exchange Recipient Administrator (or Exchange Administrator), and wait some minutes for the role to reach Exchange.",
  },
  { text: /not present in the role definition of the current user/i, kind: "denied" }, // CIPP
  { text: /not a recognized filterable property/i, kind: "invalid" }, // ODP
  // QA 1023619
  { text: /Expired or Invalid pagination request/i, kind: "unavailable" },
  { type: /^(DataValidationException|ParameterTransformationException|ParameterBindingException|ValidationException)$/, kind: "invalid" },
  { type: /^(ProxyAddressExistsException|WLCDManagedMemberExistsException)$/, kind: "invalid" }, // ODS, FIELD
];

/** EXOH: the tenant-wide cap on concurrent requests, with whatever status and often not as JSON. */
const concurrency = /maximum number of concurrent requests/i;

/** What an error of the service means, or undefined when only the HTTP status can tell. */
export function meaningOf(type: string | undefined, text: string): { kind: FaultKind; retryable: boolean; message?: string | undefined } | undefined {
  if (concurrency.test(text)) return { kind: "throttled", retryable: true };
  const found = meanings.find((meaning) => (meaning.type === undefined || meaning.type.test(type ?? "")) && (meaning.text === undefined || meaning.text.test(text)));
  return found && { kind: found.kind, retryable: found.retryable ?? false, message: found.message };
}

/** What a warning on a successful answer means; undefined: for people to read. */
export type NoticeKind = "nothingModified" | "moreResults";

export function noticeOf(warning: string): NoticeKind | undefined {
  if (/completed successfully but no settings of .* have been modified/i.test(warning)) return "nothingModified"; // CIPP tests
  if (/There are more results available than are currently displayed/i.test(warning)) return "moreResults"; // MOD
  return undefined;
}
