import { gunzipSync } from "node:zlib";
import { request as rawRequest } from "node:http";
import { getResponse } from "msw";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createEmulator } from "./emulator.ts";
import { nameOf, type Fault } from "./faults.ts";
import { handlersFor } from "./inProcess.ts";
import { seedState } from "./seed.ts";
import type { RunningEmulator } from "./server.ts";
import type { State } from "./state.ts";
import { linkOf, refusal, served, TestClient, type Wire } from "./testClient.ts";

let running: RunningEmulator;
let client: TestClient;

beforeAll(async () => void ({ running, client } = await served()));
afterAll(() => running.close());
beforeEach(async () => {
  running.emulator.replaceState(seedState());
  running.emulator.setFaults([]);
  await client.signIn();
  running.emulator.clearJournal();
});

const control = (method: string, what: string, body?: unknown) =>
  client.send(`${running.exchangeUrl}/_emulator/${what}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
const few = { ResultSize: 3 };
const written = (): boolean =>
  running.emulator.state().objects.some((object) => object["CustomAttribute9"] === "written");

describe("a fault", () => {
  it.each([
    [{ named: "throttled", retryAfter: "0.5" }, 429, /^Too many/, { "retry-after": "0.5" }],
    [{ named: "throttledNoRetryAfter" }, 429, /^Too many/, { "retry-after": /^absent$/ }],
    [
      { named: "concurrency" },
      400,
      /^You have reached the maximum number of concurrent requests per tenant/,
      {},
    ],
    [{ named: "unavailable" }, 503, /^$/, { "retry-after": /^absent$/ }],
    [{ named: "html" }, 502, /^<!DOCTYPE html>/, { "content-type": "text/html" }],
    [{ named: "tokenRefused" }, 401, /no longer accepted/, { "www-authenticate": /^Bearer / }],
    [{ named: "forbiddenNul" }, 403, /^\0{470}$/, {}],
    [
      { named: "transient" },
      500,
      /ADServerSettingsChangedException/,
      { "x-exceptiontype": "ADServerSettingsChangedException" },
    ],
    [
      { named: "transient", status: 400, className: "A.B.StorageTransientException" },
      400,
      /A\.B\.StorageTransientException/,
      {},
    ],
    [
      { answer: { status: 418, headers: { "x-tea": "yes" }, body: { pot: 1 } } },
      418,
      /^{"pot":1}$/,
      { "x-tea": "yes" },
    ],
    [{ answer: { status: 200, bodyBase64: "AAE=" } }, 200, /^\0\x01$/, {}],
  ] as [Fault, number, RegExp, Record<string, string | RegExp>][])(
    "%j answers %i",
    async (fault, status, text, headers) => {
      expect((await control("PUT", "faults", [fault])).status).toBe(204);
      const answer = await client.invoke("Get-Mailbox", few);
      expect([answer.status, answer.text]).toEqual([status, expect.stringMatching(text)]);
      for (const [name, value] of Object.entries(headers))
        expect(answer.headers.get(name) ?? "absent").toMatch(value);
      expect(running.emulator.journal()).toMatchObject([
        { cmdlet: "Get-Mailbox", status, fault: nameOf(fault) },
      ]);
    },
  );

  it("that was listed is accepted back, and starts anew", async () => {
    await control("PUT", "faults", [{ named: "unavailable", times: 1 }]);
    expect((await client.invoke("Get-Mailbox", few)).status).toBe(503);
    const { text } = await control("GET", "faults");
    expect(JSON.parse(text)).toEqual([{ named: "unavailable", times: 1, seen: 1 }]);
    expect((await control("PUT", "faults", JSON.parse(text))).status).toBe(204);
    expect((await client.invoke("Get-Mailbox", few)).status).toBe(503);
  });

  it("can redirect to another origin", async () => {
    running.emulator.setFaults([{ named: "redirect", location: "http://127.0.0.1:9" }]);
    const answer = await fetch(client.endpoint, { method: "POST", redirect: "manual" });
    expect([answer.status, answer.headers.get("location")]).toEqual([
      302,
      `http://127.0.0.1:9${new URL(client.endpoint).pathname}`,
    ]);
  });

  it("can claim a compression that it does not have", async () => {
    running.emulator.setFaults([{ named: "falseGzip" }]);
    await expect(client.invoke("Get-Mailbox", few)).rejects.toThrow();
  });

  it("strikes only its matches, after its skips, as often as its times", async () => {
    running.emulator.setFaults([
      { match: { cmdlet: "get-mailbox" }, skip: 1, times: 2, named: "throttled" },
    ]);
    const statuses: number[] = [];
    for (const cmdlet of [
      "Get-User",
      "Get-Mailbox",
      "Get-Mailbox",
      "Get-User",
      "Get-Mailbox",
      "Get-Mailbox",
    ])
      statuses.push((await client.invoke(cmdlet, few)).status);
    expect(statuses).toEqual([200, 200, 429, 200, 429, 200]);
    running.emulator.setFaults([
      { match: { side: "login" }, named: "unavailable", times: 1 },
      { match: { page: 2 }, named: "html" },
    ]);
    expect([(await client.signIn()).status, (await client.signIn()).status]).toEqual([503, 200]);
    const first = await client.invoke("Get-Mailbox", few, {
      headers: { Prefer: "odata.maxpagesize=2" },
    });
    expect((await client.invoke("Get-Mailbox", few, { url: linkOf(first) })).status).toBe(502);
  });

  it("can cut the connection before or after the change", async () => {
    const hide = { Identity: "sales", HiddenFromAddressListsEnabled: true };
    const hidden = async () =>
      (await client.invoke("Get-Mailbox", { Identity: "sales" })).json.value[0]?.[
        "HiddenFromAddressListsEnabled"
      ];
    running.emulator.setFaults([
      { match: { cmdlet: "Set-Mailbox" }, cut: "before", times: 1 },
      { match: { cmdlet: "Set-Mailbox" }, cut: "after", times: 1 },
    ]);
    await expect(client.invoke("Set-Mailbox", hide)).rejects.toThrow();
    expect(await hidden()).toBe(false);
    await expect(client.invoke("Set-Mailbox", hide)).rejects.toThrow();
    expect(await hidden()).toBe(true);
    expect(
      running.emulator.journal().filter(({ cmdlet }) => cmdlet === "Set-Mailbox"),
    ).toMatchObject([
      { status: null, fault: "cut before" },
      { status: null, fault: "cut after" },
    ]);
  });

  it("can strike the n-th request of a run, of any kind", async () => {
    const write = { Identity: "sales", CustomAttribute9: "written" };
    const run = async (): Promise<string> => {
      const ends: string[] = [];
      for (const step of [
        () => client.signIn(),
        () => client.invoke("Get-Mailbox", few),
        () => client.invoke("Set-Mailbox", write),
      ])
        ends.push(
          await step().then(
            ({ status }) => String(status),
            () => "cut",
          ),
        );
      return ends.join(" ");
    };
    for (const [nth, cut, ends, applied] of [
      [1, "before", "cut 200 200", "false true true"],
      [2, "after", "200 cut 200", "true true true"],
      [3, "before", "200 200 cut", "true true false"],
      [3, "after", "200 200 cut", "true true true"],
      [4, "after", "200 200 200", "true true true"],
    ] as const) {
      running.emulator.replaceState(seedState());
      running.emulator.clearJournal();
      running.emulator.setFaults([{ match: { nth }, cut }]);
      expect([
        nth,
        cut,
        await run(),
        running.emulator
          .journal()
          .map((entry) => entry.applied)
          .join(" "),
      ]).toEqual([nth, cut, ends, applied]);
      const written = running.emulator
        .state()
        .objects.some((object) => object["CustomAttribute9"] === "written");
      expect([nth, cut, written]).toEqual([nth, cut, ends.endsWith("200") || cut === "after"]);
    }
  });

  it("records refused requests as not applied", async () => {
    await client.invoke("Set-Mailbox", { Identity: "nobody" });
    running.emulator.setFaults([{ named: "throttled", times: 1 }]);
    await client.invoke("Get-Mailbox", few);
    expect(running.emulator.journal()).toMatchObject([
      { status: 404, applied: false },
      { status: 429, applied: false },
    ]);
  });

  it.each([
    ["dualWriteOnPremises", 400, "UnableToWriteToAadException", "on-premises mastered"],
    ["dualWriteTransient", 400, "UnableToWriteToAadException", "temporarily unavailable"],
    ["dualWriteRefused", 400, "UnableToWriteToAadException", "Invalid value specified"],
    ["mailboxMoved", 500, "MailboxInfoStaleException", "the mailbox of user sales because"],
    ["mailboxInTransit", 500, "MailboxInTransitException", "sales"],
    ["wrongServer", 500, "WrongServerException", "sales"],
    ["mailboxUnavailable", 500, "MailboxUnavailableException", "sales"],
    ["notFoundHere", 404, "ManagementObjectNotFoundException", "'sales' couldn't be found on"],
    ["groupMailbox", 400, "RecipientTaskException", "not supported on GroupMailbox"],
  ] as const)(
    "named %s answers %i %s once, and nothing is done",
    async (named, code, name, words) => {
      const write = { Identity: "sales", CustomAttribute9: "written" };
      running.emulator.setFaults([{ match: { cmdlet: "Set-Mailbox" }, named, times: 1 }]);
      const { status, headers, text } = await client.invoke("Set-Mailbox", write);
      expect([status, headers.get("x-exceptiontype"), text]).toEqual([
        code,
        name,
        expect.stringContaining(words),
      ]);
      expect(written()).toBe(false);
      expect((await client.invoke("Set-Mailbox", write)).status).toBe(200);
      expect(written()).toBe(true);
    },
  );

  it("can name a status for a refusal, and make the sign-in unavailable", async () => {
    running.emulator.setFaults([
      { match: { side: "login" }, named: "signInUnavailable", status: 200, times: 1 },
      { match: { side: "exchange" }, named: "mailboxMoved", status: 503 },
    ]);
    const signIn = await client.signIn();
    expect([signIn.status, signIn.json.error_codes]).toEqual([200, [90033]]);
    expect((await client.invoke("Get-Mailbox", few)).status).toBe(503);
  });

  it.each([
    [{ named: "ignored" }, [200, undefined, false]],
    [{ named: "ignored", warning: "Queued." }, [200, ["Queued."], false]],
    [{ warning: "It takes a while." }, [200, ["It takes a while."], true]],
    [{ named: "unavailable", applied: true }, [503, undefined, true]],
    [{ answer: { status: 200, body: {} }, applied: true }, [200, undefined, true]],
  ] as [Fault, unknown[]][])("%j on a write ends as %j", async (fault, end) => {
    running.emulator.setFaults([{ ...fault, match: { cmdlet: "Set-Mailbox" } }]);
    const write = { Identity: "sales", CustomAttribute9: "written" };
    const { status, json } = await client.invoke("Set-Mailbox", write);
    expect([status, json["@adminapi.warnings"], written()]).toEqual(end);
  });

  it("can be one of a pair: of one request after another, and after the n-th request", async () => {
    running.emulator.setFaults([
      { match: { cmdlet: "Set-Mailbox" }, named: "unavailable", times: 1 },
      { match: { cmdlet: "Set-Mailbox" }, named: "ignored", times: 1 },
      { match: { after: 4 }, named: "html", times: 1 },
    ]);
    const statuses: number[] = [];
    for (const CustomAttribute9 of ["a", "b", "c", "d", "e", "f"])
      statuses.push(
        (await client.invoke("Set-Mailbox", { Identity: "sales", CustomAttribute9 })).status,
      );
    expect(statuses).toEqual([503, 200, 200, 200, 502, 200]);
    expect(running.emulator.state().objects.map((one) => one["CustomAttribute9"])).toContain("f");
  });

  it("can be one of two that strike the same request", async () => {
    running.emulator.setFaults([
      { match: { cmdlet: "Set-Mailbox" }, delayMs: 30, named: "throttled", retryAfter: "3" },
      { match: { nth: 2 }, also: true, delayMs: 30, cut: "after", named: "html" },
      { match: { nth: 3 }, also: true, applied: true },
    ] as Fault[]);
    const write = { Identity: "sales", CustomAttribute9: "written" };
    const before = Date.now();
    expect((await client.invoke("Set-Mailbox", write)).status).toBe(429);
    await expect(client.invoke("Set-Mailbox", write)).rejects.toThrow();
    expect(Date.now() - before).toBeGreaterThanOrEqual(85);
    expect(written()).toBe(false);
    expect((await client.invoke("Set-Mailbox", write)).status).toBe(429);
    expect(written()).toBe(true);
    expect(running.emulator.journal().map(({ fault }) => fault)).toEqual([
      "throttled, delay 30 ms",
      "throttled, cut after, delay 60 ms",
      "throttled, applied, delay 30 ms",
    ]);
  });

  it("can cut the connection in the middle of the answer", async () => {
    running.emulator.setFaults([{ cut: "half" }]);
    const answer = await fetch(client.endpoint, {
      method: "POST",
      headers: { authorization: `Bearer ${client.token}`, "content-type": "application/json" },
      body: JSON.stringify({ CmdletInput: { CmdletName: "Get-Mailbox", Parameters: few } }),
    });
    expect(answer.status).toBe(200);
    await expect(answer.text()).rejects.toThrow();
  });

  it("can delay a client, for a while or for ever", async () => {
    running.emulator.setFaults([{ delayMs: 60, times: 1 }, { hang: true }]);
    const before = Date.now();
    expect((await client.invoke("Get-Mailbox", few)).status).toBe(200);
    expect(Date.now() - before).toBeGreaterThanOrEqual(55);
    await expect(
      client.send(client.endpoint, { method: "POST", body: "{}", signal: AbortSignal.timeout(60) }),
    ).rejects.toThrow(/timeout/i);
  });

  it("is refused when it is inconsistent", async () => {
    for (const fault of [
      { named: "gremlins" },
      { cut: "sideways" },
      { nmaed: "html" },
      { times: 1 },
      { match: { nth: 0 }, hang: true },
      { match: { nht: 1 }, hang: true },
      { match: { after: 0 }, hang: true },
      { applied: true, cut: "after" },
      { warning: "" },
    ]) {
      const answer = await control("PUT", "faults", [fault]);
      expect([answer.status, answer.json.problems[0]]).toEqual([
        400,
        expect.stringMatching(/^faults\[0\]/),
      ]);
    }
    expect((await control("GET", "faults")).json).toEqual([]);
  });

  it.each([
    [{ match: { cmdlet: "Set-Mailbx" }, hang: true }, "Exchange Online has no cmdlet 'Set-Mailbx'"],
    [{ match: { cmdlet: "Get-Mailbox", side: "login" }, hang: true }, "the sign-in has no cmdlets"],
    [{ match: { nth: 2, after: 2 }, hang: true }, "its nth request comes before those of after"],
    [{ match: { nth: 2 }, skip: 1, hang: true }, "its nth request is one"],
    [{ times: 0, hang: true }, "its times are less than one"],
    [{ named: "html", retryAfter: "1" }, "retryAfter belongs to another kind of fault"],
    [{ named: "unavailable", status: 500 }, "status belongs to another kind of fault"],
    [{ hang: true, className: "A.B" }, "className belongs to another kind of fault"],
    [{ hang: true, location: "https://a" }, "location belongs to another kind of fault"],
    [{ hang: true, seed: 2 }, "seed belongs to another kind of fault"],
  ] as [Fault, string][])("that would never strike is refused: %j", async (fault, why) => {
    const problem = `faults[1] would never take effect: ${why}`;
    const faults = [{ match: { cmdlet: "$batch" }, hang: true }, fault];
    const answer = await control("PUT", "faults", faults);
    expect([answer.status, answer.json.problems[0]]).toEqual([
      400,
      expect.stringContaining(problem),
    ]);
    expect(() => running.emulator.setFaults(faults as Fault[])).toThrow(problem);
    expect(running.emulator.faults()).toEqual([]);
  });
});

