import { removableAliases } from "../emailAddresses.ts";
import {
  accountById,
  accountLookup,
  accountOrFormerById,
  type Account,
} from "../exchange/account.ts";
import {
  autoReplyChange,
  autoReplyLookup,
  autoReplyOf,
  forwardingProperties,
  isOn,
  replyChange,
} from "../exchange/autoReply.ts";
import { isSynced, memberRemoval, membershipLookup, removing } from "../exchange/group.ts";
import { groupsWithMember, memberGroupsLookup } from "../exchange/groupList.ts";
import { seenOf } from "../exchange/html.ts";
import { applyWithReply } from "../exchange/leaversReply.ts";
import {
  describedHold,
  holdDurationFrom,
  holding,
  holdOf,
  holdProperties,
  holdStart,
  heldMailboxLookup,
  isLonger,
} from "../exchange/litigationHold.ts";
import { mailboxLookup, type Mailbox } from "../exchange/mailbox.ts";
import { applySettings, propertiesFor, settingsChange } from "../exchange/mailboxChange.ts";
import { rightNamed } from "../exchange/mailboxRight.ts";
import { sizeLookup, sizeOf } from "../exchange/mailboxSize.ts";
import { cancelling, meetingCancellation } from "../exchange/meetings.ts";
import { deviceRemoval, devicesOf, removingDevice } from "../exchange/mobileDevices.ts";
import { nameOf } from "../exchange/naming.ts";
import {
  offValue,
  protocolChange,
  protocolChanges,
  protocolIn,
  protocolsOf,
} from "../exchange/protocols.ts";
import { regionLookup, regionOf } from "../exchange/region.ts";
import {
  grant,
  rightGrant,
  rightProperties,
  rightsOnRead,
  type RightOn,
} from "../exchange/rightChange.ts";
import { settingsFrom } from "../exchange/settings.ts";
import type { Setting } from "../exchange/settingTypes.ts";
import { mergedCmdlets, type Cmdlets, type ExchangeGate } from "../exchange/target.ts";
import { Fault } from "../fault.ts";
import type { LeaverStep } from "../generated/types.ts";
import { quoted } from "../graphemes.ts";
import { shown } from "../mappedValues.ts";
import { accessEnd, endingAccess } from "./elsewhere.ts";
import type { Change } from "./marker.ts";
import { isForManager, isManager } from "./policies.ts";
import type { Recording } from "./recording.ts";
import { messageFor, replyFrom } from "./replyTexts.ts";

export type LeaverGate = ExchangeGate & {
  log(level: "warning", message: string): void;
  /** Milliseconds left for the event. */
  remaining(): number;
};

/** The same gate, through which no step succeeds that reads do not show: what is on record has to be true. */
export function withoutTrust(gate: LeaverGate): LeaverGate {
  type Steps = Parameters<LeaverGate["changeAll"]>[0];
  const all = (steps: Steps): Steps => steps.map((step) => ({ ...step, mustShow: true }));
  return {
    ...gate,
    change: (step) => gate.change({ ...step, mustShow: true }),
    changeAll: (steps) => gate.changeAll(all(steps)),
    attemptAll: (steps) => gate.attemptAll(all(steps)),
  };
}

/** Whose mailbox it is, and what is known of the person. */
export interface Leaver {
  mailbox: Mailbox;
  /** Undefined: the person has no manager with a mailbox. */
  manager: Account | undefined;
  /** The display name before a policy has changed it. */
  nameBefore: string;
  /** A reply that is on for good is kept (ExistingAutoReply). */
  keepsExistingReply: boolean;
  /** The Id of the policy. */
  policy: string;
  /** Undefined: the file names no MarkerProperty, and nothing is kept. */
  record: Recording | undefined;
}

/** A step that was compared with the mailbox. Nothing was changed yet. */
export interface PreparedStep {
  /** What it is going to change, and Enable can undo. */
  changes: Change[];
  /** Takes the step, and returns what failed. */
  take(): Promise<Fault[]>;
  /** Sentences for the audit log, once the step was taken. */
  notes: string[];
}

/** What the steps send. */
export const stepCmdlets: Cmdlets = mergedCmdlets(
  mailboxLookup,
  accountLookup,
  settingsChange,
  rightGrant,
  autoReplyLookup,
  autoReplyChange,
  regionLookup,
  heldMailboxLookup,
  holdStart,
  memberGroupsLookup,
  membershipLookup,
  memberRemoval,
  accessEnd,
  sizeLookup,
  protocolChanges,
  deviceRemoval,
  meetingCancellation,
);

/** The properties of the mailbox to read before its steps can be prepared. */
export const stepProperties: readonly string[] = [
  ...new Set([
    ...propertiesFor(settingsFrom([["Type", "Shared"]])),
    ...forwardingProperties,
    ...rightProperties,
    ...holdProperties,
    "EmailAddresses",
    "ArchiveStatus",
    "RetentionPolicy",
  ]),
];

