import { readFileSync } from "node:fs";
import { JsonFile } from "../check/jsonFile.ts";
import { lineOf } from "../check/problem.ts";
import { withFile } from "./files.ts";
import { UsageError } from "./usageError.ts";

/** The value in a JSON file. Throws with file, line and column where it is not JSON. */
export function readJson(file: string): unknown {
  const bytes = withFile(file, "read", () => readFileSync(file));
  // What PowerShell 5.1 writes as UTF-8 starts with one.
  const hasMark = bytes.subarray(0, 3).equals(byteOrderMark);
  const json = new JsonFile(file, hasMark ? bytes.subarray(3) : bytes);
  const [problem] = json.problems;
  if (problem) throw new UsageError(lineOf(problem));
  return json.value;
}

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);
