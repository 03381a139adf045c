import type {
  Configuration,
  DeleteEvent,
  DisableEvent,
  EnableEvent,
  UpdateEvent,
} from "../generated/types.ts";
import type { Fault } from "../fault.ts";
import type { Gate } from "../step.ts";
import {
  accountReferenceIn,
  changes,
  gateOf,
  optionalReferenceIn,
  settingsFor,
  type ConfigurationKey,
  type Context,
  type Declaration,
  type Result,
  type Settings,
} from "./action.ts";
import { MappedFields } from "./mappedFields.ts";
import type { Log } from "./output.ts";

/** The input of every handler of an account event. */
export interface AccountInput<Targets, Key extends ConfigurationKey> extends Gate<Targets> {
  /** The fields mapped for this event; null where the mapping has no value. Empty in a reconciliation. */
  data: MappedFields;
  /** The names of all mapped fields, including those of mapping mode None. */
  fields: string[];
  configuration: Settings<Key>;
  /** The reference of the manager's account; undefined when the person has no manager with an account. */
  managerReference: string | undefined;
  log: Log;
}

export interface ChangeInput<Targets, Key extends ConfigurationKey = never> extends AccountInput<
  Targets,
  Key
> {
  /** The reference that create answered with. Never blank. */
  accountReference: string;
  /** The event has no person and no mapping, so the values to write come from defaults. */
  isReconciliation: boolean;
  /** Milliseconds left for this event. */
  remaining(): number;
}

/** An account before and after a change, by property. */
export interface Changed {
  before: Readonly<Record<string, unknown>>;
  after: Readonly<Record<string, unknown>>;
  /** The account as a sentence names it, such as `mailbox "Chris" <chris@contoso.com> (guid)`. */
  subject: string;
  /** What to report in addition to the changes. */
  audit?: { Message: string }[];
  /** What failed, each regardless of the rest. */
  faults?: readonly Fault[];
}

/** What update, enable, disable and delete declare. */
export type ChangeDeclaration<Targets, Key extends ConfigurationKey> = Declaration<
  Targets,
  Key,
  (input: ChangeInput<Targets, Key>) => Promise<Changed>
>;

type ChangeEvent = UpdateEvent | EnableEvent | DisableEvent | DeleteEvent;

/** What update, enable, disable and delete have in common. */
export function changing<Targets, Key extends ConfigurationKey>({
  needs,
  configuration: keys,
  handle,
}: ChangeDeclaration<Targets, Key>) {
  return {
    needs,
    configuration: withCorrelateOnly(keys),
    async run(context: Context<ChangeEvent, Targets>): Promise<Result> {
      const { event, configuration, log, taken, output, remaining } = context;
      const { actionContext, outputContext } = event;
      const fields = new MappedFields(outputContext?.Data, actionContext.Data);
      const {
        before,
        after,
        subject,
        audit = [],
        faults = [],
      } = await handle({
        accountReference: accountReferenceIn(actionContext.References.Account),
        isReconciliation: (actionContext.Origin ?? "").toLowerCase() === "reconciliation",
        data: new MappedFields(actionContext.Data),
        fields: fields.names,
        configuration: settingsFor(configuration, keys),
        managerReference: optionalReferenceIn(actionContext.References.ManagerAccount),
        log,
        remaining,
        ...gateOf(context, changes),
      });
      Object.assign(output, {
        PreviousData: fields.valuesOf(before),
        Data: fields.filledFrom(after),
      });
      const isUnchanged = taken.length === 0 && audit.length === 0 && faults.length === 0;
      const lines = isUnchanged ? [{ Message: unchanged(subject, configuration) }] : audit;
      return { audit: lines, faults };
    },
  };
}

/** The keys of an account action, whose verb reads one of them. */
export function withCorrelateOnly(keys: readonly ConfigurationKey[]): ConfigurationKey[] {
  return [...new Set<ConfigurationKey>(["CorrelateOnly", ...keys])];
}

export const onlyCorrelates = '"Correlate only" (CorrelateOnly) is on';

/** The audit line of a run that had nothing to change: an answer without a line looks like one that was lost. */
function unchanged(
  subject: string,
  { CorrelateOnly }: Pick<Configuration, "CorrelateOnly">,
): string {
  return CorrelateOnly
    ? `${capitalised(subject)} was not changed: ${onlyCorrelates}.`
    : `Nothing to change: ${subject} already has the mapped settings.`;
}

function capitalised(sentence: string): string {
  return sentence.slice(0, 1).toUpperCase() + sentence.slice(1);
}
