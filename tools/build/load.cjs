"use strict";
/**
 * Loads the chunks of the bundles, with what `precompile` kept of V8's work on them. The build copies this file beside
 * them.
 *
 * Chunks are CommonJS for three reasons, each measured: an ES import of node:http loads the undici of Node itself on
 * Node 24, the loader of ES modules takes its time for each file, and only a `vm.Script` takes compiled code on every
 * Node.
 */
const { hash } = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");
const { pathToFileURL } = require("node:url");
const v8 = require("node:v8");
const vm = require("node:vm");

// V8 would recompile undici's WebAssembly parser in the background while the process wants to end: 48 ms of CPU on
// Node 24 and 134 ms on Node 20 (measured), for a handful of answers. With this budget it never does. It is set here,
// because V8 accepts compiled code only under the flags that it was compiled under.
v8.setFlagsFromString("--wasm-tiering-budget=2000000000");

const bundles = path.dirname(__dirname);
/** Compiled code is only good for the Node that made it. */
const compiled = path.join(
  bundles,
  "compiled",
  `${process.version}-${process.platform}-${process.arch}`,
);
const wrapper = "(function (exports, require, module) {";

/** The folder of this file, for the names in stacks. */
const address = pathToFileURL(__dirname).href;

const loaded = new Map();

/** Loads a chunk by its name: its path beside this file, with `/`. */
function load(name) {
  const known = loaded.get(name);
  if (known !== undefined) return known.exports;
  const source = sourceOf(name);
  const script = scriptOf(name, source, { cachedData: compiledCodeOf(name, source) });
  const module = { exports: {} };
  loaded.set(name, module);
  const folder = path.posix.dirname(name);
  const requireFrom = (other) =>
    other.startsWith(".") ? load(path.posix.join(folder, other)) : require(other);
  try {
    script.runInThisContext()(module.exports, requireFrom, module);
  } catch (error) {
    loaded.delete(name);
    throw error;
  }
  return module.exports;
}

function sourceOf(name) {
  const file = path.join(__dirname, name);
  try {
    return fs.readFileSync(file);
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
    throw Object.assign(new Error(`Cannot find module '${file}'`), {
      code: "ERR_MODULE_NOT_FOUND",
    });
  }
}

function scriptOf(name, source, options) {
  // The build writes ASCII.
  return new vm.Script(wrapper + source.toString("latin1") + "\n})", {
    filename: `${address}/${name}`,
    columnOffset: -wrapper.length,
    ...options,
  });
}

/** V8 itself only compares the lengths of sources. */
function compiledCodeOf(name, source) {
  try {
    const bytes = fs.readFileSync(compiledFileOf(name));
    const mark = markOf(source);
    return bytes.subarray(0, mark.length).equals(mark) ? bytes.subarray(mark.length) : undefined;
  } catch {
    return undefined;
  }
}

const markOf = (source) => hash("sha256", source, "buffer");

const compiledFileOf = (name) => path.join(compiled, "chunks", `${name}.bin`);

/** Compiles all chunks for this Node, and returns where the result is. Nothing is run. */
function precompile() {
  for (const entry of fs.readdirSync(__dirname, { recursive: true })) {
    const name = entry.split(path.sep).join("/");
    if (!name.endsWith(".cjs") || name === path.basename(__filename)) continue;
    const source = sourceOf(name);
    // Every function, and not only what runs first.
    v8.setFlagsFromString("--no-lazy");
    const script = scriptOf(name, source);
    v8.setFlagsFromString("--lazy");
    const target = compiledFileOf(name);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    // One rename: an event that starts now finds all of it or nothing.
    const incoming = `${target}.${process.pid}`;
    fs.writeFileSync(incoming, Buffer.concat([markOf(source), script.createCachedData()]));
    fs.renameSync(incoming, target);
  }
  return compiled;
}

module.exports = { loadChunk: load, precompile };
