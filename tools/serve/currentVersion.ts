/** Notices that the installer has made another version the current one. */
import { readFile } from "node:fs/promises";
import path from "node:path";

const lookMs = 2_000;

/**
 * Resolves to the reason to end when the file `current` beside the folder of this version names another version. Never
 * for a folder that no installer made.
 */
export async function replacedVersion(folder: string, everyMs = lookMs): Promise<string> {
  const file = path.join(folder, "..", "current");
  const own = path.basename(folder);
  if ((await versionIn(file)) !== own) return await new Promise<never>(() => undefined);
  return await new Promise((resolve) => {
    const timer = setInterval(() => {
      void versionIn(file).then((version) => {
        // While the installer replaces the file, there may be none.
        if (version === undefined || version === own) return;
        clearInterval(timer);
        resolve(`version ${version} is the current one now.`);
      });
    }, everyMs);
    timer.unref();
  });
}

async function versionIn(file: string): Promise<string | undefined> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  const [first = ""] = (text ?? "").split("\n");
  return first.trim() === "" ? undefined : first.trim();
}
