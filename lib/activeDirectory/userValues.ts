import { addressChange } from "../emailAddresses.ts";
import { Fault } from "../fault.ts";
import { lengthOf, listOf, mappedText, oneOf, wrong } from "../mappedValues.ts";
import { nearestName } from "../nearestName.ts";
import {
  readOnlyAttributes,
  userAttributeNames,
  userAttributes,
  type UserAttributeName,
} from "./userAttributes.ts";

/** A value of an attribute; null clears it. */
export type UserValue = string | number | boolean | null | readonly string[];
/** Values by attribute. */
export type UserValues = Readonly<Partial<Record<UserAttributeName, UserValue>>>;

/** What a mapping can read of a user. */
export type ReadableAttribute = UserAttributeName | (typeof readOnlyAttributes)[number];
export const readableAttributes: readonly ReadableAttribute[] = [
  ...readOnlyAttributes,
  ...userAttributeNames,
];

type Field = readonly [name: string, value: unknown];

/**
 * The values for the mapped fields, typed by the table of attributes: a mapping yields only texts, and lists of texts.
 * A field without a value clears the attribute, and is ignored when the attribute is never empty. Throws one `invalid`
 * fault that names every field that is not an attribute or has no usable value.
 */
export function userValuesFrom(fields: readonly Field[]): UserValues {
  const faults: string[] = [];
  const values: Partial<Record<UserAttributeName, UserValue>> = {};
  for (const [field, mapped] of fields) {
    try {
      const name = attributeNamed(field);
      const value = valueOf(name, mapped);
      if (value !== undefined) values[name] = value;
    } catch (thrown) {
      faults.push(Fault.of(thrown).message);
    }
  }
  if (faults.length > 0) throw Fault.invalid(faults.join(" "));
  return values;
}

/** The attributes to read for these fields, in the spelling of the schema. Others are left out. */
export function attributesAmong(fields: readonly string[]): ReadableAttribute[] {
  const names = new Set(fields.map((field) => field.toLowerCase()));
  return readableAttributes.filter((attribute) => names.has(attribute.toLowerCase()));
}

function attributeNamed(field: string): UserAttributeName {
  const found = userAttributeNames.find((name) => name.toLowerCase() === field.toLowerCase());
  if (found) return found;
  throw Fault.invalid(
    `${field} is mapped, but is not an attribute of a user to set${hintFor(field)}.`,
  );
}

function hintFor(field: string): string {
  if (attributesAmong([field]).length > 0) return "; it can only be read (mapping mode None)";
  const nearest = nearestName(field, userAttributeNames);
  return nearest === undefined ? "" : `; the most similar name is ${nearest}`;
}

function valueOf(name: UserAttributeName, mapped: unknown): UserValue | undefined {
  const { type, maxLength = Infinity, isNeverEmpty } = userAttributes[name];
  if (type === "addresses") {
    const wanted = listOf(name, mapped);
    addressChange([], wanted, name); // throws for a wrong mapping before anything is read
    return wanted.length === 0 ? undefined : wanted;
  }
  const text = mappedText(name, mapped);
  if (text === "") return isNeverEmpty ? undefined : null;
  if (type === "flag") return oneOf(name, text, ["true", "false"]) === "true";
  if (type === "integer" && !/^-?\d{1,18}$/.test(text)) throw wrong(name, text, "a whole number");
  if (type === "country" && !/^[A-Z]{2}$/i.test(text))
    throw wrong(name, text, "a country code of two letters such as NL");
  if (lengthOf(text) > maxLength) throw wrong(name, text, `${maxLength} characters at most`);
  if (name === "sAMAccountName" && !samAccountName.test(text))
    throw wrong(
      name,
      text,
      'a name without any of " / \\ [ ] : ; | = , + * ? < > @ and a dot at its end',
    );
  if (name === "userPrincipalName" && !userPrincipalName.test(text))
    throw wrong(name, text, "a user name such as name@contoso.com");
  return text;
}

/** Documented for the accounts database. The @ is allowed there, and confuses sign-ins. */
const samAccountName = /^[^"/\\[\]:;|=,+*?<>@\p{Cc}]*[^"/\\[\]:;|=,+*?<>@\p{Cc}.]$/u;
const userPrincipalName = /^[^@\s]+@[^@\s]+$/;
