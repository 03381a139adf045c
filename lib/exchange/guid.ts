import { Fault } from "../fault.ts";

export function isGuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

/** Throws an `invalid` fault for what is no GUID; `what` says whose it should be. */
export function assertGuid(id: string, what: string): void {
  if (!isGuid(id))
    throw Fault.invalid(
      `${what} is ${id === "" ? "missing" : `a text of ${id.length} ${id.length === 1 ? "character" : "characters"}`}; expected a GUID.`,
    );
}
