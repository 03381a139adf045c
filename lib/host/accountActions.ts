import { Fault } from "../fault.ts";
import type {
  Configuration,
  CreateEvent,
  DeleteEvent,
  DisableEvent,
  EnableEvent,
  ImportEvent,
  UpdateEvent,
} from "../generated/types.ts";
import { createEvent } from "../generated/validators/createEvent.ts";
import { deleteEvent } from "../generated/validators/deleteEvent.ts";
import { disableEvent } from "../generated/validators/disableEvent.ts";
import { enableEvent } from "../generated/validators/enableEvent.ts";
import { importEvent } from "../generated/validators/importEvent.ts";
import { updateEvent } from "../generated/validators/updateEvent.ts";
import type { Gate } from "../step.ts";
import {
  accountReferenceIn,
  optionalReferenceIn,
  settingsFor,
  type Action,
  type ConfigurationKey,
  type Context,
  type Declaration,
  type Result,
  type Settings,
} from "./action.ts";
import { correlationFrom, type Correlation } from "./correlation.ts";
import { fieldsIn, keyOf, MappedFields } from "./mappedFields.ts";
import { shownName } from "./displayName.ts";
import type { Log } from "./output.ts";
import { verbs } from "./verbs.ts";

/** The input of every handler of an account event. */
interface AccountInput<Targets, Key extends ConfigurationKey> extends Gate<Targets> {
  /** The fields mapped for this event; null where the mapping has no value. Empty in a reconciliation. */
  data: MappedFields;
  /** The names of all mapped fields, including those of mapping mode None. */
  fields: string[];
  configuration: Settings<Key>;
  /** The reference of the manager's account; undefined when the person has no manager with an account. */
  managerReference: string | undefined;
  log: Log;
}

export interface CreateInput<Targets, Key extends ConfigurationKey = never> extends AccountInput<
  Targets,
  Key
> {
  correlation: Correlation;
  /**
   * A field's value wherever the platform shows one: mapped for Create, or pre-filled for a field
   * of mapping mode None.
   */
  known(field: string): unknown;
  /** Sends the step that creates the account. */
  create: Gate<Targets>["change"];
}

/**
 * The account that was found: its reference, one sentence that explains which one it is and why, and its
 * properties as they are now.
 */
export interface Correlated {
  accountReference: string;
  sentence: string;
  /** The account did not exist before. */
  isCreated?: boolean;
  account: Readonly<Record<string, unknown>>;
}

/** Declares a create action: it finds the one account that belongs to the person or creates it, and may adjust it. */
export function onCreate<Targets, const Key extends ConfigurationKey>({
  needs,
  configuration: keys,
  handle,
}: Declaration<Targets, Key, (input: CreateInput<Targets, Key>) => Promise<Correlated>>): Action<
  CreateEvent,
  Targets
> {
  return {
    verb: verbs.create,
    contract: createEvent,
    needs,
    configuration: withCorrelateOnly(keys),
    async run({ event, configuration, log, read, stream, change, changeAll, attemptAll, output }) {
      const { actionContext, outputContext } = event;
      const correlation = correlationFrom(actionContext.CorrelationConfiguration);
      const mapped = new MappedFields(outputContext?.Data, actionContext.Data);
      // The correlation field is one of the mapping's fields, even when the event shows it nowhere else.
      const fields =
        mapped.get(correlation.field) === undefined
          ? mapped.withDefault(correlation.field, null)
          : mapped;
      const {
        accountReference,
        sentence,
        isCreated = false,
        account,
      } = await handle({
        correlation,
        known: (field) => mapped.get(field),
        data: new MappedFields(actionContext.Data),
        fields: fields.names,
        configuration: settingsFor(configuration, keys),
        managerReference: optionalReferenceIn(actionContext.References?.ManagerAccount),
        log,
        read,
        stream,
        change,
        changeAll,
        attemptAll,
        create: (step) => change(step, { auditAction: "CreateAccount" }),
      });
      // The platform counts a create without a reference as failed, even in a preview.
      if (accountReference.trim() === "")
        throw new Fault({
          kind: "unexpected",
          message: "An account was found, but it has no reference.",
        });
      Object.assign(output, {
        AccountReference: accountReference,
        AccountCorrelated: !isCreated,
        Data: fields.filledFrom(account),
      });
      // The step that created it is in the audit log.
      if (isCreated) return {};
      const reason = configuration.CorrelateOnly ? ` Nothing was changed: ${onlyCorrelates}.` : "";
      return { audit: [{ Action: "CorrelateAccount", Message: `${sentence}${reason}` }] };
    },
  };
}

export interface ChangeInput<Targets, Key extends ConfigurationKey = never> extends AccountInput<
  Targets,
  Key
> {
  /** The reference that create answered with. Never blank. */
  accountReference: string;
  /** The event has no person and no mapping, so the values to write come from defaults. */
  isReconciliation: boolean;
}

/** An account before and after a change, by property. */
export interface Changed {
  before: Readonly<Record<string, unknown>>;
  after: Readonly<Record<string, unknown>>;
  /** The account as a sentence names it, such as `mailbox "Chris" <chris@contoso.com> (guid)`. */
  subject: string;
  /** What to report in addition to the changes. */
  audit?: { Message: string }[];
}

type ChangeDeclaration<Targets, Key extends ConfigurationKey> = Declaration<
  Targets,
  Key,
  (input: ChangeInput<Targets, Key>) => Promise<Changed>
>;

/** Declares an update action: the person's data changed, or this is the first data after a correlation. */
export function onUpdate<Targets, const Key extends ConfigurationKey>(
  declaration: ChangeDeclaration<Targets, Key>,
): Action<UpdateEvent, Targets> {
  return { verb: verbs.update, contract: updateEvent, ...changing(declaration) };
}

