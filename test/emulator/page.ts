/** The emulator's page: files without a build step, which load nothing from elsewhere. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { answerOf, type Answer } from "./message.ts";

/** Beside this file; in the bundled command line, beside the bundle. */
const folder = path.join(import.meta.dirname, "page");

const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".css": "text/css",
  ".js": "text/javascript",
  ".svg": "image/svg+xml",
};

const policy = [
  "default-src 'none'",
  ...["script-src", "style-src", "img-src", "connect-src"].map((kind) => `${kind} 'self'`),
  ...["base-uri", "form-action", "frame-ancestors"].map((kind) => `${kind} 'none'`),
].join("; ");

/** The file of the page at a path: `/`, or one under `/_emulator/page/`. */
export function pageFile(pathname: string): Answer | undefined {
  const name =
    pathname === "/" ? "index.html" : /^\/_emulator\/page\/(\w+\.\w+)$/.exec(pathname)?.[1];
  const type = types[path.extname(name ?? "")];
  if (name === undefined || type === undefined) return undefined;
  const file = path.join(folder, name);
  if (!existsSync(file)) return undefined;
  const headers = {
    "Content-Type": `${type}; charset=utf-8`,
    "Content-Security-Policy": policy,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
  };
  return answerOf(200, headers, readFileSync(file));
}
