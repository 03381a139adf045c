import { describe, expect, it } from "vitest";
import { TestClient } from "../testClient.ts";
import {
  graphClient,
  graphState,
  GraphClient,
  ids,
  refusal,
  reference,
  valuesOf,
} from "./graphClient.ts";
import { createEmulator } from "../emulator.ts";

const badRequest = (text: string): string => `400 Request_BadRequest: ${text}`;
const notFound = (what: string): string =>
  `404 Request_ResourceNotFound: Resource '${what}' does not exist or one of its queried ` +
  "reference-property objects are not present.";
const onPremises =
  "Unable to update the specified properties for on-premises mastered Directory Sync objects or objects " +
  "currently undergoing migration.";

const newUser = {
  accountEnabled: false,
  displayName: "Ann O'Brien",
  mailNickname: "ann.obrien",
  userPrincipalName: "ann.obrien@contoso.com",
  passwordProfile: { password: "Correct-Horse-1", forceChangePasswordNextSignIn: true },
};

describe("a user", () => {
  it("reads with the usual properties, by id and by user name", async () => {
    const client = graphClient();
    const byId = await client.get(`/users/${ids.anna}`);
    expect(Object.keys(byId.json).slice(2)).toEqual([
      ...["id", "businessPhones", "displayName", "givenName", "jobTitle", "mail", "mobilePhone"],
      ...["officeLocation", "preferredLanguage", "surname", "userPrincipalName"],
    ]);
    expect(byId.json["@odata.context"]).toBe(
      "https://graph.microsoft.com/v1.0/$metadata#users/$entity",
    );
    for (const path of ["/users/ANNA.BAKKER@contoso.com", "/users('anna.bakker@contoso.com')"])
      expect((await client.get(path)).json).toEqual(byId.json);
    expect(byId.headers.get("request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("reads what was selected, from both sides of the tenant", async () => {
    const client = graphClient();
    const select =
      "id,employeeId,accountEnabled,onPremisesSyncEnabled,proxyAddresses,department,userType";
    expect((await client.get(`/users/${ids.anna}?$select=${select}`)).json).toMatchObject({
      employeeId: "1031",
      accountEnabled: true,
      onPremisesSyncEnabled: null,
      proxyAddresses: ["SMTP:anna.bakker@contoso.com", "smtp:anna.bakker@contoso.onmicrosoft.com"],
      department: "Sales",
      userType: "Member",
    });
    expect((await client.get(`/users/${ids.dirk}?$select=${select}`)).json).toMatchObject({
      onPremisesSyncEnabled: true,
    });
  });

  it("is not found by an id or a name that no one has", async () => {
    const client = graphClient();
    const nobody = "e47ad000-0000-4000-8000-0000000fffff";
    expect(refusal(await client.get(`/users/${nobody}`))).toBe(notFound(nobody));
    expect(refusal(await client.get("/users/no.one@contoso.com"))).toBe(
      notFound("no.one@contoso.com"),
    );
    // A group is not a user.
    expect(refusal(await client.get(`/users/${ids.security}`))).toBe(notFound(ids.security));
  });

  it("is created in Exchange as well, and deleted there", async () => {
    const client = graphClient();
    const created = await client.post("/users", newUser);
    expect(created).toMatchObject({
      status: 201,
      json: { displayName: "Ann O'Brien", mail: null },
    });
    const { id } = created.json;
    expect(created.headers.get("location")).toBe(`https://graph.microsoft.com/v1.0/users/${id}`);
    expect(created.text).not.toContain("Correct-Horse");
    const exchange = new TestClient(client.emulator);
    const get = { Identity: "ann.obrien@contoso.com" };
    expect((await exchange.invoke("Get-User", get)).json.value).toMatchObject([
      { DisplayName: "Ann O'Brien", ExternalDirectoryObjectId: id, AccountDisabled: true },
    ]);
    expect((await client.remove(`/users/${id}`)).status).toBe(204);
    expect((await exchange.invoke("Get-User", get)).status).toBe(404);
    expect((await client.get(`/users/${id}`)).status).toBe(404);
  });

  it.each([
    [
      "an address that is taken",
      { userPrincipalName: "anna.bakker@contoso.com" },
      "Another object with the same value for property userPrincipalName already exists.",
    ],
    [
      "another domain",
      { userPrincipalName: "ann@fabrikam.com" },
      "The domain portion of the userPrincipalName property is invalid. You must use one " +
        "of the verified domain names in your organization.",
    ],
    [
      "an accent",
      { userPrincipalName: "ané@contoso.com" },
      "Property userPrincipalName is invalid.",
    ],
    [
      "a simple password",
      { passwordProfile: { password: "password" } },
      "The specified password does not comply with password complexity requirements. " +
        "Please provide a different password.",
    ],
    [
      "a bad nickname",
      { mailNickname: "ann obrien" },
      "Invalid value specified for property 'mailNickname' of resource 'User'.",
    ],
    [
      "no display name",
      { displayName: undefined },
      "A value is required for property 'displayName' of resource 'User'.",
    ],
    [
      "addresses",
      { proxyAddresses: [] },
      "Property 'proxyAddresses' is read-only and cannot be set.",
    ],
    [
      "text for a flag",
      { accountEnabled: "FALSE" },
      "Invalid value specified for property 'accountEnabled' of resource 'User'.",
    ],
    [
      "a long number",
      { employeeId: "12345678901234567" },
      "Invalid value specified for property 'employeeId' of resource 'User'.",
    ],
  ])("is not created with %s", async (_, changes, text) => {
    const client = graphClient();
    const before = client.emulator.state().objects.length;
    const answer = await client.post("/users", { ...newUser, ...changes });
    expect(refusal(answer)).toBe(badRequest(text));
    expect(client.emulator.state().objects).toHaveLength(before);
  });

  it("names the property that is taken", async () => {
    const client = graphClient();
    const answer = await client.post("/users", {
      ...newUser,
      userPrincipalName: "anna.bakker@contoso.com",
    });
    expect(answer.json.error.details).toMatchObject([
      { code: "ObjectConflict", target: "userPrincipalName" },
    ]);
  });

  it("changes in Exchange as well, and the other way round", async () => {
    const client = graphClient();
    const exchange = new TestClient(client.emulator);
    const changes = { displayName: "Anna B.", businessPhones: ["+31 24"], employeeId: "7" };
    expect(await client.patch(`/users/${ids.anna}`, changes)).toMatchObject({
      status: 204,
      text: "",
    });
    const read = `/users/${ids.anna}?$select=displayName,businessPhones,employeeId`;
    expect((await client.get(read)).json).toMatchObject(changes);
    const identity = { Identity: ids.anna };
    expect((await exchange.invoke("Get-User", identity)).json.value).toMatchObject([
      { DisplayName: "Anna B.", Phone: "+31 24" },
    ]);
    await exchange.invoke("Set-Mailbox", { ...identity, DisplayName: "Anna again" });
    expect((await client.get(read)).json).toMatchObject({ displayName: "Anna again" });
  });

  it("appears when Exchange creates a mailbox", async () => {
    const client = graphClient();
    const exchange = new TestClient(client.emulator);
    await exchange.invoke("New-Mailbox", { Name: "Parking", Shared: true });
    const found = await client.get("/users?$filter=displayName eq 'Parking'");
    expect(valuesOf(found, "mail")).toEqual(["Parking@contoso.onmicrosoft.com"]);
  });

  it.each([
    [
      "null for a name",
      { displayName: null },
      "Invalid value specified for property 'displayName' of resource 'User'.",
    ],
    [
      "an empty text",
      { jobTitle: "" },
      "Invalid value specified for property 'jobTitle' of resource 'User'.",
    ],
    [
      "the synchronisation",
      { onPremisesSyncEnabled: false },
      "Property 'onPremisesSyncEnabled' is read-only and cannot be set.",
    ],
    [
      "an attribute of a mailbox",
      { onPremisesExtensionAttributes: { extensionAttribute1: "x" } },
      "Unable to update the specified properties for objects that have originated within an external service.",
    ],
    [
      "two phones",
      { businessPhones: ["1", "2"] },
      "Invalid value specified for property 'businessPhones' of resource 'User'.",
    ],
  ])("refuses %s", async (_, body, text) => {
    const client = graphClient();
    const before = structuredClone(client.emulator.state());
    expect(refusal(await client.patch(`/users/${ids.anna}`, body))).toBe(badRequest(text));
    expect(client.emulator.state()).toEqual(before);
  });

  it("is mastered on premises when it is synchronised, but for what only the cloud has", async () => {
    const client = graphClient();
    const path = `/users/${ids.dirk}`;
    for (const body of [{ jobTitle: "Nurse" }, { employeeHireDate: "2026-01-01T00:00:00Z" }])
      expect(refusal(await client.patch(path, body))).toBe(badRequest(onPremises));
    expect((await client.patch(path, { usageLocation: "NL" })).status).toBe(204);
  });

  it("refuses a property that does not exist, and one that this emulator lacks", async () => {
    const client = graphClient();
    expect(refusal(await client.patch(`/users/${ids.anna}`, { shoeSize: 42 }))).toBe(
      "400 BadRequest: Could not find a property named 'shoeSize' on type 'microsoft.graph.user'.",
    );
    expect((await client.patch(`/users/${ids.anna}`, { birthday: null })).status).toBe(501);
    expect((await client.get(`/users/${ids.anna}?$select=mailboxSettings`)).status).toBe(501);
  });

  it("keeps both halves of its organisation", async () => {
    const client = graphClient();
    const path = `/users/${ids.cloudOnly}`;
    await client.patch(path, { employeeOrgData: { division: "A", costCenter: "1" } });
    await client.patch(path, { employeeOrgData: { division: "B" } });
    expect((await client.get(`${path}?$select=employeeOrgData`)).json["employeeOrgData"]).toEqual({
      division: "B",
      costCenter: null,
    });
  });

  it("resets a password, which is stored nowhere", async () => {
    const client = graphClient();
    const path = `/users/${ids.anna}`;
    const reset = { passwordProfile: { password: "Tr0ub4dor&3" } };
    expect((await client.patch(path, reset)).status).toBe(204);
    expect((await client.get(`${path}?$select=lastPasswordChangeDateTime`)).json).toMatchObject({
      lastPasswordChangeDateTime: "2026-06-01T12:00:00Z",
    });
    const everything = JSON.stringify([client.emulator.state(), client.emulator.journal()]);
    expect(everything).not.toContain("Tr0ub4dor");
    expect(client.emulator.journal().find(({ method }) => method === "PATCH")).toMatchObject({
      side: "graph",
      operation: "PATCH /users/{user}",
      parameters: { passwordProfile: { password: "(secret)" } },
    });
  });

  it("revokes its sessions", async () => {
    const client = graphClient();
    const answer = await client.post(`/users/${ids.anna}/revokeSignInSessions`);
    expect(answer).toMatchObject({ status: 200, json: { value: true } });
    const select = "$select=signInSessionsValidFromDateTime";
    expect((await client.get(`/users/${ids.anna}?${select}`)).json).toMatchObject({
      signInSessionsValidFromDateTime: "2026-06-01T12:00:00Z",
    });
  });
});

describe("a manager", () => {
  const path = `/users/${ids.anna}/manager`;

  it("is set, read and removed", async () => {
    const client = graphClient();
    expect(refusal(await client.get(path))).toBe(notFound("manager"));
    expect((await client.put(`${path}/$ref`, reference(ids.bas))).status).toBe(204);
    expect((await client.get(`${path}?$select=id,displayName`)).json).toMatchObject({
      "@odata.type": "#microsoft.graph.user",
      id: ids.bas,
      displayName: "Bas Bakker",
    });
    const exchange = new TestClient(client.emulator);
    const read = await exchange.invoke("Get-User", { Identity: ids.anna }, { select: "Manager" });
    expect(read.json.value).toMatchObject([{ Manager: "Bas Bakker" }]);
    expect((await client.remove(`${path}/$ref`)).status).toBe(204);
    expect(refusal(await client.remove(`${path}/$ref`))).toBe(notFound("manager"));
  });

  it("may be someone whom only Entra ID has, until that one is deleted", async () => {
    const client = graphClient();
    await client.put(`${path}/$ref`, reference(ids.cloudOnly));
    expect((await client.get(path)).json.id).toBe(ids.cloudOnly);
    await client.remove(`/users/${ids.cloudOnly}`);
    expect((await client.get(path)).status).toBe(404);
  });

  it.each([
    ["no reference", {}, "400 Request_BadRequest: Not a valid reference update."],
    [
      "a missing user",
      reference("e47ad000-0000-4000-8000-0000000fffff"),
      notFound("e47ad000-0000-4000-8000-0000000fffff"),
    ],
    ["a group", reference(ids.security), notFound(ids.security)],
  ])("is not %s", async (_, body, text) => {
    expect(refusal(await graphClient().put(`${path}/$ref`, body))).toBe(text);
  });

  it("of a synchronised user is mastered with it", async () => {
    const answer = await graphClient().put(`/users/${ids.dirk}/manager/$ref`, reference(ids.bas));
    expect(refusal(answer)).toBe(badRequest(onPremises));
  });
});

describe("a deleted user", () => {
  it("is restored within 30 days with its name, and not afterwards", async () => {
    const client = graphClient();
    await client.remove(`/users/${ids.bas}`);
    const deleted = `/directory/deletedItems/microsoft.graph.user?$filter=id eq '${ids.bas}'`;
    expect((await client.get(deleted)).json.value).toMatchObject([
      { userPrincipalName: "e47ad000000040008000000000000020bas.bakker@contoso.com" },
    ]);
    expect((await client.post(`/directory/deletedItems/${ids.bas}/restore`)).status).toBe(200);
    expect((await client.get(`/users/${ids.bas}`)).json).toMatchObject({
      userPrincipalName: "bas.bakker@contoso.com",
    });
    await client.remove(`/users/${ids.bas}`);
    client.emulator.advance(31 * 24 * 3600 * 1000);
    client.token = "";
    expect(refusal(await client.post(`/directory/deletedItems/${ids.bas}/restore`))).toBe(
      notFound(ids.bas),
    );
  });

  it("is not restored while someone else has its name", async () => {
    const client = graphClient();
    await client.remove(`/users/${ids.cloudOnly}`);
    const again = { ...newUser, userPrincipalName: "cloud.only@contoso.com" };
    expect((await client.post("/users", again)).status).toBe(201);
    expect(refusal(await client.post(`/directory/deletedItems/${ids.cloudOnly}/restore`))).toBe(
      badRequest(
        "Another object with the same value for property userPrincipalName already exists.",
      ),
    );
  });

  it("leaves its groups, and comes back to them", async () => {
    const client = graphClient();
    const members = `/groups/${ids.security}/members?$select=id`;
    await client.remove(`/users/${ids.anna}`);
    expect((await client.get(members)).json.value).toEqual([]);
    await client.post(`/directory/deletedItems/${ids.anna}/restore`);
    expect(valuesOf(await client.get(members), "id")).toEqual([ids.anna]);
  });

  it("is deleted for good, with every reference to it", async () => {
    const client = graphClient();
    await client.remove(`/users/${ids.anna}`);
    expect((await client.remove(`/directory/deletedItems/${ids.anna}`)).status).toBe(204);
    expect((await client.post(`/directory/deletedItems/${ids.anna}/restore`)).status).toBe(404);
    const { objects, entra } = client.emulator.state();
    expect(JSON.stringify([objects, entra])).not.toContain(ids.anna);
  });

  it("of Exchange is in the list as well, unless its account no longer exists", async () => {
    const answer = await graphClient().get("/directory/deletedItems/microsoft.graph.user");
    expect(valuesOf(answer, "displayName")).toEqual(["Otto Once"]);
  });
});

describe("a licence", () => {
  const assign = (client: GraphClient, user: string, add: string[], remove: string[] = []) =>
    client.post(`/users/${user}/assignLicense`, {
      addLicenses: add.map((skuId) => ({ skuId, disabledPlans: [] })),
      removeLicenses: remove,
    });

  it("takes a seat, brings the mailbox, and takes it away", async () => {
    const client = graphClient();
    const user = "not.licensed@contoso.com";
    await client.patch(`/users/${user}`, { usageLocation: "NL" });
    expect((await assign(client, user, [ids.e3])).status).toBe(200);
    const skus = (await client.get("/subscribedSkus")).json.value;
    expect(skus).toMatchObject([{ skuPartNumber: "ENTERPRISEPACK", consumedUnits: 1 }, {}]);
    const exchange = new TestClient(client.emulator);
    const read = await exchange.invoke("Get-Mailbox", { Identity: user });
    expect(read.json.value).toMatchObject([{ PrimarySmtpAddress: user }]);
    expect((await assign(client, user, [], [ids.e3])).status).toBe(200);
    expect((await exchange.invoke("Get-Mailbox", { Identity: user })).status).toBe(404);
  });

  it("is inherited from a group", async () => {
    const client = graphClient();
    const select = "$select=assignedLicenses,licenseAssignmentStates";
    expect((await client.get(`/users/${ids.bas}?${select}`)).json).toMatchObject({
      assignedLicenses: [{ skuId: ids.teams }],
      licenseAssignmentStates: [{ skuId: ids.teams, assignedByGroup: ids.licensing }],
    });
    expect(refusal(await assign(client, ids.bas, [], [ids.teams]))).toBe(
      badRequest(
        "User license is inherited from a group membership and it cannot be removed directly from the user.",
      ),
    );
  });

  it.each([
    [
      "a usage location",
      ids.bas,
      [ids.e3],
      [],
      "License assignment cannot be done for user with invalid usage location.",
    ],
    ["a change", ids.anna, [], [], "No license changes provided."],
    [
      "the licence to remove",
      ids.anna,
      [],
      [ids.e3],
      "User does not have a corresponding license.",
    ],
    [
      "a licence of the tenant",
      ids.anna,
      [ids.bas],
      [],
      `License ${ids.bas} does not correspond to a valid company License.`,
    ],
  ])("needs %s", async (_, user, add, remove, text) => {
    expect(refusal(await assign(graphClient(), user, add, remove))).toBe(badRequest(text));
  });

  it("needs the plans that its own depend on, and none that they exclude", async () => {
    const plans = (change: { dependsOn?: string[]; excludes?: string[] }): GraphClient => {
      const state = graphState();
      const [e3] = state.entra?.subscribedSkus ?? [];
      Object.assign(e3?.servicePlans[1] ?? {}, change);
      return new GraphClient(createEmulator({ state }));
    };
    const e3Without = (client: GraphClient, disabledPlans: string[]) =>
      client.post(`/users/${ids.anna}/assignLicense`, {
        addLicenses: [{ skuId: ids.e3, disabledPlans }],
        removeLicenses: [],
      });
    const depending = plans({ dependsOn: [ids.exchangePlan] });
    expect(refusal(await e3Without(depending, [ids.exchangePlan]))).toBe(
      badRequest(
        `License assignment failed because service plan ${ids.teamsPlan} depends on the service plan(s) ` +
          ids.exchangePlan,
      ),
    );
    expect((await e3Without(depending, [])).status).toBe(200);
    const excluding = plans({ excludes: [ids.exchangePlan] });
    expect(refusal(await e3Without(excluding, []))).toBe(
      badRequest(
        `License assignment failed because service plans ${ids.teamsPlan} and ${ids.exchangePlan} are mutually ` +
          "exclusive",
      ),
    );
    expect((await e3Without(excluding, [ids.teamsPlan])).status).toBe(200);
  });

  it("is listed with the properties that are selected", async () => {
    const client = graphClient();
    const { json } = await client.get("/subscribedSkus?$select=skuId,skuPartNumber");
    expect(json.value[1]).toEqual({ skuId: ids.teams, skuPartNumber: "TEAMS_EXPLORATORY" });
  });

  it("needs a free seat", async () => {
    const client = graphClient();
    const people = [31, 32, 34].map(
      (number) => `e47ad000-0000-4000-8000-0000000000${number.toString(16)}`,
    );
    for (const id of people) await client.patch(`/users/${id}`, { usageLocation: "NL" });
    const answers = [];
    for (const id of people) answers.push(await assign(client, id, [ids.e3]));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 400]);
    expect(answers[2] && refusal(answers[2])).toBe(
      badRequest(`Subscription with SKU ${ids.e3} does not have any available licenses.`),
    );
  });
});

