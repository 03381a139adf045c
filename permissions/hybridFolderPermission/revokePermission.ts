import { revokingOnMailbox } from "../../lib/accounts/hybridSets.ts";
import { onRevokePermission } from "../../lib/host/revokePermissionAction.ts";
import { revoking } from "../folderPermission/revokePermission.ts";

/** Revokes a right on the calendar of an account of Active Directory. */
export default onRevokePermission(revokingOnMailbox(revoking));
