/**
 * Which properties of a synchronised mailbox are mastered on premises (inferred from Microsoft's
 * list of synchronised attributes).
 */
import { outOfWriteScope } from "./errors.ts";
import type { BoundParameters } from "./parameters.ts";
import type { DirectoryObject } from "../state.ts";

/**
 * Mastered on premises for every synchronised object, regardless of where its Exchange attributes
 * are managed.
 */
const identity = /^((Simple)?DisplayName|Office|Name|AccountDisabled)$/;
/**
 * Mastered there as well, unless IsExchangeCloudManaged. Type is not: the cloud accepts it, and a
 * later synchronisation may undo it.
 */
const exchange = new RegExp(
  `^(${[
    "(Extension)?CustomAttribute\\d+|Alias|EmailAddresses|WindowsEmailAddress",
    "HiddenFromAddressListsEnabled|ForwardingAddress|GrantSendOnBehalfTo|(Accept|Reject)Messages.+",
    "RequireSenderAuthenticationEnabled|ModerationEnabled|ModeratedBy|BypassModeration.+",
    "SendModerationNotifications|MailTip(Translations)?|Audit.+|Retention(Comment|Url)",
    "Resource(Capacity|Custom)|ArchiveName",
  ].join("|")})$`,
);

export function refuseOnPremises(mailbox: DirectoryObject, parameters: BoundParameters): void {
  if (mailbox["IsDirSynced"] !== true) return;
  const refused = Object.keys(parameters).find(
    (name) =>
      identity.test(name) || (mailbox["IsExchangeCloudManaged"] !== true && exchange.test(name)),
  );
  if (refused) throw outOfWriteScope(String(mailbox["Name"]), "Set-Mailbox", refused);
}
