import shipped from "../../lifecycle/leaver.json" with { type: "json" };
import { holdDurationFrom } from "../exchange/litigationHold.ts";
import { mailboxProperty, type Mailbox } from "../exchange/mailbox.ts";
import { isSmtpAddress } from "../emailAddresses.ts";
import { Fault } from "../fault.ts";
import type { LeaverPolicies, LeaverPolicy, LeaverStep } from "../generated/types.ts";
import { leaverPolicies } from "../generated/validators/leaverPolicies.ts";
import { quoted } from "../graphemes.ts";
import { readAs, Unusable, type PlacedFault } from "../host/schemaContract.ts";
import { alike, shown } from "../mappedValues.ts";
import { unknownPlaceholders, usesManager } from "./replyTexts.ts";

export const policyFile = "lifecycle/leaver.json";

type StepName = LeaverStep["Step"];
type StepProperty = Exclude<keyof LeaverStep, "Step">;

/** The properties of each step: those that it needs, and those that it may have. */
const propertiesOf: Readonly<
  Record<StepName, { needed: readonly StepProperty[]; allowed?: readonly StepProperty[] }>
> = {
  EndMemberships: { needed: [] },
  EndAccess: { needed: [] },
  ConvertToShared: { needed: [] },
  Hide: { needed: [] },
  DisableProtocols: { needed: ["Protocols"] },
  RemoveMobileDevices: { needed: [] },
  CancelMeetings: { needed: ["Days"] },
  SetRetentionPolicy: { needed: ["Policy"] },
  ChangeDisplayName: { needed: ["Suffix"] },
  RemoveAliases: { needed: [] },
  Forward: { needed: ["To", "KeepCopy"], allowed: ["WithoutManager"] },
  Share: { needed: ["With", "Rights"], allowed: ["AutoMapping", "WithoutManager"] },
  SetAutomaticReply: { needed: ["Messages"], allowed: ["WithoutManager"] },
  PlaceOnHold: { needed: ["Duration"] },
};

/** What stands for the manager in Forward and Share. */
export const isManager = (text: string): boolean => text.trim().toLowerCase() === "manager";

/** Whether a step needs the manager's account. */
export function isForManager({ To = "", With, Messages }: LeaverStep): boolean {
  return [To, ...(With ?? [])].some(isManager) || (Messages ?? []).some(usesManager);
}

/**
 * The policies of lifecycle/leaver.json, checked. Throws one `invalid` fault with all errors in the file, before any
 * request is sent; its cause is an `Unusable` with the place of each.
 */
export function listedPolicies(data: unknown = shipped): LeaverPolicies {
  const faults: PlacedFault[] = [];
  let listed: LeaverPolicies = { policies: [] };
  try {
    listed = readAs(leaverPolicies, data);
  } catch (thrown) {
    if (!(thrown instanceof Unusable)) throw thrown;
    faults.push(...thrown.placed);
  }
  const { policies } = listed;
  policies.forEach((policy, index) => {
    const path = `/policies/${index}`;
    const told = (at: string, text: string): void => {
      faults.push({ path: path + at, text: `policy "${policy.Id}": ${text}` });
    };
    const earlier = policies.slice(0, index);
    if (earlier.some(({ Id }) => Id.trim().toLowerCase() === policy.Id.trim().toLowerCase()))
      told("/Id", "the Id is used twice.");
    const catchAll = earlier.find(
      ({ Event, AppliesTo = [] }) => Event === policy.Event && AppliesTo.length === 0,
    );
    if (catchAll)
      told(
        "",
        `it never applies, because policy "${catchAll.Id}" before it applies to every mailbox.`,
      );
    (policy.AppliesTo ?? []).forEach(({ Property, Values }, at) => {
      if (Values.length === 0) told(`/AppliesTo/${at}/Values`, "a condition has no Values.");
      if (mailboxProperty(Property.trim()) === undefined)
        told(`/AppliesTo/${at}/Property`, `mailboxes have no property ${quoted(Property)}.`);
    });
    for (const text of undoneConditions(policy)) told("/AppliesTo", text);
    if (policy.Steps.length === 0) told("/Steps", "it has no Steps.");
    for (const { at, text } of wrongSteps(policy.Steps)) told(`/Steps/${at}`, text);
    const ending = policy.Steps.findIndex(({ Step }) => Step === "EndAccess");
    if (ending !== -1 && listed.MarkerProperty === undefined)
      told(
        `/Steps/${ending}`,
        "EndAccess needs MarkerProperty, which keeps how many mailboxes were looked at.",
      );
  });
  if (faults.length > 0) {
    const texts = faults.map(({ text }) => text);
    throw Fault.invalid(
      `${policyFile} cannot be used. ${texts.join(" ")}`,
      new Unusable(texts, faults),
    );
  }
  return listed;
}

/** The properties that a step changes. */
const changedBy: Readonly<Partial<Record<StepName, readonly string[]>>> = {
  EndMemberships: ["MemberOfGroup"],
  ConvertToShared: ["RecipientTypeDetails", "IsShared", "Type"],
  Hide: ["HiddenFromAddressListsEnabled"],
  SetRetentionPolicy: ["RetentionPolicy"],
  ChangeDisplayName: ["DisplayName"],
  RemoveAliases: ["EmailAddresses"],
  Forward: ["ForwardingAddress", "ForwardingSmtpAddress", "DeliverToMailboxAndForward"],
  Share: ["GrantSendOnBehalfTo"],
  PlaceOnHold: ["LitigationHoldEnabled", "LitigationHoldDuration"],
};

