import { isGuid, assertGuid } from "../guid.ts";
import { maxNamed, nameOf, type Identified } from "./naming.ts";
import { Fault } from "../fault.ts";
import { quoted } from "../graphemes.ts";
import { nearestName } from "../nearestName.ts";
import { filterableMailboxProperties, mailboxProperties } from "../generated/mailbox.ts";
import { textOf, type Row } from "./client/encoding.ts";
import { doesNotExist, exactlyOne } from "./client/lookUp.ts";
import { matchesExactly, equals } from "./client/opath.ts";
import { mergedCmdlets, type Cmdlets, type ExchangeQuery } from "./target.ts";
import { otherwiseFound, secondLook, settledFault } from "./absence.ts";
import type { Exchange } from "./client/exchange.ts";

/** A mailbox as Get-Mailbox returns it, with at least the properties that identify it. */
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

/** Those of the names that no property of a mailbox has, quoted, each with the nearest property. */
export function unknownProperties(names: readonly string[]): string[] {
  const byName = new Map(names.map((name) => [name.toLowerCase(), name]));
  return [...byName.values()]
    .filter((name) => mailboxProperty(name) === undefined)
    .map((name) => {
      const nearest = nearestName(name, mailboxProperties);
      return nearest === undefined ? quoted(name) : `${quoted(name)} (the nearest is ${nearest})`;
    });
}

/** What `mailboxesWhere` sends. */
export const mailboxSearch: Cmdlets = { "Get-Mailbox": ["Filter", "ResultSize"] };

/**
 * A look-up of all mailboxes, of any type, whose `property` is `value`; `alsoRead` names other properties to read.
 * Returns at most `maxNamed` + 1. Rows that do not have the exact value are dropped (see `matchesExactly`). Throws
 * `invalid` when Exchange cannot filter on the property, or not by text.
 */
export function mailboxesWhere(
  property: string,
  value: string,
  alsoRead: readonly string[],
): ExchangeQuery<Mailbox[]> {
  const name = filterable(property);
  if (/guid$/i.test(name) && !isGuid(value))
    throw Fault.invalid(`The value for ${name} is ${quoted(value)}; expected a GUID.`);
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
    // The list was cut off: the right mailbox, or a second one, may come after its end.
    if (rows.length > maxNamed && found.length < 2)
      throw new Fault({
        kind: "ambiguous",
        message:
          `More than ${maxNamed} mailboxes match "${value}" as ${name}, most of them only roughly, so ` +
          "it is unknown which one is meant.",
      });
    return found;
  };
}

/** What `mailboxById` sends without switches. */
export const mailboxLookup: Cmdlets = mergedCmdlets({ "Get-Mailbox": ["Identity"] }, secondLook);

/** A mailbox, or a former one: a mail user or a user that keeps the GUID, the memberships and the rights. */
export type MailboxOrFormer = { mailbox: Mailbox } | { former: Mailbox };

/** How a mailbox is looked up by its reference. */
interface ById {
  /** Switches of Get-Mailbox. */
  switches?: Readonly<Record<string, true>>;
  /** What the reference is, for the fault when it is not a GUID. */
  reference?: string;
  /** What the mailbox is, for the fault when it does not exist. */
  name?: string;
}

/**
 * The object with this Guid: a mailbox, or the mail user or user that remains when its licence is removed. `alsoRead`
 * names other properties to read. Throws a proven `missing` fault when there is neither, and `notReady` for a mailbox
 * that only some cmdlets show.
 */
export function mailboxOrFormerById(
  id: string,
  alsoRead: readonly string[],
  { switches = {}, reference = "The mailbox reference", name = `Mailbox ${id}` }: ById = {},
): ExchangeQuery<MailboxOrFormer> {
  assertGuid(id, reference);
  const select = selected(alsoRead);
  const command = { cmdlet: "Get-Mailbox", parameters: { Identity: id, ...switches }, select };
  return async ({ exchange }) => {
    try {
      const row = await exactlyOne(exchange, command, {
        what: `mailbox ${id}`,
        guid: id,
        none: (cause) => doesNotExist(name, cause),
      });
      return { mailbox: mailboxOf(row) };
    } catch (thrown) {
      const fault = Fault.of(thrown);
      if (fault.kind !== "missing") throw fault;
      return { former: await formerOf(exchange, id, { select, name, cause: fault }) };
    }
  };
}

/** Precedes the type of an object that is deleted and can be restored. */
const softDeleted = "soft-deleted ";

