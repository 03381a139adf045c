import type { Operations } from "../step.ts";
import { guidBytes } from "./client/attributes.ts";
import { nameOf as groupName, type Group } from "./group.ts";
import type { Directory } from "./client/directory.ts";
import { domainOf, isSameName } from "./client/names.ts";
import type { DirectoryQuery, DirectoryStep } from "./target.ts";
import { nameOf, type User } from "./user.ts";
import { entraFollows } from "./userChange.ts";

/** What `isMember`, `membershipsOver` and `membersOf` send. */
export const membershipLookup: Operations = {
  search: ["objectGUID", "name", "objectClass", "member"],
};
/** What `addingMember` and `removingMember` send, without their looks. */
export const memberAddition: Operations = { addMember: ["objectGUID", "member"] };
export const memberRemoval: Operations = { removeMember: ["objectGUID", "member"] };

/** Whether the user is a direct member. The controller compares: a large group is not read. */
export function isMember(group: Group, user: User): DirectoryQuery<boolean> {
  const isGroup = { attribute: "objectGUID", equals: guidBytes(group.id) } as const;
  const filter = { all: [isGroup, { attribute: "member", equals: user.dn }] } as const;
  return async ({ activeDirectory }) =>
    (await activeDirectory.list({ filter, attributes: ["objectGUID"], inDomainOf: group.dn }))
      .length > 0;
}

/** The groups that make the user a member of this group, by their names: they are members of it, directly or not. */
export function membershipsOver(group: Group, user: User): DirectoryQuery<string[]> {
  const filter = {
    all: [
      { attribute: "objectClass", equals: "group" },
      { attribute: "member", equals: user.dn },
      { attribute: "memberOf", leadsTo: group.dn },
    ],
  } as const;
  return async ({ activeDirectory }) =>
    (await activeDirectory.list({ filter, attributes: ["name"], isOfDomain: true })).map((entry) =>
      String(entry["name"]),
    );
}

/** The direct members of a group. */
export interface Members {
  /** By objectGUID. */
  users: string[];
  /** The number of groups among them. */
  groups: number;
  /** The number of those in other domains whom no base DN of the form has. */
  unseen: number;
}

/** So many names are looked for in one search. */
const namesAtOnce = 50;

/** The direct members of a group, those below the base DNs. A domain only knows the groups of its own members. */
export function membersOf(group: Group): DirectoryQuery<Members> {
  const isMember = { attribute: "memberOf", equals: group.dn } as const;
  return async ({ activeDirectory }) => {
    const attributes = ["objectGUID", "objectClass"] as const;
    const found = await activeDirectory.list({
      filter: isMember,
      attributes,
      inDomainOf: group.dn,
    });
    const elsewhere = await membersElsewhere(group, activeDirectory);
    const before = found.length;
    for (let from = 0; from < elsewhere.length; from += namesAtOnce) {
      const names = elsewhere.slice(from, from + namesAtOnce);
      const filter = {
        any: names.map((dn) => ({ attribute: "distinguishedName", equals: dn }) as const),
      };
      found.push(...(await activeDirectory.list({ filter, attributes })));
    }
    const of = (name: string) =>
      found.filter(({ objectClass }) => Array.isArray(objectClass) && objectClass.includes(name));
    // A computer is a user as well.
    const computers = new Set(of("computer"));
    const users = of("user").filter((one) => !computers.has(one));
    return {
      users: users.map((user) => String(user["objectGUID"])),
      groups: of("group").length,
      unseen: elsewhere.length - (found.length - before),
    };
  };
}

/** The names of the members in other domains. */
async function membersElsewhere(group: Group, activeDirectory: Directory): Promise<string[]> {
  const entry = await activeDirectory.get({ id: group.id, attributes: ["member"] });
  const names = Array.isArray(entry?.["member"]) ? entry["member"].map(String) : [];
  return names.filter((dn) => !isSameName(domainOf(dn), domainOf(group.dn)));
}

/** Makes the user a member. */
export function addingMember(group: Group, user: User): DirectoryStep {
  return {
    target: "activeDirectory",
    operation: "addMember",
    parameters: { objectGUID: group.id, member: user.dn },
    sentence: `Add ${nameOf(user)} to group ${groupName(group)} in Active Directory; ${entraFollows}`,
    before: { isMember: false },
    isInEffect: isMember(group, user),
  };
}

/** Ends the user's direct membership. */
export function removingMember(group: Group, user: User): DirectoryStep {
  return {
    target: "activeDirectory",
    operation: "removeMember",
    parameters: { objectGUID: group.id, member: user.dn },
    sentence: `Remove ${nameOf(user)} from group ${groupName(group)} in Active Directory; ${entraFollows}`,
    before: { isMember: true },
    isInEffect: async (targets) => !(await isMember(group, user)(targets)),
    isRemoval: true,
  };
}
