import { revokingOnMailbox } from "../../lib/accounts/hybridSets.ts";
import { onRevokePermission } from "../../lib/host/revokePermissionAction.ts";
import { revoking } from "../litigationHold/revokePermission.ts";

/** Ends the hold of the mailbox of an account of Active Directory. The mailbox of a deleted user stays on hold. */
export default onRevokePermission(revokingOnMailbox(revoking, "kept"));
