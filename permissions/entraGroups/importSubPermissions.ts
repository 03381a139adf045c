import { partHolders, partImportNeeds } from "../../lib/entitlements/entraGroupParts.ts";
import { onImportSubPermissions } from "../../lib/host/importSubPermissionsAction.ts";

/** Imports the members of the security groups that sub-permissions manage. */
export default onImportSubPermissions({
  needs: partImportNeeds,
  configuration: ["UniqueNamePrefix"],
  handle: (input) => partHolders("security", input),
});
