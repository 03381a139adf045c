/** What carries out each operation. A `$batch` is taken apart before. */
import { deleteLink, deleteLinkedObject, listLinks, postLink } from "./groupMembers.ts";
import {
  countGroups,
  createGroup,
  deleteGroup,
  getGroup,
  getGroupByUniqueName,
  listGroups,
  patchGroup,
  upsertGroup,
} from "./groups.ts";
import { listOwners, listRoleMembers } from "./applications.ts";
import type { Handler } from "./call.ts";
import { destroyDeleted, getDeleted, listDeleted, restoreDeleted } from "./deletedItems.ts";
import { assignLicence, listSkus } from "./licences.ts";
import { checkMemberGroups, getMemberGroups, memberOf, transitiveMemberOf } from "./memberships.ts";
import type { Operation } from "./operations.ts";
import { getOrganization } from "./organization.ts";
import {
  countUsers,
  createUser,
  deleteManager,
  deleteUser,
  getManager,
  getUser,
  listUsers,
  patchUser,
  putManager,
  revokeSessions,
} from "./users.ts";

export const handlers: Readonly<Record<Exclude<Operation, "POST /$batch">, Handler>> = {
  "GET /users": listUsers,
  "GET /users/$count": countUsers,
  "POST /users": createUser,
  "GET /users/{user}": getUser,
  "PATCH /users/{user}": patchUser,
  "DELETE /users/{user}": deleteUser,
  "GET /users/{user}/manager": getManager,
  "PUT /users/{user}/manager/$ref": putManager,
  "DELETE /users/{user}/manager/$ref": deleteManager,
  "POST /users/{user}/revokeSignInSessions": revokeSessions,
  "GET /users/{user}/memberOf": memberOf,
  "GET /users/{user}/memberOf/{type}": memberOf,
  "GET /users/{user}/transitiveMemberOf": transitiveMemberOf,
  "GET /users/{user}/transitiveMemberOf/{type}": transitiveMemberOf,
  "POST /users/{user}/checkMemberGroups": checkMemberGroups,
  "POST /users/{user}/getMemberGroups": getMemberGroups,
  "POST /users/{user}/assignLicense": assignLicence,
  "GET /subscribedSkus": listSkus,
  "GET /groups": listGroups,
  "GET /groups/$count": countGroups,
  "POST /groups": createGroup,
  "GET /groups(uniqueName='{uniqueName}')": getGroupByUniqueName,
  "PATCH /groups(uniqueName='{uniqueName}')": upsertGroup,
  "GET /groups/{group}": getGroup,
  "PATCH /groups/{group}": patchGroup,
  "DELETE /groups/{group}": deleteGroup,
  "GET /groups/{group}/members": (call) => listLinks(call, "members"),
  "GET /groups/{group}/members/{type}": (call) => listLinks(call, "members"),
  "POST /groups/{group}/members/$ref": (call) => postLink(call, "members"),
  "POST /groups/{group}/members/{member}/$ref": (call) => postLink(call, "members"),
  "DELETE /groups/{group}/members/{member}/$ref": (call) => deleteLink(call, "members"),
  "DELETE /groups/{group}/members/{member}": (call) =>
    deleteLinkedObject(call, "members", deleteUser),
  "GET /groups/{group}/owners": (call) => listLinks(call, "owners"),
  "GET /groups/{group}/owners/{type}": (call) => listLinks(call, "owners"),
  "POST /groups/{group}/owners/$ref": (call) => postLink(call, "owners"),
  "DELETE /groups/{group}/owners/{owner}/$ref": (call) => deleteLink(call, "owners"),
  "DELETE /groups/{group}/owners/{owner}": (call) => deleteLinkedObject(call, "owners", deleteUser),
  "GET /directory/deletedItems/{type}": listDeleted,
  "GET /directory/deletedItems/{item}": getDeleted,
  "POST /directory/deletedItems/{item}/restore": restoreDeleted,
  "DELETE /directory/deletedItems/{item}": destroyDeleted,
  "GET /applications(appId='{app}')/owners": (call) => listOwners(call, "application"),
  "GET /servicePrincipals(appId='{app}')/owners": (call) => listOwners(call, "servicePrincipal"),
  "GET /directoryRoles(roleTemplateId='{role}')/members": listRoleMembers,
  "GET /organization": getOrganization,
};
