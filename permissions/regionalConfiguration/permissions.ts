import { onPermissions } from "../../lib/host/permissionActions.ts";
import { regionOptions, regionPermission } from "../../lib/entitlements/regionalConfiguration.ts";

/** Lists the configurations of options.json. */
// eslint-disable-next-line @typescript-eslint/require-await -- a listing is a stream, also when it comes from a file
export default onPermissions(async function* () {
  for (const option of regionOptions()) yield regionPermission(option);
});
