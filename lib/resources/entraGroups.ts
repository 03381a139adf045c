import { namesOf } from "../exchange/naming.ts";
import { objectNames, type ObjectNames } from "../exchange/objectNames.ts";
import { Fault } from "../fault.ts";
import { kindOf, nameOf, routeOf, type ChangeableKind, type Group } from "../graph/group.ts";
import {
  assertKind,
  creatingGroup,
  groupCreation,
  holdersOfNames,
  updatingGroup,
  type NamedGroup,
  type NameHolders,
  type NewGroup,
} from "../graph/groupCreation.ts";
import { groupOwner, ownerSearch } from "../graph/groupOwner.ts";
import { uniqueNameOf } from "../graph/uniqueNames.ts";
import type { GraphTarget } from "../graph/target.ts";
import type {
  ItemContext,
  ResourceItem,
  ResourceOutcome,
  ResourcesInput,
} from "../host/resourceActions.ts";
import { mergedOperations, type Operations } from "../step.ts";
import { clashesAmong } from "./clashes.ts";

/**
 * Groups of Entra ID for the items of the source data: Microsoft 365 groups and security groups. The unique name of a
 * group holds the key of its item, and Graph creates a group with it at most once.
 */

/** What the actions send to Graph. */
export const groupOperations: Operations = mergedOperations(groupCreation, ownerSearch);

/** The configuration keys that both kinds read. */
export const groupKeys = [
  "GroupNamePrefix",
  "RenameResources",
  "ResourceOwner",
  "UniqueNamePrefix",
] as const;

type Input = ResourcesInput<GraphTarget, (typeof groupKeys)[number]>;
type Context = ItemContext<GraphTarget>;

/** What became of one item. */
export interface Provided {
  /** Undefined in a dry run that would create it. */
  group: Group | undefined;
  wanted: NewGroup;
  outcome: ResourceOutcome;
}

/** An item with the group that it should have, and what the tenant has of its names. */
interface Subject {
  item: ResourceItem;
  wanted: NewGroup;
  holders: NameHolders;
  clash: Fault | undefined;
}

/**
 * Reads what has the names of the items, and returns the function that provisions one item. `visibility`: of new
 * Microsoft 365 groups.
 */
export async function entraGroupsOf(
  kind: ChangeableKind,
  input: Input,
  visibility?: string,
): Promise<(item: ResourceItem, context: Context) => Promise<Provided>> {
  const { configuration, items, log, read } = input;
  const { ResourceOwner: owner = "", RenameResources } = configuration;
  const ownerId = owner === "" ? undefined : await read(groupOwner(owner));
  const subjects = await subjectsOf(items, { kind, visibility, ownerId }, input);
  const isAnyNew = [...subjects.values()].some(
    (one) => !(one instanceof Fault) && one.holders.known === undefined,
  );
  if (kind === "microsoft365" && ownerId === undefined && isAnyNew)
    log(
      "warning",
      'No "Group owner" (ResourceOwner) is configured: a new Microsoft 365 group has no owner, and its site may only ' +
        "be created when it gets one.",
    );
  return async (item, context) => {
    const subject = subjects.get(item);
    if (subject === undefined || subject instanceof Fault)
      throw subject ?? Fault.invalid(`${item.label} is not an item of the source data.`);
    return await provide(subject, RenameResources === true, { ...context, log });
  };
}

