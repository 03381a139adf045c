import { readFileSync } from "node:fs";
import path from "node:path";

export const readme = readFileSync(path.resolve(import.meta.dirname, "../README.md"), "utf8");

/** A fenced block of the README, by the mark before it. */
export function block(mark: string): string {
  const fenced = new RegExp(`<!-- ${mark} -->\\n+\`\`\`\\w+\\n([^]*?)\`\`\``);
  return fenced.exec(readme)?.[1] ?? "";
}
