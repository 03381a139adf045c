/**
 * What undici and msal-node load with their modules, and no event of the connector runs: HTTP/2, forms as bodies, other
 * grants. It was a third of their code. Some of it is loaded when it is used after all; the
 * rest throws then.
 */
import type { Plugin } from "esbuild";
import path from "node:path";

/** Modules that are loaded when they are used, each from a chunk of this name. */
const late: Readonly<Record<string, string>> = {
  // For processors without SIMD.
  "undici/lib/llhttp/llhttp-wasm.js": "llhttp-wasm",
  // To sign in with a certificate. msal-node needs no more of it than `sign`.
  "jsonwebtoken/index.js": "jsonwebtoken",
};

/** Modules that are never used: what for, and what they export to a module that is. */
const unused: Readonly<Record<string, { what: string; exports: string }>> = {
  // It loads node:http2, which is large. Without `allowH2`, undici does not offer HTTP/2 to a server.
  "undici/lib/dispatcher/client-h2.js": { what: "HTTP/2", exports: "connectH2" },
  // Every body that the connector sends is a text.
  "undici/lib/web/fetch/body.js": { what: "bodies that are no text", exports: "extractBody" },
  // An event signs in by client credentials, or by the refresh token of a linked account.
  ...Object.fromEntries(
    [
      "@azure/msal-common/dist/client/AuthorizationCodeClient.mjs",
      "@azure/msal-common/dist/client/SilentFlowClient.mjs",
      "@azure/msal-node/dist/client/OnBehalfOfClient.mjs",
      "@azure/msal-node/dist/client/UsernamePasswordClient.mjs",
      "@azure/msal-node/dist/client/UserFederatedIdentityCredentialClient.mjs",
    ].map((module) => {
      const name = path.basename(module, ".mjs");
      return [module, { what: name, exports: name }];
    }),
  ),
};

/**
 * Modules of Node that undici loads, with the little that it uses of them. `node:http` is Node's own client and server,
 * and `node:assert` compares and describes values: loading both takes a tenth of the time of an event.
 */
const ofNode: Readonly<Record<string, string>> = {
  // The length of headers is that of Node without the option --max-http-header-size.
  "node:http": "module.exports = { maxHeaderSize: 16384, IncomingMessage: class {} };",
  "node:assert":
    "module.exports = (value, message) => {" +
    ' if (!value) throw message instanceof Error ? message : new Error(message ?? "undici failed an assertion");' +
    " };",
};

/** The chunks of the modules that are loaded when they are used. */
export const lateChunks: readonly { in: string; out: string }[] = Object.entries(late).map(
  ([module, out]) => ({ in: `node_modules/${module}`, out }),
);

export const leftOut: Plugin = {
  name: "leftOut",
  setup({ onResolve, onLoad, resolve }) {
    const standIn = "stand-in";
    const modules = [...Object.keys(late), ...Object.keys(unused)];
    // As they are imported: a package by its name, a file of a package by its path.
    const names = new Set(
      modules.map((module) => path.posix.basename(module.replace(/\/index\.js$/, ""))),
    );
    onResolve({ filter: /./ }, async ({ path: wanted, kind, pluginData, ...from }) => {
      if (kind === "entry-point" || pluginData === standIn) return undefined;
      // The chunk of a stand-in.
      if (from.namespace === standIn) return { path: wanted, external: true };
      const isOfUndici = /[\\/]node_modules[\\/]undici[\\/]/.test(from.importer);
      if (isOfUndici && Object.hasOwn(ofNode, wanted)) return { path: wanted, namespace: standIn };
      if (!names.has(path.posix.basename(wanted))) return undefined;
      const found = await resolve(wanted, { kind, pluginData: standIn, ...from });
      const module = found.path.replaceAll("\\", "/").replace(/^.*\/node_modules\//, "");
      return modules.includes(module) ? { path: module, namespace: standIn } : found;
    });
    onLoad({ filter: /./, namespace: standIn }, ({ path: module }) => ({
      contents: standInOf(module),
    }));
  },
};

function standInOf(module: string): string {
  const own = ofNode[module];
  if (own !== undefined) return own;
  const chunk = late[module];
  if (chunk === "jsonwebtoken")
    return `module.exports = { sign: (...values) => require("./${chunk}.cjs").default.sign(...values) };`;
  if (chunk !== undefined) return `module.exports = require("./${chunk}.cjs").default;`;
  const { what, exports } = unused[module] ?? { what: module, exports: "unknown" };
  const body = `() { throw new Error(${JSON.stringify(`The connector was built without ${what}.`)}); }`;
  if (module.endsWith(".mjs")) return `export function ${exports} ${body}`;
  return `module.exports = function ${body}; module.exports.${exports} = module.exports;`;
}
