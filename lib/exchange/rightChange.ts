import { Fault } from "../fault.ts";
import type { Account } from "./account.ts";
import { booleanProperty, synchronisationOf, type Mailbox } from "./mailbox.ts";
import { rightLookup, type Right, type Standing } from "./mailboxRight.ts";
import { nameOf } from "./naming.ts";
import { masteredAs } from "./onPremisesAttributes.ts";
import { groupsAmong, groupsAmongLookup } from "./remainingAccess.ts";
import type { Cmdlets, ExchangeGate } from "./target.ts";

/** The mailbox properties that granting and revoking a right need. */
export const rightProperties = [
  "HiddenFromAddressListsEnabled",
  "IsDirSynced",
  "IsExchangeCloudManaged",
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

/** What granting and revoking need in addition to the right. */
export interface RightGate extends Pick<ExchangeGate, "read" | "change"> {
  log(level: "warning", message: string): void;
}

/**
 * Grants one right. The change is sent regardless of the list, because the list may be old; Exchange reports a right
 * that already exists. Throws `invalid` when a Deny entry would make the right useless, or the list is full, and
 * `onPremises` when Active Directory masters the right.
 */
export async function grant(
  right: Right,
  mailbox: Mailbox,
  account: Account,
  { autoMapping, read, change, log }: RightGate & { autoMapping: boolean },
): Promise<void> {
  assertMasteredHere(right, mailbox);
  const standing = await read(right.standingOf(mailbox, account));
  const place = { right, mailbox, account, standing, log };
  checkDenials(place);
  checkSize(place);
  if (right.name !== "FullAccess" && booleanProperty(mailbox, "HiddenFromAddressListsEnabled"))
    log(
      "warning",
      `Mailbox ${nameOf(mailbox)} is hidden from the address lists: desktop Outlook may refuse ${right.label} on it.`,
    );
  await change({
    ...right.granting(mailbox, account, { autoMapping }),
    sentence: `Grant ${right.label} on mailbox ${nameOf(mailbox)} to ${nameOf(account)}`,
    before: { [right.name]: standing.isHeld },
    isInPlace: standing.isHeld,
    isInEffect: async (targets) => (await right.standingOf(mailbox, account)(targets)).isHeld,
    ...(right.isSilent && { isSilent: true }),
  });
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
 * Revokes one right. The change is sent regardless of the list. When Exchange answers that there was nothing to
 * remove, and the list still shows the entry, it is sent again by another name of the account: an entry can be kept
 * under a name that the first one did not match. The gate judges by the list whether the right was revoked. Throws
 * `onPremises` when Active Directory masters the right.
 */
export async function revoke(
  right: Right,
  mailbox: Mailbox,
  account: Account,
  { read, change, log }: RightGate,
): Promise<void> {
  const standing = await read(right.standingOf(mailbox, account));
  const { orphans, possibleSids, remaining, sid = "" } = standing;
  const isHeld = mayBeHeld(standing);
  // Nothing can be sent for a right that Active Directory masters, so what was read has to decide.
  if (!isHeld && masteredElsewhere(right, mailbox) !== undefined) return;
  assertMasteredHere(right, mailbox);
  if (orphans > 0)
    log(
      "warning",
      `On mailbox ${nameOf(mailbox)}, ${orphanCount(orphans)}. Such entries can keep others from being removed.`,
    );
  const sentence = `Revoke ${right.label} on mailbox ${nameOf(mailbox)} from ${nameOf(account)}`;
  await change({
    ...right.revoking(mailbox, account.Guid),
    sentence,
    before: { [right.name]: isHeld },
    isInPlace: !isHeld,
    isInEffect: async (targets) =>
      !mayBeHeld(await right.standingOf(mailbox, account)(targets)) &&
      (await (right.isAbsent?.(mailbox, account)(targets) ?? true)),
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
  });
  await warnOfRemaining({ right, mailbox, account, remaining }, { read, log });
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

/** The attribute of Active Directory that masters the right on this mailbox. */
function masteredElsewhere({ name }: Right, mailbox: Mailbox): string | undefined {
  if (name !== "SendOnBehalf") return undefined;
  return masteredAs("GrantSendOnBehalfTo", synchronisationOf(mailbox));
}
