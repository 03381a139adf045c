import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { story } from "../../tools/cli/demoEvents.ts";
import { createEmulator } from "../emulator/emulator.ts";
import { ran } from "./terminal.ts";

const folder = mkdtempSync(path.join(tmpdir(), "exo-connector record "));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("exo-connector record", () => {
  it("compares a scenario with its fixture", async () => {
    const { code, lines } = await ran(["record", "lifecycle/disable/nothing-to-change", "--check"]);
    expect({ code, lines }).toEqual({
      code: 0,
      lines: ["1 recorded, all equal to the fixtures on disk."],
    });
  });

  it("exits with 1 for an event that has no fixture yet, and writes none", async () => {
    const event = path.join(folder, "event.json");
    writeFileSync(event, JSON.stringify(story(createEmulator().credentials)[0].event));
    const as = "lifecycle/create/only-in-this-test";
    const { code, lines } = await ran(["record", "--event", event, "--as", as, "--json"]);
    expect({ code, documents: lines.map((line) => JSON.parse(line) as unknown) }).toEqual({
      code: 1,
      documents: [
        {
          isDone: false,
          lines: [
            `not recorded yet: ${as}`,
            "1 recorded, 1 not equal to the fixtures on disk; --update writes them.",
          ],
        },
      ],
    });
  });

  it.each([
    [["record"], "Expected names, --all or --event <file>."],
    [["record", "--all", "--check", "--update"], "Only one of --check and --update can be given."],
    [
      ["record", "no-scenario-of-this-name"],
      "No scenario and no fixture of the emulator is called no-scenario-of-this-name.",
    ],
    [
      ["record", "--event", "event.json", "--as", "here"],
      "--as must name the fixture as room/action/what-happens, such as lifecycle/update/two-fields-differ.",
    ],
  ])("is used wrongly: %j", async (args, message) => {
    expect(await ran(args)).toEqual({ code: 2, lines: [], notes: [message] });
  });
});
