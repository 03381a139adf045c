import { readFileSync } from "node:fs";
import type { SourceMap, SourceMapPayload } from "node:module";
import { fileURLToPath } from "node:url";

/**
 * A stack whose places in bundles are places in the source, as far as the source maps beside the bundles
 * name them; the functions of a bundle have names of one or two letters, which are left out. Maps are read only here:
 * `--enable-source-maps` would read them in every run. Never throws.
 */
export function sourceStack(stack: string): string {
  const maps = new Map<string, SourceMap | undefined>();
  return stack.replace(
    /at (?:[^\n(]* \()?(file:\/\/[^\s()]+\.cjs):(\d+):(\d+)\)?/g,
    (frame, url: string, line: string, column: string) => {
      if (!maps.has(url)) maps.set(url, mapOf(url));
      const source = sourceOf(maps.get(url), Number(line), Number(column));
      return source === undefined ? frame : `at ${source}`;
    },
  );
}

function mapOf(url: string): SourceMap | undefined {
  try {
    const text = readFileSync(`${fileURLToPath(url)}.map`, "utf8");
    // Loaded here, as no event needs it that goes as foreseen.
    const modules = process.getBuiltinModule("node:module");
    return new modules.SourceMap(JSON.parse(text) as SourceMapPayload);
  } catch {
    return undefined;
  }
}

/** Lines and columns count from one in a stack, and from zero in a map. */
function sourceOf(map: SourceMap | undefined, line: number, column: number): string | undefined {
  const entry = map?.findEntry(line - 1, column - 1);
  if (entry === undefined || !("originalSource" in entry)) return undefined;
  return `${entry.originalSource}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
}
