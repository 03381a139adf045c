/**
 * Writes the release archive: what an agent server needs, with an installer and a list of all files and their hashes.
 * The same commit yields the same bytes, wherever it is built.
 */
import { zipSync } from "fflate";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { version } from "../../lib/generated/version.ts";
import { systems } from "../session/systems.ts";
import { buildBundles, neededNode, setsWithOptions } from "./bundles.ts";
import { runtimeFiles } from "./nodeRuntime.ts";

const root = path.resolve(import.meta.dirname, "../..");
const name = "exchange-online-connector";

/** The bytes of files by their paths, which have slashes on every system. */
type Files = ReadonlyMap<string, Uint8Array>;

/** What a release consists of, but for its manifest. `dist` is where the bundles were built. */
export function releaseFiles(dist: string): Files {
  const sources = [
    "LICENSE",
    ...systems.flatMap(({ folder }) =>
      ["configuration.json", "fieldMapping.json"].map((name) => folder + name),
    ),
    ...setsWithOptions().map((set) => `permissions/${set}/options.json`),
    "lifecycle/leaver.json",
  ];
  return new Map([
    // What `npm run build` compiled is only good for the Node of this machine.
    ...filesIn(dist).filter(([file]) => !file.startsWith("compiled/")),
    ...sources.map((file) => [file, readFileSync(path.join(root, file))] as const),
    ["install.ps1", readFileSync(path.join(import.meta.dirname, "install.ps1"))],
  ]);
}

function filesIn(folder: string): [file: string, bytes: Uint8Array][] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => path.join(parentPath, name))
    .map((file) => [path.relative(folder, file).replaceAll("\\", "/"), readFileSync(file)]);
}

/** The archive of a release: the files and the manifest that the installer checks them against. */
export function archiveOf(files: Files, release = version): Uint8Array {
  const sorted = [...files].sort(([one], [other]) => (one < other ? -1 : 1));
  const manifest = {
    name,
    version: release,
    node: neededNode(),
    files: sorted.map(([file, bytes]) => ({ path: file, sha256: sha256(bytes) })),
  };
  const text = Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
  return zipSync(
    Object.fromEntries(
      [...sorted, ["manifest.json", text] as const].map(([file, bytes]) => [
        file,
        [bytes, { mtime: firstDay, os: unix, attrs: modeOf(file) * 2 ** 16 }],
      ]),
    ),
  );
}

/** The first day that a zip file can name, in local time, which is also what it names. */
const firstDay = new Date(1980, 0, 1, 12);
const unix = 3;

/** A regular file; only a private Node.js is a program. */
function modeOf(file: string): number {
  return /^node\/node(\.exe)?$/.test(file) ? 0o100755 : 0o100644;
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Builds the bundles and writes the archive; returns its path and hash. */
async function pack(platform: string | undefined): Promise<{ file: string; hash: string }> {
  const runtime = platform === undefined ? [] : runtimeFiles(platform);
  const dist = mkdtempSync(path.join(tmpdir(), `${name}-`));
  try {
    await buildBundles(dist);
    const archive = archiveOf(new Map([...releaseFiles(dist), ...runtime]));
    const suffix = platform === undefined ? "" : `-${platform}`;
    const file = path.join("release", `${name}-${version}${suffix}.zip`);
    mkdirSync(path.join(root, "release"), { recursive: true });
    writeFileSync(path.join(root, file), archive);
    return { file, hash: sha256(archive) };
  } finally {
    rmSync(dist, { recursive: true, force: true });
  }
}

if (process.argv[1] !== undefined && path.resolve(process.argv[1]) === import.meta.filename) {
  try {
    const { values } = parseArgs({ options: { node: { type: "string" } } });
    const { file, hash } = await pack(values.node);
    console.log(`${file}\nSHA256 ${hash}`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
