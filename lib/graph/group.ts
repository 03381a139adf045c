import { Fault } from "../fault.ts";
import { folded } from "../caseFolding.ts";
import { quoted } from "../graphemes.ts";
import { assertGuid, isGuid } from "../guid.ts";
import type { Operations } from "../step.ts";
import { assertReturned, objectById } from "./absence.ts";
import { allOf, contains, differs, equals, not, type Condition } from "./client/odata.ts";
import { textOf, type GraphObject } from "./client/replies.ts";
import type { Lookup } from "./lookup.ts";
import type { GraphQuery, GraphStream } from "./target.ts";

/** A group of any kind, with the properties that decide who masters it. */
export interface Group extends GraphObject {
  displayName: string;
  groupTypes: string[];
  mailEnabled: boolean;
  securityEnabled: boolean;
  /** True: synchronised. False: was synchronised once. Null: never (documented). */
  onPremisesSyncEnabled: boolean | null;
  isAssignableToRole: boolean | null;
}

/** The properties that every group is read with. */
export const groupProperties = [
  "id",
  "displayName",
  "groupTypes",
  "mailEnabled",
  "securityEnabled",
  "onPremisesSyncEnabled",
  "isAssignableToRole",
];

/** The kinds of group that Graph shows. Dynamic distribution groups are not among them (documented). */
export type GroupKind = "microsoft365" | "security" | "mailEnabledSecurity" | "distributionList";

/** Where the members of a group are changed; or why they are not changed at all, as the end of a sentence. */
export type Route = { target: "graph" | "exchange" } | { refused: string };

export function kindOf({ groupTypes, mailEnabled, securityEnabled }: Group): GroupKind {
  if (groupTypes.includes("Unified")) return "microsoft365";
  if (!mailEnabled) return "security";
  return securityEnabled ? "mailEnabledSecurity" : "distributionList";
}

/** Who masters the members of a group decides before its kind does (documented: "Working with groups"). */
export function routeOf(group: Group): Route {
  if (group.onPremisesSyncEnabled === true)
    return {
      refused:
        "is synchronised from Active Directory, which masters its members: change them there (attribute member)",
    };
  if (group.groupTypes.includes("DynamicMembership"))
    return {
      refused: "has dynamic membership: its rule decides who belongs to it (membershipRule)",
    };
  if (group.isAssignableToRole === true)
    return {
      refused:
        "can be assigned to a directory role: its members are changed by those who manage roles, not by this connector",
    };
  const kind = kindOf(group);
  const isOfGraph = kind === "microsoft365" || kind === "security";
  return { target: isOfGraph ? "graph" : "exchange" };
}

/** What `groupById` sends. */
export const groupLookup: Operations = {
  "GET /groups/{group}": ["group", "$select"],
  "GET /groups": ["$filter", "$select"],
};
/** What `changeableGroups` sends. */
export const groupList: Operations = { "GET /groups": ["$filter", "$select", "$top"] };

/** The group with this object ID. Throws a proven `missing` fault when there is none. */
export function groupById(id: string): GraphQuery<Group> {
  assertGuid(id, "The object ID of the group");
  return async ({ graph }) => groupOf(await objectById(graph, "group", id, groupProperties));
}

const sid = "onPremisesSecurityIdentifier";

/**
 * The security identifier in Active Directory of the group with this object ID, which the synchronisation brings to
 * Entra ID for groups of every kind (documented: objectSID). Throws as `groupById`, and an `unexpected` fault for a
 * group without one.
 */
export function onPremisesSidOf(id: string): GraphQuery<string> {
  assertGuid(id, "The object ID of the group");
  return async ({ graph }) => {
    const group = groupOf(await objectById(graph, "group", id, [...groupProperties, sid]));
    assertReturned(group, [sid], `group ${id}`);
    const value = textOf(group[sid]);
    if (value !== "") return value;
    throw new Fault({
      kind: "unexpected",
      message: `Group ${nameOf(group)} of Entra ID has no ${sid}, so it is linked to no group of Active Directory.`,
    });
  };
}

/** What `groupNamed` sends. */
export const groupSearch: Operations = { "GET /groups": ["$filter", "$select", "$top"] };

/**
 * The one group with the display name or object ID that a field is mapped with. Throws an `invalid` fault when there is
 * none, `ambiguous` for several. `alsoRead` as in `changeableGroups`.
 */
