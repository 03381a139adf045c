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
import { accountReferenceIn, type Action, type Context, type Result } from "./action.ts";
import { correlationFrom, type Correlation } from "./correlation.ts";
import type { Gate } from "./gate.ts";
import { MappedFields } from "./mappedFields.ts";
import { shownName } from "./displayName.ts";
import type { Log } from "./output.ts";
import { verbs } from "./verbs.ts";

/** What every handler of an account event has in common. */
interface AccountInput extends Gate {
  /** The fields mapped for this event; null where the mapping gives no value. Empty in a reconciliation. */
  data: MappedFields;
  /** The names of all mapped fields, also of those of mapping mode None. */
  fields: string[];
  configuration: Configuration;
  log: Log;
}

export interface CreateInput extends AccountInput {
  correlation: Correlation;
  /** A field's value wherever the platform shows one: mapped for Create, or pre-filled for a field of mapping mode None. */
  known(field: string): unknown;
}

/** The mailbox that was found: its reference, one sentence that says which it is and why, and its properties as they now are. */
export interface Correlated {
  accountReference: string;
  sentence: string;
  account: Readonly<Record<string, unknown>>;
}

/** Declares what a create event does: it finds the one account that belongs to the person, and may adjust it. */
export function onCreate(handle: (input: CreateInput) => Promise<Correlated>): Action<CreateEvent> {
  return {
    verb: verbs.create,
    contract: createEvent,
    async run({
      event: { actionContext, outputContext },
      configuration,
      log,
      read,
      stream,
      change,
      output,
    }) {
      const correlation = correlationFrom(actionContext.CorrelationConfiguration);
      const data = new MappedFields(actionContext.Data);
      const mapped = new MappedFields(outputContext?.Data, actionContext.Data);
      // The correlation field is one of the mapping's fields, even when the event shows it nowhere else.
      const fields =
        mapped.get(correlation.field) === undefined
          ? mapped.withDefault(correlation.field, null)
          : mapped;
      const { accountReference, sentence, account } = await handle({
        correlation,
        known: (field) => mapped.get(field),
        data,
        fields: fields.names,
        configuration,
        log,
        read,
        stream,
        change,
      });
      // The platform counts a create without a reference as failed, also in a preview.
      if (accountReference.trim() === "")
        throw new Fault({
          kind: "unexpected",
          message: "An account was found, but nothing to refer to it by.",
        });
      Object.assign(output, {
        AccountReference: accountReference,
        AccountCorrelated: true,
        Data: fields.filledFrom(account),
      });
      return { audit: [{ Action: "CorrelateAccount", Message: sentence }] };
    },
  };
}

export interface ChangeInput extends AccountInput {
  /** What create answered with. Never blank. */
  accountReference: string;
  /** No person and no mapping stand behind the event: what to write comes from defaults. */
  isReconciliation: boolean;
}

/** An account before and after a change, by property. */
export interface Changed {
  before: Readonly<Record<string, unknown>>;
  after: Readonly<Record<string, unknown>>;
}

type ChangeEvent = UpdateEvent | EnableEvent | DisableEvent | DeleteEvent;
type ChangeHandler = (input: ChangeInput) => Promise<Changed>;

/** Declares what an update event does: changed data of a person, or the first data after a correlation. */
export function onUpdate(handle: ChangeHandler): Action<UpdateEvent> {
  return {
    verb: verbs.update,
    contract: updateEvent,
    run: (context) => changeAccount(context, handle),
  };
}

/** Declares what an enable event does: the person gets access. */
export function onEnable(handle: ChangeHandler): Action<EnableEvent> {
  return {
    verb: verbs.enable,
    contract: enableEvent,
    run: (context) => changeAccount(context, handle),
  };
}

/** Declares what a disable event does: the person loses access. */
export function onDisable(handle: ChangeHandler): Action<DisableEvent> {
  return {
    verb: verbs.disable,
    contract: disableEvent,
    run: (context) => changeAccount(context, handle),
  };
}

/** Declares what a delete event does: the person leaves. */
export function onDelete(handle: ChangeHandler): Action<DeleteEvent> {
  return {
    verb: verbs.delete,
    contract: deleteEvent,
    run: (context) => changeAccount(context, handle),
  };
}

async function changeAccount<Event extends ChangeEvent>(
  {
    event: { actionContext, outputContext },
    configuration,
    log,
    read,
    stream,
    change,
    output,
  }: Context<Event>,
  handle: ChangeHandler,
): Promise<Result> {
  const data = new MappedFields(actionContext.Data);
  const fields = new MappedFields(outputContext?.Data, actionContext.Data);
  const isReconciliation = (actionContext.Origin ?? "").toLowerCase() === "reconciliation";
  const { before, after } = await handle({
    accountReference: accountReferenceIn(actionContext.References.Account),
    isReconciliation,
    data,
    fields: fields.names,
    configuration,
    log,
    read,
    stream,
    change,
  });
  Object.assign(output, { PreviousData: fields.valuesOf(before), Data: fields.filledFrom(after) });
  return {};
}

export interface ImportInput extends Pick<AccountInput, "configuration" | "log" | "stream"> {
  /** Names of the fields to give, as spelled in the mapping; a dot nests. */
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

/** Declares what an import of accounts does: it gives one account after the other, as they arrive. */
export function onImport(
  accounts: (input: ImportInput) => AsyncIterable<AccountRecord>,
): Action<ImportEvent> {
  return {
    verb: verbs.import,
    contract: importEvent,
    async run({ event: { actionContext }, configuration, log, stream, record }) {
      const importFields = actionContext.ImportFields;
      let count = 0;
      for await (const { accountReference, displayName, userName, enabled, account } of accounts({
        importFields,
        configuration,
        log,
        stream,
      })) {
        const user = shownName(userName) ?? accountReference;
        const name = shownName(displayName) ?? user;
        count++;
        if (
          !(await record({
            AccountReference: accountReference,
            DisplayName: name,
            UserName: user,
            Enabled: enabled,
            Data: nested(importFields, account),
          }))
        )
          break;
      }
      return {
        audit: [
          {
            Message: `Accounts ${actionContext.DryRun ? "shown as a sample (an import gives all)" : "imported"}: ${count}.`,
          },
        ],
      };
    },
  };
}

/** The fields by their names in the mapping; `a.b` becomes `{ a: { b } }`. A field the account lacks is null: the platform wants to see it. */
function nested(
  names: readonly string[],
  account: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const values = new Map(
    Object.entries(account).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const data: Record<string, unknown> = {};
  for (const name of names) {
    const [parent = "", child] = name.split(".", 2);
    const before = data[parent];
    if (child === undefined) data[parent] = values.get(parent.toLowerCase()) ?? null;
    // A field that is asked for together with fields below it gives way to them.
    else
      data[parent] = {
        ...(typeof before === "object" && !Array.isArray(before) ? before : {}),
        [child]: values.get(child.toLowerCase()) ?? null,
      };
  }
  return data;
}
