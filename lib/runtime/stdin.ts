import { Unusable } from "../host/schemaContract.ts";
import { mayHoldDates, withIsoDates } from "./powerShellDates.ts";

/** A resource event of 100,000 plain values has about 10 MB; the platform never sends this much. */
export const maxBytes = 32 * 1024 * 1024;

/** The deepest object that the platform sends, a person with contracts, has about ten levels. */
export const maxDepth = 64;

/**
 * Reads one JSON document (UTF-8, with or without a BOM) from `stdin`, to its end.
 * Throws `Unusable` for anything else. A document that is too large is read to its end and dropped, so that the sender
 * can finish writing and receives the answer instead of a broken pipe.
 */
export async function readDocument(stdin: AsyncIterable<Uint8Array>): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    size += chunk.length;
    if (size <= maxBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  if (size > maxBytes)
    throw new Unusable([`The event on stdin has ${size} bytes; expected at most ${maxBytes}.`]);
  return documentIn(Buffer.concat(chunks));
}

/** The JSON object in these bytes. `source` names them in messages. Throws `Unusable` for anything else. */
export function documentIn(bytes: Buffer, source = "stdin"): object {
  const text = decoded(bytes, source);
  if (text.trim() === "") throw new Unusable([`${source} is empty; expected one event as JSON.`]);
  if (depthOf(text) > maxDepth)
    throw new Unusable([`The event on ${source} is nested deeper than ${maxDepth} levels.`]);
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    // The parser's message quotes the text around the error, which may be a secret.
    throw new Unusable([
      `${source} is not JSON (${bytes.length} bytes were read); expected one event as JSON.`,
    ]);
  }
  if (typeof document !== "object" || document === null || Array.isArray(document))
    throw new Unusable([`${source} is JSON, but not an object; expected one event.`]);
  assertOneDryRun(text, document);
  return mayHoldDates(text) ? (withIsoDates(document) as object) : document;
}

/** The parser keeps the last of several values: a switch that protects is not left to that. */
function assertOneDryRun(text: string, document: object): void {
  const written = text.match(/"dryrun"\s*:/gi)?.length ?? 0;
  if (written > dryRunsIn(document))
    throw new Unusable(["DryRun appears more than once in the event; expected once."]);
}

function dryRunsIn(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  let count = 0;
  for (const [name, member] of Object.entries(value))
    count += (name.toLowerCase() === "dryrun" ? 1 : 0) + dryRunsIn(member);
  return count;
}

function decoded(bytes: Buffer, source: string): string {
  const utf16 =
    (bytes[0] === 0xff && bytes[1] === 0xfe) ||
    (bytes[0] === 0xfe && bytes[1] === 0xff) ||
    (bytes.length > 1 && (bytes[0] === 0) !== (bytes[1] === 0));
  if (utf16) throw new Unusable([`${source} is UTF-16 text; expected UTF-8.`]);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Unusable([`${source} is not UTF-8 text; expected one event as JSON in UTF-8.`]);
  }
}

/** Counts brackets outside strings. Done before parsing, because the rest of the code is recursive. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inText = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (inText) {
      if (code === 0x5c) index++;
      else if (code === 0x22) inText = false;
    } else if (code === 0x22) inText = true;
    else if (code === 0x7b || code === 0x5b) deepest = Math.max(deepest, ++depth);
    else if (code === 0x7d || code === 0x5d) depth--;
  }
  return deepest;
}
