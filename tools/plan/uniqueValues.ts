import type { PlanStep } from "../../lib/generated/types.ts";
import { differencesOf } from "../session/differences.ts";

/** A new value of an account that only one object of the tenant can have. */
export interface UniqueValue {
  /** Equal for values that clash: Exchange ignores letter case, and with it whether an address is the primary one. */
  key: string;
  /** The value for a message: `SMTP:anna@contoso.com`, or `new Alias anna`. */
  shown: string;
}

const addresses = ["EmailAddresses", "WindowsEmailAddress", "PrimarySmtpAddress"];
const names: Readonly<Record<string, string>> = {
  Alias: "Alias",
  UserPrincipalName: "UserPrincipalName",
  // The parameter of Set-Mailbox that sets the UserPrincipalName.
  MicrosoftOnlineServicesID: "UserPrincipalName",
  userPrincipalName: "userPrincipalName",
  mailNickname: "mailNickname",
};

/** The values that steps add and that have to be unique in a tenant, each once. */
export function uniqueValuesOf(steps: readonly PlanStep[]): UniqueValue[] {
  const found = steps.flatMap(differencesOf).flatMap(({ property, from, to }) => {
    const before = textsIn(from).map((text) => text.toLowerCase());
    const added = textsIn(to).filter((text) => !before.includes(text.toLowerCase()));
    return added.flatMap((text) => uniqueValue(property, text));
  });
  return [...new Map(found.map((value) => [value.key, value])).values()];
}

function uniqueValue(property: string, text: string): UniqueValue[] {
  if (addresses.includes(property)) {
    const shown = text.includes(":") ? text : `SMTP:${text}`;
    return [{ key: shown.toLowerCase(), shown }];
  }
  const name = names[property];
  if (name === undefined) return [];
  return [{ key: `${name} ${text}`.toLowerCase(), shown: `new ${name} ${text}` }];
}

function textsIn(value: unknown): string[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  return items.filter((item): item is string => typeof item === "string" && item !== "");
}
