import {
  accountById,
  changeAccount,
  changeNeeds,
  fieldsOf,
  nothing,
  wantedFrom,
} from "../../lib/accounts/hybrid.ts";
import { askedOf } from "../../lib/accounts/hybridMailbox.ts";
import { nameOf } from "../../lib/activeDirectory/user.ts";
import { deletingUser, userDeletion } from "../../lib/activeDirectory/userDeletion.ts";
import { onDelete } from "../../lib/host/deleteAction.ts";

/** Deletes the account if configured. Otherwise it is disabled, and what else is mapped is set. */
export default onDelete({
  needs: changeNeeds(userDeletion),
  configuration: [
    "AutoReplyMessageFormat",
    "CorrelateOnly",
    "ExistingAutoReply",
    "deleteAccount",
    "exchangeOnlineIntegration",
  ],
  handle: async ({ accountReference, data, fields, configuration, read, change, changeAll }) => {
    const { CorrelateOnly, deleteAccount } = configuration;
    const asked = askedOf(fields, configuration);
    if (CorrelateOnly !== true && deleteAccount === true) {
      const user = await accountById(accountReference, nothing, asked, { read });
      await change(deletingUser(user));
      const present = fieldsOf(user);
      return { before: present, after: present, subject: `account ${nameOf(user)}` };
    }
    const wanted = CorrelateOnly
      ? nothing
      : { ...wantedFrom(data.entries, configuration), enabled: false };
    return await changeAccount(accountReference, wanted, asked, { read, changeAll });
  },
});
