import { Fault } from "../fault.ts";
import type { Account } from "./account.ts";
import { booleanProperty, synchronisationOf, type Mailbox } from "./mailbox.ts";
import { rightLookup, type Right, type Standing } from "./mailboxRight.ts";
import { nameOf } from "./naming.ts";
import { masteredAs } from "./onPremisesAttributes.ts";
import { groupsAmong, groupsAmongLookup } from "./remainingAccess.ts";
import type { Cmdlets, ExchangeGate, ExchangeQuery, ExchangeTarget } from "./target.ts";
import type { Step, StepResult } from "../step.ts";
import { early, together } from "./together.ts";
import type { Row } from "./client/encoding.ts";

/** The mailbox properties that granting and revoking a right need. */
export const rightProperties = [
  "HiddenFromAddressListsEnabled",
  "IsDirSynced",
  "IsExchangeCloudManaged",
  "GrantSendOnBehalfTo",
];

/** The service's own limit for one mailbox; entries of accounts that no longer exist count. */
export const maxEntries = 500;
const warnFromEntries = 400;

const onBehalf: Cmdlets = { "Set-Mailbox": ["Identity", "GrantSendOnBehalfTo"] };
/** What `grant` sends. */
export const rightGrant: Cmdlets = {
  ...rightLookup,
  ...onBehalf,
  "Add-MailboxPermission": [
    "Identity",
    "User",
    "AccessRights",
    "InheritanceType",
    "AutoMapping",
    "Confirm",
  ],
  "Add-RecipientPermission": ["Identity", "Trustee", "AccessRights", "Confirm"],
};
/** What `revoke` sends. */
export const rightRevocation: Cmdlets = {
  ...rightLookup,
  ...groupsAmongLookup,
  ...onBehalf,
  "Remove-MailboxPermission": ["Identity", "User", "AccessRights", "InheritanceType", "Confirm"],
  "Remove-RecipientPermission": ["Identity", "Trustee", "AccessRights", "Confirm"],
};

/** What granting and revoking need in addition to the rights. */
export interface RightGate extends Pick<ExchangeGate, "read" | "attemptAll"> {
  log(level: "warning", message: string): void;
}

type RightStep = Step<"exchange", ExchangeTarget>;

/** A right on a mailbox for an account. `list`: the one that shows the right, if it was requested already. */
export interface RightOn {
  right: Right;
  mailbox: Mailbox;
  account: Account;
  list?: ExchangeQuery<Row[]> | undefined;
}

/** The mailbox and the account of a permission, and the lists that show the rights, all in one request. */
export function rightsOn(
  wanted: readonly Right[],
  mailboxId: string,
  mailbox: ExchangeQuery<Mailbox>,
  account: ExchangeQuery<Account>,
): ExchangeQuery<RightOn[]> {
  const lists = together(...wanted.map(({ listOf }) => early(listOf?.(mailboxId) ?? noList)));
  const all = together(mailbox, account, lists);
  return async (targets) => {
    const [ofMailbox, ofAccount, listed] = await all(targets);
    return wanted.map((right, index) => ({
      right,
      mailbox: ofMailbox,
      account: ofAccount,
      list: right.listOf ? listed[index] : right.listIn?.(ofMailbox),
    }));
  };
}

/** The same when both were read, and only the lists are missing. */
export function rightsOnRead(
  wanted: readonly Right[],
  mailbox: Mailbox,
  account: Account,
): ExchangeQuery<RightOn[]> {
  return rightsOn(
    wanted,
    mailbox.Guid,
    () => Promise.resolve(mailbox),
    () => Promise.resolve(account),
  );
}

const noList = (): Promise<Row[]> => Promise.resolve([]);

/**
 * Grants rights, each regardless of the outcome of the others, and returns the faults. The changes are sent regardless
 * of the lists, because lists may be old; Exchange reports a right that already exists. A fault is `invalid` when a
 * Deny entry would make the right useless, or the list is full, and `onPremises` when Active Directory masters the
 * right.
 */
export async function grant(
  wanted: readonly RightOn[],
  gate: RightGate & { autoMapping: boolean },
): Promise<Fault[]> {
  const steps = await Promise.all(wanted.map((one) => granting(one, gate).catch(Fault.of)));
  return faultsAmong(await attempted(steps, gate));
}

