/** The client and the nouns against the emulated Microsoft Graph, over HTTP. After a step, tests read the tenant. */
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { clouds } from "../../lib/auth/clouds.ts";
import { tokenSource } from "../../lib/auth/token.ts";
import { microsoftGraph, type Graph } from "../../lib/graph/client/graph.ts";
import { changeableGroups, groupById } from "../../lib/graph/group.ts";
import { managerOf, removingManager, settingManager } from "../../lib/graph/manager.ts";
import {
  addingMember,
  addingOwner,
  isMember,
  removingMember,
  removingOwner,
} from "../../lib/graph/membership.ts";
import type { GraphStep } from "../../lib/graph/target.ts";
import { userById, userWhere } from "../../lib/graph/user.ts";
import { differenceOf, revokingSessions, sessionsValidFrom } from "../../lib/graph/userChange.ts";
import { httpTransport } from "../../lib/net/transport.ts";
import { graphState, ids } from "../emulator/graph/graphClient.ts";
import { startEmulator, type RunningEmulator } from "../emulator/server.ts";
import { all, faultOf } from "./scripted.ts";
import { timeOf } from "../exchange/scripted.ts";

const { send: transport, close } = httpTransport();
let running: RunningEmulator | undefined;
afterEach(async () => await running?.close());
afterAll(close);

const unknown = "00000000-0000-4000-8000-000000000001";

async function live(): Promise<{ graph: Graph }> {
  // The library for signing in rounds the second from which its assertion is valid up as often as down.
  running = await startEmulator({ state: graphState(), clock: () => Date.now() + 1000 });
  const { tenantId, clientId, clientSecret, loginUrl, graphUrl } = running;
  const { pace, clock } = timeOf();
  const cloud = clouds.worldwide;
  const credential = { secret: clientSecret };
  const token = tokenSource(
    { tenantId, clientId, credential, cloud, resource: "graph", loginUrl },
    { transport, pace, clock, keepSecret: () => undefined },
  );
  const seams = { transport, token, pace, clock, newId: () => crypto.randomUUID() };
  return { graph: microsoftGraph({ cloud, graphUrl }, seams) };
}

/** Sends a step, and looks. */
async function taken(step: GraphStep | undefined, tenant: { graph: Graph }): Promise<unknown> {
  if (!step) throw new Error("there is no step");
  const { notices } = await tenant.graph.invoke(step);
  return [await step.isInEffect?.(tenant), ...notices.map(({ kind }) => kind)];
}

describe("a user", () => {
  it("is found by a property, in the plain and in the advanced way", async () => {
    const tenant = await live();
    expect(await userWhere("employeeId", "1031")(tenant)).toMatchObject({ id: ids.anna });
    expect(await userWhere("employeeId", "9999")(tenant)).toBeUndefined();
    expect((await userWhere("userPrincipalName", "CLOUD.ONLY@contoso.com")(tenant))?.id).toBe(
      ids.cloudOnly,
    );
    expect(await userWhere("officeLocation", "Nowhere")(tenant)).toBeUndefined();
  });

  it("is proven missing", async () => {
    const fault = await faultOf(userById(unknown)(await live()));
    expect(fault).toMatchObject({ kind: "missing", isProven: true });
    expect(fault.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("is changed, disabled and has its sessions revoked", async () => {
    const tenant = await live();
    const properties = ["jobTitle", "department", "accountEnabled", sessionsValidFrom];
    const user = await userById(ids.cloudOnly, properties)(tenant);
    const wanted = { jobTitle: "", department: "R&D", accountEnabled: false };
    const { steps } = differenceOf(user, wanted);
    expect(steps).toHaveLength(2);
    for (const step of steps) expect(await taken(step, tenant)).toEqual([true]);
    expect(await taken(revokingSessions(user), tenant)).toEqual([true]);
    expect(await userById(ids.cloudOnly, properties)(tenant)).toMatchObject({
      jobTitle: null,
      department: "R&D",
      accountEnabled: false,
    });
  });

  it("who is synchronised is changed on premises", async () => {
    const tenant = await live();
    const user = await userById(ids.dirk, ["jobTitle"])(tenant);
    const [step] = differenceOf(user, { jobTitle: "Something else" }).steps;
    expect((await faultOf(taken(step, tenant))).kind).toBe("onPremises");
  });

  it("gets a manager and loses it", async () => {
    const tenant = await live();
    const user = await userById(ids.cloudOnly)(tenant);
    expect(await managerOf(user.id)(tenant)).toBeUndefined();
    expect(await taken(settingManager(user, ids.anna, undefined), tenant)).toEqual([true]);
    const manager = await managerOf(user.id)(tenant);
    expect(manager?.id).toBe(ids.anna);
    expect(await taken(removingManager(user, manager), tenant)).toEqual([true]);
    expect(await taken(removingManager(user, undefined), tenant)).toEqual([true, "alreadySo"]);
  });

  it("does not get a manager who does not exist", async () => {
    const tenant = await live();
    const step = settingManager(await userById(ids.cloudOnly)(tenant), unknown, undefined);
    expect((await faultOf(tenant.graph.invoke(step))).kind).toBe("missing");
    expect((await faultOf(step.isInEffect?.(tenant) ?? Promise.resolve())).message).toBe(
      `User ${unknown} does not exist.`,
    );
  });
});

describe("a group", () => {
  it("gains and loses a member, who continues to exist", async () => {
    const tenant = await live();
    const [group, user] = [await groupById(ids.security)(tenant), await userById(ids.bas)(tenant)];
    expect(await taken(addingMember(group, user, false), tenant)).toEqual([true]);
    expect(await taken(addingMember(group, user, true), tenant)).toEqual([true, "alreadySo"]);
    expect(await taken(removingMember(group, user, true), tenant)).toEqual([true]);
    expect(await isMember(group, user)(tenant)).toBe(false);
    expect((await userById(ids.bas)(tenant)).id).toBe(ids.bas);
  });

  it("gains and loses an owner", async () => {
    const tenant = await live();
    const [group, bas, anna] = [
      await groupById(ids.security)(tenant),
      await userById(ids.bas)(tenant),
      await userById(ids.anna)(tenant),
    ];
    expect(await taken(addingOwner(group, bas, false), tenant)).toEqual([true]);
    expect(await taken(addingOwner(group, anna, false), tenant)).toEqual([true]);
    expect(await taken(removingOwner(group, bas, true), tenant)).toEqual([true]);
  });

  it("is listed when its members can be changed here", async () => {
    const found = await all(changeableGroups(["security"])(await live()));
    expect(found.map(({ id }) => id).sort()).toEqual([ids.security, ids.licensing].sort());
  });

  it("has its members read in a batch, and one that does not exist is a fault of its own", async () => {
    const { graph } = await live();
    const pieces = await all(
      graph.each([ids.security, unknown, ids.licensing], (group) => ({
        operation: "GET /groups/{group}/members",
        ids: { group },
        query: { select: [] },
      })),
    );
    expect(
      pieces.map((piece) =>
        "page" in piece ? piece.page.objects.map(({ id }) => id) : piece.fault.kind,
      ),
    ).toEqual([[ids.anna], "missing", [ids.bas]]);
  });

  it("list of more than one page is complete", async () => {
    const { graph } = await live();
    const query = { select: ["displayName"] };
    const whole = await graph.list({ operation: "GET /users", query: { ...query, top: 999 } });
    const pages = await all(graph.pages({ operation: "GET /users", query: { ...query, top: 3 } }));
    expect(pages.length).toBeGreaterThan(2);
    expect(pages.flatMap(({ objects }) => objects)).toEqual(whole);
  });
});
