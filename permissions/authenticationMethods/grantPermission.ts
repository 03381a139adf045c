import { grantMethod, grantNeeds } from "../../lib/entitlements/authenticationMethods.ts";
import { onGrantPermission } from "../../lib/host/grantPermissionAction.ts";

/** Gives the user the phone number or e-mail address of the person, or a new Temporary Access Pass. */
export default onGrantPermission({
  needs: grantNeeds,
  configuration: [],
  handle: grantMethod,
});
