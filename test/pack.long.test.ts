import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { unzipSync } from "fflate";
import { afterAll, describe, expect, inject, it } from "vitest";
import { version } from "../lib/generated/version.ts";
import { buildBundles } from "../tools/build/bundles.ts";
import { checkedFile, runtimeFiles } from "../tools/build/nodeRuntime.ts";
import { archiveOf, releaseFiles, sha256 } from "../tools/build/pack.ts";

const folder = mkdtempSync(path.join(tmpdir(), "exchange-online-connector pack "));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const archive = archiveOf(releaseFiles(inject("dist")));
const unpacked = unzipSync(archive);
const text = (file: string): string => Buffer.from(unpacked[file] ?? []).toString();
const root = path.resolve(import.meta.dirname, "..");

describe("the release archive", () => {
  it("has the bundles, their scripts, what the platform imports, options, licences and the installer", () => {
    const names = Object.keys(unpacked).filter((name) => !/^(chunks|cli)\//.test(name));
    const actions = inject("actions").flatMap((name) => [`${name}.mjs`, `helloid/${name}.ps1`]);
    const sets = readdirSync(path.join(root, "permissions"));
    const options = sets.filter((set) =>
      existsSync(path.join(root, "permissions", set, "options.json")),
    );
    expect(names).toEqual(
      [
        ...["configuration.json", "fieldMapping.json", "LICENSE", "THIRD-PARTY-LICENSES.txt"],
        ...["lifecycle/entra/configuration.json", "lifecycle/entra/fieldMapping.json"],
        ...["lifecycle/hybrid/configuration.json", "lifecycle/hybrid/fieldMapping.json"],
        ...[
          "exo-connector.mjs",
          "install.ps1",
          "precompile.cjs",
          ...actions,
          ...options.map((set) => `permissions/${set}/options.json`),
          "lifecycle/leaver.json",
        ],
      ]
        .sort()
        .concat("manifest.json"),
    );
    for (const name of ["configuration.json", "lifecycle/entra/fieldMapping.json"])
      expect(text(name)).toBe(readFileSync(path.join(root, name), "utf8"));
    expect(text("helloid/lifecycle/entra/update.ps1")).toContain("'lifecycle/entra/update'");
  });

  it("has a manifest with the SHA256 of every other file", () => {
    const { "manifest.json": _manifest, ...others } = unpacked;
    expect(JSON.parse(text("manifest.json"))).toEqual({
      name: "exchange-online-connector",
      version,
      node: ">=20.19.0",
      files: Object.entries(others).map(([path, bytes]) => ({ path, sha256: sha256(bytes) })),
    });
  });

  it("is the same, byte for byte, from a build in another place", async () => {
    const elsewhere = path.join(folder, "else", "where");
    mkdirSync(elsewhere, { recursive: true });
    await buildBundles(elsewhere);
    expect(sha256(archiveOf(releaseFiles(elsewhere)))).toBe(sha256(archive));
    for (const name of Object.keys(unpacked)) expect(text(name), name).not.toContain(root);
  });

  it("has the same time and the rights of a file in every entry", () => {
    const count = Object.keys(unpacked).length;
    const entries = Buffer.from(archive).toString("latin1").split("PK\x01\x02").slice(1);
    expect(entries).toHaveLength(count);
    for (const entry of entries) {
      const bytes = Buffer.from(entry, "latin1");
      // Noon on 1 January 1980, and -rw-r--r-- (APPNOTE.TXT, 4.3.12, without the signature).
      expect(bytes.subarray(8, 12)).toEqual(Buffer.from([0x00, 0x60, 0x21, 0x00]));
      expect(bytes.readUInt32LE(34) >>> 16).toBe(0o100644);
    }
  });

  it("runs where it was unpacked", () => {
    for (const [name, bytes] of Object.entries(unpacked)) {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), bytes);
    }
    const bundle = path.join(folder, "lifecycle/create.mjs");
    const printed = execFileSync(process.execPath, [bundle, "--version"], { encoding: "utf8" });
    expect(printed).toBe(`${version}\n`);
  });

  it("names the licence of everything that is not our own", () => {
    const licences = text("THIRD-PARTY-LICENSES.txt");
    for (const name of ["undici", "node-forge", "@azure/msal-node", "cldr-core"])
      expect(licences).toMatch(new RegExp(`^${name} \\d`, "m"));
    expect(licences).toContain("MicrosoftDocs/office-docs-powershell (CC-BY-4.0)");
  });
});

describe("a private Node.js", () => {
  const tarball = path.join(folder, "node.tgz");
  mkdirSync(path.join(folder, "package/bin"), { recursive: true });
  writeFileSync(path.join(folder, "package/bin/node"), "program");
  execFileSync("tar", ["-czf", "node.tgz", "package"], { cwd: folder });
  const published = `sha512-${createHash("sha512").update(readFileSync(tarball)).digest("base64")}`;

  it("is a file of the published package", () => {
    expect(String(checkedFile(tarball, published, "bin/node"))).toBe("program");
  });

  it("is refused when the package is not the published one", () => {
    const other = `sha512-${"A".repeat(86)}==`;
    expect(() => checkedFile(tarball, other, "bin/node")).toThrow(
      `node.tgz is ${published}; expected ${other}. It is not used.`,
    );
  });

  it("is refused for a platform without a pinned package", () => {
    expect(() => runtimeFiles("win-arm64")).toThrow(
      'There is no Node.js for "win-arm64"; expected one of: win-x64, linux-x64.',
    );
  });

  it("is a program in the archive", () => {
    const withNode = Buffer.from(archiveOf(new Map([["node/node", Buffer.from("program")]])));
    const entry = withNode.indexOf("PK\x01\x02", 0, "latin1");
    expect(withNode.readUInt32LE(entry + 38) >>> 16).toBe(0o100755);
  });
});
