import {
  accountById,
  accountLookup,
  accountOrFormerById,
  withSid,
  type Account,
} from "../exchange/account.ts";
import { calendarOf } from "../exchange/calendar.ts";
import {
  calendarRightChange,
  calendarRightLookup,
  calendarRightRemoval,
  presentRight,
  removingRight,
  setCalendarRight,
} from "../exchange/calendarEntries.ts";
import { calendarRightFrom, describedRight, sameRight } from "../exchange/calendarRight.ts";
import {
  heldLookup,
  heldOf,
  heldProperties,
  possiblyOn,
  sendsFrom,
  type Held,
  type Possible,
} from "../exchange/heldElsewhere.ts";
import { mailboxById, type Mailbox } from "../exchange/mailbox.ts";
import { mailboxesOf, mailboxTypes } from "../exchange/mailboxList.ts";
import { rightNamed, rights } from "../exchange/mailboxRight.ts";
import { nameOf } from "../exchange/naming.ts";
import {
  grant,
  revoke,
  rightGrant,
  rightProperties,
  rightRevocation,
  rightsOnRead,
} from "../exchange/rightChange.ts";
import { mergedCmdlets, type Cmdlets } from "../exchange/target.ts";
import { Fault } from "../fault.ts";
import { shown } from "../mappedValues.ts";
import type { Change, EndedAccess, Progress } from "./marker.ts";
import type { Recording } from "./recording.ts";
import type { LeaverGate } from "./steps.ts";

/** The cmdlets of `endingAccess`. */
export const accessEnd: Cmdlets = mergedCmdlets(heldLookup, rightRevocation, calendarRightRemoval);
/** The cmdlets of `accessBack`. */
export const accessReturn: Cmdlets = mergedCmdlets(
  accountLookup,
  rightGrant,
  calendarRightLookup,
  calendarRightChange,
);

/** So many mailboxes are looked at before the time is looked at again. */
const looksPerRound = 100;
/** So much is changed at a time: what is read for it goes out together. */
const changesPerRound = 40;
/** With more failures, an event looks at no more mailboxes. */
const maxFailures = 20;
/** The last part of an event: the record is written, and reads have to show it. */
const reserveMs = 4_000;

/** Whose access is ended, and where the progress is kept. */
export interface Ending {
  mailbox: Mailbox;
  /** The Id of the policy. */
  policy: string;
  record: Recording;
}

/**
 * Ends what a leaver was granted directly on the mailboxes and calendars of others. They are looked at in the order of
 * their Guids for as long as the event has time; then the record says how far it came, and the next event goes on from
 * there. Returns what failed: also that not all of them were looked at.
 */
export async function endingAccess(
  { mailbox, policy, record }: Ending,
  gate: LeaverGate,
  note: (message: string) => void,
): Promise<Fault[]> {
  const account = await gate.read(async (targets) =>
    withSid(await accountOrFormerById(mailbox.Guid)(targets))(targets),
  );
  const others = await othersOf(account, gate);
  const progress = progressIn(record.changes, policy) ?? beginning(policy, others);
  const open = others.filter(isOpenAfter(progress, record.changes));
  const hasTime = timer(gate);
  const { on: found, elsewhere } = await gate.read(sendsFrom(others, account));
  const sweep: Sweep = { open, looked: 0, found, failed: new Map() };
  await sweepOn(sweep, { account, record, hasTime }, gate);
  const { failed } = sweep;
  const rest = open.slice(sweep.looked);
  const faults = [...failed.values(), ...sendsElsewhere(elsewhere, mailbox)];
  const isDone = failed.size === 0 && rest.length === 0 && found.length === 0;
  faults.push(
    ...(await record.replace(isDone ? kept(record) : progressed(progress, sweep, record))),
  );
  if (isDone)
    note(
      `Looked at ${others.length} mailboxes and their calendars for access of ${nameOf(mailbox)}.`,
    );
  else if (rest.length > 0 || found.length > 0)
    faults.push(
      new Fault({
        kind: "notReady",
        message:
          `${others.length - rest.length} of ${others.length} mailboxes were looked at for access of ` +
          `${nameOf(mailbox)}. The next event goes on from there.`,
      }),
    );
  return faults;
}

/** The mailboxes of an event, and how far it came. */
interface Sweep {
  /** Those to be looked at, in the order of their Guids. */
  open: readonly Mailbox[];
  /** How many of them were. */
  looked: number;
  /** What was found there, and is not ended yet. */
  found: Possible[];
  /** Why a mailbox has to be looked at again, by Guid. */
  failed: Map<string, Fault>;
}

