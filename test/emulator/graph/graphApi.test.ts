import { describe, expect, it } from "vitest";
import { readFaults } from "../faults.ts";
import { TestClient } from "../testClient.ts";
import { createEmulator } from "../emulator.ts";
import { readState, type State } from "../state.ts";
import {
  everyRole,
  graphClient,
  graphState,
  GraphClient,
  idNamed,
  ids,
  reference,
  refusal,
  valuesOf,
} from "./graphClient.ts";
import { handlers } from "./handlers.ts";
import { operations } from "./operations.ts";

const denied =
  "403 Authorization_RequestDenied: Insufficient privileges to complete the operation.";
const unauthenticated = (text: string): string => `401 InvalidAuthenticationToken: ${text}`;
const badRequest = (text: string): string => `400 Request_BadRequest: ${text}`;
const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as Record<
    string,
    unknown
  >;

describe("a path", () => {
  it("may have two slashes before the version, and no more", async () => {
    const client = graphClient({}, ["User.Read.All"]);
    const { graph } = client.emulator.baseUrls();
    expect((await client.get(`${graph}//v1.0/users`)).json.value).not.toEqual([]);
    expect((await client.get(`${graph}///v1.0/users`)).status).toBe(501);
  });
});

describe("a token", () => {
  it("lists the roles on its own resource, and no other host accepts it", async () => {
    const client = graphClient({}, ["User.Read.All"]);
    const exchange = new TestClient(client.emulator);
    await exchange.signIn();
    const own = await client.tokenFor("https://graph.microsoft.com");
    expect(claimsOf(own)).toMatchObject({
      aud: "https://graph.microsoft.com",
      roles: ["User.Read.All"],
    });
    expect(claimsOf(exchange.token)).toMatchObject({ roles: ["Exchange.ManageAsApp"] });
    client.token = exchange.token;
    expect(refusal(await client.get("/users"))).toBe(
      unauthenticated("Access token validation failure. Invalid audience."),
    );
    exchange.token = own;
    const answer = await exchange.invoke("Get-Mailbox");
    expect([answer.status, answer.text]).toEqual([
      401,
      expect.stringContaining("another audience"),
    ]);
  });

  it("has no roles when none is granted, and is refused everything", async () => {
    const client = graphClient({}, []);
    expect(claimsOf(await client.tokenFor("https://graph.microsoft.com"))).not.toHaveProperty(
      "roles",
    );
    expect(refusal(await client.get("/users"))).toBe(denied);
  });

  it.each([
    ["is missing", "", "Access token is empty."],
    ["is not one", "Bearer nonsense", "CompactToken parsing failed with error code: 80049217"],
  ])("that %s is refused", async (_, authorization, text) => {
    const answer = await graphClient().get("/users", { authorization });
    expect(refusal(answer)).toBe(unauthenticated(text));
    expect(answer.headers.get("www-authenticate")).toContain("login.microsoftonline.com");
  });

  it("expires", async () => {
    const client = graphClient();
    await client.get("/users");
    client.emulator.advance(3600 * 1000);
    expect(refusal(await client.get("/users"))).toBe(
      unauthenticated("Lifetime validation failed, the token is expired."),
    );
  });
});

