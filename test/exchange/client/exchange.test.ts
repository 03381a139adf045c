import { describe, expect, it } from "vitest";
import type { Command } from "../../../lib/exchange/client/command.ts";
import { Fault } from "../../../lib/fault.ts";
import {
  clientOf,
  cut,
  endpoint,
  faultOf,
  notFound,
  refusal,
  reply,
  rows,
  tenantId,
  type Scripted,
} from "../scripted.ts";

const one: Command = {
  cmdlet: "Get-Mailbox",
  parameters: { Identity: "jan" },
  select: ["Guid", "Alias"],
};
const change: Command = {
  cmdlet: "Set-Mailbox",
  parameters: { Identity: "jan", HiddenFromAddressListsEnabled: true },
};
const creation: Command = { cmdlet: "New-DistributionGroup", parameters: { Name: "Sales" } };
const busy =
  "You have reached the maximum number of concurrent requests per tenant. Please wait and try again";

describe("a request", () => {
  it("goes to the endpoint of the tenant with what Microsoft's module sends", async () => {
    const { exchange, sent } = clientOf([rows([])]);
    await exchange.invoke(one);
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ method: "POST", url: `${endpoint}?$select=Guid,Alias` });
    expect(JSON.parse(sent[0]?.body ?? "")).toEqual({
      CmdletInput: { CmdletName: "Get-Mailbox", Parameters: { Identity: "jan" } },
    });
    expect(sent[0]?.headers).toMatchObject({
      authorization: "Bearer token-1",
      "content-type": "application/json; charset=utf-8",
      "accept-encoding": "gzip",
      "x-anchormailbox": `APP:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@${tenantId}`,
      "x-cmdletname": "Get-Mailbox",
      prefer: "odata.maxpagesize=1000",
    });
  });

  it("keeps its id over retries, and the connection's over commands", async () => {
    const { exchange, sent } = clientOf([reply(503), rows([]), rows([])]);
    await exchange.invoke(one);
    await exchange.invoke(one);
    const ids = (name: string): unknown[] => sent.map(({ headers }) => headers[name]);
    expect(ids("connection-id")).toEqual(["id-1", "id-1", "id-1"]);
    expect(ids("client-request-id")).toEqual(["id-2", "id-2", "id-3"]);
  });

  it.each<[string, Command]>([
    ["Identity", { cmdlet: "Get-Mailbox", parameters: { Identity: " " } }],
    ["Filter", { cmdlet: "Get-Mailbox", parameters: { Filter: "" } }],
    ["User", { cmdlet: "Get-MailboxPermission", parameters: { Identity: "jan", User: "" } }],
  ])("with a blank %s is refused before anything is sent", async (_name, command) => {
    const { exchange, sent, time } = clientOf([]);
    expect((await faultOf(exchange.invoke(command))).kind).toBe("invalid");
    expect([sent.length, time.pace.stats.requests]).toEqual([0, 0]);
  });
});

describe("notices", () => {
  const nothing = "The command completed successfully but no settings of 'jan' have been modified.";

  it("are the warnings, with their kind where it is known", async () => {
    const { exchange } = clientOf([
      rows([], { "@adminapi.warnings": [nothing, "Something else."] }),
    ]);
    expect((await exchange.invoke(change)).notices).toEqual([
      { kind: "alreadySo", text: nothing },
      { kind: undefined, text: "Something else." },
    ]);
  });

  it("keep what a second attempt reports, and that it was the second", async () => {
    for (const lost of [cut(), reply(503), reply(200, '{"val')]) {
      const { exchange } = clientOf([
        lost,
        rows([], { "@adminapi.warnings": [nothing, "Something else."] }),
      ]);
      const { notices, wasRetried } = await exchange.invoke(change);
      expect([notices.map(({ kind }) => kind), wasRetried]).toEqual([
        ["alreadySo", undefined],
        true,
      ]);
    }
  });

  it("still do so after an attempt that was rejected", async () => {
    const { exchange } = clientOf([reply(429), rows([], { "@adminapi.warnings": [nothing] })]);
    expect(await exchange.invoke(change)).toMatchObject({
      notices: [{ kind: "alreadySo" }],
      wasRetried: true,
    });
  });
});

