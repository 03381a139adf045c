import { Fault } from "../fault.ts";
import { recipientTypes } from "../generated/mailbox.ts";
import { textOf, type Parameters, type Row } from "./client/encoding.ts";
import type { WhileWaiting } from "../net/polling.ts";
import type { Exchange } from "./client/exchange.ts";
import { anyOf, equals } from "./client/opath.ts";
import { cloudGroups, groupList, groupTypes, managerBypass } from "./group.ts";
import { mailboxesOf, mailboxList } from "./mailbox.ts";
import { foldedName, type ObjectNames } from "./objectNames.ts";
import { exactlyOne, findRows } from "./client/lookUp.ts";
import { mostNamed, nameOf } from "./naming.ts";
import {
  cmdlets,
  type CmdletCall,
  type Cmdlets,
  type ExchangeQuery,
  type ExchangeStep,
  type ExchangeStream,
} from "./target.ts";
import type { Step } from "../step.ts";

/** A group or mailbox with every name that a new one could clash with. */
export interface NamedObject extends Row {
  Guid: string;
  Name: string;
  DisplayName: string;
  Alias: string;
  PrimarySmtpAddress: string;
  RecipientTypeDetails: string;
  EmailAddresses: readonly string[];
}

/** What can be made. */
export interface ObjectKind {
  /** As people call it. */
  noun: string;
  get: string;
  set: string;
  types: readonly string[];
  /** Every one that the tenant has, as its page arrives. */
  all(alsoRead: readonly string[]): ExchangeStream<Row>;
  creating(names: ObjectNames, ownerId: string | undefined): CmdletCall;
  /** What Set- needs beside the values. */
  setting(type: string, values: Parameters): Parameters;
}

/** A naming policy would change the name (documented: in PowerShell also for administrators), and nobody would find the group by it. */
const ownNames = { IgnoreNamingPolicy: true };

/** Distribution groups that are mastered in Exchange Online. */
export const distributionGroups: ObjectKind = {
  noun: "group",
  get: "Get-DistributionGroup",
  set: "Set-DistributionGroup",
  types: groupTypes,
  all: (alsoRead) => cloudGroups(undefined, alsoRead),
  // An application is no recipient that could own a group, so the owner is always given.
  creating: (names, ownerId = "") => ({
    target: "exchange",
    operation: "New-DistributionGroup",
    parameters: { ...names, ManagedBy: [ownerId], ...ownNames },
  }),
  setting: (type, values) => ({
    ...("Name" in values || "DisplayName" in values ? ownNames : {}),
    ...managerBypass(type),
  }),
};

/** Shared mailboxes; synchronised ones are among them, so that no second one is made beside them. */
export const sharedMailboxes: ObjectKind = {
  noun: "shared mailbox",
  get: "Get-Mailbox",
  set: "Set-Mailbox",
  types: ["SharedMailbox"],
  all: (alsoRead) => mailboxesOf(["SharedMailbox"], alsoRead),
  creating: (names) => ({
    target: "exchange",
    operation: "New-Mailbox",
    parameters: { ...names, Shared: true },
  }),
  setting: () => ({}),
};

const newNames = ["Name", "DisplayName", "Alias", "PrimarySmtpAddress"];
/** Of these, the configuration picks the two that hold key and marker. */
const customAttributes = Array.from({ length: 15 }, (_, index) => `CustomAttribute${index + 1}`);
const written = [
  "Identity",
  "Name",
  "DisplayName",
  "HiddenFromAddressListsEnabled",
  ...customAttributes,
];
/** What `assertNamesFree` sends. */
const namesLookup: Cmdlets = {
  "Get-Recipient": ["Filter", "RecipientTypeDetails", "ResultSize", "IncludeSoftDeletedRecipients"],
};
/** What listing, finding, making and updating distribution groups sends, and finding their owner. */
export const groupCreation: Cmdlets = cmdlets(
  groupList,
  namesLookup,
  { "Get-Recipient": ["Identity"], "Get-DistributionGroup": ["Identity"] },
  { "New-DistributionGroup": [...newNames, "ManagedBy", ...Object.keys(ownNames)] },
  {
    "Set-DistributionGroup": [
      ...written,
      ...Object.keys(ownNames),
      "BypassSecurityGroupManagerCheck",
    ],
  },
).operations;
/** What listing, finding, making and updating shared mailboxes sends. */
export const sharedMailboxCreation: Cmdlets = cmdlets(
  mailboxList,
  namesLookup,
  { "Get-Mailbox": ["Identity"] },
  { "New-Mailbox": [...newNames, "Shared"] },
  { "Set-Mailbox": written },
).operations;

