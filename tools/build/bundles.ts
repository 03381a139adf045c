/** Bundles every action to dist/, at the path it has in the source. The folder listing is the list of actions. */
import { build, transform, type Metafile, type OutputFile, type Plugin } from "esbuild";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { version } from "../../lib/generated/version.ts";
import { checkFolder } from "../check/checks.ts";
import { lineOf } from "../check/problem.ts";
import { listActions } from "../session/actions.ts";
import { bridgeFor } from "./bridges.ts";
import { buildCommandLine } from "./commandLine.ts";
import { lateChunks, leftOut } from "./leftOut.ts";
import { commonJsOptions, moduleOptions } from "./moduleOptions.ts";
import { entryFrom } from "./template.ts";

const root = path.resolve(import.meta.dirname, "../..");
/** ajv is here because validators are compiled beforehand; a bundle that carries it has lost that. */
const unwanted = /^(test|tools)\/|node_modules\/(ajv|msw|vitest|esbuild)\//;
/** A few kilobytes each, so an action may load them when it starts. */
const smallLibrary = /^node_modules\/(dataloader|leven|p-limit|yocto-queue)\//;

export interface BuiltBundles {
  /** Paths of the actions without extension, such as `lifecycle/create`. */
  actions: string[];
}

export async function buildBundles(outdir = path.join(root, "dist")): Promise<BuiltBundles> {
  await refuseWrongFiles();
  const actions = listActions();
  // The hash in a chunk's name covers the paths from here to the sources: one place, whatever `outdir` is.
  const place = path.join(root, "dist/chunks");
  const { metafile, outputFiles } = await build({
    ...moduleOptions,
    // The chunks have the `require` of their loader.
    banner: {},
    absWorkingDir: root,
    entryPoints: [
      ...actions.map((action) => ({ in: `action:${action}`, out: action })),
      ...lateChunks,
    ],
    outdir: place,
    // What is only needed now and then (msal-node, the PFX reader) is a file of its own, loaded when it is needed.
    chunkNames: "[name]-[hash]",
    sourcemap: "inline",
    sourcesContent: false,
    plugins: [entries, leftOut],
  });
  refuseUnwanted(metafile);
  rmSync(outdir, { recursive: true, force: true });
  for (const chunk of await Promise.all(outputFiles.map((file) => inCommonJs(file, place)))) {
    write(path.join(outdir, "chunks", chunk.path), chunk.code);
    // Read only when an unforeseen error is reported.
    write(path.join(outdir, "chunks", `${chunk.path}.map`), chunk.map);
  }
  for (const [name, place] of [
    ["load.cjs", "chunks/load.cjs"],
    ["precompile.cjs", "precompile.cjs"],
  ] as const)
    write(path.join(outdir, place), readFileSync(path.join(import.meta.dirname, name), "utf8"));
  for (const action of actions) {
    write(path.join(outdir, `${action}.mjs`), entryOf(action));
    write(path.join(outdir, "helloid", `${action}.ps1`), await bridgeFor(action));
  }
  const commandLine = await buildCommandLine(outdir, oldestNode());
  write(path.join(outdir, "THIRD-PARTY-LICENSES.txt"), licencesOf(metafile, commandLine));
  return { actions };
}

/** Compiles the bundles for the Node that runs this. */
export function precompile(outdir = path.join(root, "dist")): void {
  execFileSync(process.execPath, [path.join(outdir, "precompile.cjs")]);
}

/** A chunk as CommonJS: `load.cjs` says why. esbuild splits code into chunks of ES modules only. */
async function inCommonJs(
  { path: file, text }: OutputFile,
  place: string,
): Promise<{ path: string; code: string; map: string }> {
  const name = path
    .relative(place, file)
    .replaceAll("\\", "/")
    .replace(/\.mjs$/, ".cjs");
  const { code, map } = await transform(text, {
    ...commonJsOptions,
    sourcemap: "external",
    sourcesContent: false,
    // The name of an ES module of Node would give `import()` a chunk as its own default export.
    sourcefile: file.replace(/\.mjs$/, ".js"),
  });
  const renamed = code.replace(/(require\("\.\.?\/[\w./-]+)\.mjs"\)/g, '$1.cjs")');
  return { path: name, code: renamed, map: withSourcesFromRoot(file, map) };
}

/** A source map with names that a reader of a stack knows. */
function withSourcesFromRoot(file: string, text: string): string {
  const map = JSON.parse(text) as { sources: string[] };
  const sources = map.sources.map((source) =>
    path.relative(root, path.resolve(path.dirname(file), source)).replaceAll("\\", "/"),
  );
  return JSON.stringify({ ...map, sources });
}

/** The file that is started: it checks the version of Node before it loads the module of the action. */
function entryOf(action: string): string {
  const values: Record<string, string> = {
    action,
    version,
    node: oldestNode(),
    loader: path.posix.relative(path.posix.dirname(action), "chunks/load.cjs"),
  };
  return entryFrom("entry.js", values);
}

/** The versions of Node that run a bundle. */
export function neededNode(): string {
  const { engines } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
    engines: { node: string };
  };
  return engines.node;
}

