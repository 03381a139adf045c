import { securityGroup, type Group } from "../exchange/group.ts";
import type { GroupCondition } from "../exchange/groupList.ts";
import { membersOfAll } from "../exchange/groupMembers.ts";
import { nameOf } from "../exchange/naming.ts";
import type { Permission, ReadingInput } from "../host/permissionActions.ts";
import type { ExchangeTarget } from "../exchange/target.ts";
import { ImportFailures } from "./importFailures.ts";

/**
 * What the actions of this set share: the names and references of groups. Existing installations have stored these
 * references and names.
 */
export function groupPermission(group: Group): Permission {
  const kind =
    group.RecipientTypeDetails === securityGroup
      ? "Mail-enabled Security Group"
      : "Distribution Group";
  return { identification: { Id: group.Guid }, name: `${kind} - ${group.DisplayName}` };
}

/** The permission whose sub-permissions are groups. */
export const dynamicGroups: Permission = {
  identification: { Reference: "dg" },
  name: "Permission - Distribution Group",
};

/** A group as a sub-permission. Its reference is the same as for a group that is granted separately. */
export function groupPart(group: Group): { key: string; name: string; reference: { Id: string } } {
  return { key: group.Guid.toLowerCase(), name: group.DisplayName, reference: { Id: group.Guid } };
}

/**
 * All groups, or those of the condition, with their direct members that are mailboxes of persons, in parts as they
 * arrive. Throws at the end when a group could not be read.
 */
export async function* membersThatAreAccounts(
  where: GroupCondition | undefined,
  {
    configuration,
    stream,
    log,
  }: Pick<ReadingInput<ExchangeTarget, "RecipientTypeDetails">, "configuration" | "stream" | "log">,
): AsyncGenerator<{ group: Group; accountReferences: string[] }, void, undefined> {
  const types: readonly string[] = configuration.RecipientTypeDetails ?? [];
  const failures = new ImportFailures("group", "groups");
  let others = 0;
  for await (const piece of stream(membersOfAll(where))) {
    if ("fault" in piece) {
      failures.add(nameOf(piece.group), piece.fault);
      continue;
    }
    const accounts = piece.members.filter(
      ({ Guid, RecipientTypeDetails }) => Guid !== "" && types.includes(RecipientTypeDetails),
    );
    others += piece.members.length - accounts.length;
    if (accounts.length > 0)
      yield { group: piece.group, accountReferences: accounts.map(({ Guid }) => Guid) };
  }
  if (others > 0)
    log(
      "information",
      `Not imported: ${others} members that are not mailboxes of persons (not of the types ` +
        `${types.join(", ")}), such as contacts, guests and groups.`,
    );
  failures.throwIfAny();
}