const identifying = [
  "Guid",
  "Name",
  "DisplayName",
  "Alias",
  "PrimarySmtpAddress",
  "EmailAddresses",
  "RecipientTypeDetails",
  "ExternalDirectoryObjectId",
];

/** Every object of the kind. `alsoRead` names properties wanted besides. */
export function allObjects(
  kind: ObjectKind,
  alsoRead: readonly string[],
): ExchangeStream<NamedObject> {
  const query = kind.all([...identifying, ...alsoRead]);
  return async function* ({ exchange }) {
    for await (const row of query({ exchange })) yield namedObject(row, kind);
  };
}

function namedObject(
  row: Row,
  { noun }: ObjectKind,
  needed: readonly string[] = identifying,
): NamedObject {
  const id = textOf(row["Guid"]);
  for (const name of needed)
    if (row[name] === undefined)
      throw new Fault({
        kind: "unexpected",
        message: `Exchange Online did not return ${name} of a ${noun}${id === "" ? "" : ` (${id})`}, so it cannot be told which one it is.`,
      });
  const texts = Object.fromEntries(identifying.map((name) => [name, textOf(row[name])]));
  return {
    ...row,
    ...texts,
    EmailAddresses: [row["EmailAddresses"] ?? []].flat().map(textOf),
  } as unknown as NamedObject;
}

/** The SMTP addresses of an object, without prefix and case. */
export function addressesOf({ EmailAddresses, PrimarySmtpAddress }: NamedObject): string[] {
  const all = [
    ...EmailAddresses.filter((address) => /^smtp:/i.test(address)).map((address) =>
      address.slice("smtp:".length),
    ),
    PrimarySmtpAddress,
  ];
  return all.filter((address) => address !== "").map((address) => address.toLowerCase());
}

/** Cloud mailboxes may be given their directory id for a name, whatever was asked for (MC365786). */
export function hasNameOfItsOwn({ Name, ExternalDirectoryObjectId }: NamedObject): boolean {
  return Name.toLowerCase() !== textOf(ExternalDirectoryObjectId).toLowerCase();
}

/** Whether the object is what is made under these names, as far as names can tell. */
export function hasNames(names: ObjectNames, object: NamedObject, { types }: ObjectKind): boolean {
  return (
    types.includes(object.RecipientTypeDetails) &&
    object.PrimarySmtpAddress.toLowerCase() === names.PrimarySmtpAddress.toLowerCase() &&
    (foldedName(object.Name) === foldedName(names.Name) || !hasNameOfItsOwn(object))
  );
}

/** An object of these names cannot be made, because of what is there. */
export function nameConflict(
  { Name, PrimarySmtpAddress }: ObjectNames,
  objects: readonly Pick<
    NamedObject,
    "DisplayName" | "PrimarySmtpAddress" | "Guid" | "RecipientTypeDetails"
  >[],
): Fault {
  return Fault.invalid(
    `The name "${Name}" or the address ${PrimarySmtpAddress} is taken by ${objects.map((object) => `${nameOf(object)}, a ${object.RecipientTypeDetails}`).join(", and by ")}.`,
  );
}

/** One that is made, of which it is not known otherwise. */
export interface Sought {
  kind: ObjectKind;
  names: ObjectNames;
  alsoRead: readonly string[];
  /** Throws a fault when the one that was found is not the one that is meant. */
  check(object: NamedObject): void;
  aside: WhileWaiting;
}

