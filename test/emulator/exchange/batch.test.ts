import { beforeEach, describe, expect, it } from "vitest";
import { createEmulator, type Emulator } from "../emulator.ts";
import { readFaults } from "../faults.ts";
import { seedState } from "../seed.ts";
import type { Behaviour } from "../state.ts";
import { refusal, served, TestClient, type Item, type Reply } from "../testClient.ts";

let emulator: Emulator;
let client: TestClient;

async function start(behaviour: Partial<Behaviour> = {}): Promise<void> {
  const state = seedState();
  Object.assign(state.behaviour, behaviour);
  emulator = createEmulator({ state, clock: () => Date.parse("2026-06-01T12:00:00Z") });
  client = new TestClient(emulator);
  await client.signIn();
  emulator.clearJournal();
}

beforeEach(() => start());

const get = (id: string, identity: string, changes: Record<string, unknown> = {}) =>
  client.item(id, "Get-Mailbox", { Identity: identity }, changes);
const byId = (answer: Reply): Record<string, Item> =>
  Object.fromEntries(answer.json.responses.map((response) => [response.id, response]));
const statuses = (answer: Reply): Record<string, number> =>
  Object.fromEntries(answer.json.responses.map(({ id, status }) => [id, status]));
const setNote = (id: string, identity: string, text: string) =>
  client.item(id, "Set-Mailbox", { Identity: identity, CustomAttribute9: text });
const note = (identity: string): unknown =>
  emulator.state().objects.find(({ Alias }) => Alias === identity)?.["CustomAttribute9"];

