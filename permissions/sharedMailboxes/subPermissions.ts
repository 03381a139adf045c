import { cmdlets } from "../../lib/exchange/target.ts";
import {
  accountLookup,
  accountOrFormerById,
  assertHasMailbox,
  type Account,
} from "../../lib/exchange/account.ts";
import { mailboxById, type Mailbox, mailboxLookup } from "../../lib/exchange/mailbox.ts";
import { listedMailboxes, filteredMailboxList } from "../../lib/exchange/mailboxList.ts";
import {
  grant,
  revoke,
  rightProperties,
  rightGrant,
  rightsOn,
  rightRevocation,
} from "../../lib/exchange/rightChange.ts";
import { unlistedLookup, unlistedMailboxes } from "../../lib/exchange/unlisted.ts";
import { onSubPermissions } from "../../lib/host/subPermissionActions.ts";
import {
  dynamicPermission,
  keyOf,
  mailboxPart,
  partOf,
} from "../../lib/entitlements/sharedMailboxes.ts";
import type { Fault } from "../../lib/fault.ts";
import { onlyOne } from "../../lib/exchange/naming.ts";

/** Rights on the mailboxes that belong to the person's contracts. */
export default onSubPermissions({
  needs: {
    exchange: cmdlets(
      filteredMailboxList,
      unlistedLookup,
      mailboxLookup,
      accountLookup,
      rightGrant,
      rightRevocation,
    ),
  },
  configuration: [
    "AutoMapping",
    "SharedMailboxReference",
    "SharedMailboxRights",
    "SharedMailboxTypes",
    "SubPermissionAttribute",
  ],
  handle: async ({
    accountReference,
    permission,
    configuration,
    read,
    stream,
    attemptAll,
    log,
  }) => {
    const {
      SubPermissionAttribute: property = "CustomAttribute1",
      SharedMailboxTypes: types = [],
      AutoMapping: autoMapping = true,
    } = configuration;
    const dynamic = dynamicPermission(permission("Reference"), configuration, log);
    const account = await read(accountOrFormerById(accountReference));
    const gate = { read, attemptAll, log };
    const assertNone = ([fault]: readonly Fault[]): void => {
      if (fault) throw fault;
    };
    const description = (value: string): string =>
      `mailbox (${types.join(", ")}) whose ${property} is "${value}"`;
    return {
      description,
      async belongingTo(value) {
        const found: Mailbox[] = [];
        for await (const mailbox of stream(
          listedMailboxes(types, rightProperties, { property, value }),
        ))
          found.push(mailbox);
        return onlyOne(found, description(value)).flatMap((mailbox) =>
          dynamic.rights.map((right) => ({
            ...mailboxPart(mailbox, right, dynamic),
            mailbox,
            right,
          })),
        );
      },
      unusable: (value) => read(unlistedMailboxes(types, property, value)),
      keyOf(reference) {
        const part = partOf(reference("Id"), reference("Permission"), dynamic);
        return part && keyOf(part.right.name, part.mailboxId);
      },
      isHeld: async ({ mailbox, right }) => (await read(right.standingOf(mailbox, account))).isHeld,
      async grant({ mailbox, right }) {
        assertHasMailbox(account);
        assertNone(await grant([{ right, mailbox, account }], { autoMapping, ...gate }));
      },
      async revoke(key) {
        const part = partOf(key, "", dynamic);
        if (!part) return;
        const mailbox = mailboxById(part.mailboxId, rightProperties);
        const known = (): Promise<Account> => Promise.resolve(account);
        const rights = await read(rightsOn([part.right], part.mailboxId, mailbox, known));
        assertNone(await revoke(rights, gate));
      },
    };
  },
});
