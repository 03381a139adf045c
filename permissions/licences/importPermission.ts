import { importNeeds, licenceHolders } from "../../lib/entitlements/licences.ts";
import { onImportPermission } from "../../lib/host/importPermissionAction.ts";

/** Imports the users to whom the licences are assigned directly. */
export default onImportPermission({
  needs: importNeeds,
  configuration: [],
  handle: licenceHolders,
});
