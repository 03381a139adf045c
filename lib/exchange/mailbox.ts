import { isGuid, assertGuid } from "./guid.ts";
import { maxNamed, nameOf, type Identified } from "./naming.ts";
import { Fault } from "../fault.ts";
import { filterableMailboxProperties, mailboxProperties } from "../generated/mailbox.ts";
import { textOf, type Row } from "./client/encoding.ts";
import { doesNotExist, exactlyOne } from "./client/lookUp.ts";
import { matchesExactly, equals } from "./client/opath.ts";
import type { Cmdlets, ExchangeQuery, ExchangeStream } from "./target.ts";

/** A mailbox as Get-Mailbox returns it, with at least the properties that say which one it is. */
export interface Mailbox extends Row, Identified {
  /** GUID of the directory object, as text. */
  Guid: string;
  DisplayName: string;
  UserPrincipalName: string;
  PrimarySmtpAddress: string;
  RecipientTypeDetails: string;
}

const identifying = [
  "Guid",
  "DisplayName",
  "UserPrincipalName",
  "PrimarySmtpAddress",
  "RecipientTypeDetails",
] as const;
const canonical = new Map(mailboxProperties.map((name) => [name.toLowerCase(), name]));

/** The property's own spelling, or undefined when mailboxes have no such property. */
export function mailboxProperty(name: string): string | undefined {
  return canonical.get(name.toLowerCase());
}

/** What `mailboxesWhere` sends. */
export const mailboxSearch: Cmdlets = { "Get-Mailbox": ["Filter", "ResultSize"] };

/**
 * A look-up of all mailboxes, of whatever type, whose `property` is `value`; `alsoRead` names properties wanted
 * besides. At most `maxNamed` + 1 come back. Rows that do not carry the value are left out (see `carries`). The query
 * fails with `invalid` when Exchange cannot filter on the property, or not by text.
 */
export function mailboxesWhere(
  property: string,
  value: string,
  alsoRead: readonly string[],
): ExchangeQuery<Mailbox[]> {
  const name = filterable(property);
  if (/guid$/i.test(name) && !isGuid(value))
    throw Fault.invalid(
      `The value for ${name} is a text of ${value.length} characters; expected a GUID.`,
    );
  const select = selected([name, ...alsoRead]);
  return async ({ exchange }) => {
    const { rows } = await exchange.invoke({
      cmdlet: "Get-Mailbox",
      parameters: { Filter: equals(name, value), ResultSize: maxNamed + 1 },
      select,
    });
    const found = rows
      .map(mailboxOf)
      .filter((mailbox) => matchesExactly(mailbox, name, value, `mailbox ${nameOf(mailbox)}`));
    // The list was cut off: the one that is meant, or a second one, may stand behind its end.
    if (rows.length > maxNamed && found.length < 2)
      throw new Fault({
        kind: "ambiguous",
        message:
          `More than ${maxNamed} mailboxes answer to "${value}" as ${name}, most of them only roughly, so ` +
          "it cannot be told which one is meant.",
      });
    return found;
  };
}

/** What `mailboxById` sends without switches. */
export const mailboxLookup: Cmdlets = { "Get-Mailbox": ["Identity"] };

/** How a mailbox is asked for by its reference. */
interface ById {
  /** Switches of Get-Mailbox. */
  switches?: Readonly<Record<string, true>>;
  /** What the reference is, for the fault when it is not a GUID. */
  reference?: string;
  /** What the mailbox is, for the fault when it does not exist. */
  name?: string;
}

/**
 * The mailbox with this Guid; `alsoRead` names other properties to read. Throws a `missing` fault when there is none.
 */
export function mailboxById(
  id: string,
  alsoRead: readonly string[],
  { switches = {}, reference = "The mailbox reference", name = `Mailbox ${id}` }: ById = {},
): ExchangeQuery<Mailbox> {
  assertGuid(id, reference);
  return async ({ exchange }) =>
    mailboxOf(
      await exactlyOne(
        exchange,
        {
          cmdlet: "Get-Mailbox",
          parameters: { Identity: id, ...switches },
          select: selected(alsoRead),
        },
        { what: `mailbox ${id}`, guid: id, none: (cause) => doesNotExist(name, cause) },
      ),
    );
}

