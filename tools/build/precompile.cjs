"use strict";
/**
 * Compiles the bundles for the Node that runs this file, so that events start faster: `node precompile.cjs`. The
 * installer does it; after an update of Node it is worth doing again.
 */
const { precompile } = require("./chunks/load.cjs");

process.stdout.write(`The bundles are compiled for Node.js ${process.version}: ${precompile()}\n`);
