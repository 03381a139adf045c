/** What is known of a person, and of no mailbox: Get-User shows it, and Set-User sets it (documented). */
import { mappedText, shown } from "../mappedValues.ts";
import type { Row } from "./client/encoding.ts";
import { exactlyOne } from "./client/lookUp.ts";
import type { Mailbox } from "./mailbox.ts";
import {
  differenceOf,
  withoutSameRecipients,
  type Difference,
  type Setter,
} from "./mailboxChange.ts";
import { plain, plainText, type Setting } from "./settingTypes.ts";
import type { Cmdlets, ExchangeQuery } from "./target.ts";

/**
 * The attributes that can be mapped: texts, and the manager. CountryOrRegion is left out, because Exchange Online shows
 * another text than was set (documented).
 */
export const userAttributes: readonly string[] = [
  "AssistantName",
  "City",
  "Company",
  "Department",
  "Fax",
  "FirstName",
  "HomePhone",
  "Initials",
  "LastName",
  "Manager",
  "MobilePhone",
  "Notes",
  "Pager",
  "Phone",
  "PhoneticDisplayName",
  "PostalCode",
  "StateOrProvince",
  "StreetAddress",
  "Title",
  "WebPage",
];
const canonical = new Map(userAttributes.map((name) => [name.toLowerCase(), name]));

/** The attribute's own spelling; undefined when it is none. */
export function userAttribute(name: string): string | undefined {
  return canonical.get(name.toLowerCase());
}

/** Those of these names that are attributes, each once, in their own spelling. */
export function userAttributesAmong(names: readonly string[]): string[] {
  const found = names.map(userAttribute).filter((name) => name !== undefined);
  return [...new Set(found)];
}

type Field = readonly [name: string, value: unknown];

/** Splits the mapped fields into attributes of the user and the others. */
export function withoutUserAttributes(fields: readonly Field[]): {
  ofUser: Field[];
  others: Field[];
} {
  return {
    ofUser: fields.filter(([name]) => userAttribute(name) !== undefined),
    others: fields.filter(([name]) => userAttribute(name) === undefined),
  };
}

/** The settings for mapped attributes. A field without a value clears the attribute. */
export function userSettingsFrom(fields: readonly Field[]): Setting[] {
  return fields.flatMap(([field, value]) => {
    const name = userAttribute(field);
    return name === undefined ? [] : [settingOf(name, mappedText(name, value))];
  });
}

function settingOf(name: string, text: string): Setting {
  if (text === "") return plain(name, null, (current) => shown(current) === "");
  return plainText(name, text, name === "Manager" ? "RecipientIdParameter" : "String", undefined);
}

/** The cmdlets of `userOf` and `userDifference`. */
export const userChange: Cmdlets = {
  "Get-User": ["Identity"],
  "Set-User": ["Identity", ...userAttributes],
};

/** The user of a mailbox, with these attributes. Asks for nothing without any. */
export function userOf(guid: string, attributes: readonly string[]): ExchangeQuery<Row> {
  if (attributes.length === 0) return () => Promise.resolve({});
  const select = ["Guid", ...attributes];
  return ({ exchange }) =>
    exactlyOne(
      exchange,
      { cmdlet: "Get-User", parameters: { Identity: guid }, select },
      { what: `user ${guid}`, guid },
    );
}

const setUser: Setter = {
  operation: "Set-User",
  what: "user",
  isInDirectory: true,
  read: userOf,
};

/** Compares the user of a mailbox with the mapped attributes. `mailbox` says whether Active Directory masters them. */
export function userDifference(
  mailbox: Mailbox,
  user: Row,
  settings: readonly Setting[],
): ExchangeQuery<Difference> {
  const both = { ...mailbox, ...user };
  return async (targets) =>
    differenceOf(both, await withoutSameRecipients(both, settings)(targets), setUser);
}
