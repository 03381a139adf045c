import { folded } from "../caseFolding.ts";
import { synchronisationOf, type Mailbox } from "../exchange/mailbox.ts";
import {
  hasNames,
  creating,
  allObjects,
  found,
  groupOwner,
  hasNameOfItsOwn,
  nameConflict,
  confirmCreated,
  assertNamesFree,
  writing,
  type NamedObject,
  type ObjectKind,
} from "../exchange/creation.ts";
import { objectNames, type ObjectNames } from "../exchange/objectNames.ts";
import type { ExchangeTarget } from "../exchange/target.ts";
import { Fault } from "../fault.ts";
import type { Configuration } from "../generated/types.ts";
import type {
  ResourceOutcome,
  ItemContext,
  ResourceItem,
  ResourcesInput,
} from "../host/resourceActions.ts";
import { clashesAmong, type Named } from "./clashes.ts";
import { ExistingObjects, valueOf } from "./existingObjects.ts";
import { nameOf } from "../exchange/naming.ts";

/** What one kind of resource takes from the configuration. */
export interface ResourceSettings {
  kind: ObjectKind;
  prefix: string | undefined;
  marker: string | undefined;
  /** Whether an object of this kind has an owner from the start. */
  isOwned: boolean;
}

/** The configuration keys that every kind of resource reads. */
export const resourceKeys = [
  "MarkerAttribute",
  "Organization",
  "RenameResources",
  "ResourceDomain",
  "ResourceOwner",
  "ResourcesHidden",
  "SubPermissionAttribute",
] as const;
type ResourceKey = (typeof resourceKeys)[number];

/** Two objects of one key would be ambiguous to everybody who looks them up by it. */
const longestKey = 1024;

