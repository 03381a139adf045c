import { namesIn } from "../../lib/accounts/addresses.ts";
import { operations } from "../../lib/graph/target.ts";
import { holdersOf, nameSearch, type UniqueName } from "../../lib/graph/userNames.ts";
import { onUniquenessCheck, type Collision } from "../../lib/host/uniquenessActions.ts";

/** The mapped fields whose values no two accounts share. */
const uniqueFields: readonly { field: RegExp; kind: UniqueName["kind"] }[] = [
  { field: /^(userPrincipalName|mail|exchangeOnline\.EmailAddresses)$/i, kind: "address" },
  { field: /^mailNickname$/i, kind: "nickname" },
];

/**
 * Reports the names and addresses that another user or group has. The account itself does not count, nor does the
 * person's own user that an earlier run has made, which is known by the employee ID.
 */
export default onUniquenessCheck({
  needs: { graph: operations(nameSearch) },
  configuration: [],
  handle: async ({ data, accountReference, read }) => {
    const checked = data.entries.flatMap(([field, value]) => {
      const rule = uniqueFields.find((one) => one.field.test(field));
      return rule ? namesIn(value).map((name) => ({ field, kind: rule.kind, value: name })) : [];
    });
    if (checked.length === 0) return [];
    const employeeId = data.get("employeeId");
    const holders = await read(holdersOf(checked, ["employeeId"]));
    return checked.flatMap(({ field }, index): Collision[] => {
      const other = holders[index]?.find(
        ({ object }) =>
          object.id.toLowerCase() !== accountReference?.toLowerCase() &&
          (typeof employeeId !== "string" ||
            employeeId === "" ||
            object["employeeId"] !== employeeId),
      );
      return other ? [{ field, holder: other.description }] : [];
    });
  },
});
