import { folded } from "../caseFolding.ts";
import { synchronisationOf } from "../exchange/mailbox.ts";
import {
  hasNameOfItsOwn,
  hasNames,
  nameConflict,
  valueOf,
  type NamedObject,
} from "../exchange/namedObject.ts";
import { nameOf } from "../exchange/naming.ts";
import type { ObjectNames } from "../exchange/objectNames.ts";
import type { ObjectKind } from "../exchange/objectKinds.ts";
import { Fault } from "../fault.ts";
import type { ResourceItem, ResourceOutcome } from "../host/resourceActions.ts";
import type { ExistingObjects } from "./existingObjects.ts";

/** The rules for one kind of resource. */
export interface Rules {
  kind: ObjectKind;
  /** The attributes that hold key and marker. */
  attributes: { key: string; marker: string };
  /** The marker of the resources that this connector provisions. */
  marker: string;
  /** New resources are hidden from the address lists. */
  areHidden: boolean;
  /** A resource is renamed when its item is renamed. */
  areRenamed: boolean;
  existing: ExistingObjects;
}

/**
 * An item with the names of its object (or the fault that explains why it has none), and its clash with another item.
 */
export interface NamedItem {
  item: ResourceItem;
  names: ObjectNames | Fault;
  clash: Fault | undefined;
}

export type Values = Readonly<Record<string, string | boolean>>;

/** What to do for an item. */
export type Decision =
  | { action: "nothing"; outcome: ResourceOutcome }
  | { action: "update"; object: NamedObject; values: Values; outcome: ResourceOutcome }
  | { action: "create"; names: ObjectNames };

/** Decides what to do for an item, given the objects in the tenant. Throws a fault when it cannot be done. */
export function classify({ item, names, clash }: NamedItem, rules: Rules): Decision {
  const object = objectOf(item, rules);
  if (object) return classifyKnown(object, clash ? undefined : names, rules);
  if (names instanceof Fault) throw names;
  if (clash) throw clash;
  const holders = rules.existing.withNames(names);
  const unfinished = holders.find((one) => isUnfinished(one, names, rules));
  if (holders.length > (unfinished ? 1 : 0)) throw nameConflict(names, holders);
  return unfinished
    ? update(unfinished, stampOf(item, rules), "completed")
    : { action: "create", names };
}

/** The object that has the key of the item. Throws an `ambiguous` fault when several have it. */
export function objectOf(
  { key }: ResourceItem,
  { existing, attributes }: Rules,
): NamedObject | undefined {
  const [object, ...others] = existing.withKey(key);
  if (object && others.length > 0)
    throw new Fault({
      kind: "ambiguous",
      message: `More than one object has "${key}" as ${attributes.key}: ${[object, ...others].map(nameOf).join(", ")}.`,
    });
  return object;
}

/** Decides what to do for an object that was just created, or (`wasThere`) was created by an interrupted run. */
export function classifyCreated(
  object: NamedObject,
  { item, names, wasThere }: { item: ResourceItem; names: ObjectNames; wasThere: boolean },
  rules: Rules,
): Decision {
  const hasKey = valueOf(object, rules.attributes.key) !== "";
  if (wasThere && hasKey) return classifyKnown(object, names, rules);
  if (wasThere) return update(object, stampOf(item, rules), "completed");
  return hasKey && valueOf(object, rules.attributes.marker) !== ""
    ? { action: "nothing", outcome: "created" }
    : update(object, stampOf(item, rules), "created");
}

/** Key, marker and visibility are written in one step, so that a resource never has one without the others. */
export function stampOf({ key }: ResourceItem, { attributes, marker, areHidden }: Rules): Values {
  return {
    [attributes.key]: key,
    [attributes.marker]: marker,
    ...(areHidden ? { HiddenFromAddressListsEnabled: true } : {}),
  };
}

/** Whether the object was created by a run that was interrupted before it wrote key and marker. */
function isUnfinished(
  object: NamedObject,
  names: ObjectNames,
  { kind, attributes }: Rules,
): boolean {
  return (
    hasNames(names, object, kind) &&
    valueOf(object, attributes.key) === "" &&
    valueOf(object, attributes.marker) === ""
  );
}

/** An object with its key gets its marker and, if resources are renamed, its name. */
function classifyKnown(
  object: NamedObject,
  names: ObjectNames | Fault | undefined,
  rules: Rules,
): Decision {
  const marker = missingMarker(object, rules);
  const newNames = rules.areRenamed && names ? differingNames(object, names, rules) : {};
  const values = { ...marker, ...newNames };
  if (Object.keys(values).length === 0) return { action: "nothing", outcome: "existing" };
  return update(object, values, Object.keys(newNames).length > 0 ? "renamed" : "completed");
}

function missingMarker(object: NamedObject, { attributes, marker }: Rules): Values {
  const current = valueOf(object, attributes.marker);
  if (current === "") return { [attributes.marker]: marker };
  if (folded(current) !== folded(marker))
    throw Fault.invalid(
      `${nameOf(object)} has this key, but "${current}" as ${attributes.marker}; expected "${marker}" or no value.`,
    );
  return {};
}

/** Addresses do not change: people may be using them. */
function differingNames(object: NamedObject, names: ObjectNames | Fault, rules: Rules): Values {
  if (names instanceof Fault) throw names;
  const { Name, DisplayName } = names;
  const isRenamed = object.Name !== Name && hasNameOfItsOwn(object);
  if (isRenamed) assertNameFree(object, names, rules);
  return {
    ...(object.DisplayName.normalize() === DisplayName.normalize() ? {} : { DisplayName }),
    ...(isRenamed ? { Name } : {}),
  };
}

function assertNameFree(object: NamedObject, names: ObjectNames, { existing }: Rules): void {
  const { Alias, PrimarySmtpAddress } = object;
  const others = existing
    .withNames({ ...names, Alias, PrimarySmtpAddress })
    .filter((one) => one !== object);
  if (others.length > 0) throw nameConflict(names, others);
}

function update(object: NamedObject, values: Values, outcome: ResourceOutcome): Decision {
  assertMasteredHere(object);
  return { action: "update", object, values, outcome };
}

/** Active Directory masters custom attributes and names of the objects that it synchronises. */
function assertMasteredHere(object: NamedObject): void {
  const { isDirSynced, isExchangeCloudManaged } = synchronisationOf(object);
  if (isDirSynced && !isExchangeCloudManaged)
    throw new Fault({
      kind: "onPremises",
      message:
        `${nameOf(object)} is synchronised from Active Directory, which masters its attributes and names; ` +
        "change it there.",
    });
}
