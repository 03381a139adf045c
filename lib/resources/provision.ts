import { folded } from "../caseFolding.ts";
import { confirmCreated, createdObject, creating, updating } from "../exchange/creation.ts";
import { assertNamesFree } from "../exchange/freeNames.ts";
import { groupOwner } from "../exchange/groupOwner.ts";
import { nameConflict, valueOf, type NamedObject } from "../exchange/namedObject.ts";
import { nameOf } from "../exchange/naming.ts";
import { objectNames, type ObjectNames } from "../exchange/objectNames.ts";
import { allObjects, type ObjectKind } from "../exchange/objectKinds.ts";
import type { ExchangeTarget } from "../exchange/target.ts";
import { Fault } from "../fault.ts";
import { quoted } from "../graphemes.ts";
import type {
  ItemContext,
  ResourceItem,
  ResourceOutcome,
  ResourcesInput,
} from "../host/resourceActions.ts";
import { clashesAmong } from "./clashes.ts";
import {
  classify,
  classifyCreated,
  objectOf,
  stampOf,
  type Decision,
  type NamedItem,
  type Rules,
} from "./classify.ts";
import { ExistingObjects } from "./existingObjects.ts";
import { attributesIn, type ResourceKey } from "./resourceSettings.ts";

/** The settings for one kind of resource. */
export interface ResourceSettings {
  kind: ObjectKind;
  prefix: string | undefined;
  marker: string | undefined;
  /** The owner of new objects, for a kind that has owners. Blank when none is configured: then Exchange decides. */
  owner?: string;
}

type Context = ItemContext<ExchangeTarget>;
type Input = ResourcesInput<ExchangeTarget, ResourceKey>;

/** The properties that a decision needs, in addition to names, key and marker. */
const decisive = ["HiddenFromAddressListsEnabled", "IsDirSynced", "IsExchangeCloudManaged"];

/** Reads all objects of the kind in the tenant, and returns a function that provisions one item. */
export async function resourcesOf(
  settings: ResourceSettings,
  input: Input,
): Promise<(item: ResourceItem, context: Context) => Promise<ResourceOutcome>> {
  const { kind, marker = "", owner } = settings;
  const { configuration, isPreview, log, read, stream } = input;
  const attributes = attributesIn(configuration);
  const ownerId = owner === undefined || owner === "" ? undefined : await read(groupOwner(owner));
  const alsoRead = [attributes.key, attributes.marker, ...decisive];
  const existing = new ExistingObjects(attributes.key);
  for await (const object of stream(allObjects(kind, alsoRead))) existing.add(object);

  const rules: Rules = {
    kind,
    attributes,
    marker,
    areHidden: configuration.ResourcesHidden === true,
    areRenamed: configuration.RenameResources === true,
    existing,
  };
  const named = namedItems(settings, input);
  const organization = configuration.ResourceDomain ? "" : configuration.Organization;
  return async (item, context) => {
    const namedItem = named(item);
    warnOfClash(namedItem, rules, log);
    const reasons = { lacksOwner: owner === "", organization };
    const provisioning = { item, rules, context, ownerId, ...reasons, alsoRead, isPreview };
    return await carryOut(classify(namedItem, rules), provisioning);
  };
}

/** Names all items, and finds the clashes among them. */
function namedItems(
  { prefix = "" }: ResourceSettings,
  { items, configuration: { ResourceDomain, Organization } }: Input,
): (item: ResourceItem) => NamedItem {
  const namesOf = (item: ResourceItem): ObjectNames | Fault =>
    namesFor(item, { prefix, domain: ResourceDomain ?? Organization });
  const all = new Map(items.map((item) => [item, { item, names: namesOf(item) }]));
  const clashes = clashesAmong([...all.values()]);
  return (item) => ({
    item,
    names: all.get(item)?.names ?? namesOf(item),
    clash: clashes.get(item),
  });
}

