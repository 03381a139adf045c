import { Fault } from "../fault.ts";
import { shortened } from "../graphemes.ts";

/** What a new object is called, and where it is written to. */
export interface ObjectNames {
  Name: string;
  DisplayName: string;
  Alias: string;
  PrimarySmtpAddress: string;
}

const mostOfName = 64;
const mostOfAlias = 64;
const mostOfDisplayName = 256;

/** Letters that decomposition leaves whole, and signs that have a plain form. */
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
 * The names of a new object: always the same ones for the same text, so that whoever comes later finds it by them.
 * Only the display name keeps every character. The others are ASCII, which is what addresses take, and the names of
 * cloud mailboxes (which refuse accented letters). A text in another script than Latin, or without any letter or
 * digit, leaves too little: then the object is named after `otherwise`, so that not all of them come to the same
 * name. Throws an `invalid` fault when that leaves nothing either.
 */
export function objectNames(
  text: string,
  otherwise: string,
  { prefix, domain }: { prefix: string; domain: string },
): ObjectNames {
  const plain = plainText(text) ?? plainText(otherwise);
  if (plain === undefined)
    throw Fault.invalid(
      "Neither the name nor the key holds a letter or digit of the Latin script, so no name and no " +
        "address in Exchange can be made of it.",
    );
  const Alias = aliasFrom(prefix + plain);
  return {
    Name: nameFrom(prefix + plain),
    DisplayName: shortened(prefix + visible(text), mostOfDisplayName),
    Alias,
    PrimarySmtpAddress: `${Alias}@${domain}`,
  };
}

/** A text as a directory compares it: without case, and without what decomposition takes off its letters. */
export function foldedName(text: string): string {
  return decomposed(text).toLowerCase();
}

function decomposed(text: string): string {
  return Array.from(text.normalize("NFKD"), (character) => plainForms[character] ?? character)
    .join("")
    .replace(/\p{M}/gu, "");
}

/** The text in ASCII letters, digits and signs, or undefined when too little would be left of it. */
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

/** What a directory escapes, what stands for something in a filter, and what file systems refuse is left out. */
function nameFrom(plain: string): string {
  return plain
    .replace(/[^A-Za-z0-9 _.,&'()!+-]/g, "")
    .replace(/ {2,}/g, " ")
    .slice(0, mostOfName)
    .trim();
}

/** Also the local part of the address. */
function aliasFrom(plain: string): string {
  const characters = plain.replace(/ - | /g, "_").replace(/[^A-Za-z0-9._-]/g, "");
  return characters
    .replace(/\.{2,}/g, ".")
    .slice(0, mostOfAlias)
    .replace(/^\.+|\.+$/g, "");
}

/** Without characters that are never seen and that the service refuses. */
function visible(text: string): string {
  return text
    .replace(/\p{Cc}+/gu, " ")
    .replace(/\p{Cs}/gu, "\ufffd")
    .trim();
}
