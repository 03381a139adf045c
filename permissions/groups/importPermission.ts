import { cmdlets } from "../../lib/exchange/target.ts";
import { memberList } from "../../lib/exchange/groupMembers.ts";
import { onImportPermission } from "../../lib/host/importPermissionAction.ts";
import { groupPermission, membersThatAreAccounts } from "../../lib/entitlements/groups.ts";

/** Imports the members of every cloud group that are mailboxes of persons. */
export default onImportPermission({
  needs: { exchange: cmdlets(memberList) },
  configuration: ["RecipientTypeDetails"],
  handle: async function* (input) {
    for await (const { group, accountReferences } of membersThatAreAccounts(undefined, input)) {
      yield {
        permission: groupPermission(group),
        description: group.PrimarySmtpAddress,
        accountReferences,
      };
    }
  },
});