/** The maximum length of a custom attribute. */
const maxKeyLength = 1024;

function namesFor(
  { name, key }: ResourceItem,
  form: { prefix: string; domain: string },
): ObjectNames | Fault {
  if (key.length > maxKeyLength)
    return Fault.invalid(
      `The key ${quoted(key)} has ${key.length} characters; expected at most ${maxKeyLength}.`,
    );
  try {
    return objectNames(name, key, form);
  } catch (thrown) {
    return Fault.of(thrown);
  }
}

/** An item that clashes with another one, but already has its object, is not renamed and does not fail. */
function warnOfClash({ item, clash }: NamedItem, rules: Rules, log: Input["log"]): void {
  const object = clash && objectOf(item, rules);
  if (object)
    log("warning", `${clash.message} ${nameOf(object)} already exists and was not renamed.`);
}

/** One item and what its steps need. */
interface Provisioning {
  item: ResourceItem;
  rules: Rules;
  context: Context;
  ownerId: string | undefined;
  /** The kind has owners, and none is configured. */
  lacksOwner: boolean;
  /** The domain of new addresses, if it is that of the organization; blank otherwise. */
  organization: string;
  alsoRead: readonly string[];
  isPreview: boolean;
}

async function carryOut(decision: Decision, provisioning: Provisioning): Promise<ResourceOutcome> {
  switch (decision.action) {
    case "nothing":
      return decision.outcome;
    case "update":
      await provisioning.context.change(
        updating(provisioning.rules.kind, decision.object, decision.values),
        "UpdateResource",
      );
      return decision.outcome;
    case "create":
      return await create(decision.names, provisioning);
  }
}

async function create(names: ObjectNames, provisioning: Provisioning): Promise<ResourceOutcome> {
  const { item, rules, context, ownerId, alsoRead, isPreview } = provisioning;
  const { kind } = rules;
  const { read, change, whileWaiting } = context;
  // In a run, the service reports names that are taken; a preview has to look them up.
  if (isPreview) await read(assertNamesFree(names, kind));
  const check = (object: NamedObject): void => assertOwnKey(object, item, names, rules);
  const created = { kind, names, alsoRead, check, whileWaiting };
  const result = await change(
    {
      ...creating(kind, names, ownerId),
      recover: (fault) => read(confirmCreated(created, withReasons(fault, provisioning))),
    },
    "CreateResource",
  );
  if (result === "planned") {
    await change(updating(kind, names, stampOf(item, rules)), "UpdateResource");
    return "created";
  }
  const object = await read(createdObject(created));
  const wasThere = result === "alreadySo";
  return await carryOut(classifyCreated(object, { item, names, wasThere }, rules), provisioning);
}

/** A refusal, with the settings that may be its reason. */
function withReasons(fault: Fault, { lacksOwner, organization }: Provisioning): Fault {
  if (fault.kind !== "invalid") return fault;
  const reasons = [fault.message];
  if (lacksOwner)
    reasons.push(
      'No "Group owner" (ResourceOwner) is configured, and an application cannot own a group: ' +
        "enter the address of a mailbox that will own new groups.",
    );
  if (organization !== "" && fault.message.toLowerCase().includes(organization.toLowerCase()))
    reasons.push(
      `New addresses are in "Organization" (Organization), ${organization}, because "Resource domain" ` +
        "(ResourceDomain) is empty: check that it is the primary .onmicrosoft.com domain of this tenant.",
    );
  return new Fault({
    kind: fault.kind,
    message: reasons.join(" "),
    cause: fault,
    requestId: fault.requestId,
  });
}

/** An object with the key of another item is not the one that was created. */
function assertOwnKey(
  object: NamedObject,
  { key }: ResourceItem,
  names: ObjectNames,
  { attributes }: Rules,
): void {
  const present = valueOf(object, attributes.key);
  if (present !== "" && folded(present) !== folded(key)) throw nameConflict(names, [object]);
}
