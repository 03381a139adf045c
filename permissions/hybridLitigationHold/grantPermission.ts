import { grantingOnMailbox } from "../../lib/accounts/hybridSets.ts";
import { onGrantPermission } from "../../lib/host/grantPermissionAction.ts";
import { granting } from "../litigationHold/grantPermission.ts";

/** Places the mailbox of an account of Active Directory on litigation hold, as its set for Exchange Online does. */
export default onGrantPermission(grantingOnMailbox(granting));