const nothing = { changes: [], notes: [], take: () => Promise.resolve([]) };

/** Compares a step with the mailbox. Throws a fault when that is not possible, or a manager is missing. */
export async function prepared(
  step: LeaverStep,
  leaver: Leaver,
  gate: LeaverGate,
): Promise<PreparedStep> {
  const { mailbox, manager } = leaver;
  if (isForManager(step) && manager === undefined) {
    const what = `${step.Step} is for the manager of ${nameOf(mailbox)}, who has no account with a mailbox`;
    if (step.WithoutManager === "fail")
      throw new Fault({
        kind: "notReady",
        message: `${what}: set the manager, or set WithoutManager to skip.`,
      });
    // What is for others as well is done for them.
    const rest = step.Step === "Share" ? await sharing(step, leaver, gate) : nothing;
    return { ...rest, notes: [`${what}: left out.`, ...rest.notes] };
  }
  switch (step.Step) {
    case "EndMemberships":
      return await endingMemberships(mailbox, gate);
    case "EndAccess":
      return endingAll(leaver, gate);
    case "ConvertToShared":
      return await converting(mailbox, gate);
    case "Hide":
      return setting(mailbox, [["HiddenFromAddressListsEnabled", "true"]], gate);
    case "SetRetentionPolicy":
      return setting(mailbox, [["RetentionPolicy", step.Policy?.trim() ?? ""]], gate);
    case "RemoveMobileDevices":
      return await removingDevices(mailbox, gate);
    case "CancelMeetings":
      return cancellingMeetings(leaver, step.Days ?? 0, gate);
    case "DisableProtocols":
      return await disabling(mailbox, step.Protocols ?? [], gate);
    case "ChangeDisplayName":
      return renaming(mailbox, step.Suffix ?? "", gate);
    case "RemoveAliases":
      return removingAliases(mailbox, gate);
    case "Forward":
      return setting(mailbox, forwardingFields(step, manager), gate);
    case "Share":
      return await sharing(step, leaver, gate);
    case "SetAutomaticReply":
      return await replying(step, leaver, gate);
    case "PlaceOnHold":
      return placingOnHold(mailbox, step, gate);
  }
}

type Field = readonly [name: string, value: string | null];

/** A step that sets settings of the mailbox, which Enable sets back. */
function setting(
  mailbox: Mailbox,
  fields: readonly Field[],
  gate: LeaverGate,
  notes: string[] = [],
): PreparedStep {
  const settings = settingsFrom(fields);
  const changes = fields.flatMap(([name, after]): Change[] => {
    const own = settings.find((one) => one.name === name);
    return own && differs(mailbox, own)
      ? [{ kind: "setting", name, before: presentOf(mailbox, own), after }]
      : [];
  });
  if (changes.length === 0) return nothing;
  return { changes, notes, take: () => applied(mailbox, settings, gate) };
}

/** Whether the mailbox does not have a setting. Throws an `unexpected` fault when it was not read. */
export function differs(mailbox: Mailbox, { name, property, difference }: Setting): boolean {
  if (mailbox[property] === undefined)
    throw new Fault({
      kind: "unexpected",
      message:
        `Exchange Online did not return ${property} of mailbox ${nameOf(mailbox)}, so ${name} cannot be ` +
        "compared.",
    });
  return difference(mailbox[property]) !== undefined;
}

/** The present value in the words of the parameter; null when there is none. */
export function presentOf(mailbox: Mailbox, { property, present }: Setting): string | null {
  const value = mailbox[property];
  return shown(present ? present(value) : value) || null;
}

/** Sets the settings, and returns what failed. */
export async function applied(
  mailbox: Mailbox,
  settings: readonly Setting[],
  gate: LeaverGate,
): Promise<Fault[]> {
  return await faultsOf(applySettings(mailbox, settings, gate));
}

/** What failed: the fault of the change, or nothing. */
async function faultsOf(change: Promise<unknown>): Promise<Fault[]> {
  return await change.then(
    () => [],
    (thrown: unknown) => [Fault.of(thrown)],
  );
}

