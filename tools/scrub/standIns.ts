/**
 * Stand-ins, numbered in the order in which their values first appear. So a scrubbed recording that is scrubbed again
 * stays as it is, without having to recognise a stand-in: the first stand-in becomes the first one.
 */
import { folded, opaqueMark } from "./plainForm.ts";
import { UsageError } from "../session/usageError.ts";

type Kind = "id" | "domain" | "name" | "word" | "number" | "sid" | "opaque";

const digits = 5;

export class StandIns {
  readonly #numbers = new Map<string, number>();
  readonly #counts = new Map<Kind, number>();

  id(guid: string): string {
    const number = this.#numberOf("id", guid.toLowerCase());
    return `5c4b0000-0000-4000-8000-${number.toString(16).padStart(12, "0")}`;
  }

  /** Keeps whether the domain is one of those that Microsoft gives to tenants. */
  domain(domain: string): string {
    const number = this.#numberOf("domain", domain.toLowerCase());
    const isInitial = /\.onmicrosoft\.\w+$/i.test(domain);
    return `other${number}.contoso.${isInitial ? "onmicrosoft.com" : "com"}`;
  }

  /** At least five digits, as a text or as a number. */
  number(text: string): string {
    return `9${padded(this.#numberOf("number", text.replaceAll(/\D/g, "")), 8)}`;
  }

  /** A security identifier. */
  sid(text: string): string {
    return `S-1-5-21-1-1-1-${this.#numberOf("sid", text.toUpperCase())}`;
  }

  /** Base64 of something that is no text, such as the id of a folder. */
  opaque(text: string): string {
    const content = `${opaqueMark}${padded(this.#numberOf("opaque", text), digits)}`;
    return Buffer.from(content).toString("base64");
  }

  /** A word in the same letters: lower case, capitals, with an accent, or none of the Latin ones. */
  word(word: string, kind: "name" | "word"): string {
    const number = padded(this.#numberOf(kind, folded(word)), digits);
    if (!/\p{Script=Latin}/u.test(word)) return `${hanMarks[kind]}${inHan(number)}`;
    const isPlain = !/[^\p{ASCII}]/u.test(word);
    const standIn = `${isPlain ? plainMarks[kind] : accentedMarks[kind]}${number}`;
    const cased = inCaseOf(word, standIn);
    return word === word.normalize("NFC") ? cased : cased.normalize("NFD");
  }

  #numberOf(kind: Kind, value: string): number {
    const key = `${kind} ${value}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const next = (this.#counts.get(kind) ?? 0) + 1;
    if (next >= 10 ** digits)
      throw new UsageError(`A recording can have ${10 ** digits - 1} different values of a kind.`);
    this.#counts.set(kind, next);
    this.#numbers.set(key, next);
    return next;
  }
}

const plainMarks = { name: "Name", word: "Word" };
const accentedMarks = { name: "Nàme", word: "Wörd" };
const hanMarks = { name: "名", word: "字" };

/** The stand-ins for words, in their folded form, and whatever was joined with them. */
export const wordStandIn = new RegExp(
  `(?:name|word)\\d{${digits}}|[名字][〇一二三四五六七八九]{${digits}}`,
  "g",
);

function padded(number: number, length: number): string {
  return String(number).padStart(length, "0");
}

function inHan(number: string): string {
  return number.replaceAll(/\d/g, (digit) => "〇一二三四五六七八九".charAt(Number(digit)));
}

function inCaseOf(word: string, standIn: string): string {
  if (word === word.toLowerCase()) return standIn.toLowerCase();
  return word === word.toUpperCase() && /\p{L}.*\p{L}/u.test(word)
    ? standIn.toUpperCase()
    : standIn;
}
