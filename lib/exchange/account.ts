import { Fault } from "../fault.ts";
import { isSid } from "./accessList.ts";
import { textOf } from "./client/encoding.ts";
import { mailboxById, mailboxLookup, mailboxOrFormerById, type Mailbox } from "./mailbox.ts";
import { nameOf } from "./naming.ts";
import { hasGuid, findRows } from "./client/lookUp.ts";
import { anyOf, equals } from "./client/opath.ts";
import { mergedCmdlets, type Cmdlets, type ExchangeQuery } from "./target.ts";
import { ofAccount, olderReferenceLookup } from "./accountReference.ts";

/** A mailbox that can be a member or hold a right, with every name the service may list it by. */
export interface Account extends Mailbox {
  Name: string;
  DistinguishedName: string;
  ExternalDirectoryObjectId: string;
  sid?: string;
}

/** The names that no one else can have, in any kind of list. */
const ownNames = [
  "Guid",
  "UserPrincipalName",
  "PrimarySmtpAddress",
  "ExternalDirectoryObjectId",
  "DistinguishedName",
] as const;
/**
 * Several accounts can have the same display name; and in a list of display names, a text can also equal the Name
 * of another account.
 */
const sharedNames = ["Name", "DisplayName"] as const;

/** What `accountById` and `accountOrFormerById` send. */
export const accountLookup: Cmdlets = mergedCmdlets(mailboxLookup, olderReferenceLookup);

const names = [...ownNames, ...sharedNames];
const described = (id: string) => ({
  reference: "The account reference (References.Account)",
  name: `The account's mailbox (${id})`,
});

/** The account with this Guid, which has a mailbox. Throws as `mailboxById`; a `missing` fault names the account. */
export function accountById(id: string): ExchangeQuery<Account> {
  const query = ofAccount(id, (guid) => mailboxById(guid, names, described(guid)));
  return async (targets) => accountOf(await query(targets));
}

/**
 * The account with this Guid, with or without a mailbox: a leaver can be a mail user or a user that keeps its
 * memberships and rights. For everything that takes access away. Throws a proven `missing` fault when there is neither.
 */
export function accountOrFormerById(id: string): ExchangeQuery<Account> {
  const query = ofAccount(id, (guid) => mailboxOrFormerById(guid, names, described(guid)));
  return async (targets) => {
    const found = await query(targets);
    return accountOf("mailbox" in found ? found.mailbox : found.former);
  };
}

/** Throws a `notReady` fault for an account that has no mailbox, and so cannot be granted anything. */
export function assertHasMailbox(account: Account): void {
  if (/^\w*Mailbox$/.test(account.RecipientTypeDetails)) return;
  throw new Fault({
    kind: "notReady",
    message:
      `${nameOf(account)} is a ${account.RecipientTypeDetails} and has no mailbox: ` +
      "its licence may have been removed.",
  });
}

function accountOf(found: Mailbox): Account {
  // Filters on members compare distinguished names: without one they find nothing, which looks like an answer.
  if (textOf(found["DistinguishedName"]) === "")
    throw new Fault({
      kind: "unexpected",
      message: `Exchange Online did not return DistinguishedName of the account ${found.Guid}.`,
    });
  const texts = Object.fromEntries(names.map((name) => [name, textOf(found[name])]));
  return { ...found, ...texts } as Account;
}

/**
 * Whether a security identifier in a list can be this account's: its own is not known. No cmdlet shows that of a
 * deleted account, and a controller may not find the user at the moment.
 */
export function mayHaveSid(account: Account): boolean {
  return (account.sid ?? "") === "";
}

/** Whether a trustee may be this account: by a name, or by a security identifier while its own is not known. */
export function mayBeTrustee(account: Account, trustee: string): boolean {
  return mayBeAccount(account, trustee) || (isSid(trustee) && mayHaveSid(account));
}

/** Whether a text in a list of trustees certainly means this account. */
export function isAccount(account: Account, text: string): boolean {
  const listed = text.toLowerCase();
  return (
    listed !== "" &&
    [...ownNames.map((name) => account[name]), account.sid ?? ""].some(
      (name) => name.toLowerCase() === listed,
    )
  );
}

/** What `withSid` sends. */
export const sidLookup: Cmdlets = { "Get-User": ["Identity"] };

/** The account with its security identifier, which mailboxes do not show, but lists may. */
export function withSid(account: Account): ExchangeQuery<Account> {
  return async ({ exchange }) => {
    // The mailbox existed a moment ago: "missing" would not prove that the account no longer exists.
    const rows = await findRows(exchange, {
      cmdlet: "Get-User",
      parameters: { Identity: account.Guid },
      select: ["Guid", "Sid"],
    });
    const own = rows.find(hasGuid(account.Guid));
    return { ...account, sid: textOf(own?.["Sid"]) };
  };
}

/** What `hasNamesake` sends. */
export const namesakeLookup: Cmdlets = { "Get-Recipient": ["Filter", "ResultSize"] };

/** Whether another recipient has one of the names by which lists show this account. */
export function hasNamesake({ Guid, Name, DisplayName }: Account): ExchangeQuery<boolean> {
  const names = [...new Set([Name, DisplayName])].filter((name) => name !== "");
  const filter = anyOf(
    ...names.flatMap((name) => [equals("Name", name), equals("DisplayName", name)]),
  );
  return async ({ exchange }) => {
    const { rows } = await exchange.invoke({
      cmdlet: "Get-Recipient",
      parameters: { Filter: filter, ResultSize: 10 },
      select: ["Guid"],
    });
    return rows.some((row) => !hasGuid(Guid)(row));
  };
}

/** Whether a text may mean this account: it could also be another one of the same name. */
export function mayBeAccount(account: Account, text: string): boolean {
  return (
    isAccount(account, text) ||
    (text !== "" && sharedNames.some((name) => account[name].toLowerCase() === text.toLowerCase()))
  );
}
