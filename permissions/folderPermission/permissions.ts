import { cmdlets, type ExchangeTarget } from "../../lib/exchange/target.ts";
import type { ListDeclaration } from "../../lib/host/permissionActions.ts";
import { onPermissions } from "../../lib/host/permissionsAction.ts";
import { listedOptions, folderPermission } from "../../lib/entitlements/folderPermission.ts";

/** Lists the rights of options.json. */
export const listing: ListDeclaration<ExchangeTarget, never> = {
  needs: { exchange: cmdlets() },
  configuration: [],
  // eslint-disable-next-line @typescript-eslint/require-await -- a list is a stream, even when it comes from a file
  handle: async function* () {
    for (const option of listedOptions()) yield folderPermission(option);
  },
};

export default onPermissions(listing);