/** Looks at mailboxes, and ends what is found there, for as long as there is time. */
async function sweepOn(
  sweep: Sweep,
  { account, record, hasTime }: { account: Account; record: Recording; hasTime(): boolean },
  gate: LeaverGate,
): Promise<void> {
  const { open, found, failed } = sweep;
  while (failed.size <= maxFailures && hasTime()) {
    const isAllLooked = sweep.looked === open.length;
    if (isAllLooked && found.length === 0) return;
    if (isAllLooked || found.length >= changesPerRound) {
      await endFound(found.splice(0, changesPerRound), account, record, gate, failed);
      continue;
    }
    const round = open.slice(sweep.looked, sweep.looked + looksPerRound);
    for await (const one of gate.stream(possiblyOn(round, account)))
      if ("fault" in one) failed.set(guidOf(one.mailbox), one.fault);
      else found.push(one);
    sweep.looked += round.length;
  }
}

/** The record without the progress. */
function kept({ changes }: Recording): Change[] {
  return changes.filter(({ kind }) => kind !== "progress" && kind !== "again");
}

function progressed(
  progress: Progress,
  { open, looked, found, failed }: Sweep,
  record: Recording,
): Change[] {
  const last = open.slice(0, looked).at(-1);
  const upTo = last && guidOf(last) > progress.upTo ? guidOf(last) : progress.upTo;
  const again = new Set([
    ...failed.keys(),
    ...found.map(({ mailbox }) => guidOf(mailbox)),
    ...open
      .slice(looked)
      .map(guidOf)
      .filter((guid) => guid <= upTo),
  ]);
  return [
    ...kept(record),
    { ...progress, upTo },
    ...Array.from(again, (guid): Change => ({ kind: "again", mailbox: guid })),
  ];
}

function sendsElsewhere(elsewhere: readonly string[], mailbox: Mailbox): Fault[] {
  if (elsewhere.length === 0) return [];
  return [
    new Fault({
      kind: "notReady",
      message:
        `${nameOf(mailbox)} can still send as ${elsewhere.join(", ")}, which is no mailbox of a person, a team or ` +
        "a resource: revoke Send As there.",
    }),
  ];
}

/** Every mailbox but the own one, in the order of their Guids. */
async function othersOf({ Guid }: Account, { stream }: LeaverGate): Promise<Mailbox[]> {
  const others: Mailbox[] = [];
  const properties = [...rightProperties, ...heldProperties, "WhenCreatedUTC"];
  for await (const one of stream(mailboxesOf(mailboxTypes, properties)))
    if (one.Guid !== Guid) others.push(one);
  return others.sort((one, other) => (guidOf(one) < guidOf(other) ? -1 : 1));
}

function guidOf({ Guid }: Mailbox): string {
  return Guid.toLowerCase();
}

/** Milliseconds since 1970. NaN when the service did not tell. */
function createdAt(mailbox: Mailbox): number {
  return Date.parse(shown(mailbox["WhenCreatedUTC"]));
}

function beginning(policy: string, mailboxes: readonly Mailbox[]): Progress {
  const times = mailboxes.map(createdAt).filter((time) => !Number.isNaN(time));
  const newest = times.reduce((one, other) => Math.max(one, other), 0);
  return { kind: "progress", policy, newest: new Date(newest).toISOString(), upTo: "" };
}

function progressIn(changes: readonly Change[], policy: string): Progress | undefined {
  const progress = changes.find((change) => change.kind === "progress");
  return progress?.policy === policy ? progress : undefined;
}

/** Whether a mailbox has to be looked at. One whose age is not known has to. */
function isOpenAfter({ upTo, newest }: Progress, changes: readonly Change[]) {
  const again = new Set(changes.flatMap((one) => (one.kind === "again" ? [one.mailbox] : [])));
  const begun = Date.parse(newest);
  return (mailbox: Mailbox): boolean => {
    const guid = guidOf(mailbox);
    return guid > upTo || again.has(guid) || !(createdAt(mailbox) < begun);
  };
}

/** Whether there is time for another round, which takes as long as the longest one so far. */
function timer({ remaining }: LeaverGate): () => boolean {
  let before: number | undefined;
  let longest = 0;
  return () => {
    const now = remaining();
    if (before !== undefined) longest = Math.max(longest, before - now);
    before = now;
    return now > reserveMs + longest;
  };
}

/** Puts on record what the account holds of what was found, and ends it. What stays goes to `failed`, by Guid. */
async function endFound(
  found: readonly Possible[],
  account: Account,
  record: Recording,
  gate: LeaverGate,
  failed: Map<string, Fault>,
): Promise<void> {
  const held: Held[] = [];
  const look = async (one: Possible): Promise<void> => {
    try {
      const own = await gate.read(heldOf(one, account));
      if (own) held.push(own);
    } catch (thrown) {
      const fault = Fault.of(thrown);
      // Nothing is held on a mailbox that no longer exists.
      if (fault.kind !== "missing" || !fault.isProven) failed.set(guidOf(one.mailbox), fault);
    }
  };
  await Promise.all(found.map(look));
  if (held.length === 0) return;
  const [refused] = await record.add(held.map(changeFor));
  const end = async (some: Some<Held>): Promise<void> => {
    const [{ mailbox }] = some;
    const [fault] = refused ? [refused] : await ended(mailbox, some, account, gate);
    if (fault) failed.set(guidOf(mailbox), fault);
  };
  await Promise.all(grouped(held).map(end));
}

