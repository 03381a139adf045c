import { operations } from "../lib/graph/target.ts";
import { onResources } from "../lib/host/resourceActions.ts";
import { entraGroupsOf, groupKeys, groupOperations } from "../lib/resources/entraGroups.ts";

/** Creates a security group of Entra ID for each item of the source data, which its key identifies. */
export default onResources({
  needs: { graph: operations(groupOperations) },
  configuration: groupKeys,
  handle: async (input) => {
    const provide = await entraGroupsOf("security", input);
    return async (item, context) => (await provide(item, context)).outcome;
  },
});
