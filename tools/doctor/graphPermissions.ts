/** Which permissions of Microsoft Graph the operations of an action need. */
import type { Operations } from "../../lib/step.ts";

/** One of these suffices, the least first; those that are joined by `+` are needed together (documented). */
export type Alternatives = readonly string[];

const readUsers = ["User.Read.All", "User.ReadWrite.All", "Directory.Read.All"];
const writeUsers = ["User.ReadWrite.All"];
const readGroups = [
  ...["GroupMember.Read.All", "GroupMember.ReadWrite.All", "Group.Read.All", "Group.ReadWrite.All"],
  ...["Directory.Read.All", "Directory.ReadWrite.All"],
];
const writeMembers = [
  "GroupMember.ReadWrite.All",
  "Group.ReadWrite.All",
  "Directory.ReadWrite.All",
];
const writeGroups = ["Group.ReadWrite.All", "Directory.ReadWrite.All"];
/** Documented: Group.ReadWrite.All is not among them. */
const readGroupsOfUser = [
  ...["GroupMember.Read.All", "Group.Read.All", "Directory.Read.All", "Directory.ReadWrite.All"],
];
const deleteUsers = ["User.DeleteRestore.All", "User.ReadWrite.All"];
/** By kind of authentication method: a permission of its own, or the one for all of them. */
const readMethods = (kind: string): Alternatives => [
  ...[`UserAuthMethod-${kind}.Read.All`, `UserAuthMethod-${kind}.ReadWrite.All`],
  ...["UserAuthenticationMethod.Read.All", "UserAuthenticationMethod.ReadWrite.All"],
];
const writeMethods = (kind: string): Alternatives => [
  ...[`UserAuthMethod-${kind}.ReadWrite.All`, "UserAuthenticationMethod.ReadWrite.All"],
];
const methodKinds = {
  phoneMethods: "Phone",
  emailMethods: "Email",
  temporaryAccessPassMethods: "TAP",
};
const methods = Object.entries(methodKinds).flatMap(([path, kind]) => {
  const at = `/users/{user}/authentication/${path}`;
  const write = writeMethods(kind);
  return [
    [`GET ${at}`, readMethods(kind)],
    ...["POST", "PATCH", "DELETE"].map((verb) => [`${verb} ${at}`, write] as const),
  ] as const;
});

/** By the beginning of the operation; the first that fits counts. */
export const permissionsByOperation: readonly (readonly [start: string, Alternatives])[] = [
  ["GET /users/{user}/memberOf", readGroupsOfUser],
  ["GET /users/{user}/transitiveMemberOf", readGroupsOfUser],
  ...methods,
  ["GET /users", readUsers],
  ["POST /users/{user}/assignLicense", ["LicenseAssignment.ReadWrite.All", ...writeUsers]],
  ["POST /users/{user}/revokeSignInSessions", ["User.RevokeSessions.All", ...writeUsers]],
  ["POST /users", writeUsers],
  ["PATCH /users/{user}", writeUsers],
  ["PUT /users/{user}/manager/$ref", writeUsers],
  ["DELETE /users/{user}/manager/$ref", writeUsers],
  ["DELETE /users/{user}", deleteUsers],
  ["GET /directory/deletedItems/microsoft.graph.user", readUsers],
  ["POST /directory/deletedItems", deleteUsers],
  ["GET /subscribedSkus", ["LicenseAssignment.Read.All", "LicenseAssignment.ReadWrite.All"]],
  ["GET /groups", readGroups],
  ["POST /groups/{group}/members/$ref", writeMembers],
  ["DELETE /groups/{group}/members/{member}/$ref", writeMembers],
  ["POST /groups/{group}/owners/$ref", writeGroups],
  ["DELETE /groups/{group}/owners/{owner}/$ref", writeGroups],
  ["POST /groups", writeGroups],
  ["PATCH /groups", writeGroups],
];

/** Properties of a user that need more than their operation (documented). */
const propertyPermissions: Readonly<Record<string, Alternatives>> = {
  accountEnabled: ["User.EnableDisableAccount.All"],
};

/**
 * A scope that gives an application every right of its account in the directory (documented). The tables of the
 * authentication methods and of the licences do not list it.
 */
export const asTheUser = "Directory.AccessAsUser.All";

export interface PermissionNeed {
  alternatives: Alternatives;
  /** The first operation that needs it. */
  operation: string;
}

/** The permissions that these operations need, each once; and the operations that the table does not know. */
export function permissionsFor(operations: Operations): {
  needs: PermissionNeed[];
  unknown: string[];
} {
  const needs = new Map<string, PermissionNeed>();
  const unknown: string[] = [];
  const add = (alternatives: Alternatives, operation: string): void => {
    const key = alternatives.join();
    if (!needs.has(key)) needs.set(key, { alternatives, operation });
  };
  for (const [operation, parameters] of Object.entries(operations)) {
    const found = permissionsByOperation.find(([start]) => operation.startsWith(start));
    if (found) add(found[1], operation);
    else unknown.push(operation);
    if (operation === "PATCH /users/{user}")
      for (const parameter of parameters) {
        const alternatives = propertyPermissions[parameter];
        if (alternatives) add(alternatives, `${operation} with ${parameter}`);
      }
  }
  return { needs: [...needs.values()], unknown };
}

/** What is missing: a need of which no alternative is held. */
export function missingFrom(
  needs: readonly PermissionNeed[],
  held: readonly string[],
): PermissionNeed[] {
  const isOfUser = (alternatives: Alternatives): boolean =>
    held.includes(asTheUser) &&
    !alternatives.some((one) => /^(UserAuthMethod-|LicenseAssignment\.)/.test(one));
  return needs.filter(
    ({ alternatives }) =>
      !isOfUser(alternatives) && !alternatives.some((one) => held.includes(one)),
  );
}
