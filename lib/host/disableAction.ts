import type { DisableEvent } from "../generated/types.ts";
import { disableEvent } from "../generated/validators/disableEvent.ts";
import { changing, type ChangeDeclaration } from "./accountActions.ts";
import type { Action, ConfigurationKey } from "./action.ts";
import { verbs } from "./verbs.ts";

/** Declares a disable action: the person loses access. */
export function onDisable<Targets, const Key extends ConfigurationKey>(
  declaration: ChangeDeclaration<Targets, Key>,
): Action<DisableEvent, Targets> {
  return { verb: verbs.disable, contract: disableEvent, ...changing(declaration) };
}
