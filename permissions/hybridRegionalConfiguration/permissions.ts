import { listingWithExchange } from "../../lib/accounts/hybridSets.ts";
import { onPermissions } from "../../lib/host/permissionsAction.ts";
import { listing } from "../regionalConfiguration/permissions.ts";

/** Lists the configurations of permissions/regionalConfiguration/options.json. */
export default onPermissions(listingWithExchange(listing));
