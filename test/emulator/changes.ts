/** What is different between two states, object by object. */
import type { Value } from "./properties.ts";
import { entraChangesSince } from "./entraChanges.ts";
import type { DirectoryObject, State } from "./state.ts";
import { Store } from "./store.ts";
import { folderUserOf, shown, summaryOf, textOf, trusteeOf, type Summary } from "./view.ts";

export interface Difference {
  property: string;
  /** Absent when the object is new. */
  from?: Value;
  /** Absent when the object was removed. */
  to?: Value;
}

export interface ObjectChange {
  object: Summary;
  change: "created" | "removed" | "changed";
  differences: Difference[];
}

/** The objects that are different now, with what only Entra ID knows of them. */
export function changesSince(before: State, now: Store): ObjectChange[] {
  const then = new Store(before);
  const changes = exchangeChangesSince(then, now);
  for (const change of entraChangesSince(then, now)) {
    const known = changes.find(({ object }) => object.guid === change.object.guid);
    if (known) known.differences.push(...change.differences);
    else changes.push(change);
  }
  return changes;
}

/** Rights are properties of the object they are on. */
function exchangeChangesSince(then: Store, now: Store): ObjectChange[] {
  const [rightsThen, rightsNow] = [rightsIn(then), rightsIn(now)];
  const guids = new Set([...then.objects, ...now.state.objects].map(guidOf));
  return [...guids].flatMap((guid): ObjectChange[] => {
    const [was, is] = [then.byGuid(guid), now.byGuid(guid)];
    const names = new Set([...Object.keys(was ?? {}), ...Object.keys(is ?? {})]);
    // Every change moves it.
    names.delete("WhenChanged");
    const properties = [...names].map((property) => ({
      property,
      ...(was && { from: shown(was, property, then) }),
      ...(is && { to: shown(is, property, now) }),
    }));
    const [own, others] = [rightsNow.get(guid), rightsThen.get(guid)];
    const lists = new Set([...(own?.keys() ?? []), ...(others?.keys() ?? [])]);
    const rights = [...lists].map((property) => ({
      property,
      ...(was && { from: others?.get(property) ?? [] }),
      ...(is && { to: own?.get(property) ?? [] }),
    }));
    const differences = [...properties, ...rights].filter(isDifferent);
    const object = (is && summaryOf(is, now)) ?? (was && summaryOf(was, then));
    if (!object || differences.length === 0) return [];
    return [{ object, change: changeOf(was, is), differences }];
  });
}

const guidOf = (object: DirectoryObject): string => String(object["Guid"]);

const isDifferent = ({ from, to }: Difference): boolean =>
  JSON.stringify(from) !== JSON.stringify(to);

function changeOf(
  was: DirectoryObject | undefined,
  is: DirectoryObject | undefined,
): ObjectChange["change"] {
  if (!was) return "created";
  return is ? "changed" : "removed";
}

type Lists = Map<string, string[]>;

/** Who has a right on an object, and on its folders, by the object's GUID. */
function rightsIn(store: Store): Map<string, Lists> {
  const {
    mailboxPermissions = [],
    recipientPermissions = [],
    folderPermissions = [],
  } = store.state;
  const all = new Map<string, Lists>();
  const add = (holder: string, list: string, text: string): void => {
    const lists = all.get(holder) ?? new Map<string, string[]>();
    all.set(holder, lists.set(list, [...(lists.get(list) ?? []), text]));
  };
  for (const entry of mailboxPermissions)
    for (const right of entry.rights) add(entry.mailbox, right, textOf(trusteeOf(entry, store)));
  for (const entry of recipientPermissions)
    for (const right of entry.rights) add(entry.recipient, right, textOf(trusteeOf(entry, store)));
  for (const { mailbox, folder, user, rights, flags = [] } of folderPermissions)
    add(
      mailbox,
      folder,
      `${textOf(folderUserOf(user, store))}: ${[...rights, ...flags].join(", ")}`,
    );
  return all;
}
