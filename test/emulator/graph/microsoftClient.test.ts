/** Microsoft's own client for JavaScript, as a judge of the emulated Microsoft Graph. */
import {
  BatchRequestContent,
  BatchResponseContent,
  GraphError,
  PageIterator,
  type PageCollection,
} from "@microsoft/microsoft-graph-client";
import { expect, it } from "vitest";
import { microsoftClient } from "../../judges/microsoftClient.ts";
import { graphClient, ids, reference, type GraphClient } from "./graphClient.ts";

interface Row {
  id: string;
  displayName: string;
}

const refused = async (answer: Promise<unknown>): Promise<[number, string | null]> => {
  const error: unknown = await answer.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof GraphError)) throw new Error("It was not refused as Graph refuses.");
  return [error.statusCode, error.code];
};

it("lives through the life of a person", async () => {
  const own = graphClient();
  const graph = microsoftClient(own);
  const user = (await graph.api("/users").post({
    accountEnabled: true,
    displayName: "Ann O'Brien",
    mailNickname: "ann",
    userPrincipalName: "ann@contoso.com",
    passwordProfile: { password: "Correct-Horse-1" },
  })) as Row;
  const path = `/users/${user.id}`;
  await graph.api(path).update({ jobTitle: "Nurse", usageLocation: "NL", employeeId: "1" });
  const read = (await graph.api(path).select(["id", "jobTitle"]).get()) as object;
  expect(read).toMatchObject({ id: user.id, jobTitle: "Nurse" });
  const found = (await graph
    .api("/users")
    .filter("displayName eq 'Ann O''Brien' and employeeId eq '1'")
    .get()) as PageCollection;
  expect(found.value).toMatchObject([{ id: user.id }]);
  await graph.api(`${path}/manager/$ref`).put(reference(ids.anna));
  expect(await graph.api(`${path}/manager`).get()).toMatchObject({ id: ids.anna });
  await graph.api(`${path}/manager/$ref`).delete();
  expect(await refused(graph.api(`${path}/manager`).get())).toEqual([
    404,
    "Request_ResourceNotFound",
  ]);
  const licence = { addLicenses: [{ skuId: ids.e3, disabledPlans: [] }], removeLicenses: [] };
  await graph.api(`${path}/assignLicense`).post(licence);
  const skus = (await graph.api("/subscribedSkus").get()) as PageCollection;
  expect(skus.value[0]).toMatchObject({ consumedUnits: 1 });
  expect(await graph.api(`${path}/revokeSignInSessions`).post({})).toMatchObject({ value: true });
  const members = `/groups/${ids.security}/members`;
  await graph.api(`${members}/$ref`).post(reference(user.id));
  expect(await refused(graph.api(`${members}/$ref`).post(reference(user.id)))).toEqual([
    400,
    "Request_BadRequest",
  ]);
  const groups: unknown = await graph
    .api(`${path}/checkMemberGroups`)
    .post({ groupIds: [ids.security] });
  expect(groups).toMatchObject({ value: [ids.security] });
  await graph.api(`${members}/${user.id}/$ref`).delete();
  const left = (await graph.api(`${path}/memberOf`).get()) as PageCollection;
  expect(left.value).toEqual([]);
  await graph.api(path).delete();
  expect(await refused(graph.api(path).get())).toEqual([404, "Request_ResourceNotFound"]);
  await graph.api(`/directory/deletedItems/${user.id}/restore`).post({});
  expect(await graph.api(path).get()).toMatchObject({ displayName: "Ann O'Brien" });
  const steps = own.emulator.journal().filter(({ side }) => side === "graph");
  expect(steps.length).toBeGreaterThanOrEqual(20);
  expect(steps.every(({ operation }) => operation !== undefined)).toBe(true);
});