/** Declares an enable action: the person gets access. */
export function onEnable<Targets, const Key extends ConfigurationKey>(
  declaration: ChangeDeclaration<Targets, Key>,
): Action<EnableEvent, Targets> {
  return { verb: verbs.enable, contract: enableEvent, ...changing(declaration) };
}

/** Declares a disable action: the person loses access. */
export function onDisable<Targets, const Key extends ConfigurationKey>(
  declaration: ChangeDeclaration<Targets, Key>,
): Action<DisableEvent, Targets> {
  return { verb: verbs.disable, contract: disableEvent, ...changing(declaration) };
}

/** Declares a delete action: the person leaves. */
export function onDelete<Targets, const Key extends ConfigurationKey>(
  declaration: ChangeDeclaration<Targets, Key>,
): Action<DeleteEvent, Targets> {
  return { verb: verbs.delete, contract: deleteEvent, ...changing(declaration) };
}

type ChangeEvent = UpdateEvent | EnableEvent | DisableEvent | DeleteEvent;

function changing<Targets, Key extends ConfigurationKey>({
  needs,
  configuration: keys,
  handle,
}: ChangeDeclaration<Targets, Key>) {
  return {
    needs,
    configuration: withCorrelateOnly(keys),
    async run({
      event: { actionContext, outputContext },
      configuration,
      log,
      read,
      stream,
      change,
      changeAll,
      attemptAll,
      taken,
      output,
    }: Context<ChangeEvent, Targets>): Promise<Result> {
      const fields = new MappedFields(outputContext?.Data, actionContext.Data);
      const {
        before,
        after,
        subject,
        audit = [],
      } = await handle({
        accountReference: accountReferenceIn(actionContext.References.Account),
        isReconciliation: (actionContext.Origin ?? "").toLowerCase() === "reconciliation",
        data: new MappedFields(actionContext.Data),
        fields: fields.names,
        configuration: settingsFor(configuration, keys),
        managerReference: optionalReferenceIn(actionContext.References.ManagerAccount),
        log,
        read,
        stream,
        change,
        changeAll,
        attemptAll,
      });
      Object.assign(output, {
        PreviousData: fields.valuesOf(before),
        Data: fields.filledFrom(after),
      });
      const isUnchanged = taken.length === 0 && audit.length === 0;
      return { audit: isUnchanged ? [{ Message: unchanged(subject, configuration) }] : audit };
    },
  };
}

function withCorrelateOnly(keys: readonly ConfigurationKey[]): ConfigurationKey[] {
  return [...new Set<ConfigurationKey>(["CorrelateOnly", ...keys])];
}

const onlyCorrelates = '"Correlate only" (CorrelateOnly) is on';

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

export interface ImportInput<Targets, Key extends ConfigurationKey = never> extends Pick<
  AccountInput<Targets, Key>,
  "configuration" | "log" | "stream"
> {
  /** Names of the fields to return, as spelled in the mapping; a dot nests. */
  importFields: readonly string[];
}

/** One account of an import. */
export interface AccountRecord {
  accountReference: string;
  displayName: string;
  userName: string;
  enabled: boolean;
  account: Readonly<Record<string, unknown>>;
}

/** Declares an import of accounts: it yields one account after the other, as they arrive. */
export function onImport<Targets, const Key extends ConfigurationKey>({
  needs,
  configuration: keys,
  handle,
}: Declaration<
  Targets,
  Key,
  (input: ImportInput<Targets, Key>) => AsyncIterable<AccountRecord>
>): Action<ImportEvent, Targets> {
  return {
    verb: verbs.import,
    contract: importEvent,
    needs,
    configuration: keys,
    async run({ event: { actionContext }, configuration, log, stream, record }) {
      const importFields = actionContext.ImportFields;
      const accounts = handle({
        importFields,
        configuration: settingsFor(configuration, keys),
        log,
        stream,
      });
      let count = 0;
      for await (const account of accounts) {
        count++;
        if (!(await record(recordOf(account, importFields)))) break;
      }
      return {
        audit: [
          {
            Message:
              "Accounts " +
              `${actionContext.DryRun ? "shown as a sample (an import returns all)" : "imported"}: ` +
              `${count}.`,
          },
        ],
      };
    },
  };
}

function recordOf(
  { accountReference, displayName, userName, enabled, account }: AccountRecord,
  importFields: readonly string[],
): Record<string, unknown> {
  const user = shownName(userName) ?? accountReference;
  return {
    AccountReference: accountReference,
    DisplayName: shownName(displayName) ?? user,
    UserName: user,
    Enabled: enabled,
    Data: nested(importFields, account),
  };
}

/**
 * The fields by their names in the mapping; `a.b` becomes `{ a: { b } }`. A field the account lacks
 * is null: the platform expects every field.
 */
function nested(
  names: readonly string[],
  account: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const values = new Map(fieldsIn(account).map(({ path, value }) => [keyOf(path), value]));
  const data: Record<string, unknown> = {};
  for (const name of names) {
    const [parent = "", child] = name.split(".", 2);
    const before = data[parent];
    if (child === undefined) data[parent] = values.get(parent.toLowerCase()) ?? null;
    // The fields below a field replace it when both are requested.
    else
      data[parent] = {
        ...(typeof before === "object" && !Array.isArray(before) ? before : {}),
        [child]:
          values.get(`${parent}.${child}`.toLowerCase()) ?? values.get(child.toLowerCase()) ?? null,
      };
  }
  return data;
}
