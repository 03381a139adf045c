import { importingAccounts } from "../../lib/accounts/hybridSets.ts";
import { onImportPermission } from "../../lib/host/importPermissionAction.ts";
import { importing } from "../litigationHold/importPermission.ts";

/** Imports the accounts of Active Directory whose mailbox is on hold for one of the listed durations. */
export default onImportPermission(importingAccounts(importing));
