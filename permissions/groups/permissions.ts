import { cmdlets } from "../../lib/exchange/target.ts";
import { cloudGroups, groupList } from "../../lib/exchange/groupList.ts";
import { onPermissions } from "../../lib/host/permissionsAction.ts";
import { groupPermission } from "../../lib/entitlements/groups.ts";

/** Lists all cloud groups of both kinds. */
export default onPermissions({
  needs: { exchange: cmdlets(groupList) },
  configuration: [],
  handle: async function* ({ stream }) {
    for await (const group of stream(cloudGroups())) yield groupPermission(group);
  },
});
