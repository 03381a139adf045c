/** The alternate key of a group, and the Microsoft 365 group that Exchange shows of it. */
import { expect, it } from "vitest";
import { TestClient, refusal as exchangeRefusal } from "../testClient.ts";
import { graphClient, idNamed, ids, refusal, type GraphReply } from "./graphClient.ts";

const where = "/groups(uniqueName='HelloID-D-1')";
const unified = {
  displayName: "Care",
  mailNickname: "department_Care",
  mailEnabled: true,
  securityEnabled: false,
  groupTypes: ["Unified"],
};
const missing = {
  headers: { Prefer: "create-if-missing" },
};
const owner = { "owners@odata.bind": [`https://graph.microsoft.com/v1.0/users/${ids.anna}`] };

it("creates a group once, and updates it afterwards", async () => {
  const client = graphClient();
  const upsert = (body: object): Promise<GraphReply> =>
    client.send("PATCH", where, { body, ...missing });
  expect(refusal(await client.send("PATCH", where, { body: unified }))).toContain("404");
  expect((await client.get(where)).status).toBe(404);

  const created = await upsert({ ...unified, ...owner });
  expect([created.status, created.json["uniqueName"], created.json["visibility"]]).toEqual([
    201,
    "HelloID-D-1",
    "Public",
  ]);
  expect((await upsert({ ...unified, displayName: "Care and cure" })).status).toBe(204);
  const read = await client.get("/groups/(uniqueName=%27helloid-d-1%27)");
  expect(read.json).toMatchObject({ id: created.json.id, displayName: "Care and cure" });
  expect(refusal(await upsert({ ...unified, ...owner }))).toContain("already exist");
  const { objects } = client.emulator.state();
  expect(objects.filter(({ Alias }) => Alias === "department_Care")).toHaveLength(1);
});

it("is set once, and belongs to one group", async () => {
  const client = graphClient();
  const patch = (id: string, uniqueName: string): Promise<GraphReply> =>
    client.patch(`/groups/${id}`, { uniqueName });
  expect((await patch(ids.security, "a'b")).status).toBe(204);
  expect((await client.get("/groups(uniqueName='a''b')")).json.id).toBe(ids.security);
  expect(refusal(await patch(ids.security, "other"))).toContain("is read-only");
  expect((await patch(ids.security, "a'b")).status).toBe(204);
  expect(refusal(await patch(ids.licensing, "A'B"))).toContain("already exists");
  const twice = await client.post("/groups", {
    displayName: "x",
    mailNickname: "x",
    mailEnabled: false,
    securityEnabled: true,
    uniqueName: "a'b",
  });
  expect(refusal(twice)).toContain("for property uniqueName already exists");
});

it("a new Microsoft 365 group needs a free alias and address", async () => {
  const client = graphClient();
  const create = (mailNickname: string): Promise<GraphReply> =>
    client.post("/groups", { ...unified, mailNickname });
  expect(refusal(await create("ALLSTAFF"))).toContain("property mailNickname");
});

it("Exchange finds the group as a Microsoft 365 group, and hides it", async () => {
  const client = graphClient();
  const created = await client.post("/groups", unified);
  const exchange = new TestClient(client.emulator);
  const ofGroup = { Identity: created.json.id };
  const [group] = (await exchange.invoke("Get-UnifiedGroup", ofGroup)).json.value;
  expect(group).toMatchObject({ DisplayName: "Care", HiddenFromAddressListsEnabled: false });
  const set = await exchange.invoke("Set-UnifiedGroup", {
    ...ofGroup,
    HiddenFromAddressListsEnabled: true,
  });
  expect(set.status).toBe(200);
  const { objects } = client.emulator.state();
  expect(objects.find(({ Alias }) => Alias === "department_Care")).toMatchObject({
    HiddenFromAddressListsEnabled: true,
  });
  const newsletter = { Identity: idNamed(client, "newsletter") };
  const other = await exchange.invoke("Set-UnifiedGroup", { ...newsletter, CustomAttribute1: "x" });
  expect(exchangeRefusal(other)).toContain("couldn't be found");
  expect((await exchange.invoke("Set-UnifiedGroup", { ...ofGroup, Notes: "x" })).status).toBe(501);
});
