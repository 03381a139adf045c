/**
 * The requests of Microsoft Graph that this emulator carries out, and the application roles that each needs: one of
 * those listed, or all that are joined by `+`. The least one of each is documented, the others are documented or, for
 * `$ref` (which the machine-readable list of permissions lacks), those of the pages.
 */

const readUsers = [
  "User.Read.All",
  "User.ReadWrite.All",
  "Directory.Read.All",
  "Directory.ReadWrite.All",
];
const writeUsers = ["User.ReadWrite.All", "Directory.ReadWrite.All"];
const readGroups = [
  ...["GroupMember.Read.All", "GroupMember.ReadWrite.All", "Group.Read.All", "Group.ReadWrite.All"],
  ...["Directory.Read.All", "Directory.ReadWrite.All"],
];
const writeGroups = ["Group.ReadWrite.All", "Directory.ReadWrite.All"];
const writeMembers = ["GroupMember.ReadWrite.All", ...writeGroups];
const deleteUsers = ["User.DeleteRestore.All", "User.ReadWrite.All"];
/** Documented: Group.ReadWrite.All is not among them. */
const readMemberOf = [
  ...["Directory.Read.All", "Directory.ReadWrite.All", "Group.Read.All", "GroupMember.Read.All"],
];
const readTransitive = ["User.Read.All", "User.ReadWrite.All", ...readMemberOf];
const readSkus = [
  ...["LicenseAssignment.Read.All", "LicenseAssignment.ReadWrite.All", "Organization.Read.All"],
  ...["Directory.Read.All", "Organization.ReadWrite.All", "Directory.ReadWrite.All"],
];
/** By kind of authentication method: a permission of its own, or the one for all of them (documented). */
const readMethods = (kind: string): string[] => [
  ...[`UserAuthMethod-${kind}.Read.All`, `UserAuthMethod-${kind}.ReadWrite.All`],
  ...["UserAuthenticationMethod.Read.All", "UserAuthenticationMethod.ReadWrite.All"],
];
const writeMethods = (kind: string): string[] => [
  ...[`UserAuthMethod-${kind}.ReadWrite.All`, "UserAuthenticationMethod.ReadWrite.All"],
];
/** `Application.ReadWrite.OwnedBy`, which suffices for an application's own registration, is left out. */
const readApplications = [
  ...["Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All"],
  "Directory.ReadWrite.All",
];
const readRoles = [
  ...["RoleManagement.Read.Directory", "Directory.Read.All"],
  ...["RoleManagement.ReadWrite.Directory", "Directory.ReadWrite.All"],
];
/** The handler decides: it depends on the properties, or on the kind of the object. */
const decidedLater: readonly string[] = [];

const gates = {
  "GET /users": readUsers,
  "GET /users/$count": readUsers,
  "POST /users": writeUsers,
  "GET /users/{user}": readUsers,
  "PATCH /users/{user}": decidedLater,
  "DELETE /users/{user}": deleteUsers,
  "GET /users/{user}/manager": readUsers,
  "PUT /users/{user}/manager/$ref": writeUsers,
  "DELETE /users/{user}/manager/$ref": writeUsers,
  "POST /users/{user}/revokeSignInSessions": ["User.RevokeSessions.All", ...writeUsers],
  "GET /users/{user}/memberOf": readMemberOf,
  "GET /users/{user}/memberOf/{type}": readMemberOf,
  "GET /users/{user}/transitiveMemberOf": readTransitive,
  "GET /users/{user}/transitiveMemberOf/{type}": readTransitive,
  "POST /users/{user}/checkMemberGroups": readTransitive,
  "POST /users/{user}/getMemberGroups": readTransitive,
  "POST /users/{user}/assignLicense": ["LicenseAssignment.ReadWrite.All", ...writeUsers],
  "GET /users/{user}/authentication/phoneMethods": readMethods("Phone"),
  "POST /users/{user}/authentication/phoneMethods": writeMethods("Phone"),
  "GET /users/{user}/authentication/phoneMethods/{method}": readMethods("Phone"),
  "PATCH /users/{user}/authentication/phoneMethods/{method}": writeMethods("Phone"),
  "DELETE /users/{user}/authentication/phoneMethods/{method}": writeMethods("Phone"),
  "GET /users/{user}/authentication/emailMethods": readMethods("Email"),
  "POST /users/{user}/authentication/emailMethods": writeMethods("Email"),
  "GET /users/{user}/authentication/emailMethods/{method}": readMethods("Email"),
  "PATCH /users/{user}/authentication/emailMethods/{method}": writeMethods("Email"),
  "DELETE /users/{user}/authentication/emailMethods/{method}": writeMethods("Email"),
  "GET /users/{user}/authentication/temporaryAccessPassMethods": readMethods("TAP"),
  "POST /users/{user}/authentication/temporaryAccessPassMethods": writeMethods("TAP"),
  "GET /users/{user}/authentication/temporaryAccessPassMethods/{method}": readMethods("TAP"),
  "DELETE /users/{user}/authentication/temporaryAccessPassMethods/{method}": writeMethods("TAP"),
  "GET /subscribedSkus": readSkus,
  "GET /groups": readGroups,
  "GET /groups/$count": readGroups,
  "POST /groups": ["Group.Create", ...writeGroups],
  "GET /groups(uniqueName='{uniqueName}')": readGroups,
  "PATCH /groups(uniqueName='{uniqueName}')": writeGroups,
  "GET /groups/{group}": readGroups,
  "PATCH /groups/{group}": writeGroups,
  "DELETE /groups/{group}": ["Group.ReadWrite.All"],
  "GET /groups/{group}/members": readGroups,
  "GET /groups/{group}/members/{type}": readGroups,
  "POST /groups/{group}/members/$ref": writeMembers,
  "POST /groups/{group}/members/{member}/$ref": writeMembers,
  "DELETE /groups/{group}/members/{member}/$ref": writeMembers,
  "DELETE /groups/{group}/members/{member}": decidedLater,
  "GET /groups/{group}/owners": readGroups,
  "GET /groups/{group}/owners/{type}": readGroups,
  "POST /groups/{group}/owners/$ref": writeGroups,
  "DELETE /groups/{group}/owners/{owner}/$ref": writeGroups,
  "DELETE /groups/{group}/owners/{owner}": decidedLater,
  "GET /directory/deletedItems/{type}": decidedLater,
  "GET /directory/deletedItems/{item}": decidedLater,
  "POST /directory/deletedItems/{item}/restore": decidedLater,
  "DELETE /directory/deletedItems/{item}": decidedLater,
  "GET /applications(appId='{app}')/owners": readApplications,
  "GET /servicePrincipals(appId='{app}')/owners": readApplications,
  "GET /directoryRoles(roleTemplateId='{role}')/members": readRoles,
  "GET /organization": [
    ...["Organization.Read.All", "Directory.Read.All", "Organization.ReadWrite.All"],
    "Directory.ReadWrite.All",
  ],
  "POST /$batch": decidedLater,
} as const satisfies Record<string, readonly string[]>;

