/** From the text of `$filter` to a tree. A part of OData: what the pages of users and groups name. */
import { invalidFilter } from "./errors.ts";
import type { Json } from "./json.ts";

export type Comparison = "eq" | "ne" | "ge" | "le" | "gt" | "lt";

export type Filter =
  | { is: "and" | "or"; parts: Filter[] }
  | { is: "not"; part: Filter }
  | { is: "compare"; property: string; operator: Comparison; value: Json }
  | { is: "in"; property: string; values: Json[] }
  | { is: "call"; name: "startsWith" | "endsWith"; property: string; value: string }
  | { is: "any"; property: string; variable: string; part: Filter }
  /** `property/$count` compared with a number. */
  | { is: "count"; property: string; operator: Comparison; value: number };

interface Token {
  text: string;
  at: number;
}

/** What a token may be; the first that fits is one. */
const tokenForms = [
  /'(?:[^']|'')*'/,
  /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/,
  /\d{4}-\d\d-\d\dT[\d:.]+Z/,
  /-?\d+/,
  /[a-z_$][\w.$/]*/,
  /[(),:]/,
];
const pattern = new RegExp(`\\s*(?:${tokenForms.map(({ source }) => source).join("|")})`, "iy");

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  pattern.lastIndex = 0;
  while (pattern.lastIndex < text.trimEnd().length) {
    const at = pattern.lastIndex;
    const match = pattern.exec(text);
    if (!match) throw syntaxError(text, at);
    tokens.push({ text: match[0].trim(), at });
  }
  return tokens;
}

const syntaxError = (text: string, at: number): Error =>
  invalidFilter(`Syntax error at position ${at} in '${text}'.`);

const comparisons = ["eq", "ne", "ge", "le", "gt", "lt"];

/** Throws a GraphRefusal. */
export function parseFilter(text: string): Filter {
  const parser = new Parser(text);
  const filter = parser.either();
  parser.end();
  return filter;
}

class Parser {
  readonly #text: string;
  readonly #tokens: Token[];
  #next = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokensOf(text);
  }

  either(): Filter {
    return this.#joined("or", () => this.#joined("and", () => this.#term()));
  }

  end(): void {
    if (this.#next < this.#tokens.length) throw this.#wrong();
  }

  #joined(word: "and" | "or", part: () => Filter): Filter {
    const first = part();
    const parts = [first];
    while (this.#accept(word)) parts.push(part());
    return parts.length === 1 ? first : { is: word, parts };
  }

  #term(): Filter {
    if (this.#accept("not")) return { is: "not", part: this.#term() };
    if (this.#accept("(")) return this.#closed(this.either());
    const name = this.#identifier();
    if (/^(starts|ends)with$/i.test(name)) return this.#call(name);
    if (name.endsWith("/any")) return this.#any(name.slice(0, -"/any".length));
    if (name.endsWith("/$count")) return this.#count(name.slice(0, -"/$count".length));
    if (this.#accept("in")) return { is: "in", property: name, values: this.#list() };
    return { is: "compare", property: name, operator: this.#comparison(), value: this.#literal() };
  }

  #closed<T>(value: T): T {
    this.#expect(")");
    return value;
  }

  #call(name: string): Filter {
    this.#expect("(");
    const property = this.#identifier();
    this.#expect(",");
    const value = this.#literal();
    if (typeof value !== "string") throw this.#wrong();
    const is = /^starts/i.test(name) ? "startsWith" : "endsWith";
    return this.#closed({ is: "call", name: is, property, value });
  }

  #any(property: string): Filter {
    this.#expect("(");
    const variable = this.#identifier();
    this.#expect(":");
    return this.#closed({ is: "any", property, variable, part: this.either() });
  }

  #count(property: string): Filter {
    const operator = this.#comparison();
    const value = this.#literal();
    if (typeof value !== "number") throw this.#wrong();
    return { is: "count", property, operator, value };
  }

  #list(): Json[] {
    this.#expect("(");
    const values = [this.#literal()];
    while (this.#accept(",")) values.push(this.#literal());
    return this.#closed(values);
  }

  #comparison(): Comparison {
    const text = this.#tokens[this.#next]?.text.toLowerCase() ?? "";
    if (!comparisons.includes(text)) throw this.#wrong();
    this.#next += 1;
    return text as Comparison;
  }

  #literal(): Json {
    const text = this.#tokens[this.#next]?.text;
    if (text === undefined) throw this.#wrong();
    this.#next += 1;
    if (text.startsWith("'")) return text.slice(1, -1).replaceAll("''", "'");
    if (/^(true|false)$/i.test(text)) return text.toLowerCase() === "true";
    if (text === "null") return null;
    if (/^-?\d+$/.test(text)) return Number(text);
    if (/^\d{4}-|^[0-9a-f]{8}-/i.test(text)) return text;
    this.#next -= 1;
    throw this.#wrong();
  }

  #identifier(): string {
    const text = this.#tokens[this.#next]?.text ?? "";
    if (!/^[A-Za-z_$]/.test(text)) throw this.#wrong();
    this.#next += 1;
    return text;
  }

  #accept(text: string): boolean {
    const isThere = this.#tokens[this.#next]?.text.toLowerCase() === text;
    if (isThere) this.#next += 1;
    return isThere;
  }

  #expect(text: string): void {
    if (!this.#accept(text)) throw this.#wrong();
  }

  #wrong(): Error {
    return syntaxError(this.#text, this.#tokens[this.#next]?.at ?? this.#text.length);
  }
}
