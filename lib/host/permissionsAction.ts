import type { PermissionsEvent } from "../generated/types.ts";
import { permissionsEvent } from "../generated/validators/permissionsEvent.ts";
import { gateOf, reads, settingsFor, type Action, type ConfigurationKey } from "./action.ts";
import { permissionName, type ListDeclaration } from "./permissionActions.ts";
import { verbs } from "./verbs.ts";

/** Declares the list of a set's permissions: everything that can be granted. */
export function onPermissions<Targets, const Key extends ConfigurationKey>({
  needs,
  configuration: keys,
  handle,
}: ListDeclaration<Targets, Key>): Action<PermissionsEvent, Targets> {
  return {
    verb: verbs.permissions,
    contract: permissionsEvent,
    needs,
    configuration: keys,
    async run(context) {
      const { configuration, log, output } = context;
      const permissions: unknown[] = [];
      const listed = handle({
        configuration: settingsFor(configuration, keys),
        log,
        ...gateOf(context, reads),
      });
      for await (const permission of listed)
        permissions.push({
          DisplayName: permissionName(permission),
          Identification: permission.identification,
        });
      // Set only when the list is complete: the platform treats a permission that is not on it as removed.
      output["Permissions"] = permissions;
      return { audit: [{ Message: `Permissions listed: ${permissions.length}.` }] };
    },
  };
}
