import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { allSets, formFor } from "../doctor/clinic.ts";
import { seedState } from "../emulator/seed.ts";
import { startEmulator, type RunningEmulator } from "../emulator/server.ts";
import { ran } from "./terminal.ts";

let running: RunningEmulator;
beforeAll(async () => {
  running = await startEmulator();
});
afterAll(() => running.close());

const folder = mkdtempSync(path.join(tmpdir(), "exo-connector doctor "));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function written(name: string, value: unknown): string {
  const file = path.join(folder, name);
  writeFileSync(file, JSON.stringify(value));
  return file;
}

/** Lines without the Node.js of this machine, which may be past its end of life. */
const marksIn = (lines: readonly string[]): string[] =>
  lines.flatMap((line) => /^(ok|WRONG|warn|\?) +(?! |Node\.js:)/.exec(line)?.[1] ?? []);

describe("exo-connector doctor", () => {
  it("finds the example tenant healthy", async () => {
    const { code, lines, notes } = await ran(["doctor"]);
    expect(code).toBe(0);
    expect(notes).toEqual([
      "This is the emulator's example tenant. --config <file> examines a real one.",
    ]);
    expect(lines[0]).toBe("doctor, Contoso (emulated)");
    expect(new Set(marksIn(lines))).toEqual(new Set(["ok"]));
    for (const { name } of allSets)
      expect(lines.join("\n")).toContain(`ok     set ${name}: Exchange Administrator permits`);
    expect(lines.at(-1)).toMatch(/^2[45] ok, 0 wrong, (0 warnings|1 warning), 0 unknown$/);
  });

  it("finds an emulator that runs healthy", async () => {
    const { code, lines } = await ran(["doctor", "--emulator", running.exchangeUrl]);
    expect(code).toBe(0);
    expect(lines).toContain(
      `ok     addresses: Those of an emulator: ${Object.values(running.env).join(", ")}.`,
    );
  });

  it("exits with 1 when the sign-in could not be tried: then nothing behind it was examined", async () => {
    running.emulator.addFaults([
      { match: { side: "login" }, named: "signInUnavailable", times: 99 },
    ]);
    const { code, lines } = await ran(["doctor", "--emulator", running.exchangeUrl]);
    running.emulator.setFaults([]);
    expect(code).toBe(1);
    expect(lines.at(-1)).toMatch(/, 0 wrong, /);
    expect(lines.join("\n")).toContain("?      sign-in: ");
  });

  it("reads a configuration, marks what is wrong in words, and exits with 1", async () => {
    const file = written("tenant.json", { ...formFor(running), AppSecret: "hunter2-hunter2" });
    const { code, lines } = await ran(["doctor", "--config", file], running.env);
    expect(code).toBe(1);
    expect(lines.join("\n")).toContain("warn   addresses: Everything goes to an emulator");
    expect(lines[0]).toBe("doctor, contoso.onmicrosoft.com");
    const at = lines.findIndex((line) => line.startsWith("WRONG"));
    expect(lines[at]).toMatch(/^WRONG {2}sign-in: The app secret \(AppSecret\) is not a secret of/);
    expect(lines[at + 1]).toMatch(/^ {7}-> Create a client secret/);
    expect(marksIn(lines).filter((mark) => mark === "WRONG")).toHaveLength(1);
    expect(lines.join("\n")).not.toContain("hunter2");
  });

  it("writes one JSON document, of the named sets only", async () => {
    const state = seedState();
    Object.assign(state.apps[0] ?? {}, { directoryRoles: ["Global Reader"] });
    const seed = written("seed.json", state);
    const { code, lines } = await ran([
      "doctor",
      "--seed",
      seed,
      "--set",
      "groups",
      "account",
      "--json",
    ]);
    expect(code).toBe(1);
    expect(lines).toHaveLength(1);
    const { findings } = JSON.parse(lines[0] ?? "") as { findings: { check: string }[] };
    expect(findings.find(({ check }) => check === "role")).toEqual({
      check: "role",
      status: "wrong",
      message: "The application has only the role Global Reader, which may only read.",
      mend:
        "Assign the Entra role Exchange Recipient Administrator to the application, or Exchange Administrator if " +
        "mail-enabled security groups are among its groups.",
    });
    expect(
      findings.filter(({ check }) => check.startsWith("set ")).map(({ check }) => check),
    ).toEqual(["set groups", "set account"]);
  });

  it.each([
    [["doctor", "--set", "group"], /^--set group: there is no such set\. The nearest is groups\.$/],
    [
      ["doctor", "--set", "x"],
      /^--set x: there is no such set\. Sets: account, folderPermission, /,
    ],
    [["doctor", "--config", path.join(folder, "none.json")], /none\.json cannot be read: ENOENT/],
    [["doctor", "--config", "a.json", "--seed", "b.json"], /^Only one of --config, --emulator and/],
  ])("is used wrongly: %j", async (args, message) => {
    const { code, lines, notes } = await ran(args);
    expect({ code, lines }).toEqual({ code: 2, lines: [] });
    expect(notes.join("\n")).toMatch(message);
  });
});