describe("a batch", () => {
  it("answers each item as a separate request, under its id, in another order", async () => {
    const alone = {
      read: await client.invoke("Get-Mailbox", { Identity: "sales" }),
      wrong: await client.invoke("Get-Mailbox", { Identity: "nobody" }),
      write: await client.invoke("Set-Mailbox", { Identity: "sales", CustomAttribute1: null }),
    };
    const answer = await client.batch([
      get("a", "sales"),
      get("b", "nobody"),
      client.item("c", "Set-Mailbox", { Identity: "sales", CustomAttribute1: null }),
      get("d", "info"),
    ]);
    expect([answer.status, answer.json.responses.map(({ id }) => id)]).toEqual([
      200,
      ["b", "d", "a", "c"],
    ]);
    const { a, b, c } = byId(answer);
    expect([a?.status, a?.body, c?.status, c?.body]).toEqual([
      200,
      alone.read.json,
      200,
      alone.write.json,
    ]);
    expect(c?.body["@adminapi.warnings"]?.[0]).toContain("no settings of");
    expect([b?.status, b?.body.error.details[0]?.message, b?.headers["x-exceptiontype"]]).toEqual([
      404,
      alone.wrong.json.error.details[0]?.message,
      "ManagementObjectNotFoundException",
    ]);
    expect(
      (
        await client.batch([
          get("a", "sales"),
          get("b", "nobody"),
          get("c", "info"),
          get("d", "info"),
        ])
      ).json.responses.map(({ id }) => id),
    ).toEqual(["b", "d", "a", "c"]);
  });

  it("leaves the targets of errors empty, which a separate request may name", async () => {
    const wrong = { Identity: "sales", Nonsense: 1 };
    expect((await client.invoke("Get-Mailbox", wrong)).json.error.details[0]).toMatchObject({
      target: "Nonsense",
    });
    const { a } = byId(await client.batch([client.item("a", "Get-Mailbox", wrong)]));
    expect([a?.status, a?.body.error.details[0]]).toEqual([
      400,
      expect.objectContaining({
        target: "",
        message: expect.stringContaining("Nonsense") as unknown,
      }),
    ]);
  });

  it("runs its items one after the other", async () => {
    await client.batch([
      setNote("0", "sales", "first"),
      setNote("1", "sales", "second"),
      client.item("2", "Set-Mailbox", { Identity: "sales", Alias: "verkoop" }),
      setNote("3", "verkoop", "third"),
    ]);
    expect([
      note("verkoop"),
      emulator
        .journal()
        .at(-1)
        ?.items?.map(({ status }) => status),
    ]).toEqual(["third", [200, 200, 200, 200]]);
  });

  it("trims columns and continues pages, also in a further batch", async () => {
    const url = `${client.endpoint}?$select=Alias`;
    const command = { ResultSize: 5 };
    const headers = { authorization: `Bearer ${client.token}`, Prefer: "odata.maxpagesize=2" };
    const first = byId(
      await client.batch([client.item("x", "Get-Mailbox", command, { url, headers })]),
    )["x"];
    expect([
      first?.body.value.map((row) => Object.keys(row)),
      first?.body["@adminapi.warnings"],
    ]).toEqual([[["Alias"], ["Alias"]], undefined]);
    const second = byId(
      await client.batch([
        client.item("y", "Get-Mailbox", command, { url: first?.body["@odata.nextLink"], headers }),
        get("z", "sales"),
      ]),
    )["y"];
    const third = await client.invoke("Get-Mailbox", command, {
      url: second?.body["@odata.nextLink"] ?? "",
    });
    expect([
      second?.body.value.length,
      third.json.value.length,
      third.json["@adminapi.warnings"]?.length,
    ]).toEqual([2, 1, 1]);
    expect(
      emulator.journal().map(({ items, page }) => items?.map((item) => item.page) ?? page),
    ).toEqual([[1], [2, 1], 3]);
  });

  it("applies the page size of the outer request to items without one", async () => {
    const answer = await client.batch([client.item("a", "Get-Mailbox", {})], {
      prefer: "odata.maxpagesize=7;odata.continue-on-error",
    });
    expect(byId(answer)["a"]?.body.value).toHaveLength(7);
  });

  it("ends at the first failure unless it is asked to continue", async () => {
    const answer = await client.batch(
      [setNote("a", "sales", "done"), setNote("b", "nobody", "x"), setNote("c", "info", "done")],
      {},
    );
    expect([statuses(answer), note("sales"), note("info")]).toEqual([
      { a: 200, b: 404 },
      "done",
      undefined,
    ]);
  });

  it("needs a token in every item, and a command of this host and tenant", async () => {
    const elsewhere = client.endpoint.replace("outlook.office365.com", "outlook.example.com");
    const answer = await client.batch([
      get("token", "sales", { headers: {} }),
      get("host", "sales", { url: elsewhere }),
      get("tenant", "sales", {
        url: client.endpoint.replace(
          client.emulator.credentials.tenantId,
          "00000000-0000-4000-8000-000000000000",
        ),
      }),
      get("relative", "sales", { url: "InvokeCommand" }),
      get("batch", "sales", { url: client.endpoint.replace("InvokeCommand", "$batch") }),
      get("method", "sales", { method: "GET" }),
      get("announced", "sales", {
        headers: { authorization: `Bearer ${client.token}`, "X-CmdletName": "Set-Mailbox" },
      }),
      get("fine", "sales", {
        headers: {
          authorization: `Bearer ${client.token}`,
          "X-CmdletName": "Get-Mailbox",
          "X-AnchorMailbox": "sales@contoso.com",
        },
      }),
    ]);
    expect([answer.status, statuses(answer)]).toEqual([
      200,
      {
        token: 401,
        host: 400,
        tenant: 401,
        relative: 400,
        batch: 400,
        method: 405,
        announced: 400,
        fine: 200,
      },
    ]);
  });

  it.each([
    [
      "eleven items",
      () => Array.from({ length: 11 }, (_, index) => get(String(index), "sales")),
      "at most 10",
    ],
    ["no items", () => [], "at least one"],
    ["no list", () => undefined, "at least one"],
    ["an id twice", () => [get("a", "sales"), get("a", "info")], "'a' is used twice"],
    ["no id", () => [get("a", "sales", { id: undefined })], "must have an id"],
    ["an id that is a number", () => [get("a", "sales", { id: 1 })], "must have an id"],
    ["no url", () => [get("a", "sales", { url: undefined })], "must have a method and a url"],
    ["wrong headers", () => [get("a", "sales", { headers: { a: 1 } })], "headers"],
  ])("of %s is refused as a whole", async (_, requests, text) => {
    const answer = await client.batch(requests());
    expect([answer.status, refusal(answer)]).toEqual([400, expect.stringContaining(text)]);
    expect(emulator.journal()).toMatchObject([
      { cmdlet: "$batch", status: 400, applied: false, items: [] },
    ]);
  });

  it("needs a token and POST itself", async () => {
    const url = client.endpoint.replace("InvokeCommand", "$batch");
    expect((await client.send(url, { method: "POST", body: "{}" })).status).toBe(401);
    expect((await client.send(url, { method: "GET" })).status).toBe(405);
  });

  it("is one line in the journal, with its items and without secrets", async () => {
    await client.batch([
      get("a", "sales"),
      client.item("b", "Set-Mailbox", { Identity: "sales", Password: "hunter2" }),
      get("c", "nobody"),
    ]);
    expect(emulator.journal()).toMatchObject([
      {
        cmdlet: "$batch",
        status: 200,
        applied: true,
        items: [
          {
            id: "a",
            cmdlet: "Get-Mailbox",
            parameters: { Identity: "sales" },
            page: 1,
            status: 200,
            applied: true,
          },
          {
            id: "b",
            cmdlet: "Set-Mailbox",
            parameters: { Identity: "sales", Password: "(secret)" },
            status: 501,
            applied: false,
          },
          { id: "c", status: 404, applied: false },
        ],
      },
    ]);
    expect(JSON.stringify(emulator.journal())).not.toMatch(/hunter2|Bearer/);
  });

  it("is served and compressed like any other request", async () => {
    const { running, client: wire } = await served();
    try {
      await wire.signIn();
      const answer = await wire.batch([
        wire.item("a", "Get-Mailbox", { ResultSize: "Unlimited" }),
        wire.item("b", "Get-Mailbox", { Identity: "sales" }),
      ]);
      expect([
        byId(answer)["a"]?.body.value.length,
        answer.headers.get("content-encoding"),
      ]).toEqual([199, "gzip"]);
    } finally {
      await running.close();
    }
  });
});

