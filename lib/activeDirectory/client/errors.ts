/**
 * The errors of Active Directory, of the library and of the connection, and their meanings. All matching of codes and
 * texts is in this file. The result code of LDAP decides, then the Windows error in the text (`data 52e`, or the first
 * eight digits), never the words, which differ between servers. Sources: DOC: Microsoft's documentation (MS-ADTS 3.1.1,
 * "System Error Codes"), RFC: RFC 4511 appendix A, M: measured with Samba 4.17 and ldapts 8.2.0.
 */
import { Fault, type FaultKind } from "../../fault.ts";
import { reasonFor } from "../../net/connectionFault.ts";

/** What an error is about. */
export interface About {
  /** What was done, as the start of a sentence: `The search below DC=example,DC=test`. */
  what: string;
  /** The attributes that were written, if any. */
  written?: readonly string[];
  /** An object was to be created or deleted. */
  isCreation?: boolean;
  isDeletion?: boolean;
  /** The name of the object below which it was to be. */
  place?: string;
  /** Values of `was` were compared by the server. */
  isCompared?: boolean;
}

interface Meaning {
  code: number;
  /** The Windows error in the text, in hexadecimal digits without leading zeros. */
  windows?: string;
  kind: FaultKind;
  retryable?: true;
  /** The rest of the sentence after the host. */
  text: string;
}

/** DOC: the Windows errors of a refused sign-in. 52e, 533 and 773 M; 775 and the others are documented. */
const signIn: readonly (readonly [windows: string, text: string])[] = [
  ["525", "no account has this name"],
  ["52e", "the user name or the password is wrong"],
  ["530", "the account must not sign in at this time (logon hours)"],
  ["531", "the account must not sign in from this machine"],
  ["532", "the password of the account has expired"],
  ["533", "the account is disabled"],
  ["701", "the account has expired"],
  ["773", "the account has to change its password first"],
  ["775", "the account is locked out"],
];

const meanings: readonly Meaning[] = [
  ...signIn.map(([windows, text]): Meaning => ({ code: 49, windows, kind: "denied", text })),
  { code: 49, kind: "denied", text: "the sign-in of the account was refused" },
  // RFC. M: 1 with 00002020 is what an operation without a bind gets.
  { code: 1, windows: "2020", kind: "unavailable", text: "the connection was not signed in" },
  // A list that ends at a limit is not whole.
  { code: 3, kind: "unavailable", text: "its time limit was reached (time limit 3)" },
  { code: 4, kind: "unexpected", text: "there are more objects than it returns (size limit 4)" },
  { code: 11, kind: "unexpected", text: "an administrative limit was reached (11)" },
  // M: a simple bind without TLS.
  { code: 8, kind: "denied", text: "it requires a stronger way to sign in (8)" },
  { code: 13, kind: "denied", text: "it requires an encrypted connection (13)" },
  // M: an attribute that the schema does not have.
  { code: 17, kind: "invalid", text: "the schema has no such attribute (17)" },
  // M: 19 with 52d for a password that the policy refuses.
  {
    code: 19,
    windows: "52d",
    kind: "invalid",
    text: "the password does not satisfy the policy of the domain",
  },
  // DOC: ERROR_DS_UPN_VALUE_NOT_UNIQUE_IN_FOREST. Samba has 202f for it (M), as for every other constraint.
  {
    code: 19,
    windows: "21c8",
    kind: "taken",
    text: "another account of the forest has this userPrincipalName",
  },
  { code: 19, kind: "invalid", text: "a value is not allowed (constraint 19)" },
  { code: 21, kind: "invalid", text: "a value does not have the syntax of its attribute (21)" },
  { code: 32, kind: "missing", text: "the object does not exist, or the account cannot see it" },
  { code: 34, kind: "invalid", text: "the distinguished name is not a valid one (34)" },
  { code: 51, kind: "unavailable", retryable: true, text: "it is busy (51)" },
  { code: 52, kind: "unavailable", retryable: true, text: "it is unavailable (52)" },
  { code: 53, kind: "invalid", text: "it refuses this change (unwilling to perform 53)" },
  { code: 65, kind: "invalid", text: "the class of the object does not allow this (65)" },
  // M: an object that has others below it.
  { code: 66, kind: "invalid", text: "there are other objects below it (66)" },
  { code: 68, kind: "taken", text: "an object of this name exists (68)" },
];

/** The domain refused the sign-in of the account: each further one counts towards its lock-out. */
export class RefusedSignIn extends Fault {}

/** Converts what the library threw. A fault is returned as it is. */
export function faultFrom(thrown: unknown, about: About & { host: string }): Fault {
  if (thrown instanceof Fault) return thrown;
  const { code, message } = errorOf(thrown);
  if (typeof code !== "number") return connectionLost(thrown, about);
  return refusal(code, message, about, thrown);
}

