/**
 * What a policy has changed, kept on the mailbox itself: values of one property that the policy file names. So the
 * knowledge goes where the mailbox goes, and a new installation of the connector still has it.
 *
 * A value is written before the change that it is about, and the first one about a property stays: so after a kill, and
 * after a second run, it still says what was there before the person left.
 */
import type { Mailbox } from "../exchange/mailbox.ts";
import { rightNamed } from "../exchange/mailboxRight.ts";
import { Fault } from "../fault.ts";
import { shown } from "../mappedValues.ts";
import { isRecord } from "../record.ts";

/** A setting of the mailbox, before the policy and as the policy sets it. Null: without a value. */
export interface ChangedSetting {
  kind: "setting";
  name: string;
  before: string | null;
  after: string | null;
}

/** An address that the policy removes, as it is in EmailAddresses. */
export interface RemovedAddress {
  kind: "address";
  address: string;
}

/** A right that the policy grants, which the trustee did not have. */
export interface GrantedRight {
  kind: "right";
  right: string;
  /** The Guid of the trustee. */
  trustee: string;
}

/** A membership that the policy ends. */
export interface EndedMembership {
  kind: "membership";
  /** The Guid of the group. */
  group: string;
}

/** The automatic reply that the policy sets. */
export interface SetReply {
  kind: "reply";
  /** A digest of its texts. */
  texts: string;
  /** The state of the reply that was there before. */
  before: string;
}

export type Change = ChangedSetting | RemovedAddress | GrantedRight | EndedMembership | SetReply;

/** Other values of the property are not the connector's. */
const prefix = "exo-connector-leaver:1:";
const anyPrefix = /^exo-connector-leaver:\d+:/;
/** Microsoft's documentation of Set-Mailbox: an ExtensionCustomAttribute has up to 1300 values. */
const maxValues = 1300;

/** The changes on record, and the values of the property that are not the connector's. */
export function markerOf(
  mailbox: Mailbox,
  property: string,
): { changes: Change[]; others: string[] } {
  const present = mailbox[property];
  if (present === undefined)
    throw new Fault({
      kind: "unexpected",
      message: `Exchange Online did not return ${property}, so it is unknown what a policy has changed.`,
    });
  const values = [present ?? []].flat().filter((value) => typeof value === "string");
  const own = values.filter((value) => anyPrefix.test(value));
  return {
    changes: own.map((value) => changeIn(value, property)),
    others: values.filter((value) => !own.includes(value)),
  };
}

/** The values of the property for these changes. */
export function markerValues(changes: readonly Change[], others: readonly string[]): string[] {
  const values = [...others, ...changes.map((change) => prefix + JSON.stringify(change))];
  if (values.length > maxValues)
    throw Fault.invalid(
      `The policy changes more than a property of a mailbox can keep: ${values.length} values; expected at most ` +
        `${maxValues}.`,
    );
  return values;
}

/** The changes of now added to those on record: what was there first before a change stays. */
export function withChanges(recorded: readonly Change[], now: readonly Change[]): Change[] {
  const byKey = new Map(recorded.map((change) => [keyOf(change), change]));
  for (const change of now) {
    const first = byKey.get(keyOf(change));
    const before =
      first && "before" in first && "before" in change ? { before: first.before } : undefined;
    byKey.set(keyOf(change), { ...change, ...before } as Change);
  }
  return [...byKey.values()];
}

function keyOf(change: Change): string {
  switch (change.kind) {
    case "setting":
      return `setting ${change.name}`;
    case "address":
      return `address ${change.address.toLowerCase()}`;
    case "right":
      return `right ${change.right} ${change.trustee.toLowerCase()}`;
    case "membership":
      return `membership ${change.group.toLowerCase()}`;
    case "reply":
      return "reply";
  }
}

function changeIn(value: string, property: string): Change {
  try {
    if (value.startsWith(prefix)) {
      const change: unknown = JSON.parse(value.slice(prefix.length));
      if (isChange(change)) return change;
    }
  } catch {
    // Told below.
  }
  throw Fault.invalid(
    `${property} has a value of a leaver's policy that this version of the connector cannot read: ` +
      `${value.slice(0, 60)}. Undo the policy by hand, and remove the value.`,
  );
}

function isChange(value: unknown): value is Change {
  if (!isRecord(value)) return false;
  const isText = (name: string): boolean => typeof value[name] === "string";
  const isTextOrNull = (name: string): boolean => value[name] === null || isText(name);
  switch (value["kind"]) {
    case "setting":
      return isText("name") && isTextOrNull("before") && isTextOrNull("after");
    case "address":
      return isText("address");
    case "right":
      return rightNamed(shown(value["right"])) !== undefined && isText("trustee");
    case "membership":
      return isText("group");
    case "reply":
      return isText("texts") && isText("before");
    default:
      return false;
  }
}
