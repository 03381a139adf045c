/**
 * Calls of Microsoft Graph in a row, which Microsoft's own clients make: what each returns, what its refusal means to
 * this project's client, and what the tenant has after each that writes.
 */
import type { Values } from "../emulator/graph/json.ts";
import { ids } from "../emulator/graph/graphClient.ts";
import type { State } from "../emulator/state.ts";

/** One call, as a client made it. */
export interface Line {
  name: string;
  /** Of a call that is carried out. */
  result?: unknown;
  /** Of a refusal. */
  status?: number;
  code?: string;
  text?: string;
}

/** What each call returns: a value, or the status, the code and a part of the text of a refusal. */
export const expected: Readonly<Record<string, unknown>> = {
  "users: first page": 5,
  "users: iterated": { count: 209, distinct: 209 },
  "users: $count without the header": [
    400,
    "Request_UnsupportedQuery",
    "Operator 'endsWith' is not supported because the required parameters might be",
  ],
  "users: advanced": true,
  "users: created": true,
  "users: created again": [
    400,
    "Request_BadRequest",
    "Another object with the same value for property userPrincipalName already exists.",
  ],
  "users: a weak password": [
    400,
    "Request_BadRequest",
    "The specified password does not comply with password complexity requirements.",
  ],
  "users: another domain": [
    400,
    "Request_BadRequest",
    "The domain portion of the userPrincipalName property is invalid. You must use",
  ],
  "users: without a name": [
    400,
    "Request_BadRequest",
    "Invalid value specified for property 'displayName' of resource 'User'.",
  ],
  "users: by id": { displayName: "Dot Net", employeeId: "9101", accountEnabled: true },
  "users: by name": true,
  "users: by employee ID": 1,
  "users: an unknown id": [
    404,
    "Request_ResourceNotFound",
    "Resource '00000000-0000-4000-8000-00000000dead' does not exist or one of its",
  ],
  "users: an unknown property": [
    400,
    "BadRequest",
    "Invalid filter clause: Could not find a property named 'shoeSize' on type",
  ],
  "users: changed": null,
  "users: as changed": { jobTitle: "Nurse", department: "Care" },
  "users: cleared": null,
  "users: as cleared": null,
  "users: hired on": null,
  "users: as hired": "2026-03-01T00:00:00Z",
  "users: mail of a mailbox": [
    400,
    "Request_BadRequest",
    "Unable to update the specified properties for objects that have originated",
  ],
  "users: read only": [
    400,
    "Request_BadRequest",
    "Property 'proxyAddresses' is read-only and cannot be set.",
  ],
  "users: disabled": null,
  "users: as disabled": false,
  "users: sessions revoked": true,
  "manager: none": [
    404,
    "Request_ResourceNotFound",
    "Resource 'manager' does not exist or one of its queried reference-property",
  ],
  "manager: set": null,
  "manager: as set": true,
  "manager: typed": "User",
  "manager: removed": null,
  "manager: as removed": [
    404,
    "Request_ResourceNotFound",
    "Resource 'manager' does not exist or one of its queried reference-property",
  ],
  "groups: security created": true,
  "groups: without a nickname": [
    400,
    "Request_BadRequest",
    "Invalid value specified for property 'mailNickname' of resource 'Group'.",
  ],
  "groups: a distribution list": [
    400,
    "Request_BadRequest",
    "The service does not currently support writes of mail-enabled groups.",
  ],
  "groups: upserted": true,
  "groups: upserted again": null,
  "groups: by unique name": true,
  "groups: unknown unique name": [
    404,
    "Request_ResourceNotFound",
    "Resource 'dotnet-2' does not exist or one of its queried reference-property",
  ],
  "groups: as created": { groupTypes: ["Unified"], mailEnabled: true, visibility: "Public" },
  "groups: unified alone": 1,
  "groups: hidden by an application": [
    403,
    "Authorization_RequestDenied",
    "Insufficient privileges to complete the operation.",
  ],
  "members: added": null,
  "members: added again": [
    400,
    "Request_BadRequest",
    "One or more added object references already exist for the following modified",
  ],
  "members: listed": ["User"],
  "members: users": 1,
  "members: of": true,
  "members: checked": 1,
  "members: unknown": [
    404,
    "Request_ResourceNotFound",
    "Resource '00000000-0000-4000-8000-00000000dead' does not exist or one of its",
  ],
  "members: removed": null,
  "members: removed again": [
    404,
    "Request_ResourceNotFound",
    "does not exist or one of its queried",
  ],
  "members: the user is there": true,
  "owners: added": null,
  "owners: listed": 1,
  "owners: the last": [
    400,
    "Request_BadRequest",
    "The group must have at least one owner, hence this owner cannot be removed.",
  ],
  "batch: two reads": { user: true, group: true },
  "groups: deleted": null,
  "groups: as deleted": [404, "Request_ResourceNotFound", "does not exist or one of its queried"],
  "users: deleted": null,
  "users: as deleted": true,
  "users: restored": true,
  "users: as restored": true,
};

