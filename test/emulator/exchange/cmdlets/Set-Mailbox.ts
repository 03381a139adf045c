import { without } from "../addresses.ts";
import { nothing, theOne, write, type Call, type Cmdlet, type Outcome } from "../cmdlet.ts";
import {
  invalidArgument,
  invalidValue,
  notFound,
  notImplemented,
  notLicensedForHold,
} from "../errors.ts";
import { asHtml } from "../html.ts";
import { refuseOnPremises } from "../mastery.ts";
import { addressesAfter, checkedAlias, checkedName, checkedSimpleName } from "../naming.ts";
import { textOf, type Bound } from "../parameters.ts";
import { references, type Value } from "../../properties.ts";
import { recipientValues } from "../recipients.ts";
import type { DirectoryObject } from "../../state.ts";
import { isMailbox, isSoftDeleted, type Store } from "../../store.ts";
import { applied, covered } from "../typed.ts";
import { bytesOf, moment, secondsOf } from "../units.ts";

type Values = Record<string, Value>;

const special = [
  "EmailAddresses",
  "WindowsEmailAddress",
  "Alias",
  "Name",
  "DisplayName",
  "Type",
  "ForwardingSmtpAddress",
  "RetentionPolicy",
];
const settable = [...new Set([...special, ...covered("Set-Mailbox")])];
/** The first one is that of every tenant (documented). */
const retentionPolicies = ["Default MRM Policy", "Leavers"];
const holdSettings = ["LitigationHoldEnabled", "LitigationHoldDuration"];

const typeAfter: Record<string, string> = {
  Regular: "UserMailbox",
  Shared: "SharedMailbox",
  Room: "RoomMailbox",
  Equipment: "EquipmentMailbox",
};

const isSettable = (object: DirectoryObject): boolean =>
  isMailbox(object) && object["RecipientTypeDetails"] !== "GroupMailbox";
const isInactive = (object: DirectoryObject): boolean =>
  isSettable(object) && object["IsInactiveMailbox"] === true;
const isActive = (object: DirectoryObject): boolean => isSettable(object) && !isSoftDeleted(object);

/** Writes settings and returns nothing. */
export const setMailbox: Cmdlet = {
  name: "Set-Mailbox",
  writes: true,
  honours: ["Identity", "Force", "InactiveMailbox", ...settable],
  run(call): Outcome {
    const { parameters, store, now } = call;
    const identity = textOf(parameters["Identity"]);
    const given = settable.filter((name) => name in parameters);
    const inactive = parameters["InactiveMailbox"] === true;
    const [right, wrong] = inactive ? [isInactive, isActive] : [isActive, isInactive];
    const found = store.find(identity);
    // Observed, text and that it is a warning; that it comes in both of these cases is assumed.
    if (
      !found.some(right) &&
      found.some(wrong) &&
      given.some((name) => holdSettings.includes(name))
    ) {
      return nothing([
        "If you want to change LitigationHoldEnabled and LitigationHoldDuration on an inactive " +
          "mailbox, please add the InactiveMailbox switch.",
      ]);
    }
    const mailbox = theOne(store, identity, right);
    if (inactive && !given.every((name) => holdSettings.includes(name)))
      throw invalidArgument(
        "InactiveMailbox",
        "Only LitigationHoldEnabled and LitigationHoldDuration can be changed on an inactive mailbox.",
      );
    refuseOnPremises(mailbox, parameters);
    const { RecipientTypeDetails: type, ...values } = valuesToWrite(mailbox, given, call);
    const { typeLagMs: lag, addressReleaseMs: release } = store.state.behaviour;
    const converts = type !== undefined && type !== mailbox["RecipientTypeDetails"];
    if (converts && lag > 0) store.changeLater(now + lag, mailbox, { RecipientTypeDetails: type });
    if (release > 0 && Array.isArray(values["EmailAddresses"]))
      store.keepAway(
        without(store.property(mailbox, "EmailAddresses") as string[], values["EmailAddresses"]),
        mailbox,
        now + release,
      );
    // A user name that was only derived from the primary address stays when that one changes.
    const beside = {
      UserPrincipalName: store.property(mailbox, "UserPrincipalName"),
      WhenChanged: moment(now).replace("Z", "+00:00"),
    };
    const outcome = write(
      store,
      mailbox,
      { ...values, ...(converts && lag === 0 ? { RecipientTypeDetails: type } : {}) },
      beside,
    );
    return converts ? nothing() : outcome;
  },
};

function valuesToWrite(mailbox: DirectoryObject, given: string[], call: Call): Values {
  const values: Values = {};
  for (const name of given)
    Object.assign(values, valuesOf(name, call.parameters[name] ?? null, mailbox, call));
  checkTogether((name) => values[name] ?? call.store.property(mailbox, name), given);
  return values;
}

