import { readFileSync } from "node:fs";
import { visit } from "jsonc-parser";
import { JsonFile } from "../check/jsonFile.ts";
import { lineOf } from "../check/problem.ts";
import { withFile } from "./files.ts";
import { UsageError } from "./usageError.ts";

/** The value in a JSON file. Throws with file, line and column where it is not JSON. */
export function readJson(file: string): unknown {
  const bytes = withFile(file, "read", () => readFileSync(file));
  // What PowerShell 5.1 writes as UTF-8 starts with one.
  const hasMark = bytes.subarray(0, 3).equals(byteOrderMark);
  const text = hasMark ? bytes.subarray(3) : bytes;
  const known = soundValue(text);
  if (known) return known.value;
  const json = new JsonFile(file, text);
  const [problem] = json.problems;
  if (problem) throw new UsageError(lineOf(problem));
  return json.value;
}

/** The value of a file that has no problem. The tree that finds the place of one needs forty times the file's size. */
function soundValue(bytes: Buffer): { value: unknown } | undefined {
  try {
    const text = utf8.decode(bytes);
    const value: unknown = JSON.parse(text);
    return hasRepeatedKey(text) ? undefined : { value };
  } catch {
    return undefined;
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function hasRepeatedKey(text: string): boolean {
  const open: Set<string>[] = [];
  let isRepeated = false;
  visit(text, {
    onObjectBegin: () => void open.push(new Set()),
    onObjectEnd: () => void open.pop(),
    onObjectProperty(key) {
      const keys = open.at(-1);
      isRepeated ||= keys?.has(key) === true;
      keys?.add(key);
    },
  });
  return isRepeated;
}

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);
