/** What the template asks for, from the options of the command. */
import { setMailboxParameters } from "../../lib/generated/mailbox.ts";
import { settingsFrom } from "../../lib/exchange/settings.ts";
import { Fault } from "../../lib/fault.ts";
import { nearestName } from "../../lib/nearestName.ts";
import { applied, covered } from "../../test/emulator/exchange/typed.ts";
import { defaults } from "../../test/emulator/properties.ts";
import { NotPossible } from "./notPossible.ts";

/** The options of `add permission`. */
export interface SetOptions {
  /** A parameter of Set-Mailbox with one value. */
  parameter: string;
  /** The value of each option of the set, as text. */
  values: readonly string[];
  /** The value after a revoke; undefined: the other truth value, or no text. */
  afterRevoke?: string;
}

/** These name one mailbox: two of them cannot have the same value. */
const names = ["Alias", "DisplayName", "ImmutableId", "Name"];

/** The parameters that a set can be made of: one value that the emulator knows how to store. */
const possible = covered("Set-Mailbox").filter((name) => {
  const { type = "", values } = setMailboxParameters[name] ?? {};
  const hasOneValue = /^(Boolean|Int32|String|Unlimited|ByteQuantifiedSize)$/.test(type) || values;
  return hasOneValue && !Array.isArray(defaults[name]) && !names.includes(name);
});

/** A value for each `{{mark}}` of the template. Throws `NotPossible`. */
export function valuesOf(
  name: string,
  { parameter: written, values, afterRevoke: after }: SetOptions,
): Record<string, string> {
  const parameter = parameterFor(written);
  const [first = ""] = values;
  const afterRevoke = after ?? usualAfterRevoke(parameter, values);
  for (const value of [...values, afterRevoke]) assertTaken(parameter, value);
  assertDistinct(parameter, values);
  if (values.some((value) => isEqual(parameter, value, afterRevoke)))
    throw new NotPossible(
      `--after-revoke is ${JSON.stringify(afterRevoke)}, which is an option of the set too; expected another value.`,
    );
  const Name = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  const words = name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  const label = `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
  const options = values.map((value) => ({
    Id: `${Name}-${idOf(value)}`,
    DisplayName: `${label} - ${value}`,
    [parameter]: value,
  }));
  const { DisplayName: _, ...firstReference } = options[0] ?? { DisplayName: "" };
  const texts = {
    options,
    firstReference,
    firstValue: first,
    firstRead: readBack(parameter, first),
    afterRevoke,
    afterRead: readBack(parameter, afterRevoke),
  };
  return {
    ...{ name, Name, words, label, parameter },
    ...Object.fromEntries(
      Object.entries(texts).map(([key, value]) => [key, JSON.stringify(value)]),
    ),
  };
}

function parameterFor(written: string): string {
  const found = possible.find((one) => one.toLowerCase() === written.toLowerCase());
  if (found !== undefined) return found;
  const nearest = nearestName(written, possible);
  throw new NotPossible(
    `--parameter is "${written}"; expected a parameter of Set-Mailbox with one value` +
      (nearest === undefined ? `: ${possible.join(", ")}.` : `. The nearest is ${nearest}.`),
  );
}

function usualAfterRevoke(parameter: string, values: readonly string[]): string {
  const { type = "" } = setMailboxParameters[parameter] ?? {};
  if (type === "Boolean") return /^true$/i.test(values[0] ?? "") ? "false" : "true";
  if (type === "String" && settingsFrom([[parameter, ""]]).length > 0) return "";
  throw new NotPossible(
    `--after-revoke is missing; expected the ${parameter} that a mailbox gets when the permission is revoked.`,
  );
}

function assertTaken(parameter: string, value: string): void {
  try {
    settingsFrom([[parameter, value]]);
  } catch (thrown) {
    throw new NotPossible(
      Fault.of(thrown).message.replace(`The mapping of ${parameter} yields`, "A value is"),
    );
  }
}

/** Two options with one value or one Id would be one entitlement under two names. */
function assertDistinct(parameter: string, values: readonly string[]): void {
  for (const [index, value] of values.entries()) {
    const same = values
      .slice(0, index)
      .find((other) => isEqual(parameter, other, value) || hasOneId(other, value));
    if (same !== undefined)
      throw new NotPossible(
        `--value has ${JSON.stringify(same)} and ${JSON.stringify(value)}, which are the same; expected it once.`,
      );
  }
}

/** Whether a mailbox with one value has the other one too. */
function isEqual(parameter: string, one: string, other: string): boolean {
  const [setting] = settingsFrom([[parameter, one]]);
  return setting?.difference(readBack(parameter, other)) === undefined;
}

/** The check of options compares Ids without regard to case. */
function hasOneId(one: string, other: string): boolean {
  return idOf(one).toLowerCase() === idOf(other).toLowerCase();
}

/** The part of the Id of an option that is its value. */
function idOf(value: string): string {
  return value.replaceAll(/[^\p{L}\p{N}]+/gu, "");
}

/** How Exchange Online returns the value, by the emulator. */
function readBack(parameter: string, value: string): unknown {
  const [setting] = settingsFrom([[parameter, value]]);
  const after = setting?.difference(undefined)?.after ?? null;
  return applied(parameter, after as string | number | boolean | null, defaults[parameter] ?? "");
}
