import { Fault } from "../fault.ts";
import type { SubPermissionsEvent } from "../generated/types.ts";
import { shownName } from "./displayName.ts";
import { member } from "./members.ts";
import { textIn } from "./permissionActions.ts";
import { isRecord } from "../record.ts";

/** A part as the platform has it on record. */
export interface OnRecord {
  DisplayName: string;
  Reference: Readonly<Record<string, unknown>>;
}

/** Means that the person holds nothing: the platform counts a grant or an update without an entry as failed. */
const none = "No permissions defined";
export const nothing: OnRecord = { DisplayName: none, Reference: { Id: none } };

/**
 * What is on record for the person, from an event that may not even be valid: a bad event must not make
 * the platform lose track of a right.
 */
export function onRecordIn(document: unknown): unknown[] {
  const context = member(document, "actioncontext");
  const entries = [member(context, "currentpermissions") ?? []].flat().flatMap((entry) => {
    const given = member(entry, "reference");
    // What cannot be used is returned as far as possible.
    const reference = typeof given === "string" ? { Id: given } : given;
    if (!isRecord(reference)) return [];
    const name = member(entry, "displayname");
    return [
      {
        DisplayName:
          shownName(typeof name === "string" ? name : "") ?? (textIn(reference, "Id") || "Unknown"),
        Reference: reference,
      },
    ];
  });
  const isRevoke = String(member(context, "operation")).toLowerCase() === "revoke";
  return entries.length > 0 || isRevoke ? entries : [nothing];
}

/** What the person holds. The answer follows every change, because the run may end at any time. */
export class HeldParts {
  readonly #entries: Map<string, OnRecord>;
  readonly #answer: (entries: OnRecord[]) => void;

  constructor(entries: Map<string, OnRecord>, answer: (entries: OnRecord[]) => void) {
    this.#entries = entries;
    this.#answer = answer;
    this.#answer([...entries.values()]);
  }

  get entries(): [key: string, entry: OnRecord][] {
    return [...this.#entries];
  }

  get(key: string): OnRecord | undefined {
    return this.#entries.get(key);
  }

  add(key: string, entry: OnRecord): void {
    this.#entries.set(key, entry);
    this.#answer([...this.#entries.values()]);
  }

  remove(key: string): void {
    this.#entries.delete(key);
    this.#answer([...this.#entries.values()]);
  }
}

/**
 * The parts on record, by key. A reference of another set stays on record as it is, and adds a fault to `faults`.
 * Throws `invalid` when the event does not contain the record.
 */
export function recordedParts(
  { CurrentPermissions, Operation }: SubPermissionsEvent["actionContext"],
  keyOf: (reference: (name: string) => string) => string | undefined,
  faults: Fault[],
): Map<string, OnRecord> {
  // The platform sends null for a list that it does not have: as unknown as an absent one.
  if ((CurrentPermissions ?? undefined) === undefined && Operation !== "grant")
    throw Fault.invalid(
      "The event does not contain the current permissions (CurrentPermissions), so it is unknown what to revoke.",
    );
  const recorded = new Map<string, OnRecord>();
  for (const { DisplayName, Reference } of CurrentPermissions ?? []) {
    if (textIn(Reference, "Id") === none) continue;
    const key = keyOf((name) => textIn(Reference, name));
    recorded.set(key ?? JSON.stringify(Reference), {
      DisplayName: shownName(DisplayName ?? "") ?? (textIn(Reference, "Id") || "Unknown"),
      Reference,
    });
    if (key === undefined)
      faults.push(
        Fault.invalid(
          `"${DisplayName ?? ""}" is on record with a reference that does not belong to this set; ` +
            "it was not changed.",
        ),
      );
  }
  return recorded;
}
