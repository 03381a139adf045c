/**
 * Makes a recording of a real tenant fit to be kept. Every value becomes a stand-in, the same one for the same value
 * wherever it occurs; only what is from a closed list of Microsoft's words stays. So a text of a kind that no one has
 * thought of is replaced, not kept.
 */
import { isDeepStrictEqual } from "node:util";
import { defaultReply } from "../../lib/exchange/autoReply.ts";
import { base64, folded, textInBase64, throughUrlEscapes, unescaped } from "./plainForm.ts";
import {
  escaped,
  guids,
  identifiersOf,
  isContractTerm,
  isNameKey,
  publicDomain,
  publicIds,
  words,
  type Identifiers,
} from "./identifiers.ts";
import { isSecretKey, standInFor, standInPassword, standInSecret } from "./secretKeys.ts";
import { UsageError } from "../session/usageError.ts";
import { StandIns } from "./standIns.ts";
import { changed, type Place, type Recorded } from "./texts.ts";
import { contractWords, listedProperties, optionIds, sentenceWords } from "./words.ts";

/** Once is enough but for texts that look like base64 or an escape by chance. */
const maxRounds = 6;

/** The recording with stand-ins. Scrubbing it again changes nothing. */
export function scrubbedRecording(recorded: Recorded): Recorded {
  let before = recorded;
  for (let round = 1; round <= maxRounds; round++) {
    const after = changed(before, new Scrubber(identifiersOf(before)));
    if (isDeepStrictEqual(after, before)) return after;
    before = after;
  }
  throw new UsageError(
    `The recording cannot be scrubbed: after ${maxRounds} rounds its texts still change. Nothing is written.`,
  );
}

const someDomainController = "AM0PR01A01DC001.EURPR01A001.PROD.OUTLOOK.COM";

const tags =
  "html|head|body|div|span|p|br|b|i|u|a|ul|ol|li|table|tbody|tr|td|th|font|strong|em|meta|style|title|h[1-6]";
/** What gives a text its form, and identifies nothing. */
const forms = [
  `</?(?:${tags})(?=[\\s/>])`,
  String.raw`&(?:amp|lt|gt|quot|apos|nbsp|#\d+);`,
  String.raw`\b(?:smtp|sip|spo|x500|x400|eum):`,
  String.raw`\b(?:cn|ou|dc|o)=`,
  String.raw`\b(?:smb|dg)_`,
  String.raw`\b[\d.]+ [KMGT]?B\b(?: \([\d,]+ bytes\))?`,
  "https?://",
  // Days of this century: those of contracts and replies, rarely one of birth, which has a key of its own.
  String.raw`\b20\d\d-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d)?)?`,
  standInSecret,
  standInPassword,
].join("|");
/** The token of a next page, as a recording has it. */
const pages = String.raw`\bpage-\d+-[0-9a-f]{8}\b`;
const classes = String.raw`\b(?:Microsoft|System|Exchange)\.[\w.]+|\b\w+Exception\b`;
const tokens = [
  String.raw`eyJ[\w-]{8,}\.[\w-]+\.[\w-]*`,
  String.raw`Bearer\s+[\w.~+/-]{20,}=*`,
  String.raw`-----BEGIN[^-]+-----[\s\S]*?-----END[^-]+-----`,
];
const birth = /birth|geboorte|naissance|geburt/i;
/** Letters in a name that may be found inside another word. */
const minInside = 4;

/** Whether a word stays after what is before it. */
type Stays = (word: string, before: string) => boolean;

/** A number of five digits and more, and one of a telephone with its signs. */
const longNumber = /(?<![\p{L}\p{N}.,])(?:\+?\d(?:[ ().\/-]{0,2}\d){6,}|\d{5,})(?![\p{L}\p{N}])/u;

class Scrubber {
  readonly #identifiers: Identifiers;
  readonly #standIns = new StandIns();
  readonly #data: RegExp;
  readonly #sentence: RegExp;
  readonly #phrases: RegExp | undefined;
  readonly #maxName: number;

