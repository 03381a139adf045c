import { Fault } from "../fault.ts";
import type { Hashtable } from "./client/encoding.ts";

/**
 * One entry of EmailAddresses, taken apart. Only the prefix has meaning in its case: `SMTP` is the primary address,
 * `smtp` a secondary one.
 */
interface EmailAddress {
  prefix: string;
  /** The address as it stands, in its own casing. */
  address: string;
}

/**
 * What has to be added and removed so that `current` holds every address of `wanted`, with its primary address if it
 * names one. Existing addresses stay: an old primary only changes its prefix, and SPO, X500, SIP, EUM and whatever
 * else the service keeps here is never touched. `undefined` when nothing has to change. Throws an `invalid` fault for
 * two primaries, for a text that is no SMTP address, and for any other prefix.
 */
export function addressChange(
  current: readonly string[],
  wanted: readonly string[],
): { delta: Hashtable; after: string[] } | undefined {
  const existing = current.map(parsed);
  const mapped = wanted
    .map((text) => text.trim())
    .filter((text) => text !== "")
    .map(checked);
  const primaries = mapped.filter(isPrimary);
  const [primary] = primaries;
  if (primary && primaries.some((other) => !same(other, primary)))
    throw Fault.invalid(
      `EmailAddresses is mapped with ${primaries.length} primary addresses (SMTP:); expected one at most.`,
    );

  const remove: EmailAddress[] = [];
  const add: EmailAddress[] = [];
  const old = existing.find(isPrimary);
  if (primary && !(old && same(old, primary))) {
    const asSecondary = existing.find((entry) => isSmtp(entry) && same(entry, primary));
    if (asSecondary) remove.push(asSecondary);
    // The address as the mailbox has it: a promotion changes nothing but the prefix either.
    add.push({ prefix: "SMTP", address: asSecondary?.address ?? primary.address });
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

function checked(entry: string): EmailAddress {
  const mapped = parsed(entry);
  const { prefix, address } = mapped;
  if (!isSmtp(mapped))
    throw Fault.invalid(
      "EmailAddresses is mapped with an address of " +
        `${/^\w{1,8}$/.test(prefix) ? `type ${prefix}` : "another type"}; this connector manages SMTP ` +
        "addresses only (SMTP: for the primary one, smtp: for others).",
    );
  if (!isSmtpAddress(address))
    throw Fault.invalid(
      `EmailAddresses is mapped with a text of ${Array.from(entry).length} characters that is no e-mail ` +
        "address; expected one such as SMTP:name@contoso.com.",
    );
  return mapped;
}

/**
 * Whether a text without prefix is an SMTP address. Dots stand between other characters; local parts in quotes are
 * left to nobody.
 */
export function isSmtpAddress(text: string): boolean {
  return smtpAddress.test(text);
}

const localPart = /[^\s\p{C}@<>()[\],;:\\".]+/u.source;
const domainLabel = /[\p{L}\p{M}\p{N}-]+/u.source;
const smtpAddress = new RegExp(
  `^${localPart}(\\.${localPart})*@${domainLabel}(\\.${domainLabel})+$`,
  "u",
);

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
