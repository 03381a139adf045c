import type { WhileWaiting } from "../concurrency.ts";
import { Fault, isRefusal } from "../fault.ts";
import { mergedOperations, type Operations } from "../step.ts";
import { assertReturned, objectById } from "./absence.ts";
import { equals } from "./client/odata.ts";
import type { Read } from "./client/reads.ts";
import { textOf, type GraphObject } from "./client/replies.ts";
import {
  groupLookup,
  groupOf,
  groupProperties,
  nameOf,
  titleOf,
  type ChangeableKind,
  type Group,
} from "./group.ts";
import type { GraphQuery, GraphStep } from "./target.ts";

/** A group with the names that tell it from others. */
export interface NamedGroup extends Group {
  mailNickname: string;
  /** An alternate key: unique in the tenant, and fixed once it is set. Empty when the group has none. */
  uniqueName: string;
}

/** A group about to be created. */
export interface NewGroup {
  kind: ChangeableKind;
  uniqueName: string;
  displayName: string;
  mailNickname: string;
  /** Of a Microsoft 365 group: who sees its content. */
  visibility?: string | undefined;
  /** The object ID of its first owner. */
  ownerId?: string | undefined;
}

const namingProperties = ["mailNickname", "uniqueName"];
const named = [...groupProperties, ...namingProperties];

/** What the look-ups by unique name and by alias send. */
export const namedGroupLookup: Operations = {
  "GET /groups(uniqueName='{uniqueName}')": ["uniqueName", "$select"],
  "GET /groups": ["$filter", "$select"],
};
/** What `creatingGroup` and `updatingGroup` send, their looks included. */
export const groupCreation: Operations = mergedOperations(namedGroupLookup, groupLookup, {
  "PATCH /groups(uniqueName='{uniqueName}')": [
    ...["uniqueName", "displayName", "mailNickname", "mailEnabled", "securityEnabled"],
    ...["groupTypes", "owner"],
  ],
  "PATCH /groups/{group}": ["group", "displayName", "uniqueName"],
});

/** What `creatingGroup` sends in addition for a Microsoft 365 group. */
export const unifiedCreation: Operations = {
  "PATCH /groups(uniqueName='{uniqueName}')": ["visibility"],
};

/** What has the names of a group: the one with its unique name, and those with its alias; or why that is unknown. */
export interface NameHolders {
  known: NamedGroup | undefined;
  withAlias: NamedGroup[];
  fault?: Fault;
}

/**
 * The groups that have the names, in the order of the names, twenty look-ups to a request. A group with the unique name
 * that is not found may still exist: creating it again does not double it.
 */
export function holdersOfNames(
  names: readonly Pick<NewGroup, "uniqueName" | "mailNickname">[],
): GraphQuery<NameHolders[]> {
  const all: NameHolders[] = names.map(() => ({ known: undefined, withAlias: [] }));
  const reads = names.flatMap(({ uniqueName, mailNickname }, index) => [
    { index, read: readByKey(uniqueName) },
    {
      index,
      read: {
        operation: "GET /groups",
        query: { select: named, filter: equals("mailNickname", mailNickname) },
      } as const,
    },
  ]);
  return async ({ graph }) => {
    for await (const piece of graph.each(reads, ({ read }): Read => read)) {
      const { index, read } = piece.item;
      const holders = all[index];
      if (!holders) continue;
      const isByKey = read.operation !== "GET /groups";
      if ("fault" in piece) {
        if (!(isByKey && piece.fault.kind === "missing")) holders.fault ??= piece.fault;
        continue;
      }
      const groups = piece.page.objects.map(namedGroupOf);
      if (isByKey) holders.known = groups[0];
      else holders.withAlias.push(...groups);
    }
    return all;
  };
}

/** The group with this unique name; undefined when a look does not show one. */
export function groupByUniqueName(uniqueName: string): GraphQuery<NamedGroup | undefined> {
  return async ({ graph }) => {
    try {
      return namedGroupOf(await graph.get(readByKey(uniqueName)));
    } catch (thrown) {
      const fault = Fault.of(thrown);
      if (fault.kind !== "missing") throw fault;
      return undefined;
    }
  };
}