export function groupMapped(
  field: string,
  text: string,
  alsoRead: readonly string[] = [],
): Lookup<Group> {
  const property = isGuid(text) ? "id" : "displayName";
  const select = [...groupProperties, ...alsoRead];
  // Few enough for one page; two would be enough to know that there are several.
  const query = { select, filter: equals(property, text), top: 10 };
  return {
    reads: [{ operation: "GET /groups", query }],
    found([objects = []]) {
      // A directory compares more loosely than people do.
      const having = objects.filter((object) => folded(textOf(object[property])) === folded(text));
      const [group] = having.map(groupOf);
      if (!group)
        throw Fault.invalid(
          `${field} is mapped with ${quoted(text)}, but no group has this ${property}.`,
        );
      if (having.length > 1)
        throw new Fault({
          kind: "ambiguous",
          message:
            `${field} is mapped with ${quoted(text)}, and ${having.length} groups have this ${property}; ` +
            "expected one, or its object ID.",
        });
      assertReturned(group, alsoRead, `group ${group.id}`);
      return group;
    },
  };
}

/** Whether Exchange Online masters the members of the group. */
export function exchangeMasters(group: Group): boolean {
  const route = routeOf(group);
  return "target" in route && route.target === "exchange";
}

/**
 * Throws the fault for a group that cannot be changed: it names what masters it. `hasExchange`: the connection changes
 * members through Exchange Online as well.
 */
export function assertChangeable(
  group: Group,
  { hasExchange = false }: { hasExchange?: boolean } = {},
): void {
  const route = routeOf(group);
  if ("refused" in route) {
    const kind = group.onPremisesSyncEnabled === true ? "onPremises" : "invalid";
    throw new Fault({ kind, message: `Group ${nameOf(group)} ${route.refused}.` });
  }
  if (route.target === "exchange" && !hasExchange)
    throw Fault.invalid(
      `Group ${nameOf(group)} is a ${titleOf(group)}: Exchange Online masters it. Its members are changed when ` +
        '"Exchange Online" (exchangeOnlineIntegration) is on, and its owners never.',
    );
}

const titles: Readonly<Record<GroupKind, string>> = {
  microsoft365: "Microsoft 365 group",
  security: "security group",
  mailEnabledSecurity: "mail-enabled security group",
  distributionList: "distribution list",
};

/** What a group is called in messages. */
export function titleOf(group: Group | GroupKind): string {
  return titles[typeof group === "string" ? group : kindOf(group)];
}

const isUnified = contains("groupTypes", "Unified");
const conditions: Readonly<Record<GroupKind, Condition>> = {
  microsoft365: isUnified,
  security: allOf(equals("mailEnabled", false), equals("securityEnabled", true)),
  mailEnabledSecurity: ofExchange(true),
  distributionList: ofExchange(false),
};

function ofExchange(isSecurityEnabled: boolean): Condition {
  return allOf(
    equals("mailEnabled", true),
    equals("securityEnabled", isSecurityEnabled),
    not(isUnified),
  );
}

/** The kinds of group whose members Graph changes. */
export type ChangeableKind = "microsoft365" | "security";

/**
 * The groups of the kinds whose members can be changed, kind by kind, as the pages arrive. An absent property of
 * `alsoRead` is a fault.
 */
export function changeableGroups(
  kinds: readonly GroupKind[],
  alsoRead: readonly string[] = [],
): GraphStream<Group> {
  return async function* (targets) {
    for (const kind of kinds) yield* changeableOf(kind, alsoRead)(targets);
  };
}

function changeableOf(kind: GroupKind, alsoRead: readonly string[]): GraphStream<Group> {
  const filter = allOf(
    conditions[kind],
    not(contains("groupTypes", "DynamicMembership")),
    // "eq null" would leave out the groups that were synchronised once.
    differs("onPremisesSyncEnabled", true),
  );
  return async function* ({ graph }) {
    const query = { select: [...groupProperties, ...alsoRead], filter, top: 999 };
    for await (const { objects } of graph.pages({ operation: "GET /groups", query }))
      for (const group of objects.map(groupOf)) {
        assertReturned(group, alsoRead, `group ${group.id}`);
        // The index that answers may be older than the group.
        const route = routeOf(group);
        if (kindOf(group) === kind && "target" in route) yield group;
      }
  };
}

/** The name of a group in messages. */
export function nameOf({ id, displayName }: Group): string {
  return `"${displayName}" (${id})`;
}

/** Throws an `unexpected` fault when a property that decides is absent. */
export function groupOf(object: GraphObject): Group {
  const required = ["groupTypes", "mailEnabled", "securityEnabled", "onPremisesSyncEnabled"];
  assertReturned(object, required, `group ${object.id}`);
  const { groupTypes, mailEnabled, securityEnabled, onPremisesSyncEnabled } = object;
  return {
    ...object,
    displayName: textOf(object["displayName"]),
    groupTypes: Array.isArray(groupTypes) ? groupTypes.map(textOf) : [],
    mailEnabled: mailEnabled === true,
    securityEnabled: securityEnabled === true,
    onPremisesSyncEnabled:
      typeof onPremisesSyncEnabled === "boolean" ? onPremisesSyncEnabled : null,
    isAssignableToRole: object["isAssignableToRole"] === true,
  };
}