describe("a permission", () => {
  it("belongs to every operation, as does a handler", () => {
    const carriedOut = [...Object.keys(handlers), "POST /$batch"];
    expect(carriedOut.sort()).toEqual([...operations].sort());
  });

  const patch = (body: object) => (client: GraphClient) => client.patch(`/users/${ids.anna}`, body);
  const member = (client: GraphClient) =>
    client.post(`/groups/${ids.security}/members/$ref`, reference(ids.bas));
  it.each([
    ["to read users", ["User.Read.All"], (client: GraphClient) => client.get("/users")],
    ["to read groups", ["GroupMember.Read.All"], (client: GraphClient) => client.get("/groups")],
    ["to change a title", ["User.ReadWrite.All"], patch({ jobTitle: "Nurse" })],
    [
      "to disable",
      ["User.EnableDisableAccount.All", "User.Read.All"],
      patch({ accountEnabled: false }),
    ],
    ["to change a phone", ["User-Phone.ReadWrite.All"], patch({ mobilePhone: "1" })],
    [
      "to reset a password",
      ["User-PasswordProfile.ReadWrite.All"],
      patch({ passwordProfile: { password: "Abcd1234!" } }),
    ],
    [
      "to delete",
      ["User.DeleteRestore.All"],
      (client: GraphClient) => client.remove(`/users/${ids.anna}`),
    ],
    ["to add a member", ["GroupMember.ReadWrite.All"], member],
  ])("%s suffices, and without it the request is refused", async (_, roles, send) => {
    expect((await send(graphClient({}, roles))).status).toBeLessThan(300);
    for (const missing of roles) {
      const others = ["Application.Read.All", ...roles.filter((role) => role !== missing)];
      expect(refusal(await send(graphClient({}, others)))).toBe(denied);
    }
  });

  it("to write a directory neither resets a password nor deletes a user", async () => {
    const client = graphClient({}, ["Directory.ReadWrite.All"]);
    expect(refusal(await patch({ passwordProfile: { password: "Abcd1234!" } })(client))).toBe(
      denied,
    );
    expect(refusal(await client.remove(`/users/${ids.anna}`))).toBe(denied);
  });

  it("to reset a password needs a role as well, if the tenant says so", async () => {
    const reset = patch({ passwordProfile: { password: "Abcd1234!" } });
    const client = graphClient({ graphPasswordReset: "permissionAndRole" });
    expect(refusal(await reset(client))).toBe(denied);
    client.emulator.state().apps[0]?.directoryRoles.push("User Administrator");
    client.token = "";
    expect((await reset(client)).status).toBe(204);
  });

  it.each([
    ["no role", [], [204, 403, 403]],
    ["User Administrator", ["User Administrator"], [204, 204, 403]],
    ["Global Administrator", ["Global Administrator"], [204, 204, 204]],
  ])("of an application with %s reaches users with a role so far", async (_, roles, statuses) => {
    const state = graphState();
    for (const app of state.apps) app.directoryRoles = roles;
    const client = new GraphClient(createEmulator({ state }));
    const answers = [ids.anna, ids.reader, ids.administrator].map((id) =>
      client.patch(`/users/${id}`, { accountEnabled: false }),
    );
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(statuses);
    // The rest of a user is not sensitive.
    expect((await client.patch(`/users/${ids.administrator}`, { jobTitle: "x" })).status).toBe(204);
  });

  it("does not reach a member of a role-assignable group", async () => {
    const state = graphState();
    Object.assign(state.entra?.groups?.[ids.roleAssignable] ?? {}, { members: [ids.cloudOnly] });
    const client = new GraphClient(createEmulator({ state }));
    expect(refusal(await client.remove(`/users/${ids.cloudOnly}`))).toBe(denied);
  });
});

