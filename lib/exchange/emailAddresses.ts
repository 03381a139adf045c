import { Fault } from "../fault.ts";
import type { Hashtable } from "./encoding.ts";

/** One entry of EmailAddresses, taken apart. Only the prefix has meaning in its case: `SMTP` is the primary address, `smtp` a secondary one. */
interface EmailAddress {
  prefix: string;
  /** The address as it stands, in its own casing. */
  address: string;
}

/**
 * What has to be added and removed so that `current` holds every address of `wanted`, with its primary address if it names one.
 * Existing addresses stay: an old primary only changes its prefix, and SPO, X500, SIP, EUM and whatever else the service keeps here
 * is never touched. `undefined` when nothing has to change.
 * Throws an `invalid` fault for two primaries, for a text that is no SMTP address, and for any other prefix.
 */
export function addressChange(current: readonly string[], wanted: readonly string[]): { delta: Hashtable; after: string[] } | undefined {
  const existing = current.map(parsed);
  const mapped = wanted.map((text) => text.trim()).filter((text) => text !== "").map(checked);
  const primaries = mapped.filter(({ prefix }) => prefix === "SMTP");
  const [primary] = primaries;
  if (primary && primaries.some((other) => !same(other, primary))) throw invalid(`EmailAddresses is mapped with ${primaries.length} primary addresses (SMTP:); expected one at most.`);

  const remove: EmailAddress[] = [];
  const add: EmailAddress[] = [];
  const old = existing.find(({ prefix }) => prefix === "SMTP");
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
    if (![...existing, ...add].some((other) => isSmtp(other) && same(other, entry))) add.push({ prefix: "smtp", address: entry.address });
  }
  if (add.length === 0) return undefined;
  const after = [...existing.filter((entry) => !remove.includes(entry)), ...add].map(text);
  return { delta: { add: add.map(text), ...(remove.length > 0 ? { remove: remove.map(text) } : {}) }, after };
}

function parsed(entry: string): EmailAddress {
  const [, prefix = "", address = ""] = /^([^:@]*):([^]*)$/.exec(entry) ?? [];
  // An entry without a prefix is an SMTP address; Microsoft's documentation of EmailAddresses.
  return prefix === "" ? { prefix: "smtp", address: entry } : { prefix, address };
}

function checked(entry: string): EmailAddress {
  const { prefix, address } = parsed(entry);
  if (!isSmtp({ prefix, address })) throw invalid(`EmailAddresses is mapped with an address of type "${prefix}"; this connector manages SMTP addresses only (SMTP: for the primary one, smtp: for others).`);
  if (!/^[^\s@<>()[\],;:\\"]+@[^\s@.]+(\.[^\s@.]+)+$/.test(address)) throw invalid(`EmailAddresses is mapped with a text of ${entry.length} characters that is no e-mail address; expected one such as SMTP:name@contoso.com.`);
  return { prefix: prefix === "SMTP" ? "SMTP" : "smtp", address };
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

function invalid(message: string): Fault {
  return new Fault({ kind: "invalid", message });
}
