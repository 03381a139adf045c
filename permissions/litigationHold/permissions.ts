import { cmdlets } from "../../lib/exchange/target.ts";
import { onPermissions } from "../../lib/host/permissionsAction.ts";
import { listedOptions, holdPermission } from "../../lib/entitlements/litigationHold.ts";

/** Lists the durations of options.json. */
export default onPermissions({
  needs: { exchange: cmdlets() },
  configuration: [],
  // eslint-disable-next-line @typescript-eslint/require-await -- a list is a stream, even when it comes from a file
  handle: async function* () {
    for (const option of listedOptions()) yield holdPermission(option);
  },
});
