/** Who may act on users who hold a directory role, and on groups that carry one (documented). */
import { denied } from "./errors.ts";
import type { Call } from "./call.ts";
import type { Directory, Entity } from "./directory.ts";
import { textsOf } from "./json.ts";

/** These may act on everyone. */
const highest = ["Global Administrator", "Privileged Authentication Administrator"];

/** Roles of users on whom a User Administrator may act. Guest Inviter and a few others have no template here. */
const lower = [
  ...["Directory Readers", "Groups Administrator", "Helpdesk Administrator"],
  ...["Password Administrator", "User Administrator"],
];

export const rolesOf = (user: Entity, directory: Directory): string[] =>
  textsOf(directory.record(user)["directoryRoles"]);

/** Members and owners of role-assignable groups count as privileged, also without any role (documented). */
function isInRoleGroup(user: Entity, directory: Directory): boolean {
  return directory
    .entities("group")
    .filter((group) => directory.value(group, "isAssignableToRole") === true)
    .some((group) =>
      (["members", "owners"] as const).some((relation) =>
        directory.linked(group, relation).includes(user.id),
      ),
    );
}

/**
 * Refuses a sensitive action on a user who holds a role, unless the application holds one that is high enough. For a
 * user without a role the permission suffices.
 */
export function requirePowerOver(user: Entity, { grant, directory }: Call): void {
  if (grant.directoryRoles.some((role) => highest.includes(role))) return;
  const roles = rolesOf(user, directory);
  const isPrivileged = isInRoleGroup(user, directory);
  if (roles.length === 0 && !isPrivileged) return;
  const isLower = roles.every((role) => lower.includes(role)) && !isPrivileged;
  if (isLower && grant.directoryRoles.includes("User Administrator")) return;
  throw denied();
}

/** Roles of users on whose methods an Authentication Administrator may act (documented). Others are not emulated. */
const belowMethods = [
  "Authentication Administrator",
  "Directory Readers",
  "Password Administrator",
];

type Acting = Pick<Call["grant"], "user" | "directoryRoles">;

/** Whether someone who acts for a user sees and changes the authentication methods of everyone (documented). */
export const isHighest = ({ user, directoryRoles }: Acting): boolean =>
  !user || directoryRoles.some((role) => highest.includes(role));

/**
 * Refuses the change of a method of a user who holds a role. Documented for those who act for a user. That an
 * application needs only its permission is assumed: no page names a role for it.
 */
export function requirePowerOverMethods(
  user: Entity,
  { grant, directory }: { grant: Acting; directory: Directory },
): void {
  if (isHighest(grant)) return;
  const isLower = rolesOf(user, directory).every((role) => belowMethods.includes(role));
  if (!isLower || isInRoleGroup(user, directory)) throw denied();
}
