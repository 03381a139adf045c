import { Fault } from "./fault.ts";
import { quoted } from "./graphemes.ts";

export function isGuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

/** Throws an `invalid` fault when the text is not a GUID; `what` is the subject of the message. */
export function assertGuid(id: string, what: string): void {
  if (isGuid(id)) return;
  throw Fault.invalid(`${what} is ${id === "" ? "missing" : quoted(id)}; expected a GUID.`);
}
