import { assertHasExchange } from "../../lib/accounts/hybridMailbox.ts";
import { groupPermission } from "../../lib/entitlements/groups.ts";
import { cloudGroups, groupList } from "../../lib/exchange/groupList.ts";
import { cmdlets } from "../../lib/exchange/target.ts";
import { onPermissions } from "../../lib/host/permissionsAction.ts";

/** Lists the groups that Exchange Online masters: those of Active Directory are a set of their own. */
export default onPermissions({
  needs: { exchange: cmdlets(groupList) },
  configuration: ["exchangeOnlineIntegration"],
  handle: async function* ({ configuration, stream }) {
    assertHasExchange(configuration);
    for await (const group of stream(cloudGroups())) yield groupPermission(group);
  },
});