async function formerOf(
  exchange: Exchange,
  id: string,
  { select, name, cause }: { select: readonly string[]; name: string; cause: Fault },
): Promise<Mailbox> {
  const found = await otherwiseFound(exchange, id, select);
  if (!found) throw doesNotExist(name, cause, { isProven: true });
  const { row, isSoftDeleted } = found;
  // Recipients and users have fewer properties than mailboxes; what they lack is blank.
  const texts = Object.fromEntries(
    identifying.map((property) => [property, textOf(row[property])]),
  );
  const former = { ...row, ...texts } as Mailbox;
  if (former.RecipientTypeDetails === "")
    throw new Fault({
      kind: "unexpected",
      message: `Exchange Online did not return RecipientTypeDetails of ${id}, so its type is unknown.`,
    });
  if (!isPerson(former.RecipientTypeDetails))
    throw Fault.invalid(
      `${nameOf(former)} is a ${former.RecipientTypeDetails}; expected a mailbox.`,
    );
  if (isSoftDeleted)
    return { ...former, RecipientTypeDetails: `${softDeleted}${former.RecipientTypeDetails}` };
  if (former.RecipientTypeDetails.endsWith("Mailbox"))
    throw new Fault({
      kind: "notReady",
      message: `Mailbox ${nameOf(former)} exists, but cannot be found as a mailbox at the moment.`,
    });
  return former;
}

/** Whether an object of this type can have had a mailbox: a user, a mail user, or a mailbox here or on premises. */
function isPerson(type: string): boolean {
  return /(User|Mailbox)$/i.test(type) && !/^GroupMailbox$/i.test(type);
}

/** Whether a former mailbox is deleted, and can only be restored. */
export function isDeleted({
  RecipientTypeDetails,
}: Pick<Mailbox, "RecipientTypeDetails">): boolean {
  return RecipientTypeDetails.startsWith(softDeleted);
}

/**
 * The mailbox with this Guid. Throws as `mailboxOrFormerById`, and `notReady` for a person who has no mailbox at
 * present.
 */
export function mailboxById(
  id: string,
  alsoRead: readonly string[],
  byId?: ById,
): ExchangeQuery<Mailbox> {
  const query = mailboxOrFormerById(id, alsoRead, byId);
  return async (targets) => {
    const found = await query(targets);
    if ("mailbox" in found) return found.mailbox;
    const { former } = found;
    if (isDeleted(former))
      throw doesNotExist(byId?.name ?? `Mailbox ${former.Guid}`, undefined, { isProven: true });
    throw new Fault({
      kind: "notReady",
      message:
        `${nameOf(former)} is a ${former.RecipientTypeDetails} and has no mailbox: ` +
        "its licence may have been removed.",
    });
  };
}

/**
 * A read of something that belongs to a mailbox. When the service does not find it, the mailbox itself is looked up:
 * one "not found" proves nothing. Throws a proven `missing` fault when the mailbox no longer exists, and the fault of
 * the query otherwise.
 */
export function readingOf<T>({ Guid }: Mailbox, query: ExchangeQuery<T>): ExchangeQuery<T> {
  return async (targets) => {
    try {
      return await query(targets);
    } catch (thrown) {
      throw await settledFault(Fault.of(thrown), mailboxById(Guid, []))(targets);
    }
  };
}

/**
 * The fault of a read that belongs to a mailbox, once a second look has settled a "not found": a proven `missing`
 * fault,
 * or one that says that the mailbox exists.
 */
export function confirmed(mailbox: Mailbox, fault: Fault): ExchangeQuery<Fault> {
  return settledFault(fault, mailboxById(mailbox.Guid, []));
}

/** The properties to request: the identifying ones, and those of `alsoRead` that mailboxes have. */
export function selected(alsoRead: readonly string[]): string[] {
  return [
    ...new Set([...identifying, ...alsoRead.flatMap((wanted) => mailboxProperty(wanted) ?? [])]),
  ];
}

/**
 * The value of a true-or-false property. A requested property that was not returned is a fault, not "false".
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

/** The property's own spelling. Throws an `invalid` fault when Exchange cannot filter on it by text. */
export function filterable(property: string): string {
  const name = Object.keys(filterableMailboxProperties).find(
    (known) => known.toLowerCase() === property.toLowerCase(),
  );
  if (name === undefined)
    throw Fault.invalid(`Exchange cannot look up mailboxes by "${property}". ${lookUpAdvice}`);
  if (filterableMailboxProperties[name] !== "string")
    throw Fault.invalid(
      `Exchange cannot look up mailboxes by the text of "${name}". ${lookUpAdvice}`,
    );
  return name;
}

/** Throws an `unexpected` fault for a row without one of the identifying properties. */
export function mailboxOf(row: Row): Mailbox {
  const id = row["Guid"];
  if (typeof id !== "string" || !isGuid(id))
    throw new Fault({
      kind: "unexpected",
      message:
        "Exchange Online returned a mailbox without a Guid, so it is unknown which one it is.",
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
