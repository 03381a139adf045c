import { maxConcurrent, type WhileWaiting } from "../concurrency.ts";
import { Fault } from "../fault.ts";
import type { ResourcesEvent } from "../generated/types.ts";
import { resourcesEvent } from "../generated/validators/resourcesEvent.ts";
import type { Gate, StepResult } from "../step.ts";
import {
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
  /** All of them. In a preview only the first ones are worked on. */
  items: readonly ResourceItem[];
  isPreview: boolean;
  configuration: Settings<Key>;
  log: Log;
}

/** What is needed to work on one item. */
export interface ItemContext<Targets> extends Pick<Gate<Targets>, "read"> {
  /** The caller says whether the step creates the resource or updates it. */
  change(
    step: Parameters<Gate<Targets>["change"]>[0],
    auditAction: "CreateResource" | "UpdateResource",
  ): Promise<StepResult>;
  /** Wraps every wait for the tenant, so that other items go on meanwhile. */
  whileWaiting: WhileWaiting;
}

/** `finished`: the resource existed, and something was still missing on it. */
export type ResourceOutcome = "there" | "made" | "finished" | "renamed";

/** The platform's own limit for a preview. */
const maxInPreview = 10;

/**
 * Declares what one kind of resource does: `prepare` looks at all items and at the tenant, and returns
 * the work for one item. An item that fails stops no other; its fault names it.
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
    async run({
      event: { actionContext, resourceContext },
      configuration,
      log,
      read,
      stream,
      change,
      whenCutShort,
    }) {
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
        // What broke off together with the run says nothing about an item.
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
        read,
        stream,
      });
      whenCutShort(resultUntilNow);
      const ranks = new Map(entries.map((entry, index) => [entry, index]));
      await forEachItem(entries, maxConcurrent, async (entry, whileWaiting) => {
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

/** Works on one item. Its steps are placed by `rank`, and every message names the item. */
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
    // The line of a step names the item already.
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
  const [made, finished, renamed, failed] = items.isPreview
    ? ["to be made", "to be finished", "to be renamed", "cannot be made"]
    : ["made", "finished", "renamed", "failed"];
  const parts = [
    items.of < items.all
      ? `${items.of} (the first of ${items.all}; a preview takes no more)`
      : `${items.of}`,
    `there already: ${count("there")}`,
    `${made}: ${count("made")}`,
    `${finished}: ${count("finished")}`,
    `${renamed}: ${count("renamed")}`,
    `${failed}: ${faults.length}`,
    ...(known.length < items.of ? [`not come to: ${items.of - known.length}`] : []),
    ...(items.leftOut > 0 ? [`left out as blank or repeated: ${items.leftOut}`] : []),
  ];
  const where = items.isPreview ? " in this preview" : "";
  return { audit: [{ Message: `Resources${where}: ${parts.join(", ")}.` }], faults };
}
