import { list, typesAskedFor, type Cmdlet } from "../cmdlet.ts";
import { isDistributionGroup, refuseGroupMailbox } from "../groups.ts";
import { textOf } from "../parameters.ts";

/**
 * Documented: these come back as GUIDs (assumed: those of the directory) unless a switch requests
 * names in addition.
 */
const asGuids = [
  "GrantSendOnBehalfTo",
  "ModeratedBy",
  "AcceptMessagesOnlyFrom",
  "AcceptMessagesOnlyFromDLMembers",
  "AcceptMessagesOnlyFromSendersOrMembers",
  "BypassModerationFromSendersOrMembers",
];

/** Distribution groups, mail-enabled security groups and room lists. Never their members. */
export const getDistributionGroup: Cmdlet = {
  name: "Get-DistributionGroup",
  writes: false,
  honours: ["Identity", "Filter", "RecipientTypeDetails", "ResultSize", "SortBy"],
  run(call) {
    refuseGroupMailbox(textOf(call.parameters["Identity"]), call.store);
    const types = typesAskedFor(call.parameters);
    const outcome = list(
      "Get-DistributionGroup",
      call,
      (object) =>
        isDistributionGroup(object) && (types?.has(String(object["RecipientTypeDetails"])) ?? true),
    );
    return {
      ...outcome,
      rows(wanted) {
        const row = outcome.rows(wanted);
        return (group) =>
          Object.fromEntries(
            Object.entries(row(group)).map(([name, value]) => [
              name,
              asGuids.includes(name) ? call.store.seen(group, name) : value,
            ]),
          );
      },
    } satisfies typeof outcome;
  },
};