/** The subject of each item, or the fault that explains why it cannot have a group. */
async function subjectsOf(
  items: readonly ResourceItem[],
  { kind, ...common }: Pick<NewGroup, "kind" | "visibility" | "ownerId">,
  { configuration, read }: Input,
): Promise<Map<ResourceItem, Subject | Fault>> {
  const { GroupNamePrefix: prefix = "", UniqueNamePrefix = "" } = configuration;
  const named = items.map((item) => ({ item, names: namesFor(item, prefix) }));
  const clashes = clashesAmong(named);
  const wanted = named.flatMap(({ item, names }) => {
    if (names instanceof Fault) return [];
    const { DisplayName: displayName, Alias: mailNickname } = names;
    const uniqueName = uniqueNameOf(kind, item.key, UniqueNamePrefix);
    return [{ item, group: { kind, ...common, uniqueName, displayName, mailNickname } }];
  });
  const holders = await read(holdersOfNames(wanted.map(({ group }) => group)));
  const subjects = new Map<ResourceItem, Subject | Fault>();
  for (const { item, names } of named) if (names instanceof Fault) subjects.set(item, names);
  for (const [index, { item, group }] of wanted.entries()) {
    const own = holders[index] ?? { known: undefined, withAlias: [] };
    const clash = clashes.get(item);
    subjects.set(item, own.fault ?? { item, wanted: group, holders: own, clash });
  }
  return subjects;
}

function namesFor({ name, key }: ResourceItem, prefix: string): ObjectNames | Fault {
  try {
    return objectNames(name, key, { prefix, domain: "" });
  } catch (thrown) {
    return Fault.of(thrown);
  }
}

/** Brings the group of one item about. */
async function provide(
  subject: Subject,
  areRenamed: boolean,
  { read, change, whileWaiting, log }: Context & Pick<Input, "log">,
): Promise<Provided> {
  const { wanted, holders, clash } = subject;
  const { known } = holders;
  if (known && clash)
    log("warning", `${clash.message} ${nameOf(known)} already exists and was not renamed.`);
  if (!known && clash) throw clash;
  const present = known ?? unfinished(wanted, holders);
  if (present) {
    assertKind(present, wanted.kind);
    const isRenamed = areRenamed && !clash && present.displayName !== wanted.displayName;
    const values = {
      ...(known ? {} : { uniqueName: wanted.uniqueName }),
      ...(isRenamed && { displayName: wanted.displayName }),
    };
    if (Object.keys(values).length === 0) return { group: present, wanted, outcome: "existing" };
    assertMasteredHere(present);
    await change(updatingGroup(present, values), "UpdateResource");
    return { group: present, wanted, outcome: isRenamed ? "renamed" : "completed" };
  }
  const { step, confirm, created } = creatingGroup(wanted, whileWaiting);
  const recover = (fault: Fault): Promise<"done"> => read(confirm(fault));
  const result = await change({ ...step, recover }, "CreateResource");
  const group = result === "planned" ? undefined : await read(created());
  return { group, wanted, outcome: "created" };
}

/**
 * The group that was created for the item without a unique name, as HelloID's own connector creates it: its alias is
 * that of the item, and so is its display name. Throws a fault for another group with the alias, which is unique among
 * Microsoft 365 groups.
 */
function unfinished(wanted: NewGroup, { withAlias }: NameHolders): NamedGroup | undefined {
  const mine = withAlias.filter((one) => isUnfinished(one, wanted));
  const [group, ...others] = mine;
  if (group && others.length > 0)
    throw new Fault({
      kind: "ambiguous",
      message: `More than one group has the alias "${wanted.mailNickname}": ${namesOf(mine.map(nameOf))}.`,
    });
  if (!group && wanted.kind === "microsoft365" && withAlias.length > 0)
    throw Fault.invalid(
      `The alias "${wanted.mailNickname}" belongs to group ${namesOf(withAlias.map(nameOf))}; expected one that no ` +
        "group has.",
    );
  return group;
}

function isUnfinished(group: NamedGroup, { kind, displayName, mailNickname }: NewGroup): boolean {
  const isNamed = [displayName, mailNickname].includes(group.displayName);
  const isOpen = group.uniqueName === "" && "target" in routeOf(group);
  return isNamed && isOpen && kindOf(group) === kind;
}

function assertMasteredHere(group: Group): void {
  if (group.onPremisesSyncEnabled !== true) return;
  throw new Fault({
    kind: "onPremises",
    message:
      `Group ${nameOf(group)} is synchronised from Active Directory, which masters its names: change them ` +
      "there.",
  });
}