/** What the refusals mean to this project's client. */
export const meanings: readonly (readonly [name: string, operation: string, kind: string])[] = [
  ["users: created again", "POST /users", "taken"],
  ["users: mail of a mailbox", "PATCH /users/{user}", "invalid"],
  ["manager: none", "GET /users/{user}/manager", "noEntry"],
  ["groups: unknown unique name", "GET /groups(uniqueName='{uniqueName}')", "missing"],
  ["members: added again", "POST /groups/{group}/members/$ref", "alreadySo"],
  ["owners: the last", "DELETE /groups/{group}/owners/{owner}/$ref", "invalid"],
  ["groups: hidden by an application", "PATCH /groups/{group}", "denied"],
];

/** What the calls are about, read past every client. */
export interface Facts {
  /** How many users have the employee ID. */
  users: number;
  user: Record<string, unknown>;
  security: Record<string, unknown>;
  unified: Record<string, unknown>;
}

export function factsOf({ objects, entra: { users = {}, groups = {} } = {} }: State): Facts {
  const found = Object.entries(users).filter(([, { employeeId }]) => employeeId === "9101");
  const [id = "", user = {}] = found[0] ?? [];
  const objectOf = (one: string) =>
    objects.find(({ ExternalDirectoryObjectId }) => ExternalDirectoryObjectId === one) ?? {};
  const object = objectOf(id);
  const idAt = (guid: unknown): unknown =>
    objects.find(({ Guid }) => Guid === guid)?.["ExternalDirectoryObjectId"] ?? null;
  const named = (name: string): [string, Values] | undefined =>
    Object.entries(groups).find(
      ([one, { displayName }]) => displayName === name || objectOf(one)["DisplayName"] === name,
    );
  const textsOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
  const groupOf = (name: string): Record<string, unknown> => {
    const [group, record] = named(name) ?? [];
    if (group === undefined || !record) return {};
    const own = objectOf(group);
    const all = (inExchange: string, relation: string): unknown[] =>
      [...textsOf(own[inExchange]).map(idAt), ...textsOf(record[relation])].map((one) =>
        one === id ? "the user" : one,
      );
    return {
      uniqueName: record["uniqueName"] ?? null,
      members: all("Members", "members"),
      owners: all("ManagedBy", "owners"),
      isDeleted: typeof record["deletedDateTime"] === "string",
    };
  };
  return {
    users: found.length,
    user: {
      userPrincipalName: object["UserPrincipalName"],
      title: object["Title"],
      department: object["Department"],
      isDisabled: object["AccountDisabled"],
      hired: timeOf(user["employeeHireDate"]),
      manager: idAt(object["Manager"]) ?? user["manager"] ?? null,
      hasNoSessions: timeOf(object["StsRefreshTokensValidFrom"]) !== null,
      isDeleted: object["IsSoftDeletedByRemove"] === true,
    },
    security: groupOf("dotnetSecurity"),
    unified: groupOf("dotnetUnified"),
  };
}

const timeOf = (value: unknown): string | null =>
  typeof value === "string" ? new Date(value).toISOString() : null;

/** What each accepted write leaves. Every other call leaves the tenant as it was. */
export const stored: Readonly<Record<string, { [Part in keyof Facts]?: unknown }>> = {
  "users: created": {
    users: 1,
    user: { userPrincipalName: "dot.net@contoso.com", isDisabled: false, isDeleted: false },
  },
  "users: changed": { user: { title: "Nurse", department: "Care" } },
  "users: cleared": { user: { title: "", department: "Care" } },
  "users: hired on": { user: { hired: "2026-03-01T00:00:00.000Z" } },
  "users: disabled": { user: { isDisabled: true } },
  "users: sessions revoked": { user: { hasNoSessions: true } },
  "manager: set": { user: { manager: ids.anna } },
  "manager: removed": { user: { manager: null } },
  "groups: security created": { security: { members: [], owners: [], isDeleted: false } },
  "groups: upserted": { unified: { uniqueName: "dotnet-1", members: [] } },
  "groups: upserted again": { unified: { uniqueName: "dotnet-1" } },
  "members: added": { security: { members: ["the user"] } },
  "members: removed": { users: 1, security: { members: [] } },
  "owners: added": { unified: { owners: ["the user"], members: [] } },
  "groups: deleted": { security: { isDeleted: true } },
  "users: deleted": { user: { isDeleted: true } },
  "users: restored": { users: 1, user: { isDeleted: false, isDisabled: true, department: "Care" } },
};
