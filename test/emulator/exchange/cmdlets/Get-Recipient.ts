import { catalogue } from "../../catalogue.ts";
import { list, typesAskedFor, type Cmdlet } from "../cmdlet.ts";
import { unresolvedSet } from "../errors.ts";
import { isSoftDeleted } from "../../store.ts";

const recipients = new Set(catalogue.recipientTypeDetails["Get-Recipient"]);

/**
 * Everything with an address; Microsoft 365 groups only when named (documented). Users without a
 * mailbox are not recipients.
 */
export const getRecipient: Cmdlet = {
  name: "Get-Recipient",
  writes: false,
  honours: [
    "Identity",
    "Filter",
    "RecipientType",
    "RecipientTypeDetails",
    "ResultSize",
    "SortBy",
    "IncludeSoftDeletedRecipients",
  ],
  run(call) {
    const { parameters, store } = call;
    const details = typesAskedFor(parameters);
    const types = parameters["RecipientType"];
    const deleted = parameters["IncludeSoftDeletedRecipients"] === true;
    // Documented: the switch needs one of these as well. How its absence is refused is assumed.
    if (deleted && !parameters["Identity"] && !details) throw unresolvedSet();
    return list("Get-Recipient", call, (object) => {
      const own = String(object["RecipientTypeDetails"]);
      if (!recipients.has(own) || (isSoftDeleted(object) && !deleted)) return false;
      if (details ? !details.has(own) : own === "GroupMailbox") return false;
      return (
        !Array.isArray(types) || types.includes(String(store.property(object, "RecipientType")))
      );
    });
  },
};
