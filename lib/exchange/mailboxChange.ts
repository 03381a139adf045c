import { Fault } from "../fault.ts";
import { recipientTypes, setMailboxParameters } from "../generated/mailbox.ts";
import { primaryAmong } from "../emailAddresses.ts";
import { isHashtable, textOf, type ParameterValue, type Row } from "./client/encoding.ts";
import { findRows } from "./client/lookUp.ts";
import { matchesExactly, equals } from "./client/opath.ts";
import { mailboxById, mailboxLookup, synchronisationOf, type Mailbox } from "./mailbox.ts";
import { masteredAs } from "./onPremisesAttributes.ts";
import type { Setting } from "./settingTypes.ts";
import { nameOf } from "./naming.ts";
import {
  mergedCmdlets,
  type Cmdlets,
  type ExchangeGate,
  type ExchangeQuery,
  type ExchangeStep,
} from "./target.ts";
import { together } from "./together.ts";

/** The properties of a mailbox to read before settings can be compared with it. */
export function propertiesFor(settings: readonly Setting[]): string[] {
  return settings.length === 0
    ? []
    : [...settings.map(({ property }) => property), "IsDirSynced", "IsExchangeCloudManaged"];
}

/** The cmdlet that sets properties of an object, what the object is, and how it is read again. */
export interface Setter {
  operation: "Set-Mailbox" | "Set-User" | "Set-MailboxCalendarConfiguration";
  what: "mailbox" | "user" | "the calendar of mailbox";
  /** Active Directory can master its properties. */
  isInDirectory: boolean;
  read(guid: string, properties: readonly string[]): ExchangeQuery<Row>;
}

const setMailbox: Setter = {
  operation: "Set-Mailbox",
  what: "mailbox",
  isInDirectory: true,
  read: mailboxById,
};

/** What has to change before a mailbox has its settings. */
export interface Difference {
  /** One change with all that differs and is mastered in Exchange Online; undefined when nothing does. */
  change: ExchangeStep | undefined;
  /** The mailbox as it is after the change. */
  after: Row;
  /** An `onPremises` fault that names the attribute to change for each setting that Active Directory masters. */
  refused: Fault | undefined;
}

/** Compares a mailbox with its settings. Throws `unexpected` when a requested property was not returned. */
export function differenceOf(
  mailbox: Mailbox,
  settings: readonly Setting[],
  setter: Setter = setMailbox,
): Difference {
  const sync =
    settings.length === 0 || !setter.isInDirectory
      ? { isDirSynced: false, isExchangeCloudManaged: false }
      : synchronisationOf(mailbox);
  const parameters: Record<string, ParameterValue> = {};
  const before: Record<string, unknown> = {};
  const after: Record<string, unknown> = { ...mailbox };
  const onPremisesOnly: string[] = [];
  for (const { name, property, difference, isSetOnPremises } of settings) {
    const current = mailbox[property];
    if (current === undefined)
      throw new Fault({
        kind: "unexpected",
        message:
          `Exchange Online did not return ${property} of ${setter.what} ${nameOf(mailbox)}, so it cannot be ` +
          "compared.",
      });
    const different = difference(current);
    if (!different) continue;
    const attribute = isSetOnPremises ? undefined : masteredAs(name, sync);
    if (attribute !== undefined) {
      onPremisesOnly.push(`${name} (attribute ${attribute})`);
      continue;
    }
    parameters[name] = different.send;
    before[property] = current;
    after[property] = different.after;
    // The primary address shows in a property of its own.
    if (name === "EmailAddresses")
      after["PrimarySmtpAddress"] =
        primaryAmong(different.after as string[]) ?? mailbox.PrimarySmtpAddress;
    if (name === "WindowsEmailAddress") after["PrimarySmtpAddress"] = different.after;
  }
  const changed = Object.keys(parameters);
  return {
    change:
      changed.length === 0
        ? undefined
        : {
            target: "exchange",
            operation: setter.operation,
            parameters: { Identity: mailbox.Guid, ...parameters },
            sentence: sentenceFor(mailbox, changed, { parameters, after, what: setter.what }),
            before,
            isInEffect: hasAll(
              mailbox,
              settings.filter(({ name }) => changed.includes(name)),
              setter,
            ),
          },
    after,
    refused:
      onPremisesOnly.length === 0
        ? undefined
        : new Fault({
            kind: "onPremises",
            message:
              `${setter.what === "user" ? "User" : "Mailbox"} ${nameOf(mailbox)} is synchronised from Active ` +
              `Directory, which masters ${onPremisesOnly.join(", ")}: change ` +
              `${onPremisesOnly.length === 1 ? "it" : "them"} there.`,
          }),
  };
}

