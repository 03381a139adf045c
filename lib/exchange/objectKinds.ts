import type { Parameters, Row } from "./client/encoding.ts";
import { distributionGroup, managerBypass, securityGroup } from "./group.ts";
import { cloudGroups, groupList } from "./groupList.ts";
import { mailboxesOf, mailboxList } from "./mailboxList.ts";
import { namedObject, nameProperties, type NamedObject } from "./namedObject.ts";
import type { ObjectNames } from "./objectNames.ts";
import { cmdlets, type CmdletCall, type Cmdlets, type ExchangeStream } from "./target.ts";

/** A kind of object that can be created. */
export interface ObjectKind {
  /** Its name in messages. */
  noun: string;
  get: string;
  set: string;
  types: readonly string[];
  /** All objects of the kind, as their pages arrive. */
  all(alsoRead: readonly string[]): ExchangeStream<Row>;
  creating(names: ObjectNames, ownerId: string | undefined): CmdletCall;
  /** The parameters that the Set- cmdlet needs in addition to the values. */
  setting(type: string, values: Parameters): Parameters;
}

/**
 * A naming policy would change the name (documented: in PowerShell also for administrators), and the group could not be
 * found by its name.
 */
const ignoringPolicy = { IgnoreNamingPolicy: true };

/** Distribution groups that are mastered in Exchange Online. */
export const distributionGroups: ObjectKind = {
  noun: "group",
  get: "Get-DistributionGroup",
  set: "Set-DistributionGroup",
  // Only what a run can have begun to create: a room list with the same names is someone else's.
  types: [distributionGroup, securityGroup],
  all: (alsoRead) => cloudGroups(undefined, alsoRead),
  // Documented: the owner is the caller when none is named. An application is not a recipient and cannot own a group;
  // the HelloID connector names none all the same, so Exchange decides.
  creating: (names, ownerId) => ({
    target: "exchange",
    operation: "New-DistributionGroup",
    parameters: {
      ...names,
      ...(ownerId === undefined ? {} : { ManagedBy: [ownerId] }),
      ...ignoringPolicy,
    },
  }),
  setting: (type, values) => ({
    ...("Name" in values || "DisplayName" in values ? ignoringPolicy : {}),
    ...managerBypass(type),
  }),
};

/** Shared mailboxes, including synchronised ones, so that no second one is created with the same names. */
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
/** The configuration selects two of these, for key and marker. */
const customAttributes = Array.from({ length: 15 }, (_, index) => `CustomAttribute${index + 1}`);
const written = [
  "Identity",
  "Name",
  "DisplayName",
  "HiddenFromAddressListsEnabled",
  ...customAttributes,
];
/** The cmdlets of `assertNamesFree`. */
const namesLookup: Cmdlets = {
  "Get-Recipient": ["Filter", "RecipientTypeDetails", "ResultSize", "IncludeSoftDeletedRecipients"],
};

/** The cmdlets that list, find, create and update distribution groups, and find their owner. */
export const groupCreation: Cmdlets = cmdlets(
  groupList,
  namesLookup,
  { "Get-Recipient": ["Identity"], "Get-DistributionGroup": ["Identity"] },
  { "New-DistributionGroup": [...newNames, "ManagedBy", ...Object.keys(ignoringPolicy)] },
  {
    "Set-DistributionGroup": [
      ...written,
      ...Object.keys(ignoringPolicy),
      "BypassSecurityGroupManagerCheck",
    ],
  },
).operations;

/** The cmdlets that list, find, create and update shared mailboxes. */
export const sharedMailboxCreation: Cmdlets = cmdlets(
  mailboxList,
  namesLookup,
  { "Get-Mailbox": ["Identity"] },
  { "New-Mailbox": [...newNames, "Shared"] },
  { "Set-Mailbox": written },
).operations;

/** All objects of the kind. `alsoRead`: additional properties to read. */
export function allObjects(
  kind: ObjectKind,
  alsoRead: readonly string[],
): ExchangeStream<NamedObject> {
  const query = kind.all([...nameProperties, ...alsoRead]);
  return async function* ({ exchange }) {
    for await (const row of query({ exchange })) yield namedObject(row, kind.noun);
  };
}
