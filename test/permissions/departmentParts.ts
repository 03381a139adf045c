/** Permissions whose parts follow from the departments of a person's contracts, and how their actions are run. */
import type { Behaviour, DirectoryObject } from "../emulator/state.ts";
import {
  contractOf,
  subPermissionsEventFor,
  type OnRecord,
  type SubPermissionChoices,
} from "../events.ts";
import { guidOf, type Run, type Bench } from "../bench.ts";
import { prepare, sets } from "./sets.ts";

type Answered = Run<{
  outputContext: { Success: boolean; SubPermissions: OnRecord[] };
  outcome: string;
  plan: { sent: boolean }[];
}>;

/** A part as it is answered, and what is stored in the tenant while the account has it. */
interface Given {
  DisplayName: string;
  Reference: { Id: string; Permission?: string };
  stored: string;
}

/** One permission whose parts follow from contracts. `failing`: the cmdlets that grant and revoke its first part. */
export interface Kind {
  name: string;
  set: keyof typeof sets;
  permission: unknown;
  configuration?: Record<string, unknown>;
  /** Who carries which key, beside what is seeded. */
  keys: Record<string, string>;
  given: (department: string) => Given[];
  granting: string;
  revoking: string;
}

const keyed: Record<Kind["set"], Record<string, string>> = {
  groups: { Newsletter: "D-CARE", "Synced rights": "D-SYNCED" },
  sharedMailboxes: {
    Vacancies: "D-CARE",
    Alumni: "D-TWICE",
    Reception: "D-TWICE",
    "Board Room": "D-ROOM",
  },
};
const named: Record<Kind["set"], Record<string, string>> = {
  groups: { "D-SALES": "Sales team", "D-FINANCE": "Finance rights", "D-CARE": "Newsletter" },
  sharedMailboxes: { "D-SALES": "Press", "D-FINANCE": "Invoices", "D-CARE": "Vacancies" },
};
export const nameFor = (set: Kind["set"], department: string): string =>
  named[set][department] ?? department;
const apart =
  (right: string) =>
  (department: string): Given[] => {
    const DisplayName = nameFor("sharedMailboxes", department);
    return [
      {
        DisplayName,
        Reference: { Id: guidOf(DisplayName), Permission: right },
        stored: `${right} on ${DisplayName}: Petra Proxies`,
      },
    ];
  };

export const kinds: Kind[] = [
  {
    name: "groups",
    set: "groups",
    permission: { Reference: "dg" },
    keys: keyed.groups,
    granting: "Add-DistributionGroupMember",
    revoking: "Remove-DistributionGroupMember",
    given(department) {
      const DisplayName = nameFor("groups", department);
      return [
        {
          DisplayName,
          Reference: { Id: guidOf(DisplayName) },
          stored: `member of ${DisplayName}: Petra Proxies`,
        },
      ];
    },
  },
  {
    name: "rights on mailboxes together",
    set: "sharedMailboxes",
    permission: { Reference: "smb" },
    keys: keyed.sharedMailboxes,
    granting: "Add-MailboxPermission",
    revoking: "Remove-MailboxPermission",
    given(department) {
      const name = nameFor("sharedMailboxes", department);
      return ["FullAccess", "SendAs"].map((right) => ({
        DisplayName: `${right}-${name}`,
        Reference: { Id: `${right}-${guidOf(name)}` },
        stored: `${right} on ${name}: Petra Proxies`,
      }));
    },
  },
  {
    name: "Full Access on mailboxes",
    set: "sharedMailboxes",
    permission: { Reference: "FullAccess" },
    configuration: { SharedMailboxReference: "separate" },
    keys: keyed.sharedMailboxes,
    granting: "Add-MailboxPermission",
    revoking: "Remove-MailboxPermission",
    given: apart("FullAccess"),
  },
  {
    name: "Send As on mailboxes",
    set: "sharedMailboxes",
    permission: { reference: "sendas" },
    configuration: { SharedMailboxReference: "separate" },
    keys: keyed.sharedMailboxes,
    granting: "Add-RecipientPermission",
    revoking: "Remove-RecipientPermission",
    given: apart("SendAs"),
  },
  {
    name: "Send on Behalf on mailboxes",
    set: "sharedMailboxes",
    permission: { Reference: "SendOnBehalf" },
    configuration: { SharedMailboxReference: "separate" },
    keys: keyed.sharedMailboxes,
    granting: "Set-Mailbox",
    revoking: "Set-Mailbox",
    given: apart("SendOnBehalf"),
  },
];
export const [groups, together, fullAccess] = kinds as [Kind, Kind, Kind];

export const petra = guidOf("Petra Proxies");

export const nothing = { more: [], less: [] };

export function ready(
  on: Bench,
  { keys }: Kind,
  behaviour: Partial<Behaviour> = {},
  change?: (named: (name: string) => DirectoryObject) => void,
): void {
  prepare(on, behaviour, (_, find) => {
    for (const [name, key] of Object.entries(keys)) find(name)["CustomAttribute1"] = key;
    change?.(find);
  });
}

export const eventOf = (
  on: Bench,
  { permission, configuration = {} }: Kind,
  choices: SubPermissionChoices = {},
): unknown =>
  subPermissionsEventFor(on.running, {
    account: petra,
    permission,
    ...choices,
    configuration: { ...configuration, ...choices.configuration },
  });
/** Runs the action of the parts in this process. */
export const run = (
  on: Bench,
  kind: Kind,
  choices?: SubPermissionChoices,
  env?: Record<string, string>,
): Promise<Answered> => sets[kind.set].parts.here(on, eventOf(on, kind, choices), env);
export const inConditions = (...departments: unknown[]): unknown[] =>
  departments.map((department) => contractOf(department));
export const recordOf = (kind: Kind, ...departments: string[]): OnRecord[] =>
  departments.flatMap(kind.given).map(({ DisplayName, Reference }) => ({ DisplayName, Reference }));
export const storedOf = (kind: Kind, ...departments: string[]): string[] =>
  departments
    .flatMap(kind.given)
    .map(({ stored }) => stored)
    .sort();
export const answered = ({ answer }: Answered): OnRecord[] => answer.outputContext.SubPermissions;

export const byId = (record: readonly OnRecord[]): OnRecord[] =>
  [...record].sort((a, b) => (JSON.stringify(a.Reference) < JSON.stringify(b.Reference) ? -1 : 1));
