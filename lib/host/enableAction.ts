import type { EnableEvent } from "../generated/types.ts";
import { enableEvent } from "../generated/validators/enableEvent.ts";
import { changing, type ChangeDeclaration } from "./accountActions.ts";
import type { Action, ConfigurationKey } from "./action.ts";
import { verbs } from "./verbs.ts";

/** Declares an enable action: the person gets access. */
export function onEnable<Targets, const Key extends ConfigurationKey>(
  declaration: ChangeDeclaration<Targets, Key>,
): Action<EnableEvent, Targets> {
  return { verb: verbs.enable, contract: enableEvent, ...changing(declaration) };
}
