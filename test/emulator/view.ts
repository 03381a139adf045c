/** The directory as a person looks at it: everything about one object, and the truth, not what readers see late. */
import type { AccessEntry } from "./access.ts";
import { entriesOf, shownUser } from "./exchange/folderPermissions.ts";
import { foldersOf, hasFolders } from "./exchange/folders.ts";
import { shownTrustee } from "./exchange/trustees.ts";
import { isSoftDeleted } from "./kinds.ts";
import { references, type Value } from "./properties.ts";
import type { DirectoryObject } from "./state.ts";
import { fold, isMailbox, type Store } from "./store.ts";

/** Another object, or what is left of it: then there is no `guid`. */
export interface Reference {
  guid?: string;
  name: string;
  address?: string;
}

export interface Summary extends Reference {
  guid: string;
  /** `RecipientTypeDetails`. */
  type: string;
  isDeleted: boolean;
}

export interface Details extends Summary {
  /** Everything that was set. References are texts. */
  properties: Record<string, Value>;
  /** By right. The three kinds that a mailbox has are always there. */
  rights: Record<string, Reference[]>;
  /** Of the default calendar. */
  calendar: { user: Reference; rights: string[] }[];
  memberOf: Reference[];
  members: Reference[];
  /** Settings of a mailbox that belong together, with their defaults. */
  settings: Record<string, Record<string, Value>>;
}

const settings: Readonly<Record<string, readonly string[]>> = {
  "Automatic reply": [
    ...["AutoReplyState", "StartTime", "EndTime", "ExternalAudience"],
    ...["InternalMessage", "ExternalMessage"],
  ],
  "Litigation hold": [
    ...["LitigationHoldEnabled", "LitigationHoldDate", "LitigationHoldDuration"],
    ...["LitigationHoldOwner", "RetentionComment"],
  ],
  "Regional settings": ["Language", "DateFormat", "TimeFormat", "TimeZone"],
};

export const isGroup = ({ RecipientTypeDetails: type }: DirectoryObject): boolean =>
  /Group$|^RoomList$|^GroupMailbox$/.test(String(type));

/** Which objects a search is about. */
export type Kind = "mailboxes" | "groups" | "others";

export function kindOf(object: DirectoryObject): Kind {
  if (isGroup(object)) return "groups";
  return isMailbox(object) ? "mailboxes" : "others";
}

export function summaryOf(object: DirectoryObject, store: Store): Summary {
  return {
    ...referenceTo(object, store),
    type: String(object["RecipientTypeDetails"]),
    isDeleted: isSoftDeleted(object),
  };
}

function referenceTo(object: DirectoryObject, store: Store): Reference & { guid: string } {
  const displayName = store.property(object, "DisplayName");
  const address = ["PrimarySmtpAddress", "UserPrincipalName"]
    .map((name) => store.property(object, name))
    .find((value) => typeof value === "string" && value !== "");
  return {
    guid: String(object["Guid"]),
    name: String(displayName === null || displayName === "" ? object["Name"] : displayName),
    ...(typeof address === "string" && { address }),
  };
}

/**
 * The objects that a person means: those that have the text as an identity, or else as a part of a
 * name or an address. All of them, when the text is empty.
 */
export function findObjects(text: string, store: Store, kind?: Kind): DirectoryObject[] {
  const isOfKind = (object: DirectoryObject): boolean =>
    kind === undefined || kindOf(object) === kind;
  const objects = store.state.objects.filter(isOfKind);
  const wanted = fold(text.trim());
  if (wanted === "") return objects;
  const exact = store.findAll(text.trim()).filter(isOfKind);
  if (exact.length > 0) return exact;
  return objects.filter((object) => searchable(object, store).includes(wanted));
}

function searchable(object: DirectoryObject, store: Store): string {
  const names = ["DisplayName", "Name", "Alias", "UserPrincipalName", "EmailAddresses"];
  return fold(names.map((name) => String(store.property(object, name))).join("\n"));
}

