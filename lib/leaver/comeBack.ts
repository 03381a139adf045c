import { accountById, accountOrFormerById, accountLookup } from "../exchange/account.ts";
import {
  autoReplyLookup,
  autoReplyOf,
  autoReplyOff,
  defaultReply,
  isOn,
  replyChange,
} from "../exchange/autoReply.ts";
import { adding, groupById, memberAddition, membershipLookup } from "../exchange/group.ts";
import { holdOf } from "../exchange/litigationHold.ts";
import type { Mailbox } from "../exchange/mailbox.ts";
import { differenceOf, settingsChange } from "../exchange/mailboxChange.ts";
import { rightNamed } from "../exchange/mailboxRight.ts";
import { nameOf } from "../exchange/naming.ts";
import {
  offValue,
  protocolChange,
  protocolChanges,
  protocolIn,
  protocolsOf,
} from "../exchange/protocols.ts";
import { revoke, rightRevocation, rightsOn } from "../exchange/rightChange.ts";
import { settingsFrom } from "../exchange/settings.ts";
import { mergedCmdlets, type Cmdlets } from "../exchange/target.ts";
import { Fault } from "../fault.ts";
import { shown } from "../mappedValues.ts";
import type { Left } from "./leave.ts";
import { accessBack, accessReturn } from "./elsewhere.ts";
import type { Change, ChangedProtocol, ChangedSetting, GrantedRight, SetReply } from "./marker.ts";
import { listedPolicies } from "./policies.ts";
import { recordingOn } from "./recording.ts";
import {
  applied,
  differs,
  presentOf,
  recognisable,
  stepProperties,
  withoutTrust,
  type LeaverGate,
} from "./steps.ts";

/** How Enable undoes what a policy has changed. */
export interface ComingBack {
  /** What it sends; nothing when the file names no MarkerProperty. */
  cmdlets: Cmdlets;
  /** The properties of the mailbox to read. Throws an `invalid` fault when the file cannot be used. */
  properties(): string[];
  /** Undoes what is on record for a mailbox, which was read with `properties`, and returns it as it is then. */
  comeBack(mailbox: Mailbox, gate: LeaverGate): Promise<Returned>;
}

/** What came of a return. */
export interface Returned extends Left {
  mailbox: Mailbox;
}

/** `data`: the policy file; the one of this installation unless a test has its own. */
export function comingBack(data?: unknown): ComingBack {
  const markerProperty = (): string | undefined => listedPolicies(data).MarkerProperty;
  return {
    cmdlets: isMarked(markerProperty)
      ? mergedCmdlets(
          accountLookup,
          settingsChange,
          membershipLookup,
          memberAddition,
          rightRevocation,
          autoReplyLookup,
          autoReplyOff,
          accessReturn,
          protocolChanges,
        )
      : {},
    properties() {
      const property = markerProperty();
      return property === undefined ? [] : [property, ...stepProperties];
    },
    async comeBack(mailbox, given) {
      const gate = withoutTrust(given);
      const property = markerProperty();
      const record = property === undefined ? undefined : recordingOn(mailbox, property, gate);
      if (record === undefined || record.changes.length === 0)
        return { audit: [], faults: [], mailbox };
      const { done, ...undone } = await undo(mailbox, record.changes, gate);
      // Last: what could not be undone is tried again by the next event.
      if (undone.faults.length === 0) return { ...undone, faults: await record.replace([]) };
      if (done.length === 0) return undone;
      const rest = record.changes.filter((change) => !done.includes(change));
      return { ...undone, faults: [...undone.faults, ...(await record.replace(rest))] };
    },
  };
}

/** A file that cannot be used is reported by the event, and not when the action is loaded. */
function isMarked(markerProperty: () => string | undefined): boolean {
  try {
    return markerProperty() !== undefined;
  } catch {
    return true;
  }
}

async function undo(
  mailbox: Mailbox,
  changes: readonly Change[],
  gate: LeaverGate,
): Promise<Returned & { done: readonly Change[] }> {
  const audit: { Message: string }[] = [];
  const faults: Fault[] = [];
  const note = (Message: string): void => {
    audit.push({ Message });
  };
  const settings = changes.filter((change) => change.kind === "setting");
  const back = await settingsBack(mailbox, settings, gate, note);
  faults.push(...back.faults);
  const addresses = changes.flatMap((change) =>
    change.kind === "address" ? [change.address] : [],
  );
  if (addresses.length > 0)
    faults.push(...(await applied(mailbox, settingsFrom([["EmailAddresses", addresses]]), gate)));
  const groups = changes.flatMap((change) => (change.kind === "membership" ? [change.group] : []));
  if (groups.length > 0) faults.push(...(await membershipsBack(mailbox, groups, gate, note)));
  for (const change of changes)
    if (change.kind === "right") faults.push(...(await rightBack(mailbox, change, gate)));
  const protocols = changes.filter((change) => change.kind === "protocol");
  if (protocols.length > 0) faults.push(...(await protocolsBack(mailbox, protocols, gate)));
  for (const change of changes)
    if (change.kind === "reply") faults.push(...(await replyOff(mailbox, change, gate, note)));
  if (changes.some(({ kind }) => kind === "meetings"))
    note(`The meetings that mailbox ${nameOf(mailbox)} had organised stay cancelled.`);
  if (holdOf(mailbox) !== undefined)
    note(`Mailbox ${nameOf(mailbox)} stays on litigation hold: a hold does not end with a return.`);
  const access = changes.filter((change) => change.kind === "access");
  const { done, faults: others } =
    access.length === 0 ? nothingGranted : await accessBack(mailbox, access, gate, note);
  return { audit, faults: [...faults, ...others], done, mailbox: back.mailbox };
}

