import { resourcesAnswer } from "../generated/answers.ts";
import type { ResourcesAnswer } from "../../lib/generated/types.ts";
import groups from "../../resources/groups.ts";
import sharedMailboxes from "../../resources/sharedMailboxes.ts";
import { runnerOf, type Bench, type Run, type Runner } from "../bench.ts";
import { seedState } from "../emulator/seed.ts";
import type { Behaviour, DirectoryObject } from "../emulator/state.ts";

/** One kind of resource, as tests of both need it. */
export interface Kind {
  name: "groups" | "sharedMailboxes";
  runner: Runner<ResourcesAnswer>;
  noun: string;
  prefix: string;
  marker: string;
  type: string;
  create: string;
  set: string;
  get: string;
  /** Two seeded objects of the kind, with their keys and markers, and one that has neither. */
  marked: { DisplayName: string; key: string };
  plain: string;
}

export const kinds: readonly Kind[] = [
  {
    name: "groups",
    runner: runnerOf("resources/groups", groups, resourcesAnswer),
    noun: "group",
    prefix: "dg_",
    marker: "HelloID Dynamic Distribution Group",
    type: "MailUniversalDistributionGroup",
    create: "New-DistributionGroup",
    set: "Set-DistributionGroup",
    get: "Get-DistributionGroup",
    marked: { DisplayName: "Sales team", key: "D-SALES" },
    plain: "Newsletter",
  },
  {
    name: "sharedMailboxes",
    runner: runnerOf("resources/sharedMailboxes", sharedMailboxes, resourcesAnswer),
    noun: "shared mailbox",
    prefix: "smb_",
    marker: "HelloID Dynamic Shared Mailbox",
    type: "SharedMailbox",
    create: "New-Mailbox",
    set: "Set-Mailbox",
    get: "Get-Mailbox",
    marked: { DisplayName: "Press", key: "D-SALES" },
    plain: "Info",
  },
];

/** An object as this connector makes it, at whatever point it was left. */
export function madeAs(
  { prefix, type }: Kind,
  name: string,
  own: DirectoryObject = {},
  index = 0x9001,
): DirectoryObject {
  const id = index.toString(16).padStart(12, "0");
  return {
    Guid: `0b1ec700-0000-4000-8000-${id}`,
    ExternalDirectoryObjectId: `e47ad000-0000-4000-8000-${id}`,
    ...(type === "SharedMailbox"
      ? { ExchangeGuid: `ec4b0000-0000-4000-8000-${id}` }
      : { ManagedBy: [seededOwner] }),
    RecipientTypeDetails: type,
    Name: prefix + name,
    DisplayName: prefix + name,
    Alias: prefix + name,
    EmailAddresses: [`SMTP:${prefix}${name}@contoso.onmicrosoft.com`],
    ...own,
  };
}

/** Where new objects get their addresses. */
export const domain = "contoso.onmicrosoft.com";

/** Dora Double. */
export const seededOwner = "0b1ec700-0000-4000-8000-000000000017";

/** The seeded tenant with these objects beside its own, and nothing seen yet. */
export function prepare(
  { emulator }: Bench,
  {
    objects = [],
    behaviour = {},
    changed = {},
  }: {
    objects?: readonly DirectoryObject[];
    behaviour?: Partial<Behaviour>;
    changed?: Record<string, DirectoryObject>;
  } = {},
): void {
  const state = seedState();
  Object.assign(state.behaviour, behaviour);
  state.objects.push(...objects);
  for (const [name, own] of Object.entries(changed))
    Object.assign(state.objects.find(({ Name }) => Name === name) ?? {}, own);
  emulator.replaceState(state);
  emulator.setFaults([]);
  emulator.clearJournal();
}

/** The messages of the errors of each item. */
export function errors({ answer }: Run<ResourcesAnswer>): string[] {
  return answer.outputContext.AuditLogs.filter(
    ({ IsError, Message }) => IsError && !Message.startsWith("Only partly done"),
  ).map(({ Message }) => Message);
}

/** What tests look at of an object in the tenant. */
export interface Made {
  Name: unknown;
  DisplayName: unknown;
  address: unknown;
  key: unknown;
  marker: unknown;
  hidden: unknown;
}

/** An object that was created completely. */
export function wholeOf(
  { prefix, marker }: Kind,
  name: string,
  key: string,
  own: Partial<Made> = {},
): Made {
  return {
    Name: `${prefix}${name}`,
    DisplayName: `${prefix}${name}`,
    address: `${prefix}${name.replaceAll(" ", "_")}@${domain}`,
    key,
    marker,
    hidden: undefined,
    ...own,
  };
}

/** What the tenant has under the prefix: names, key and marker, in the order of their names. */
export function made({ emulator }: Bench, { prefix }: Kind): Made[] {
  return emulator
    .state()
    .objects.filter(
      ({ Name, RecipientTypeDetails }) =>
        String(Name).startsWith(prefix) && RecipientTypeDetails !== "MailContact",
    )
    .map(
      ({
        Name,
        DisplayName,
        EmailAddresses,
        CustomAttribute1: key,
        CustomAttribute2: marker,
        HiddenFromAddressListsEnabled: hidden,
      }) => ({
        Name,
        DisplayName,
        address: (EmailAddresses as string[])[0]?.replace("SMTP:", ""),
        key,
        marker,
        hidden,
      }),
    )
    .sort((a, b) => String(a.Name).localeCompare(String(b.Name)));
}
