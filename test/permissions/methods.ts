/** What the tests of authentication methods share: the actions, the tenant and its users. */
import grantAction from "../../permissions/authenticationMethods/grantPermission.ts";
import importAction from "../../permissions/authenticationMethods/importPermission.ts";
import listAction from "../../permissions/authenticationMethods/permissions.ts";
import revokeAction from "../../permissions/authenticationMethods/revokePermission.ts";
import { runnerOf } from "../bench.ts";
import type { Values } from "../emulator/graph/json.ts";
import type { State } from "../emulator/state.ts";
import type { PermissionChoices } from "../events.ts";
import {
  grantPermissionAnswer,
  importPermissionAnswer,
  permissionsAnswer,
  revokePermissionAnswer,
} from "../generated/answers.ts";
import { ids, type EntraBench } from "../lifecycle/entra/entraBench.ts";

const set = "permissions/authenticationMethods";
export const list = runnerOf(`${set}/permissions`, listAction, permissionsAnswer);
export const grant = runnerOf(`${set}/grantPermission`, grantAction, grantPermissionAnswer);
export const revoke = runnerOf(`${set}/revokePermission`, revokeAction, revokePermissionAnswer);
export const holders = runnerOf(`${set}/importPermission`, importAction, importPermissionAnswer);

export const references = {
  mobile: { Reference: "3179e48a-750b-4051-897c-87b9720928f7", Type: "mobile" },
  alternateMobile: { Reference: "b6332ec1-7057-4abe-9331-3d72feddfe41", Type: "alternateMobile" },
  office: { Reference: "e37fc753-ff3b-4958-9484-eaa9425c82bc", Type: "office" },
  email: { Reference: "3ddfcfc8-9383-446f-83cc-3ab9be4be18f" },
  pass: { Type: "temporaryAccessPass" },
} as const;

export const leastRoles = [
  ...["User.Read.All", "UserAuthMethod-Phone.ReadWrite.All", "UserAuthMethod-Email.ReadWrite.All"],
  "UserAuthMethod-TAP.ReadWrite.All",
];

/** The person of the tests: numbers as people write them. */
export const person = {
  Contact: {
    Personal: { Phone: { Mobile: "06-12 34 56 78" }, Email: "anna@example.com" },
    Business: { Phone: { Mobile: "0031 6 87654321", Fixed: "+31 (0)20 123 4567" } },
  },
};

export const mobile = { phoneType: "mobile", phoneNumber: "+31 612345678" };
export const other = { phoneType: "mobile", phoneNumber: "+31 600000009" };
export const alternate = { phoneType: "alternateMobile", phoneNumber: "+31 687654321" };
export const office = { phoneType: "office", phoneNumber: "+31 201234567" };
export const email = { emailAddress: "anna@example.com" };
export const pass = {
  temporaryAccessPass: "old+Pass1",
  id: "e47ad000-0000-4000-8000-00000000a001",
  createdDateTime: "2026-06-01T08:00:00Z",
  startDateTime: "2026-06-01T08:00:00Z",
  lifetimeInMinutes: 43_200,
  isUsableOnce: true,
};

/** The tenant with the least permissions, in which Anna has these methods. */
export function freshMethods(
  bench: EntraBench,
  methods: Values[] = [],
  change: (state: State) => void = () => undefined,
): void {
  bench.fresh((state) => {
    for (const app of state.apps) app.graphRoles = [...leastRoles];
    const users = ((state.entra ??= {}).users ??= {});
    users[ids.anna] = { ...users[ids.anna], authenticationMethods: methods };
    change(state);
  });
}

/** What the tenant keeps of a user's methods. */
export function methodsOf(bench: EntraBench, user = ids.anna): Values[] {
  return (bench.user(user)?.["authenticationMethods"] ?? []) as Values[];
}

export function methodEvent(bench: EntraBench, choices: PermissionChoices = {}): unknown {
  return bench.permissionEvent({
    account: ids.anna,
    permission: references.mobile,
    person,
    ...choices,
  });
}
