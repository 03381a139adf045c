import { describe, expect, it } from "vitest";
import { version } from "../../lib/generated/version.ts";
import { ran } from "./terminal.ts";

describe("exo-connector", () => {
  it("shows its version and its help on stdout", async () => {
    expect(await ran(["--version"])).toEqual({ code: 0, lines: [version], notes: [] });
    const { code, lines, notes } = await ran(["--help"]);
    expect({ code, notes }).toEqual({ code: 0, notes: [] });
    expect(lines[0]).toMatch(/^Usage: exo-connector /);
  });

  it.each(["check", "plan", "reach", "run", "undo"])(
    "shows no empty default in the help of %s",
    async (verb) => {
      expect((await ran([verb, "--help"])).lines.join("\n")).not.toContain("[]");
    },
  );

  it("refuses an unknown option on stderr, with exit code 2", async () => {
    const { code, lines, notes } = await ran(["--verbos"]);
    expect({ code, lines }).toEqual({ code: 2, lines: [] });
    expect(notes.join("\n")).toMatch(/unknown option '--verbos'[^]*--help/);
  });
});
