/**
 * The start of a bundle, {{action}}. It checks what it runs on before it loads the rest, which an old Node cannot read;
 * so this file uses no newer language than Node 12 has, and imports nothing before the check: the build writes the
 * function below into it.
 */
import { isTooOld } from "./nodeVersion.js";

const name = "{{action}}";
const version = "{{version}}";
const neededNode = "{{node}}";
const loader = "{{loader}}";

/** ASCII, as every output of the connector: a code page of Windows must not change it. */
function inAscii(value) {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (unit) => "\\u" + ("000" + unit.charCodeAt(0).toString(16)).slice(-4),
  );
}

function refuse(message) {
  const answer = {
    outputContext: { Success: false, AuditLogs: [{ Message: message, IsError: true }] },
    outcome: "invalid",
    plan: [],
    stats: { version, requests: 0, retries: 0, waitedMs: 0, totalMs: 0 },
  };
  process.stderr.write(inAscii({ level: "error", message }) + "\n");
  process.stdout.write(inAscii(answer) + "\n");
  process.exitCode = 2;
}

function loadingFault(error) {
  const code = error === null || typeof error !== "object" ? "" : error.code;
  if (code === "ERR_MODULE_NOT_FOUND")
    return (
      "A file of the connector is missing. Install version " + version + " again. " + error.message
    );
  if (error instanceof SyntaxError)
    return (
      "The files of the connector are not all of version " +
      version +
      ": install it again. " +
      error.message
    );
  return "The connector could not be loaded. " + String(error);
}

const usage = [
  "exchange-online-connector " + version + ", " + name,
  "",
  "Usage: node " + name + ".mjs < event.json",
  "",
  "Reads one event as JSON from stdin, writes the answer as JSON to stdout and a log to stderr.",
  "Exit code 0: success. 1: no success. 2: the event could not be used.",
  "",
  "  --version   the version of the connector",
  "  --help      this text",
].join("\n");

const options = process.argv.slice(2);
if (options.includes("--version")) process.stdout.write(version + "\n");
else if (options.includes("--help")) process.stdout.write(usage + "\n");
else if (isTooOld(process.versions.node, neededNode))
  refuse(
    "Node.js " +
      process.versions.node +
      " is too old for the connector: it needs " +
      neededNode +
      " or later. Node.js was started from " +
      process.execPath +
      ".",
  );
else if (options.length > 0 || process.stdin.isTTY) {
  process.stderr.write(
    "This script expects an event as JSON on stdin; --help explains how to start it.\n",
  );
  process.exitCode = 2;
} else {
  import(loader)
    .then(({ default: { loadChunk } }) => loadChunk(name + ".cjs"))
    .catch((error) => refuse(loadingFault(error)));
}
