import type { FaultKind } from "../../fault.ts";

/** What an error answer says. */
export interface Said {
  /** The HTTP status. */
  status?: number;
  /** `error.code`; empty in the answers of some services. */
  code: string;
  text: string;
  /** The property whose value another object has (the `target` of an `ObjectConflict` in `details`). */
  conflict: string;
}

/** What was requested: the operation, and the IDs in its path and in its reference. */
export interface About {
  operation: string;
  ids: readonly string[];
}

/**
 * The errors of Microsoft Graph and their meanings. All matching of codes and texts is in this file, each with its
 * source. The directory reports most faults with the code `Request_BadRequest`, so the text has to decide. Sources:
 * DOC: Microsoft's documentation. TF, CANVAS, HEX, CIPP, CLI: hashicorp/terraform-provider-azuread,
 * instructure/canvas-lms, the HelloID connector for Entra ID, KelvinTegelaar/CIPP-API, pnp/cli-microsoft365.
 * GI, GC: an issue of microsoft-graph-docs, of microsoft-graph-docs-contrib. QA: Microsoft Q&A. FIELD: public logs.
 */
interface Meaning {
  /** Only where code and text are not known. */
  status?: number;
  code?: RegExp;
  text?: RegExp;
  /** The error names a property whose value another object has. */
  isConflict?: true;
  /** The operations that report it, when it would mean something else for another. */
  by?: RegExp;
  kind: FaultKind | "alreadySo";
  retryable?: true;
  /** A sentence after the service's own text, where that does not help. */
  hint?: string;
}

const masteredByExchange =
  "Exchange Online masters this: it is changed through Exchange, not through Microsoft Graph.";