export function detailsOf(object: DirectoryObject, store: Store): Details {
  const guid = String(object["Guid"]);
  const toReferences = (guids: Value): Reference[] =>
    Array.isArray(guids) ? guids.map((one) => referenceOf(one, store)) : [];
  return {
    ...summaryOf(object, store),
    properties: Object.fromEntries(
      Object.keys(object).map((name) => [name, shown(object, name, store)]),
    ),
    rights: rightsOn(object, store),
    calendar: calendarOf(object, store),
    memberOf: toReferences(
      store.objects
        .filter(({ Members: members }) => Array.isArray(members) && members.includes(guid))
        .map((group) => String(group["Guid"])),
    ),
    members: toReferences(object["Members"] ?? null),
    settings: isMailbox(object) ? settingsOf(object, store) : {},
  };
}

function settingsOf(object: DirectoryObject, store: Store): Details["settings"] {
  return Object.fromEntries(
    Object.entries(settings).map(([title, names]) => [
      title,
      Object.fromEntries(names.map((name) => [name, store.property(object, name)])),
    ]),
  );
}

/** The object with this GUID, or the text itself when there is none. */
export function referenceOf(guid: string, store: Store): Reference {
  const object = store.byGuid(guid);
  return object ? referenceTo(object, store) : { name: guid };
}

export function textOf({ name, address }: Reference): string {
  return address === undefined ? name : `${name} <${address}>`;
}

/** A value with texts for the objects that it refers to. */
export function shown(object: DirectoryObject, name: string, store: Store): Value {
  const value = store.property(object, name);
  if (!references.has(name)) return value;
  if (Array.isArray(value)) return value.map((guid) => textOf(referenceOf(guid, store)));
  return typeof value === "string" ? textOf(referenceOf(value, store)) : value;
}

function rightsOn(object: DirectoryObject, store: Store): Details["rights"] {
  const guid = String(object["Guid"]);
  const onBehalf = object["GrantSendOnBehalfTo"];
  const rights: Details["rights"] = {};
  if (isMailbox(object)) Object.assign(rights, { FullAccess: [], SendAs: [], SendOnBehalf: [] });
  for (const entry of [...store.mailboxAccess.of(guid), ...store.recipientAccess.of(guid)])
    for (const right of entry.rights) (rights[right] ??= []).push(trusteeOf(entry, store));
  if (Array.isArray(onBehalf))
    rights["SendOnBehalf"] = onBehalf.map((one) => referenceOf(one, store));
  return rights;
}

/** The trustee of an entry, with what is unusual about the entry. */
export function trusteeOf(entry: AccessEntry, store: Store): Reference {
  const { listedAs, deny, inherited, trustee } = entry;
  const object = store.byGuid(trustee);
  const { name, ...rest } = object
    ? referenceTo(object, store)
    : { name: shownTrustee(entry, store) };
  const remarks = [
    ...(deny ? ["denied"] : []),
    ...(inherited ? ["inherited"] : []),
    ...(object && isSoftDeleted(object) ? ["deleted"] : []),
    ...(listedAs !== undefined ? [`listed as ${listedAs}`] : []),
  ];
  return { ...rest, name: remarks.length === 0 ? name : `${name} (${remarks.join(", ")})` };
}

function calendarOf(mailbox: DirectoryObject, store: Store): Details["calendar"] {
  if (!hasFolders(mailbox)) return [];
  const calendar = foldersOf(mailbox, store).find(({ key }) => key === "Calendar");
  if (!calendar) return [];
  return entriesOf(calendar, store).map(({ user, rights, flags = [] }) => ({
    user: folderUserOf(user, store),
    rights: [...rights, ...flags],
  }));
}

export function folderUserOf(user: string, store: Store): Reference {
  return store.byGuid(user) ? referenceOf(user, store) : { name: shownUser(user, store) };
}
