import { grantingOnMailbox } from "../../lib/accounts/hybridSets.ts";
import { onGrantPermission } from "../../lib/host/grantPermissionAction.ts";
import { granting } from "../folderPermission/grantPermission.ts";

/** Grants a right on the calendar of an account of Active Directory. */
export default onGrantPermission(grantingOnMailbox(granting));
