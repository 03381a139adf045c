import { isGuid } from "../guid.ts";
import { isSid } from "./accessList.ts";
import type { Command } from "./client/command.ts";
import { anyOf, equals } from "./client/opath.ts";
import { freeNames, recipientProperties, userProperties, withoutDomain } from "./recipientNames.ts";
import type { Cmdlets } from "./target.ts";

/** A look-up of some texts, by which trustees are listed, among the recipients or among the users. */
export interface Look {
  texts: readonly string[];
  command: Command;
  /** The recipient is looked up by its identity: that the service finds none is an answer. */
  isByIdentity?: true;
}

/** The cmdlets of the looks. */
export const nameLooks: Cmdlets = {
  "Get-Recipient": ["Identity", "Filter", "ResultSize"],
  "Get-User": ["Filter", "ResultSize"],
};

/** So many texts go into one filter: how long a filter may be is documented nowhere. */
const perFilter = 10;

/** Whether a text has the form of an identifier. */
export function isIdentifier(text: string): boolean {
  return isGuid(text) || text.includes("@");
}

/** An identifier is looked up by itself, and other texts as the free names of recipients and users. */
export function firstLooks(texts: readonly string[]): Look[] {
  const others = inTens(texts.filter((text) => !isIdentifier(text)));
  return [
    ...texts.filter(isIdentifier).map((text): Look => ({
      texts: [text],
      command: {
        cmdlet: "Get-Recipient",
        parameters: { Identity: text },
        select: recipientProperties,
      },
      isByIdentity: true,
    })),
    ...others.map((some) => recipientsWhere(some, asFreeName)),
    ...others.map((some) => usersWhere(some, asFreeName)),
  ];
}

/** What identified no recipient is looked up in a second way, and as a free name; and everything as a rare name. */
export function secondLooks(texts: readonly string[]): Look[] {
  const unidentified = inTens(texts.filter(isIdentifier));
  const others = inTens(texts.filter((text) => !isIdentifier(text)));
  return [
    ...unidentified.map((some) =>
      recipientsWhere(some, (text) => [...asIdentifier(text), ...asFreeName(text)]),
    ),
    ...unidentified.map((some) =>
      usersWhere(some, (text) => [...asFreeName(text), ...asRareName(text)]),
    ),
    ...others.map((some) => usersWhere(some, asRareName)),
  ];
}

/** The properties that a filter compares with a text, each with the value. */
type Comparisons = (text: string) => [property: string, value: string][];

const asFreeName: Comparisons = (text) => freeNames.map((name) => [name, text]);

const asIdentifier: Comparisons = (text) =>
  (isGuid(text)
    ? ["Guid", "ExternalDirectoryObjectId"]
    : ["WindowsLiveID", "PrimarySmtpAddress"]
  ).map((name) => [name, text]);

/** A filter on a distinguished name takes nothing else (documented), so a text is compared only where its form fits. */
const asRareName: Comparisons = (text) => [
  ...[...new Set([text, withoutDomain(text)])]
    .filter((name) => name.trim() !== "")
    .flatMap((name): ReturnType<Comparisons> => [
      ["UserPrincipalName", name],
      ["SamAccountName", name],
    ]),
  ...(isSid(text) ? asOnly("Sid", text) : []),
  ...(/^(CN|OU|DC)=.+,/i.test(text) ? asOnly("DistinguishedName", text) : []),
  ...(text.startsWith("/") ? asOnly("LegacyExchangeDN", text) : []),
];

const asOnly = (property: string, text: string): ReturnType<Comparisons> => [[property, text]];

const recipientsWhere = (texts: readonly string[], comparisons: Comparisons): Look =>
  look("Get-Recipient", recipientProperties, texts, comparisons);
const usersWhere = (texts: readonly string[], comparisons: Comparisons): Look =>
  look("Get-User", userProperties, texts, comparisons);

function look(
  cmdlet: string,
  select: readonly string[],
  texts: readonly string[],
  comparisons: Comparisons,
): Look {
  const conditions = texts.flatMap(comparisons).map(([property, value]) => equals(property, value));
  return {
    texts,
    command: {
      cmdlet,
      parameters: { Filter: anyOf(...conditions), ResultSize: "Unlimited" },
      select,
    },
  };
}

function inTens(texts: readonly string[]): string[][] {
  const count = Math.ceil(texts.length / perFilter);
  return Array.from({ length: count }, (_, index) =>
    texts.slice(index * perFilter, (index + 1) * perFilter),
  );
}
