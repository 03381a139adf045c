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
import {
  assertLicensable,
  licenceFrom,
  licenceGroupLookup,
  licenceLookup,
  licensedAs,
  noLicence,
  ofLicence,
  propertiesForLicence,
  withLicence,
} from "../../lib/accounts/entraLicence.ts";
import { Fault } from "../../lib/fault.ts";
import { lookedUp } from "../../lib/graph/lookup.ts";
import { nameOf, userOrDeletedWhere } from "../../lib/graph/user.ts";
import { restoredUser, restoringUser } from "../../lib/graph/userDeletion.ts";
import { propertiesAmong } from "../../lib/graph/userFields.ts";
import { onCreate } from "../../lib/host/createAction.ts";

/**
 * Correlates the person with exactly one user. Without one, a user that was deleted is restored; otherwise a new one is
 * created, disabled unless mapped otherwise. Then it gets the manager, the licence and the settings of the mailbox,
 * also when an earlier run did not finish it.
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
    const [wanted, mapped] = Fault.together(
      () => wantedFrom(data.entries.filter(([name]) => !ofLicence.test(name))),
      () => licenceFrom(data.entries),
    );
    const wantedLicence = configuration.CorrelateOnly ? noLicence : mapped;
    const { value } = correlation;
    const property = keyProperty(correlation.field);
    const why = `its ${property} is "${value}".`;
    const properties = [...propertiesAmong(fields), ...propertiesForLicence(wantedLicence)];
    const [{ user, deleted, isCertain }, licence, group] = await read(
      lookedUp(
        userOrDeletedWhere(property, value, properties),
        licenceLookup(wantedLicence),
        licenceGroupLookup(wantedLicence),
      ),
    );
    const licensing = { licence, group };

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
        const restored = isPlanned ? deleted : await read(restoredUser(deleted, properties));
        return {
          user: restored,
          state: isPlanned ? "planned" : "existing",
          isCreated: false,
          sentence: `Correlated with the restored user ${nameOf(restored)}: ${why}`,
          password: null,
        };
      }
      const values = newValues(wanted.values, property, value);
      assertLicensable(values, "The new user", licensing);
      if (isCertain) return await createUser(values, { property, value }, input);
      throw Fault.invalid(
        `No user has "${value}" as ${property}, but Entra ID finds this property in an index that lags, so no user ` +
          "was created; expected an account correlation field such as employeeId.",
      );
    }

    const account = await found();
    const managerId = await withManager(account, input);
    await withLicence(account, licensing, input);
    const mailbox = await withMailbox(account, wanted, input);
    const passwordProfile = { password: account.password };
    const license = licensedAs(licensing);
    return {
      accountReference: account.user.id,
      sentence: account.sentence ?? "",
      isCreated: account.isCreated,
      account: fieldsOf({ ...account.user, managerId, passwordProfile, license }, mailbox),
    };
  },
});