export type Operation = keyof typeof gates;
export const operations = Object.keys(gates) as Operation[];

/** The roles that an operation needs, or nothing when its handler decides. */
export const rolesFor = (operation: Operation): readonly string[] => gates[operation];

/** Of the parts of a user that a PATCH changes; everything else needs what `profile` lists. */
export const changeRoles = {
  profile: ["User.ReadUpdate.All", ...writeUsers],
  accountEnabled: ["User.EnableDisableAccount.All+User.Read.All", ...writeUsers],
  businessPhones: ["User-Phone.ReadWrite.All", ...writeUsers],
  mobilePhone: ["User-Phone.ReadWrite.All", ...writeUsers],
  otherMails: ["User-Mail.ReadWrite.All", ...writeUsers],
  employeeLeaveDateTime: ["User-LifeCycleInfo.ReadWrite.All+User.Read.All"],
} as const satisfies Record<string, readonly string[]>;

/** By kind of a deleted object. */
export const deletedItemRoles = {
  user: { read: readUsers, write: deleteUsers },
  group: { read: readGroups, write: ["Group.ReadWrite.All"] },
} as const;

/**
 * Whether these roles of an application, or scopes of a user, are enough. Scopes have the names of the roles, and
 * `Directory.AccessAsUser.All` gives an application every right of its user in the directory (documented). The tables
 * of the authentication methods do not list it.
 */
export const holdsOneOf = (held: readonly string[], alternatives: readonly string[]): boolean =>
  (held.includes("Directory.AccessAsUser.All") && !alternatives.some(isOfMethods)) ||
  alternatives.some((all) => all.split("+").every((role) => held.includes(role)));

const isOfMethods = (role: string): boolean => role.startsWith("UserAuth");

interface Template {
  operation: Operation;
  method: string;
  pattern: RegExp;
  placeholders: string[];
}

const templates: readonly Template[] = operations
  .map((operation): Template => {
    const [method = "", path = ""] = operation.split(" ");
    const placeholders = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
    const source = path
      .replace(/[$()]/g, "\\$&")
      .replaceAll("{type}", "((?:microsoft\\.)?graph\\.\\w+)")
      .replace(/\{\w+\}/g, "(?!delta(?:/|$))([^/$][^/]*)");
    return { operation, method, pattern: new RegExp(`^${source}$`, "i"), placeholders };
  })
  // A name before a placeholder: `/users/$count` is not the user `$count`, and a type is not an id.
  .sort((one, other) => weight(one.operation) - weight(other.operation));

function weight(operation: string): number {
  return (operation.match(/\{(?!type)/g) ?? []).length;
}

export interface Matched {
  operation: Operation;
  /** By placeholder, decoded. */
  parameters: Record<string, string>;
}

/** HelloID's connector for Entra ID has two slashes before the version (observed). */
const root = /^\/{1,2}v1\.0(?=\/)/i;

/** What a request asks for; undefined for everything that this emulator does not do. */
export function matchedBy(method: string, pathname: string): Matched | undefined {
  if (!root.test(pathname)) return undefined;
  const path = pathname.replace(root, "").replace(/%24/g, "$").replace(/\/$/, "");
  const plain = path
    // The documentation of upserts has a slash before the key.
    .replace(/^\/groups\/?\(uniqueName=(?:'|%27)(.+)(?:'|%27)\)$/i, "/groups(uniqueName='$1')")
    // The other spelling of a key.
    .replace(/^\/(users|groups)\((?:'|%27)(.+?)(?:'|%27)\)/i, "/$1/$2");
  for (const { operation, method: own, pattern, placeholders } of templates) {
    const values = own === method ? pattern.exec(plain) : null;
    if (!values) continue;
    const decoded = placeholders.map((name, index) => {
      const value = decode(values[index + 1] ?? "");
      // The alias of the namespace (documented in the metadata), as Microsoft's SDK for .NET sends it.
      return [name, name === "type" ? value.replace(/^graph\./i, "microsoft.graph.") : value];
    });
    return { operation, parameters: Object.fromEntries(decoded) as Record<string, string> };
  }
  return undefined;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
