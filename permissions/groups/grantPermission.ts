import { cmdlets } from "../../lib/exchange/target.ts";
import { accountById, accountLookup } from "../../lib/exchange/account.ts";
import {
  adding,
  groupById,
  isMember,
  membershipLookup,
  memberAddition,
} from "../../lib/exchange/group.ts";
import { onGrantPermission } from "../../lib/host/grantPermissionAction.ts";

/** Adds the account to the group. The request is always sent, because reads lag behind writes. */
export default onGrantPermission({
  needs: { exchange: cmdlets(accountLookup, membershipLookup, memberAddition) },
  configuration: [],
  handle: async ({ accountReference, permission, read, change }) => {
    const group = await read(groupById(permission("Id")));
    const account = await read(accountById(accountReference));
    await change(adding(group, account, await read(isMember(group, account))));
    return {};
  },
});