function refusal(
  code: number,
  message: string,
  about: About & { host: string },
  cause: unknown,
): Fault {
  const { host, what, written = [], isCompared = false, place } = about;
  const windows = windowsErrorIn(message);
  const OwnFault = code === 49 ? RefusedSignIn : Fault;
  const fault = (kind: FaultKind, text: string, retryable = false): Fault =>
    new OwnFault({
      kind,
      retryable,
      message: `${what} was refused by ${host}: ${text}${detail(windows)}.`,
      cause,
    });
  // The library drops the addresses of a referral; the text of Active Directory names the domain (M).
  if (code === 10) {
    const domain = /\bref 1: '([^']+)'/.exec(message)?.[1];
    const other = domain === undefined ? "another domain" : `the domain ${domain}`;
    return fault(
      "invalid",
      `it refers to ${other}, which this connection does not have; the password is never sent to a host that is ` +
        "not in the form",
    );
  }
  // DOC: 00002098 is INSUFF_ACCESS_RIGHTS.
  if (code === 50) {
    return fault("denied", `the account of the connector lacks the right to ${rightFor(about)}`);
  }
  // M: the deletion of a value that is not there, and an attribute that the schema does not have.
  if (code === 16) {
    if (isCompared)
      return fault("notReady", "the object was changed by someone else a moment ago; try again");
    return fault("invalid", `the schema has no attribute ${written.join(", ")}`);
  }
  // M: the parent of a new object, or of one that is moved.
  if (code === 32 && place !== undefined)
    return fault("invalid", `${place} does not exist, or the account cannot see it`);
  const found = meanings.find(
    (meaning) =>
      meaning.code === code && (meaning.windows === undefined || meaning.windows === windows),
  );
  if (found) return fault(found.kind, found.text, found.retryable);
  return fault("unexpected", `LDAP result ${code}`);
}

/** What the account would have to be allowed to do. */
function rightFor({ written = [], isCreation, isDeletion, place }: About): string {
  if (isCreation) return `create a user in ${String(place)} with these attributes`;
  if (isDeletion) return "delete it";
  if (place !== undefined)
    return `move it to ${place}, for which it has to write ${written.join(", ")}`;
  return written.length === 0 ? "do this" : `write ${written.join(", ")}`;
}

/**
 * The Windows error in a text such as `80090308: LdapErr: DSID-0C09044E, comment: ..., data 52e, v4563` or
 * `00002098: SecErr: ...`: the `data` of a sign-in, else the first eight digits.
 */
function windowsErrorIn(message: string): string | undefined {
  const [, data] = /\bdata ([0-9a-f]{3,8})\b/i.exec(message) ?? [];
  const [, first] = /^0*([0-9a-f]{1,8}):/i.exec(message) ?? [];
  return (data ?? first)?.toLowerCase();
}

function detail(windows: string | undefined): string {
  return windows === undefined ? "" : ` (Windows error ${windows})`;
}

/** No answer: the connection ended, or took too long. After a write the outcome is unknown. */
function connectionLost(thrown: unknown, { host, what }: About & { host: string }): Fault {
  return new Fault({
    kind: "unavailable",
    retryable: true,
    message: `${what} got no answer from ${host}: ${lostReason(thrown)}.`,
    cause: thrown,
  });
}

/** M: the library's own errors have no code. */
const ownErrors: readonly (readonly [RegExp, string])[] = [
  [/^Connection timeout$/, "no connection within the time allowed"],
  [/Operation timed out$/, "no answer within the time allowed"],
  [/^(Connection closed before|Socket error|Socket connection)/, "the connection was cut"],
];

function lostReason(thrown: unknown): string {
  const { message } = errorOf(thrown);
  return ownErrors.find(([text]) => text.test(message))?.[1] ?? reasonFor(thrown).reason;
}

/** Why a host could not be used, and whether the next one may be tried. */
export interface Unreachable {
  host: string;
  reason: string;
  isUntrusted: boolean;
}

/**
 * Undefined for an answer that is not about reachability: another host would answer the same, and each refused sign-in
 * counts towards the lock-out of the account.
 */
export function unreachableBy(thrown: unknown, host: string): Unreachable | undefined {
  const { code } = errorOf(thrown);
  if (typeof code !== "number")
    return { host, reason: lostReason(thrown), isUntrusted: reasonFor(thrown).isUntrusted };
  if (code === 51) return { host, reason: "it is busy (51)", isUntrusted: false };
  if (code === 52) return { host, reason: "it is unavailable (52)", isUntrusted: false };
  return undefined;
}

/** The fault when no host could be used. Nothing was sent to any of them. */
export function noneReachable(tried: readonly Unreachable[]): Fault {
  const isUntrusted = tried.some((one) => one.isUntrusted);
  const reasons = tried.map(({ host, reason }) => `${host} (${reason})`).join(", ");
  return new Fault({
    kind: isUntrusted ? "denied" : "unavailable",
    retryable: !isUntrusted,
    message: `No domain controller could be used, so nothing was sent: ${reasons}.${isUntrusted ? trustHint : ""}`,
  });
}

const trustHint =
  " Where the certificates are of a private certificate authority, name its PEM file in the field " +
  '"Certificate authority file" (CertificateAuthorityFile); where the host is an IP address, name the host of the ' +
  'certificate in "Server name" (ServerName).';

function errorOf(thrown: unknown): { code: unknown; message: string } {
  if (!(thrown instanceof Error)) return { code: undefined, message: "" };
  return { code: (thrown as { code?: unknown }).code, message: thrown.message };
}

/** Whether the controller refers to another one. */
export function isReferral(thrown: unknown): boolean {
  return errorOf(thrown).code === 10;
}

/** Whether there is nothing at the place that was searched. */
export function isNoSuchObject(thrown: unknown): boolean {
  return errorOf(thrown).code === 32;
}