describe("trying again", () => {
  it.each<[string, Scripted, number]>([
    ["429 with seconds", reply(429, "busy", { "retry-after": "3" }), 3000],
    ["429 with a part of a second", reply(429, "", { "retry-after": "0.5" }), 500],
    ["429 with a date", reply(429, "", { "retry-after": "Sun, 22 Nov 2026 08:00:04 GMT" }), 4000],
    ["429 with less than nothing", reply(429, "", { "retry-after": "-3" }), 1000],
    ["429 with nonsense", reply(429, "", { "retry-after": "soon" }), 1000],
    ["429 without", reply(429), 1000],
    ["408", reply(408), 1000],
    ["502", reply(502, "<html>"), 1000],
    ["503", reply(503), 1000],
    ["503 with seconds", reply(503, "", { "retry-after": "2" }), 2000],
    ["504", reply(504), 1000],
    ["the cap on concurrent requests with 200", reply(200, busy), 1000],
    ["the cap on concurrent requests with 400", reply(400, busy, { "retry-after": "6" }), 6000],
    ["the cap on concurrent requests with 429", reply(429, busy), 1000],
    ["the cap on concurrent requests with 500", reply(500, busy), 1000],
    ["a passing class with 400", refusal(400, "ADServerSettingsChangedException", "x"), 1000],
    ["a passing class with 500", refusal(500, "StorageTransientException", "x"), 1000],
    [
      "a replica behind the times",
      refusal(
        400,
        "ManagementObjectNotFoundException",
        "Recipient jan couldn't be read from domain controller DC01.",
      ),
      1000,
    ],
    ["half an answer", reply(200, '{"value":['), 1000],
    ["no answer", cut(), 1000],
  ])("%s", async (_name, answer, wait) => {
    const { exchange, sent, time } = clientOf([answer, rows([{ Guid: "g" }])]);
    expect((await exchange.invoke(one)).rows).toEqual([{ Guid: "g" }]);
    expect(time.waits).toEqual([wait]);
    expect(exchange.stats).toEqual({ requests: 2, retries: 1, waitedMs: wait });
    expect(sent[1]).toEqual(sent[0]);
  });

  it.each<[string, Scripted]>([
    ["a plain 500", reply(500)],
    ["a 400", refusal(400, "DataValidationException", "x")],
    ["a 403", reply(403)],
    ["a web page", reply(200, "<html>")],
    ["what is not there", notFound("jan")],
  ])("not for %s", async (_name, answer) => {
    const { exchange, sent } = clientOf([answer]);
    await faultOf(exchange.invoke(one));
    expect(sent).toHaveLength(1);
  });

  it("ends when the wait that is requested passes the time that is left", async () => {
    const { exchange, time } = clientOf([reply(429, "", { "retry-after": "3600" })]);
    expect(await faultOf(exchange.invoke(one))).toMatchObject({
      kind: "throttled",
      requestId: "of-the-service",
    });
    expect(time.waits).toEqual([]);
  });

  it("never waits past the time that is left", async () => {
    const { exchange, time, sent } = clientOf([reply(503)], {
      forever: true,
      remainingMs: 10_000,
      random: 0.999,
    });
    expect(await faultOf(exchange.invoke(one))).toMatchObject({ kind: "unavailable" });
    expect(time.waits.reduce((sum, wait) => sum + wait, 0)).toBeLessThan(10_000);
    expect(sent).toHaveLength(time.waits.length + 1);
  });

  it("gives up after five attempts", async () => {
    const { exchange, sent } = clientOf([reply(503)], { forever: true, remainingMs: 600_000 });
    await faultOf(exchange.invoke(one));
    expect([sent.length, exchange.stats.retries]).toEqual([6, 5]);
  });
});

