import { describe, expect, it } from "vitest";
import { problemsAfter } from "./edits.ts";
import { mistakes } from "./mistakes.ts";

describe("the check finds, on the right line,", () => {
  it.each(mistakes)("$title ($file)", async ({ file, edit, at, nth = 1, message, ...rest }) => {
    const { domains = [], isWarning = false } = rest;
    const { problems, text } = await problemsAfter(file, edit, { domains });
    const lines = [...text.split("\n").entries()].filter(([, line]) =>
      line.trimStart().startsWith(at),
    );
    const place = lines[nth - 1];
    expect(place, `${at} is in the edited file`).toBeDefined();
    expect(problems).toEqual([
      expect.objectContaining({
        file,
        line: (place?.[0] ?? 0) + 1,
        message: expect.stringContaining(message) as string,
        severity: isWarning ? "warning" : "error",
      }),
    ]);
  });
});
