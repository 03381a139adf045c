import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, inject, it } from "vitest";
import { seedState } from "../emulator/seed.ts";

const source = fileURLToPath(new URL("../../tools/cli/main.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "emulator-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** The command line as it is released: it starts in a fifth of the time. */
const start = (...args: string[]): Started =>
  startedAs([join(inject("dist"), "exo-connector.mjs")], args);

interface Started {
  child: ChildProcess;
  out: () => string;
  err: () => string;
  firstLine: Promise<string>;
}

function startedAs(command: string[], args: string[]): Started {
  const child = spawn(process.execPath, [...command, "emulator", ...args]);
  const read = { out: "", err: "" };
  child.stderr.on("data", (part: Buffer) => (read.err += part.toString()));
  const firstLine = new Promise<string>((resolve) => {
    child.stdout.on("data", (part: Buffer) => {
      read.out += part.toString();
      if (read.out.includes("\n")) resolve(read.out.slice(0, read.out.indexOf("\n")));
    });
  });
  return { child, out: () => read.out, err: () => read.err, firstLine };
}

function seedFile(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

const smallSeed = fileURLToPath(new URL("../emulator/seeds/small.json", import.meta.url));
const withDerivedProperty = readFileSync(smallSeed, "utf8").replace(
  '"RecipientTypeDetails": "UserMailbox",',
  '"RecipientTypeDetails": "UserMailbox", "IsShared": true,',
);

describe.concurrent("the emulator command", () => {
  it("prints one line of JSON, serves requests, and stops when stdin closes", async () => {
    const state = seedState();
    state.tenant.displayName = "From a file";
    const seed = seedFile("good.json", JSON.stringify(state));
    const { child, out, firstLine } = startedAs(
      ["--import", "tsx", source],
      ["--seed", seed, "--until-stdin-closes"],
    );
    const printed = JSON.parse(await firstLine) as Record<string, string>;
    expect(Object.keys(printed)).toEqual([
      "loginUrl",
      "exchangeUrl",
      "graphUrl",
      "tenantId",
      "clientId",
      "clientSecret",
    ]);
    expect(printed["exchangeUrl"]).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const served = (await (await fetch(`${printed["loginUrl"]}/_emulator/state`)).json()) as {
      tenant: { displayName: string };
    };
    expect(served.tenant.displayName).toBe("From a file");
    child.stdin?.end();
    expect(await once(child, "exit")).toEqual([0, null]);
    expect(out().trimEnd().split("\n")).toHaveLength(1);
  });

  it("starts from the small example", async () => {
    const { child, firstLine } = start("--seed", smallSeed, "--until-stdin-closes");
    const { exchangeUrl } = JSON.parse(await firstLine) as Record<string, string>;
    const served = (await (await fetch(`${exchangeUrl}/_emulator/state`)).json()) as object;
    expect(served).toMatchObject({ tenant: { displayName: "Small" } });
    expect(served).not.toHaveProperty("$schema");
    child.stdin?.end();
    expect(await once(child, "exit")).toEqual([0, null]);
  });

  it("serves its page, which may load nothing from elsewhere", async () => {
    const { child, firstLine } = start("--port", "0");
    const { exchangeUrl, loginUrl } = JSON.parse(await firstLine) as Record<string, string>;
    const page = await fetch(`${exchangeUrl}/`);
    const html = await page.text();
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(page.headers.get("content-security-policy")).toMatch(/^default-src 'none'; /);
    const files = [...html.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, file]) => file);
    expect(files).toHaveLength(3);
    for (const file of [...files, "/_emulator/page/steering.js"])
      expect((await fetch(`${exchangeUrl}${file}`)).status, file).toBe(200);
    for (const other of ["/_emulator/page/tsconfig.json", "/_emulator/page/nothing.js"])
      expect((await fetch(`${exchangeUrl}${other}`)).status, other).toBe(404);
    expect((await fetch(`${loginUrl}/`)).status).toBe(404);
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([0, null]);
  });

  it("without stdin runs until it receives a signal", async () => {
    const { child, firstLine } = start();
    child.stdin?.end();
    await firstLine;
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([0, null]);
  });

  it.each([
    [["--port", "http"], "--port: must be a number"],
    [["--prot", "1"], "unknown option '--prot'"],
    [["--seed", seedFile("text.json", "{,")], "text.json:1:2  A value is missing here."],
    [
      ["--seed", seedFile("derived.json", withDerivedProperty)],
      "derived.json: objects[0].IsShared: would not take effect: it follows from RecipientTypeDetails",
    ],
    [
      ["--seed", seedFile("bad.json", '{"tenant":{},"apps":[],"objects":[]}')],
      "bad.json: tenant.id: must be a GUID",
    ],
  ])("%j ends with exit code 2", async (args, text) => {
    const { child, out, err } = start(...args);
    expect(await once(child, "close")).toEqual([2, null]);
    expect([out(), err()]).toEqual(["", expect.stringContaining(text)]);
  });
});
