/**
 * Microsoft's Graph SDK for .NET, as a judge of the emulated Microsoft Graph: sixty calls in a row. The tenant is read
 * after them, and this project's client has to understand the refusals that the SDK sees.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { meaningOf } from "../../../lib/graph/client/errors.ts";
import { GraphClient, graphState, ids } from "../../emulator/graph/graphClient.ts";
import { startEmulator } from "../../emulator/server.ts";
import type { State } from "../../emulator/state.ts";

interface Line {
  name: string;
  result?: unknown;
  status?: number;
  code?: string;
  text?: string;
}

const program = inject("dotnetGraph");

/** What each call returns: a value, or the status, the code and a part of the text of a refusal. */
const expected: Readonly<Record<string, unknown>> = {
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
  "users: by id": { DisplayName: "Dot Net", EmployeeId: "9101", AccountEnabled: true },
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
  "users: as changed": { JobTitle: "Nurse", Department: "Care" },
  "users: cleared": null,
  "users: as cleared": null,
  "users: hired on": null,
  "users: as hired": "2026-03-01T00:00:00+00:00",
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
  "groups: as created": { GroupTypes: ["Unified"], MailEnabled: true, Visibility: "Public" },
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
const meanings: readonly (readonly [name: string, operation: string, kind: string])[] = [
  ["users: created again", "POST /users", "taken"],
  ["users: mail of a mailbox", "PATCH /users/{user}", "invalid"],
  ["manager: none", "GET /users/{user}/manager", "noEntry"],
  ["groups: unknown unique name", "GET /groups(uniqueName='{uniqueName}')", "missing"],
  ["members: added again", "POST /groups/{group}/members/$ref", "alreadySo"],
  ["owners: the last", "DELETE /groups/{group}/owners/{owner}/$ref", "invalid"],
  ["groups: hidden by an application", "PATCH /groups/{group}", "denied"],
];

describe.skipIf(program === "")("the Graph SDK for .NET", () => {
  const lines = new Map<string, Line>();
  let state: Readonly<State>;

  beforeAll(async () => {
    const running = await startEmulator({ state: graphState() });
    try {
      const token = await new GraphClient(running.emulator).tokenFor("https://graph.microsoft.com");
      const parameters = [program, running.graphUrl, token, ids.anna];
      const { stdout } = await promisify(execFile)("dotnet", parameters);
      for (const line of stdout
        .trim()
        .split("\n")
        .map((one) => JSON.parse(one) as Line))
        lines.set(line.name, line);
      state = structuredClone(running.emulator.state());
    } finally {
      await running.close();
    }
  }, 120_000);

  it("makes every call that is expected, and no other", () => {
    expect([...lines.keys()]).toEqual(Object.keys(expected));
  });

  it.each(Object.entries(expected))("%s", (name, wanted) => {
    const { status, code, text = "", result } = lines.get(name) ?? { name };
    if (status === undefined) {
      expect(result).toEqual(wanted);
      return;
    }
    const [wantedStatus, wantedCode, part] = wanted as [number, string, string];
    expect([status, code]).toEqual([wantedStatus, wantedCode]);
    expect(text).toContain(part);
  });

  it.each(meanings)("%s means to %s what it says: %s", (name, operation, kind) => {
    const { code = "", text = "" } = lines.get(name) ?? { name };
    const meaning = meaningOf({ code, text, conflict: "" }, { operation, ids: [] });
    expect(typeof meaning === "object" ? meaning.kind : meaning).toBe(kind);
  });

  it("leaves the tenant as its calls say", () => {
    const user = Object.entries(state.entra?.users ?? {}).find(
      ([, { employeeId }]) => employeeId === "9101",
    );
    const object = state.objects.find((one) => one["ExternalDirectoryObjectId"] === user?.[0]);
    expect(object).toMatchObject({
      UserPrincipalName: "dot.net@contoso.com",
      Department: "Care",
      Title: "",
      AccountDisabled: true,
      IsSoftDeletedByRemove: false,
    });
    const named = state.objects.filter(({ Alias }) => Alias === "dotnetUnified");
    expect(named).toMatchObject([{ ManagedBy: [object?.["Guid"]] }]);
  });
});