function changeFor(held: Held): EndedAccess {
  const mailbox = guidOf(held.mailbox);
  if ("right" in held) return { kind: "access", access: held.right, mailbox };
  const { rights: own, flags } = held.entry;
  return { kind: "access", access: { rights: own.join(), flags: flags.join() }, mailbox };
}

type Some<T> = [T, ...T[]];

/** What is about the same mailbox together. */
function grouped<T extends { mailbox: Mailbox | string }>(items: readonly T[]): Some<T>[] {
  const groups = new Map<string, Some<T>>();
  for (const item of items) {
    const guid = typeof item.mailbox === "string" ? item.mailbox : guidOf(item.mailbox);
    const group = groups.get(guid);
    if (group) group.push(item);
    else groups.set(guid, [item]);
  }
  return [...groups.values()];
}

async function ended(
  mailbox: Mailbox,
  held: readonly Held[],
  account: Account,
  gate: LeaverGate,
): Promise<Fault[]> {
  try {
    const wanted = held.flatMap((one) => ("right" in one ? [rights[one.right]] : []));
    const faults =
      wanted.length === 0
        ? []
        : await revoke(await gate.read(rightsOnRead(wanted, mailbox, account)), gate);
    const removals = held.flatMap((one) =>
      "entry" in one ? [removingRight(one.calendar, account.PrimarySmtpAddress, one.entry)] : [],
    );
    const removed = removals.length === 0 ? [] : await gate.attemptAll(removals);
    return [...faults, ...removed.filter((one) => one instanceof Fault)];
  } catch (thrown) {
    return [Fault.of(thrown)];
  }
}

/** What became of the access that is on record. */
export interface Returned {
  /** What needs no further look. */
  done: EndedAccess[];
  faults: Fault[];
}

/** Grants again what a policy has ended, for as long as the event has time. */
export async function accessBack(
  mailbox: Mailbox,
  ended: readonly EndedAccess[],
  gate: LeaverGate,
  note: (message: string) => void,
): Promise<Returned> {
  const returned: Returned = { done: [], faults: [] };
  const account = await gate.read(accountById(mailbox.Guid));
  const groups = grouped(ended);
  const hasTime = timer(gate);
  let tried = 0;
  while (tried < groups.length && returned.faults.length <= maxFailures && hasTime()) {
    const round = groups.slice(tried, tried + changesPerRound);
    const grantAgain = async (some: Some<EndedAccess>): Promise<void> => {
      const faults = await grantedBack(some, account, gate, note).catch((thrown: unknown) => [
        Fault.of(thrown),
      ]);
      returned.faults.push(...faults);
      if (faults.length === 0) returned.done.push(...some);
    };
    await Promise.all(round.map(grantAgain));
    tried += round.length;
  }
  if (tried < groups.length)
    returned.faults.push(
      new Fault({
        kind: "notReady",
        message:
          `${nameOf(mailbox)} has the access on ${tried} of ${groups.length} mailboxes again. ` +
          "The next event goes on from there.",
      }),
    );
  return returned;
}

async function grantedBack(
  ended: Some<EndedAccess>,
  account: Account,
  gate: LeaverGate,
  note: (message: string) => void,
): Promise<Fault[]> {
  const [{ mailbox: guid }] = ended;
  let mailbox: Mailbox;
  try {
    mailbox = await gate.read(mailboxById(guid, rightProperties));
  } catch (thrown) {
    const fault = Fault.of(thrown);
    if (fault.kind !== "missing" || !fault.isProven) throw fault;
    note(`${nameOf(account)} had access to the mailbox ${guid}, which no longer exists.`);
    return [];
  }
  const wanted = ended.flatMap(({ access }) =>
    typeof access === "string" ? (rightNamed(access) ?? []) : [],
  );
  // Whether Outlook opened it by itself is not known any more; by default it does (Microsoft's documentation).
  const faults = await grant(await gate.read(rightsOnRead(wanted, mailbox, account)), {
    ...gate,
    autoMapping: true,
  });
  for (const { access } of ended)
    if (typeof access !== "string") await calendarBack(mailbox, access, account, gate, note);
  return faults;
}

async function calendarBack(
  mailbox: Mailbox,
  { rights: own, flags }: Exclude<EndedAccess["access"], string>,
  { PrimarySmtpAddress: user }: Account,
  gate: LeaverGate,
  note: (message: string) => void,
): Promise<void> {
  const calendar = await gate.read(calendarOf(mailbox));
  const wanted = calendarRightFrom({ user, rights: own, flags });
  const present = await gate.read(presentRight(calendar, user));
  if (present === undefined) await setCalendarRight(calendar, wanted, present, gate);
  else if (!sameRight(present, wanted))
    note(
      `${user} has ${describedRight(present)} on the calendar of mailbox ${nameOf(mailbox)}, granted after the ` +
        `person had left; ${describedRight(wanted)} from before was not granted again.`,
    );
}
