import { cmdlets } from "../../lib/exchange/target.ts";
import { onPermissions } from "../../lib/host/permissionsAction.ts";
import { listedOptions, folderPermission } from "../../lib/entitlements/folderPermission.ts";

/** Lists the rights of options.json. */
export default onPermissions({
  needs: { exchange: cmdlets() },
  configuration: [],
  // eslint-disable-next-line @typescript-eslint/require-await -- a list is a stream, even when it comes from a file
  handle: async function* () {
    for (const option of listedOptions()) yield folderPermission(option);
  },
});
