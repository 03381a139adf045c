import type { UpdateEvent } from "../generated/types.ts";
import { updateEvent } from "../generated/validators/updateEvent.ts";
import { changing, type ChangeDeclaration } from "./accountActions.ts";
import type { Action, ConfigurationKey } from "./action.ts";
import { verbs } from "./verbs.ts";

/** Declares an update action: the person's data changed, or this is the first data after a correlation. */
export function onUpdate<Targets, const Key extends ConfigurationKey>(
  declaration: ChangeDeclaration<Targets, Key>,
): Action<UpdateEvent, Targets> {
  return { verb: verbs.update, contract: updateEvent, ...changing(declaration) };
}