describe("the control API", () => {
  it("returns the whole state, accepts it back, and uses it", async () => {
    const state = JSON.parse((await control("GET", "state")).text) as State;
    const objects = state.objects.filter((object) => object["Alias"] !== "sales");
    expect((await control("PUT", "state", { ...state, objects })).status).toBe(204);
    expect((await client.invoke("Get-Mailbox", { Identity: "sales" })).status).toBe(404);
  });

  it("reports every fault of a state, and keeps the old one", async () => {
    const bad = {
      tenant: { ...seedState().tenant, cloud: "mars" },
      apps: [],
      behaviour: { errorEncoding: "morse", speed: 1 },
      objects: [
        {
          Guid: "1",
          Name: "x",
          RecipientTypeDetails: "Mailbox",
          Colour: "red",
          CustomAttribute1: 5,
        },
      ],
      extra: 1,
    };
    const { status, json } = await control("PUT", "state", bad);
    expect(status).toBe(400);
    expect(json.problems.map((problem) => problem.split(":")[0])).toEqual([
      "extra",
      "tenant.cloud",
      "apps",
      "behaviour.errorEncoding",
      "behaviour.speed",
      "objects[0].Guid",
      "objects[0].RecipientTypeDetails",
      "objects[0].Colour",
      "objects[0].CustomAttribute1",
    ]);
    const [twin] = seedState().objects;
    const twins = await control("PUT", "state", { ...seedState(), objects: [twin, twin] });
    expect(twins.json.problems).toEqual([
      "objects[1].Guid: is used twice (0b1ec700-0000-4000-8000-000000000001)",
    ]);
    expect((await client.invoke("Get-Mailbox", { Identity: "sales" })).status).toBe(200);
  });

  it.each([
    ["UserMailbox", { PrimarySmtpAddress: "a@contoso.com" }, "follows from EmailAddresses"],
    ["UserMailbox", { MemberOfGroup: [] }, "follows from Members of the group"],
    ["UserMailbox", { Members: [] }, "a UserMailbox does not have it"],
    ["MailContact", { AutoReplyState: "Enabled" }, "a MailContact does not have it"],
    ["MailUniversalDistributionGroup", { AutoReplyState: "Enabled" }, "does not have it"],
  ])("refuses what would never take effect: %s with %j", async (type, own, why) => {
    const state = seedState();
    const [name] = Object.keys(own);
    state.objects.unshift({
      Guid: "0b1ec700-0000-4000-8000-00000000ffff",
      Name: "x",
      RecipientTypeDetails: type,
      ...own,
    });
    const answer = await control("PUT", "state", state);
    expect([answer.status, answer.json.problems]).toEqual([
      400,
      [expect.stringMatching(`^objects\\[0\\]\\.${name}: would not take effect: .*${why}`)],
    ]);
  });

  it("refuses a lag of an object that does not exist", async () => {
    const lags = [{ object: "0b1ec700-0000-4000-8000-00000000ffff", ms: 5 }];
    const answer = await control("PUT", "state", { ...seedState(), lags });
    expect(answer.json.problems).toEqual([
      "lags[0].object: would not take effect: no object has this Guid",
    ]);
  });

  it("accepts the state back after a licence was taken", async () => {
    await control("PUT", "licence", { user: "leo.leaver", licensed: false, becomes: "User" });
    const state: unknown = JSON.parse((await control("GET", "state")).text);
    expect((await control("PUT", "state", state)).status).toBe(204);
  });

  it("shows the journal without secrets, and empties it", async () => {
    await client.invoke(
      "Set-Mailbox",
      { Identity: "sales", Password: "hunter2" },
      { headers: { "X-AnchorMailbox": "sales@contoso.com", "client-request-id": "abc" } },
    );
    const { json, text } = await control("GET", "journal");
    expect(json).toMatchObject([
      {
        side: "exchange",
        method: "POST",
        cmdlet: "Set-Mailbox",
        credential: "bearer",
        status: 501,
        page: 1,
        parameters: { Identity: "sales", Password: "(secret)" },
        headers: { "x-anchormailbox": "sales@contoso.com", "client-request-id": "abc" },
      },
    ]);
    expect(text).not.toMatch(/hunter2|authorization/i);
    await control("DELETE", "journal");
    expect((await control("GET", "journal")).json).toEqual([]);
  });

  it("moves the clock, and tokens age with it", async () => {
    const { now } = (await control("GET", "clock")).json;
    expect(
      (await control("PUT", "clock", { advanceMs: 3600_000 })).json.now,
    ).toBeGreaterThanOrEqual(now + 3600_000);
    expect((await client.invoke("Get-Mailbox", few)).status).toBe(401);
    await control("PUT", "clock", { now });
    expect((await client.invoke("Get-Mailbox", few)).status).toBe(200);
    expect((await control("PUT", "clock", {})).status).toBe(400);
  });
});