/** What `mailboxesOf` sends for all mailboxes of some types, and for those with a certain value. */
export const mailboxList: Cmdlets = { "Get-Mailbox": ["RecipientTypeDetails", "ResultSize"] };
export const filteredMailboxList: Cmdlets = {
  "Get-Mailbox": ["Filter", "RecipientTypeDetails", "ResultSize"],
};

/**
 * Every mailbox of these types, as its page arrives, or those whose `property` is `value`; `alsoRead` names
 * properties wanted besides. Throws an `invalid` fault for no types: the service would take it for all of them.
 */
export function mailboxesOf(
  types: readonly string[],
  alsoRead: readonly string[],
  where?: { property: string; value: string | true },
): ExchangeStream<Mailbox> {
  if (types.length === 0)
    throw Fault.invalid("No mailbox types were named, so there is nothing to list.");
  // Documented form for an unquoted `$true` that goes over the wire.
  const filter = where && {
    Filter:
      where.value === true
        ? `${where.property} -eq 'True'`
        : equals(filterable(where.property), where.value),
  };
  return async function* ({ exchange }) {
    for await (const { rows } of exchange.pages({
      cmdlet: "Get-Mailbox",
      parameters: { ...filter, RecipientTypeDetails: [...types], ResultSize: "Unlimited" },
      select: selected([...alsoRead, ...(where ? [where.property] : [])]),
    })) {
      for (const row of rows) {
        const mailbox = mailboxOf(row);
        if (
          !where ||
          (where.value === true
            ? booleanProperty(mailbox, where.property)
            : matchesExactly(mailbox, where.property, where.value, `mailbox ${nameOf(mailbox)}`))
        )
          yield mailbox;
      }
    }
  };
}

function selected(alsoRead: readonly string[]): string[] {
  return [
    ...new Set([...identifying, ...alsoRead.flatMap((wanted) => mailboxProperty(wanted) ?? [])]),
  ];
}

/**
 * The value of a true-or-false property. A property that was asked for and did not come back is a fault, not "false".
 */
export function booleanProperty(mailbox: Row & Identified, property: string): boolean {
  const value = mailbox[property];
  if (typeof value === "boolean") return value;
  if (typeof value === "string" && /^(true|false)$/i.test(value))
    return value.toLowerCase() === "true";
  throw new Fault({
    kind: "unexpected",
    message: `Exchange Online did not return ${property} of mailbox ${nameOf(mailbox)}, so it cannot be compared.`,
  });
}

/**
 * How a mailbox is synchronised; it must have been read with IsDirSynced and IsExchangeCloudManaged. Only tenants
 * that know the switch show the second one.
 */
export function synchronisationOf(mailbox: Row & Identified): {
  isDirSynced: boolean;
  isExchangeCloudManaged: boolean;
} {
  const isDirSynced = booleanProperty(mailbox, "IsDirSynced");
  return {
    isDirSynced,
    isExchangeCloudManaged:
      isDirSynced &&
      (mailbox["IsExchangeCloudManaged"] ?? "") !== "" &&
      booleanProperty(mailbox, "IsExchangeCloudManaged"),
  };
}

const lookUpAdvice =
  "Correlate on a property such as UserPrincipalName, EmailAddresses, ExternalDirectoryObjectId, Guid " +
  "or CustomAttribute1.";

function filterable(property: string): string {
  const name = Object.keys(filterableMailboxProperties).find(
    (known) => known.toLowerCase() === property.toLowerCase(),
  );
  if (name === undefined)
    throw Fault.invalid(`Exchange cannot look mailboxes up by "${property}". ${lookUpAdvice}`);
  if (filterableMailboxProperties[name] !== "string")
    throw Fault.invalid(
      `Exchange cannot look mailboxes up by the text of "${name}". ${lookUpAdvice}`,
    );
  return name;
}

function mailboxOf(row: Row): Mailbox {
  const id = row["Guid"];
  if (typeof id !== "string" || !isGuid(id))
    throw new Fault({
      kind: "unexpected",
      message:
        "Exchange Online returned a mailbox without a Guid, so it cannot be told which one it is.",
    });
  const lacking = identifying.find((name) => row[name] === undefined);
  if (lacking !== undefined)
    throw new Fault({
      kind: "unexpected",
      message: `Exchange Online did not return ${lacking} of mailbox ${id}.`,
    });
  const texts = Object.fromEntries(identifying.map((name) => [name, textOf(row[name])]));
  return { ...row, ...texts } as Mailbox;
}
