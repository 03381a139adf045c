import { cmdlets } from "../../lib/exchange/target.ts";
import { accountOrFormerById, accountLookup } from "../../lib/exchange/account.ts";
import {
  groupById,
  isMember,
  removing,
  membershipLookup,
  memberRemoval,
} from "../../lib/exchange/group.ts";
import { onRevokePermission } from "../../lib/host/revokePermissionAction.ts";

/** Removes the account from the group. The request is always sent, because reads lag behind writes. */
export default onRevokePermission({
  needs: { exchange: cmdlets(accountLookup, membershipLookup, memberRemoval) },
  configuration: [],
  handle: async ({ accountReference, permission, read, change }) => {
    const group = await read(groupById(permission("Id")));
    const account = await read(accountOrFormerById(accountReference));
    await change(removing(group, account, await read(isMember(group, account))));
    return {};
  },
});