describe("the emulator", () => {
  it("is served on two ports, one for each host", async () => {
    expect(
      (
        await client.send(client.endpoint.replace(running.exchangeUrl, running.loginUrl), {
          method: "POST",
          body: "{}",
        })
      ).status,
    ).toBe(404);
    expect(
      (
        await client.send(`${running.exchangeUrl}/${running.tenantId}/oauth2/v2.0/token`, {
          method: "POST",
          body: "a=b",
        })
      ).status,
    ).toBe(404);
  });

  it("compresses answers only for clients that accept it", async () => {
    const body = JSON.stringify({ CmdletInput: { CmdletName: "Get-Mailbox", Parameters: few } });
    const bytes = async (headers: Record<string, string>): Promise<Buffer> =>
      new Promise((resolve, reject) => {
        const sent = rawRequest(
          client.endpoint,
          {
            method: "POST",
            headers: {
              authorization: `Bearer ${client.token}`,
              "content-type": "application/json",
              ...headers,
            },
          },
          (answer) =>
            void answer
              .toArray()
              .then((parts) => resolve(Buffer.concat(parts as Buffer[])), reject),
        );
        sent.on("error", reject).end(body);
      });
    const rows = (json: Buffer): unknown[] => (JSON.parse(json.toString()) as Wire).value;
    expect(rows(gunzipSync(await bytes({ "accept-encoding": "gzip" })))).toHaveLength(3);
    expect(rows(await bytes({}))).toHaveLength(3);
  });

  it("runs in process under the real hosts, including cut connections", async () => {
    const emulator = createEmulator();
    const handlers = handlersFor(emulator);
    const inProcess = new TestClient(
      emulator,
      async (request) =>
        (await getResponse(handlers, request)) ?? new Response("unhandled", { status: 599 }),
    );
    const answer = await inProcess.invoke("Get-Mailbox", { Identity: "nobody" });
    expect([answer.status, refusal(answer)]).toEqual([404, expect.stringContaining("'nobody'")]);
    expect(emulator.journal().map(({ side }) => side)).toEqual(["login", "exchange"]);
    emulator.setFaults([{ cut: "before" }]);
    const cut = await getResponse(
      handlers,
      new Request(inProcess.endpoint, { method: "POST", body: "{}" }),
    );
    expect(cut?.type).toBe("error");
  });
});
