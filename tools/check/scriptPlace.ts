/** Where in a file a character of a script is: a script is JSON in a text that is JSON. */

import type { JsonFile } from "./jsonFile.ts";
import type { MappedField, MappingAction } from "./mapping.ts";
import type { Problem } from "./problem.ts";

/** Something that is wrong in a script. */
export interface ScriptFinding {
  /** The offset in the script. */
  at: number;
  message: string;
  severity: Problem["severity"];
}

/** A finding in the script of a field as a problem of the file. */
export function scriptProblem(
  file: JsonFile,
  { name }: MappedField,
  { value, valueNode }: MappingAction,
  { at, message, severity }: ScriptFinding,
): Problem {
  const line = String(value).slice(0, at).split("\n").length;
  const place = valueNode && valueNode.offset + offsetInValue(file.raw(valueNode), at);
  return file.problem(place, `${name}, script line ${line}: ${message}`, { field: name, severity });
}

/**
 * The offset of a character of the script in the raw text of `Value`, which begins with its quotation mark. `raw` is
 * known to be a JSON text whose value is a JSON text.
 */
function offsetInValue(raw: string, offsetInScript: number): number {
  const outer = placesIn(raw);
  const inner = placesIn(outer.text);
  return outer.places[inner.places[offsetInScript] ?? 0] ?? 0;
}

/** The text of a JSON string, and for each of its characters the offset in the string as it is written. */
function placesIn(written: string): { text: string; places: number[] } {
  let text = "";
  const places: number[] = [];
  for (const { 0: part, index } of written.matchAll(/\\u[0-9a-f]{4}|\\[^]|[^]/gi)) {
    if (part === '"') continue;
    text += part.startsWith("\\") ? String(JSON.parse(`"${part}"`)) : part;
    places.push(index);
  }
  // What is expected at the end of a script is expected before the closing quotation mark.
  return { text, places: [...places, written.lastIndexOf('"')] };
}