async function granting(
  { right, mailbox, account, list }: RightOn,
  { autoMapping, read, log }: RightGate & { autoMapping: boolean },
): Promise<RightStep> {
  assertMasteredHere(right, mailbox);
  const standing = await read(right.standingOf(mailbox, account, list));
  const place = { right, mailbox, account, standing, log };
  checkDenials(place);
  checkSize(place);
  if (right.name !== "FullAccess" && booleanProperty(mailbox, "HiddenFromAddressListsEnabled"))
    log(
      "warning",
      `Mailbox ${nameOf(mailbox)} is hidden from the address lists: desktop Outlook may refuse ${right.label} on it.`,
    );
  return {
    ...right.granting(mailbox, account, { autoMapping }),
    sentence: `Grant ${right.label} on mailbox ${nameOf(mailbox)} to ${nameOf(account)}`,
    before: { [right.name]: standing.isHeld },
    isInPlace: standing.isHeld,
    isInEffect: async (targets) => (await right.standingOf(mailbox, account)(targets)).isHeld,
    ...(right.isSilent && { isSilent: true }),
  };
}

/** Takes the steps, and returns what became of each; a fault that came instead of a step remains. */
async function attempted(
  steps: readonly (RightStep | Fault | undefined)[],
  { attemptAll }: Pick<RightGate, "attemptAll">,
): Promise<(StepResult | Fault | undefined)[]> {
  const sent = steps.filter((step): step is RightStep => !(step instanceof Fault) && !!step);
  const results = sent.length === 0 ? [] : await attemptAll(sent);
  return steps.map((step) =>
    step === undefined || step instanceof Fault ? step : results[sent.indexOf(step)],
  );
}

function faultsAmong(results: readonly unknown[]): Fault[] {
  return results.filter((result) => result instanceof Fault);
}

/** A right that is about to be granted. */
interface Grant extends Pick<RightGate, "log"> {
  right: Right;
  mailbox: Mailbox;
  account: Account;
  standing: Standing;
}

function checkDenials({ right, mailbox, account, standing }: Grant): void {
  if (standing.isDenied)
    throw Fault.invalid(
      `Mailbox ${nameOf(mailbox)} denies ${right.label} to ${nameOf(account)} by an entry of its own, ` +
        "which wins over any grant: remove that entry first.",
    );
}

function checkSize({ mailbox, standing: { isHeld, entries, orphans }, log }: Grant): void {
  const dead = orphans === 0 ? "" : ` Of these, ${orphanCount(orphans)}.`;
  if (!isHeld && entries >= maxEntries)
    throw Fault.invalid(
      `The access list of mailbox ${nameOf(mailbox)} is full: Exchange allows ${maxEntries} entries.${dead} ` +
        "Remove some, or grant the right to a group.",
    );
  if (entries >= warnFromEntries)
    log(
      "warning",
      `The access list of mailbox ${nameOf(mailbox)} has ${entries} of at most ${maxEntries} entries.${dead}`,
    );
  else if (orphans > 0) log("warning", `On mailbox ${nameOf(mailbox)}, ${orphanCount(orphans)}.`);
}

/**
 * Revokes rights, each regardless of the outcome of the others, and returns the faults. The changes are sent regardless
 * of the lists. When Exchange answers that there was nothing to remove, and the list still shows the entry, it is sent
 * again by another name of the account: an entry can be kept under a name that the first one did not match. The gate
 * judges by the lists whether the rights were revoked. A fault is `onPremises` when Active Directory masters the right.
 */
export async function revoke(wanted: readonly RightOn[], gate: RightGate): Promise<Fault[]> {
  const revoked = await Promise.all(wanted.map((one) => revoking(one, gate).catch(Fault.of)));
  const steps = revoked.map((one) => (one instanceof Fault ? one : one?.step));
  const results = await attempted(steps, gate);
  await Promise.all(
    wanted.map(async (one, index) => {
      const { [index]: own } = revoked;
      if (own === undefined || own instanceof Fault || results[index] instanceof Fault) return;
      await warnOfRemaining({ ...one, remaining: own.remaining }, gate);
    }),
  );
  return faultsAmong(results);
}

