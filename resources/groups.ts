import { cmdlets } from "../lib/exchange/target.ts";
import { distributionGroups, groupCreation } from "../lib/exchange/objectKinds.ts";
import { onResources } from "../lib/host/resourceActions.ts";
import { resourcesOf } from "../lib/resources/provision.ts";
import { resourceKeys } from "../lib/resources/resourceSettings.ts";

/** Creates a distribution group for each item of the source data, which its key identifies. */
export default onResources({
  needs: { exchange: cmdlets(groupCreation) },
  configuration: [...resourceKeys, "GroupMarker", "GroupNamePrefix", "ResourceOwner"],
  handle: (input) => {
    const {
      GroupNamePrefix: prefix,
      GroupMarker: marker,
      ResourceOwner: owner = "",
    } = input.configuration;
    return resourcesOf({ kind: distributionGroups, prefix, marker, owner }, input);
  },
});