describe("a fault", () => {
  it("of the batch strikes the whole request, and none of its items", async () => {
    emulator.setFaults([
      { match: { cmdlet: "$batch" }, named: "throttled", times: 1 },
      { match: { cmdlet: "$batch" }, cut: "after", times: 1 },
      { match: { cmdlet: "Set-Mailbox" }, named: "html" },
    ]);
    expect((await client.batch([setNote("a", "sales", "1")])).status).toBe(429);
    expect(note("sales")).toBeUndefined();
    expect((await client.batch([setNote("a", "sales", "2")])).status).toBe(0);
    expect(statuses(await client.batch([setNote("a", "info", "3")]))).toEqual({ a: 200 });
    expect([note("sales"), note("info"), emulator.journal().map(({ fault }) => fault)]).toEqual([
      "2",
      "3",
      ["throttled", "cut after", undefined],
    ]);
  });

  it("of items strikes only them", async () => {
    emulator.setFaults(
      readFaults([
        {
          match: { cmdlet: "set-mailbox", item: true },
          skip: 1,
          times: 1,
          named: "throttled",
          retryAfter: "0.5",
        },
        {
          match: { cmdlet: "Get-Mailbox", item: true },
          times: 1,
          answer: { status: 503, headers: { "x-tea": "yes" }, body: { pot: 1 } },
        },
      ]),
    );
    expect(
      (await client.invoke("Set-Mailbox", { Identity: "sales", CustomAttribute9: "alone" })).status,
    ).toBe(200);
    const answer = await client.batch([
      setNote("a", "sales", "a"),
      setNote("b", "info", "b"),
      get("c", "sales"),
      get("d", "sales"),
      setNote("e", "press", "e"),
    ]);
    const { b, c } = byId(answer);
    expect([
      statuses(answer),
      b?.headers["retry-after"],
      b?.body,
      c?.headers["x-tea"],
      c?.body,
    ]).toEqual([
      { a: 200, b: 429, c: 503, d: 200, e: 200 },
      "0.5",
      "Too many requests",
      "yes",
      { pot: 1 },
    ]);
    expect([note("sales"), note("info"), note("press")]).toEqual(["a", undefined, "e"]);
    expect(
      emulator
        .journal()
        .at(-1)
        ?.items?.map(({ applied, fault }) => [applied, fault]),
    ).toEqual([
      [true, undefined],
      [false, "throttled"],
      [false, "answer 503"],
      [true, undefined],
      [true, undefined],
    ]);
  });

  it("can drop an item's response, with or without running it", async () => {
    emulator.setFaults([
      { match: { item: true }, times: 1, drop: true },
      { match: { item: true }, times: 1, drop: true, named: "unavailable" },
    ]);
    const answer = await client.batch([
      setNote("a", "sales", "a"),
      setNote("b", "info", "b"),
      setNote("c", "press", "c"),
    ]);
    expect([statuses(answer), note("sales"), note("info"), note("press")]).toEqual([
      { c: 200 },
      "a",
      undefined,
      "c",
    ]);
    expect(
      emulator
        .journal()
        .at(-1)
        ?.items?.map(({ status, applied }) => [status, applied]),
    ).toEqual([
      [null, true],
      [null, false],
      [200, true],
    ]);
  });

  it("matches an item's page, and the number of its request", async () => {
    emulator.setFaults([{ match: { item: true, nth: 2 }, named: "unavailable" }]);
    const run = async (): Promise<unknown> =>
      statuses(await client.batch([get("a", "sales"), get("b", "info")]));
    expect([await run(), await run(), await run()]).toEqual([
      { a: 200, b: 200 },
      { a: 503, b: 503 },
      { a: 200, b: 200 },
    ]);
    emulator.setFaults([{ match: { item: true, page: 2 }, named: "unavailable" }]);
    const first = await client.invoke(
      "Get-Mailbox",
      { ResultSize: 2 },
      { headers: { prefer: "odata.maxpagesize=1" } },
    );
    expect(
      statuses(
        await client.batch([
          client.item(
            "a",
            "Get-Mailbox",
            { ResultSize: 2 },
            { url: first.json["@odata.nextLink"] },
          ),
          get("b", "sales"),
        ]),
      ),
    ).toEqual({ a: 503, b: 200 });
  });

  it("for batches does not apply to items, and the other way round", () => {
    for (const fault of [
      { match: { item: true }, cut: "before" },
      { match: { item: true }, hang: true },
      { drop: true },
      { match: { item: false }, named: "html" },
      { chance: 2, named: "html" },
      { seed: 0.5, named: "html" },
    ])
      expect(() => readFaults([fault])).toThrow(/^faults\[0\]/);
  });
});

