/** The two sets of groups that Entra ID masters, each with a group of the emulated tenant to grant. */
import securityGrant from "../../permissions/entraGroups/grantPermission.ts";
import securityImport from "../../permissions/entraGroups/importPermission.ts";
import securityList from "../../permissions/entraGroups/permissions.ts";
import securityRevoke from "../../permissions/entraGroups/revokePermission.ts";
import unifiedGrant from "../../permissions/microsoft365Groups/grantPermission.ts";
import unifiedImport from "../../permissions/microsoft365Groups/importPermission.ts";
import unifiedList from "../../permissions/microsoft365Groups/permissions.ts";
import unifiedRevoke from "../../permissions/microsoft365Groups/revokePermission.ts";
import { runnerOf } from "../bench.ts";
import { seedState } from "../emulator/seed.ts";
import {
  grantPermissionAnswer,
  importPermissionAnswer,
  permissionsAnswer,
  revokePermissionAnswer,
} from "../generated/answers.ts";
import { ids } from "../lifecycle/entra/entraBench.ts";

const seeded = seedState();

/** The object ID of a seeded group of Exchange. */
export function groupNamed(displayName: string): string {
  const found = seeded.objects.find(({ DisplayName }) => DisplayName === displayName);
  return String(found?.["ExternalDirectoryObjectId"]);
}

export const sets = {
  entraGroups: {
    list: runnerOf("permissions/entraGroups/permissions", securityList, permissionsAnswer),
    grant: runnerOf(
      "permissions/entraGroups/grantPermission",
      securityGrant,
      grantPermissionAnswer,
    ),
    revoke: runnerOf(
      "permissions/entraGroups/revokePermission",
      securityRevoke,
      revokePermissionAnswer,
    ),
    holders: runnerOf(
      "permissions/entraGroups/importPermission",
      securityImport,
      importPermissionAnswer,
    ),
    group: { Id: ids.security, name: "Care staff", listed: "Security Group - Care staff" },
  },
  microsoft365Groups: {
    list: runnerOf("permissions/microsoft365Groups/permissions", unifiedList, permissionsAnswer),
    grant: runnerOf(
      "permissions/microsoft365Groups/grantPermission",
      unifiedGrant,
      grantPermissionAnswer,
    ),
    revoke: runnerOf(
      "permissions/microsoft365Groups/revokePermission",
      unifiedRevoke,
      revokePermissionAnswer,
    ),
    holders: runnerOf(
      "permissions/microsoft365Groups/importPermission",
      unifiedImport,
      importPermissionAnswer,
    ),
    group: {
      Id: groupNamed("Sports"),
      name: "Sports",
      listed: "M365 Group - Sports",
    },
  },
};

export type EntraSet = keyof typeof sets;
export const setNames: readonly EntraSet[] = ["entraGroups", "microsoft365Groups"];
