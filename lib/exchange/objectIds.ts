import { Fault } from "../fault.ts";
import { assertGuid } from "../guid.ts";
import { textOf } from "./client/encoding.ts";
import { equals, matchesExactly } from "./client/opath.ts";
import type { Cmdlets, ExchangeQuery } from "./target.ts";

/** What shows an object of Entra ID in Exchange. */
const kinds = {
  user: { cmdlet: "Get-User", title: "User" },
  group: { cmdlet: "Get-DistributionGroup", title: "Group" },
} as const;

const objectId = "ExternalDirectoryObjectId";

/** What `guidOf` sends. */
export const objectIdLookup: Cmdlets = {
  "Get-User": ["Filter", "ResultSize"],
  "Get-DistributionGroup": ["Filter", "ResultSize"],
};

/**
 * The GUID in Exchange of an object with this object ID in Entra ID. Throws a `notReady` fault when Exchange does not
 * show it: the object exists, and the two directories differ for minutes.
 */
export function guidOf(kind: keyof typeof kinds, id: string): ExchangeQuery<string> {
  const { cmdlet, title } = kinds[kind];
  assertGuid(id, `The object ID of the ${kind}`);
  return async ({ exchange }) => {
    const { rows } = await exchange.invoke({
      cmdlet,
      parameters: { Filter: equals(objectId, id), ResultSize: 10 },
      select: ["Guid", objectId],
    });
    const found = rows.filter((row) => matchesExactly(row, objectId, id, `${kind} ${id}`));
    const [row, ...others] = found;
    if (!row)
      throw new Fault({
        kind: "notReady",
        message: `${title} ${id} exists in Entra ID, and Exchange Online does not show it.`,
      });
    if (others.length > 0)
      throw new Fault({
        kind: "ambiguous",
        message: `Exchange Online shows ${found.length} objects with the object ID ${id}; expected one.`,
      });
    return textOf(row["Guid"]);
  };
}
