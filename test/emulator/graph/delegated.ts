/**
 * What an application that acts for a user may do beyond its scopes: only what the user may do. Everyone who is a
 * member may read; who may write depends on the directory role (documented on the pages of the roles).
 */
import type { Grant } from "../entra/login.ts";
import type { Operation } from "./operations.ts";

const everything = ["Global Administrator"];
const users = [...everything, "User Administrator", "Directory Writers"];
const userAdministrators = [
  ...everything,
  ...["User Administrator", "Privileged Authentication Administrator"],
];
const groups = [
  ...everything,
  ...["User Administrator", "Groups Administrator", "Directory Writers"],
];
const licences = [...users, "License Administrator"];
/** Authentication methods of other users. */
const methods = [
  ...everything,
  ...["Authentication Administrator", "Privileged Authentication Administrator"],
];

/** The first that fits an operation that writes. Owners of a group, who may change it as well, are left out. */
const writers: readonly (readonly [pattern: RegExp, roles: readonly string[]])[] = [
  [/\/authentication\//, methods],
  [/\/assignLicense$/, licences],
  [/^DELETE \/users\/\{user\}$|\/revokeSignInSessions$|\/deletedItems\//, userAdministrators],
  [/ \/users\b/, users],
  [/ \/groups\b/, groups],
];

/** These change nothing, whatever their method is. */
const reads = /^GET |\/(checkMemberGroups|getMemberGroups|\$batch)$/;

export function mayForUser(operation: Operation, { user, directoryRoles }: Grant): boolean {
  if (!user || reads.test(operation)) return true;
  const roles = writers.find(([pattern]) => pattern.test(operation))?.[1] ?? everything;
  return directoryRoles.some((role) => roles.includes(role));
}
