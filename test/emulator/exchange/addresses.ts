/**
 * Proxy addresses. `SMTP:` marks the primary one, `smtp:` or no prefix the others (documented); an
 * address with any other prefix is stored as it is. Addresses are equal regardless of case; only
 * the case of the `SMTP` prefix has a meaning.
 */
import {
  addressPresent,
  addressUnreadable,
  addressWithoutPrefix,
  noPrimaryAddress,
  twoPrimaryAddresses,
} from "./errors.ts";
import type { Behaviour } from "../state.ts";

interface Address {
  prefix: string;
  address: string;
}

const isSmtp = ({ prefix }: Address): boolean => prefix.toLowerCase() === "smtp";
const isPrimary = ({ prefix }: Address): boolean => prefix === "SMTP";
const isSame = (one: Address, other: Address): boolean =>
  one.prefix.toLowerCase() === other.prefix.toLowerCase() &&
  one.address.toLowerCase() === other.address.toLowerCase();
const written = ({ prefix, address }: Address): string => `${prefix}:${address}`;
const secondary = (one: Address): Address => (isPrimary(one) ? { ...one, prefix: "smtp" } : one);

function takenApart(text: string): Address {
  const [, prefix = "", address = text] = /^([^:@\s/]+):(.*)$/s.exec(text) ?? [];
  return {
    prefix:
      prefix === "" || (prefix !== "SMTP" && prefix.toLowerCase() === "smtp") ? "smtp" : prefix,
    address,
  };
}

/**
 * An address from a parameter. Only SMTP addresses are validated (documented); the text is observed
 * for one without a prefix. The part before the at sign is ASCII and at most 64 characters long:
 * RFC 5321; that the service refuses other ones is assumed.
 */
function accepted(text: string): Address {
  const one = takenApart(text);
  if (isSmtp(one) && !/^[^@\s"(),:;<>[\]\\]+@[^@\s.]+(\.[^@\s.]+)+$/.test(one.address))
    throw addressWithoutPrefix(text);
  if (isSmtp(one) && !/^[!-~]{1,64}@/.test(one.address)) throw addressUnreadable(written(one));
  return one;
}

/**
 * A plain list replaces all addresses. Without any `SMTP:` the first one becomes primary
 * (documented).
 */
export function replaced(given: readonly string[]): string[] {
  const list: Address[] = [];
  for (const text of given) {
    const one = accepted(text);
    if (list.some((other) => isSame(one, other)))
      throw addressPresent("List`1[System.String]", text.includes(":") ? text : `SMTP:${text}`);
    list.push(one);
  }
  const first = list.find(isSmtp);
  if (first && !list.some(isPrimary)) first.prefix = "SMTP";
  return checked(list);
}

/**
 * Removes, then adds. A new primary demotes the old one, and removing an absent address changes
 * nothing (both assumed).
 */
export function changed(
  current: readonly string[],
  { add, remove }: { add: string[]; remove: string[] },
  present: Behaviour["addingPresentAddress"],
): string[] {
  const gone = remove.map(accepted);
  let list = current.map(takenApart).filter((one) => !gone.some((other) => isSame(one, other)));
  if (add.filter((text) => text.startsWith("SMTP:")).length > 1) throw twoPrimaryAddresses();
  for (const text of add) {
    const one = accepted(text);
    const there = list.find((other) => isSame(one, other));
    if (there && present === "refuse")
      throw addressPresent("Dictionary`2[System.String,System.Object]", written(there));
    if (isPrimary(one)) list = [one, ...list.filter((other) => other !== there).map(secondary)];
    else if (!there) list.push(one);
  }
  return checked(list);
}

/**
 * The effect of WindowsEmailAddress: the address becomes primary, whether it was there or not
 * (documented); the old one stays (assumed).
 */
export const withPrimary = (current: readonly string[], address: string): string[] =>
  changed(current, { add: [`SMTP:${address}`], remove: [] }, "ignore");

function checked(list: readonly Address[]): string[] {
  const primaries = list.filter(isPrimary).length;
  if (primaries > 1) throw twoPrimaryAddresses();
  if (primaries === 0) throw noPrimaryAddress();
  return list.map(written);
}

/** The addresses in the first list only, regardless of the case of their prefixes. */
export function without(list: readonly string[], others: readonly string[]): string[] {
  const known = others.map(takenApart);
  return list.filter((text) => !known.some((other) => isSame(takenApart(text), other)));
}
