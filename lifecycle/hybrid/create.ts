import { fieldsOf, wantedFrom } from "../../lib/accounts/hybrid.ts";
import {
  createNeeds,
  createUser,
  createdSettings,
  keyAttribute,
  withMailbox,
  withManager,
  type Found,
} from "../../lib/accounts/hybridCreation.ts";
import { attributesForMailbox } from "../../lib/accounts/hybridMailbox.ts";
import { nameOf, userWhere } from "../../lib/activeDirectory/user.ts";
import { attributesAmong } from "../../lib/activeDirectory/userValues.ts";
import { Fault } from "../../lib/fault.ts";
import { onCreate } from "../../lib/host/createAction.ts";

/**
 * Correlates the person with exactly one account of the domain, or creates one, disabled, in the mapped organisational
 * unit. Then it gets the manager and the settings of its mailbox, also when an earlier run did not finish it.
 */
export default onCreate({
  needs: createNeeds,
  configuration: [
    "AutoReplyMessageFormat",
    "CorrelateOnly",
    "ExistingAutoReply",
    "PasswordPolicy",
    "exchangeOnlineIntegration",
    "setManagerOnCreate",
  ],
  handle: async (input) => {
    const { correlation, data, fields, configuration, read } = input;
    const wanted = wantedFrom(data.entries, configuration);
    const { value } = correlation;
    const attribute = keyAttribute(correlation.field);
    const settings = configuration.exchangeOnlineIntegration ? createdSettings(wanted).fields : [];
    const attributes = [
      ...attributesAmong(fields),
      ...attributesForMailbox(settings),
      "manager",
    ] as const;
    const user = await read(userWhere(attribute, value, attributes));

    async function found(): Promise<Found> {
      if (user)
        return {
          user,
          state: "existing",
          sentence: `Correlated with account ${nameOf(user)}: its ${attribute} is "${value}".`,
          password: null,
        };
      if (configuration.CorrelateOnly)
        throw new Fault({
          kind: "missing",
          message: `No account has "${value}" as ${attribute}.`,
        });
      return await createUser(wanted, { attribute, value }, attributes, input);
    }

    const account = await found();
    await withManager(account, input);
    const mailbox = await withMailbox(account, wanted, input);
    return {
      accountReference: account.user.id,
      sentence: account.sentence,
      isCreated: account.state !== "existing",
      account: {
        ...fieldsOf(account.user),
        ...mailbox?.after,
        accountPassword: account.password,
      },
      audit: mailbox?.audit ?? [],
    };
  },
});
