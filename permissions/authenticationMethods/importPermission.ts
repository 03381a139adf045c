import { importNeeds, methodHolders } from "../../lib/entitlements/authenticationMethods.ts";
import { onImportPermission } from "../../lib/host/importPermissionAction.ts";

/** Imports the users who have the authentication methods of options.json. */
export default onImportPermission({
  needs: importNeeds,
  configuration: [],
  handle: methodHolders,
});
