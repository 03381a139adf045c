/** The inverse of what grants and revokes of authentication methods did. */
import {
  listedOptions,
  optionsFile,
  type ContactOption,
} from "../../lib/entitlements/authenticationMethodOptions.ts";
import { contactForms, contactKinds, type ContactKind } from "../../lib/graph/contactMethod.ts";
import type { PlanStep } from "../../lib/generated/types.ts";
import type { Inverse } from "./inverse.ts";

/** A phone or an e-mail address: options decide what a grant overwrites, and what a revoke removes. */
export function ofContact({ operation, parameters, before }: PlanStep): Inverse {
  const kind = kindOf(parameters);
  const option = listedOptions().find((one): one is ContactOption => one.kind === kind);
  if (!kind || !option) return { reason: `${optionsFile} has no option for it` };
  const { title, property } = contactForms[kind];
  const event = { account: String(parameters["user"]), permission: { Type: kind } };
  if (operation.startsWith("POST")) {
    if (!option.removesOnRevoke)
      return {
        reason: `a revoke leaves it: RemoveWhenRevokingEntitlement is false in ${optionsFile}`,
      };
    return { event: { ...event, action: "permissions/authenticationMethods/revokePermission" } };
  }
  const value = before[property];
  if (typeof value !== "string") return { reason: `the ${title} before is not in the record` };
  // Some administrators see numbers with a part of them masked (documented).
  if (property === "phoneNumber" && /[*•X]/.test(value))
    return { reason: `the record has only a part of the ${title} before: ${value}` };
  if (operation.startsWith("PATCH") && option.onlySetWhenEmpty)
    return {
      reason: `a grant overwrites no other value: OnlySetWhenEmpty is true in ${optionsFile}`,
    };
  return {
    event: {
      ...event,
      action: "permissions/authenticationMethods/grantPermission",
      person: personWith(option.personField, value),
    },
    leavesOthers: option.onlySetWhenEmpty,
  };
}

function kindOf({ method, phoneType }: PlanStep["parameters"]): ContactKind | undefined {
  if (method === undefined && phoneType === undefined) return "email";
  return contactKinds.find((kind) => kind === phoneType || contactForms[kind].id === method);
}

/** A person with a value in one field, such as `Contact.Personal.Phone.Mobile`. */
function personWith(field: string, value: string): Record<string, unknown> {
  const [first = "", ...rest] = field.split(".");
  return { [first]: rest.length === 0 ? value : personWith(rest.join("."), value) };
}

export const ofNewPass = (): Inverse => ({
  reason:
    "the record does not say which Temporary Access Pass it created, and it ends by itself: revoke the permission " +
    "to remove it at once",
});

export const ofRemovedPass = (): Inverse => ({
  reason: "no one can read the value of a Temporary Access Pass again: grant a new one",
});
