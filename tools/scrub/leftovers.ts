/** The last look before a scrubbed recording is written: whether anything of the input is still in it. */
import { isRecord } from "../../lib/record.ts";
import {
  guids,
  identifiersOf,
  publicDomain,
  publicIds,
  words,
  type Identifiers,
} from "./identifiers.ts";
import { documentIn, folded, textInBase64, unescaped } from "./plainForm.ts";
import { wordStandIn } from "./standIns.ts";
import type { Recorded } from "./texts.ts";
import { contractWords, formWords, sentenceWords } from "./words.ts";

/** A place in the output, and the kind of what is still there; never the value. */
export interface Leftover {
  /** Such as `traffic[0].response.body.value[0].TimeZone`. */
  place: string;
  what: string;
}

/** Everything that identifies someone in the input and still occurs in the output, in any casing or encoding. */
export function leftovers(input: Recorded, output: unknown): Leftover[] {
  const search = searchFor(identifiersOf(input));
  return textsIn(output).flatMap(({ place, text }) => {
    const what = formsOf(text)
      .map(search)
      .find((found) => found !== undefined);
    return what === undefined ? [] : [{ place, what }];
  });
}

/** Every text of a value with its place, the keys too. */
function textsIn(value: unknown, place = ""): { place: string; text: string }[] {
  if (typeof value === "string") return [{ place, text: value }];
  if (typeof value === "number") return [{ place, text: String(value) }];
  if (Array.isArray(value)) return value.flatMap((item, at) => textsIn(item, `${place}[${at}]`));
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, member], at) => [
    { place: `${place}, the name of member ${at + 1}`, text: key },
    ...textsIn(member, place === "" ? key : `${place}.${key}`),
  ]);
}

/** More layers than anyone puts around a text. */
const maxLayers = 4;
const anyBase64 = /[A-Za-z0-9+/_-]{6,}={0,2}/g;

/** A text, and what it means when it is read as JSON, base64, or with the escapes of URLs, HTML and JSON. */
function formsOf(text: string, layers = maxLayers): string[] {
  const inside = layers === 0 ? [] : [...readings(text)].filter((one) => one !== text);
  return [text, ...new Set(inside.flatMap((one) => formsOf(one, layers - 1)))];
}

function* readings(text: string): Generator<string> {
  yield unescaped(text);
  const plus = text.replaceAll("+", " ");
  for (const one of [text, plus])
    yield one.replaceAll(/(?:%[0-9a-f]{2})+/gi, (escapes) =>
      Buffer.from(escapes.replaceAll("%", ""), "hex").toString("utf8"),
    );
  const document = documentIn(text);
  if (document !== undefined)
    yield textsIn(document)
      .map((one) => one.text)
      .join(" ");
  for (const [token] of text.matchAll(anyBase64)) {
    const inside = textInBase64(token);
    if (inside !== undefined) yield inside;
    const wide = Buffer.from(token, "base64").toString("utf16le");
    if (/^[\p{L}\p{N}\p{P}\p{Z}]{3,}$/u.test(wide)) yield wide;
  }
}

const standInDomain = /other\d+\.contoso\.(?:onmicrosoft\.)?com/g;
const hosts = new RegExp(publicDomain.source.slice(1, -1), "gi");
const standInId = /5c4b0000-?0000-?4000-?8000-?[0-9a-f]{12}/g;

/** The kind of an identifier that a text contains. */
function searchFor(identifiers: Identifiers): (text: string) => string | undefined {
  const ids = new Set([...identifiers.ids].map((id) => id.replaceAll("-", "")));
  const domains = [...identifiers.domains];
  const secrets = [...identifiers.secrets];
  const names = new Set([...identifiers.names].filter(isTelling));
  return (text) => {
    if (secrets.some((secret) => text.includes(secret))) return "a secret";
    const withoutPublic = [...publicIds].reduce(
      (kept, id) => kept.replaceAll(id, " "),
      folded(text),
    );
    const plain = withoutPublic
      .replaceAll(standInDomain, " ")
      .replaceAll(hosts, " ")
      .replaceAll(standInId, " ")
      .replaceAll(wordStandIn, " ");
    if ([...plain.replaceAll("-", "").matchAll(/[0-9a-f]{32}/g)].some(([id]) => ids.has(id)))
      return "an id";
    if (domains.some((domain) => plain.includes(domain))) return "a domain";
    if ([...plain.matchAll(/\d{5,}/g)].some(([number]) => identifiers.numbers.has(number)))
      return "a number";
    const found = [...plain.replaceAll(guids, " ").matchAll(words)];
    return found.some(([word]) => hasName(word, names)) ? "a name" : undefined;
  };
}

/** A word of Microsoft's or of the contracts identifies no one by itself. */
function isTelling(name: string): boolean {
  return name.length >= 3 && !isOrdinary(name);
}

function isOrdinary(word: string): boolean {
  return contractWords.has(word) || sentenceWords.has(word) || formWords.has(word);
}

/** Letters of a name that is found inside another word: fewer are found in words of every language. */
const minInside = 6;

function hasName(word: string, names: ReadonlySet<string>): boolean {
  if (names.has(word)) return true;
  if (isOrdinary(word)) return false;
  for (let start = 0; start + minInside <= word.length; start++)
    for (let end = start + minInside; end <= Math.min(word.length, start + 30); end++)
      if (names.has(word.slice(start, end))) return true;
  return false;
}
