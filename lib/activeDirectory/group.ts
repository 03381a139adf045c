import { readAhead } from "../concurrency.ts";
import { Fault } from "../fault.ts";
import { assertGuid } from "../guid.ts";
import type { Operations } from "../step.ts";
import { sidBytes, type AttributeName, type Entry } from "./client/attributes.ts";
import type { Filter } from "./client/filter.ts";
import { lookup, objectById } from "./object.ts";
import type { DirectoryQuery, DirectoryStream } from "./target.ts";

/** A group of the domain. */
export interface Group extends Entry {
  /** The objectGUID. */
  id: string;
  /** The name in its organisational unit. */
  name: string;
}

const attributes = [
  "objectGUID",
  "name",
  "description",
  "groupType",
  "adminCount",
  "isCriticalSystemObject",
] as const satisfies readonly AttributeName[];

/** What `groupById` and `changeableGroups` send. */
export const groupLookup: Operations = lookup(...attributes);

/** GROUP_TYPE_SECURITY_ENABLED (documented), the highest bit of a signed number. */
const securityEnabled = 0x80000000;

/** Whether the group can be given rights. The others are lists of recipients. */
export function isSecurityGroup({ groupType }: Group): boolean {
  return (Number(groupType) & securityEnabled) !== 0;
}

/** The group with this objectGUID. Throws a `missing` fault as `objectById`, and a `denied` one for another object. */
export function groupById(id: string): DirectoryQuery<Group> {
  assertGuid(id, "The Id of the permission reference");
  return async (targets) => groupOf(await objectById({ id, attributes, what: "group" })(targets));
}

/** What `groupBySid` sends. */
export const groupSearch: Operations = { search: ["objectSid", ...attributes] };

/**
 * The group below the base DN with this security identifier, such as `S-1-5-21-1-2-3-1104`, which the synchronisation
 * brings to Entra ID; a group keeps it as long as it is in its domain. Throws an `invalid` fault when there is none:
 * that it was deleted is not proven by that. `name`: what the group is called in the cloud.
 */
export function groupBySid(sid: string, name: string): DirectoryQuery<Group> {
  const filter = { all: [isGroup, { attribute: "objectSid", equals: sidBytes(sid) }] } as const;
  return async ({ activeDirectory }) => {
    const [found] = await activeDirectory.list({ filter, attributes });
    if (found) return groupOf(found);
    throw Fault.invalid(
      `Group ${name} is synchronised from Active Directory, which shows the connector no group with its security ` +
        `identifier (${sid}) below the base DN.`,
    );
  };
}

const isGroup: Filter = { attribute: "objectClass", equals: "group" };

/** Every group below the base DN whose members the connector changes, as the pages arrive. */
export function changeableGroups(): DirectoryStream<Group> {
  return async function* ({ activeDirectory }) {
    for await (const page of readAhead(activeDirectory.pages({ filter: isGroup, attributes })))
      for (const group of page.map(groupOf)) if (whyProtected(group) === undefined) yield group;
  };
}

/**
 * Throws a `denied` fault for a group that protects the domain itself: one that is built in, or an administrators'
 * group, whose rights Active Directory resets every hour (AdminSDHolder, documented).
 */
export function assertChangeable(group: Group): void {
  const why = whyProtected(group);
  if (why === undefined) return;
  throw new Fault({
    kind: "denied",
    message: `The connector does not change the members of group ${nameOf(group)}: ${why}.`,
  });
}

function whyProtected({ adminCount, isCriticalSystemObject }: Group): string | undefined {
  if (isCriticalSystemObject === true) return "it is part of the domain itself";
  if (Number(adminCount) > 0) return "Active Directory protects it as a group of administrators";
  return undefined;
}

function groupOf(entry: Entry): Group {
  if (typeof entry["groupType"] !== "number")
    throw new Fault({
      kind: "denied",
      message: `The account of the connector cannot read groupType of ${entry.dn}, or it is not a group.`,
    });
  return { ...entry, id: String(entry["objectGUID"]), name: String(entry["name"] ?? entry.dn) };
}

/** The name of a group in messages. */
export function nameOf({ id, name }: Group): string {
  return `"${name}" (${id})`;
}
