import type { RevokePermissionEvent } from "../generated/types.ts";
import { revokePermissionEvent } from "../generated/validators/revokePermissionEvent.ts";
import type { Action, ConfigurationKey } from "./action.ts";
import { changing, type PermissionDeclaration } from "./permissionActions.ts";
import { verbs } from "./verbs.ts";

/** Declares how one permission is revoked. */
export function onRevokePermission<Targets, const Key extends ConfigurationKey>(
  declaration: PermissionDeclaration<Targets, Key>,
): Action<RevokePermissionEvent, Targets> {
  return {
    verb: verbs.revokePermission,
    contract: revokePermissionEvent,
    ...changing(declaration),
  };
}
