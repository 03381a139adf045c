/** The emulator's page: files without a build step, which load nothing from elsewhere. */
import { readFileSync } from "node:fs";
import path from "node:path";

/** Beside this file; in the bundled command line, beside the bundle. */
const folder = path.join(import.meta.dirname, "page");

const types = {
  "index.html": "text/html",
  "style.css": "text/css",
  "icon.svg": "image/svg+xml",
  "page.js": "text/javascript",
  "elements.js": "text/javascript",
  "directory.js": "text/javascript",
  "requests.js": "text/javascript",
  "faults.js": "text/javascript",
};

const policy = [
  "default-src 'none'",
  ...["script-src", "style-src", "img-src", "connect-src"].map((kind) => `${kind} 'self'`),
  ...["base-uri", "form-action", "frame-ancestors"].map((kind) => `${kind} 'none'`),
].join("; ");

/** The file of the page at a path: `/`, or one under `/_emulator/page/`. */
export function pageFile(pathname: string): Response | undefined {
  const name = pathname === "/" ? "index.html" : /^\/_emulator\/page\/(.+)$/.exec(pathname)?.[1];
  if (name === undefined || !isFile(name)) return undefined;
  return new Response(readFileSync(path.join(folder, name)), {
    headers: {
      "Content-Type": `${types[name]}; charset=utf-8`,
      "Content-Security-Policy": policy,
      "X-Content-Type-Options": "nosniff",
      "Referrer-Policy": "no-referrer",
      "Cache-Control": "no-store",
    },
  });
}

function isFile(name: string): name is keyof typeof types {
  return Object.hasOwn(types, name);
}
