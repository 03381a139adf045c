import { cmdlets } from "../lib/exchange/target.ts";
import { unifiedGroupHiding } from "../lib/exchange/unifiedGroup.ts";
import { unifiedCreation } from "../lib/graph/groupCreation.ts";
import { operations } from "../lib/graph/target.ts";
import { onResources } from "../lib/host/resourceActions.ts";
import { entraGroupsOf, groupKeys, groupOperations } from "../lib/resources/entraGroups.ts";
import { hiderOf } from "../lib/resources/hiddenGroups.ts";

/** Creates a Microsoft 365 group for each item of the source data, which its key identifies. */
export default onResources({
  needs: {
    graph: operations(groupOperations, unifiedCreation),
    exchange: cmdlets(unifiedGroupHiding),
  },
  configuration: [...groupKeys, "GroupVisibility", "ResourcesHidden", "exchangeOnlineIntegration"],
  handle: async (input) => {
    const hide = await hiderOf(input);
    const provide = await entraGroupsOf("microsoft365", input, input.configuration.GroupVisibility);
    return async (item, context) => await hide(await provide(item, context), context);
  },
});
