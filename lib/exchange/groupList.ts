import { Fault } from "../fault.ts";
import type { Account } from "./account.ts";
import { assertNoneListed, listLook, withSecondLook } from "./absence.ts";
import { allOf, equals, matchesExactly } from "./client/opath.ts";
import { groupOf, groupProperties, groupTypes, isSynced, type Group } from "./group.ts";
import { maxNamed, nameOf } from "./naming.ts";
import { mergedCmdlets, type Cmdlets, type ExchangeQuery, type ExchangeStream } from "./target.ts";

/** What selects groups of a list: a property and its text. */
export interface GroupCondition {
  property: string;
  value: string;
}

/** Documented form for an unquoted `$false` that is sent over the wire. */
const mastered = "IsDirSynced -eq 'False'";

/** What `cloudGroups` and `cloudGroupsWhere` send. */
export const groupList: Cmdlets = mergedCmdlets(
  { "Get-DistributionGroup": ["Filter", "RecipientTypeDetails", "ResultSize"] },
  listLook,
);

/**
 * Every cloud group, as its page arrives, or those of the condition; `alsoRead` names other properties to read. An
 * empty list is looked at a second time: those of a condition are looked for among all, and that there are none at all
 * has to be confirmed by Get-Recipient.
 */
export function cloudGroups(
  where?: GroupCondition,
  alsoRead: readonly string[] = [],
): ExchangeStream<Group> {
  const listed = listedGroups(where, alsoRead);
  return ({ exchange }) =>
    withSecondLook(listed({ exchange }), async function* () {
      if (!where)
        return yield* assertNoneListed(
          exchange,
          "Get-DistributionGroup",
          groupTypes,
          (row) => !isSynced(groupOf(row)),
        );
      for await (const group of cloudGroups(undefined, [...alsoRead, where.property])({ exchange }))
        if (meets(group, where)) yield group;
    });
}

/** What `groupsWithMember` sends. */
export const memberGroupsLookup: Cmdlets = {
  "Get-DistributionGroup": ["Filter", "RecipientTypeDetails", "ResultSize"],
  "Get-Recipient": ["Filter", "RecipientTypeDetails", "ResultSize"],
};

/**
 * Every group with this account as a direct member: distribution groups, mail-enabled security groups and room lists,
 * whatever masters them. Two cmdlets are asked, as an empty answer of one shows nothing; what only one of them shows
 * counts.
 */
export function groupsWithMember(account: Account): ExchangeQuery<Group[]> {
  const parameters = {
    Filter: equals("Members", account.DistinguishedName),
    RecipientTypeDetails: [...groupTypes],
    ResultSize: "Unlimited",
  };
  return async ({ exchange }) => {
    const found = new Map<string, Group>();
    for (const cmdlet of ["Get-DistributionGroup", "Get-Recipient"])
      for await (const { rows } of exchange.pages({ cmdlet, parameters, select: groupProperties }))
        for (const group of rows.map(groupOf)) found.set(group.Guid.toLowerCase(), group);
    return [...found.values()];
  };
}

/** The cloud groups whose `property` is `value`, in one list. */
export function cloudGroupsWhere(property: string, value: string): ExchangeQuery<Group[]> {
  const listed = listedGroups({ property, value }, []);
  return async ({ exchange }) => {
    const found: Group[] = [];
    for await (const group of listed({ exchange })) if (found.push(group) > maxNamed) break;
    return found;
  };
}

function listedGroups(
  where: GroupCondition | undefined,
  alsoRead: readonly string[],
): ExchangeStream<Group> {
  const filter = allOf(mastered, ...(where ? [equals(where.property, where.value)] : []));
  const select = [
    ...new Set([...groupProperties, ...(where ? [where.property] : []), ...alsoRead]),
  ];
  return async function* ({ exchange }) {
    for await (const { rows } of exchange.pages({
      cmdlet: "Get-DistributionGroup",
      parameters: {
        Filter: filter,
        RecipientTypeDetails: [...groupTypes],
        ResultSize: "Unlimited",
      },
      select,
    })) {
      for (const group of rows.map(groupOf)) {
        assertOfType(group);
        if (!isSynced(group) && (!where || meets(group, where))) yield group;
      }
    }
  };
}

function meets(group: Group, { property, value }: GroupCondition): boolean {
  return matchesExactly(group, property, value, `group ${nameOf(group)}`);
}

function assertOfType(group: Group): void {
  if (groupTypes.includes(group.RecipientTypeDetails)) return;
  throw new Fault({
    kind: "unexpected",
    message:
      `Exchange Online listed group ${nameOf(group)} with the type "${group.RecipientTypeDetails}"; ` +
      `it was asked for ${groupTypes.join(", ")}.`,
  });
}