/** The object of these names, as soon as readers find it. Throws an `invalid` fault when another one has its address. */
export function found(sought: Sought): ExchangeQuery<NamedObject> {
  return ({ exchange }) =>
    exchange.eventually(() => lookUp(sought, exchange), {
      what: `The ${sought.kind.noun} ${sought.names.PrimarySmtpAddress}`,
      aside: sought.aside,
    });
}

/** By its address: one look-up in an index, and no one else's. */
async function lookUp(
  { kind, names, alsoRead, check }: Sought,
  exchange: Exchange,
): Promise<NamedObject | undefined> {
  const rows = await findRows(exchange, {
    cmdlet: kind.get,
    parameters: { Identity: names.PrimarySmtpAddress },
    select: [...identifying, ...alsoRead],
  });
  const objects = rows.map((row) => namedObject(row, kind));
  const [object, ...others] = objects;
  if (!object) return undefined;
  if (others.length > 0 || !hasNames(names, object, kind))
    throw nameConflict(names, objects.slice(0, mostNamed));
  check(object);
  return object;
}

/** How long something is looked for of which nobody knows whether it is there. Microsoft's directories take seconds, seldom a minute. */
const aWhileMs = 30_000;

/**
 * What became of an object whose making failed with this fault: when no answer told whether it was made, or it was refused because its names are
 * taken, perhaps by itself, made a moment ago. It is looked for, and never made again. Throws the fault that is to be told when it is not there.
 */
export function confirmCreated(sought: Sought, fault: Fault): ExchangeQuery<"done" | "alreadySo"> {
  const isTaken = fault.kind === "taken";
  return async ({ exchange }) => {
    if (!isTaken && fault.kind !== "unavailable" && fault.kind !== "unexpected") throw fault;
    const look = async (): Promise<true | undefined> => {
      if (await lookUp(sought, exchange)) return true;
      if (isTaken) await assertNamesFree(sought)({ exchange });
      return undefined;
    };
    try {
      await exchange.eventually(look, {
        what: `The ${sought.kind.noun} ${sought.names.PrimarySmtpAddress}`,
        mostMs: aWhileMs,
        aside: sought.aside,
      });
    } catch (thrown) {
      const why = Fault.of(thrown);
      // Somebody else's, which is an answer.
      if (why.kind === "invalid" || why.kind === "ambiguous") throw why;
      const next = isTaken
        ? "If it was made a moment ago, the next run finds it and finishes it."
        : "If it was made, the next run finds it and finishes it; if not, the next run makes it.";
      throw new Fault({
        kind: fault.kind,
        message: `${fault.message} ${why.message} ${next}`,
        cause: fault,
        requestId: fault.requestId,
      });
    }
    return isTaken ? "alreadySo" : "done";
  };
}

/** Throws an `invalid` fault that names who has one of the names: a recipient of whatever kind, or a deleted one that still has the address. */
export function assertNamesFree({
  kind,
  names,
}: Pick<Sought, "kind" | "names">): ExchangeQuery<void> {
  const address = equals("EmailAddresses", `smtp:${names.PrimarySmtpAddress}`);
  const anyName = anyOf(
    equals("Name", names.Name),
    equals("Alias", names.Alias),
    address,
    equals("WindowsLiveID", names.PrimarySmtpAddress),
  );
  const own = [names.Alias, names.PrimarySmtpAddress].map((name) => name.toLowerCase());
  // A filter is no proof. Names of the deleted are free.
  const holds = (object: NamedObject, isDeleted: boolean): boolean => {
    if (addressesOf(object).includes(names.PrimarySmtpAddress.toLowerCase())) return true;
    return (
      !isDeleted &&
      (foldedName(object.Name) === foldedName(names.Name) ||
        [object.Alias, textOf(object["WindowsLiveID"])].some((name) =>
          own.includes(name.toLowerCase()),
        ))
    );
  };
  return async ({ exchange }) => {
    for (const deleted of [{}, { IncludeSoftDeletedRecipients: true }]) {
      const isDeleted = "IncludeSoftDeletedRecipients" in deleted;
      const { rows } = await exchange.invoke({
        cmdlet: "Get-Recipient",
        parameters: {
          Filter: isDeleted ? address : anyName,
          RecipientTypeDetails: recipientTypes,
          ResultSize: mostNamed,
          ...deleted,
        },
        select: [...identifying, "WindowsLiveID"],
      });
      // Not every kind of recipient has every name.
      const others = rows
        .map((row) => namedObject(row, kind, ["Guid"]))
        .filter((object) => !hasNames(names, object, kind) && holds(object, isDeleted));
      if (others.length > 0)
        throw nameConflict(
          names,
          others.map((object) =>
            isDeleted
              ? { ...object, RecipientTypeDetails: `deleted ${object.RecipientTypeDetails}` }
              : object,
          ),
        );
    }
  };
}

