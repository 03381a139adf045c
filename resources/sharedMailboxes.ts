import { sharedMailboxes } from "../lib/exchange/creation.ts";
import { onResources } from "../lib/host/resourceActions.ts";
import { resourcesOf } from "../lib/resources/provision.ts";

/** Makes a shared mailbox for each item of the source, known by its key ever after. */
export default onResources((input) => {
  const { SharedMailboxNamePrefix: prefix, SharedMailboxMarker: marker } = input.configuration;
  return resourcesOf({ kind: sharedMailboxes, prefix, marker, isOwned: false }, input);
});
