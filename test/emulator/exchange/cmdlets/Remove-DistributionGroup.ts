import { nothing, type Cmdlet } from "../cmdlet.ts";
import { groupToChange } from "../groups.ts";

/** Deletes a group for good: there is no soft-deleted one to bring back (assumed). */
export const removeDistributionGroup: Cmdlet = {
  name: "Remove-DistributionGroup",
  writes: true,
  honours: ["Identity", "BypassSecurityGroupManagerCheck"],
  run(call) {
    // Which property the service names when it refuses a whole group is not known.
    call.store.remove(groupToChange("Remove-DistributionGroup", call, "Identity"));
    return nothing();
  },
};