const nothingGranted = { done: [], faults: [] };

/** Sets back the settings that still are as the policy set them. Returns the mailbox as it is then. */
async function settingsBack(
  mailbox: Mailbox,
  changes: readonly ChangedSetting[],
  gate: LeaverGate,
  note: (message: string) => void,
): Promise<{ faults: Fault[]; mailbox: Mailbox }> {
  const fields: [string, string | null][] = [];
  for (const { name, before, after } of changes) {
    const [asBefore] = settingsFrom([[name, before]]);
    const [asAfter] = settingsFrom([[name, after]]);
    if (asBefore === undefined || !differs(mailbox, asBefore)) continue;
    if (asAfter === undefined || differs(mailbox, asAfter))
      note(
        `${name} of mailbox ${nameOf(mailbox)} was not set back to ${told(before)}: it was changed after the ` +
          `person had left, to ${told(presentOf(mailbox, asBefore))}.`,
      );
    else fields.push([name, before]);
  }
  if (fields.length === 0) return { faults: [], mailbox };
  const wanted = settingsFrom(fields);
  const faults = await applied(mailbox, wanted, gate);
  const now = faults.length === 0 ? differenceOf(mailbox, wanted).after : {};
  return { faults, mailbox: { ...mailbox, ...now } };
}

function told(value: string | null): string {
  return value === null ? "no value" : `"${value}"`;
}

/** Makes the person a member again of the groups that still exist. */
async function membershipsBack(
  mailbox: Mailbox,
  groups: readonly string[],
  { read, attemptAll }: LeaverGate,
  note: (message: string) => void,
): Promise<Fault[]> {
  const faults: Fault[] = [];
  const steps = [];
  const account = await read(accountById(mailbox.Guid));
  for (const id of groups)
    try {
      steps.push(adding(await read(groupById(id)), account));
    } catch (thrown) {
      const fault = Fault.of(thrown);
      if (fault.kind === "missing" && fault.isProven)
        note(`${nameOf(mailbox)} was a member of the group ${id}, which no longer exists.`);
      else faults.push(fault);
    }
  const added = steps.length === 0 ? [] : await attemptAll(steps);
  return [...faults, ...added.filter((one) => one instanceof Fault)];
}

/** Takes back a right that the policy has granted. */
async function rightBack(
  mailbox: Mailbox,
  { right: name, trustee }: GrantedRight,
  gate: LeaverGate,
): Promise<Fault[]> {
  const right = rightNamed(name);
  // The record is checked when it is read.
  if (right === undefined) return [];
  try {
    const rights = await gate.read(
      rightsOn([right], mailbox.Guid, () => Promise.resolve(mailbox), accountOrFormerById(trustee)),
    );
    return await revoke(rights, gate);
  } catch (thrown) {
    const fault = Fault.of(thrown);
    // The trustee no longer exists, and no longer uses the right.
    return fault.kind === "missing" && fault.isProven ? [] : [fault];
  }
}

/** Sets back the protocols that are still off. */
async function protocolsBack(
  mailbox: Mailbox,
  changes: readonly ChangedProtocol[],
  gate: LeaverGate,
): Promise<Fault[]> {
  try {
    const present = await gate.read(protocolsOf(mailbox));
    const stillOff = changes.filter(({ name }) => protocolIn(present, name) === offValue(name));
    const wanted = Object.fromEntries(stillOff.map(({ name, before }) => [name, before]));
    const step = protocolChange(mailbox, present, wanted);
    if (step) await gate.change(step);
    return [];
  } catch (thrown) {
    return [Fault.of(thrown)];
  }
}

/** Switches off the reply of the policy. One that was there before is not known any more. */
async function replyOff(
  mailbox: Mailbox,
  { texts, before }: SetReply,
  gate: LeaverGate,
  note: (message: string) => void,
): Promise<Fault[]> {
  try {
    const present = await gate.read(autoReplyOf(mailbox));
    const isOfPolicy = recognisable(shown(present["InternalMessage"])) === texts;
    if (isOn(present) && !isOfPolicy)
      note(
        `The automatic reply of mailbox ${nameOf(mailbox)} is on and was not changed: its text is not that of the ` +
          "leaver's policy.",
      );
    if (!isOn(present) || !isOfPolicy) return [];
    if (before !== "Disabled")
      note(
        `The automatic reply that mailbox ${nameOf(mailbox)} had before the person left was on (${before}); its text ` +
          "is not known any more.",
      );
    const off = replyChange(mailbox, present, { ...defaultReply, AutoReplyState: "Disabled" });
    if (off) await gate.change(off.change);
    return [];
  } catch (thrown) {
    return [Fault.of(thrown)];
  }
}
