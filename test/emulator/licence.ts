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
  /** What a mailbox becomes without the licence. Default: MailUser. */
  becomes?: "MailUser" | "User";
}

/** Assigns or removes a licence. Returns what is wrong, if anything. */
export function setLicence({ user, licensed, becomes }: Licence, store: Store): string | undefined {
  const [object, ...others] = store.find(user).filter((one) => !isSoftDeleted(one));
  if (!object) return `user: no object has the identity '${user}'`;
  if (others.length > 0) return `user: ${others.length + 1} objects have the identity '${user}'`;
  const type = String(object["RecipientTypeDetails"]);
  if (isMailbox(object) === licensed) return undefined;
  if (licensed && !["MailUser", "User"].includes(type))
    return `user: '${user}' is a ${type}, which takes no mailbox`;
  store.change(object, licensed ? withMailbox(object) : withoutMailbox(object, becomes, store));
  return undefined;
}

const withMailbox = (object: DirectoryObject): DirectoryObject => ({
  RecipientTypeDetails: object["PreviousRecipientTypeDetails"] ?? "UserMailbox",
  PreviousRecipientTypeDetails: String(object["RecipientTypeDetails"]),
  ExchangeGuid: object["ExchangeGuid"] ?? String(object["Guid"]).replace(/^.{8}/, "ec4b0000"),
});

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
