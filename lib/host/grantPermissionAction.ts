import type { GrantPermissionEvent } from "../generated/types.ts";
import { grantPermissionEvent } from "../generated/validators/grantPermissionEvent.ts";
import type { Action, ConfigurationKey } from "./action.ts";
import { changing, type PermissionDeclaration } from "./permissionActions.ts";
import { verbs } from "./verbs.ts";

/** Declares how one permission is granted. */
export function onGrantPermission<Targets, const Key extends ConfigurationKey>(
  declaration: PermissionDeclaration<Targets, Key>,
): Action<GrantPermissionEvent, Targets> {
  return {
    verb: verbs.grantPermission,
    contract: grantPermissionEvent,
    ...changing(declaration),
  };
}