describe("a list", () => {
  it("is filtered as the directory can", async () => {
    const client = graphClient();
    const found = async (filter: string): Promise<unknown[]> =>
      valuesOf(await client.get(`/users?$select=id&$filter=${encodeURIComponent(filter)}`), "id");
    expect(await found("employeeId eq '1031'")).toEqual([ids.anna]);
    expect(
      await found("proxyAddresses/any(c:c eq 'SMTP:anna.bakker@contoso.com') or mail eq 'x'"),
    ).toEqual([ids.anna]);
    expect(await found(`id in ('${ids.anna}', '${ids.bas}')`)).toEqual([ids.anna, ids.bas]);
    expect(await found("surname eq 'O''Brien' and startsWith(givenName,'AOI')")).toHaveLength(1);
    expect(await found("onPremisesExtensionAttributes/extensionAttribute1 eq 'E100031'")).toEqual([
      ids.anna,
    ]);
  });

  it.each([
    ["onPremisesSyncEnabled ne true", "ne"],
    ["not(displayName eq 'x')", "not"],
    ["endsWith(mail,'@contoso.com')", "endsWith"],
    ["assignedLicenses/$count eq 0", "count"],
  ])("with %s needs the advanced form", async (filter, operator) => {
    const client = graphClient();
    const path = `/users?$count=true&$filter=${filter}`;
    expect(refusal(await client.get(path))).toContain(
      `400 Request_UnsupportedQuery: Operator '${operator}' is not supported`,
    );
    const answer = await client.ask(path);
    expect(answer.json["@odata.count"]).toBeGreaterThan(100);
  });

  it.each([
    ["employeeId eq 'O'Brien'", "400 BadRequest: Invalid filter clause: Syntax error at position "],
    [
      "shoeSize eq 42",
      "400 BadRequest: Invalid filter clause: Could not find a property named 'shoeSize'",
    ],
    [
      "passwordPolicies eq 'x'",
      "400 Request_UnsupportedQuery: Unsupported or invalid query filter clause specified for " +
        "property 'passwordPolicies' of resource 'User'.",
    ],
    ["displayName eq", "400 BadRequest: Invalid filter clause: Syntax error"],
  ])("refuses the filter %s", async (filter, text) => {
    expect(refusal(await graphClient().get(`/users?$filter=${filter}`))).toContain(text);
  });

  it("has pages whose links repeat the request, and expire", async () => {
    const client = graphClient();
    const path = "/users?$select=id&$top=150&$filter=accountEnabled eq true&$count=true";
    const first = await client.ask(path);
    const link = first.json["@odata.nextLink"];
    const second = await client.ask(link);
    expect(first.json.value).toHaveLength(150);
    expect(second.json).not.toHaveProperty("@odata.count");
    const total = [...valuesOf(first, "id"), ...valuesOf(second, "id")];
    expect(new Set(total).size).toBe(first.json["@odata.count"]);
    expect((await client.get(link)).status).toBe(400);
    client.emulator.advance(6 * 60 * 1000);
    expect((await client.ask(link)).json.error.code).toBe("Directory_ExpiredPageToken");
  });

  it("refuses other page sizes, skipping, counting and searching without the header", async () => {
    const client = graphClient();
    expect((await client.get("/users?$top=1000")).status).toBe(400);
    expect((await client.get("/users?$skip=1")).status).toBe(400);
    expect(refusal(await client.get("/users/$count"))).toBe(
      badRequest("$count is not currently supported."),
    );
    expect(refusal(await client.get('/users?$search="displayName:a"'))).toContain(
      "'ConsistencyLevel: eventual'",
    );
    expect((await client.get("/users?$count=true")).json).not.toHaveProperty("@odata.count");
    expect((await client.get("/users?$expand=manager")).status).toBe(501);
  });
});

