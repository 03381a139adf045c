import { nothing, type Cmdlet } from "../cmdlet.ts";
import { memberNotFound } from "../errors.ts";
import { groupAndMember, membersOf, writeMembers } from "../groups.ts";

/** Returns nothing. */
export const removeDistributionGroupMember: Cmdlet = {
  name: "Remove-DistributionGroupMember",
  writes: true,
  honours: ["Identity", "Member", "BypassSecurityGroupManagerCheck"],
  run(call) {
    const { group, member } = groupAndMember(this.name, call);
    const members = membersOf(group, call.store);
    const guid = String(member["Guid"]);
    if (!members.includes(guid))
      throw memberNotFound(String(member["Name"]), String(group["Name"]));
    writeMembers(
      group,
      members.filter((one) => one !== guid),
      call,
    );
    return nothing();
  },
};
