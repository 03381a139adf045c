/**
 * What is different in a tenant, in words that a table can hold: `HiddenFromAddressListsEnabled:
 * true`, `Members of Newsletter + Chris Bakker`.
 */
import type { DirectoryObject, State } from "./emulator/state.ts";

/** Kept by the service with every change. */
const kept = new Set(["WhenChanged", "WhenChangedUTC"]);
/** Properties that hold other objects: the changed object is not the account, so it is named. */
const references = new Set(["Members", "GrantSendOnBehalfTo", "ManagedBy", "owners", "Methods"]);
/** What a new object is recognised by. */
const marks = [
  ...["CustomAttribute1", "CustomAttribute2", "HiddenFromAddressListsEnabled"],
  ...["uniqueName", "visibility"],
];
/** A longer value is a text for people, and its property says enough. */
const maxLength = 45;

export function changesBetween(before: State, after: State): string[] {
  const old = [...before.objects, ...recordsOf(before)];
  const present = [...after.objects, ...recordsOf(after)];
  const names = new Map(
    present.flatMap(({ Guid, ExternalDirectoryObjectId, Name }) =>
      [Guid, ExternalDirectoryObjectId].map((id) => [String(id), String(Name)]),
    ),
  );
  const named = (value: unknown): string => names.get(String(value)) ?? String(value);
  const oldOnes = byGuid(old);
  const presentOnes = byGuid(present);
  const objects = present.flatMap((object) => {
    const was = oldOnes.get(object["Guid"]) ?? ofKnownObject(object, after);
    return was ? changedIn(was, object, named) : [created(object)];
  });
  const removed = old
    .filter(({ Guid }) => !presentOnes.has(Guid))
    .map(({ Name }) => `removed ${String(Name)}`);
  return [
    ...objects,
    ...removed,
    ...differences(entriesOf(before, named), entriesOf(after, named)),
  ];
}

/** By their Guid; of several with the same one, the first. */
function byGuid(objects: readonly DirectoryObject[]): Map<unknown, DirectoryObject> {
  return new Map([...objects].reverse().map((object) => [object["Guid"], object]));
}

/** What only Entra ID has, in the form of objects. */
function recordsOf({ objects, entra = {} }: State): DirectoryObject[] {
  const { users = {}, groups = {} } = entra;
  return Object.entries({ ...users, ...groups }).map(
    ([Guid, { displayName, members, assignedLicenses, authenticationMethods, ...record }]) => {
      const own = objects.find((one) => one["ExternalDirectoryObjectId"] === Guid);
      const Name = typeof displayName === "string" ? displayName : (own?.["Name"] ?? Guid);
      return {
        ...(record as DirectoryObject),
        Guid,
        Name,
        Members: (members ?? []) as string[],
        Licences: ((assignedLicenses ?? []) as unknown as Licence[]).map((one) =>
          licenceNamed(one, entra),
        ),
        Methods: ((authenticationMethods ?? []) as Method[]).map(methodNamed),
      };
    },
  );
}

interface Method {
  phoneType?: string;
  phoneNumber?: string;
  emailAddress?: string;
  lifetimeInMinutes?: number;
}

/** `mobile +31 612345678`, `e-mail ann@example.com`, `pass of 60 minutes`. */
function methodNamed({ phoneType, phoneNumber, emailAddress, lifetimeInMinutes }: Method): string {
  if (phoneType !== undefined) return `${phoneType} ${phoneNumber ?? ""}`;
  if (emailAddress !== undefined) return `e-mail ${emailAddress}`;
  return `pass of ${lifetimeInMinutes ?? "?"} minutes`;
}

interface Licence {
  skuId: string;
  disabledPlans: string[];
}

/** `ENTERPRISEPACK without TEAMS1`. */
function licenceNamed(
  { skuId, disabledPlans }: Licence,
  { subscribedSkus = [] }: NonNullable<State["entra"]>,
): string {
  const sku = subscribedSkus.find((one) => one.skuId === skuId);
  const off = sku?.servicePlans
    .filter(({ servicePlanId }) => disabledPlans.includes(servicePlanId))
    .map(({ servicePlanName }) => servicePlanName);
  return `${sku?.skuPartNumber ?? skuId}${off?.length ? ` without ${off.join(", ")}` : ""}`;
}

/** A record is not a new object when Exchange has its object. */
function ofKnownObject(
  { Guid, Name }: DirectoryObject,
  { objects }: State,
): DirectoryObject | undefined {
  const isKnown = objects.some(({ ExternalDirectoryObjectId: id }) => id === Guid);
  return isKnown
    ? { Guid: Guid ?? null, Name: Name ?? null, Members: [], Licences: [], Methods: [] }
    : undefined;
}

function changedIn(
  old: DirectoryObject,
  object: DirectoryObject,
  named: (value: unknown) => string,
): string[] {
  const removed = Object.keys(old).filter((name) => !(name in object) && !kept.has(name));
  const changes = Object.entries(object)
    .filter(([name, value]) => !kept.has(name) && !isSame(old[name], value))
    .flatMap(([name, value]) => {
      if (!Array.isArray(value)) return [property(name, name === "manager" ? named(value) : value)];
      const texts = (list: unknown): string[] => (Array.isArray(list) ? list.map(named) : []);
      const what = references.has(name) ? `${name} of ${String(object["Name"])}` : name;
      return differences(texts(old[name]), texts(value)).map((change) => `${what} ${change}`);
    });
  return [...changes, ...removed.map((name) => `- ${name}`)];
}

function created(object: DirectoryObject): string {
  const known = marks.filter((name) => ![undefined, "", false].includes(object[name] as string));
  const details = known.map((name) => property(name, object[name]));
  return `created ${String(object["Name"])}${details.length > 0 ? ` (${details.join("; ")})` : ""}`;
}

/** Who may do what, and how folders are called. */
function entriesOf(state: State, named: (value: unknown) => string): string[] {
  const { mailboxPermissions = [], recipientPermissions = [] } = state;
  const { folderPermissions = [], folders = [] } = state;
  return [
    ...mailboxPermissions.flatMap(({ mailbox, trustee, rights }) =>
      rights.map((right) => `${right} on ${named(mailbox)}: ${named(trustee)}`),
    ),
    ...recipientPermissions.flatMap(({ recipient, trustee, rights }) =>
      rights.map((right) => `${right} on ${named(recipient)}: ${named(trustee)}`),
    ),
    ...folderPermissions.map(({ mailbox, folder, user, rights, flags = [] }) =>
      [`${folder} of ${named(mailbox)} for ${named(user)}: ${rights.join(", ")}`, ...flags].join(
        ", ",
      ),
    ),
    ...folders.map(({ mailbox, language = "en" }) => `folders of ${named(mailbox)}: ${language}`),
  ];
}

function differences(before: readonly string[], after: readonly string[]): string[] {
  const old = new Set(before);
  const present = new Set(after);
  return [
    ...after.filter((entry) => !old.has(entry)).map((entry) => `+ ${entry}`),
    ...before.filter((entry) => !present.has(entry)).map((entry) => `- ${entry}`),
  ];
}

function property(name: string, value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > maxLength || /[\n|`]/.test(text)
    ? name
    : `${name}: ${text === "" ? "empty" : text}`;
}

function isSame(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}
