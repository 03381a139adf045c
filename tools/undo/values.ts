import type { PlanStep } from "../../lib/generated/types.ts";
import { isOfReply } from "../../lib/exchange/autoReply.ts";
import { sameHtml } from "../../lib/exchange/html.ts";
import { shown } from "../../lib/mappedValues.ts";
import { settingsFrom } from "../../lib/exchange/settings.ts";
import type { Setting } from "../../lib/exchange/settingTypes.ts";
import { userAttribute, userSettingsFrom } from "../../lib/exchange/userAttributes.ts";
import { timeIn } from "../../lib/exchange/units.ts";
import { isGuid } from "../../lib/guid.ts";
import { differencesOf } from "../session/differences.ts";

/**
 * Whether a property that was set to `set` has the value `value`, by the rules with which the actions compare them: the
 * service returns sizes, durations, times and messages in a form of its own, and lists in any order.
 */
export function isSame(property: string, set: unknown, value: unknown): boolean {
  if (JSON.stringify(set ?? null) === JSON.stringify(value ?? null)) return true;
  // A regional format of null is the default of the language.
  if (property.endsWith("Format")) return set === null || value === null;
  if (Array.isArray(set) || Array.isArray(value)) return listOf(set) === listOf(value);
  if (isOfReply(property)) return isSameOfReply(property, shown(set), shown(value));
  return isSameSetting(property, set, value) ?? isSameSetting(property, value, set) ?? false;
}

/** The items in one order. No value is a list without items: what is left where something was taken away. */
function listOf(value: unknown): string {
  const items = [value ?? []].flat().map(shown);
  const plain = items.map((item) => (isGuid(item) ? item.toLowerCase() : item));
  return JSON.stringify(plain.filter((item) => item !== "").sort());
}

function isSameOfReply(property: string, set: string, value: string): boolean {
  return property.endsWith("Time") ? timeIn(set) === timeIn(value) : sameHtml(set, value);
}

/** Undefined when an update does not take `wanted` for this property: it may be in the form of the service. */
function isSameSetting(property: string, wanted: unknown, current: unknown): boolean | undefined {
  try {
    const [setting] = settingsOf(property, wanted);
    return setting && setting.difference(current) === undefined;
  } catch {
    return undefined;
  }
}

/** What an update makes of a value. Throws an `invalid` fault when it takes none such. */
function settingsOf(property: string, value: unknown): Setting[] {
  const from = userAttribute(property) === undefined ? settingsFrom : userSettingsFrom;
  return from([[property, value]]);
}

/** Whether an update makes anything of a value. It ignores an empty one of a setting that cannot be empty. */
export function canBeSet(property: string, value: unknown): boolean {
  try {
    return settingsOf(property, value).length > 0;
  } catch {
    // The dry run says what is wrong with it.
    return true;
  }
}

/** The addresses that a step added. One that only became the primary address, or no longer is it, was there before. */
export function addedAddresses(step: PlanStep, name: string): string[] {
  const change = differencesOf(step).find(({ property }) => property === name);
  const [from, to] = [change?.from, change?.to].map((list) => [list ?? []].flat().map(String));
  const had = new Set(from?.map((address) => address.toLowerCase()));
  return (to ?? []).filter((address) => !had.has(address.toLowerCase()));
}

/** Update takes what a mapping yields: texts, lists of texts and nothing. */
export function textOf(value: unknown): unknown {
  return typeof value === "boolean" || typeof value === "number" ? String(value) : value;
}
