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

/** A licence with a mailbox that the person is granted, and a group that may assign it as well. */
export const skuId = "05e9a617-0261-4cee-bb44-138d3ef5d965";
export const licensingId = "00000000-0000-4000-8000-0000000007a1";

/** A security group that the person is granted; a colleague is a member. */
export const groupId = "00000000-0000-4000-8000-0000000007a0";

/** What the person is granted for sign-in, and what the first colleague may have registered. */
export const phone = "+31 612345678";
export const ownPhone = "+31 600000009";

export const missingId = "00000000-0000-4000-8000-00000000dead";

export interface Tenant {
  emulator: Emulator;
  /** The object IDs of the colleagues. */
  colleagues: string[];
}

/** How a tenant starts. */
export interface Start {
  /** The first colleague is the person. */
  hasAccount: boolean;
  /** A group assigns the licence to the first colleague. */
  isLicensedByGroup: boolean;
  /** The mailbox of the first colleague is on litigation hold. */
  isHeld: boolean;
  /** The first colleague has registered a phone. */
  hasOwnPhone: boolean;
  lagMs: number;
}

export function openTenant(start: Start, now: () => number): Tenant {
  const { hasAccount, isLicensedByGroup, isHeld, hasOwnPhone, lagMs } = start;
  const state = manyMailboxes(3);
  for (const app of state.apps)
    app.graphRoles = [
      ...(app.graphRoles ?? []),
      ...["UserAuthMethod-Phone.ReadWrite.All", "UserAuthMethod-TAP.ReadWrite.All"],
    ];
  const authenticationMethods = hasOwnPhone ? [{ phoneType: "mobile", phoneNumber: ownPhone }] : [];
  state.behaviour.createLagMs = lagMs;
  state.behaviour.graphMemberLagMs = lagMs;
  const colleagues = state.objects.map((object) => String(object["ExternalDirectoryObjectId"]));
  const [first = "", , last = ""] = colleagues;
  state.entra = {
    users: hasAccount
      ? { [first]: { employeeId: person.employeeId, usageLocation: "NL", authenticationMethods } }
      : {},
    groups: {
      [groupId]: { displayName: "Nurses", mailNickname: "nurses", members: [last], owners: [last] },
      [licensingId]: {
        displayName: "Licensed",
        mailNickname: "licensed",
        members: isLicensedByGroup ? [first] : [],
        assignedLicenses: [{ skuId, disabledPlans: [] }],
      },
    },
    subscribedSkus: [
      {
        skuId,
        skuPartNumber: "ENTERPRISEPACK",
        prepaidUnits: { enabled: 10 },
        servicePlans: [
          {
            servicePlanId: "efb87545-963c-4e0d-99df-69c6916d9eb0",
            servicePlanName: "EXCHANGE_S_ENTERPRISE",
          },
        ],
      },
    ],
  };
  const [mailbox] = state.objects;
  if (isHeld && mailbox) mailbox["LitigationHoldEnabled"] = true;
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
  /** Directly or through a group. */
  isLicensed: boolean;
  hasHeldMailbox: boolean;
  jobTitle: string;
  /** The mobile phone for sign-in; empty for none. */
  phone: string;
  /** The values of the Temporary Access Passes. */
  passes: string[];
}

interface Method {
  phoneType?: string;
  phoneNumber?: string;
  temporaryAccessPass?: string;
}

/** Every user, deleted ones too, who has the employee ID. */
export function usersOf(state: Readonly<State>, employeeId: string): Seen[] {
  const records = state.entra?.users ?? {};
  return Object.entries(records)
    .filter(([, record]) => record["employeeId"] === employeeId)
    .map(([id, record]) => {
      const object = state.objects.find((one) => one["ExternalDirectoryObjectId"] === id);
      const methods = (record["authenticationMethods"] ?? []) as Method[];
      const jobTitle = record["jobTitle"] ?? object?.["Title"] ?? "";
      return {
        id,
        isEnabled: object?.["AccountDisabled"] !== true && record["accountEnabled"] !== false,
        isDeleted:
          object?.["IsSoftDeletedByRemove"] === true || record["deletedDateTime"] !== undefined,
        isHidden: object?.["HiddenFromAddressListsEnabled"] === true,
        isMember: membersIn(state, groupId).includes(id),
        isOwner: membersIn(state, groupId, "owners").includes(id),
        isLicensed:
          JSON.stringify(record["assignedLicenses"] ?? []).includes(skuId) ||
          membersIn(state, licensingId).includes(id),
        hasHeldMailbox:
          object?.["LitigationHoldEnabled"] === true &&
          object["RecipientTypeDetails"] === "UserMailbox",
        jobTitle: typeof jobTitle === "string" ? jobTitle : "",
        phone: methods.find(({ phoneType }) => phoneType === "mobile")?.phoneNumber ?? "",
        passes: methods.flatMap(({ temporaryAccessPass }) => temporaryAccessPass ?? []),
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
    membersIn(state, groupId, relation).filter((id) => !ids.includes(id)),
  );
  return JSON.stringify([others, records, links]);
}

function membersIn(
  { entra }: Readonly<State>,
  group: string,
  relation: "members" | "owners" = "members",
): string[] {
  const members = entra?.groups?.[group]?.[relation];
  return Array.isArray(members) ? members.map(String) : [];
}

/** The keys of the groups that resources created. */
export function createdGroupsOf({ entra }: Readonly<State>): string[] {
  return Object.values(entra?.groups ?? {}).flatMap(({ uniqueName }) =>
    typeof uniqueName === "string" ? [uniqueName] : [],
  );
}
