import type { Mailbox } from "../exchange/mailbox.ts";
import { settingsFrom } from "../exchange/settings.ts";
import { Fault } from "../fault.ts";
import { markerOf, markerValues, withChanges, type Change } from "./marker.ts";
import { applied, differs, type LeaverGate } from "./steps.ts";

/** The record on a leaver's mailbox, as this event knows it. */
export interface Recording {
  readonly changes: readonly Change[];
  /** Adds changes, or replaces those about the same. Returns what failed. */
  add(changes: readonly Change[]): Promise<Fault[]>;
  /** Replaces the whole record. Returns what failed. */
  replace(changes: readonly Change[]): Promise<Fault[]>;
}

/** Throws a fault when the record cannot be read. */
export function recordingOn(given: Mailbox, property: string, gate: LeaverGate): Recording {
  const { changes: onRecord, others } = markerOf(given, property);
  let mailbox = given;
  let changes: readonly Change[] = onRecord;
  async function replace(wanted: readonly Change[]): Promise<Fault[]> {
    try {
      const values = markerValues(wanted, others);
      const settings = settingsFrom([[property, values]]).filter((one) => differs(mailbox, one));
      const faults = settings.length === 0 ? [] : await applied(mailbox, settings, gate);
      if (faults.length > 0) return faults;
      mailbox = { ...mailbox, [property]: values };
      changes = wanted;
      return [];
    } catch (thrown) {
      return [Fault.of(thrown)];
    }
  }
  return {
    get changes() {
      return changes;
    },
    replace,
    add: (now) => replace(withChanges(changes, now)),
  };
}