describe("chance", () => {
  const run = async (seed: number, chance = 0.3): Promise<string> => {
    emulator.setFaults(
      readFaults([
        { match: { cmdlet: "Get-Mailbox" }, chance, seed, named: "throttled" },
        {
          match: { cmdlet: "Get-Mailbox" },
          chance,
          seed: seed + 1,
          named: "unavailable",
          times: 2,
        },
      ]),
    );
    const seen: number[] = [];
    for (let index = 0; index < 60; index += 1)
      seen.push((await client.invoke("Get-Mailbox", { Identity: "sales" })).status);
    return seen.join(" ");
  };

  it("strikes at the given rate, reproducibly for one seed, and at most as often as its times", async () => {
    const [first, again, other] = [await run(7), await run(7), await run(8)];
    const count = (text: string, status: string): number => text.split(status).length - 1;
    expect([first === again, first === other]).toEqual([true, false]);
    expect(count(first, "429")).toBeGreaterThan(8);
    expect(count(first, "429")).toBeLessThan(30);
    expect(count(first, "503")).toBe(2);
    expect(count(await run(7, 1), "429")).toBe(60);
    expect(count(await run(7, 0), "200")).toBe(60);
  });

  it("strikes items too", async () => {
    const struck = async (): Promise<Record<string, number>> => {
      emulator.setFaults([{ match: { item: true }, chance: 0.5, seed: 3, named: "unavailable" }]);
      return statuses(
        await client.batch(Array.from({ length: 10 }, (_, index) => get(String(index), "sales"))),
      );
    };
    const first = await struck();
    expect(new Set(Object.values(first))).toEqual(new Set([200, 503]));
    expect(await struck()).toEqual(first);
  });
});

