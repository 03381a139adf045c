import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import { beforeEach, describe, expect, it } from "vitest";
import { manyMailboxes } from "./seed.ts";
import { seededClient, served, TestClient, type Reply } from "./testClient.ts";
import { createEmulator } from "./emulator.ts";

let client: TestClient;
beforeEach(() => {
  client = seededClient();
});

async function control(method: string, path: string, body?: unknown): Promise<Reply> {
  const url = `${client.emulator.baseUrls().exchange}/_emulator/${path}`;
  return client.send(url, { method, ...(body !== undefined && { body: JSON.stringify(body) }) });
}

const names = async (query: string): Promise<unknown[]> => {
  const { text } = await control("GET", `objects?${query}`);
  return (JSON.parse(text) as { objects: { name: string }[] }).objects.map(({ name }) => name);
};

describe("objects", () => {
  it.each([
    ["search=sales@contoso.com", ["Sales"]],
    ["search=SALES", ["Sales"]],
    ["search=Sales%20t", ["Sales team"]],
    ["search=lukasz", ["Łukasz Wiśniewski"]],
    ["search=sales&kind=groups", ["Sales team"]],
    ["search=nothing.like.this", []],
  ])("are found by an identity, or else by a part of a name: %s", async (query, expected) => {
    expect(await names(query)).toEqual(expected);
  });

  it("are counted, and at most 50 are listed", async () => {
    client = new TestClient(createEmulator({ state: manyMailboxes(60) }));
    expect(JSON.parse((await control("GET", "objects")).text)).toMatchObject({ count: 60 });
    expect(await names("")).toHaveLength(50);
  });

  it("of a kind that does not exist, and one that is not there, are refused", async () => {
    expect((await control("GET", "objects?kind=rooms")).json.problems).toEqual([
      "kind: must be one of mailboxes, groups, others",
    ]);
    expect((await control("GET", "object?guid=x")).json.problems).toEqual([
      'guid: no object has "x"',
    ]);
  });

  it("show the truth, also while readers see it late", async () => {
    await control("PATCH", "behaviour", { permissionLagMs: 60_000 });
    await client.invoke("Add-MailboxPermission", {
      Identity: "info@contoso.com",
      User: "bas.bakker@contoso.com",
      AccessRights: ["FullAccess"],
    });
    const rows = await client.invoke("Get-MailboxPermission", { Identity: "info@contoso.com" });
    expect(rows.text).not.toContain("bas.bakker");
    const [guid] = client.emulator.store().find("info@contoso.com");
    const { text } = await control("GET", `object?guid=${String(guid?.["Guid"])}`);
    expect(text).toContain("bas.bakker@contoso.com");
  });
});

describe("the behaviour", () => {
  it("is changed in part", async () => {
    const before = client.emulator.state().behaviour.wording;
    expect((await control("PATCH", "behaviour", { requestMs: 5 })).status).toBe(204);
    expect(JSON.parse((await control("GET", "behaviour")).text)).toMatchObject({
      requestMs: 5,
      wording: before,
    });
  });

  it("is refused when a switch does not exist or its value is of another type", async () => {
    const refused = await control("PATCH", "behaviour", { requestMs: "5", requestsMs: 5 });
    expect(refused.status).toBe(400);
    expect(refused.json.problems).toEqual([
      "behaviour.requestMs: must be a number",
      expect.stringMatching(/^behaviour\.requestsMs: is not a switch/),
    ]);
    expect(client.emulator.state().behaviour.requestMs).toBe(0);
  });
});

describe("a fault", () => {
  it("of a cmdlet that Exchange Online does not have is refused, and the others stay", async () => {
    await control("PATCH", "faults", [{ named: "throttled", match: { cmdlet: "Get-Mailbox" } }]);
    const refused = await control("PATCH", "faults", [
      { named: "throttled", match: { cmdlet: "Get-Mailboxx" } },
    ]);
    expect(refused.json.problems[0]).toContain("has no cmdlet 'Get-Mailboxx'");
    expect(client.emulator.faults()).toHaveLength(1);
  });
});

describe("the start", () => {
  it("is not known unless it was remembered", async () => {
    for (const [method, path] of [
      ["GET", "changes"],
      ["DELETE", "state"],
    ] as const)
      expect((await control(method, path)).json.problems[0]).toMatch(/^nothing is remembered/);
  });

  it("comes back, without faults and journal, also after changes were counted anew", async () => {
    client.emulator.remember();
    await client.invoke("Set-Mailbox", { Identity: "info", CustomAttribute3: "blue" });
    await control("DELETE", "changes");
    await client.invoke("Set-Mailbox", { Identity: "info", CustomAttribute4: "red" });
    expect(JSON.parse((await control("GET", "changes")).text)).toMatchObject([
      { differences: [{ property: "CustomAttribute4", from: "", to: "red" }] },
    ]);
    client.emulator.setFaults([{ named: "throttled" }]);
    expect((await control("DELETE", "state")).status).toBe(204);
    expect((await control("GET", "changes")).text).toBe("[]");
    expect([client.emulator.faults(), client.emulator.journal()]).toEqual([[], []]);
    const [info] = client.emulator.store().find("info");
    expect(info).not.toHaveProperty("CustomAttribute3");
  });
});

describe("the requests", () => {
  it("after a number are those that were answered since, with their milliseconds", async () => {
    await client.invoke("Get-Mailbox", { Identity: "info" });
    const first = JSON.parse((await control("GET", "requests")).text) as { last: number };
    expect(first).toMatchObject({
      last: 2,
      requests: [{ side: "login" }, { cmdlet: "Get-Mailbox", status: 200 }],
    });
    client.emulator.clearJournal();
    await control("PATCH", "behaviour", { requestMs: 30 });
    await client.invoke("Get-User", { Identity: "info" });
    const { last, requests } = client.emulator.answeredAfter(first.last);
    expect([last, requests.map(({ cmdlet }) => cmdlet)]).toEqual([3, ["Get-User"]]);
    expect(requests[0]?.ms).toBeGreaterThanOrEqual(29);
    expect(client.emulator.answeredAfter(3).requests).toEqual([]);
  });

  it("are at most the last 500", async () => {
    await client.signIn();
    for (let index = 0; index < 1100; index += 1) await client.send(client.endpoint);
    const { last, requests } = client.emulator.answeredAfter(0);
    expect([last, requests.length]).toEqual([1101, 500]);
    expect(requests.at(-1)).toBe(client.emulator.journal().at(-1));
  });
});

describe("the control API", () => {
  it("answers only to a name of this machine", async () => {
    const { running } = await served();
    const statusFor = async (host: string): Promise<number | undefined> => {
      const url = new URL("/_emulator/tenant", running.exchangeUrl);
      const sent = request(url, { headers: { host } }).end();
      const [response] = (await once(sent, "response")) as [IncomingMessage];
      response.resume();
      return response.statusCode;
    };
    try {
      expect(await statusFor("localhost:1")).toBe(200);
      expect(await statusFor("127.0.0.1")).toBe(200);
      expect(await statusFor("rebound.example")).toBe(403);
      expect(await statusFor("127.0.0.1.example")).toBe(403);
    } finally {
      await running.close();
    }
  });

  it("names what there is", async () => {
    const { status, json } = await control("POST", "state");
    expect([status, json.problems[0]]).toEqual([
      404,
      expect.stringMatching(/^POST state: there is connection, tenant, .* and clock$/),
    ]);
  });
});
