import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, inject, it } from "vitest";
import type { Answer } from "../../lib/host/answer.ts";
import { runBundle, withoutAnswer } from "../../tools/cli/run.ts";
import { listActions } from "../../tools/session/actions.ts";
import { ran } from "./terminal.ts";

const folder = mkdtempSync(path.join(tmpdir(), "exo-connector demo "));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A folder in which every bundle is this script. */
function bundlesOf(name: string, script: string): string {
  for (const action of listActions()) {
    const file = path.join(folder, name, `${action}.mjs`);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, script);
  }
  return path.join(folder, name);
}

describe("exo-connector demo, with bundles that crash", () => {
  const crashes: [script: string, how: string, why: string][] = [
    ["throw new TypeError('no such thing')", "ended with exit code 1", "TypeError: no such thing"],
    [
      "console.error('low on memory'); process.exitCode = 3",
      "ended with exit code 3",
      "low on memory",
    ],
    [
      "console.log('half an ans'); process.exitCode = 1",
      "ended with exit code 1",
      "It wrote nothing on stderr",
    ],
    [
      "import './nothing.mjs'",
      "ended with exit code 1",
      "Error [ERR_MODULE_NOT_FOUND]: Cannot find module",
    ],
    ["process.kill(process.pid, 'SIGKILL')", "was ended by a signal", "It wrote nothing on stderr"],
  ];
  const named = (script: string): string => script.replaceAll(/\W/g, "");

  it.each(crashes)("says in one sentence how a bundle ended: %s", async (script, how, why) => {
    const dist = bundlesOf(named(script), script);
    expect(withoutAnswer(await runBundle("lifecycle/create", {}, { dist }))).toContain(
      `The bundle ${how} and gave no answer. ${why}`,
    );
  });

  it("says so for every chapter, without a stack", async () => {
    const [script, how, why] = crashes[0] ?? ["", "", ""];
    const { code, lines, notes } = await ran(["demo", "--dist", bundlesOf(named(script), script)]);
    expect({ code, notes }).toEqual({ code: 1, notes: [] });
    const sentence = `error    The bundle ${how} and gave no answer. ${why}`;
    expect(lines.filter((line) => line.includes(sentence))).toHaveLength(12);
    expect(lines.filter((line) => /^ +at /.test(line))).toEqual([]);
  });

  it("counts no answer where stdout has more than JSON", async () => {
    const answer = JSON.stringify({ outputContext: { Success: true } });
    const dist = bundlesOf("noisy", `console.log("debug"); console.log('${answer}')`);
    expect((await runBundle("lifecycle/create", {}, { dist })).answer).toBeUndefined();
  });
});

describe("exo-connector demo entra", () => {
  it("creates one user, and restores the same one when she is hired again", async () => {
    const { code, lines } = await ran(["demo", "entra", "--dist", inject("dist"), "--json"]);
    expect(code).toBe(0);
    const played = JSON.parse(lines.join("")) as { answer: Answer }[];
    const references = played.map(({ answer }) => answer.outputContext["AccountReference"]);
    const [rescinded, , preview, created, again] = references;
    expect(rescinded).not.toBe(created);
    expect(preview).toBe("preview");
    expect(created).toMatch(/^[0-9a-f-]{36}$/);
    expect(again).toBe(created);
    expect(references.at(-2)).toBe(created);
    expect(played.map(({ answer }) => answer.outcome).filter((one) => one !== "done")).toEqual([
      "alreadySo",
    ]);
  });
});

describe("exo-connector demo hybrid", () => {
  it("creates one account, and deletes it at the end", async () => {
    const { code, lines } = await ran(["demo", "hybrid", "--dist", inject("dist"), "--json"]);
    expect(code).toBe(0);
    const played = JSON.parse(lines.join("")) as { answer: Answer }[];
    const [preview, created, again] = played.map(
      ({ answer }) => answer.outputContext["AccountReference"],
    );
    expect(preview).toBe("preview");
    expect(created).toMatch(/^[0-9a-f-]{36}$/);
    expect(again).toBe(created);
    expect(played.map(({ answer }) => answer.outcome)).toEqual([
      "done",
      "done",
      "alreadySo",
      ...Array.from({ length: 8 }, () => "done"),
    ]);
    expect(played.at(-1)?.answer.plan.map(({ operation }) => operation)).toEqual(["delete"]);
  });

  it("shows the requests to the domain controller, and no password in them", async () => {
    const { lines } = await ran(["demo", "hybrid", "--dist", inject("dist"), "--verbose"]);
    expect(lines.join("\n")).toMatch(
      /LDAP add CN=Nora New,OU=Staff,DC=contoso,DC=com \(.*unicodePwd/,
    );
    expect(lines.join("\n")).not.toContain("Demo.2026x");
  });
});

describe("exo-connector demo leaver", () => {
  it("carries out a policy, once, and undoes it but for the texts of the reply", async () => {
    const { code, lines } = await ran(["demo", "leaver", "--dist", inject("dist")]);
    expect(code).toBe(0);
    const text = lines.join("\n");
    expect(text.match(/Convert mailbox "Aoife O'Brien" to a shared mailbox/g)).toHaveLength(2);
    expect(text).toMatch(/^3 +lifecycle\/delete +alreadySo +\d+ +0$/m);
    expect(text).toContain(
      "Different from before she left: ExternalAudience of Aoife O'Brien, InternalMessage of Aoife O'Brien. " +
        "The automatic reply is off.",
    );
  });
});

describe("exo-connector demo", () => {
  it("has several stories, and another one is refused by name", async () => {
    const { code, notes } = await ran(["demo", "active-directory"]);
    expect(code).toBe(2);
    expect(notes.join()).toContain(
      "<story> is active-directory; expected exchange, entra, hybrid, leaver, worker.",
    );
  });
});
