import { Fault } from "../fault.ts";
import { quoted, shortened } from "../graphemes.ts";

/** The names and the address of a new object. */
export interface ObjectNames {
  Name: string;
  DisplayName: string;
  Alias: string;
  PrimarySmtpAddress: string;
}

const maxNameLength = 64;
const maxAliasLength = 64;
const maxDisplayNameLength = 256;

/** Letters that decomposition does not change, and punctuation with an ASCII form. */
const plainForms: Readonly<Record<string, string>> = {
  ß: "ss",
  ẞ: "SS",
  æ: "ae",
  Æ: "AE",
  œ: "oe",
  Œ: "OE",
  ø: "o",
  Ø: "O",
  ł: "l",
  Ł: "L",
  đ: "d",
  Đ: "D",
  ð: "d",
  Ð: "D",
  þ: "th",
  Þ: "Th",
  ı: "i",
  ȷ: "j",
  ħ: "h",
  Ħ: "H",
  ŧ: "t",
  Ŧ: "T",
  ŋ: "n",
  Ŋ: "N",
  ə: "e",
  Ə: "E",
  ĸ: "k",
  ƒ: "f",
  ɖ: "d",
  Ɖ: "D",
  ɛ: "e",
  Ɛ: "E",
  ɔ: "o",
  Ɔ: "O",
  ɓ: "b",
  Ɓ: "B",
  ɗ: "d",
  Ɗ: "D",
  ƙ: "k",
  Ƙ: "K",
  "‘": "'",
  "’": "'",
  "‚": "'",
  ʼ: "'",
  ʻ: "'",
  "“": "",
  "”": "",
  "„": "",
  "⁄": "-",
};

/**
 * The names of a new object. The same text always results in the same names, so that a later run finds the object.
 * Only the display name keeps every character. The other names are ASCII, as addresses and the names of cloud mailboxes
 * require (the latter refuse accented letters). A text in another script than Latin, or without any letter or digit,
 * leaves too little; then the names are derived from `otherwise`, so that such objects do not all get the same name.
 * Throws an `invalid` fault when that leaves nothing either.
 */
export function objectNames(
  text: string,
  otherwise: string,
  { prefix, domain }: { prefix: string; domain: string },
): ObjectNames {
  const plain = plainText(text) ?? plainText(otherwise);
  if (plain === undefined)
    throw Fault.invalid(
      `Neither the name ${quoted(text)} nor the key ${quoted(otherwise)} contains a Latin letter or a digit, ` +
        "so no name and no address in Exchange can be derived from them.",
    );
  const Alias = aliasFrom(prefix + plain);
  return {
    Name: nameFrom(prefix + plain),
    DisplayName: shortened(prefix + visible(text), maxDisplayNameLength),
    Alias,
    PrimarySmtpAddress: `${Alias}@${domain}`,
  };
}

/** A text as a directory compares names: without case and diacritics. */
export function foldedName(text: string): string {
  return decomposed(text).toLowerCase();
}

function decomposed(text: string): string {
  return Array.from(text.normalize("NFKD"), (character) => plainForms[character] ?? character)
    .join("")
    .replace(/\p{M}/gu, "");
}

/** The text in printable ASCII, or undefined when too little would remain. */
function plainText(text: string): string | undefined {
  const letters = decomposed(text);
  const isForeign = Array.from(letters).some(
    (character) =>
      /[\p{L}\p{N}]/u.test(character) &&
      /[^\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]/u.test(character),
  );
  if (isForeign || !/[A-Za-z0-9]/.test(letters)) return undefined;
  return letters
    .replace(/\p{Pd}/gu, "-")
    .replace(/\s/g, " ")
    .replace(/[^\x20-\x7e]/g, "")
    .replace(/ {2,}/g, " ")
    .trim();
}

/** Removes characters that directories escape, that have a meaning in filters, or that file systems refuse. */
function nameFrom(plain: string): string {
  return plain
    .replace(/[^A-Za-z0-9 _.,&'()!+-]/g, "")
    .replace(/ {2,}/g, " ")
    .slice(0, maxNameLength)
    .trim();
}

/** The alias, which is also the local part of the address. */
function aliasFrom(plain: string): string {
  const characters = plain.replace(/ - | /g, "_").replace(/[^A-Za-z0-9._-]/g, "");
  return characters
    .replace(/\.{2,}/g, ".")
    .slice(0, maxAliasLength)
    .replace(/^\.+|\.+$/g, "");
}

/** Replaces invisible characters that the service refuses. */
function visible(text: string): string {
  return text
    .replace(/\p{Cc}+/gu, " ")
    .replace(/\p{Cs}/gu, "\ufffd")
    .trim();
}
