import { listingWithExchange } from "../../lib/accounts/hybridSets.ts";
import { onPermissions } from "../../lib/host/permissionsAction.ts";
import { listing } from "../folderPermission/permissions.ts";

/** Lists the rights of permissions/folderPermission/options.json. */
export default onPermissions(listingWithExchange(listing));
