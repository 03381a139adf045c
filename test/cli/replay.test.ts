import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, inject, it } from "vitest";
import { readFixture, fileOf } from "../../tools/cli/recording.ts";
import { reportOf } from "../../tools/cli/replayReport.ts";
import { ran } from "./terminal.ts";

const folder = mkdtempSync(path.join(tmpdir(), "exo-connector replay "));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const replay = (...args: string[]) => ran(["replay", ...args, "--dist", inject("dist")]);

describe("exo-connector replay", () => {
  it("replays the fixtures with a text in their names, and counts them by their source", async () => {
    const { code, lines } = await replay("lifecycle/disable/nothing-to-change");
    expect(code).toBe(0);
    expect(lines).toEqual([
      expect.stringMatching(/^holds {2}lifecycle\/disable\/nothing-to-change \(\d+ ms\)$/),
      "1 replayed (emulator: 1), 0 failed.",
    ]);
  });

  it("writes a page with the requests and the answer of each", async () => {
    const report = path.join(folder, "replay.html");
    await replay("lifecycle/disable/nothing-to-change", "--report", report);
    const page = readFileSync(report, "utf8");
    expect(page).toContain("<h1>1 fixtures replayed, 0 failed</h1>");
    expect(page).toContain("<td>Get-Mailbox</td>");
    expect(page).toContain("Answer: alreadySo");
  });

  it("needs bundles", async () => {
    const nowhere = path.join(folder, "none");
    const { code, notes } = await ran(["replay", "nothing-to-change", "--dist", nowhere]);
    expect({ code, notes }).toEqual({
      code: 2,
      notes: [`There are no bundles in ${nowhere}; npm run build makes them.`],
    });
  });

  it("takes no file", async () => {
    expect(await ran(["replay", "local/recorded.json"])).toEqual({
      code: 2,
      lines: [],
      notes: [
        "local/recorded.json is a file; expected a part of the name of a fixture. `run --record NAME` makes one that " +
          "replay finds.",
      ],
    });
  });

  it("names the nearest fixture for a name that there is not", async () => {
    const { code, notes } = await replay("nothing-to-chnage");
    expect({ code, notes }).toEqual({
      code: 2,
      notes: ["No fixture has nothing-to-chnage in its name. The nearest is nothing-to-change."],
    });
  });
});

describe("the report of a replay", () => {
  it("shows what differs first, highlighted, and no text as markup", () => {
    const fixture = readFixture(fileOf("lifecycle/disable/nothing-to-change"));
    const page = reportOf([
      { name: "fine", fixture, problems: [], ms: 1 },
      { name: "broken", fixture, problems: ["parameters: recorded <a>, now <b>"], ms: 1 },
      { name: "unreadable", problems: ["no JSON"], ms: 0 },
    ]);
    expect(page).toContain("<h1>3 fixtures replayed, 2 failed</h1>");
    expect(page).toContain("<mark>parameters: recorded &#60;a&#62;, now &#60;b&#62;</mark>");
    const [broken, fine] = [page.indexOf("broken: FAILS"), page.indexOf("fine: holds")];
    expect(broken).toBeLessThan(fine);
  });
});
