/** Ways to start a bundle that take a process each, in addition to those of bundle.test.ts. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, inject, it } from "vitest";
import { version } from "../lib/generated/version.ts";
import { runBundle } from "../tools/cli/run.ts";
import { startEmulator } from "./emulator/server.ts";
import { createEventFor } from "./events.ts";
import { assertNodeChecked, assertRefused, messagesOf, run, usableEvent } from "./startedBundle.ts";

const root = path.resolve(import.meta.dirname, "..");

describe("an event that cannot be used", () => {
  it.each<[string, () => Buffer | string, RegExp]>([
    ["nothing but a BOM", () => "\uFEFF", /^stdin is empty/],
    ["no JSON", () => "hello", /^stdin is not JSON \(5 bytes were read\)/],
    ["two documents", () => `${usableEvent}\n${usableEvent}`, /^stdin is not JSON/],
    ["a list", () => "[1]", /^stdin is JSON, but not an object/],
    [
      "UTF-16, big endian",
      () => Buffer.from(`\uFEFF${usableEvent}`, "utf16le").swap16(),
      /^stdin is UTF-16 text/,
    ],
    ["UTF-16 without BOM", () => Buffer.from(usableEvent, "utf16le"), /^stdin is UTF-16 text/],
    ["Latin-1", () => Buffer.from('{"name":"Jos\xe9"}', "latin1"), /^stdin is not UTF-8 text/],
    [
      "50 MB",
      () => `{"a":"${"x".repeat(50 * 1024 * 1024)}"}`,
      /^The event on stdin has 52428808 bytes; expected at most 33554432\.$/,
    ],
    [
      "100,000 nested objects",
      () => `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`,
      /^The event on stdin is nested deeper than 64 levels\.$/,
    ],
  ])("gets exit code 2 and an answer: %s", (_name, input, message) =>
    assertRefused(input(), message),
  );

  it("is read with a BOM", async () => {
    expect(messagesOf(await run(`\uFEFF${usableEvent}`))).toContain(
      "actionContext.Configuration is missing.",
    );
  });

  it("gets all its faults at once", async () => {
    expect(
      messagesOf(
        await run('{"actionContext":{"dryRun":"perhaps","Configuration":{"Cloud":"Mars"}}}'),
      ).sort(),
    ).toEqual([
      '"App ID" (AppId) is missing.',
      '"App secret" (AppSecret) is missing; it is required when "Use certificate" is off.',
      expect.stringMatching(/^"Cloud" \(Cloud\) is "Mars"; expected worldwide/) as string,
      '"Organization" (Organization) is missing.',
      '"Tenant ID" (TenantID) is missing.',
      "actionContext.CorrelationConfiguration is missing.",
      'actionContext.DryRun is "perhaps"; expected true or false.',
    ]);
  });
});

it.each([
  ["18.20.8", false],
  ["22.1.0", true],
  ["24.21.0", true],
])("a bundle checks its Node before anything else: %s", assertNodeChecked);

describe("a bundle of which a file is missing", () => {
  const folders: string[] = [];
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });
  /** A copy without the chunks of this name. */
  function copyWithout(name: RegExp): string {
    const copy = mkdtempSync(path.join(tmpdir(), "without-a-chunk-"));
    folders.push(copy);
    cpSync(inject("dist"), copy, { recursive: true });
    const chunks = path.join(copy, "chunks");
    for (const file of readdirSync(chunks)) if (name.test(file)) rmSync(path.join(chunks, file));
    return copy;
  }

  it("answers when it cannot be loaded", async () => {
    const result = await runBundle("lifecycle/create", usableEvent, {
      dist: copyWithout(/^chunk-/),
    });
    expect(result.code).toBe(2);
    expect(messagesOf(result)).toEqual([
      expect.stringMatching(
        `^A file of the connector is missing\\. Install version ${version} again\\. Cannot find module '.*chunk`,
      ),
    ]);
    expect(result.answer).toHaveProperty("outputContext.Success", false);
  });

  it("answers when it is only needed later", async () => {
    const running = await startEmulator();
    const { env } = running;
    const dist = copyWithout(/^msal-/);
    const result = await runBundle("lifecycle/create", createEventFor(running), { dist, env });
    await running.close();
    expect(result.code).toBe(1);
    expect(messagesOf(result)).toEqual([expect.stringMatching(/Cannot find module/)]);
  });
});

it("a source of an action does nothing when it is imported", () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      "--import",
      "tsx",
      "-e",
      'import("./lifecycle/create.ts").then((m) => console.log(Object.keys(m.default).join()))',
    ],
    { cwd: root, encoding: "utf8" },
  );
  expect({ status, stdout: stdout.trim(), stderr }).toEqual({
    status: 0,
    stdout: "verb,contract,needs,configuration,run",
    stderr: "",
  });
});
