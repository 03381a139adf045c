import { onPermissions } from "../../lib/host/permissionActions.ts";
import { holdOptions, holdPermission } from "../../lib/entitlements/litigationHold.ts";

/** Lists the durations of options.json. */
// eslint-disable-next-line @typescript-eslint/require-await -- a listing is a stream, also when it comes from a file
export default onPermissions(async function* () {
  for (const option of holdOptions()) yield holdPermission(option);
});
