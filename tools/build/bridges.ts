/** Writes the script that is pasted in HelloID for an action: it starts the bundle. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { version } from "../../lib/generated/version.ts";
import type { Shape } from "../../lib/host/schemaContract.ts";
import type { Verb } from "../../lib/host/verbs.ts";
import { filled } from "./template.ts";

/**
 * The bundle ends at its deadline, or a second later when it does not react any more. The bridge waits a little longer,
 * so that the answer can arrive, and ends before the platform does.
 */
const graceMs = 2_500;

export async function bridgeFor(action: string): Promise<string> {
  const file = path.resolve(import.meta.dirname, "../..", `${action}.ts`);
  const module = (await import(pathToFileURL(file).href)) as { default: Declared };
  const { verb, contract } = module.default;
  const form = contract.shape.properties?.["actionContext"]?.properties?.["Configuration"];
  const secrets = Object.entries(form?.properties ?? {}).filter(([, { secret }]) => secret);
  const script = filled(template(), {
    action,
    version,
    onlyReads: verb.onlyReads ? "$true" : "$false",
    limitMs: String(verb.deadlineMs + graceMs),
    previewMs: String((verb.previewMs ?? verb.deadlineMs) + graceMs),
    graceMs: String(graceMs),
    secrets: secrets.map(([name]) => `'${name}'`).join(", "),
  });
  // Windows PowerShell reads a script without a byte order mark as ANSI (documented: about_Character_Encoding).
  if (/[^\n\x20-\x7e]/.test(script)) throw new Error("tools/build/bridge.ps1 is not ASCII.");
  return script;
}

/** What the script needs to know of an action. */
interface Declared {
  verb: Verb;
  contract: { shape: Shape };
}

function template(): string {
  return readFileSync(path.join(import.meta.dirname, "bridge.ps1"), "utf8");
}
