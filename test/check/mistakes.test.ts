import { describe, expect, it } from "vitest";
import {
  calendars,
  entraForm,
  entraMapping,
  form,
  holds,
  mapping,
  problemsAfter,
  regions,
} from "./edits.ts";
import type { Mistake } from "./mistakes.ts";
import { mistakesInEntraForms, mistakesInEntraMapping } from "./mistakesInEntra.ts";
import { mistakesInForms } from "./mistakesInForms.ts";
import { mistakesInMapping } from "./mistakesInMapping.ts";
import { mistakesInCalendars, mistakesInHolds, mistakesInRegions } from "./mistakesInOptions.ts";
import { mistakesInScripts } from "./mistakesInScripts.ts";
import { mistakesInSettings } from "./mistakesInSettings.ts";

describe.each<[string, readonly Mistake[]]>([
  [mapping, [...mistakesInMapping, ...mistakesInSettings, ...mistakesInScripts]],
  [form, mistakesInForms],
  [entraMapping, mistakesInEntraMapping],
  [entraForm, mistakesInEntraForms],
  [calendars, mistakesInCalendars],
  [holds, mistakesInHolds],
  [regions, mistakesInRegions],
])("in %s the check names the line of", (file, mistakes) => {
  it.each(mistakes)("$title", async ({ edit, at, nth = 1, message, also = 0, ...more }) => {
    const { domains = [], isWarning = false } = more;
    const { problems, text } = await problemsAfter(file, edit, { domains });
    const line = lineOf(text, at, nth);
    expect(problems).toContainEqual(
      expect.objectContaining({
        file,
        line,
        message: expect.stringContaining(message) as string,
        severity: isWarning ? "warning" : "error",
      }),
    );
    expect(problems).toHaveLength(1 + also);
  });
});

/** The number of the nth line that starts with a text. */
function lineOf(text: string, start: string, nth: number): number {
  const lines = [...text.split("\n").entries()].filter(([, line]) =>
    line.replace(/^ */, "").startsWith(start),
  );
  const [index] = lines[nth - 1] ?? [];
  if (index === undefined) throw new Error(`The edited file has no line ${start}.`);
  return index + 1;
}
