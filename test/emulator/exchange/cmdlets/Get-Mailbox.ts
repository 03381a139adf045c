import { list, typesAskedFor, type Cmdlet } from "../cmdlet.ts";
import { isMailbox, isSoftDeleted } from "../../store.ts";

/**
 * Mailboxes of all types but Microsoft 365 groups, which come only when named (documented).
 * Soft-deleted and inactive mailboxes show themselves only to their switch (documented); that
 * SoftDeletedMailbox shows inactive ones too is assumed.
 */
export const getMailbox: Cmdlet = {
  name: "Get-Mailbox",
  writes: false,
  honours: [
    "Identity",
    "Filter",
    "RecipientTypeDetails",
    "ResultSize",
    "SortBy",
    "GroupMailbox",
    "SoftDeletedMailbox",
    "InactiveMailboxOnly",
    "IncludeInactiveMailbox",
  ],
  run(call) {
    const { parameters } = call;
    const types =
      typesAskedFor(parameters) ??
      (parameters["GroupMailbox"] ? new Set(["GroupMailbox"]) : undefined);
    return list("Get-Mailbox", call, (object) => {
      if (!isMailbox(object)) return false;
      const details = String(object["RecipientTypeDetails"]);
      if (
        types
          ? !types.has(details)
          : details === "GroupMailbox" || details === "PublicFolderMailbox"
      )
        return false;
      const inactive = object["IsInactiveMailbox"] === true;
      if (parameters["InactiveMailboxOnly"]) return inactive;
      if (parameters["SoftDeletedMailbox"]) return isSoftDeleted(object);
      return !isSoftDeleted(object) || (inactive && parameters["IncludeInactiveMailbox"] === true);
    });
  },
};
