import { spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { readCertificate } from "../../lib/auth/certificate.ts";
import { certificateFiles, writeCertificate } from "../../tools/certificate/files.ts";
import { main } from "../../tools/cli/exoConnector.ts";
import { certificateFor, pfxPassword, withCertificate } from "../doctor/clinic.ts";
import { ran, recordingTerminal } from "./terminal.ts";

const root = mkdtempSync(path.join(tmpdir(), "exo-connector certificate "));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A new folder for one case. */
function emptyFolder(): string {
  return mkdtempSync(path.join(root, "case "));
}

/** A run on a terminal that a person watches. */
async function watched(args: readonly string[]) {
  const terminal = { ...recordingTerminal(), isWatched: true };
  const code = await main(["certificate", "new", ...args], terminal);
  return { code, lines: terminal.lines, text: [...terminal.lines, ...terminal.notes].join("\n") };
}

/** All files below a folder, with their paths from there. */
const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();

const inDays = (days: number): string =>
  new Date(Date.now() + days * 24 * 3_600_000).toISOString().slice(0, 10);
const name = `exchange-connector-${inDays(365)}`;

describe("exo-connector certificate new", () => {
  const folder = emptyFolder();
  const own = path.join(folder, name);
  let shown: Awaited<ReturnType<typeof watched>>;
  beforeAll(async () => void (shown = await watched(["--folder", folder])));

  it("writes a certificate to upload, and the same PFX as a file and as one line for the form", () => {
    expect(shown.code).toBe(0);
    expect(filesIn(folder)).toEqual(
      ["", ".cer", ".pfx", ".pfx.txt"].map((end) =>
        end === "" ? name : path.join(name, name + end),
      ),
    );
    const text = readFileSync(path.join(own, `${name}.pfx.txt`), "utf8");
    expect(text).toMatch(/^[A-Za-z0-9+/]+={0,2}$/);
    expect(Buffer.from(text, "base64")).toEqual(readFileSync(path.join(own, `${name}.pfx`)));
  });

  it("shows the password once, which opens what is written", async () => {
    const passwords = shown.text.match(/\b[0-9a-f]{32}\b/g) ?? [];
    expect(passwords).toHaveLength(1);
    const pfxBase64 = readFileSync(path.join(own, `${name}.pfx.txt`), "utf8");
    const [password] = passwords;
    const read = await readCertificate({ pfxBase64, password, now: new Date() });
    const uploaded = new X509Certificate(readFileSync(path.join(own, `${name}.cer`)));
    expect(read.thumbprintSha256).toBe(uploaded.fingerprint256.replaceAll(":", ""));
    expect(shown.text).toContain(uploaded.fingerprint.replaceAll(":", ""));
    for (const file of filesIn(own))
      expect(readFileSync(path.join(own, file)).includes(password ?? "")).toBe(false);
    expect(shown.text).not.toContain(pfxBase64.slice(0, 40));
  });

  it.skipIf(process.platform === "win32")("lets no one but its owner read them", () => {
    const modes = [own, ...filesIn(own).map((file) => path.join(own, file))].map(
      (file) => statSync(file).mode & 0o777,
    );
    expect(modes).toEqual([0o700, 0o600, 0o600, 0o600]);
  });

  it("lists the next steps in the order in which the application can always sign in", () => {
    const steps = shown.lines.filter((line) => /^\d\. /.test(line));
    expect(steps).toEqual([
      `1. Upload ${name}.cer to the app registration.`,
      "2. Enter it in the configuration form.",
      "3. Check it: npm run exo -- doctor --config tenant.json",
      "4. Remove what the application signed in with before, if anything, from the app registration.",
      `5. Delete ${own}: the form has all that is needed.`,
    ]);
    expect(shown.text).toContain(`Get-Content -LiteralPath '${path.join(own, `${name}.pfx.txt`)}'`);
  });

  it("overwrites nothing: not its own files, and not a file with the name of the password's", async () => {
    const before = filesIn(folder).map((file) => statSync(path.join(folder, file)).mtimeMs);
    const again = await watched(["--folder", folder]);
    expect([again.code, again.text]).toEqual([
      2,
      `--folder: ${own} exists already, and is not overwritten.`,
    ]);
    expect(filesIn(folder).map((file) => statSync(path.join(folder, file)).mtimeMs)).toEqual(
      before,
    );
    const file = path.join(root, "taken.txt");
    writeFileSync(file, "kept");
    const other = await ran(["certificate", "new", "--folder", root, "--password-file", file]);
    expect([other.code, other.notes]).toEqual([
      2,
      [`--password-file: ${file} exists already, and is not overwritten.`],
    ]);
    expect(readFileSync(file, "utf8")).toBe("kept");
  });
});

describe("what is not shown on a terminal", () => {
  it("needs a file for the password", async () => {
    const folder = emptyFolder();
    for (const args of [[], ["--json"]]) {
      const { code, lines, notes } = await ran(["certificate", "new", "--folder", folder, ...args]);
      expect([code, lines]).toEqual([2, []]);
      expect(notes.join(" ")).toMatch(/^The password .* name a new file with --password-file\.$/);
    }
    const { code, text } = await watched(["--folder", folder, "--json"]);
    expect([code, text]).toEqual([2, expect.stringContaining("--password-file")]);
    expect(filesIn(folder)).toEqual([]);
  });

  it("has the password in that file only, and the key in no output", async () => {
    const folder = emptyFolder();
    const file = path.join(folder, "password.txt");
    const { code, lines, notes } = await ran([
      ...["certificate", "new", "--folder", folder, "--password-file", file],
      ...["--json", "--days", "90", "--subject", "Contoso Exchange"],
    ]);
    expect([code, notes, lines.length]).toEqual([0, [], 1]);
    const { certificate, files, steps } = JSON.parse(lines[0] ?? "") as {
      certificate: Record<string, string>;
      files: Record<string, string>;
      steps: string[];
    };
    expect(certificate).toMatchObject({ subject: "CN=Contoso Exchange", validUntil: inDays(90) });
    expect(files["password"]).toBe(file);
    expect(steps).toHaveLength(5);
    expect(steps[4]).toContain(`and ${file}`);

    const password = readFileSync(file, "utf8");
    const pfxBase64 = readFileSync(files["formValue"] ?? "", "utf8");
    const { privateKey } = await readCertificate({ pfxBase64, password, now: new Date() });
    const key = privateKey.split("\n")[1] ?? "";
    for (const canary of [password, key, pfxBase64.slice(0, 40), "PRIVATE KEY"])
      expect(lines.join("\n")).not.toContain(canary);
    for (const one of ["cer", "pfx", "formValue"]) {
      const content = readFileSync(files[one] ?? "");
      expect([content.includes(password), content.includes(key)]).toEqual([false, false]);
    }
    if (process.platform !== "win32") expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});

const form = {
  Organization: "contoso.onmicrosoft.com",
  TenantID: "7e4a4700-0000-4000-8000-00000000c0de",
  AppId: "c11e4700-0000-4000-8000-00000000c0de",
};

describe("a renewal", () => {
  /** What it shows when these are the values of the form. */
  async function renewed(values: object): Promise<{ text: string; old: string; config: string }> {
    const folder = emptyFolder();
    const config = path.join(folder, "tenant.json");
    const old = JSON.stringify({ ...form, ...values });
    writeFileSync(config, old);
    const { code, text } = await watched(["--folder", folder, "--config", config]);
    expect(code, text).toBe(0);
    expect(readFileSync(config, "utf8")).toBe(old);
    return { text, old, config };
  }

  it.each([
    ["a certificate that ends soon", certificateFor(-300, 10), 10],
    ["a certificate that has expired", certificateFor(-20, -1), -1],
  ])("of %s names both, and removes the old one last", async (_, { pem, pfx }, days) => {
    const { text, config } = await renewed(withCertificate(pfx));
    const thumbprint = new X509Certificate(pem).fingerprint.replaceAll(":", "");
    const until = inDays(days);
    expect(text).toMatch(
      new RegExp(
        `It replaces "CN=doctor test", valid from .* to ${until}, thumbprint ${thumbprint}`,
      ),
    );
    expect(text).toContain(`application ${form.AppId}, Certificates & secrets`);
    const order = [
      `to the app registration.`,
      `Leave the old certificate (thumbprint ${thumbprint}, valid until ${until}) there until step 4.`,
      `2. Enter it in the configuration form, and in ${config}.`,
      `3. Check it: npm run exo -- doctor --config "${config}"`,
      `4. Remove the old certificate (thumbprint ${thumbprint}, valid until ${until}) from the app registration.`,
    ].map((part) => text.indexOf(part));
    expect(order).not.toContain(-1);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    for (const secret of [pfx.slice(0, 40), pfxPassword]) expect(text).not.toContain(secret);
  });

  it("of a client secret names it as what is replaced, and does not show it", async () => {
    const { text } = await renewed({ AppSecret: "hunter2-hunter2" });
    expect(text).toContain("It replaces the client secret");
    expect(text).toContain("4. Remove the old client secret from the app registration.");
    expect(text).not.toContain("hunter2");
  });
});

describe("what cannot be used", () => {
  const folder = emptyFolder();
  const broken = path.join(root, "broken.json");
  writeFileSync(broken, JSON.stringify({ ...form, ...withCertificate("bm90IG9uZQ==") }));
  const incomplete = path.join(root, "incomplete.json");
  writeFileSync(incomplete, JSON.stringify({ AppSecret: "hunter2-hunter2" }));
  mkdirSync(path.join(root, "taken"));
  const file = path.join(root, "a file");
  writeFileSync(file, "");

  const days = /^--days .*: expected whole days from 1 to 730: anyone who copies the key/;
  it.each<[string[], RegExp]>([
    [["--days", "0"], days],
    [["--days", "731"], days],
    [["--days", "-1"], days],
    [["--days", "1.5"], days],
    [["--days", "a year"], days],
    [["--subject", " "], /^--subject .*: expected a common name/],
    [["--subject", "CN=Exchange connector"], /^--subject CN=Ex.*: expected a common name/],
    [["--subject", "x".repeat(65)], /at most 64 characters\.$/],
    [["--subject", "two\nlines"], /expected a common name/],
    [["--folder", path.join(root, "none")], /ENOENT, there is no such file or folder\.$/],
    [["--folder", file], /ENOTDIR, there is no such folder\.$/],
    [["--folder", path.resolve(import.meta.dirname)], /^--folder: .* is in the folder of the conn/],
    [["--password-file", path.join(root, "none", "x")], /ENOENT, there is no such file or folder/],
    [["--password-file", path.join(root, "taken")], /exists already, and is not overwritten\.$/],
    [["--config", path.join(root, "none.json")], /none\.json cannot be read: ENOENT/],
    [["--config", broken], /broken\.json: .*\(AppCertificateBase64String\) is base64, but not of/],
    [["--config", incomplete], /incomplete\.json: "Organization" \(Organization\) is missing/],
  ])("is refused before anything is written: %j", async (args, message) => {
    const { code, text } = await watched(["--folder", folder, ...args]);
    expect(code).toBe(2);
    expect(text).toMatch(message);
    expect(text).not.toContain("hunter2");
    expect(filesIn(folder)).toEqual([]);
  });
});

describe("in the archive", () => {
  const entry = path.join(inject("dist"), "exo-connector.mjs");
  const started = (cwd: string, ...args: string[]) =>
    spawnSync(process.execPath, [entry, "certificate", "new", ...args], { cwd, encoding: "utf8" });

  it("works from any folder, and names a command that works there", () => {
    const folder = emptyFolder();
    const made = started(folder, "--password-file", "password.txt", "--json");
    expect([made.status, made.stderr]).toEqual([0, ""]);
    const { steps } = JSON.parse(made.stdout) as { steps: string[] };
    const [, file] = /Check it: node "?([^"]*)"? doctor --config/.exec(steps[2] ?? "") ?? [];
    expect(path.resolve(folder, file ?? "")).toBe(entry);
    expect(filesIn(folder)).toContain(path.join(name, `${name}.cer`));
  });

  it("writes nothing into its own folder, which the installer checks", () => {
    const { status, stderr } = started(inject("dist"), "--password-file", path.join(root, "new"));
    expect(status).toBe(2);
    expect(stderr).toMatch(
      /^--folder: .* is in the folder of the connector; .* the installer refu/,
    );
  });
});

describe("files that cannot all be written", () => {
  const made = {
    facts: { subject: "", thumbprint: "", thumbprintSha256: "", validFrom: "", validUntil: "" },
    cer: Buffer.from("cer"),
    pfx: Buffer.from("pfx"),
    password: "password",
  };

  it("are not written at all, and what came in between stays", () => {
    const folder = emptyFolder();
    const password = path.join(folder, "password.txt");
    const files = certificateFiles(folder, new Date("2030-01-01"), password);
    mkdirSync(files.folder);
    writeFileSync(path.join(files.folder, "other"), "");
    expect(() => writeCertificate(files, made)).toThrow("cannot be written");
    expect(filesIn(folder)).toHaveLength(2);
    expect(existsSync(password)).toBe(false);
  });

  it("leave the file alone that took the place of the password", () => {
    const folder = emptyFolder();
    const password = path.join(folder, "password.txt");
    const files = certificateFiles(folder, new Date("2030-01-01"), password);
    writeFileSync(password, "kept");
    expect(() => writeCertificate(files, made)).toThrow(
      `${password} cannot be written: EEXIST, it exists already.`,
    );
    expect(filesIn(folder)).toEqual(["password.txt"]);
    expect(readFileSync(password, "utf8")).toBe("kept");
  });
});