/** Conditions that a step makes untrue: a policy that was carried out in part would not be completed. */
function undoneConditions({ AppliesTo = [], Steps }: LeaverPolicy): string[] {
  return Steps.flatMap(({ Step }) =>
    AppliesTo.flatMap(({ Property, Values }) => {
      const changes = (changedBy[Step] ?? []).some((name) => alike(name, Property.trim()));
      const stays =
        Step === "ConvertToShared" && Values.some((value) => alike(value.trim(), "SharedMailbox"));
      if (!changes || stays) return [];
      const how =
        Step === "ConvertToShared" ? "add the value SharedMailbox" : "choose by another property";
      return [
        `${Step} changes ${Property}, so the policy would not be completed after an interruption: ${how}.`,
      ];
    }),
  );
}

/** What is wrong in the steps of a policy, each with its place below them. */
function wrongSteps(steps: readonly LeaverStep[]): { at: string; text: string }[] {
  const wrong: { at: string; text: string }[] = [];
  steps.forEach((step, index) => {
    const { Step } = step;
    const told = (text: string, property?: StepProperty): void => {
      wrong.push({
        at: property ? `${index}/${property}` : String(index),
        text: `${Step} ${text}`,
      });
    };
    if (steps.findIndex((other) => other.Step === Step) < index) told("is there twice.");
    const { needed, allowed = [] } = propertiesOf[Step];
    for (const name of needed) if (isEmpty(step[name])) told(`needs ${name}.`);
    const known: readonly string[] = ["Step", ...needed, ...allowed];
    for (const name of Object.keys(step) as (keyof LeaverStep)[])
      if (name !== "Step" && !known.includes(name)) told(`has no ${name}.`, name);
    const needsManager = isForManager(step);
    if (needsManager && step.WithoutManager === undefined)
      told("is for the manager, so it needs WithoutManager: skip or fail.");
    if (!needsManager && step.WithoutManager !== undefined && known.includes("WithoutManager"))
      told("is not for the manager, so WithoutManager says nothing.", "WithoutManager");
    for (const { property, text } of wrongValues(step)) told(text, property);
  });
  const ending = steps.findIndex(({ Step }) => Step === "EndAccess");
  if (ending !== -1 && ending < steps.length - 1)
    wrong.push({
      at: String(ending),
      text: "EndAccess has to be the last step: it takes the rest of the time of an event.",
    });
  const forwards = steps.find(({ Step }) => Step === "Forward");
  if (forwards?.KeepCopy === false && steps.some(({ Step }) => Step === "SetAutomaticReply"))
    wrong.push({
      at: String(steps.indexOf(forwards)),
      text:
        "Forward keeps no copy, and then no one gets the reply of SetAutomaticReply: set KeepCopy to true, or leave " +
        "out one of the two.",
    });
  return wrong;
}

function isEmpty(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.length === 0);
}

function* wrongValues({
  To,
  Duration,
  Rights,
  AutoMapping,
  Messages,
}: LeaverStep): Generator<{ property: StepProperty; text: string }> {
  if (To !== undefined && !isManager(To) && !isSmtpAddress(To.trim()))
    yield {
      property: "To",
      text: `has ${quoted(To)} as To; expected manager, or an email address.`,
    };
  if (AutoMapping === true && Rights?.includes("FullAccess") !== true)
    yield { property: "AutoMapping", text: "has AutoMapping, which is only for FullAccess." };
  if (Duration !== undefined)
    try {
      holdDurationFrom(Duration);
    } catch (thrown) {
      yield { property: "Duration", text: `cannot be used. ${Fault.of(thrown).message}` };
    }
  if (Messages === undefined) return;
  const languages = Messages.map(({ Language = "" }) => Language.trim().toLowerCase());
  if (new Set(languages).size < languages.length)
    yield { property: "Messages", text: "has two Messages for one language." };
  if (!languages.includes(""))
    yield {
      property: "Messages",
      text: "needs Messages without a Language, for all other mailboxes.",
    };
  for (const name of unknownPlaceholders(Messages))
    yield { property: "Messages", text: `has the placeholder {${name}}, which does not exist.` };
}

/** The policies of an event, and the properties of a mailbox that choose among them. */
export function policiesFor(
  event: LeaverPolicy["Event"],
  { policies }: LeaverPolicies,
): { policies: LeaverPolicy[]; properties: string[] } {
  const own = policies.filter(({ Event }) => Event === event);
  return {
    policies: own,
    properties: own.flatMap(({ AppliesTo = [] }) => AppliesTo.map(({ Property }) => Property)),
  };
}

/** The first policy that applies to a mailbox, which was read with the properties of `policiesFor`. */
export function policyAmong(
  policies: readonly LeaverPolicy[],
  mailbox: Mailbox,
): LeaverPolicy | undefined {
  return policies.find(({ AppliesTo = [] }) =>
    AppliesTo.every(({ Property, Values }) => {
      const name = mailboxProperty(Property.trim()) ?? Property;
      const present = mailbox[name];
      if (present === undefined)
        throw new Fault({
          kind: "unexpected",
          message: `Exchange Online did not return ${name}, so it is unknown which policy of ${policyFile} applies.`,
        });
      const texts = Array.isArray(present) ? present.map(shown) : [shown(present)];
      const found = (texts.length === 0 ? [""] : texts).map((text) => text.trim().toLowerCase());
      return Values.some((value) => found.includes(value.trim().toLowerCase()));
    }),
  );
}
