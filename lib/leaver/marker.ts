/**
 * What a policy has changed, kept on the mailbox itself: values of one property that the policy file names. So the
 * knowledge goes where the mailbox goes, and a new installation of the connector still has it.
 *
 * A value is written before the change that it is about, and the first one about a property stays: so after a kill, and
 * after a second run, it still says what was there before the person left.
 */
import type { Mailbox } from "../exchange/mailbox.ts";
import { calendarRightFrom } from "../exchange/calendarRight.ts";
import { rightNamed, type RightName } from "../exchange/mailboxRight.ts";
import { isProtocol } from "../exchange/protocols.ts";
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

/** A protocol that the policy switches off: a parameter of Set-CASMailbox. */
export interface ChangedProtocol {
  kind: "protocol";
  name: string;
  /** Null: the setting of the organisation counts. */
  before: boolean | null;
}

/** The meetings of the leaver are cancelled: no read shows that. */
export interface CancelledMeetings {
  kind: "meetings";
  days: number;
}

/** What the leaver could use of another mailbox, which the policy ends. */
export interface EndedAccess {
  kind: "access";
  /** A right on the mailbox, or the rights and flags of an entry on its calendar. */
  access: RightName | { rights: string; flags: string };
  /** The Guid of the mailbox. */
  mailbox: string;
}

/** How far the mailboxes of others were looked at, for the next event. */
export interface Progress {
  kind: "progress";
  /** The Id of the policy: another one begins again. */
  policy: string;
  /** When the youngest mailbox was created that existed at the beginning: younger ones are always looked at. */
  newest: string;
  /** The Guid of the mailbox up to which all were looked at, in the order of their Guids. */
  upTo: string;
}

/** A mailbox among those of the progress that has to be looked at again. */
export interface LookAgain {
  kind: "again";
  /** The Guid. */
  mailbox: string;
}

export type Change =
  | ChangedSetting
  | RemovedAddress
  | GrantedRight
  | EndedMembership
  | SetReply
  | ChangedProtocol
  | CancelledMeetings
  | EndedAccess
  | Progress
  | LookAgain;

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
    changes: own.flatMap((value) => changesIn(value, property)),
    others: values.filter((value) => !own.includes(value)),
  };
}

/** The values of the property for these changes. */
export function markerValues(changes: readonly Change[], others: readonly string[]): string[] {
  const values = [...others, ...packed(changes).map((value) => prefix + JSON.stringify(value))];
  if (values.length > maxValues)
    throw Fault.invalid(
      `The policy changes more than a property of a mailbox can keep: ${values.length} values; expected at most ` +
        `${maxValues}.`,
    );
  return values;
}

/** The mailboxes in one value: its text has 2048 characters at most (Microsoft's documentation of Set-Mailbox). */
const mailboxesPerValue = 40;

/** One value for each change, and one for many mailboxes of which the same is said. */
function packed(changes: readonly Change[]): object[] {
  const values: object[] = [];
  const mailboxesOf = new Map<string, string[]>();
  for (const change of changes) {
    if (!("mailbox" in change)) {
      values.push(change);
      continue;
    }
    const { mailbox, ...said } = change;
    const key = JSON.stringify(said);
    const begun = mailboxesOf.get(key);
    if (begun && begun.length < mailboxesPerValue) {
      begun.push(mailbox);
      continue;
    }
    const mailboxes = [mailbox];
    mailboxesOf.set(key, mailboxes);
    values.push({ ...said, mailboxes });
  }
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
    case "protocol":
      return `protocol ${change.name}`;
    case "address":
      return `address ${change.address.toLowerCase()}`;
    case "right":
      return `right ${change.right} ${change.trustee.toLowerCase()}`;
    case "membership":
      return `membership ${change.group.toLowerCase()}`;
    case "access":
      return `access ${JSON.stringify(change.access)} ${change.mailbox.toLowerCase()}`;
    case "again":
      return `again ${change.mailbox.toLowerCase()}`;
    case "reply":
    case "meetings":
    case "progress":
      return change.kind;
  }
}

function changesIn(value: string, property: string): Change[] {
  try {
    if (value.startsWith(prefix)) {
      const read: unknown = JSON.parse(value.slice(prefix.length));
      const changes = isRecord(read) ? unpacked(read) : [];
      if (changes.length > 0 && changes.every(isChange)) return changes;
    }
  } catch {
    // Told below.
  }
  throw Fault.invalid(
    `${property} has a value of a leaver's policy that this version of the connector cannot read: ` +
      `${value.slice(0, 60)}. Undo the policy by hand, and remove the value.`,
  );
}

function unpacked({ mailboxes, ...value }: Record<string, unknown>): unknown[] {
  return Array.isArray(mailboxes)
    ? mailboxes.map((mailbox: unknown) => ({ ...value, mailbox }))
    : [value];
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
    case "access":
      return isText("mailbox") && isAccess(value["access"]);
    case "progress":
      return isText("policy") && isText("newest") && isText("upTo");
    case "again":
      return isText("mailbox");
    case "meetings":
      return typeof value["days"] === "number";
    case "protocol": {
      const { before } = value;
      return isProtocol(shown(value["name"])) && (before === null || typeof before === "boolean");
    }
    default:
      return false;
  }
}

/** Throws an `invalid` fault for rights on a calendar that do not exist. */
function isAccess(value: unknown): value is EndedAccess["access"] {
  if (!isRecord(value)) return rightNamed(shown(value)) !== undefined;
  const { rights, flags } = value;
  if (typeof rights !== "string" || typeof flags !== "string") return false;
  return calendarRightFrom({ user: anyUser, rights, flags }).rights.length > 0;
}

const anyUser = "somebody@contoso.com";
