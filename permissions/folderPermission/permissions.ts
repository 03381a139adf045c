import { onPermissions } from "../../lib/host/permissionActions.ts";
import { folderOptions, folderPermission } from "../../lib/entitlements/folderPermission.ts";

/** Lists the rights of options.json. */
// eslint-disable-next-line @typescript-eslint/require-await -- a listing is a stream, also when it comes from a file
export default onPermissions(async function* () {
  for (const option of folderOptions()) yield folderPermission(option);
});
