import { nothing, type Cmdlet } from "../cmdlet.ts";
import { memberAlreadyExists } from "../errors.ts";
import { groupAndMember, membersOf, writeMembers } from "../groups.ts";

/** Returns nothing. */
export const addDistributionGroupMember: Cmdlet = {
  name: "Add-DistributionGroupMember",
  writes: true,
  honours: ["Identity", "Member", "BypassSecurityGroupManagerCheck"],
  run(call) {
    const { group, member } = groupAndMember(this.name, call);
    const members = membersOf(group, call.store);
    const guid = String(member["Guid"]);
    if (members.includes(guid))
      throw memberAlreadyExists(String(member["Name"]), String(group["Name"]));
    writeMembers(group, [...members, guid], call);
    return nothing();
  },
};
