/** What a change of licences means for the mailbox of a user, which goes with its last licence. */
import type { EntraTargets } from "../accounts/entra.ts";
import { mailboxOf } from "../accounts/exchangeOnline.ts";
import { booleanProperty, mailboxSearch, type Mailbox } from "../exchange/mailbox.ts";
import { nameOf as mailboxName } from "../exchange/naming.ts";
import { cmdlets, type ExchangeTarget } from "../exchange/target.ts";
import { userSearch } from "../exchange/user.ts";
import { Fault } from "../fault.ts";
import { enabledPlans, type Assignment } from "../graph/licence.ts";
import { keepsMailbox, mayCarryMailbox, type ServicePlan, type Sku } from "../graph/sku.ts";
import { nameOf, type User } from "../graph/user.ts";
import type { PermissionInput } from "../host/permissionActions.ts";
import type { Needs } from "../step.ts";

export const mailboxNeeds: Needs<ExchangeTarget>["exchange"] = cmdlets(mailboxSearch, userSearch);

/** A change of licences. */
export interface LicenceChange {
  user: User;
  skuPartNumber: string;
  /** The service plans that it turns off; undefined when they are unknown. */
  lost: readonly ServicePlan[] | undefined;
  /** What the user has afterwards. */
  kept: readonly Assignment[];
}

/**
 * The mailbox that goes with a change of licences. "unknown": Exchange Online is not to be asked. Undefined: none goes,
 * because there is no mailbox, the change does not concern it, or another licence keeps it.
 */
export async function mailboxAtStake(
  { user, lost, kept }: LicenceChange,
  skus: readonly Sku[],
  {
    configuration: { exchangeOnlineIntegration },
    read,
  }: Pick<PermissionInput<EntraTargets, "exchangeOnlineIntegration">, "configuration" | "read">,
): Promise<Mailbox | "unknown" | undefined> {
  if (lost && !lost.some(mayCarryMailbox)) return undefined;
  const remaining = kept.filter((one) => one.isEffective).flatMap((one) => enabledPlans(one, skus));
  if (remaining.some(keepsMailbox)) return undefined;
  if (exchangeOnlineIntegration !== true) return "unknown";
  return await read(mailboxOf(user, ["LitigationHoldEnabled"]));
}

/** Whether the mailbox is on litigation hold. Throws an `unexpected` fault when Exchange does not say. */
export function isHeld(mailbox: Mailbox | "unknown" | undefined): mailbox is Mailbox {
  return typeof mailbox === "object" && booleanProperty(mailbox, "LitigationHoldEnabled");
}

/** The refusal of a change that would lose a mailbox on hold. */
export function heldMailbox(mailbox: Mailbox, { user, skuPartNumber }: LicenceChange): Fault {
  return Fault.invalid(
    `Mailbox ${mailboxName(mailbox)} of ${nameOf(user)} is on litigation hold, and goes with the Exchange Online ` +
      `plan of licence ${skuPartNumber}: nothing was changed. End the hold first, or give the user another licence ` +
      "with Exchange Online.",
  );
}

/** What to say about the mailbox that goes. */
export function mailboxWarning(
  mailbox: Mailbox | "unknown" | undefined,
  { user, skuPartNumber }: LicenceChange,
): { Message: string }[] {
  if (mailbox === undefined) return [];
  if (mailbox === "unknown")
    return [
      {
        Message:
          `Licence ${skuPartNumber} includes Exchange Online: if ${nameOf(user)} has a mailbox, it is deleted after ` +
          "30 days. Whether it is on litigation hold was not checked, because exchangeOnlineIntegration is off.",
      },
    ];
  // Shared mailboxes, rooms and equipment need no licence (documented).
  if (mailbox.RecipientTypeDetails !== "UserMailbox") return [];
  return [
    {
      Message:
        `Mailbox ${mailboxName(mailbox)} goes with licence ${skuPartNumber}: Exchange Online deletes it after 30 ` +
        "days, unless the user gets a licence for it before.",
    },
  ];
}
