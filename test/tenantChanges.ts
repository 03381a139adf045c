/**
 * What is different in a tenant, in words that a table can hold: `HiddenFromAddressListsEnabled:
 * true`, `Members of Newsletter + Chris Bakker`.
 */
import type { DirectoryObject, State } from "./emulator/state.ts";

/** Kept by the service with every change. */
const kept = new Set(["WhenChanged", "WhenChangedUTC"]);
/** Properties that hold other objects: the changed object is not the account, so it is named. */
const references = new Set(["Members", "GrantSendOnBehalfTo"]);
/** What a new object is recognised by. */
const marks = ["CustomAttribute1", "CustomAttribute2", "HiddenFromAddressListsEnabled"];
/** A longer value is a text for people, and its property says enough. */
const maxLength = 45;

export function changesBetween(before: State, after: State): string[] {
  const names = new Map(after.objects.map(({ Guid, Name }) => [String(Guid), String(Name)]));
  const named = (value: unknown): string => names.get(String(value)) ?? String(value);
  const objects = after.objects.flatMap((object) => {
    const old = before.objects.find(({ Guid }) => Guid === object["Guid"]);
    return old ? changedIn(old, object, named) : [created(object)];
  });
  const removed = before.objects
    .filter(({ Guid }) => !after.objects.some((object) => object["Guid"] === Guid))
    .map(({ Name }) => `removed ${String(Name)}`);
  return [
    ...objects,
    ...removed,
    ...entraChanges(before, after),
    ...differences(entriesOf(before, named), entriesOf(after, named)),
  ];
}

function changedIn(
  old: DirectoryObject,
  object: DirectoryObject,
  named: (value: unknown) => string,
): string[] {
  return Object.entries(object)
    .filter(([name, value]) => !kept.has(name) && !isSame(old[name], value))
    .flatMap(([name, value]) => {
      if (!Array.isArray(value)) return [property(name, value)];
      const texts = (list: unknown): string[] => (Array.isArray(list) ? list.map(named) : []);
      const what = references.has(name) ? `${name} of ${String(object["Name"])}` : name;
      return differences(texts(old[name]), texts(value)).map((change) => `${what} ${change}`);
    });
}

/** What only Entra ID knows of users. */
function entraChanges(before: State, after: State): string[] {
  const named = (id: unknown): unknown =>
    after.objects.find(({ ExternalDirectoryObjectId }) => ExternalDirectoryObjectId === id)?.[
      "Name"
    ] ?? id;
  return Object.entries(after.entra?.users ?? {}).flatMap(([id, user]) => {
    const old = before.entra?.users?.[id] ?? {};
    const changed = Object.entries(user).filter(([name, value]) => !isSame(old[name], value));
    const removed = Object.keys(old).filter((name) => !(name in user));
    return [
      ...changed.map(([name, value]) => property(name, name === "manager" ? named(value) : value)),
      ...removed.map((name) => `- ${name}`),
    ];
  });
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
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return text.length > maxLength || /[\n|`]/.test(text)
    ? name
    : `${name}: ${text === "" ? "empty" : text}`;
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
