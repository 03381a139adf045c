import { readFileSync } from "node:fs";
import { parse, printParseErrorCode, type ParseError } from "jsonc-parser";
import { UsageError } from "./terminal.ts";

/** The value in a JSON file. A byte order mark is allowed. Throws with line and column where the file is no JSON. */
export function readJson(file: string): unknown {
  const text = readText(file).replace(/^\uFEFF/, "");
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { disallowComments: true });
  const [first] = errors;
  if (!first) return value;
  const before = text.slice(0, first.offset).split("\n");
  const position = `${file}:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
  throw new UsageError(`${position}  This is no JSON: ${printParseErrorCode(first.error)}.`);
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError(
      `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