describe("sending twice", () => {
  const lost: [string, Scripted][] = [
    ["no answer", cut()],
    ["503", reply(503, "", { "retry-after": "1" })],
    ["504", reply(504)],
    ["408", reply(408)],
    ["half an answer", reply(200, '{"val')],
    ["a passing class", refusal(500, "StorageTransientException", "x")],
  ];

  it.each(lost)("is allowed for a change after %s", async (_name, answer) => {
    const { exchange, sent } = clientOf([answer, rows([])]);
    await exchange.invoke(change);
    expect(sent).toHaveLength(2);
  });

  it.each(lost)("is not allowed for a creation after %s", async (_name, answer) => {
    const { exchange, sent } = clientOf([answer]);
    const fault = await faultOf(exchange.invoke(creation));
    expect(fault).toMatchObject({ kind: "unavailable", retryable: false });
    expect(fault.message).toContain(
      "It is not known whether New-DistributionGroup was carried out, so it was not sent again.",
    );
    expect([sent.length, exchange.stats.retries]).toEqual([1, 0]);
  });

  it.each<[string, Scripted]>([
    ["429", reply(429)],
    ["the cap on concurrent requests", reply(400, busy)],
    ["401", reply(401)],
    ["302", reply(302, "", { location: "https://eur.outlook.office365.com/" })],
  ])("a creation that was turned away with %s", async (_name, answer) => {
    const { exchange, sent } = clientOf([answer, rows([{ Guid: "g" }])]);
    expect((await exchange.invoke(creation)).rows).toHaveLength(1);
    expect(sent).toHaveLength(2);
  });

  it("is not allowed for a creation that was rejected once", async () => {
    const { exchange, sent } = clientOf([reply(429), cut()]);
    await faultOf(exchange.invoke(creation));
    expect(sent).toHaveLength(2);
  });
});

describe("a refused token", () => {
  const claims = '{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}';
  const challenge = (text: string): Scripted =>
    reply(401, "", {
      "www-authenticate":
        'Bearer realm="", authorization_uri="x", error="insufficient_claims", ' +
        `claims="${Buffer.from(text).toString("base64")}"`,
    });

  it("is replaced once, with the claims that were requested", async () => {
    const { exchange, refusals, sent } = clientOf([challenge(claims), rows([{ Guid: "g" }])]);
    expect((await exchange.invoke(one)).rows).toHaveLength(1);
    expect(refusals).toEqual([{ token: "token-1", claims }]);
    expect(sent.map(({ headers }) => headers["authorization"])).toEqual([
      "Bearer token-1",
      "Bearer token-2",
    ]);
    expect(exchange.stats).toEqual({ requests: 2, retries: 1, waitedMs: 0 });
  });

  it.each<[string, Scripted]>([
    ["none", reply(401)],
    ["half of them", challenge(claims.slice(0, 20))],
    ["a number for them", challenge("42")],
    ["nothing usable", reply(401, "", { "www-authenticate": 'Bearer claims=""' })],
  ])("is replaced when the refusal names claims: %s", async (_name, answer) => {
    const { exchange, refusals } = clientOf([answer, rows([])]);
    await exchange.invoke(one);
    expect(refusals).toEqual([{ token: "token-1", claims: undefined }]);
  });

  it("is a denial the second time", async () => {
    const { exchange, sent, refusals } = clientOf([reply(401)], { forever: true });
    expect(await faultOf(exchange.invoke(one))).toMatchObject({ kind: "denied", retryable: false });
    expect([sent.length, refusals.length]).toEqual([2, 1]);
  });

  it("names the missing role when that is the reason", async () => {
    const { exchange } = clientOf(
      [
        reply(
          401,
          "The role assigned to application x isn't supported in this scenario. Please check online documentation.",
        ),
      ],
      { forever: true },
    );
    expect((await faultOf(exchange.invoke(one))).message).toContain(
      "Exchange Recipient Administrator",
    );
  });

  it("may be replaced on every page", async () => {
    const { exchange, refusals } = clientOf([
      reply(401),
      rows([{}], { "@odata.nextLink": `${endpoint}?p=2` }),
      reply(401),
      rows([{ Guid: "2" }]),
    ]);
    expect((await exchange.invoke(one)).rows).toHaveLength(2);
    expect(refusals).toHaveLength(2);
  });
});

it("ends with the run, for the run's reason", async () => {
  const { exchange, time, sent } = clientOf([]);
  const reason = new Fault({ kind: "unavailable", message: "Over." });
  time.abort(reason);
  expect(await faultOf(exchange.invoke(one))).toBe(reason);
  expect(sent).toEqual([]);
});
