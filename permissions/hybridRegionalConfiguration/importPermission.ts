import { importingAccounts } from "../../lib/accounts/hybridSets.ts";
import { onImportPermission } from "../../lib/host/importPermissionAction.ts";
import { importing } from "../regionalConfiguration/importPermission.ts";

/** Imports the accounts of Active Directory whose mailbox has a listed configuration. */
export default onImportPermission(importingAccounts(importing));
