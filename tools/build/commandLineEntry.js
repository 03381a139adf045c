#!/usr/bin/env node
/**
 * The start of exo-connector. It checks what it runs on before it loads the rest, which an old Node cannot read; so this
 * file uses no newer language than Node 12 has.
 */
const neededNode = "{{node}}";
const main = "./cli/main.mjs";

function isTooOld(node) {
  const found = node.split(".").map(Number);
  const needed = neededNode.split(".").map(Number);
  const index = needed.findIndex((part, position) => part !== found[position]);
  return index >= 0 && !(found[index] > needed[index]);
}

if (isTooOld(process.versions.node)) {
  process.stderr.write(
    "Node.js " +
      process.versions.node +
      " is too old: exo-connector needs " +
      neededNode +
      " or later.\n",
  );
  process.exitCode = 2;
} else import(main);