describe("load", () => {
  const timed = async (work: () => Promise<unknown>): Promise<number> => {
    const before = performance.now();
    await work();
    return performance.now() - before;
  };

  it("delays each request and each cmdlet, but not a sign-in", async () => {
    await start({ requestMs: 200, cmdletMs: 20 });
    expect(
      await timed(() => client.invoke("Get-Mailbox", { Identity: "sales" })),
    ).toBeGreaterThanOrEqual(218);
    const batched = await timed(() => client.batch(["1", "2", "3"].map((id) => get(id, "sales"))));
    expect(batched).toBeGreaterThanOrEqual(257);
    // Three requests would take three times 220.
    expect(batched).toBeLessThan(660);
    expect(await timed(() => client.signIn())).toBeLessThan(200);
  });

  it.each([400, 429])("above the limit is refused at once with %i", async (concurrencyStatus) => {
    await start({ requestMs: 50, concurrentRequests: 2, concurrencyStatus });
    emulator.setFaults([{ match: { nth: 4 }, named: "html" }]);
    const answers = await Promise.all(
      [1, 2, 3].map(() => client.invoke("Get-Mailbox", { Identity: "sales" })),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, concurrencyStatus]);
    expect(answers[2]?.text).toMatch(
      /^You have reached the maximum number of concurrent requests per tenant/,
    );
    expect(emulator.journal()).toMatchObject([
      { status: 200 },
      { status: 200 },
      { status: concurrencyStatus, applied: false },
    ]);
    expect((await client.invoke("Get-Mailbox", { Identity: "sales" })).status).toBe(502);
    expect((await client.invoke("Get-Mailbox", { Identity: "sales" })).status).toBe(200);
  });

  it("counts a hanging request until its client gives up", async () => {
    await start({ concurrentRequests: 1 });
    emulator.setFaults([{ hang: true, times: 1 }]);
    const gone = new AbortController();
    const hanging = client
      .send(client.endpoint, { method: "POST", body: "{}", signal: gone.signal })
      .catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await client.invoke("Get-Mailbox", { Identity: "sales" })).status).toBe(400);
    gone.abort();
    await hanging;
    expect((await client.invoke("Get-Mailbox", { Identity: "sales" })).status).toBe(200);
  });
});

describe("more cmdlets than a period has", () => {
  const read = () => client.invoke("Get-Mailbox", { Identity: "sales" });
  /** The statuses of a batch of so many items, in their order. */
  const batched = async (count: number): Promise<unknown[]> => {
    const ids = Array.from({ length: count }, (_, index) => String(index));
    const found = statuses(await client.batch(ids.map((id) => get(id, "sales"))));
    return ids.map((id) => found[id]);
  };

  it("are refused, also one by one in a batch, until the period ends", async () => {
    await start({ cmdletsPerSecond: 1 });
    expect((await read()).status).toBe(200);
    emulator.advance(1_500);
    expect(await batched(6)).toEqual([200, 200, 200, 200, 429, 429]);
    const refused = await read();
    expect([refused.status, refused.text]).toEqual([429, "Too many requests"]);
    expect(refused.headers.get("retry-after")).toBe("3.5");
    expect(emulator.journal().at(-1)).toMatchObject({ status: 429, applied: false });
    emulator.advance(3_499);
    expect((await read()).status).toBe(429);
    emulator.advance(1);
    // Refused ones did not count.
    expect(await batched(6)).toEqual([200, 200, 200, 200, 200, 429]);
  });

  it("have no time to wait if that is off, and periods of another length", async () => {
    await start({ cmdletsPerSecond: 2, cmdletPeriodMs: 1_000, cmdletRetryAfter: false });
    expect(await batched(3)).toEqual([200, 200, 429]);
    const refused = await read();
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, null]);
    emulator.advance(1_000);
    expect(await batched(2)).toEqual([200, 200]);
  });

  it("change nothing, and meet no fault", async () => {
    await start({ cmdletsPerSecond: 1, cmdletPeriodMs: 1_000 });
    await read();
    emulator.setFaults([{ match: { item: true }, named: "unavailable", times: 1 }]);
    const write = setNote("1", "sales", "changed");
    expect(statuses(await client.batch([write]))).toEqual({ "1": 429 });
    expect(note("sales")).not.toBe("changed");
    emulator.advance(1_000);
    expect(statuses(await client.batch([write]))).toEqual({ "1": 503 });
  });

  it("are as many as come when there is no limit", async () => {
    for (let round = 0; round < 30; round++) expect(await batched(10)).not.toContain(429);
  });
});
