import { Fault } from "../fault.ts";
import type { Configuration, CreateEvent } from "../generated/types.ts";
import { createEvent } from "../generated/validators/createEvent.ts";
import type { Contract } from "./contract.ts";
import { correlationFrom, type Correlation } from "./correlation.ts";
import type { Gate } from "./gate.ts";
import { MappedFields } from "./mapped.ts";
import type { Talk } from "./output.ts";
import { verbs, type Verb } from "./verbs.ts";

/** The part of an event that every verb has. */
export interface AnyEvent {
  actionContext: { Configuration: Configuration; DryRun: boolean };
}

/** What every handler is given: validated, frozen input, and the two ways out. */
export interface Context<Event> extends Gate {
  event: Event;
  configuration: Configuration;
  talk: Talk;
}

/** What a handler leaves for the answer: the verb's own part of the output context, and audit lines that are no changes. */
export interface Result {
  output: Record<string, unknown>;
  audit: { Action?: "CorrelateAccount"; Message: string }[];
}

/** An action: a declaration that the build joins to the host. Importing it does nothing. */
export interface Action<Event extends AnyEvent> {
  verb: Verb;
  contract: Contract<Event>;
  run(context: Context<Event>): Promise<Result>;
}

export interface CreateInput extends Gate {
  correlation: Correlation;
  /** The fields mapped for Create; null where the mapping gives no value. */
  data: MappedFields;
  /** Every mapped field, also those of mapping mode None. */
  fields: string[];
  configuration: Configuration;
  talk: Talk;
}

/** The mailbox that was found: its reference, one sentence that says which it is and why, and its properties as they now are. */
export interface Correlated {
  accountReference: string;
  sentence: string;
  account: Readonly<Record<string, unknown>>;
}

/** Declares a create action: it finds the one account that belongs to the person, and may adjust it. */
export function create(handle: (input: CreateInput) => Promise<Correlated>): Action<CreateEvent> {
  return {
    verb: verbs.create,
    contract: createEvent,
    async run({ event: { actionContext, outputContext }, configuration, talk, read, change }) {
      const correlation = correlationFrom(actionContext.CorrelationConfiguration);
      const data = new MappedFields(actionContext.Data);
      const mapped = new MappedFields(outputContext?.Data, actionContext.Data);
      // The correlation field is one of the mapping's fields, even when the event shows it nowhere else.
      const fields = mapped.get(correlation.field) === undefined ? mapped.with(correlation.field) : mapped;
      const { accountReference, sentence, account } = await handle({ correlation, data, fields: fields.names, configuration, talk, read, change });
      // The platform counts a create without a reference as failed, also in a preview.
      if (accountReference.trim() === "") throw new Fault({ kind: "unexpected", message: "An account was found, but nothing to refer to it by." });
      return {
        output: { AccountReference: accountReference, AccountCorrelated: true, Data: fields.filledFrom(account) },
        audit: [{ Action: "CorrelateAccount", Message: sentence }],
      };
    },
  };
}