describe("a group", () => {
  const add = (client: GraphClient, group: string, id = ids.bas) =>
    client.post(`/groups/${group}/members/$ref`, reference(id));
  const onPremises =
    "Unable to update the specified properties for on-premises mastered Directory Sync objects or objects " +
    "currently undergoing migration.";
  const mailEnabled = "Cannot Update a mail-enabled security groups and or distribution list.";

  it("shows its kind", async () => {
    const client = graphClient();
    const kind = async (id: string): Promise<unknown[]> => {
      const { json } = await client.get(`/groups/${id}`);
      return [json["groupTypes"], json["mailEnabled"], json["securityEnabled"]];
    };
    expect(await kind(ids.security)).toEqual([[], false, true]);
    expect(await kind(idNamed(client, "allstaff"))).toEqual([["Unified"], true, false]);
    expect(await kind(idNamed(client, "salesteam"))).toEqual([[], true, false]);
    expect(await kind(idNamed(client, "financerights"))).toEqual([[], true, true]);
    // A dynamic distribution group is Exchange's alone.
    expect((await client.get(`/groups/${idNamed(client, "everyoneincare")}`)).status).toBe(404);
  });

  it("takes a member once, in both forms of the path, and lets it go once", async () => {
    const client = graphClient();
    expect((await add(client, ids.security)).status).toBe(204);
    expect(refusal(await add(client, ids.security))).toBe(
      badRequest(
        "One or more added object references already exist for the following modified properties: 'members'.",
      ),
    );
    const path = `/groups/${ids.security}/members/${ids.bas}/$ref`;
    expect((await client.remove(path)).status).toBe(204);
    expect(refusal(await client.remove(path))).toContain(
      `404 Request_ResourceNotFound: Resource '${ids.bas}'`,
    );
    client.emulator.setBehaviour({ missingMember: "badRequest" });
    expect(refusal(await client.remove(path))).toBe(
      badRequest(
        "One or more removed object references do not exist for the following modified properties: 'members'.",
      ),
    );
    expect((await client.post(path, reference(ids.bas))).status).toBe(204);
  });

  it.each([
    ["a distribution group", "salesteam", badRequest(mailEnabled)],
    ["a mail-enabled security group", "financerights", badRequest(mailEnabled)],
    ["a synchronised group", ids.synced, badRequest(onPremises)],
    ["a dynamic group", ids.dynamic, denied],
    ["a role-assignable group", ids.roleAssignable, denied],
  ])("refuses members when it is %s", async (_, group, text) => {
    const client = graphClient();
    const id = group.startsWith("e47ad000") ? group : idNamed(client, group);
    const before = structuredClone(client.emulator.state());
    expect(refusal(await add(client, id))).toBe(text);
    expect(refusal(await client.remove(`/groups/${id}/members/${ids.anna}/$ref`))).toBe(text);
    expect(client.emulator.state()).toEqual(before);
  });

  it("names a bad id, a bad reference and an object that does not exist", async () => {
    const client = graphClient();
    const nobody = "e47ad000-0000-4000-8000-0000000fffff";
    expect(refusal(await add(client, "nonsense"))).toBe(
      badRequest("Invalid object identifier 'nonsense'."),
    );
    expect(refusal(await add(client, ids.security, nobody))).toContain(
      `404 Request_ResourceNotFound: Resource '${nobody}'`,
    );
    expect(refusal(await add(client, nobody))).toContain(`Resource '${nobody}'`);
    expect(
      refusal(await client.post(`/groups/${ids.security}/members/$ref`, { "@odata.id": "x" })),
    ).toBe(badRequest("Not a valid reference update."));
  });

  it("of Exchange shows new members there", async () => {
    const client = graphClient();
    const id = idNamed(client, "allstaff");
    expect((await add(client, id, ids.anna)).status).toBe(204);
    const group = client.emulator.state().objects.find((one) => one["Alias"] === "allstaff");
    expect(group?.["Members"]).toEqual(["0b1ec700-0000-4000-8000-00000000001f"]);
    expect((await add(client, id, ids.security)).status).toBe(400);
  });

  it("DELETES THE USER when a member is removed without $ref", async () => {
    const client = graphClient();
    expect((await client.remove(`/groups/${ids.security}/members/${ids.anna}`)).status).toBe(204);
    expect((await client.get(`/users/${ids.anna}`)).status).toBe(404);
    const careful = graphClient({}, ["GroupMember.ReadWrite.All"]);
    const answer = await careful.remove(`/groups/${ids.security}/members/${ids.anna}`);
    expect(refusal(answer)).toBe(denied);
  });

  it("keeps its last owner", async () => {
    const client = graphClient();
    const owners = `/groups/${ids.security}/owners`;
    await client.post(`${owners}/$ref`, reference(ids.anna));
    expect(refusal(await client.remove(`${owners}/${ids.anna}/$ref`))).toBe(
      badRequest("The group must have at least one owner, hence this owner cannot be removed."),
    );
    await client.post(`${owners}/$ref`, reference(ids.bas));
    expect((await client.remove(`${owners}/${ids.anna}/$ref`)).status).toBe(204);
    expect(valuesOf(await client.get(owners), "id")).toEqual([ids.bas]);
  });

  it("binds all members or none, and at most 20", async () => {
    const client = graphClient();
    const bind = (list: string[]) =>
      client.patch(`/groups/${ids.security}`, {
        "members@odata.bind": list.map(
          (id) => `https://graph.microsoft.com/v1.0/directoryObjects/${id}`,
        ),
      });
    expect((await bind([ids.bas, ids.anna])).status).toBe(400);
    expect((await bind(Array.from({ length: 21 }, () => ids.bas))).status).toBe(400);
    const members = `/groups/${ids.security}/members`;
    expect(valuesOf(await client.get(members), "id")).toEqual([ids.anna]);
    expect((await bind([ids.bas, ids.cloudOnly])).status).toBe(204);
    expect((await client.get(members)).json.value).toHaveLength(3);
  });

  const group = {
    displayName: "Ward",
    mailNickname: "ward",
    mailEnabled: false,
    securityEnabled: true,
  };
  it.each([
    [
      "without a nickname",
      { mailNickname: undefined },
      badRequest("A value is required for property 'mailNickname' of resource 'Group'."),
    ],
    [
      "with mail and not Unified",
      { mailEnabled: true },
      badRequest(
        "The service does not currently support writes of mail-enabled groups. Please ensure that the " +
          "mail-enablement property is unset and the security-enablement property is set.",
      ),
    ],
    ["with what only a person may set", { hideFromAddressLists: true }, denied],
    [
      "with a nickname that is taken",
      { mailNickname: "allstaff", mailEnabled: true, groupTypes: ["Unified"] },
      badRequest("Another object with the same value for property mailNickname already exists."),
    ],
    [
      "dynamic without a rule",
      { groupTypes: ["DynamicMembership"] },
      badRequest("One or more property values specified are invalid."),
    ],
  ])("is not created %s", async (_, changes, text) => {
    expect(refusal(await graphClient().post("/groups", { ...group, ...changes }))).toBe(text);
  });

  it("is created, changed, deleted and restored", async () => {
    const client = graphClient();
    const created = await client.post("/groups", group);
    expect(created.status).toBe(201);
    const path = `/groups/${created.json.id}`;
    expect((await client.patch(path, { displayName: "Ward 7" })).status).toBe(204);
    expect((await client.patch(path, { securityEnabled: false })).status).toBe(400);
    expect((await client.remove(path)).status).toBe(204);
    expect((await client.get(path)).status).toBe(404);
    expect((await client.post(`/directory/deletedItems/${created.json.id}/restore`)).status).toBe(
      200,
    );
    expect((await client.get(path)).json).toMatchObject({ displayName: "Ward 7" });
    client.emulator.setBehaviour({ securityGroupDelete: "final" });
    await client.remove(path);
    expect((await client.post(`/directory/deletedItems/${created.json.id}/restore`)).status).toBe(
      404,
    );
    expect((await client.remove(`/groups/${ids.licensing}`)).status).toBe(400);
  });
});

