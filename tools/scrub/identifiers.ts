/** What identifies people, objects and the tenant in a recording. */
import { contactForms } from "../../lib/graph/contactMethod.ts";
import { base64, folded, textInBase64, throughUrlEscapes } from "./plainForm.ts";
import { isSecretKey, standInPassword, standInSecret } from "./secretKeys.ts";
import { changed, type Place, type Recorded } from "./texts.ts";
import { contractWords } from "./words.ts";

export interface Identifiers {
  /** Words of names, folded. A word of a true name is found inside other words too. */
  names: Set<string>;
  trueNames: Set<string>;
  /** Whole names: a sentence may contain one whose words are ordinary. */
  phrases: Set<string>;
  /** In lower case. */
  domains: Set<string>;
  ids: Set<string>;
  /** At least five digits. */
  numbers: Set<string>;
  secrets: Set<string>;
}

export const guids = /(?<![0-9a-f])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-f])/gi;
export const words = /[\p{L}\p{N}][\p{L}\p{M}\p{N}]*/gu;
/** Domains of addresses, and any name that ends like the first domain of a tenant. */
const domains = new RegExp(
  [
    String.raw`(?:(?<=@|:\/\/)(?:[a-z0-9-]+\.)+[a-z]{2,}`,
    String.raw`|(?<![\p{L}\p{N}.-])(?:[a-z0-9-]+\.)+onmicrosoft\.(?:com|us|cn|de))(?![\p{L}\p{N}])`,
  ].join(""),
  "giu",
);
const wholeDomain = /^(?:[a-z0-9-]+\.)+[a-z]{2,}$/i;
const localParts = /[^\s@:;,<>"'()]+(?=@)/g;
const longNumbers = /(?<![\p{L}\p{N}])\d{5,}(?![\p{L}\p{N}])/gu;

const trueNameKey =
  /^(display|first|last|given|family|middle|nick|full|sur|phoneticdisplay|simpledisplay)?name(partner)?$/i;
const nameKey =
  /^(.*name|.*nameprefix|.*namepartnerprefix|.*displayname|initials|alias|samaccountname|.*fieldvalue|username)$/i;
const domainKey = /^(organization|resourcedomain|domains?|.*domainname)$/i;

/** The same in every tenant: Exchange Online's own application, and the authentication methods of Entra ID. */
export const publicIds: ReadonlySet<string> = new Set([
  "00000002-0000-0ff1-ce00-000000000000",
  ...Object.values(contactForms).map(({ id }) => id),
]);

/** Hosts of Microsoft that are the same for every tenant. */
const publicDomains = [
  /outlook\.office365\.com/,
  /graph\.microsoft\.com/,
  /(?:learn|www)\.microsoft\.com/,
  /login\.(?:microsoftonline\.(?:com|us)|chinacloudapi\.cn)/,
  /(?:[a-z0-9-]+\.)*prod\.outlook\.com/,
];
export const publicDomain = new RegExp(
  `^(?:${publicDomains.map(({ source }) => source).join("|")})$`,
  "i",
);

export function isNameKey(key: string): boolean {
  return trueNameKey.test(key) || nameKey.test(key);
}

/** A contract's word in the middle of which a capital is, such as FullAccess: no one is called so. */
export function isContractTerm(word: string): boolean {
  return /[a-z][A-Z]/.test(word) && contractWords.has(word.toLowerCase());
}

/** A text with names, and whether they are those that people are called by. */
interface Named {
  text: string;
  isTrue: boolean;
}

export function identifiersOf(recorded: Recorded): Identifiers {
  const found: Identifiers = {
    ...{ names: new Set(), trueNames: new Set(), phrases: new Set(), domains: new Set() },
    ...{ ids: new Set(), numbers: new Set(), secrets: new Set() },
  };
  const named: Named[] = [];
  changed(recorded, {
    text(text, place) {
      if (isSecretKey(place.key) && place.rule === "data") found.secrets.add(text);
      else
        throughUrlEscapes(text, (part) => {
          named.push(...collect(part, place, found));
          return part;
        });
      return text;
    },
    number(value, { rule }) {
      if (rule === "data" && /^\d{5,}$/.test(String(value))) found.numbers.add(String(value));
      return value;
    },
  });
  for (const secret of ["", standInSecret, standInPassword]) found.secrets.delete(secret);
  // A name may contain a domain that only another text shows to be one.
  const others = new RegExp([guids.source, ...[...found.domains].map(escaped)].join("|"), "gi");
  for (const { text, isTrue } of named) {
    addNames(text.replaceAll(others, " "), found.names);
    if (isTrue) addNames(text.replaceAll(others, " "), found.trueNames);
  }
  return found;
}

/** Collects what is in a text; the result are the texts in it that have names. */
function collect(text: string, place: Place, found: Identifiers): Named[] {
  for (const [id] of text.matchAll(guids)) found.ids.add(id.toLowerCase());
  for (const [domain] of text.matchAll(domains)) addDomain(domain, found);
  if (domainKey.test(place.key) && wholeDomain.test(text)) addDomain(text, found);
  for (const [number] of text.matchAll(longNumbers))
    if (place.rule === "data") found.numbers.add(number);
  const named = [...text.matchAll(localParts)].map(([local]) => ({ text: local, isTrue: false }));
  for (const [token] of text.matchAll(base64)) {
    const inside = textInBase64(token);
    if (inside !== undefined) named.push(...collect(inside, place, found));
  }
  if (place.rule !== "data" || !isNameKey(place.key)) return named;
  if (/\p{L}{2}/u.test(text)) found.phrases.add(text);
  return [...named, { text, isTrue: trueNameKey.test(place.key) }];
}

function addDomain(domain: string, { domains: into }: Identifiers): void {
  if (!publicDomain.test(domain)) into.add(domain.toLowerCase());
}

function addNames(text: string, into: Set<string>): void {
  for (const [word] of text.matchAll(words))
    if (!/^([A-Za-z]|\d+)$/.test(word) && !isContractTerm(word)) into.add(folded(word));
}

/** A text as a pattern of nothing but itself. */
export function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, (sign) => {
    const code = sign.charCodeAt(0).toString(16).padStart(2, "0");
    return `\\x${code}`;
  });
}
