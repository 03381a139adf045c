import { changeAccount, changeNeeds, nothing, wantedFrom } from "../../lib/accounts/hybrid.ts";
import { askedOf } from "../../lib/accounts/hybridMailbox.ts";
import { onUpdate } from "../../lib/host/updateAction.ts";

/**
 * Updates every mapped attribute and setting of the mailbox that differs, the name and the organisational unit, and the
 * manager if configured.
 */
export default onUpdate({
  needs: changeNeeds(),
  configuration: [
    "AutoReplyMessageFormat",
    "CorrelateOnly",
    "ExistingAutoReply",
    "exchangeOnlineIntegration",
    "updateManagerOnUpdate",
  ],
  handle: async ({
    accountReference,
    data,
    fields,
    configuration,
    managerReference = null,
    read,
    changeAll,
  }) => {
    const { CorrelateOnly, updateManagerOnUpdate } = configuration;
    const mapped = CorrelateOnly ? nothing : wantedFrom(data.entries, configuration);
    const setsManager = updateManagerOnUpdate === true && CorrelateOnly !== true;
    const wanted = setsManager ? { ...mapped, manager: managerReference } : mapped;
    const asked = askedOf(fields, configuration);
    return await changeAccount(accountReference, wanted, asked, { read, changeAll });
  },
});
