import { readFileSync } from "node:fs";
import schema from "../../schemas/fieldMapping.schema.json" with { type: "json" };
import type { FieldMapping } from "../../lib/generated/types.ts";
import { JsonFile } from "../check/jsonFile.ts";
import { lineOf } from "../check/problem.ts";
import { schemaProblems } from "../check/schema.ts";

/** A field mapping, or why a file has none: a line for each problem, with its place. Throws when it cannot be read. */
export function readMapping(file: string): { mapping: FieldMapping } | { problems: string[] } {
  const json = new JsonFile(file, readFileSync(file));
  const found = json.root ? schemaProblems(json, schema) : [];
  const problems = [...json.problems, ...found].map(lineOf);
  // The schema has passed.
  return problems.length > 0 ? { problems } : { mapping: json.value as FieldMapping };
}
