import { importingAccounts } from "../../lib/accounts/hybridSets.ts";
import { onImportPermission } from "../../lib/host/importPermissionAction.ts";
import { importing } from "../folderPermission/importPermission.ts";

/** Imports the accounts of Active Directory whose calendar has a listed right. */
export default onImportPermission(importingAccounts(importing));
