import { list, type Cmdlet } from "../cmdlet.ts";
import { isSoftDeleted } from "../../store.ts";

/** Microsoft 365 groups. Soft-deleted ones show themselves only to their switch (documented). */
export const getUnifiedGroup: Cmdlet = {
  name: "Get-UnifiedGroup",
  writes: false,
  honours: ["Identity", "Filter", "ResultSize", "SortBy"],
  run: (call) =>
    list(
      "Get-UnifiedGroup",
      call,
      (object) => object["RecipientTypeDetails"] === "GroupMailbox" && !isSoftDeleted(object),
    ),
};