/** A group that Active Directory masters keeps its member: the leave is no success then. */
async function endingMemberships(mailbox: Mailbox, gate: LeaverGate): Promise<PreparedStep> {
  const account = await gate.read(accountOrFormerById(mailbox.Guid));
  const groups = await gate.read(groupsWithMember(account));
  if (groups.length === 0) return nothing;
  const own = groups.filter((group) => !isSynced(group));
  const kept = groups.filter(isSynced).map(
    (group) =>
      new Fault({
        kind: "onPremises",
        message:
          `${nameOf(mailbox)} stays a member of group ${nameOf(group)}, which is synchronised from Active Directory: ` +
          "remove the member there (attribute member).",
      }),
  );
  return {
    changes: own.map(({ Guid }) => ({ kind: "membership", group: Guid })),
    notes: [],
    async take() {
      const steps = own.map((group) => removing(group, account));
      const ended = steps.length === 0 ? [] : await gate.attemptAll(steps);
      return [...ended.filter((one) => one instanceof Fault), ...kept];
    },
  };
}

/** What is ended is only found while the step is taken, and put on record then. */
function endingAll({ mailbox, policy, record }: Leaver, gate: LeaverGate): PreparedStep {
  const notes: string[] = [];
  // The file is checked: without a record, an event would always begin again.
  if (!record) return nothing;
  const take = async (): Promise<Fault[]> => {
    try {
      return await endingAccess({ mailbox, policy, record }, gate, (message) =>
        notes.push(message),
      );
    } catch (thrown) {
      return [Fault.of(thrown)];
    }
  };
  return { changes: [], notes, take };
}

async function converting(mailbox: Mailbox, gate: LeaverGate): Promise<PreparedStep> {
  // Microsoft's documentation of shared mailboxes: without a licence, 50 GB, no archive and no hold.
  const gigabytes = (await gate.read(sizeOf(mailbox))) / 1024 ** 3;
  const needs = [
    ...(gigabytes < maxSharedGigabytes ? [] : [`${gigabytes.toFixed(1)} GB`]),
    ...(holdOf(mailbox) === undefined ? [] : ["a litigation hold"]),
    ...(/^(none)?$/i.test(shown(mailbox["ArchiveStatus"])) ? [] : ["an archive"]),
  ];
  const notes = [
    ...(needs.length === 0
      ? []
      : [
          `Mailbox ${nameOf(mailbox)} has ${needs.join(" and ")}: as a shared mailbox it still needs its licence.`,
        ]),
  ];
  return setting(mailbox, [["Type", "Shared"]], gate, notes);
}

async function removingDevices(mailbox: Mailbox, gate: LeaverGate): Promise<PreparedStep> {
  const devices = await gate.read(devicesOf(mailbox));
  if (devices.length === 0) return nothing;
  return {
    // A device connects again when the person signs in on it.
    changes: [],
    notes: [],
    async take() {
      const removed = await gate.attemptAll(devices.map((one) => removingDevice(mailbox, one)));
      return removed.filter((one) => one instanceof Fault);
    },
  };
}

/** On record only after it was accepted: nothing else shows it. */
function cancellingMeetings(
  { mailbox, record }: Leaver,
  days: number,
  gate: LeaverGate,
): PreparedStep {
  if (record?.changes.some(({ kind }) => kind === "meetings")) return nothing;
  return {
    changes: [],
    notes: [],
    async take() {
      const faults = await faultsOf(gate.change(cancelling(mailbox, days)));
      if (faults.length > 0) return faults;
      return (await record?.add([{ kind: "meetings", days }])) ?? [];
    },
  };
}

const maxSharedGigabytes = 50;

async function disabling(
  mailbox: Mailbox,
  names: readonly string[],
  gate: LeaverGate,
): Promise<PreparedStep> {
  const present = await gate.read(protocolsOf(mailbox));
  const wanted = Object.fromEntries(names.map((name) => [name, offValue(name)]));
  const step = protocolChange(mailbox, present, wanted);
  if (step === undefined) return nothing;
  const changes = Object.keys(step.before).map((name): Change => {
    const before = protocolIn(present, name);
    if (before === undefined)
      throw new Fault({
        kind: "unexpected",
        message: `Exchange Online did not return ${name} of mailbox ${nameOf(mailbox)}.`,
      });
    return { kind: "protocol", name, before };
  });
  return { changes, notes: [], take: () => faultsOf(gate.change(step)) };
}

function renaming(mailbox: Mailbox, suffix: string, gate: LeaverGate): PreparedStep {
  const { DisplayName } = mailbox;
  // The suffix of a policy that was carried out before is not added again.
  if (DisplayName.endsWith(suffix)) return nothing;
  return setting(mailbox, [["DisplayName", DisplayName + suffix]], gate);
}

function removingAliases(mailbox: Mailbox, gate: LeaverGate): PreparedStep {
  const entries = [mailbox["EmailAddresses"] ?? []].flat().map(shown);
  const remove = removableAliases(entries);
  if (remove.length === 0) return nothing;
  const rest = entries.filter((entry) => !remove.includes(entry));
  const removal: Setting = {
    name: "EmailAddresses",
    property: "EmailAddresses",
    difference: (current) =>
      [current ?? []]
        .flat()
        .map(shown)
        .some((entry) => remove.includes(entry))
        ? { send: { remove }, after: rest }
        : undefined,
  };
  return {
    changes: remove.map((address) => ({ kind: "address", address })),
    notes: [],
    take: () => applied(mailbox, [removal], gate),
  };
}

