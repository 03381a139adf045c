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
  /** To be put around every wait for the tenant: others go on meanwhile. */
  whileWaiting: WhileWaiting;
}

/** What became of an item. `finished`: it was there, and something was still to be written on it. */
export type ResourceOutcome = "there" | "made" | "finished" | "renamed";

/** The platform's own limit for a preview. */
const mostInPreview = 10;

/**
 * Declares what one kind of resource does: `prepare` looks at all items and at the tenant, and
 * gives what is to be done for one item. An item that fails keeps no other from being made; its
 * fault names it.
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
  ) => Promise<(item: ResourceItem, place: ItemContext<Targets>) => Promise<ResourceOutcome>>
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
      const entries = isPreview ? all.slice(0, mostInPreview) : all;
      const ended = new Map<Entry, ResourceOutcome | Fault>();
      const soFar = (reason?: Fault): Result => {
        // What broke off together with the run says nothing of an item.
        const known = entries
          .flatMap((entry) => ended.get(entry) ?? [])
          .filter((end) => end !== reason);
        const count = (fate: ResourceOutcome): number => known.filter((end) => end === fate).length;
        const faults = known.filter((end) => end instanceof Fault);
        const [made, finished, renamed, failed] = isPreview
          ? ["to be made", "to be finished", "to be renamed", "cannot be made"]
          : ["made", "finished", "renamed", "failed"];
        const parts = [
          entries.length < all.length
            ? `${entries.length} (the first of ${all.length}; a preview takes no more)`
            : `${entries.length}`,
          `there already: ${count("there")}`,
          `${made}: ${count("made")}`,
          `${finished}: ${count("finished")}`,
          `${renamed}: ${count("renamed")}`,
          `${failed}: ${faults.length}`,
          ...(known.length < entries.length
            ? [`not come to: ${entries.length - known.length}`]
            : []),
          ...(leftOut > 0 ? [`left out as blank or repeated: ${leftOut}`] : []),
        ];
        return {
          audit: [
            { Message: `Resources${isPreview ? " in this preview" : ""}: ${parts.join(", ")}.` },
          ],
          faults,
        };
      };
      const work = await prepare({
        items: all.flatMap((entry) => (entry instanceof Fault ? [] : [entry])),
        isPreview,
        configuration: settingsFor(configuration, keys),
        log,
        read,
        stream,
      });
      whenCutShort(soFar);
      const ranks = new Map(entries.map((entry, index) => [entry, index]));
      await forEachItem(entries, maxConcurrent, async (entry, aside) => {
        ended.set(entry, entry instanceof Fault ? entry : await fateOf(entry, aside));
      });
      return soFar();

      async function fateOf(
        item: ResourceItem,
        aside: WhileWaiting,
      ): Promise<ResourceOutcome | Fault> {
        let metByStep: Fault | undefined;
        const place: ItemContext<Targets> = {
          read,
          whileWaiting: aside,
          async change(step, auditAction) {
            try {
              return await change(
                { ...step, sentence: `${step.sentence} for ${item.label}` },
                { auditAction, rank: ranks.get(item) ?? 0 },
              );
            } catch (thrown) {
              throw (metByStep = Fault.of(thrown));
            }
          },
        };
        try {
          return await work(item, place);
        } catch (thrown) {
          const fault = Fault.of(thrown);
          // The line of a step names the item already.
          if (fault === metByStep) return fault;
          return new Fault({
            kind: fault.kind,
            message: `${item.label}: ${fault.message}`,
            cause: fault,
            requestId: fault.requestId,
          });
        }
      }
    },
  };
}
