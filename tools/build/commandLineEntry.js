#!/usr/bin/env node
/**
 * The start of exo-connector. It checks what it runs on before it loads the rest, which an old Node cannot read; so this
 * file uses no newer language than Node 12 has.
 */
import { isTooOld } from "./nodeVersion.js";

const neededNode = "{{node}}";
const main = "./cli/main.mjs";

if (isTooOld(process.versions.node, neededNode)) {
  process.stderr.write(
    "Node.js " +
      process.versions.node +
      " is too old: exo-connector needs " +
      neededNode +
      " or later.\n",
  );
  process.exitCode = 2;
} else import(main);