/** What is to be done for an item, once all items and all that the tenant has of the kind are known. */
export async function resourcesOf(
  { kind, prefix = "", marker = "", isOwned }: ResourceSettings,
  {
    items,
    isPreview,
    configuration,
    log,
    read,
    stream,
  }: ResourcesInput<ExchangeTarget, ResourceKey>,
): Promise<(item: ResourceItem, place: ItemContext<ExchangeTarget>) => Promise<ResourceOutcome>> {
  const [{ key: keyAttribute, marker: markerAttribute }, owner] = Fault.together<
    [ReturnType<typeof attributesIn>, string]
  >(
    () => attributesIn(configuration),
    () => (isOwned ? ownerIn(configuration) : ""),
  );
  const ownerId = isOwned ? await read(groupOwner(owner)) : undefined;
  const { ResourceDomain, Organization, ResourcesHidden, RenameResources } = configuration;
  const alsoRead = [
    keyAttribute,
    markerAttribute,
    "HiddenFromAddressListsEnabled",
    "IsDirSynced",
    "IsExchangeCloudManaged",
  ];
  const present = new ExistingObjects(keyAttribute);
  for await (const object of stream(allObjects(kind, alsoRead))) present.add(object);

  const named = new Map(
    items.map((item): [ResourceItem, Named] => [item, { item, names: namesOf(item) }]),
  );
  const clashes = clashesAmong([...named.values()]);
  return async (item, place) => {
    const names = named.get(item)?.names ?? namesOf(item);
    const clash = clashes.get(item);
    const [object, ...others] = present.withKey(item.key);
    if (others.length > 0)
      throw new Fault({
        kind: "ambiguous",
        message: `Several have "${item.key}" as ${keyAttribute}: ${present.withKey(item.key).map(nameOf).join(", ")}.`,
      });
    if (object) {
      if (clash)
        log("warning", `${clash.message} ${nameOf(object)} is there already, and was not renamed.`);
      return await keep(object, clash ? undefined : names, place);
    }
    if (names instanceof Fault) throw names;
    if (clash) throw clash;
    const inWay = present.holding(names);
    const [halfMade] = inWay.filter(
      (one) =>
        hasNames(names, one, kind) &&
        valueOf(one, keyAttribute) === "" &&
        valueOf(one, markerAttribute) === "",
    );
    if (inWay.length > (halfMade ? 1 : 0)) throw nameConflict(names, inWay);
    return halfMade
      ? await stamp(halfMade, item, place, "finished")
      : await make(names, item, place);
  };

  function namesOf({ name, key }: ResourceItem): ObjectNames | Fault {
    try {
      if (key.length > longestKey)
        throw Fault.invalid(
          `The key has ${key.length} characters; expected at most ${longestKey}.`,
        );
      return objectNames(name, key, { prefix, domain: ResourceDomain ?? Organization });
    } catch (thrown) {
      return Fault.of(thrown);
    }
  }

  /** Brings one that is known by its key to its marker and, where that is wanted, to its name. */
  async function keep(
    object: NamedObject,
    names: ObjectNames | Fault | undefined,
    { change }: ItemContext<ExchangeTarget>,
  ): Promise<ResourceOutcome> {
    const current = valueOf(object, markerAttribute);
    if (current !== "" && folded(current) !== folded(marker))
      throw Fault.invalid(
        `${nameOf(object)} has this key and "${current}" as ${markerAttribute}; expected "${marker}", or nothing yet.`,
      );
    const unmarked = current === "" ? { [markerAttribute]: marker } : {};
    const renamed = RenameResources === true && names ? renaming(object, names) : {};
    const values = { ...unmarked, ...renamed };
    if (Object.keys(values).length === 0) return "there";
    refuseMastered(object);
    await change(writing(kind, object, values), "UpdateResource");
    return Object.keys(renamed).length > 0 ? "renamed" : "finished";
  }

  /** The names that differ. The addresses stay: somebody may have written to them. */
  function renaming(object: NamedObject, names: ObjectNames | Fault): Record<string, string> {
    if (names instanceof Fault) throw names;
    const { Name, DisplayName } = names;
    const differing = {
      ...(object.DisplayName.normalize() === DisplayName.normalize() ? {} : { DisplayName }),
      ...(object.Name === Name || !hasNameOfItsOwn(object) ? {} : { Name }),
    };
    const others =
      "Name" in differing
        ? present
            .holding({
              ...names,
              Alias: object.Alias,
              PrimarySmtpAddress: object.PrimarySmtpAddress,
            })
            .filter((one) => one !== object)
        : [];
    if (others.length > 0) throw nameConflict(names, others);
    return differing;
  }

  async function make(
    names: ObjectNames,
    item: ResourceItem,
    place: ItemContext<ExchangeTarget>,
  ): Promise<ResourceOutcome> {
    const { read: look, change, aside } = place;
    // A run is told by the service; a preview has to look.
    if (isPreview) await look(assertNamesFree({ kind, names }));
    const check = (object: NamedObject): void => {
      const key = valueOf(object, keyAttribute);
      if (key !== "" && folded(key) !== folded(item.key)) throw nameConflict(names, [object]);
    };
    const sought = { kind, names, alsoRead, check, aside };
    const became = await change(
      {
        ...creating(kind, names, ownerId),
        recover: (fault) => look(confirmCreated(sought, fault)),
      },
      "CreateResource",
    );
    if (became === "planned") return await stamp(names, item, place, "made");
    const object = await look(found(sought));
    const isStamped = valueOf(object, keyAttribute) !== "";
    if (became === "alreadySo")
      return isStamped
        ? await keep(object, names, place)
        : await stamp(object, item, place, "finished");
    return isStamped && valueOf(object, markerAttribute) !== ""
      ? "made"
      : await stamp(object, item, place, "made");
  }

  /** Key, marker and visibility together, so that none is ever without the others. */
  async function stamp(
    object: NamedObject | ObjectNames,
    item: ResourceItem,
    { change }: ItemContext<ExchangeTarget>,
    fate: ResourceOutcome,
  ): Promise<ResourceOutcome> {
    if ("Guid" in object) refuseMastered(object);
    const values = {
      [keyAttribute]: item.key,
      [markerAttribute]: marker,
      ...(ResourcesHidden === true ? { HiddenFromAddressListsEnabled: true } : {}),
    };
    await change(writing(kind, object, values), "UpdateResource");
    return fate;
  }
}

/** Custom attributes and names are Active Directory's where it masters the object. */
function refuseMastered(object: NamedObject): void {
  const { isDirSynced, isExchangeCloudManaged } = synchronisationOf(
    object as NamedObject & Mailbox,
  );
  if (isDirSynced && !isExchangeCloudManaged)
    throw new Fault({
      kind: "onPremises",
      message: `${nameOf(object)} is synchronised from Active Directory, which masters its attributes and names: change it there.`,
    });
}

/** The attributes that hold key and marker. */
function attributesIn({
  SubPermissionAttribute: key = "CustomAttribute1",
  MarkerAttribute: marker = "CustomAttribute2",
}: Pick<Configuration, "SubPermissionAttribute" | "MarkerAttribute">): {
  key: string;
  marker: string;
} {
  if (!key.startsWith("CustomAttribute"))
    throw Fault.invalid(
      `Resources keep their key in the "Matching attribute" (SubPermissionAttribute), which is ${key}; expected one of CustomAttribute1 to CustomAttribute15.`,
    );
  if (key === marker)
    throw Fault.invalid(
      `The "Matching attribute" (SubPermissionAttribute) and the "Marker attribute" (MarkerAttribute) are both ${key}; expected two different ones.`,
    );
  return { key, marker };
}

function ownerIn({ ResourceOwner: owner = "" }: Pick<Configuration, "ResourceOwner">): string {
  if (owner === "")
    throw Fault.invalid(
      `"Owner of groups" (ResourceOwner) is missing. An application is no user and cannot own a group: give the address of a mailbox that is to own them.`,
    );
  return owner;
}
