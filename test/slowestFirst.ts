import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * The files that take longest start first, so that none of them runs alone at the end. A fresh clone knows no times of
 * earlier runs.
 */
export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const placeOf = ({ moduleId }: TestSpecification): number => {
      const place = slowest.findIndex((file) => moduleId.replaceAll("\\", "/").endsWith(file));
      return place < 0 ? slowest.length : place;
    };
    return [...sorted].sort((one, other) => placeOf(one) - placeOf(other));
  }
}

const slowest = [
  "test/replay.test.ts",
  "test/leaver/leave.test.ts",
  "test/leaver/elsewhere.test.ts",
  "test/messages/messages.test.ts",
  "test/bundle.test.ts",
  "test/permissions/list.test.ts",
  "test/lifecycle/import.test.ts",
  "test/permissions/subPermissions.test.ts",
  "test/resources/resources.test.ts",
  "test/permissions/imports.test.ts",
  "test/permissions/regionalConfiguration.test.ts",
  "test/permissions/importsOfMailboxRights.test.ts",
  "test/permissions/litigationHold.test.ts",
  "test/permissions/subPermissionsOnRecord.test.ts",
  "test/permissions/folderPermissionImport.test.ts",
  "test/permissions/folderPermission.test.ts",
  "test/permissions/sharedMailboxes.test.ts",
  "test/lifecycle/createFailures.test.ts",
];
