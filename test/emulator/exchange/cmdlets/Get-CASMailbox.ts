import { list, type Cmdlet } from "../cmdlet.ts";
import { hasFolders } from "../folders.ts";

/** By which protocols and programs a mailbox can be opened. */
export const getCasMailbox: Cmdlet = {
  name: "Get-CASMailbox",
  writes: false,
  honours: ["Identity", "ResultSize", "Filter", "RecipientTypeDetails"],
  run(call) {
    const types = call.parameters["RecipientTypeDetails"];
    const wanted = Array.isArray(types) ? types.map(String) : undefined;
    return list(
      "Get-CASMailbox",
      call,
      (object) =>
        hasFolders(object) && (wanted?.includes(String(object["RecipientTypeDetails"])) ?? true),
    );
  },
};
