import { Fault } from "../fault.ts";
import type { CreateEvent } from "../generated/types.ts";
import { createEvent } from "../generated/validators/createEvent.ts";
import type { Gate } from "../step.ts";
import { onlyCorrelates, withCorrelateOnly, type AccountInput } from "./accountActions.ts";
import {
  changes,
  gateOf,
  optionalReferenceIn,
  settingsFor,
  type Action,
  type ConfigurationKey,
  type Declaration,
} from "./action.ts";
import { correlationFrom, type Correlation } from "./correlation.ts";
import { MappedFields } from "./mappedFields.ts";
import { verbs } from "./verbs.ts";

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
  /** What to report in addition to the changes. */
  audit?: { Message: string }[];
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
    async run(context) {
      const { event, configuration, log, change, output } = context;
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
        audit = [],
      } = await handle({
        correlation,
        known: (field) => mapped.get(field),
        data: new MappedFields(actionContext.Data),
        fields: fields.names,
        configuration: settingsFor(configuration, keys),
        managerReference: optionalReferenceIn(actionContext.References?.ManagerAccount),
        log,
        ...gateOf(context, changes),
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
      if (isCreated) return { audit };
      const reason = configuration.CorrelateOnly ? ` Nothing was changed: ${onlyCorrelates}.` : "";
      return {
        audit: [{ Action: "CorrelateAccount", Message: `${sentence}${reason}` }, ...audit],
      };
    },
  };
}
