import { theOne, nothing, type Call, type Cmdlet, type Outcome } from "../cmdlet.ts";
import { invalidValue, notImplemented, notLicensedForHold, outOfWriteScope } from "../errors.ts";
import { isDelta, type Bound, type BoundParameters } from "../parameters.ts";
import type { Value } from "../properties.ts";
import type { DirectoryObject } from "../state.ts";
import { fold, isMailbox, isSoftDeleted, type Store } from "../store.ts";

const numbered = (stem: string, count: number): string[] => Array.from({ length: count }, (_, index) => `${stem}${index + 1}`);

/** Mastered on premises for every synchronised object, whoever manages its Exchange attributes (inferred from Microsoft's list). */
const identityMastered = ["DisplayName", "SimpleDisplayName", "Office", "Name", "AccountDisabled"];
/** Mastered on premises as well, unless IsExchangeCloudManaged (inferred from the same list). What is in neither list is always writable. */
const exchangeMastered = [
  ...numbered("CustomAttribute", 15), ...numbered("ExtensionCustomAttribute", 5),
  "HiddenFromAddressListsEnabled", "Alias", "MailTip", "RetentionComment", "RetentionUrl", "Type",
];
const cloudMastered = [
  "LitigationHoldEnabled", "LitigationHoldDuration", "RetentionHoldEnabled", "SingleItemRecoveryEnabled", "DeliverToMailboxAndForward",
  "ForwardingSmtpAddress", "MessageCopyForSentAsEnabled", "MessageCopyForSendOnBehalfEnabled", "IsExchangeCloudManaged",
];
const settable = [...identityMastered, ...exchangeMastered, ...cloudMastered];

const typeAfter: Record<string, string> = { Regular: "UserMailbox", Shared: "SharedMailbox", Room: "RoomMailbox", Equipment: "EquipmentMailbox" };

/** Writes settings. Nothing is returned; when nothing changed, a warning says so (observed). */
export const setMailbox: Cmdlet = {
  name: "Set-Mailbox",
  writes: true,
  honours: ["Identity", "Force", ...settable],
  run(call): Outcome {
    const { parameters, store } = call;
    const mailbox = theOne(store, parameters["Identity"], (object) => isMailbox(object) && object["RecipientTypeDetails"] !== "GroupMailbox" && !isSoftDeleted(object));
    refuseOnPremises(mailbox, parameters, store);
    const values = valuesToWrite(mailbox, call);
    const changed = Object.entries(values).filter(([name, value]) => !same(store.property(mailbox, name), value));
    if (changed.length === 0) {
      return nothing([`The command completed successfully but no settings of '${String(store.property(mailbox, "DistinguishedName"))}' have been modified.`]);
    }
    store.change(mailbox, { ...Object.fromEntries(changed), WhenChanged: new Date(call.now).toISOString().replace(/\.\d+Z$/, "+00:00") });
    return nothing();
  },
};

function refuseOnPremises(mailbox: DirectoryObject, parameters: BoundParameters, store: Store): void {
  if (mailbox["IsDirSynced"] !== true) return;
  const mastered = mailbox["IsExchangeCloudManaged"] === true ? identityMastered : [...identityMastered, ...exchangeMastered];
  const refused = Object.keys(parameters).find((name) => mastered.includes(name));
  if (refused) throw outOfWriteScope(String(store.property(mailbox, "Name")), "Set-Mailbox", refused);
}

function valuesToWrite(mailbox: DirectoryObject, call: Call): Record<string, Value> {
  const values: Record<string, Value> = {};
  for (const [name, given] of Object.entries(call.parameters)) {
    if (!settable.includes(name)) continue;
    Object.assign(values, valuesOf(name, given, mailbox, call));
  }
  return values;
}

/** What one parameter does to the stored properties. */
function valuesOf(name: string, given: Bound, mailbox: DirectoryObject, { store, now }: Call): Record<string, Value> {
  const current = store.property(mailbox, name);
  if (isDelta(given)) {
    const kept = (Array.isArray(current) ? current : []).filter((one) => !given.remove.some((other) => fold(one) === fold(other)));
    return { [name]: [...kept, ...given.add.filter((one) => !kept.some((other) => fold(one) === fold(other)))] };
  }
  switch (name) {
    case "Type": {
      const details = typeAfter[String(given)];
      if (!details) throw notImplemented(`Type '${String(given)}' of Set-Mailbox`);
      return { RecipientTypeDetails: details };
    }
    case "Alias":
      // Assumed text; that spaces and these characters are refused is documented.
      if (typeof given !== "string" || !/^[\p{L}\p{N}!#$%&'*+\-/=?^_`{|}~]+(\.[\p{L}\p{N}!#$%&'*+\-/=?^_`{|}~]+)*$/u.test(given)) {
        throw invalidValue(`The Alias property value "${String(given)}" isn't valid. It can't contain spaces or any of the following characters: @ , ; : < > ( ) [ ] \\ ".`);
      }
      return { Alias: given };
    case "DisplayName":
    case "Name":
      if (typeof given !== "string" || given.trim() === "") throw invalidValue(`Property ${name} cannot be empty.`);
      return { [name]: given };
    case "LitigationHoldEnabled":
      if (given === true && !isHoldLicensed(store.property(mailbox, "PersistedCapabilities"))) throw notLicensedForHold(String(store.property(mailbox, "Name")));
      return given === current ? {} : { LitigationHoldEnabled: given, LitigationHoldDate: given ? new Date(now).toISOString() : null };
    case "LitigationHoldDuration":
      return { LitigationHoldDuration: /^\d+$/.test(String(given)) ? `${String(given)}.00:00:00` : String(given) };
    case "ForwardingSmtpAddress":
      return { ForwardingSmtpAddress: given === null || given === "" ? null : `smtp:${String(given).replace(/^smtp:/i, "")}` };
    default:
      // Null and empty text clear a text property alike, and an empty list a list (documented for lists, else assumed).
      if (Array.isArray(current)) return { [name]: Array.isArray(given) ? given : [] };
      return { [name]: given ?? (typeof current === "string" ? "" : null) };
  }
}

/** Assumed: the capabilities on the mailbox tell its licence; Exchange Online Plan 2 and the archiving add-on include holds. */
const isHoldLicensed = (capabilities: Value): boolean => Array.isArray(capabilities) && capabilities.some((one) => /Enterprise|Archive/.test(one));

/** Values as they were already: exactly, since a change of case alone is a change. */
const same = (before: Value, after: Value): boolean => JSON.stringify(before) === JSON.stringify(after);