function oldestNode(): string {
  return neededNode().replace(">=", "");
}

function write(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/**
 * The JSON files that implementers edit are checked now, and not by an event: those of the permissions go into the
 * bundles. Throws an error with one line for each mistake.
 */
export async function refuseWrongFiles(folder = root): Promise<void> {
  const { problems } = await checkFolder(folder);
  const errors = problems.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Error(errors.map(lineOf).join("\n"));
}

/** The sets of permissions that have a file `permissions/<set>/options.json`. */
export function setsWithOptions(): string[] {
  return readdirSync(path.join(root, "permissions")).filter((set) =>
    existsSync(path.join(root, "permissions", set, "options.json")),
  );
}

/** Packages whose facts `npm run generate` writes into lib/generated. */
const generatedFrom = ["cldr-core"];
const documentation = `MicrosoftDocs/office-docs-powershell (CC-BY-4.0)

Names and types of cmdlet parameters are from Microsoft's documentation of Exchange PowerShell, in another form:
https://github.com/MicrosoftDocs/office-docs-powershell
The licence: https://creativecommons.org/licenses/by/4.0/
`;

/** The licences of what is bundled: most of them ask to go along with every copy. */
function licencesOf(...built: readonly Metafile[]): string {
  const inputs = built.flatMap((metafile) => Object.keys(metafile.inputs));
  const bundled = inputs.flatMap(
    (input) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? [],
  );
  const licences = [...new Set([...bundled, ...generatedFrom])].sort().map((name) => {
    const folder = path.join(root, "node_modules", name);
    const { version, license } = JSON.parse(
      readFileSync(path.join(folder, "package.json"), "utf8"),
    ) as { version: string; license: string };
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file === undefined ? "" : readFileSync(path.join(folder, file), "utf8").trim();
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  return [...licences, documentation].join(`\n${"-".repeat(80)}\n\n`);
}

/** The lines that join an action to the host, so that no action file runs when it is imported. */
const entries: Plugin = {
  name: "entries",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^action:/ }, ({ path: name }) => ({
      path: name.slice("action:".length),
      namespace: "entry",
    }));
    onLoad({ filter: /.*/, namespace: "entry" }, ({ path: action }) => ({
      contents: [
        `import action from "./${action}.ts";`,
        'import { connect, loadLibraries } from "./lib/connector.ts";',
        'import { main } from "./lib/runtime/process.ts";',
        `void main(action, connect, { name: "${action}", prepare: loadLibraries });`,
      ].join("\n"),
      loader: "ts",
      resolveDir: root,
    }));
  },
};

/**
 * Throws when an output holds what must never ship, or when an entry loads a library before it
 * knows that it needs one.
 */
export function refuseUnwanted({ outputs }: Metafile): void {
  for (const [output, { inputs, entryPoint }] of Object.entries(outputs)) {
    const found = Object.keys(inputs).find((input) => unwanted.test(input));
    if (found !== undefined)
      throw new Error(`${output} contains ${found}, which must never reach a bundle.`);
    if (!entryPoint?.startsWith("entry:")) continue;
    const library = [...loadedAtStart(output, outputs)]
      .flatMap((file) => Object.keys(outputs[file]?.inputs ?? {}))
      .find((input) => input.startsWith("node_modules/") && !smallLibrary.test(input));
    if (library !== undefined)
      throw new Error(`${output} loads ${library} when it starts; import it where it is needed.`);
  }
}

function loadedAtStart(
  output: string,
  outputs: Metafile["outputs"],
  seen = new Set<string>(),
): Set<string> {
  if (seen.has(output)) return seen;
  seen.add(output);
  for (const { path: imported, kind, external } of outputs[output]?.imports ?? [])
    if (kind === "import-statement" && external !== true) loadedAtStart(imported, outputs, seen);
  return seen;
}

if (process.argv[1] !== undefined && path.resolve(process.argv[1]) === import.meta.filename) {
  try {
    const { actions } = await buildBundles();
    precompile();
    console.log(
      `dist: ${actions.length} action${actions.length === 1 ? "" : "s"} built: ${actions.join(", ")}`,
    );
  } catch (error) {
    // Whoever edited a data file needs no stack.
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
