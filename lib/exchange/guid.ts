import { Fault } from "../fault.ts";

export function isGuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

/** Throws an `invalid` fault for a text that is not a GUID; `what` names the object it should belong to. */
export function assertGuid(id: string, what: string): void {
  if (isGuid(id)) return;
  const characters = `${id.length} ${id.length === 1 ? "character" : "characters"}`;
  const given = id === "" ? "missing" : `a text of ${characters}`;
  throw Fault.invalid(`${what} is ${given}; expected a GUID.`);
}
