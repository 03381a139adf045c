/** Texts inside texts: JSON, base64, the escapes of URLs, of JSON and of HTML. */
import { isRecord } from "../../lib/record.ts";

const folds: Readonly<Record<string, string>> = {
  ...{ ß: "ss", ø: "o", æ: "ae", œ: "oe", ł: "l", đ: "d", ð: "d", þ: "th", ı: "i" },
};

/** A text as it is compared: lower case, without accents. */
export function folded(text: string): string {
  return text
    .toLowerCase()
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/[ßøæœłđðþı]/g, (letter) => folds[letter] ?? letter);
}

/** The value of a text that is a JSON document; undefined for any other text, and for a plain number. */
export function documentIn(text: string): object | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) || Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const accents: Readonly<Record<string, string>> = {
  ...{ grave: "\u0300", acute: "\u0301", circ: "\u0302", tilde: "\u0303", uml: "\u0308" },
  ...{ ring: "\u030a", caron: "\u030c", cedil: "\u0327" },
};
const letters: Readonly<Record<string, string>> = {
  ...{ szlig: "ß", oslash: "ø", Oslash: "Ø", aelig: "æ", AElig: "Æ", oelig: "œ", OElig: "Œ" },
};

/** A text whose letters are no longer escaped for HTML or JSON. What marks up stays: `&amp;`, `&lt;`, `\n`. */
export function unescaped(text: string): string {
  if (!/[&\\]/.test(text)) return text;
  return text
    .replaceAll(
      /&([A-Za-z])(grave|acute|circ|tilde|uml|ring|caron|cedil);/g,
      (_all, letter: string, accent: string) => `${letter}${accents[accent] ?? ""}`.normalize(),
    )
    .replaceAll(/&(\w+);/g, (all, name: string) => letters[name] ?? all)
    .replaceAll(/&#(\d{1,7});/g, (all, code: string) => letterOf(all, Number(code)))
    .replaceAll(/&#x([0-9a-f]{1,6});/gi, (all, code: string) => letterOf(all, fromHex(code)))
    .replaceAll(/\\u([0-9a-f]{4})/gi, (all, code: string) => letterOf(all, fromHex(code)));
}

function fromHex(code: string): number {
  return Number.parseInt(code, 16);
}

function letterOf(escape: string, code: number): string {
  const character = code <= 0x10ffff ? String.fromCodePoint(code) : "";
  return /^[\p{L}\p{M}\p{N}@.]$/u.test(character) ? character : escape;
}

/** A text with the parts that are escaped as in a URL changed as what they mean. */
export function throughUrlEscapes(text: string, change: (part: string) => string): string {
  if (!/%[0-9a-f]{2}/i.test(text)) return change(text);
  return text
    .split(
      /((?:%[0-9a-f]{2}|[^\s%/?&=#:;,+"'<>@])*%[0-9a-f]{2}(?:%[0-9a-f]{2}|[^\s%/?&=#:;,+"'<>@])*)/i,
    )
    .map((part, index) => {
      const meant = index % 2 === 0 ? undefined : decodedUrl(part);
      return meant === undefined ? change(part) : encodeURIComponent(change(meant));
    })
    .join("");
}

function decodedUrl(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** What an opaque stand-in begins with, as its content. */
export const opaqueMark = "stand-in ";

/** Joined stand-ins for words look like base64. */
const joinedStandIns = String.raw`[A-Za-z0-9+/]*(?:[Nn]ame|NAME|[Ww]ord|WORD)\d{5}`;

const marked = "(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)";
const mixed =
  "(?=[A-Za-z0-9/]*[A-Z+])(?=[A-Z0-9+/]*[a-z])(?=[A-Za-z]*[0-9+/])(?:[A-Za-z0-9+/]{4}){4,}";
const aside = String.raw`[\p{L}\p{M}\p{N}_+/=.@-]`;

/** Base64: it ends with its sign, or is long and has capitals, small letters and digits, as names have not. */
export const base64 = new RegExp(
  `((?<!${aside})(?!${joinedStandIns})(?:${marked}|${mixed})(?!${aside}))`,
  "gu",
);

/** A word that is more than a letter or a short number. */
const hasWord = /[\p{L}\p{N}]*\p{L}[\p{L}\p{N}]|\p{L}[\p{L}\p{N}]+|[^\p{ASCII}]|\d{5}/u;

/** The text in base64; undefined when it is no text. */
export function textInBase64(token: string): string | undefined {
  const text = Buffer.from(token, "base64").toString("utf8");
  const isText = text !== "" && !/[\p{Cc}\p{Cn}\p{Co}\ufffd]/u.test(text.replaceAll(/\s/g, ""));
  return isText && hasWord.test(text) && !text.startsWith(opaqueMark) ? text : undefined;
}