describe("a batch", () => {
  const get = (id: string, more: object = {}): object => ({
    id,
    method: "GET",
    url: `/users/${ids.anna}`,
    ...more,
  });

  it.each([
    ["21 requests", Array.from({ length: 21 }, (_, index) => get(String(index)))],
    ["an id twice", [get("a"), get("A")]],
    ["a dependency that is missing", [get("a", { dependsOn: ["b"] })]],
    ["nothing", []],
    ["a number as id", [{ ...get("a"), id: 1 }]],
  ])("with %s is refused as a whole", async (_, requests) => {
    expect((await graphClient().post("/$batch", { requests })).status).toBe(400);
  });

  it("answers 20 requests, each as it would be alone, and its faults strike items", async () => {
    const client = graphClient();
    client.emulator.setFaults(
      readFaults([{ match: { operation: "PATCH /users/{user}", item: true }, named: "throttled" }]),
    );
    const requests = [
      ...Array.from({ length: 17 }, (_, index) => get(String(index))),
      {
        id: "patch",
        method: "PATCH",
        url: `/users/${ids.anna}`,
        body: { jobTitle: "x" },
        headers: { "Content-Type": "application/json" },
      },
      {
        id: "bare",
        method: "POST",
        url: `/users/${ids.anna}/checkMemberGroups`,
        body: { groupIds: [] },
      },
      {
        id: "nested",
        method: "POST",
        url: "/$batch",
        body: {},
        headers: { "Content-Type": "application/json" },
      },
    ];
    const { json } = await client.post("/$batch", { requests });
    const statusOf = Object.fromEntries(json.responses.map(({ id, status }) => [id, status]));
    expect(json.responses).toHaveLength(20);
    expect(statusOf).toMatchObject({ 0: 200, 16: 200, patch: 429, bare: 400, nested: 501 });
    const patch = json.responses.find(({ id }) => id === "patch");
    expect(patch?.headers).toMatchObject({ "retry-after": "1" });
    expect(client.emulator.journal().at(-1)?.items?.[17]).toMatchObject({
      operation: "PATCH /users/{user}",
      fault: "throttled",
      applied: false,
    });
  });
});

