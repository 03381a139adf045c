import {
  accountById,
  changeNeeds,
  endAccess,
  fieldsOf,
  nothing,
  readBeforeEnd,
  wantedFrom,
} from "../../lib/accounts/entra.ts";
import { nameOf } from "../../lib/graph/user.ts";
import { sessionRevocation } from "../../lib/graph/userChange.ts";
import { deletingUser, userDeletion } from "../../lib/graph/userDeletion.ts";
import { onDelete } from "../../lib/host/deleteAction.ts";

/**
 * Deletes the user if configured, who can be restored for 30 days. Otherwise the account is disabled, unless mapped
 * otherwise, its sessions end, and what else is mapped is set.
 */
export default onDelete({
  needs: changeNeeds(sessionRevocation, userDeletion),
  configuration: ["CorrelateOnly", "deleteAccount", "exchangeOnlineIntegration"],
  handle: async ({ accountReference, data, fields, configuration, read, change, changeAll }) => {
    const { CorrelateOnly, deleteAccount, exchangeOnlineIntegration } = configuration;
    const deletes = deleteAccount === true && CorrelateOnly !== true;
    const leaver = data.withDefault("accountEnabled", "false").entries;
    const wanted = CorrelateOnly || deletes ? nothing : wantedFrom(leaver);
    const account = await accountById(
      accountReference,
      {
        wanted,
        fields,
        alsoRead: readBeforeEnd,
        hasExchange: exchangeOnlineIntegration === true,
      },
      { read },
    );
    const { user, mailbox } = account;
    if (deletes) {
      await change(deletingUser(user));
      const present = fieldsOf(user, mailbox);
      return { before: present, after: present, subject: `user ${nameOf(user)}` };
    }
    return await endAccess(account, { read, change, changeAll });
  },
});
