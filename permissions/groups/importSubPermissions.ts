import { cmdlets } from "../../lib/exchange/target.ts";
import { memberList } from "../../lib/exchange/groupMembers.ts";
import { onImportSubPermissions } from "../../lib/host/importSubPermissionsAction.ts";
import { dynamicGroups, groupPart, membersThatAreAccounts } from "../../lib/entitlements/groups.ts";

/** Imports the members of the groups that have the marker. */
export default onImportSubPermissions({
  needs: { exchange: cmdlets(memberList) },
  configuration: ["GroupMarker", "MarkerAttribute", "RecipientTypeDetails"],
  handle: async function* (input) {
    const { MarkerAttribute: property = "CustomAttribute2", GroupMarker: value = "" } =
      input.configuration;
    let groups = 0;
    for await (const { group, accountReferences } of membersThatAreAccounts(
      { property, value },
      input,
    )) {
      groups++;
      const { reference, name } = groupPart(group);
      yield {
        permission: dynamicGroups,
        description: group.PrimarySmtpAddress,
        accountReferences,
        subPermission: { identification: reference, name },
      };
    }
    if (groups === 0)
      input.log(
        "warning",
        `No group with members has "${value}" as ${property}, so nothing is imported.`,
      );
  },
});
