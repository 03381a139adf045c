import path from "node:path";
import { describe, expect, it } from "vitest";
import { checkFolder } from "../../tools/check/checks.ts";
import { lineOf } from "../../tools/check/problem.ts";
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
import { optionSets } from "../../tools/check/options.ts";
import { rightEdits } from "./rightEdits.ts";

const root = path.resolve(import.meta.dirname, "../..");

describe("the check names nothing in", () => {
  it.each(rightEdits)("$title ($file)", async ({ file, edit, domains = [] }) => {
    const before = await problemsAfter(file, (text) => text);
    const { problems, text } = await problemsAfter(file, edit, { domains });
    expect(problems).toEqual([]);
    expect(text).not.toBe(before.text);
  });

  it.each([form, mapping, entraForm, entraMapping, calendars, holds, regions])(
    "the sample of %s",
    async (file) => {
      expect((await problemsAfter(file, (text) => text)).problems).toEqual([]);
    },
  );

  it("the files that are shipped, but the domain that everyone has to change", async () => {
    const { files, problems } = await checkFolder(root);
    expect(files).toEqual([
      "configuration.json",
      "fieldMapping.json",
      entraForm,
      entraMapping,
      "lifecycle/hybrid/configuration.json",
      "lifecycle/hybrid/fieldMapping.json",
      "lifecycle/leaver.json",
      ...Object.keys(optionSets)
        .sort()
        .map((set) => `permissions/${set}/options.json`),
    ]);
    const others = problems.filter(({ message }) => !message.includes("the domain is contoso.com"));
    expect(others.map(lineOf)).toEqual([]);
  });
});