  constructor(identifiers: Identifiers) {
    this.#identifiers = identifiers;
    const { secrets, domains, trueNames } = identifiers;
    const phrases = [...identifiers.phrases].filter(isNamePhrase);
    this.#data = pattern([...secrets], [...domains], forms);
    this.#sentence = pattern([...secrets], [...domains], `${classes}|${pages}|${forms}`);
    this.#phrases =
      phrases.length === 0
        ? undefined
        : new RegExp(
            `(?<![\\p{L}\\p{N}@.-])(${anyOf(phrases)})(?![\\p{L}\\p{N}@]|[.-][\\p{L}\\p{N}])`,
            "iu",
          );
    this.#maxName = Math.max(0, ...[...trueNames].map(({ length }) => length));
  }

  text(text: string, place: Place): string {
    if (place.rule === "key") return this.#key(text);
    if (place.rule === "sentence") return this.#saying(text);
    if (isSecretKey(place.key)) return text === "" ? "" : standInFor(place.key);
    if (birth.test(place.key)) return text === "" ? "" : "2000-01-01";
    if (/^\$?filter$/i.test(place.key)) return this.#filter(text);
    return this.#value(text, place.key);
  }

  number(value: number, { rule }: Place): number {
    const isLong = rule === "data" && /^\d{5,}$/.test(String(value));
    return isLong ? Number(this.#standIns.number(String(value))) : value;
  }

  #key(text: string): string {
    return isMadeOf(text, (word) => contractWords.has(word) || sentenceWords.has(word))
      ? this.#withoutIds(text)
      : this.#replaced(text, this.#data);
  }