describe("a fault", () => {
  it.each([
    ["throttled", 429, "TooManyRequests"],
    ["unavailable", 503, "serviceNotAvailable"],
    ["concurrency", 409, "Directory_ConcurrencyViolation"],
    ["tokenRefused", 401, "InvalidAuthenticationToken"],
    ["notFoundHere", 404, "Directory_ObjectNotFound"],
  ])("%s answers as Microsoft Graph does", async (named, status, code) => {
    const client = graphClient();
    client.emulator.setFaults(
      readFaults([{ match: { side: "graph", operation: "get /users/{user}" }, named }]),
    );
    const answer = await client.get(`/users/${ids.anna}`, { "client-request-id": ids.bas });
    expect([answer.status, answer.json.error.code]).toEqual([status, code]);
    expect(answer.json.error.innerError).toMatchObject({ "client-request-id": ids.bas });
    expect((await client.get("/users")).status).toBe(200);
  });

  it.each([
    [{ match: { operation: "GET /nothing" }, hang: true }, "has no operation 'GET /nothing'"],
    [
      { match: { operation: "GET /users", side: "exchange" }, hang: true },
      "only Microsoft Graph has operations",
    ],
    [
      { match: { cmdlet: "Get-Mailbox", side: "graph" }, hang: true },
      "Microsoft Graph has no cmdlets",
    ],
    [
      { match: { side: "graph" }, named: "mailboxMoved" },
      "Microsoft Graph does not answer with mailboxMoved",
    ],
  ])("that would never take effect is refused: %j", (fault, text) => {
    expect(() => readFaults([fault])).toThrow(text);
  });
});

it("what is not built answers loudly", async () => {
  const client = graphClient();
  for (const path of ["/users/delta", "/me", "/domains", "/users/x@contoso.com/mailboxSettings"])
    expect((await client.get(path)).json.error.code).toBe("NotImplementedInEmulator");
  expect((await client.get("https://graph.microsoft.com/beta/users")).status).toBe(501);
});

describe("the part entra of a state", () => {
  const problems = (entra: object): string[] => {
    const read = readState({ ...graphState(), entra });
    return "problems" in read ? read.problems : [];
  };

  it("is sound in the tenant of these tests", () => {
    expect(problems(graphState().entra ?? {})).toEqual([]);
    expect(everyRole.length).toBeGreaterThan(3);
  });

  it.each([
    [
      "a value that Exchange keeps",
      { users: { [ids.anna]: { jobTitle: "Nurse" } } },
      /would not take effect: it follows from Title/,
    ],
    [
      "an unknown property",
      { users: { [ids.anna]: { shoeSize: 42 } } },
      /is not a property this emulator knows/,
    ],
    [
      "a wrong kind of value",
      { users: { [ids.anna]: { employeeId: 7 } } },
      /must be a value of the kind text/,
    ],
    [
      "half a user",
      { users: { [ids.cloudOnly]: { displayName: "x" } } },
      /userPrincipalName: is missing/,
    ],
    [
      "an unknown role",
      { users: { [ids.anna]: { directoryRoles: ["King"] } } },
      /must be a list of directory roles/,
    ],
    [
      "a group with mail",
      { groups: { [ids.security]: { displayName: "x", mailNickname: "x", mailEnabled: true } } },
      /is an object of Exchange/,
    ],
    ["a licence without seats", { subscribedSkus: [{ skuId: ids.e3 }] }, /prepaidUnits/],
    ["another part", { people: {} }, /is not a part of entra/],
  ])("may not have %s", (_, entra, text) => {
    expect(problems(entra).join("\n")).toMatch(text);
  });

  it("is the truth that a state keeps", async () => {
    const client = graphClient();
    await client.patch(`/users/${ids.anna}`, { employeeId: "8" });
    const state = JSON.parse(JSON.stringify(client.emulator.state())) as State;
    client.emulator.replaceState(state);
    expect((await client.get(`/users/${ids.anna}?$select=employeeId`)).json).toMatchObject({
      employeeId: "8",
    });
  });
});
