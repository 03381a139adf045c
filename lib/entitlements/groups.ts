import { membersOf, securityGroup, type cloudGroups, type Group } from "../exchange/group.ts";
import type { Permission, ReadingInput } from "../host/permissionActions.ts";
import type { ExchangeTarget } from "../exchange/target.ts";
import { ImportFailures } from "./importFailures.ts";

/**
 * What the actions of this set agree on: how a group is named and referred to. Existing installations hold these
 * references and names.
 */
export function groupPermission(group: Group): Permission {
  const kind =
    group.RecipientTypeDetails === securityGroup
      ? "Mail-enabled Security Group"
      : "Distribution Group";
  return { identification: { Id: group.Guid }, name: `${kind} - ${group.DisplayName}` };
}

/** The one permission whose parts are groups. */
export const dynamicGroups: Permission = {
  identification: { Reference: "dg" },
  name: "Permission - Distribution Group",
};

/** A part of it. Its reference is the same as that of the group granted by itself. */
export function groupPart(group: Group): { key: string; name: string; reference: { Id: string } } {
  return { key: group.Guid.toLowerCase(), name: group.DisplayName, reference: { Id: group.Guid } };
}

/**
 * Groups with those of their direct members that are persons' mailboxes, in parts as they arrive. Throws at the end
 * when a group could not be read.
 */
export async function* membersThatAreAccounts(
  groups: ReturnType<typeof cloudGroups>,
  {
    configuration,
    stream,
    log,
  }: Pick<ReadingInput<ExchangeTarget, "RecipientTypeDetails">, "configuration" | "stream" | "log">,
): AsyncGenerator<{ group: Group; accountReferences: string[] }, void, undefined> {
  const types: readonly string[] = configuration.RecipientTypeDetails ?? [];
  const failures = new ImportFailures("group", "groups");
  let others = 0;
  for await (const piece of stream(membersOf(groups))) {
    if ("fault" in piece) {
      failures.add(piece.group, piece.fault);
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
      `Left out: ${others} members that are no person's mailbox (of another type than ` +
        `${types.join(", ")}), such as contacts, guests and groups.`,
    );
  failures.throwIfAny();
}
