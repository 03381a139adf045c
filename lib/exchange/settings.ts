import { Fault } from "../fault.ts";
import { nearestName } from "../nearestName.ts";
import { setMailboxParameters } from "../generated/mailbox.ts";
import { listOf, mappedText, shown } from "../mappedValues.ts";
import { addresses, list, plain, readAs, scalar, type Setting } from "./settingTypes.ts";

const names = new Map(Object.keys(setMailboxParameters).map((name) => [name.toLowerCase(), name]));
/** The parameter that sets a property, if it has another name. */
const setBy = new Map(
  [...Object.entries(readAs), ["EmailAddresses", "PrimarySmtpAddress"] as const].map(
    ([name, property]) => [property.toLowerCase(), name],
  ),
);

/** Texts that a mailbox must have, or that only the service clears. */
const neverEmpty = [
  "Alias",
  "DisplayName",
  "Name",
  "ImmutableId",
  "MailboxRegion",
  "EnforcedTimestamps",
];
/** Settings that are not texts but can be cleared (documented). */
const alsoEmpty = ["ForwardingAddress", "ForwardingSmtpAddress"];

/**
 * The settings for the mapped fields, typed by the cmdlet catalogue: a mapping yields only texts and lists of texts. A
 * field without a value clears a text or a list, and is ignored when the setting cannot be empty. Throws one `invalid`
 * fault that names every field that is not a parameter of Set-Mailbox or has no usable value.
 */
export function settingsFrom(
  fields: readonly (readonly [name: string, value: unknown])[],
): Setting[] {
  const faults: string[] = [];
  const settings: Setting[] = [];
  for (const [field, value] of fields) {
    const name = names.get(field.toLowerCase());
    if (name === undefined) {
      const hint = faults.length < maxSuggestions ? nearest(field) : "";
      faults.push(`${field} is mapped, but is not a setting of a mailbox${hint}.`);
      continue;
    }
    try {
      const setting = settingOf(name, value);
      if (setting) settings.push(setting);
    } catch (thrown) {
      faults.push(Fault.of(thrown).message);
    }
  }
  if (
    settings.some(({ name }) => name === "EmailAddresses") &&
    settings.some(({ name }) => name === "WindowsEmailAddress")
  )
    faults.push(
      "EmailAddresses and WindowsEmailAddress are both mapped, and both set the primary address; map only one of them.",
    );
  if (faults.length > 0) throw Fault.invalid(faults.join(" "));
  return settings;
}

function settingOf(name: string, mapped: unknown): Setting | undefined {
  const facts = setMailboxParameters[name] ?? { type: "" };
  if (facts.type === "ProxyAddressCollection") return addresses(name, listOf(name, mapped));
  if (facts.type === "MultiValuedProperty" || facts.type === "String[]")
    return list(name, listOf(name, mapped), facts);
  const text = mappedText(name, mapped);
  if (text !== "") return scalar(name, text, facts);
  const canBeEmpty =
    facts.type === "String" ? !neverEmpty.includes(name) : alsoEmpty.includes(name);
  return canBeEmpty ? plain(name, null, (current) => shown(current) === "") : undefined;
}

/** Faults that come with the most similar name: nobody reads more, and each comparison takes time. */
const maxSuggestions = 20;

/** The parameter that sets this property, or the one with the most similar name. */
function nearest(field: string): string {
  const other = setBy.get(field.toLowerCase());
  if (other !== undefined) return `; use ${other}`;
  const name = nearestName(field, [...names.values()]);
  return name === undefined ? "" : `; the most similar name is ${name}`;
}
