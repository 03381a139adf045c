import {
  grantPermissionAnswer,
  importPermissionAnswer,
  importSubPermissionsAnswer,
  permissionsAnswer,
  revokePermissionAnswer,
  subPermissionsAnswer,
} from "../generated/answers.ts";
import groupsGrant from "../../permissions/groups/grantPermission.ts";
import groupsImport from "../../permissions/groups/importPermission.ts";
import groupsImportParts from "../../permissions/groups/importSubPermissions.ts";
import groupsList from "../../permissions/groups/permissions.ts";
import groupsRevoke from "../../permissions/groups/revokePermission.ts";
import groupsParts from "../../permissions/groups/subPermissions.ts";
import mailboxesGrant from "../../permissions/sharedMailboxes/grantPermission.ts";
import mailboxesImport from "../../permissions/sharedMailboxes/importPermission.ts";
import mailboxesImportParts from "../../permissions/sharedMailboxes/importSubPermissions.ts";
import mailboxesList from "../../permissions/sharedMailboxes/permissions.ts";
import mailboxesRevoke from "../../permissions/sharedMailboxes/revokePermission.ts";
import mailboxesParts from "../../permissions/sharedMailboxes/subPermissions.ts";
import { runnerOf, type Bench } from "../bench.ts";
import { seedState } from "../emulator/seed.ts";
import type { Behaviour, DirectoryObject, State } from "../emulator/state.ts";

/** The actions of a set, each with both ways to run it. */
export const sets = {
  groups: {
    list: runnerOf("permissions/groups/permissions", groupsList, permissionsAnswer),
    grant: runnerOf("permissions/groups/grantPermission", groupsGrant, grantPermissionAnswer),
    revoke: runnerOf("permissions/groups/revokePermission", groupsRevoke, revokePermissionAnswer),
    parts: runnerOf("permissions/groups/subPermissions", groupsParts, subPermissionsAnswer),
    holders: runnerOf("permissions/groups/importPermission", groupsImport, importPermissionAnswer),
    partHolders: runnerOf(
      "permissions/groups/importSubPermissions",
      groupsImportParts,
      importSubPermissionsAnswer,
    ),
  },
  sharedMailboxes: {
    list: runnerOf("permissions/sharedMailboxes/permissions", mailboxesList, permissionsAnswer),
    grant: runnerOf(
      "permissions/sharedMailboxes/grantPermission",
      mailboxesGrant,
      grantPermissionAnswer,
    ),
    revoke: runnerOf(
      "permissions/sharedMailboxes/revokePermission",
      mailboxesRevoke,
      revokePermissionAnswer,
    ),
    parts: runnerOf(
      "permissions/sharedMailboxes/subPermissions",
      mailboxesParts,
      subPermissionsAnswer,
    ),
    holders: runnerOf(
      "permissions/sharedMailboxes/importPermission",
      mailboxesImport,
      importPermissionAnswer,
    ),
    partHolders: runnerOf(
      "permissions/sharedMailboxes/importSubPermissions",
      mailboxesImportParts,
      importSubPermissionsAnswer,
    ),
  },
};

/** A part of the configuration in which a combined entitlement gives every right. */
export const everyRight = { SharedMailboxRights: "FullAccess, SendAs, SendOnBehalf" };

/** The seeded tenant with other switches and a change to it, and nothing seen yet. */
export function prepare(
  { emulator }: Bench,
  behaviour: Partial<Behaviour> = {},
  change?: (state: State, named: (name: string) => DirectoryObject) => void,
): void {
  const state = seedState();
  Object.assign(state.behaviour, behaviour);
  change?.(state, (name) => {
    const found = state.objects.find(({ Name }) => Name === name);
    if (!found) throw new Error(`the seeded tenant has nothing of the name ${name}`);
    return found;
  });
  emulator.replaceState(state);
  emulator.setFaults([]);
  emulator.clearJournal();
}

/**
 * Everything that anyone was granted in the tenant, as it is stored and not as it is shown:
 * `FullAccess on Info: Chris Bakker`.
 */
export function held({ emulator }: Bench): Set<string> {
  const { objects, mailboxPermissions = [], recipientPermissions = [] } = emulator.state();
  const names = new Map(objects.map(({ Guid, Name }) => [Guid, String(Name)]));
  const named = (guid: string): string => names.get(guid) ?? guid;
  const listed = (object: DirectoryObject, property: string): string[] =>
    (object[property] ?? []) as string[];
  return new Set([
    ...objects.flatMap((object) => [
      ...listed(object, "Members").map(
        (member) => `member of ${String(object["Name"])}: ${named(member)}`,
      ),
      ...listed(object, "GrantSendOnBehalfTo").map(
        (delegate) => `SendOnBehalf on ${String(object["Name"])}: ${named(delegate)}`,
      ),
    ]),
    ...mailboxPermissions.flatMap(({ mailbox, trustee, rights, deny }) =>
      rights.map(
        (right) => `${deny === true ? "no " : ""}${right} on ${named(mailbox)}: ${named(trustee)}`,
      ),
    ),
    ...recipientPermissions.flatMap(({ recipient, trustee, rights }) =>
      rights.map((right) => `${right} on ${named(recipient)}: ${named(trustee)}`),
    ),
  ]);
}

/** What is held now and was not before, and the other way round. */
export function changedSince(
  before: ReadonlySet<string>,
  bench: Bench,
): { more: string[]; less: string[] } {
  const now = held(bench);
  return {
    more: [...now].filter((one) => !before.has(one)).sort(),
    less: [...before].filter((one) => !now.has(one)).sort(),
  };
}

/** Everything in the tenant but who was given what, and when. */
export function otherwise({ emulator }: Bench): unknown {
  const {
    objects,
    mailboxPermissions: _,
    recipientPermissions: __,
    behaviour: ___,
    ...rest
  } = emulator.state();
  return structuredClone({
    ...rest,
    objects: objects.map(
      ({ Members: ____, GrantSendOnBehalfTo: _____, WhenChanged: ______, ...object }) => object,
    ),
  });
}
