import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "../..");

/** The commit that speed is compared with. */
export const earlierCommit = "2dc68bc";

/** The bundles of the earlier commit, built in `place` by its own tools with the packages of this tree. */
export function earlierBundles(place: string): string {
  mkdirSync(place);
  const archive = execFileSync("git", ["archive", earlierCommit], {
    cwd: root,
    maxBuffer: 2 ** 30,
  });
  execFileSync("tar", ["-x"], { cwd: place, input: archive });
  symlinkSync(path.join(root, "node_modules"), path.join(place, "node_modules"));
  execFileSync(path.join(root, "node_modules/.bin/tsx"), ["tools/build.ts"], { cwd: place });
  return path.join(place, "dist");
}
