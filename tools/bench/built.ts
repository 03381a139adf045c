import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { buildBundles, precompile } from "../build/bundles.ts";

/** What a part measures with: bundles as they are installed, and a folder of its own, which is gone afterwards. */
export interface Built {
  folder: string;
  /** The folder of the bundles, compiled for this Node. */
  dist: string;
}

/** Builds the bundles anew and measures. */
export async function withBundles<T>(measure: (built: Built) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(tmpdir(), "exo-bench-"));
  try {
    const dist = path.join(folder, "dist");
    await buildBundles(dist);
    precompile(dist);
    return await measure({ folder, dist });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