const badRequest = /^Request_BadRequest$/;
const references = /\/\$ref$/;
const licences = /\/assignLicense$/;
/** Phones and e-mail addresses, each of which a user has once. */
const methods = /^POST .*\/(phone|email)Methods$/;
const removalsOfMethods = /^DELETE .*\/authentication\//;
const creations = /^(POST \/\w+|PATCH \/groups\(.+)$/;
/** An object by its alternate key: it alone can be what does not exist. */
const byKey = /^(GET|PATCH) \/\w+\(/;

const meanings: readonly Meaning[] = [
  // DOC, FIELD: the texts differ (`Lifetime validation failed`, `CompactToken parsing failed`), the code does not.
  { code: /^InvalidAuthenticationToken$/, kind: "denied" },
  // GI7104: the same answer for each of these reasons.
  {
    code: /^Authorization_RequestDenied$/,
    kind: "denied",
    hint:
      "The application lacks the permission, or the object is protected: a user who has a directory role or belongs " +
      "to a role-assignable group, a role-assignable group, or a group with dynamic membership.",
  },
  // FIELD: the application does not exist in this tenant.
  { code: /^Authorization_IdentityNotFound$/, kind: "denied" },
  // CIPP
  { code: /^Authentication_RequestFromNonPremiumTenantOrB2CTenant$/, kind: "unlicensed" },
  // FIELD: refused as a whole, so sending it again is safe.
  { code: /^Directory_ConcurrencyViolation$/, kind: "throttled", retryable: true },
  // FIELD
  { code: /^(TooManyRequests|Request_ThrottledTemporarily)$/, kind: "throttled", retryable: true },
  { code: /^Request_ThrottledPermanently$/, kind: "throttled" },
  // FIELD
  {
    code: /^(Directory_ReplicaUnavailable|serviceNotAvailable)$/i,
    kind: "unavailable",
    retryable: true,
  },
  // GI15839: seen for objects that were created a moment ago.
  { code: /^Directory_ObjectNotFound$/, kind: "notReady" },
  // TF, CANVAS: there are at most 100 owners.
  { code: /^Directory_QuotaExceeded$/, kind: "invalid" },
  { text: /would exceed the maximum quota count/i, by: references, kind: "invalid" },
  // A policy of the sign-in service, in the words of that service (inferred).
  { text: /\bAADSTS\d+\b/, kind: "denied" },
  // CLI: the new object may be one that a run before created, so the caller looks for it.
  { isConflict: true, by: creations, kind: "taken" },
  {
    code: badRequest,
    text: /^Another object with the same value for property \S+ already exists/i,
    by: creations,
    kind: "taken",
  },
  // TF
  {
    code: badRequest,
    text: /conflicting object with one or more of the specified property values is present/i,
    by: creations,
    kind: "taken",
  },
  // CANVAS, HEX, TF, CLI
  {
    code: badRequest,
    text: /^One or more added object references already exist/i,
    by: /^POST .*\/\$ref$/,
    kind: "alreadySo",
  },
  {
    code: badRequest,
    text: /^One or more removed object references do not exist/i,
    by: /^DELETE .*\/\$ref$/,
    kind: "alreadySo",
  },
  // CANVAS, CLI
  {
    code: badRequest,
    text: /^The group must have at least one owner/i,
    kind: "invalid",
    hint: "Make someone else an owner of the group first.",
  },
  // HelloID's older Entra connector: the licence to remove is not assigned.
  {
    code: badRequest,
    text: /User does not have a corresponding license/i,
    by: licences,
    kind: "alreadySo",
  },
  // QA, FIELD: there is no seat, or the service plans need or exclude others.
  {
    text: /^Subscription with SKU \S+ does not have any available licenses/i,
    by: licences,
    kind: "unlicensed",
  },
  {
    text: /^License assignment failed because service plans? /i,
    by: licences,
    kind: "invalid",
  },
  // GC1888, GI14470
  {
    text: /user's current default authentication method|^Cannot delete default method/i,
    by: removalsOfMethods,
    kind: "invalid",
    hint: "The user chooses another default sign-in method first, on the page Security info.",
  },
  // DOC says that there is one of each type; the text is not published.
  { text: /already (exists|has|registered|configured)/i, by: methods, kind: "alreadySo" },
  // The code is not published. Whether the method or the user does not exist, a look decides.
  { status: 404, by: removalsOfMethods, kind: "alreadySo" },
  // FIELD: a licence that a group assigns.
  { text: /inherited from a group membership/i, by: licences, kind: "invalid" },
  // GI7301, GI18038
  { text: /on-premises mastered Directory Sync objects/i, kind: "onPremises" },
  // GC3564, GC3001, GC8241
  {
    text: /objects that have originated within an external service/i,
    kind: "invalid",
    hint: masteredByExchange,
  },
  // GI14827, GI14899
  {
    text: /^Cannot Update a mail-enabled security groups? and or distribution list/i,
    kind: "invalid",
    hint: masteredByExchange,
  },
  // FIELD, QA
  {
    text: /^License assignment cannot be done for user with invalid usage location/i,
    kind: "invalid",
    hint: "The user needs a usage location (usageLocation) first.",
  },
];

/** The meaning of an error of the service, or undefined when only the HTTP status shows it. */
export function meaningOf(
  said: Said,
  about: About,
): "alreadySo" | { kind: FaultKind; retryable: boolean; hint?: string | undefined } | undefined {
  const found = meanings.find(
    ({ status, code, text, isConflict, by }) =>
      (status === undefined || status === said.status) &&
      (code?.test(said.code) ?? true) &&
      (text?.test(said.text) ?? true) &&
      (isConflict === undefined || said.conflict !== "") &&
      (by?.test(about.operation) ?? true),
  );
  const kind = found?.kind ?? kindOfAbsence(said, about);
  if (kind === undefined || kind === "alreadySo") return kind;
  return { kind, retryable: found?.retryable ?? false, hint: found?.hint };
}

/**
 * "Does not exist" has one code for the object in the path, the object of the reference and an empty relationship; only
 * the quoted name tells them apart (HEX for `manager`). "Missing" is trusted only for an ID that was sent.
 */
function kindOfAbsence(
  { code, text }: Said,
  { operation, ids }: About,
): FaultKind | "alreadySo" | undefined {
  if (code !== "Request_ResourceNotFound") return undefined;
  // Which of the names of the object the text has is not documented.
  if (byKey.test(operation)) return "missing";
  const name = /^Resource '(.+?)' does not exist/.exec(text)?.[1]?.toLowerCase();
  if (name === undefined) return "unexpected";
  if (ids.some((id) => id.toLowerCase() === name)) return "missing";
  if (!operation.toLowerCase().split("/").includes(name)) return "unexpected";
  return operation.startsWith("DELETE ") ? "alreadySo" : "noEntry";
}

/** FIELD: the token of a next page lives for minutes. */
export function isExpiredPage({ code }: Said): boolean {
  return code === "Directory_ExpiredPageToken";
}

/** The kind of an answer that has no known code and text. 509: the bandwidth of the application is used up (DOC). */
export function kindByStatus(status: number): {
  kind: FaultKind;
  retryable: boolean;
  hint?: undefined;
} {
  if (status === 429 || status === 509) return { kind: "throttled", retryable: true };
  if ([408, 502, 503, 504].includes(status)) return { kind: "unavailable", retryable: true };
  if (status === 401 || status === 403) return { kind: "denied", retryable: false };
  return { kind: status >= 400 && status < 500 ? "invalid" : "unexpected", retryable: false };
}
