import {
  accountById,
  applyWanted,
  changeNeeds,
  nothing,
  wantedFrom,
} from "../../lib/accounts/entra.ts";
import {
  managerAssignment,
  managerLookup,
  managerOf,
  managerRemoval,
  removingManager,
  settingManager,
} from "../../lib/graph/manager.ts";
import { onUpdate } from "../../lib/host/updateAction.ts";

/** Updates every mapped property of the user and setting of the mailbox that differs, and the manager if configured. */
export default onUpdate({
  needs: changeNeeds(managerLookup, managerAssignment, managerRemoval),
  configuration: ["CorrelateOnly", "exchangeOnlineIntegration", "updateManagerOnUpdate"],
  handle: async ({
    accountReference,
    data,
    fields,
    configuration,
    managerReference,
    read,
    change,
    changeAll,
  }) => {
    const { CorrelateOnly, exchangeOnlineIntegration, updateManagerOnUpdate } = configuration;
    const wanted = CorrelateOnly ? nothing : wantedFrom(data.entries);
    const hasExchange = exchangeOnlineIntegration === true;
    const account = await accountById(accountReference, { wanted, fields, hasExchange }, { read });
    const { user } = account;
    const changed = await applyWanted(account, { read, change, changeAll });
    if (!updateManagerOnUpdate || CorrelateOnly) return changed;

    const manager = await read(managerOf(user.id));
    if (managerReference === undefined) {
      if (manager) await change(removingManager(user, manager));
    } else if (manager?.id.toLowerCase() !== managerReference.toLowerCase()) {
      await change(settingManager(user, managerReference, manager));
    }
    return {
      ...changed,
      before: { ...changed.before, managerId: manager?.id ?? null },
      after: { ...changed.after, managerId: managerReference ?? null },
    };
  },
});
