import type { ImportSubPermissionsEvent } from "../generated/types.ts";
import { importSubPermissionsEvent } from "../generated/validators/importSubPermissionsEvent.ts";
import type { Action, ConfigurationKey } from "./action.ts";
import {
  importing,
  permissionName,
  type ImportDeclaration,
  type SubPermissionHolders,
} from "./permissionActions.ts";
import { verbs } from "./verbs.ts";

/** Declares an import of who holds which sub-permission. */
export function onImportSubPermissions<Targets, const Key extends ConfigurationKey>(
  declaration: ImportDeclaration<Targets, Key, SubPermissionHolders>,
): Action<ImportSubPermissionsEvent, Targets> {
  return {
    verb: verbs.importSubPermissions,
    contract: importSubPermissionsEvent,
    ...importing(declaration, ({ subPermission }) => ({
      SubPermissionReference: subPermission.identification,
      SubPermissionDisplayName: permissionName(subPermission),
    })),
  };
}