/** Whether a mailbox, read again, has all of these settings. */
function hasAll(
  { Guid }: Mailbox,
  settings: readonly Setting[],
  { read }: Setter,
): ExchangeQuery<boolean> {
  return async (targets) => {
    const fresh = await read(
      Guid,
      settings.map(({ property }) => property),
    )(targets);
    const different = await withoutSameRecipients(fresh, settings)(targets);
    return different.every(({ property, difference }) => difference(fresh[property]) === undefined);
  };
}

/**
 * The names of the settings and not their values, which may be private. A new primary address is shown: it is in the
 * name of the mailbox from then on.
 */
function sentenceFor(
  mailbox: Mailbox,
  changed: readonly string[],
  {
    parameters,
    after,
    what,
  }: { parameters: Readonly<Record<string, ParameterValue>>; after: Row; what: Setter["what"] },
): string {
  const [only, ...more] = changed;
  const hidden = parameters["HiddenFromAddressListsEnabled"];
  const type = mailboxTypes[textOf(parameters["Type"]).toLowerCase()];
  if (only === "Type" && more.length === 0 && type !== undefined)
    return `Convert mailbox ${nameOf(mailbox)} to ${type}`;
  if (more.length === 0 && typeof hidden === "boolean")
    return `${hidden ? "Hide" : "Show"} mailbox ${nameOf(mailbox)} ${hidden ? "from" : "in"} the address lists`;
  const primary = textOf(after["PrimarySmtpAddress"]);
  const isNew = primary !== textOf(mailbox.PrimarySmtpAddress);
  const detail = isNew ? ` (new primary address ${primary})` : "";
  return `Set ${changed.join(", ")}${detail} of ${what} ${nameOf(mailbox)}`;
}

/** The values of Type, in lower case. */
const mailboxTypes: Readonly<Record<string, string>> = {
  regular: "a user mailbox",
  shared: "a shared mailbox",
  room: "a room mailbox",
  equipment: "an equipment mailbox",
};

/**
 * What `applySettings` sends for any mapped settings: the parameter of each, and look-ups of the recipients and
 * addresses in them.
 */
export const settingsChange: Cmdlets = mergedCmdlets(mailboxLookup, {
  "Set-Mailbox": ["Identity", ...Object.keys(setMailboxParameters)],
  "Get-Recipient": ["Identity", "Filter", "RecipientTypeDetails", "IncludeSoftDeletedRecipients"],
});
/** What `applySettings` sends for the visibility in the address lists alone. */
export const visibilityChange: Cmdlets = mergedCmdlets(mailboxLookup, {
  "Set-Mailbox": ["Identity", "HiddenFromAddressListsEnabled"],
});

/**
 * Updates a mailbox to its settings, with one Set-Mailbox at most, and returns it as it was and as it is afterwards.
 * `first`: a step that is taken before, whatever becomes of the settings. `was`: the mailbox before the event, if the
 * event has changed it already. Throws at the end for settings that Active Directory masters.
 */
export async function applySettings(
  mailbox: Mailbox,
  settings: readonly Setting[],
  {
    read,
    changeAll,
    first,
    was = mailbox,
  }: Pick<ExchangeGate, "read" | "changeAll"> & { first?: ExchangeStep; was?: Mailbox },
): Promise<{ before: Row; after: Row; subject: string }> {
  const difference = await read(allowedDifference(mailbox, settings)).catch(Fault.of);
  const needed = difference instanceof Fault ? undefined : difference.change;
  const steps = [first, needed].filter((step) => step !== undefined);
  if (steps.length > 0) await changeAll(steps);
  if (difference instanceof Fault) throw difference;
  const { after, refused } = difference;
  if (refused) throw refused;
  return {
    before: inOwnWords(was, settings),
    after: inOwnWords(after, settings),
    subject: `mailbox ${nameOf(mailbox)}`,
  };
}

/** What has to change. Throws an `invalid` fault for an address that another recipient has. */
function allowedDifference(
  mailbox: Mailbox,
  settings: readonly Setting[],
): ExchangeQuery<Difference> {
  return async (targets) => {
    const different = await withoutSameRecipients(mailbox, settings)(targets);
    const difference = differenceOf(mailbox, different);
    if (difference.change) await addressesAreFree(difference.change)(targets);
    return difference;
  };
}

/** Adds settings that are read as another property under their own name too: that is the name that was mapped. */
function inOwnWords(row: Row, settings: readonly Setting[]): Row {
  return {
    ...row,
    ...Object.fromEntries(
      settings
        .filter(({ name, property }) => name !== property)
        .map(({ name, property, present }) => [
          name,
          present ? present(row[property]) : row[property],
        ]),
    ),
  };
}

