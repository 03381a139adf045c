import { changeAccount, changeNeeds, nothing, wantedFrom } from "../../lib/accounts/hybrid.ts";
import { onUpdate } from "../../lib/host/updateAction.ts";

/**
 * Updates every mapped attribute and setting of the mailbox that differs, the name and the organisational unit, and the
 * manager if configured.
 */
export default onUpdate({
  needs: changeNeeds(),
  configuration: ["CorrelateOnly", "exchangeOnlineIntegration", "updateManagerOnUpdate"],
  handle: async ({
    accountReference,
    data,
    fields,
    configuration: { CorrelateOnly, exchangeOnlineIntegration, updateManagerOnUpdate },
    managerReference = null,
    read,
    changeAll,
  }) => {
    const mapped = CorrelateOnly ? nothing : wantedFrom(data.entries);
    const setsManager = updateManagerOnUpdate === true && CorrelateOnly !== true;
    const wanted = setsManager ? { ...mapped, manager: managerReference } : mapped;
    const asked = { fields, hasExchange: exchangeOnlineIntegration === true };
    return await changeAccount(accountReference, wanted, asked, { read, changeAll });
  },
});
