/**
 * The rule for parameters that write the property of the same name: how it reads afterwards follows
 * from the parameter's type.
 */
import { catalogue, type ParameterFacts } from "../catalogue.ts";
import { invalidValue } from "./errors.ts";
import { isDelta, type Bound } from "./parameters.ts";
import { defaults, references, type Value } from "../properties.ts";
import { fold } from "../store.ts";
import { bytesOf, secondsOf, size, span } from "./units.ts";

const types = new Set([
  "String",
  "Boolean",
  "Int32",
  "DateTime",
  "EnhancedTimeSpan",
  "Unlimited",
  "ByteQuantifiedSize",
  "MultiValuedProperty",
  "ExternalOofOptions",
  "TransportModerationNotificationFlags",
  "MemberUpdateType",
]);

const follows = (name: string, { type, reserved }: ParameterFacts): boolean =>
  !reserved && ((Object.hasOwn(defaults, name) && types.has(type)) || references.has(name));

/** The parameters of a cmdlet that this rule covers. */
export function covered(cmdlet: string): string[] {
  return Object.entries(catalogue.cmdlets[cmdlet]?.parameters ?? {}).flatMap(([name, facts]) =>
    follows(name, facts) ? [name] : [],
  );
}

const day = 86_400;
/** Documented limits, in bytes and seconds. */
const limits: Record<string, [number, number]> = {
  IssueWarningQuota: [0, 2199023254528],
  ProhibitSendQuota: [0, 2199023254528],
  ProhibitSendReceiveQuota: [0, 2199023254528],
  MaxSendSize: [0, 2147483647],
  MaxReceiveSize: [0, 2147483647],
  RulesQuota: [32 * 1024, 256 * 1024],
  RetainDeletedItemsFor: [0, 30 * day],
};
const maxListLength = 1300;

/** How the property reads after the parameter is applied to `current`. */
export function applied(name: string, given: Bound, current: Value): Value {
  if (isDelta(given)) {
    const before = Array.isArray(current) ? current : [];
    const kept = before.filter((one) => !given.remove.some((other) => fold(one) === fold(other)));
    return limited(name, [
      ...kept,
      ...given.add.filter((one) => !kept.some((other) => fold(one) === fold(other))),
    ]);
  }
  // Null and empty text both clear a text property, and an empty list or null a list (documented
  // for lists, else assumed).
  if (Array.isArray(current)) return limited(name, Array.isArray(given) ? given : []);
  if (given === null) return typeof current === "string" && !isMeasured(name) ? "" : null;
  return isMeasured(name) ? measured(name, given as string | number) : given;
}

/** Whether the property is a size, a time span or a count, judged by its default. */
const isMeasured = (name: string): boolean =>
  /^Unlimited$| bytes\)$|^\d+$|^\d+\.\d\d:\d\d:\d\d$/.test(String(defaults[name]));

function measured(name: string, given: string | number): string {
  if (given === "Unlimited") {
    if (name === "RecipientLimits")
      throw invalidValue("RecipientLimits can't be Unlimited in the cloud.");
    return given;
  }
  if (name === "RecipientLimits") return String(given);
  const isSpan = !/Quota$|Size$/.test(name);
  const amount = (isSpan ? secondsOf : bytesOf)(String(given));
  const [low, high] = limits[name] ?? [0, Infinity];
  if (amount === undefined || amount < low || amount > high)
    throw invalidValue(
      `The value "${given}" of ${name} is not between ${low} and ${high} ${isSpan ? "seconds" : "bytes"}.`,
    );
  return isSpan ? span(amount) : size(amount);
}

function limited(name: string, values: string[]): string[] {
  if (name.startsWith("ExtensionCustomAttribute") && values.length > maxListLength)
    throw invalidValue(`${name} can't have more than ${maxListLength} values.`);
  return values;
}
