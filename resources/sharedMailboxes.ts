import { cmdlets } from "../lib/exchange/target.ts";
import { sharedMailboxes, sharedMailboxCreation } from "../lib/exchange/objectKinds.ts";
import { onResources } from "../lib/host/resourceActions.ts";
import { resourcesOf } from "../lib/resources/provision.ts";
import { resourceKeys } from "../lib/resources/resourceSettings.ts";

/** Creates a shared mailbox for each item of the source data, which its key identifies. */
export default onResources({
  needs: { exchange: cmdlets(sharedMailboxCreation) },
  configuration: [...resourceKeys, "SharedMailboxMarker", "SharedMailboxNamePrefix"],
  handle: (input) => {
    const { SharedMailboxNamePrefix: prefix, SharedMailboxMarker: marker } = input.configuration;
    return resourcesOf({ kind: sharedMailboxes, prefix, marker }, input);
  },
});
