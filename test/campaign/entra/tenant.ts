/** A small tenant seen through Exchange and Graph, and what it has of one person. */
import { createEmulator, type Emulator } from "../../emulator/emulator.ts";
import { manyMailboxes } from "../../emulator/seed.ts";
import type { State } from "../../emulator/state.ts";

export const epoch = Date.UTC(2026, 10, 28, 12);

/** The person without an account, and the colleagues with a mailbox. */
export const person = {
  employeeId: "7001",
  displayName: "Nora New",
  userPrincipalName: "nora.new@contoso.com",
};
export const password = "CaNaRy-Pass-word-7001";

/** A security group that the person is granted; a colleague is a member and an owner. */
export const groupId = "00000000-0000-4000-8000-0000000007a0";

export const missingId = "00000000-0000-4000-8000-00000000dead";

export interface Tenant {
  emulator: Emulator;
  /** The object IDs of the colleagues. */
  colleagues: string[];
}

/** `hasAccount`: the first colleague is the person. */
export function openTenant(hasAccount: boolean, lagMs: number, now: () => number): Tenant {
  const state = manyMailboxes(3);
  state.behaviour.createLagMs = lagMs;
  state.behaviour.graphMemberLagMs = lagMs;
  const colleagues = state.objects.map((object) => String(object["ExternalDirectoryObjectId"]));
  const [first = "", , last = ""] = colleagues;
  state.entra = {
    users: hasAccount ? { [first]: { employeeId: person.employeeId } } : {},
    groups: {
      [groupId]: { displayName: "Nurses", mailNickname: "nurses", members: [last], owners: [last] },
    },
  };
  const emulator = createEmulator({ state, clock: () => epoch + now() });
  return { emulator, colleagues };
}

/** One user as the tenant has it. */
export interface Seen {
  id: string;
  isEnabled: boolean;
  isDeleted: boolean;
  isHidden: boolean;
  isMember: boolean;
  isOwner: boolean;
  jobTitle: string;
}

/** Every user, deleted ones too, who has the employee ID. */
export function usersOf(state: Readonly<State>, employeeId: string): Seen[] {
  const records = state.entra?.users ?? {};
  return Object.entries(records)
    .filter(([, record]) => record["employeeId"] === employeeId)
    .map(([id, record]) => {
      const object = state.objects.find((one) => one["ExternalDirectoryObjectId"] === id);
      const jobTitle = record["jobTitle"] ?? object?.["Title"] ?? "";
      return {
        id,
        isEnabled: object?.["AccountDisabled"] !== true && record["accountEnabled"] !== false,
        isDeleted:
          object?.["IsSoftDeletedByRemove"] === true || record["deletedDateTime"] !== undefined,
        isHidden: object?.["HiddenFromAddressListsEnabled"] === true,
        isMember: linked(state, "members").includes(id),
        isOwner: linked(state, "owners").includes(id),
        jobTitle: typeof jobTitle === "string" ? jobTitle : "",
      };
    });
}

/** Everything that is not the person's: no event may change it. */
export function bystandersOf(state: Readonly<State>, ids: readonly string[]): string {
  const others = state.objects.filter(
    (one) => !ids.includes(String(one["ExternalDirectoryObjectId"])),
  );
  const records = Object.entries(state.entra?.users ?? {}).filter(([id]) => !ids.includes(id));
  const links = (["members", "owners"] as const).map((relation) =>
    linked(state, relation).filter((id) => !ids.includes(id)),
  );
  return JSON.stringify([others, records, links]);
}

function linked({ entra }: Readonly<State>, relation: "members" | "owners"): string[] {
  const ids = entra?.groups?.[groupId]?.[relation];
  return Array.isArray(ids) ? ids.map(String) : [];
}

/** The keys of the groups that resources created. */
export function createdGroupsOf({ entra }: Readonly<State>): string[] {
  return Object.values(entra?.groups ?? {}).flatMap(({ uniqueName, displayName }) =>
    typeof uniqueName === "string" || displayName === "dg_Ward" ? [String(uniqueName)] : [],
  );
}
