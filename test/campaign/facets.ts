import type { AccessEntry, DirectoryObject } from "./fake/model.ts";

/**
 * An object as a set of short sentences, such as `member:<guid>`: what two states differ by, what a person still
 * has, and what an event may change are all said in them.
 */
export function facetsOf(object: DirectoryObject): Set<string> {
  const { hidden, deleted, displayName, name, hold, calendar, reply, region } = object;
  const access = (list: string, entries: readonly AccessEntry[]): string[] =>
    entries.map(({ trustee, isDenied, isInherited, inheritance = "All", form, rights }) =>
      [
        ...[list, trustee, isDenied ? "deny" : "allow", isInherited ? "inherited" : "own"],
        ...[inheritance, form, rights.join()],
      ].join(":"),
    );
  return new Set([
    `hidden:${hidden}`,
    `deleted:${deleted}`,
    `names:${name}:${displayName}`,
    `hold:${hold ?? "none"}`,
    `reply:${Object.values(reply).join(":")}`,
    `region:${Object.values(region).join(":")}`,
    `folder:${calendar.folder}`,
    ...object.addresses.map((address) => `address:${address}`),
    ...Object.entries(object.custom)
      .filter(([, value]) => value !== "")
      .map(([property, value]) => `custom:${property}:${value}`),
    ...counted(object.members).map((guid) => `member:${guid}`),
    ...counted(object.onBehalf).map((guid) => `onBehalf:${guid}`),
    ...access("fullAccess", object.fullAccess),
    ...access("sendAs", object.sendAs),
    ...calendar.entries.map(
      ({ user, rights, flags }) => `calendar:${user}:${rights.join()}:${flags.join()}`,
    ),
  ]);
}

/** A second one of the same shows, as one of its own. */
function counted(all: readonly string[]): string[] {
  return all.map((one, index) => (all.indexOf(one) === index ? one : `${one}:again`));
}

/** What two states differ by, each said as `<guid> <facet>`. */
export function differences(
  before: readonly DirectoryObject[],
  after: readonly DirectoryObject[],
): string[] {
  const known = new Map(before.map((object) => [object.guid, object]));
  return after.flatMap((object) => {
    const old = known.get(object.guid);
    if (old === object) return [];
    const [was, is] = [old ? facetsOf(old) : new Set<string>(), facetsOf(object)];
    const gone = [...was].filter((facet) => !is.has(facet));
    const come = [...is].filter((facet) => !was.has(facet));
    return [...gone, ...come].map((facet) => `${object.guid} ${facet}`);
  });
}