/** The address of the manager and not the object: forwarding to an object is read by a name that others may have. */
function forwardingFields(
  { To = "", KeepCopy }: LeaverStep,
  manager: Account | undefined,
): Field[] {
  const address = isManager(To) ? (manager?.PrimarySmtpAddress ?? "") : To.trim();
  return [
    // It would take precedence (Microsoft's documentation of Set-Mailbox).
    ["ForwardingAddress", null],
    ["ForwardingSmtpAddress", address],
    ["DeliverToMailboxAndForward", String(KeepCopy === true)],
  ];
}

async function sharing(
  step: LeaverStep,
  { mailbox, manager }: Leaver,
  gate: LeaverGate,
): Promise<PreparedStep> {
  const wanted = (step.Rights ?? []).map(rightNamed).filter((right) => right !== undefined);
  const changes: Change[] = [];
  const all: RightOn[] = [];
  for (const name of step.With ?? []) {
    const account = isManager(name) ? manager : await trusteeNamed(name, gate);
    // Nobody needs rights on the own mailbox.
    if (account === undefined || account.Guid === mailbox.Guid) continue;
    const rights = await gate.read(rightsOnRead(wanted, mailbox, account));
    for (const one of rights) {
      const { isHeld } = await gate.read(one.right.standingOf(mailbox, account, one.list));
      if (!isHeld) changes.push({ kind: "right", right: one.right.name, trustee: account.Guid });
      if (!isHeld) all.push(one);
    }
  }
  return {
    changes,
    notes: [],
    take: () => grant(all, { ...gate, autoMapping: step.AutoMapping === true }),
  };
}

/** A user of the file. One that does not exist is an error in the file, and never "already gone". */
async function trusteeNamed(name: string, { read }: LeaverGate): Promise<Account> {
  try {
    return await read(accountById(name.trim()));
  } catch (thrown) {
    const fault = Fault.of(thrown);
    if (fault.kind !== "missing") throw fault;
    throw Fault.invalid(
      `Share is with ${quoted(name)}, and no mailbox has this GUID, user principal name or address.`,
      fault,
    );
  }
}

async function replying(
  step: LeaverStep,
  { mailbox, manager, nameBefore, keepsExistingReply }: Leaver,
  gate: LeaverGate,
): Promise<PreparedStep> {
  const present = await gate.read(autoReplyOf(mailbox));
  const messages = step.Messages ?? [];
  const language =
    messages.length < 2 ? "" : shown((await gate.read(regionOf(mailbox, false)))["Language"]);
  const message = messageFor(messages, language);
  if (message === undefined) return nothing;
  const wanted = replyFrom(message, {
    DisplayName: nameBefore,
    PrimarySmtpAddress: mailbox.PrimarySmtpAddress,
    ManagerDisplayName: manager?.DisplayName ?? "",
    ManagerPrimarySmtpAddress: manager?.PrimarySmtpAddress ?? "",
  });
  if (replyChange(mailbox, present, wanted) === undefined) return nothing;
  const notes: string[] = [];
  return {
    changes: [
      {
        kind: "reply",
        texts: recognisable(wanted.InternalMessage),
        before: isOn(present) ? shown(present["AutoReplyState"]) : "Disabled",
      },
    ],
    notes,
    take() {
      const replies = { wanted, present, keepsExisting: keepsExistingReply };
      const replied = applyWithReply(mailbox, [], replies, gate);
      const noted = replied.then(({ audit }) => notes.push(...audit.map(({ Message }) => Message)));
      return faultsOf(noted);
    },
  };
}

const recognisableLength = 400;

/** So much of a text that it is known again: a value of the marker is no place for a whole one. */
export function recognisable(message: string): string {
  return seenOf(message).slice(0, recognisableLength);
}

function placingOnHold(mailbox: Mailbox, step: LeaverStep, { change }: LeaverGate): PreparedStep {
  const wanted = holdDurationFrom(step.Duration);
  const present = holdOf(mailbox);
  if (present === wanted) return nothing;
  if (present !== undefined && isLonger(present, wanted))
    return {
      ...nothing,
      notes: [
        `Mailbox ${nameOf(mailbox)} is already on a litigation hold ${describedHold(present)}, which is longer than ` +
          `one ${describedHold(wanted)}; it was not changed.`,
      ],
    };
  return {
    // A hold is for the law, and not for the person: it stays when the person returns.
    changes: [],
    notes: [],
    take: () => faultsOf(change(holding(mailbox, wanted))),
  };
}