describe("replication", () => {
  const second = 1000;

  it("shows a new user late by id and later in lists, to readers and writers alike", async () => {
    const client = graphClient({ graphIdLagMs: 5 * second, graphListLagMs: 60 * second });
    const { id } = (await client.post("/users", newUser)).json;
    const byId = async (): Promise<number> => (await client.get(`/users/${id}`)).status;
    const filtered = async (): Promise<number> =>
      (await client.get("/users?$filter=startsWith(displayName,'Ann O')")).json.value.length;
    expect([await byId(), await filtered()]).toEqual([404, 0]);
    expect((await client.patch(`/users/${id}`, { jobTitle: "Nurse" })).status).toBe(404);
    client.emulator.advance(6 * second);
    expect([await byId(), await filtered()]).toEqual([200, 0]);
    client.emulator.advance(60 * second);
    expect([await byId(), await filtered()]).toEqual([200, 1]);
  });

  it("shows a change and a deletion late", async () => {
    const client = graphClient({ graphIdLagMs: 5 * second, graphListLagMs: 5 * second });
    await client.patch(`/users/${ids.anna}`, { jobTitle: "Nurse" });
    const title = async (): Promise<unknown> =>
      (await client.get(`/users/${ids.anna}`)).json["jobTitle"];
    expect(await title()).toBeNull();
    client.emulator.advance(6 * second);
    expect(await title()).toBe("Nurse");
    await client.remove(`/users/${ids.anna}`);
    const filter = "/users?$filter=displayName eq 'Anna Bakker' and jobTitle eq 'Nurse'";
    expect((await client.get(filter)).json.value).toHaveLength(1);
    client.emulator.advance(6 * second);
    expect((await client.get(filter)).json.value).toHaveLength(0);
  });

  it("shows a membership late, in the group and at the member", async () => {
    const client = graphClient({ graphMemberLagMs: 5 * second });
    await client.post(`/groups/${ids.security}/members/$ref`, reference(ids.bas));
    const members = async (): Promise<unknown[]> =>
      valuesOf(await client.get(`/groups/${ids.security}/members`), "id");
    const groups = async (): Promise<unknown[]> =>
      valuesOf(await client.get(`/users/${ids.bas}/memberOf`), "id");
    expect(await members()).toEqual([ids.anna]);
    expect(await groups()).not.toContain(ids.security);
    client.emulator.advance(6 * second);
    expect(await members()).toEqual([ids.anna, ids.bas]);
    expect(await groups()).toContain(ids.security);
  });
});

it("a state without a part of Entra ID stays as it is", async () => {
  const state = graphState();
  delete state.entra;
  const client = new GraphClient(createEmulator({ state }));
  expect((await client.get("/users?$top=1")).status).toBe(200);
  expect(client.emulator.state()).not.toHaveProperty("entra");
});