/** What one parameter does to the stored properties. */
function valuesOf(name: string, given: Bound, mailbox: DirectoryObject, call: Call): Values {
  const { store, now } = call;
  const current = store.property(mailbox, name);
  switch (name) {
    case "EmailAddresses":
    case "WindowsEmailAddress":
      return {
        EmailAddresses: addressesAfter(
          mailbox,
          call.parameters["EmailAddresses"],
          call.parameters["WindowsEmailAddress"],
          store,
        ),
      };
    case "Type": {
      const details = typeAfter[textOf(given)];
      if (!details) throw notImplemented(`Type '${textOf(given)}' of Set-Mailbox`);
      return { RecipientTypeDetails: details };
    }
    case "Alias":
      return { Alias: checkedAlias(given, mailbox, store) };
    case "DisplayName":
    case "Name":
      return { [name]: checkedName(name, given, mailbox, store) };
    case "SimpleDisplayName":
      return { SimpleDisplayName: checkedSimpleName(given) };
    case "MailTip":
      return { MailTip: textOf(given) === "" ? null : asHtml(textOf(given)) };
    case "LitigationHoldEnabled":
      return given === current ? {} : holdAfter(given === true, mailbox, store, now);
    case "LitigationHoldDuration": {
      const days = given === "Unlimited" ? 1 : (secondsOf(textOf(given)) ?? 0) / 86_400;
      // Documented: whole days or Unlimited; that anything else is refused is assumed.
      if (days < 1 || !Number.isInteger(days))
        throw invalidValue(
          `The value "${textOf(given)}" of LitigationHoldDuration isn't a number of whole days, or Unlimited.`,
        );
      return { LitigationHoldDuration: applied(name, given, current) };
    }
    case "RetentionPolicy": {
      const policy = retentionPolicies.find(
        (known) => known.toLowerCase() === textOf(given).toLowerCase(),
      );
      if (textOf(given) !== "" && policy === undefined) throw notFound(textOf(given));
      return { RetentionPolicy: policy ?? null };
    }
    case "ForwardingSmtpAddress":
      return {
        ForwardingSmtpAddress:
          textOf(given) === "" ? null : `smtp:${textOf(given).replace(/^smtp:/i, "")}`,
      };
    default:
      return references.has(name)
        ? recipientValues(name, given, current, store)
        : { [name]: applied(name, given, current) };
  }
}

/**
 * Assumed: the capabilities on the mailbox tell its licence; Exchange Online Plan 2 and the
 * archiving add-on include holds.
 */
function holdAfter(enabled: boolean, mailbox: DirectoryObject, store: Store, now: number): Values {
  const capabilities = store.property(mailbox, "PersistedCapabilities") as string[];
  if (!enabled)
    return {
      LitigationHoldEnabled: false,
      LitigationHoldDate: null,
      LitigationHoldOwner: "",
      ...deletedAfterLastHold(mailbox, store),
    };
  if (!capabilities.some((one) => /Enterprise|Archive/.test(one)))
    throw notLicensedForHold(String(mailbox["Name"]));
  // What the owner reads as when an application puts the hold is not known.
  return {
    LitigationHoldEnabled: true,
    LitigationHoldDate: moment(now),
    LitigationHoldOwner: `OAuthUser@${store.state.tenant.initialDomain}`,
  };
}

/**
 * Without any hold an inactive mailbox is deleted (documented): here it is soft-deleted from then
 * on (assumed).
 */
function deletedAfterLastHold(mailbox: DirectoryObject, store: Store): Values {
  const held =
    (store.property(mailbox, "InPlaceHolds") as string[]).length > 0 ||
    ["ComplianceTagHoldApplied", "DelayHoldApplied"].some(
      (name) => store.property(mailbox, name) === true,
    );
  return mailbox["IsInactiveMailbox"] === true && !held
    ? { IsInactiveMailbox: false, IsSoftDeletedByRemove: true }
    : {};
}

/** Documented rules across settings; the texts are assumed. */
function checkTogether(after: (name: string) => Value, given: string[]): void {
  if (
    given.includes("ModerationEnabled") &&
    after("ModerationEnabled") === true &&
    (after("ModeratedBy") as string[]).length === 0
  )
    throw invalidValue("ModeratedBy can't be empty when ModerationEnabled is true.");
  const highest = bytesOf(String(after("ProhibitSendReceiveQuota"))) ?? Infinity;
  for (const name of ["IssueWarningQuota", "ProhibitSendQuota"]) {
    if (
      given.some((one) => one.startsWith("Prohibit") || one === name) &&
      (bytesOf(String(after(name))) ?? Infinity) > highest
    )
      throw invalidValue(`${name} can't be greater than ProhibitSendReceiveQuota.`);
  }
}
