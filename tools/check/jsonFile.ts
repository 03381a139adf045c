import {
  findNodeAtLocation,
  parseTree,
  printParseErrorCode,
  type Node,
  type ParseError,
} from "jsonc-parser";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Problem } from "./problem.ts";

export type { Node } from "jsonc-parser";

/** The way to a value in a document: keys and indexes. */
export type Steps = readonly (string | number)[];

/** A JSON file that people edit, with the place of each value. */
export class JsonFile {
  /** The path in the folder, with slashes. */
  readonly name: string;
  /** The document; undefined when the file is not JSON. */
  readonly root: Node | undefined;
  /** Why the file is not JSON, as one problem; otherwise the keys that appear twice. */
  readonly problems: readonly Problem[];
  readonly #text: string;

  constructor(name: string, bytes: Buffer) {
    this.name = name;
    this.#text = bytes.toString("utf8");
    const encoding = wrongEncoding(bytes);
    if (encoding !== undefined) {
      this.problems = [this.problem(0, encoding)];
      return;
    }
    try {
      const { root, problems } = this.#parsed();
      this.root = root;
      this.problems = problems;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.problems = [this.problem(0, "The document nests too deeply.")];
    }
  }

  #parsed(): { root?: Node | undefined; problems: Problem[] } {
    const errors: ParseError[] = [];
    const root = parseTree(this.#text, errors, { disallowComments: true });
    const [first] = errors.sort((one, other) => one.offset - other.offset);
    if (first) return { problems: [this.#syntaxProblem(first)] };
    if (!root) return { problems: [this.problem(0, "The file is empty.")] };
    return { root, problems: this.#repeatedKeys(root) };
  }

  static read(folder: string, name: string): JsonFile {
    return new JsonFile(name, readFileSync(path.join(folder, name)));
  }

  /** The document as a value. */
  get value(): unknown {
    return this.root && (JSON.parse(this.#text) as unknown);
  }

  /** The value at the end of the steps, or the last one before it that exists. Keys are not case-sensitive. */
  find(steps: Steps): Node | undefined {
    let node = this.root;
    for (const step of steps) {
      const next = node && (typeof step === "number" ? node.children?.[step] : member(node, step));
      if (!next) return node;
      node = next;
    }
    return node;
  }

  /** The text of a value, as it is in the file. */
  raw({ offset, length }: Node): string {
    return this.#text.slice(offset, offset + length);
  }

  problem(
    place: Node | number | undefined,
    message: string,
    {
      field,
      severity = "error",
    }: { field?: string | undefined; severity?: Problem["severity"] } = {},
  ): Problem {
    const offset = typeof place === "number" ? place : (place?.offset ?? 0);
    const before = this.#text.slice(0, offset).split("\n");
    return {
      file: this.name,
      line: before.length,
      column: (before.at(-1)?.length ?? 0) + 1,
      ...(field === undefined ? {} : { field }),
      message,
      severity,
    };
  }

  #syntaxProblem({ error, offset }: ParseError): Problem {
    const before = this.#text.slice(0, offset).trimEnd();
    const code = printParseErrorCode(error);
    if (this.#text.trim() === "") return this.problem(0, "The file is empty; expected JSON.");
    if (code === "CommaExpected")
      return this.problem(before.length, "A comma is missing after this value.");
    const closes = /^[\]}]/.test(this.#text.slice(offset).trimStart());
    if (before.endsWith(",") && closes)
      return this.problem(before.length - 1, "A comma too many: no value follows it.");
    const isCutOff = code === "CloseBraceExpected" || code === "CloseBracketExpected";
    const place = isCutOff ? before.length : offset;
    return this.problem(place, `${syntax[code] ?? `Not JSON (${code})`}.`);
  }

  #repeatedKeys(node: Node): Problem[] {
    const seen = new Set<unknown>();
    const own: Problem[] = [];
    for (const property of node.type === "object" ? (node.children ?? []) : []) {
      const key: unknown = property.children?.[0]?.value;
      if (seen.has(key))
        own.push(this.problem(property, `The key "${String(key)}" appears twice; expected once.`));
      seen.add(key);
    }
    return [...own, ...(node.children ?? []).flatMap((child) => this.#repeatedKeys(child))];
  }
}

/** The value of a key; keys are not case-sensitive. */
export function member(node: Node | undefined, key: string): Node | undefined {
  if (node?.type !== "object") return undefined;
  const property = propertyOf(node, key);
  return property?.children?.[1];
}

/** The key itself, for what is wrong with it. */
export function keyIn(node: Node | undefined, key: string): Node | undefined {
  return node && propertyOf(node, key)?.children?.[0];
}

/** The text of a value; undefined when it is not a text. */
export function textIn(node: Node | undefined): string | undefined {
  const value: unknown = node?.value;
  return node?.type === "string" && typeof value === "string" ? value : undefined;
}

/** The values of a list. */
export function itemsOf(node: Node | undefined): readonly Node[] {
  return node?.type === "array" ? (node.children ?? []) : [];
}

function propertyOf(node: Node, key: string): Node | undefined {
  const exact = findNodeAtLocation(node, [key])?.parent;
  if (exact) return exact;
  return node.children?.find(
    ({ children }) => String(children?.[0]?.value).toLowerCase() === key.toLowerCase(),
  );
}

/** What PowerShell and old editors write. */
function wrongEncoding(bytes: Buffer): string | undefined {
  const start = bytes.subarray(0, 3).toString("hex");
  if (/^(fffe|feff)/.test(start)) return "The file is UTF-16 text; expected UTF-8.";
  if (start === "efbbbf")
    return "The file starts with a byte order mark; expected UTF-8 without one.";
  const isUtf8 = Buffer.from(bytes.toString("utf8"), "utf8").equals(bytes);
  return isUtf8 ? undefined : "The file is not UTF-8 text; expected UTF-8.";
}

const syntax: Readonly<Record<string, string>> = {
  InvalidSymbol:
    'This is not JSON; expected a value: text in straight quotes ("), a number, true, false or null',
  InvalidNumberFormat: "This is not a number of JSON",
  PropertyNameExpected: 'Expected a key in straight quotes (")',
  ValueExpected: "A value is missing here",
  ColonExpected: "A colon is missing here, between the key and its value",
  CloseBraceExpected: "A closing brace (}) is missing here",
  CloseBracketExpected: "A closing bracket (]) is missing here",
  EndOfFileExpected: "Something follows the end of the document; expected nothing",
  InvalidCommentToken: "JSON has no comments",
  UnexpectedEndOfComment: "JSON has no comments",
  UnexpectedEndOfString: 'A closing quote (") is missing in this line',
  UnexpectedEndOfNumber: "This number has no end",
  InvalidUnicode: "An escape \\u needs four hexadecimal digits",
  InvalidEscapeCharacter: "This escape does not exist in JSON; a backslash itself is written \\\\",
  InvalidCharacter: "A control character in a text; a line break is written \\n",
};
