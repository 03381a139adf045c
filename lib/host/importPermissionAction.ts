import type { ImportPermissionEvent } from "../generated/types.ts";
import { importPermissionEvent } from "../generated/validators/importPermissionEvent.ts";
import type { Action, ConfigurationKey } from "./action.ts";
import { importing, type Holders, type ImportDeclaration } from "./permissionActions.ts";
import { verbs } from "./verbs.ts";

/** Declares an import of who holds which permission. */
export function onImportPermission<Targets, const Key extends ConfigurationKey>(
  declaration: ImportDeclaration<Targets, Key, Holders>,
): Action<ImportPermissionEvent, Targets> {
  return {
    verb: verbs.importPermission,
    contract: importPermissionEvent,
    ...importing(declaration, () => ({})),
  };
}
