"use strict";
/**
 * Loads the chunks of the bundles, with what `precompile` kept of V8's work on them. The build copies this file beside
 * them.
 *
 * Chunks are CommonJS for three reasons, each measured: an ES import of node:http loads the undici of Node itself on
 * Node 24, the loader of ES modules takes its time for each file, and only a `vm.Script` takes compiled code on every
 * Node.
 */
const { createHash } = require("node:crypto");
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

const loaded = new Map();

function load(file) {
  const known = loaded.get(file);
  if (known !== undefined) return known.exports;
  const source = sourceOf(file);
  const script = scriptOf(file, source, { cachedData: compiledCodeOf(file, source) });
  const module = { exports: {} };
  loaded.set(file, module);
  const folder = path.dirname(file);
  const requireFrom = (name) =>
    name.startsWith(".") ? load(path.join(folder, name)) : require(name);
  try {
    script.runInThisContext()(module.exports, requireFrom, module);
  } catch (error) {
    loaded.delete(file);
    throw error;
  }
  return module.exports;
}

function sourceOf(file) {
  try {
    // The build writes ASCII.
    return wrapper + fs.readFileSync(file, "latin1") + "\n})";
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
    throw Object.assign(new Error(`Cannot find module '${file}'`), {
      code: "ERR_MODULE_NOT_FOUND",
    });
  }
}

function scriptOf(file, source, options) {
  return new vm.Script(source, {
    filename: pathToFileURL(file).href,
    columnOffset: -wrapper.length,
    ...options,
  });
}

/** V8 itself only compares the lengths of sources. */
function compiledCodeOf(file, source) {
  try {
    const bytes = fs.readFileSync(compiledFileOf(file));
    const mark = markOf(source);
    return bytes.subarray(0, mark.length).equals(mark) ? bytes.subarray(mark.length) : undefined;
  } catch {
    return undefined;
  }
}

const markOf = (source) => createHash("sha256").update(source).digest();

const compiledFileOf = (file) => path.join(compiled, `${path.relative(bundles, file)}.bin`);

/** Compiles all chunks for this Node, and returns where the result is. Nothing is run. */
function precompile() {
  for (const name of fs.readdirSync(__dirname, { recursive: true })) {
    const file = path.join(__dirname, name);
    if (!name.endsWith(".cjs") || file === __filename) continue;
    const source = sourceOf(file);
    // Every function, and not only what runs first.
    v8.setFlagsFromString("--no-lazy");
    const script = scriptOf(file, source);
    v8.setFlagsFromString("--lazy");
    const target = compiledFileOf(file);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    // One rename: an event that starts now finds all of it or nothing.
    const incoming = `${target}.${process.pid}`;
    fs.writeFileSync(incoming, Buffer.concat([markOf(source), script.createCachedData()]));
    fs.renameSync(incoming, target);
  }
  return compiled;
}

/** Loads a chunk by its path beside this file. */
const loadChunk = (name) => load(path.join(__dirname, name));

module.exports = { loadChunk, precompile };