it("creates, fills and deletes a Microsoft 365 group", async () => {
  const graph = microsoftClient(graphClient());
  const group = (await graph.api("/groups").post({
    displayName: "Ward 7",
    mailNickname: "ward7",
    mailEnabled: true,
    securityEnabled: false,
    groupTypes: ["Unified"],
    "owners@odata.bind": [`https://graph.microsoft.com/v1.0/users/${ids.anna}`],
  })) as Row;
  const path = `/groups/${group.id}`;
  const owners = (await graph.api(`${path}/owners`).get()) as PageCollection;
  expect(owners.value).toMatchObject([{ "@odata.type": "#microsoft.graph.user", id: ids.anna }]);
  await graph.api(path).update({ description: "Nurses of ward 7" });
  const bound = [ids.anna, ids.bas].map(
    (id) => `https://graph.microsoft.com/v1.0/directoryObjects/${id}`,
  );
  await graph.api(path).update({ "members@odata.bind": bound });
  const count: unknown = await graph
    .api(`${path}/members/microsoft.graph.user`)
    .header("ConsistencyLevel", "eventual")
    .count(true)
    .get();
  expect(count).toMatchObject({ "@odata.count": 2 });
  await graph.api(path).delete();
  expect(await refused(graph.api(path).get())).toEqual([404, "Request_ResourceNotFound"]);
});

it("iterates over 1,001 users without a duplicate", async () => {
  const own = graphClient();
  const { users = {} } = own.emulator.state().entra ?? {};
  const all = own.emulator.state();
  const missing = 1001 - (await countOf(own));
  for (let index = 0; index < missing; index++) {
    const id = `e47ad000-0000-4000-8000-${(0x700000 + index).toString(16).padStart(12, "0")}`;
    const name = `many${index}`;
    const userPrincipalName = `${name}@contoso.com`;
    users[id] = { displayName: name, mailNickname: name, userPrincipalName };
  }
  expect(all.entra?.users).toBe(users);
  const graph = microsoftClient(own);
  const first = (await graph.api("/users").select("id").top(100).get()) as PageCollection;
  const seen = new Set<string>();
  let count = 0;
  const iterator = new PageIterator(graph, first, (row: Row) => {
    seen.add(row.id);
    return (count += 1) > 0;
  });
  await iterator.iterate();
  expect([count, seen.size]).toEqual([1001, 1001]);
});

const countOf = async (own: GraphClient): Promise<number> =>
  Number((await own.ask("/users/$count")).text);

it("sends batches, of which one request depends on another", async () => {
  const graph = microsoftClient(graphClient());
  // An address relative to the version; the client itself drops the host.
  const request = (path: string, init: RequestInit = {}): Request =>
    new Request(`https://graph.microsoft.com${path}`, init);
  const content = new BatchRequestContent([
    { id: "1", request: request(`/users/${ids.anna}?$select=id`) },
    { id: "2", request: request("/users/no.one@contoso.com"), dependsOn: ["1"] },
    { id: "3", request: request(`/users/${ids.bas}`, { method: "DELETE" }), dependsOn: ["2"] },
  ]);
  const answer = (await graph.api("/$batch").post(await content.getContent())) as {
    responses: { id: string; status: number }[];
  };
  const responses = new BatchResponseContent(answer);
  expect(["1", "2", "3"].map((id) => responses.getResponseById(id).status)).toEqual([
    200, 404, 424,
  ]);
  expect(await responses.getResponseById("1").json()).toMatchObject({ id: ids.anna });
});

it("waits out a throttled request and reports what is refused for good", async () => {
  const own = graphClient();
  const graph = microsoftClient(own);
  own.emulator.setFaults([
    { match: { side: "graph" }, named: "throttled", retryAfter: "0.01", times: 2 },
  ]);
  expect(await graph.api(`/users/${ids.anna}`).get()).toMatchObject({ id: ids.anna });
  expect(await refused(graph.api("/users").filter("shoeSize eq 1").get())).toEqual([
    400,
    "BadRequest",
  ]);
  expect(await refused(graph.api("/users/1").delete())).toEqual([404, "Request_ResourceNotFound"]);
});
