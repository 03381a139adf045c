import { namesIn } from "../../lib/accounts/addresses.ts";
import { operations } from "../../lib/activeDirectory/target.ts";
import { holdersOf, nameSearch, type UniqueName } from "../../lib/activeDirectory/userNames.ts";
import { onUniquenessCheck, type Collision } from "../../lib/host/uniquenessActions.ts";

/** The mapped fields whose values no two objects share. */
const uniqueFields: readonly { field: RegExp; attribute: UniqueName["attribute"] }[] = [
  { field: /^sAMAccountName$/i, attribute: "sAMAccountName" },
  {
    field:
      /^(userPrincipalName|mail|proxyAddresses|exchangeOnline\.(EmailAddresses|WindowsEmailAddress))$/i,
    attribute: "address",
  },
  { field: /^(mailNickname|exchangeOnline\.Alias)$/i, attribute: "mailNickname" },
  { field: /^cn$/i, attribute: "cn" },
];

/**
 * Reports the names and addresses that another object of the domain has. The account itself does not count, nor does
 * the person's own that an earlier run has made, which is known by the employeeID.
 */
export default onUniquenessCheck({
  needs: {
    activeDirectory: operations(nameSearch("employeeID")),
  },
  configuration: [],
  handle: async ({ data, accountReference, read }) => {
    const place = data.get("organizationalUnit");
    const checked = data.entries.flatMap(([field, value]) => {
      const rule = uniqueFields.find((one) => one.field.test(field));
      return namesIn(rule ? value : undefined).map((text) => ({
        field,
        attribute: rule?.attribute ?? "address",
        value: text,
        place: rule?.attribute === "cn" && typeof place === "string" ? place : undefined,
      }));
    });
    if (checked.length === 0) return [];
    const employeeID = data.get("employeeID");
    const isOwn = (id: string, other: unknown): boolean =>
      id.toLowerCase() === accountReference?.toLowerCase() ||
      (typeof employeeID === "string" && employeeID !== "" && other === employeeID);
    const holders = await read(holdersOf(checked, ["employeeID"]));
    return checked.flatMap(({ field }, index): Collision[] => {
      const other = holders[index]?.find(({ id, object }) => !isOwn(id, object["employeeID"]));
      return other ? [{ field, holder: other.description }] : [];
    });
  },
});
