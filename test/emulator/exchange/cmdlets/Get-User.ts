import { catalogue } from "../../catalogue.ts";
import { list, typesAskedFor, type Cmdlet } from "../cmdlet.ts";
import { isSoftDeleted } from "../../store.ts";

const users = new Set(catalogue.recipientTypeDetails["Get-User"]);

/**
 * Users with and without a mailbox (documented), which is how a person who is not licensed yet can
 * be seen at all.
 */
export const getUser: Cmdlet = {
  name: "Get-User",
  writes: false,
  honours: ["Identity", "Filter", "RecipientTypeDetails", "ResultSize", "Sortby"],
  run(call) {
    const types = typesAskedFor(call.parameters) ?? users;
    return list(
      "Get-User",
      call,
      (object) => types.has(String(object["RecipientTypeDetails"])) && !isSoftDeleted(object),
    );
  },
};
