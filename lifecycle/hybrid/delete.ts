import {
  accountById,
  applyWanted,
  changeNeeds,
  fieldsOf,
  nothing,
  wantedFrom,
} from "../../lib/accounts/hybrid.ts";
import { nameOf } from "../../lib/activeDirectory/user.ts";
import { deletingUser, userDeletion } from "../../lib/activeDirectory/userDeletion.ts";
import { onDelete } from "../../lib/host/deleteAction.ts";

/** Deletes the account if configured. Otherwise it is disabled, and what else is mapped is set. */
export default onDelete({
  needs: changeNeeds(userDeletion),
  configuration: ["CorrelateOnly", "deleteAccount"],
  handle: async ({ accountReference, data, fields, configuration, read, change, changeAll }) => {
    const { CorrelateOnly, deleteAccount } = configuration;
    const keeps = CorrelateOnly === true || deleteAccount === true;
    const wanted = keeps ? nothing : { ...wantedFrom(data.entries), enabled: false };
    const user = await accountById(accountReference, wanted, fields, { read });
    if (CorrelateOnly !== true && deleteAccount === true) {
      await change(deletingUser(user));
      const present = fieldsOf(user);
      return { before: present, after: present, subject: `account ${nameOf(user)}` };
    }
    return await applyWanted(user, wanted, { read, changeAll });
  },
});
