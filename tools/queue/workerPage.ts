/** The page of a worker: files without a build step, which load nothing from elsewhere. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { HttpReply } from "../../lib/runtime/queue/http/server.ts";

/** Beside this file; in the bundled command line, beside the bundle. */
const folder = path.join(import.meta.dirname, "workerPage");

const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".css": "text/css",
  ".js": "text/javascript",
};

const policy = [
  "default-src 'none'",
  ...["script-src", "style-src", "connect-src"].map((kind) => `${kind} 'self'`),
  ...["base-uri", "form-action", "frame-ancestors"].map((kind) => `${kind} 'none'`),
].join("; ");

/** The file of the page at a path: `/`, or one under `/page/`. Nothing in it is secret. */
export function workerPageFile(pathname: string): HttpReply | undefined {
  const name = pathname === "/" ? "index.html" : /^\/page\/(\w+\.\w+)$/.exec(pathname)?.[1];
  const type = types[path.extname(name ?? "")];
  if (name === undefined || type === undefined) return undefined;
  const file = path.join(folder, name);
  if (!existsSync(file)) return undefined;
  return {
    status: 200,
    type: `${type}; charset=utf-8`,
    body: readFileSync(file),
    headers: { "content-security-policy": policy, "referrer-policy": "no-referrer" },
  };
}
