import { cmdlets } from "../../lib/exchange/target.ts";
import {
  accountLookup,
  accountOrFormerById,
  assertHasMailbox,
} from "../../lib/exchange/account.ts";
import {
  adding,
  groupById,
  isMember,
  removing,
  membershipLookup,
  memberAddition,
  memberRemoval,
} from "../../lib/exchange/group.ts";
import { cloudGroupsWhere, groupList } from "../../lib/exchange/groupList.ts";
import { unlistedGroups, unlistedLookup } from "../../lib/exchange/unlisted.ts";
import { onSubPermissions } from "../../lib/host/subPermissionActions.ts";
import { groupPart } from "../../lib/entitlements/groups.ts";
import { onlyOne } from "../../lib/exchange/naming.ts";
import { isGuid } from "../../lib/guid.ts";

/** Membership of the groups that belong to the person's contracts. */
export default onSubPermissions({
  needs: {
    exchange: cmdlets(
      groupList,
      unlistedLookup,
      accountLookup,
      membershipLookup,
      memberAddition,
      memberRemoval,
    ),
  },
  configuration: ["SubPermissionAttribute"],
  handle: async ({ accountReference, configuration, read, change }) => {
    const property = configuration.SubPermissionAttribute ?? "CustomAttribute1";
    const account = await read(accountOrFormerById(accountReference));
    const description = (value: string): string => `group whose ${property} is "${value}"`;
    return {
      description,
      async belongingTo(value) {
        return onlyOne(await read(cloudGroupsWhere(property, value)), description(value)).map(
          (group) => ({
            ...groupPart(group),
            group,
          }),
        );
      },
      unusable: (value) => read(unlistedGroups(property, value)),
      keyOf: (reference) => (isGuid(reference("Id")) ? reference("Id").toLowerCase() : undefined),
      isHeld: ({ group }) => read(isMember(group, account)),
      async grant({ group }) {
        assertHasMailbox(account);
        await change(adding(group, account));
      },
      async revoke(id) {
        const group = await read(groupById(id));
        await change(removing(group, account));
      },
    };
  },
});
