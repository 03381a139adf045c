/** Which objects of Exchange are which objects of Microsoft Graph. */
import { catalogue } from "../catalogue.ts";
import type { DirectoryObject } from "../state.ts";
import type { Kind } from "./properties.ts";

const users = new Set(catalogue.recipientTypeDetails["Get-User"]);
const groups = new Set([
  ...(catalogue.recipientTypeDetails["Get-DistributionGroup"] ?? []),
  "GroupMailbox",
]);

/**
 * Everyone with an account, and every group but the dynamic distribution groups, which Graph does not
 * have (documented). Undefined for all others, such as public folders.
 */
export function kindOf(object: DirectoryObject): Kind | undefined {
  const type = String(object["RecipientTypeDetails"]);
  if (users.has(type)) return "user";
  if (groups.has(type)) return "group";
  return type === "MailContact" ? "orgContact" : undefined;
}