function readByKey(uniqueName: string) {
  return {
    operation: "GET /groups(uniqueName='{uniqueName}')",
    ids: { uniqueName },
    query: { select: named },
  } as const;
}

/** A group about to be created, and what becomes of it. */
export interface Creation {
  step: GraphStep;
  /** Decides after a fault whether the group exists anyway. Throws the fault to report when it does not. */
  confirm(fault: Fault): GraphQuery<"done">;
  /** The new group. Throws a `notReady` fault when no read shows it in time. */
  created(): GraphQuery<Group>;
}

/** A new group can be invisible to readers for some seconds. */
const patienceMs = 15_000;

/**
 * The step that creates a group, or updates the one that has its unique name: sending it again never makes a second
 * one.
 */
export function creatingGroup(group: NewGroup, whileWaiting: WhileWaiting): Creation {
  const { kind, uniqueName, displayName, mailNickname, visibility, ownerId } = group;
  const isUnified = kind === "microsoft365";
  let answered: Group | undefined;
  const what = `The ${titleOf(kind)} "${displayName}"`;
  const patience = { what, maxMs: patienceMs, whileWaiting };
  const look: GraphQuery<Group | undefined> = async (targets) => {
    const found = await groupByUniqueName(uniqueName)(targets);
    if (found) assertKind(found, kind);
    return found;
  };
  return {
    step: {
      target: "graph",
      operation: "PATCH /groups(uniqueName='{uniqueName}')",
      parameters: {
        uniqueName,
        displayName,
        mailNickname,
        mailEnabled: isUnified,
        securityEnabled: !isUnified,
        groupTypes: isUnified ? ["Unified"] : [],
        ...(isUnified && visibility !== undefined && { visibility }),
        ...(ownerId !== undefined && { owner: ownerId }),
      },
      sentence: `Create ${titleOf(kind)} "${displayName}" with the unique name ${uniqueName}`,
      before: {},
      onAnswer: (object) => {
        const id = textOf(object["id"]);
        if (id !== "") answered = groupOf({ ...object, id });
      },
    },
    confirm: (fault) => async (targets) => {
      // The owner of a group that an earlier try has created is refused as one that is there already.
      answered = isRefusal(fault)
        ? await look(targets)
        : await targets.graph.eventually(() => look(targets), patience).catch(() => undefined);
      if (answered) return "done";
      throw fault;
    },
    created: () => async (targets) =>
      answered ?? (await targets.graph.eventually(() => look(targets), patience)),
  };
}

/** Throws an `invalid` fault for a group of another kind than the one that is wanted. */
export function assertKind(group: Group, kind: ChangeableKind): void {
  const actual = titleOf(group);
  if (actual !== titleOf(kind))
    throw Fault.invalid(
      `Group ${nameOf(group)} has the unique name of the resource and is a ${actual}; ` +
        `expected a ${titleOf(kind)}.`,
    );
}

/** The step that changes names of a group. */
export function updatingGroup(
  group: NamedGroup,
  values: Readonly<Partial<Record<"displayName" | "uniqueName", string>>>,
): GraphStep {
  const names = Object.keys(values);
  return {
    target: "graph",
    operation: "PATCH /groups/{group}",
    parameters: { group: group.id, ...values },
    sentence:
      values.displayName === undefined
        ? `Set ${names.join(", ")} of group ${nameOf(group)}`
        : `Rename group ${nameOf(group)} to "${values.displayName}"`,
    before: Object.fromEntries(names.map((name) => [name, group[name] ?? null])),
    async isInEffect({ graph }) {
      const read = namedGroupOf(await objectById(graph, "group", group.id, named));
      return Object.entries(values).every(([name, value]) => read[name] === value);
    },
  };
}

function namedGroupOf(object: GraphObject): NamedGroup {
  assertReturned(object, namingProperties, `group ${object.id}`);
  return {
    ...groupOf(object),
    mailNickname: textOf(object["mailNickname"]),
    uniqueName: textOf(object["uniqueName"]),
  };
}