/** Makes it. Sent once only: whether it was made is for `confirmCreated` to find out. */
export function creating(
  kind: ObjectKind,
  names: ObjectNames,
  ownerId: string | undefined,
): Step<"exchange"> {
  return {
    ...kind.creating(names, ownerId),
    sentence: `Create ${kind.noun} "${names.DisplayName}" <${names.PrimarySmtpAddress}>`,
    before: {},
  };
}

/** Writes these values on it. One that is yet to be made has no id, and goes by its address. */
export function writing(
  kind: ObjectKind,
  object: NamedObject | ObjectNames,
  values: Parameters,
): ExchangeStep {
  const isThere = isNamedObject(object);
  const named = isThere ? nameOf(object) : `"${object.DisplayName}" <${object.PrimarySmtpAddress}>`;
  const renamed = textOf(values["DisplayName"] ?? values["Name"]);
  return {
    target: "exchange",
    operation: kind.set,
    parameters: {
      Identity: isThere ? object.Guid : object.PrimarySmtpAddress,
      ...values,
      ...kind.setting(isThere ? object.RecipientTypeDetails : "", values),
    },
    sentence:
      renamed === ""
        ? `Set ${Object.keys(values).join(", ")} of ${kind.noun} ${named}`
        : `Rename ${kind.noun} ${named} to "${renamed}"`,
    before: isThere
      ? Object.fromEntries(
          Object.keys(values).flatMap((name) =>
            object[name] === undefined ? [] : [[name, object[name]]],
          ),
        )
      : {},
  };
}

function isNamedObject(object: NamedObject | ObjectNames): object is NamedObject {
  return "Guid" in object;
}

const ownerTypes =
  /^(\w*UserMailbox|SharedMailbox|LinkedMailbox|RoomMailbox|EquipmentMailbox|MailUser|GuestMailUser|MailUniversalSecurityGroup)$/;

/** The id of whoever is to own groups. Throws an `invalid` fault when there is no such recipient, or one that can own none (documented). */
export function groupOwner(identity: string): ExchangeQuery<string> {
  const what = `The "Owner of groups", ${identity},`;
  return async ({ exchange }) => {
    const owner = await exactlyOne(
      exchange,
      {
        cmdlet: "Get-Recipient",
        parameters: { Identity: identity },
        select: ["Guid", "DisplayName", "PrimarySmtpAddress", "RecipientTypeDetails"],
      },
      {
        what,
        none: () => Fault.invalid(`${what} does not exist.`),
        several: ({ length }) =>
          new Fault({ kind: "ambiguous", message: `${what} is the name of ${length} recipients.` }),
      },
    );
    const type = textOf(owner["RecipientTypeDetails"]);
    if (!ownerTypes.test(type))
      throw Fault.invalid(
        `${what} is a ${type}; expected a mailbox, a mail user or a mail-enabled security group.`,
      );
    return textOf(owner["Guid"]);
  };
}
