import fc from "fast-check";
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

/** The document with another value in the place of one of its own. */
function spoilt(document: unknown, place: number, value: unknown): unknown {
  let left = place;
  const walk = (node: unknown): unknown => {
    if (left-- === 0) return value;
    if (Array.isArray(node)) return node.map(walk);
    if (typeof node !== "object" || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, member]) => [key, walk(member)]));
  };
  return walk(document);
}

const anyPlace = fc.nat({ max: 250 });
const anyValue = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom('""', "null", "__proto__", "toString", "Person.", '"Person.constructor"'),
);

describe("the check reports, and never throws,", () => {
  it.each([mapping, form, entraMapping, entraForm, calendars, holds, regions])(
    "whatever %s contains",
    async (file) => {
      await fc.assert(
        fc.asyncProperty(anyPlace, anyValue, async (place, value) => {
          const { problems } = await problemsAfter(file, (text) =>
            JSON.stringify(spoilt(JSON.parse(text), place, value), null, 2),
          );
          for (const { line, column, message } of problems)
            expect([line > 0, column > 0, message !== ""]).toEqual([true, true, true]);
        }),
        { numRuns: 60 },
      );
    },
  );

  it("whatever a script contains", async () => {
    const pieces = fc.constantFrom(
      ...[
        "Person",
        ".",
        "Name",
        "(",
        ")",
        "=>",
        "{",
        "}",
        "[",
        "]",
        "'SMTP:'",
        "+",
        "`${",
        "}`",
        "?.",
      ],
      ...["const a =", ";", "\n", "return", "class", "...", "async", "label:", "/x/u", "1n", ","],
    );
    await fc.assert(
      fc.asyncProperty(fc.array(pieces, { maxLength: 20 }), async (parts) => {
        const script = JSON.stringify(JSON.stringify(parts.join(" ")));
        await problemsAfter(mapping, (text) =>
          text.replace('"\\"All\\""', () => script).replace("Fixed", "Complex"),
        );
      }),
      { numRuns: 200 },
    );
  });
});
