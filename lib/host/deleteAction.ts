import type { DeleteEvent } from "../generated/types.ts";
import { deleteEvent } from "../generated/validators/deleteEvent.ts";
import { changing, type ChangeDeclaration } from "./accountActions.ts";
import type { Action, ConfigurationKey } from "./action.ts";
import { verbs } from "./verbs.ts";

/** Declares a delete action: the person leaves. */
export function onDelete<Targets, const Key extends ConfigurationKey>(
  declaration: ChangeDeclaration<Targets, Key>,
): Action<DeleteEvent, Targets> {
  return { verb: verbs.delete, contract: deleteEvent, ...changing(declaration) };
}
