/** A mailbox, an account, and the lists of rights that a tenant answers with. */
import type { Account } from "../../lib/exchange/account.ts";
import type { Mailbox } from "../../lib/exchange/mailbox.ts";
import { rights, type RightName, type Standing } from "../../lib/exchange/mailboxRight.ts";
import { guidOf, tenantOf } from "./answering.ts";

export const mailbox: Mailbox = {
  Guid: guidOf(1),
  DisplayName: "Sales",
  UserPrincipalName: "sales@contoso.com",
  PrimarySmtpAddress: "sales@contoso.com",
  RecipientTypeDetails: "SharedMailbox",
  HiddenFromAddressListsEnabled: false,
  IsDirSynced: false,
  IsExchangeCloudManaged: null,
};
export const account: Account = {
  Guid: guidOf(9),
  DisplayName: "Jan O'Brien",
  UserPrincipalName: "jan@contoso.com",
  PrimarySmtpAddress: "jan@contoso.com",
  RecipientTypeDetails: "UserMailbox",
  Name: "jan-9",
  DistinguishedName: "CN=O'Brien,OU=x",
  ExternalDirectoryObjectId: guidOf(8),
};
export const sid = "S-1-5-21-1-2-3-1001";

export const permission = (
  User: string,
  own: Record<string, unknown> = {},
): Record<string, unknown> => ({
  User,
  AccessRights: ["FullAccess"],
  Deny: false,
  IsInherited: false,
  ...own,
});
export const sendAs = (
  Trustee: string,
  own: Record<string, unknown> = {},
): Record<string, unknown> => ({
  Identity: "sales",
  Trustee,
  AccessControlType: "Allow",
  AccessRights: ["SendAs"],
  IsInherited: false,
  ...own,
});

/**
 * A tenant in which these lists are read, one after the other; the last one again and again. Access lists also have
 * the mailbox's own entry.
 */
export function tenantWith(...lists: unknown[][]) {
  const next = (): unknown[] => (lists.length > 1 ? lists.shift() : lists[0]) ?? [];
  const self = "NT AUTHORITY\\SELF";
  return tenantOf({
    "Get-MailboxPermission": () => [permission(self), ...next()],
    "Get-RecipientPermission": () => [sendAs(self), ...next()],
    "Get-Mailbox": next,
  });
}
export const standing = (right: RightName, list: unknown[]): Promise<Standing> =>
  rights[right].standingOf(mailbox, account)(tenantWith(list));
