/**
 * What a licence for Exchange does to an object: without it a mailbox becomes a mail user or a user
 * of the same GUID, which keeps its memberships and its entries on others' lists; with it the
 * mailbox comes back. Observed; what else the object keeps is assumed: everything.
 */
import { isMailbox, isSoftDeleted } from "./kinds.ts";
import type { DirectoryObject } from "./state.ts";
import type { Store } from "./store.ts";

export interface Licence {
  /** Any identity of one object. */
  user: string;
  licensed: boolean;
  /** Milliseconds since 1970: when the mailbox of a new licence is there. Default: at once. */
  at?: number;
  /** What a mailbox becomes without the licence. Default: MailUser. */
  becomes?: "MailUser" | "User";
}

/** Assigns or removes a licence. Returns what is wrong, if anything. */
export function setLicence(
  { user, licensed, at, becomes }: Licence,
  store: Store,
): string | undefined {
  const [object, ...others] = store.find(user).filter((one) => !isSoftDeleted(one));
  if (!object) return `user: no object has the identity '${user}'`;
  if (others.length > 0) return `user: ${others.length + 1} objects have the identity '${user}'`;
  const type = String(object["RecipientTypeDetails"]);
  if (isMailbox(object) === licensed) return undefined;
  if (licensed && !["MailUser", "User"].includes(type))
    return `user: '${user}' is a ${type}, which takes no mailbox`;
  if (!licensed) store.change(object, withoutMailbox(object, becomes, store));
  else if (at === undefined) store.change(object, withMailbox(object, store));
  else store.changeLater(at, object, withMailbox(object, store));
  return undefined;
}

const withMailbox = (object: DirectoryObject, store: Store): DirectoryObject => {
  const addresses = store.property(object, "EmailAddresses");
  const hasAddress = !Array.isArray(addresses) || addresses.length > 0;
  return {
    RecipientTypeDetails: object["PreviousRecipientTypeDetails"] ?? "UserMailbox",
    PreviousRecipientTypeDetails: String(object["RecipientTypeDetails"]),
    ExchangeGuid: object["ExchangeGuid"] ?? String(object["Guid"]).replace(/^.{8}/, "ec4b0000"),
    // A mailbox has an address: its user name (assumed).
    ...(!hasAddress && {
      EmailAddresses: [`SMTP:${String(store.property(object, "UserPrincipalName"))}`],
    }),
  };
};

const withoutMailbox = (
  object: DirectoryObject,
  becomes: Licence["becomes"],
  store: Store,
): DirectoryObject => ({
  RecipientTypeDetails: becomes ?? "MailUser",
  PreviousRecipientTypeDetails: String(object["RecipientTypeDetails"]),
  // A mailbox without a user name of its own has its primary address as one.
  UserPrincipalName: String(store.property(object, "UserPrincipalName")),
});
