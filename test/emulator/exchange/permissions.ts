/** What the cmdlets of mailbox and recipient permissions share. */
import { isOrphaned } from "./trustees.ts";
import type { AccessEntry } from "../access.ts";
import { missingParameters } from "./errors.ts";
import type { BoundParameters } from "./parameters.ts";
import type { DirectoryObject } from "../state.ts";
import { isMailbox, isSoftDeleted, type Store } from "../store.ts";
import { self } from "./trustees.ts";

export const hasMailbox = (object: DirectoryObject): boolean =>
  isMailbox(object) && object["RecipientTypeDetails"] !== "GroupMailbox" && !isSoftDeleted(object);
export const isRecipient = (object: DirectoryObject): boolean =>
  !["User", "DisabledUser"].includes(String(object["RecipientTypeDetails"])) &&
  !isSoftDeleted(object);

/** What every mailbox has without a grant. Observed on real mailboxes, shortened. */
const own = (rights: string[]): AccessEntry => ({ trustee: self, rights });
const inherited: AccessEntry[] = [
  { trustee: "EURPR01A001\\Administrator", rights: ["FullAccess"], deny: true, inherited: true },
  {
    trustee: "EURPR01A001\\Organization Management",
    rights: ["FullAccess"],
    deny: true,
    inherited: true,
  },
  { trustee: "NT AUTHORITY\\SYSTEM", rights: ["FullAccess"], inherited: true },
  { trustee: "NT AUTHORITY\\NETWORK SERVICE", rights: ["ReadPermission"], inherited: true },
  {
    trustee: "EURPR01A001\\Exchange Servers",
    rights: ["FullAccess", "ReadPermission"],
    inherited: true,
  },
];
const ownMailbox = own(["FullAccess", "ReadPermission"]);
const ownAddress = own(["SendAs"]);

const withOwn = (entries: readonly AccessEntry[], mine: AccessEntry): readonly AccessEntry[] =>
  entries.some(({ trustee }) => trustee === self) ? entries : [mine, ...entries];

export const mailboxEntries = (mailbox: DirectoryObject, store: Store): readonly AccessEntry[] => [
  ...withOwn(store.mailboxAccess.seen(String(mailbox["Guid"])), ownMailbox),
  ...inherited,
];

export function recipientEntries(recipient: DirectoryObject, store: Store): readonly AccessEntry[] {
  const entries = store.recipientAccess.seen(String(recipient["Guid"]));
  return isMailbox(recipient) ? withOwn(entries, ownAddress) : entries;
}

/** Whether an implicit entry already grants all of these rights. */
export const isGivenAnyway = (
  trustee: string,
  rights: readonly string[],
  sendAs: boolean,
): boolean =>
  trustee === self &&
  rights.every((right) => (sendAs ? ownAddress : ownMailbox).rights.includes(right));

/**
 * The entry to remove stays, although a warning claims that it does not exist: observed where the
 * list contains a deleted object.
 */
export function staysAnyway(
  entry: AccessEntry | undefined,
  entries: readonly AccessEntry[],
  store: Store,
): boolean {
  const { orphanKeepsEntry, orphanBlocksRemoval } = store.state.behaviour;
  if (!entry) return false;
  if (isOrphaned(entry, store)) return orphanKeepsEntry;
  return orphanBlocksRemoval && entries.some((one) => isOrphaned(one, store));
}

/** Parameter sets that do not run here lack these, and binding allows that. */
export function required(parameters: BoundParameters, ...names: string[]): void {
  const missing = names.filter(
    (name) =>
      parameters[name] === undefined || parameters[name] === null || parameters[name] === "",
  );
  if (missing.length > 0) throw missingParameters(missing);
}

/** Booleans in the rows of mailbox permissions: `IsInherited` is one, `Deny` is text (observed). */
export const shownBoolean = (value: boolean | undefined): string =>
  value === true ? "True" : "False";