  /** A value that is from a list keeps it; any other is replaced word by word. */
  #value(text: string, key: string): string {
    if (listedProperties.has(key.toLowerCase()) || /@(odata|data)\.type$/.test(key)) return text;
    if (key === "Id" && optionIds.has(text)) return text;
    if (text.replaceAll(/<\/?\w+>/g, "").trim() === defaultReply.InternalMessage) return text;
    if (longNumber.test(text)) return this.#replaced(text, this.#data);
    const isListed = (word: string): boolean =>
      contractWords.has(word) && !this.#identifiers.names.has(word);
    if (!isNameKey(key) && isMadeOf(text, isListed)) return this.#withoutIds(text);
    return this.#replaced(text, this.#data);
  }

  /** A filter: properties and operators, and values in quotation marks. */
  #filter(text: string): string {
    return text
      .split(/('(?:[^']|'')*')/)
      .map((part, index) => {
        const isQuoted = index % 2 === 1;
        if (isQuoted) return `'${this.#value(part.slice(1, -1), "")}'`;
        return isMadeOf(part, (word) => contractWords.has(word) || operators.test(word))
          ? this.#withoutIds(part)
          : this.#replaced(part, this.#data);
      })
      .join("");
  }

  /** A sentence: the names in it are replaced, and every word that Microsoft's sentences do not have. */
  #saying(text: string): string {
    const stays: Stays = (word, before) => this.#stays(word, before);
    if (!this.#phrases) return this.#replaced(text, this.#sentence, stays);
    return text
      .split(this.#phrases)
      .map((part, index) =>
        index % 2 === 1 && this.#isName(part)
          ? this.#replaced(part, this.#data)
          : this.#replaced(part, this.#sentence, stays),
      )
      .join("");
  }

  /** A name of nothing but ordinary words is one only in its own spelling. */
  #isName(phrase: string): boolean {
    return this.#identifiers.phrases.has(phrase) || !isMadeOf(phrase, isSaid);
  }

  /** An ordinary word stays, but not with a capital in the middle of a sentence, when someone is called so. */
  #stays(word: string, before: string): boolean {
    const key = word.toLowerCase();
    const { names, trueNames } = this.#identifiers;
    if (!isSaid(key)) return contractWords.has(key) && !names.has(key);
    return !trueNames.has(key) || word === key || /(^|[.!?|:]\s*)$/.test(before);
  }

  #withoutIds(text: string): string {
    return text.replaceAll(guids, (id) => this.#id(id));
  }

  #replaced(text: string, pattern: RegExp, stays: Stays = () => false): string {
    return throughUrlEscapes(text, (meant) =>
      meant
        .split(base64)
        .map((part, index) =>
          index % 2 === 1 ? this.#base64(part) : this.#plain(part, pattern, stays),
        )
        .join(""),
    );
  }

  #base64(token: string): string {
    const inside = textInBase64(token);
    if (inside === undefined) return this.#standIns.opaque(token);
    const standIns = this.#replaced(unescaped(inside), this.#data);
    // A sign at its end shows that it is base64, also the next time.
    const scrubbed = Buffer.byteLength(standIns) % 3 === 0 ? `${standIns} ` : standIns;
    return Buffer.from(scrubbed).toString("base64");
  }

  #id(id: string): string {
    return publicIds.has(id.toLowerCase()) ? id : this.#standIns.id(id);
  }

  #plain(text: string, pattern: RegExp, stays: Stays): string {
    return text.replace(pattern, (...found) => {
      const { secret, id, sid, controller, domain, form, number, word } = found.at(-1) as Partial<
        Record<string, string>
      >;
      if (secret !== undefined) return standInSecret;
      if (id !== undefined) return this.#id(id);
      if (sid !== undefined) return this.#standIns.sid(sid);
      if (controller !== undefined) return someDomainController;
      if (domain !== undefined)
        return publicDomain.test(domain) ? domain : this.#standIns.domain(domain);
      if (form !== undefined) return form;
      if (number !== undefined) return this.#standIns.number(number);
      if (word === undefined) return "";
      return stays(word, text.slice(0, Number(found.at(-3)))) ? word : this.#word(word);
    });
  }

  #word(word: string): string {
    if (/^([A-Za-z]|\d{1,4})$/.test(word)) return word;
    if (/^\d+$/.test(word)) return this.#standIns.number(word);
    if (isContractTerm(word)) return word;
    const { trueNames } = this.#identifiers;
    const key = folded(word);
    const isWhole = trueNames.has(key) || key.length !== word.length;
    const found = isWhole ? undefined : this.#nameInside(key);
    if (!found) return this.#standIns.word(word, trueNames.has(key) ? "name" : "word");
    const { start, end } = found;
    return [word.slice(0, start), word.slice(start, end), word.slice(end)]
      .map((part) => (part === "" ? "" : this.#word(part)))
      .join("");
  }

  /** Where a word contains a name: the first and longest. */
  #nameInside(word: string): { start: number; end: number } | undefined {
    for (let start = 0; start + minInside <= word.length; start++)
      for (let end = Math.min(word.length, start + this.#maxName); end - start >= minInside; end--)
        if (this.#identifiers.trueNames.has(word.slice(start, end))) return { start, end };
    return undefined;
  }
}

const operators =
  /^(eq|ne|and|or|not|like|notlike|gt|ge|lt|le|true|false|null|any|one|startswith|endswith)$/;

function isSaid(word: string): boolean {
  return sentenceWords.has(word.toLowerCase());
}

/** Whether a name is more than its words in a sentence: it has several, and ordinary ones among them. */
function isNamePhrase(name: string): boolean {
  const found = [...name.matchAll(words)];
  return found.length > 1 && found.some(([word]) => isSaid(word));
}

/** Whether a text has nothing but such words, in lower case, apart from ids and short numbers. */
function isMadeOf(text: string, isKnown: (word: string) => boolean): boolean {
  return [...text.replaceAll(guids, " ").matchAll(words)].every(
    ([word]) => /^\d{1,4}$/.test(word) || isKnown(word.toLowerCase()),
  );
}

function anyOf(texts: readonly string[]): string {
  // Long ones first: one may begin with another.
  return [...texts]
    .sort((a, b) => b.length - a.length)
    .map(escaped)
    .join("|");
}

function pattern(secrets: readonly string[], domains: readonly string[], form: string): RegExp {
  const known = domains.length > 0 ? `${anyOf(domains)}|` : "";
  const domain = publicDomain.source.slice(1, -1);
  return new RegExp(
    [
      `(?<secret>${[...(secrets.length > 0 ? [anyOf(secrets)] : []), ...tokens].join("|")})`,
      `(?<id>${guids.source})`,
      String.raw`(?<sid>\bS-1-5-21(?:-\d+){1,5}\b)`,
      String.raw`(?<controller>\b[A-Z0-9]+\.[A-Z0-9]+\.PROD\.OUTLOOK\.COM\b)`,
      String.raw`(?<domain>(?<![\p{L}\p{N}-])(?:${known}${domain})(?![\p{L}\p{N}-]))`,
      `(?<form>${form})`,
      `(?<number>${longNumber.source})`,
      `(?<word>${words.source})`,
    ].join("|"),
    "giu",
  );
}