/** The step, and what the account keeps after it; undefined when nothing is to be sent. */
async function revoking(
  { right, mailbox, account, list }: RightOn,
  { read, log }: RightGate,
): Promise<{ step: RightStep; remaining: Standing["remaining"] } | undefined> {
  const isMastered = masteredElsewhere(right, mailbox) !== undefined;
  const standing = await read(
    right.standingOf(mailbox, account, isMastered && !right.listOf ? undefined : list),
  );
  const { orphans, possibleSids, remaining, sid = "" } = standing;
  const isHeld = mayBeHeld(standing);
  // Nothing can be sent for a right that Active Directory masters, so what was read has to decide.
  if (!isHeld && isMastered) return undefined;
  assertMasteredHere(right, mailbox);
  if (orphans > 0)
    log(
      "warning",
      `On mailbox ${nameOf(mailbox)}, ${orphanCount(orphans)}. Such entries can keep others from being removed.`,
    );
  const sentence = `Revoke ${right.label} on mailbox ${nameOf(mailbox)} from ${nameOf(account)}`;
  const step: RightStep = {
    ...right.revoking(mailbox, account.Guid),
    sentence,
    before: { [right.name]: isHeld },
    isInPlace: !isHeld,
    isInEffect: isRevoked(right, mailbox, account),
    isRemoval: true,
    ...(right.isSilent && { isSilent: true }),
    remedy: remedyFor(possibleSids),
    alternatives: [
      { trustee: otherNameOf(right, account), how: "by another name" },
      { trustee: sid, how: "by its security identifier" },
    ]
      .filter(({ trustee }) => trustee !== "")
      .map(({ trustee, how }) => ({
        after: "alreadySo" as const,
        ...right.revoking(mailbox, trustee),
        sentence: `${sentence}, ${how}`,
      })),
  };
  return { step, remaining };
}

/** Whether a look shows that the account no longer has the right. */
function isRevoked(right: Right, mailbox: Mailbox, account: Account): ExchangeQuery<boolean> {
  const looks = together(
    right.standingOf(mailbox, account),
    right.isAbsent?.(mailbox, account) ?? (() => Promise.resolve(true)),
  );
  return async (targets) => {
    const [standing, isAbsent] = await looks(targets);
    return !mayBeHeld(standing) && isAbsent;
  };
}

/** The account's own entry is removed, which does not end what it has through a group or an inherited entry. */
async function warnOfRemaining(
  {
    right,
    mailbox,
    account,
    remaining,
  }: Omit<Grant, "standing" | "log"> & Pick<Standing, "remaining">,
  { read, log }: Pick<RightGate, "read" | "log">,
): Promise<void> {
  const what = `keeps ${right.label} on mailbox ${nameOf(mailbox)}`;
  if (remaining.isInherited)
    log("warning", `${nameOf(account)} ${what} through an inherited entry.`);
  if (remaining.possibleGroups.length === 0) return;
  const groups = await read(groupsAmong(account, remaining.possibleGroups)).catch(Fault.of);
  if (groups instanceof Fault)
    log(
      "warning",
      `It could not be checked whether ${nameOf(account)} ${what} through a group. ${groups.message}`,
    );
  else
    for (const group of groups)
      log("warning", `${nameOf(account)} ${what} through the group "${group}".`);
}

/** The other name under which an entry of the account can be kept. */
function otherNameOf({ name }: Right, account: Account): string {
  return name === "SendOnBehalf" ? account.DistinguishedName : account.UserPrincipalName;
}

/** What may be the account's counts: it would keep the right. */
function mayBeHeld({ isHeld, possibleSids }: Standing): boolean {
  return isHeld || possibleSids.length > 0;
}

/** Nothing shows whose such an entry is, so a person has to decide. */
function remedyFor(sids: readonly string[]): string | undefined {
  if (sids.length === 0) return undefined;
  return (
    "Exchange Online does not show the account's security identifier, so entries of other accounts can be its own: " +
    `remove those of ${sids.join(", ")} if no one needs them.`
  );
}

function orphanCount(orphans: number): string {
  return orphans === 1
    ? "one entry belongs to an account that no longer exists"
    : `${orphans} entries belong to accounts that no longer exist`;
}

function assertMasteredHere(right: Right, mailbox: Mailbox): void {
  const attribute = masteredElsewhere(right, mailbox);
  if (attribute !== undefined)
    throw new Fault({
      kind: "onPremises",
      message:
        `Mailbox ${nameOf(mailbox)} is synchronised from Active Directory, which masters ${right.label}: ` +
        `change it there (attribute ${attribute}).`,
    });
}

/**
 * The attribute of Active Directory that masters the right on this mailbox, which was read with `rightProperties`. Full
 * Access and Send As are never synchronised (documented: "Overview of delegation in a Microsoft 365 hybrid
 * environment").
 */
export function masteredElsewhere({ name }: Right, mailbox: Mailbox): string | undefined {
  if (name !== "SendOnBehalf") return undefined;
  return masteredAs("GrantSendOnBehalfTo", synchronisationOf(mailbox));
}