/**
 * The settings without those that name the recipients that the mailbox already has: the service returns them by Name,
 * however they were sent.
 */
export function withoutSameRecipients(
  mailbox: Row,
  settings: readonly Setting[],
): ExchangeQuery<Setting[]> {
  return async (targets) => {
    const isLeft = await together(...settings.map((setting) => isDifferent(mailbox, setting)))(
      targets,
    );
    return settings.filter((_, index) => isLeft[index]);
  };
}

function isDifferent(mailbox: Row, setting: Setting): ExchangeQuery<boolean> {
  const current = [mailbox[setting.property] ?? []]
    .flat()
    .map(textOf)
    .filter((name) => name !== "");
  const wanted = setting.recipients ?? [];
  const mayBeSame =
    wanted.length > 0 &&
    wanted.length === current.length &&
    setting.difference(mailbox[setting.property]) !== undefined;
  if (!mayBeSame) return () => Promise.resolve(true);
  const areSame = areAmong(wanted, current);
  return async (targets) => !(await areSame(targets));
}

/**
 * Whether each of these recipients is in the list, by a name that no one else has. A recipient that is not found is
 * sent anyway, for the service to refuse.
 */
function areAmong(wanted: readonly string[], current: readonly string[]): ExchangeQuery<boolean> {
  const own = [
    "Guid",
    "Name",
    "DistinguishedName",
    "ExternalDirectoryObjectId",
    "PrimarySmtpAddress",
  ];
  const named = together(
    ...wanted.map(
      (identity): ExchangeQuery<Row[]> =>
        ({ exchange }) =>
          findRows(
            exchange,
            { cmdlet: "Get-Recipient", parameters: { Identity: identity }, select: own },
            ["missing", "ambiguous"],
          ),
    ),
  );
  return async (targets) => {
    const present = new Set(current.map((name) => name.toLowerCase()));
    return (await named(targets)).every(
      ([recipient, ...others]) =>
        recipient !== undefined &&
        others.length === 0 &&
        own.some((name) => present.delete(textOf(recipient[name]).toLowerCase())),
    );
  };
}

/**
 * Refuses a change that would add an address that another recipient has, and names that recipient, even one that is
 * soft-deleted: the service's own refusal does not always name it.
 */
function addressesAreFree({ parameters }: ExchangeStep): ExchangeQuery<void> {
  const select = [
    "Guid",
    "DisplayName",
    "PrimarySmtpAddress",
    "RecipientTypeDetails",
    "EmailAddresses",
  ];
  // Soft-deleted recipients and Microsoft 365 groups are found only when the types are named (Microsoft's documentation
  // of Get-Recipient).
  const areFree = [...newAddresses(parameters)].map(
    (address): ExchangeQuery<void> =>
      async ({ exchange }) => {
        const { rows } = await exchange.invoke({
          cmdlet: "Get-Recipient",
          parameters: {
            Filter: equals("EmailAddresses", `smtp:${address}`),
            RecipientTypeDetails: recipientTypes,
            IncludeSoftDeletedRecipients: true,
          },
          select,
        });
        const holder = rows.find(
          (row) =>
            textOf(row["Guid"]).toLowerCase() !== parameters.Identity.toLowerCase() &&
            matchesExactly(
              row,
              "EmailAddresses",
              address,
              `recipient "${textOf(row["DisplayName"])}"`,
            ),
        );
        if (holder)
          throw Fault.invalid(
            `The address ${address} is already used by ${describedHolder(holder)}.`,
          );
      },
  );
  return async (targets) => {
    await together(...areFree)(targets);
  };
}

/** The addresses that the mailbox does not have yet: those that change their prefix or casing are removed and added. */
function newAddresses({
  EmailAddresses: delta,
  WindowsEmailAddress: primary,
}: ExchangeStep["parameters"]): Set<string> {
  const entries = (key: string): string[] =>
    isHashtable(delta)
      ? [delta[key] ?? []].flat().map((entry) => textOf(entry).replace(/^smtp:/i, ""))
      : [];
  const own = entries("remove").map((address) => address.toLowerCase());
  return new Set([
    ...entries("add").filter((address) => !own.includes(address.toLowerCase())),
    ...(typeof primary === "string" ? [primary] : []),
  ]);
}

function describedHolder(holder: Row): string {
  const [name, address, type, guid] = [
    "DisplayName",
    "PrimarySmtpAddress",
    "RecipientTypeDetails",
    "Guid",
  ].map((property) => textOf(holder[property]));
  return `"${name}" <${address}> (${type}, ${guid})`;
}
