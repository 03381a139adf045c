import {
  grantPermissionAnswer,
  importPermissionAnswer,
  permissionRecord,
  permissionsAnswer,
  revokePermissionAnswer,
} from "../generated/answers.ts";
import type { PermissionRecordBody } from "../../lib/generated/types.ts";
import folderGrant from "../../permissions/folderPermission/grantPermission.ts";
import folderImport from "../../permissions/folderPermission/importPermission.ts";
import folderList from "../../permissions/folderPermission/permissions.ts";
import folderRevoke from "../../permissions/folderPermission/revokePermission.ts";
import holdGrant from "../../permissions/litigationHold/grantPermission.ts";
import holdImport from "../../permissions/litigationHold/importPermission.ts";
import holdList from "../../permissions/litigationHold/permissions.ts";
import holdRevoke from "../../permissions/litigationHold/revokePermission.ts";
import regionGrant from "../../permissions/regionalConfiguration/grantPermission.ts";
import regionImport from "../../permissions/regionalConfiguration/importPermission.ts";
import regionList from "../../permissions/regionalConfiguration/permissions.ts";
import { expect } from "vitest";
import { runnerOf, type Bench, type Run } from "../bench.ts";
import { readingEventFor } from "../events.ts";

/** The sets whose permissions are settings of the account's own mailbox. */
export const settings = {
  folderPermission: {
    list: runnerOf("permissions/folderPermission/permissions", folderList, permissionsAnswer),
    grant: runnerOf(
      "permissions/folderPermission/grantPermission",
      folderGrant,
      grantPermissionAnswer,
    ),
    revoke: runnerOf(
      "permissions/folderPermission/revokePermission",
      folderRevoke,
      revokePermissionAnswer,
    ),
    holders: runnerOf(
      "permissions/folderPermission/importPermission",
      folderImport,
      importPermissionAnswer,
    ),
  },
  regionalConfiguration: {
    list: runnerOf("permissions/regionalConfiguration/permissions", regionList, permissionsAnswer),
    grant: runnerOf(
      "permissions/regionalConfiguration/grantPermission",
      regionGrant,
      grantPermissionAnswer,
    ),
    holders: runnerOf(
      "permissions/regionalConfiguration/importPermission",
      regionImport,
      importPermissionAnswer,
    ),
  },
  litigationHold: {
    list: runnerOf("permissions/litigationHold/permissions", holdList, permissionsAnswer),
    grant: runnerOf("permissions/litigationHold/grantPermission", holdGrant, grantPermissionAnswer),
    revoke: runnerOf(
      "permissions/litigationHold/revokePermission",
      holdRevoke,
      revokePermissionAnswer,
    ),
    holders: runnerOf(
      "permissions/litigationHold/importPermission",
      holdImport,
      importPermissionAnswer,
    ),
  },
};

export interface Listed {
  DisplayName: string;
  Identification: Record<string, unknown>;
}

export async function listed(bench: Bench, set: keyof typeof settings): Promise<Listed[]> {
  const { answer } = await settings[set].list.here(bench, readingEventFor(bench.running));
  return answer.outputContext.Permissions as Listed[];
}

/** The records of an import, each held against its contract. */
export function recordsOf({ records }: Pick<Run<unknown>, "records">): PermissionRecordBody[] {
  for (const record of records)
    expect(
      permissionRecord.check({ record }),
      `${JSON.stringify(permissionRecord.check.errors)} in ${JSON.stringify(record)}`,
    ).toBe(true);
  return records as PermissionRecordBody[];
}

/** Who holds what, by the Id of the reference. */
export function holdersIn(run: Pick<Run<unknown>, "records">): Record<string, string[]> {
  const byId = new Map<string, string[]>();
  for (const { PermissionReference, AccountReferences } of recordsOf(run))
    byId.set(String(PermissionReference["Id"]), [
      ...(byId.get(String(PermissionReference["Id"])) ?? []),
      ...AccountReferences,
    ]);
  return Object.fromEntries([...byId].map(([id, accounts]) => [id, accounts.sort()]));
}

export async function imported(
  bench: Bench,
  set: keyof typeof settings,
  configuration: Record<string, unknown> = {},
): Promise<Run<{ outcome: string; outputContext: { Success: boolean } }>> {
  return await settings[set].holders.here(bench, readingEventFor(bench.running, { configuration }));
}

/** The answer of a service that refuses this application something. */
export const refusal = {
  status: 403,
  body: {
    error: {
      code: "Forbidden",
      message: "Error executing request.",
      details: [
        {
          code: "Context",
          target: "",
          message:
            "Ex94914C|System.Management.Automation.CmdletAccessDeniedException|The cmdlet is not " +
            "present in the role definition of the current user.",
        },
      ],
    },
  },
};
