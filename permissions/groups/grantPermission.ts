import { cmdlets } from "../../lib/exchange/target.ts";
import { accountById, accountLookup } from "../../lib/exchange/account.ts";
import { adding, groupById, membershipLookup, memberAddition } from "../../lib/exchange/group.ts";
import { together } from "../../lib/exchange/together.ts";
import { onGrantPermission } from "../../lib/host/grantPermissionAction.ts";

/** Adds the account to the group. The request is always sent, because reads lag behind writes. */
export default onGrantPermission({
  needs: { exchange: cmdlets(accountLookup, membershipLookup, memberAddition) },
  configuration: [],
  handle: async ({ accountReference, permission, read, change }) => {
    const [group, account] = await read(
      together(groupById(permission("Id")), accountById(accountReference)),
    );
    await change(adding(group, account));
    return {};
  },
});
