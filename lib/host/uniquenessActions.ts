import type { UniquenessCheckEvent } from "../generated/types.ts";
import { uniquenessCheckEvent } from "../generated/validators/uniquenessCheckEvent.ts";
import type { Gate } from "../step.ts";
import {
  gateOf,
  optionalReferenceIn,
  settingsFor,
  type Action,
  type ConfigurationKey,
  type Declaration,
  type Settings,
} from "./action.ts";
import { MappedFields } from "./mappedFields.ts";
import { verbs } from "./verbs.ts";

export interface UniquenessInput<Targets, Key extends ConfigurationKey = never> extends Pick<
  Gate<Targets>,
  "read"
> {
  /** The fields with the values that are about to be used. */
  data: MappedFields;
  /** The account itself, whose values do not count; undefined before it is created. */
  accountReference: string | undefined;
  configuration: Settings<Key>;
}

/** A mapped field whose value another account has. */
export interface Collision {
  /** As spelled in the mapping. */
  field: string;
  /** Who has the value, for the log. */
  holder: string;
}

/**
 * Declares a check of uniqueness. The platform computes the fields that are not unique again, with a higher Iteration,
 * and asks again.
 */
export function onUniquenessCheck<Targets, const Key extends ConfigurationKey>({
  needs,
  configuration: keys,
  handle,
}: Declaration<
  Targets,
  Key,
  (input: UniquenessInput<Targets, Key>) => Promise<Collision[]>
>): Action<UniquenessCheckEvent, Targets> {
  return {
    verb: verbs.uniquenessCheck,
    contract: uniquenessCheckEvent,
    needs,
    configuration: keys,
    async run(context) {
      const { event, configuration, log, output } = context;
      const { actionContext } = event;
      const collisions = await handle({
        data: new MappedFields(actionContext.Data),
        accountReference: optionalReferenceIn(actionContext.References?.Account),
        configuration: settingsFor(configuration, keys),
        ...gateOf(context, ["read"]),
      });
      // The platform shows no audit log of a check.
      for (const { field, holder } of collisions)
        log("information", `${field} is not unique: ${holder} has the value.`);
      const fields = [...new Set(collisions.map(({ field }) => field))];
      output["NonUniqueFields"] = fields;
      return {
        audit: [
          {
            Message:
              fields.length === 0 ? "All values are unique." : `Not unique: ${fields.join(", ")}.`,
          },
        ],
      };
    },
  };
}
