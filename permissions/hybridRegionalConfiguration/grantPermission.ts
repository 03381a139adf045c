import { grantingOnMailbox } from "../../lib/accounts/hybridSets.ts";
import { onGrantPermission } from "../../lib/host/grantPermissionAction.ts";
import { granting } from "../regionalConfiguration/grantPermission.ts";

/** Sets language, formats, time zone and folder names of the mailbox of an account of Active Directory. */
export default onGrantPermission(grantingOnMailbox(granting));
