import { fieldsOf, wantedFrom } from "../../lib/accounts/entra.ts";
import {
  createNeeds,
  createUser,
  keyProperty,
  newValues,
  withMailbox,
  withManager,
  type Found,
} from "../../lib/accounts/entraCreation.ts";
import { Fault } from "../../lib/fault.ts";
import { nameOf, userOrDeletedWhere } from "../../lib/graph/user.ts";
import { restoredUser, restoringUser } from "../../lib/graph/userDeletion.ts";
import { propertiesAmong } from "../../lib/graph/userFields.ts";
import { onCreate } from "../../lib/host/accountActions.ts";

/**
 * Correlates the person with exactly one user. Without one, a user that was deleted is restored; otherwise a new one is
 * created, disabled unless mapped otherwise. Then the manager and the settings of the mailbox are set, also of a user
 * that an earlier run did not finish.
 */
export default onCreate({
  needs: createNeeds,
  configuration: [
    "CorrelateOnly",
    "PasswordPolicy",
    "exchangeOnlineIntegration",
    "setManagerOnCreate",
  ],
  handle: async (input) => {
    const { correlation, data, fields, configuration, read, change } = input;
    const wanted = wantedFrom(data.entries);
    const { value } = correlation;
    const property = keyProperty(correlation.field);
    const why = `its ${property} is "${value}".`;
    const { user, deleted, isCertain } = await read(
      userOrDeletedWhere(property, value, propertiesAmong(fields)),
    );

    async function found(): Promise<Found> {
      if (user)
        return {
          user,
          state: "existing",
          isCreated: false,
          sentence: `Correlated with user ${nameOf(user)}: ${why}`,
          password: null,
        };
      if (configuration.CorrelateOnly)
        throw new Fault({ kind: "missing", message: `No user has "${value}" as ${property}.` });
      if (deleted) {
        const isPlanned = (await change(restoringUser(deleted))) === "planned";
        const restored = isPlanned
          ? deleted
          : await read(restoredUser(deleted, propertiesAmong(fields)));
        return {
          user: restored,
          state: isPlanned ? "planned" : "existing",
          isCreated: false,
          sentence: `Correlated with the restored user ${nameOf(restored)}: ${why}`,
          password: null,
        };
      }
      const values = newValues(wanted.values, property, value);
      if (isCertain) return await createUser(values, { property, value }, input);
      throw Fault.invalid(
        `No user has "${value}" as ${property}, but Entra ID finds this property in an index that lags, so no user ` +
          "was created; expected an account correlation field such as employeeId.",
      );
    }

    const account = await found();
    const managerId = await withManager(account, input);
    const mailbox = await withMailbox(account, wanted, input);
    const passwordProfile = { password: account.password };
    return {
      accountReference: account.user.id,
      sentence: account.sentence ?? "",
      isCreated: account.isCreated,
      account: fieldsOf({ ...account.user, managerId, passwordProfile }, mailbox),
    };
  },
});
