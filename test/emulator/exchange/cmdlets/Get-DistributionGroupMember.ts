import { objectRows, upTo, type Cmdlet } from "../cmdlet.ts";
import { notImplemented } from "../errors.ts";
import { groupNamed } from "../groups.ts";
import { textOf } from "../parameters.ts";
import { isSoftDeleted } from "../../store.ts";

/** The members as they are: a group in a group is one row, and so is a contact or a guest. */
export const getDistributionGroupMember: Cmdlet = {
  name: "Get-DistributionGroupMember",
  writes: false,
  honours: ["Identity", "ResultSize"],
  run({ parameters, store }) {
    const identity = textOf(parameters["Identity"]);
    if (identity === "")
      throw notImplemented(
        "an empty Identity of Get-DistributionGroupMember, which is documented to mean every group",
      );
    const guids = store.seen(groupNamed(identity, store), "Members") as string[];
    const members = guids
      .map((guid) => store.byGuid(guid))
      .filter((member) => member !== undefined && !isSoftDeleted(member));
    return { ...upTo(members, parameters), rows: objectRows("Get-DistributionGroupMember", store) };
  },
};
