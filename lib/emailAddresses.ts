import { Fault } from "./fault.ts";
import { quoted } from "./graphemes.ts";

/**
 * One entry of EmailAddresses in Exchange Online, or of proxyAddresses in Active Directory. The prefix is
 * case-sensitive: `SMTP` is the primary address, `smtp` a secondary one.
 */
interface EmailAddress {
  prefix: string;
  /** The address in its original casing. */
  address: string;
}

/**
 * What to add and remove so that `current` contains every address of `wanted`, and its primary address if it has one.
 * Existing addresses stay: an old primary address only changes its prefix, a secondary one that becomes the primary one
 * also takes the mapped casing, and SPO, X500, SIP, EUM and any other types never change. `undefined` when nothing has
 * to change. Throws an `invalid` fault that names the field for two primary addresses, for a text that is not an SMTP
 * address, and for any other prefix.
 */
export function addressChange(
  current: readonly string[],
  wanted: readonly string[],
  field: string,
): { delta: { add: string[]; remove?: string[] }; after: string[] } | undefined {
  const existing = current.map(parsed);
  const mapped = wanted
    .map((text) => text.trim())
    .filter((text) => text !== "")
    .map((text) => checked(text, field));
  const primaries = mapped.filter(isPrimary);
  const [primary] = primaries;
  if (primary && primaries.some((other) => !same(other, primary)))
    throw Fault.invalid(
      `${field} is mapped with ${primaries.length} primary addresses (SMTP:); expected at most one.`,
    );

  const remove: EmailAddress[] = [];
  const add: EmailAddress[] = [];
  const old = existing.find(isPrimary);
  if (primary && !(old && same(old, primary))) {
    const asSecondary = existing.find((entry) => isSmtp(entry) && same(entry, primary));
    if (asSecondary) remove.push(asSecondary);
    // The mapped casing, which people see as the sender. A difference in casing alone is no reason for a change.
    add.push({ prefix: "SMTP", address: primary.address });
    if (old) {
      remove.push(old);
      add.push({ prefix: "smtp", address: old.address });
    }
  }
  for (const entry of mapped) {
    if (![...existing, ...add].some((other) => isSmtp(other) && same(other, entry)))
      add.push({ prefix: "smtp", address: entry.address });
  }
  if (add.length === 0) return undefined;
  const after = [...existing.filter((entry) => !remove.includes(entry)), ...add].map(text);
  return {
    delta: { add: add.map(text), ...(remove.length > 0 ? { remove: remove.map(text) } : {}) },
    after,
  };
}

function parsed(entry: string): EmailAddress {
  const [, prefix = "", address = ""] = /^([^:@]*):([^]*)$/.exec(entry) ?? [];
  // An entry without a prefix is an SMTP address; Microsoft's documentation of EmailAddresses.
  return prefix === "" ? { prefix: "smtp", address: entry } : { prefix, address };
}

function checked(entry: string, field: string): EmailAddress {
  const mapped = parsed(entry);
  const { address } = mapped;
  if (!isSmtp(mapped))
    throw Fault.invalid(
      `${field} is mapped with ${quoted(entry)}; expected an SMTP address (SMTP: for the primary address, ` +
        "smtp: for others), because this connector manages no other type.",
    );
  if (!isSmtpAddress(address))
    throw Fault.invalid(
      `${field} is mapped with ${quoted(entry)}, which is not an email address; ` +
        "expected one such as SMTP:name@contoso.com.",
    );
  if (!hasPlainLocalPart(address))
    throw Fault.invalid(`${field} is mapped with ${quoted(entry)}; expected ${plainLocalPart}.`);
  return mapped;
}

/** Whether a text without prefix is an SMTP address. Quoted local parts are not supported. */
export function isSmtpAddress(text: string): boolean {
  return smtpAddress.test(text);
}

/** What is expected of an address of a mailbox here, for messages. */
export const plainLocalPart = "at most 64 characters before the @, all of them ASCII";

/**
 * Whether the part before the @ is one that a mailbox here can have (RFC 5321). An address elsewhere, to which mail is
 * forwarded, can have others.
 */
export function hasPlainLocalPart(address: string): boolean {
  return /^[!-~]{1,64}@/.test(address);
}

const localPart = /[^\s\p{C}@<>()[\],;:\\".]+/u.source;
const domainLabel = /[\p{L}\p{M}\p{N}-]+/u.source;
const smtpAddress = new RegExp(
  `^${localPart}(\\.${localPart})*@${domainLabel}(\\.${domainLabel})+$`,
  "u",
);

/**
 * The secondary addresses that can be removed, as they are listed. The routing address of the tenant stays
 * (`onmicrosoft.com`): mail between its parts goes there.
 */
export function removableAliases(entries: readonly string[]): string[] {
  return entries.filter((entry) => {
    const one = parsed(entry);
    return isSmtp(one) && !isPrimary(one) && !/\.onmicrosoft\.[a-z]+$/i.test(one.address);
  });
}

/** The primary address among the entries of EmailAddresses. */
export function primaryAmong(entries: readonly string[]): string | undefined {
  return entries.map(parsed).find(isPrimary)?.address;
}

function isPrimary({ prefix }: EmailAddress): boolean {
  return prefix === "SMTP";
}

function isSmtp({ prefix }: EmailAddress): boolean {
  return prefix.toLowerCase() === "smtp";
}

function same(a: EmailAddress, b: EmailAddress): boolean {
  return a.address.toLowerCase() === b.address.toLowerCase();
}

function text({ prefix, address }: EmailAddress): string {
  return `${prefix}:${address}`;
}
