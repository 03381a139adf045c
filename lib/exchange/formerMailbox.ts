import { booleanProperty, isDeleted, mailboxOrFormerById, type Mailbox } from "./mailbox.ts";
import { doesNotExist } from "./client/lookUp.ts";
import { nameOf } from "./naming.ts";
import type { Setting } from "./settingTypes.ts";
import type { Cmdlets, ExchangeGate, ExchangeStep } from "./target.ts";

/**
 * What `hidingFormer` sends. A former mailbox is a mailbox whose licence was removed: a mail user or a user with the
 * same GUID.
 */
export const formerVisibility: Cmdlets = {
  "Set-MailUser": ["Identity", "HiddenFromAddressListsEnabled"],
};

/** Whether the address lists can show it: they do not contain users without mail attributes. */
export function isInAddressLists(former: Mailbox): boolean {
  return former.RecipientTypeDetails !== "User";
}

export function isHidden(former: Mailbox): boolean {
  return booleanProperty(former, "HiddenFromAddressListsEnabled");
}

/** Hides a mail user from the address lists. */
export function hidingFormer(former: Mailbox): ExchangeStep {
  return {
    target: "exchange",
    operation: "Set-MailUser",
    parameters: { Identity: former.Guid, HiddenFromAddressListsEnabled: true },
    sentence: `Hide ${nameOf(former)} from the address lists`,
    before: { HiddenFromAddressListsEnabled: former["HiddenFromAddressListsEnabled"] },
    isInPlace: isHidden(former),
    isInEffect: async (targets) => {
      const found = await mailboxOrFormerById(former.Guid, ["HiddenFromAddressListsEnabled"])(
        targets,
      );
      return isHidden("mailbox" in found ? found.mailbox : found.former);
    },
  };
}

/**
 * Applies the settings of a leaver to a former mailbox. Only the visibility still exists; the audit names the other
 * settings, which no longer exist. Throws a proven `missing` fault for a deleted mailbox.
 */
export async function applyToFormer(
  former: Mailbox,
  settings: readonly Setting[],
  { change }: Pick<ExchangeGate, "change">,
): Promise<{ before: Mailbox; after: Mailbox; subject: string; audit: { Message: string }[] }> {
  if (isDeleted(former))
    throw doesNotExist(`Mailbox ${former.Guid}`, undefined, { isProven: true });
  const isVisibility = ({ name }: Setting): boolean => name === "HiddenFromAddressListsEnabled";
  const others = settings.filter((setting) => !isVisibility(setting)).map(({ name }) => name);
  const hides = settings.some((one) => isVisibility(one) && one.difference(false)?.send === true);
  const is = `${nameOf(former)} is a ${former.RecipientTypeDetails} and has no mailbox`;
  const audit = [
    ...(hides && !isInAddressLists(former)
      ? [{ Message: `${is}, and is not in the address lists.` }]
      : []),
    ...(others.length > 0 ? [{ Message: `${is}, so ${others.join(", ")} was not set.` }] : []),
  ];
  const same = { before: former, after: former, subject: nameOf(former), audit };
  if (!hides || !isInAddressLists(former)) return same;
  await change(hidingFormer(former));
  return { ...same, after: { ...former, HiddenFromAddressListsEnabled: true } };
}
