import { maxConcurrentItems, type WhileWaiting } from "../concurrency.ts";
import { Fault } from "../fault.ts";
import type { ResourcesEvent } from "../generated/types.ts";
import { resourcesEvent } from "../generated/validators/resourcesEvent.ts";
import type { Gate, StepResult } from "../step.ts";
import {
  gateOf,
  reads,
  settingsFor,
  type Action,
  type ConfigurationKey,
  type Declaration,
  type Result,
  type Settings,
} from "./action.ts";
import type { HostGate } from "./gate.ts";
import { forEachItem } from "./itemPool.ts";
import type { Log } from "./output.ts";
import { entriesIn, type Entry, type ResourceItem } from "./sourceData.ts";
import { verbs } from "./verbs.ts";

export type { ResourceItem } from "./sourceData.ts";

export interface ResourcesInput<Targets, Key extends ConfigurationKey = never> extends Pick<
  Gate<Targets>,
  "read" | "stream"
> {
  /** All items. A preview processes only the first ones. */
  items: readonly ResourceItem[];
  isPreview: boolean;
  configuration: Settings<Key>;
  log: Log;
}

/** What is needed to work on one item. */
export interface ItemContext<Targets> extends Pick<Gate<Targets>, "read"> {
  /** `auditAction`: whether the step creates the resource or updates it. */
  change(
    step: Parameters<Gate<Targets>["change"]>[0],
    auditAction: "CreateResource" | "UpdateResource",
  ): Promise<StepResult>;
  /** Wraps every wait for the tenant, so that other items continue in the meantime. */
  whileWaiting: WhileWaiting;
}

/** `completed`: the resource existed, but was incomplete. */
export type ResourceOutcome = "existing" | "created" | "completed" | "renamed";

/** The limit that the platform sets for a preview. */
const maxInPreview = 10;

/**
 * Declares an action for one kind of resource: `prepare` reads all items and the tenant, and returns the
 * function that processes one item. An item that fails does not stop the others; its fault names it.
 */
export function onResources<Targets, const Key extends ConfigurationKey>({
  needs,
  configuration: keys,
  handle: prepare,
}: Declaration<
  Targets,
  Key,
  (
    input: ResourcesInput<Targets, Key>,
  ) => Promise<(item: ResourceItem, context: ItemContext<Targets>) => Promise<ResourceOutcome>>
>): Action<ResourcesEvent, Targets> {
  return {
    verb: verbs.resources,
    contract: resourcesEvent,
    needs,
    configuration: ["ResourceKeyField", "ResourceNameField", ...keys],
    async run(context) {
      const { event, configuration, log, read, change, onEarlyEnd } = context;
      const { actionContext, resourceContext } = event;
      const {
        ResourceKeyField: keyField = "ExternalId",
        ResourceNameField: nameField = "DisplayName",
      } = configuration;
      const { entries: all, leftOut } = entriesIn(resourceContext.SourceData, {
        keyField,
        nameField,
      });
      const isPreview = actionContext.DryRun;
      const entries = isPreview ? all.slice(0, maxInPreview) : all;
      const ended = new Map<Entry, ResourceOutcome | Fault>();
      const resultUntilNow = (reason?: Fault): Result => {
        // A fault that ended the run belongs to no item.
        const known = entries
          .flatMap((entry) => ended.get(entry) ?? [])
          .filter((end) => end !== reason);
        return summaryOf(known, { of: entries.length, all: all.length, leftOut, isPreview });
      };
      const work = await prepare({
        items: all.flatMap((entry) => (entry instanceof Fault ? [] : [entry])),
        isPreview,
        configuration: settingsFor(configuration, keys),
        log,
        ...gateOf(context, reads),
      });
      onEarlyEnd(resultUntilNow);
      const ranks = new Map(entries.map((entry, index) => [entry, index]));
      await forEachItem(entries, maxConcurrentItems, async (entry, whileWaiting) => {
        if (entry instanceof Fault) ended.set(entry, entry);
        else {
          const rank = ranks.get(entry) ?? 0;
          ended.set(entry, await outcomeOf(entry, work, { read, change, whileWaiting, rank }));
        }
      });
      return resultUntilNow();
    },
  };
}

/** Processes one item. `rank` orders its steps, and every message names the item. */
async function outcomeOf<Targets>(
  item: ResourceItem,
  work: (item: ResourceItem, context: ItemContext<Targets>) => Promise<ResourceOutcome>,
  {
    read,
    change,
    whileWaiting,
    rank,
  }: Pick<HostGate<Targets>, "read" | "change"> & { whileWaiting: WhileWaiting; rank: number },
): Promise<ResourceOutcome | Fault> {
  let faultOfStep: Fault | undefined;
  const context: ItemContext<Targets> = {
    read,
    whileWaiting,
    async change(step, auditAction) {
      const sentence = `${step.sentence} for ${item.label}`;
      try {
        return await change({ ...step, sentence }, { auditAction, rank });
      } catch (thrown) {
        throw (faultOfStep = Fault.of(thrown));
      }
    },
  };
  try {
    return await work(item, context);
  } catch (thrown) {
    const fault = Fault.of(thrown);
    // The audit line of a step already names the item.
    if (fault === faultOfStep) return fault;
    return new Fault({
      kind: fault.kind,
      message: `${item.label}: ${fault.message}`,
      cause: fault,
      requestId: fault.requestId,
    });
  }
}

/** One audit line with the number of items by outcome, and the faults. */
function summaryOf(
  known: readonly (ResourceOutcome | Fault)[],
  items: { of: number; all: number; leftOut: number; isPreview: boolean },
): Result {
  const count = (outcome: ResourceOutcome): number => known.filter((end) => end === outcome).length;
  const faults = known.filter((end) => end instanceof Fault);
  const [created, completed, renamed, failed] = items.isPreview
    ? ["to be created", "to be completed", "to be renamed", "cannot be created"]
    : ["created", "completed", "renamed", "failed"];
  const parts = [
    items.of < items.all
      ? `${items.of} (the first of ${items.all}; a preview is limited to these)`
      : `${items.of}`,
    `already exist: ${count("existing")}`,
    `${created}: ${count("created")}`,
    `${completed}: ${count("completed")}`,
    `${renamed}: ${count("renamed")}`,
    `${failed}: ${faults.length}`,
    ...(known.length < items.of ? [`not processed: ${items.of - known.length}`] : []),
    ...(items.leftOut > 0 ? [`ignored as blank or duplicate: ${items.leftOut}`] : []),
  ];
  const where = items.isPreview ? " in this preview" : "";
  return { audit: [{ Message: `Resources${where}: ${parts.join(", ")}.` }], faults };
}
