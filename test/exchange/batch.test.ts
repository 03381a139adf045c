import { describe, expect, it } from "vitest";
import { merged, wholes, type Piece } from "../../lib/exchange/batch.ts";
import { clouds } from "../../lib/exchange/clouds.ts";
import type { Command } from "../../lib/exchange/command.ts";
import { exchangeOnline, type Exchange } from "../../lib/exchange/exchange.ts";
import type { HttpReply, HttpRequest } from "../../lib/exchange/transport.ts";
import { Fault } from "../../lib/fault.ts";
import { all, answering, isBatch, settled, subRequestsOf, type Asked, type Response } from "./answering.ts";
import { cut, endpoint, faultOf, notFound, refusal, reply, rows, tenantId, timeOf, tokensOf, type Scripted } from "./scripted.ts";

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `m${index}`);
const permissionsOf = (name: string): Command => ({ cmdlet: "Get-MailboxPermission", parameters: { Identity: name }, select: ["User"] });
const named = ({ parameters }: Asked): HttpReply => rows([{ User: parameters["Identity"] }]);
const busy = "You have reached the maximum number of concurrent requests per tenant. Please wait and try again";

const each = (exchange: Exchange, items: AsyncIterable<string> | Iterable<string>): AsyncGenerator<Piece<string>, void, undefined> => exchange.each(items, permissionsOf);
/** What was read of each item, in the order of the items. */
async function read(exchange: Exchange, items: AsyncIterable<string> | Iterable<string>): Promise<[item: string, what: unknown][]> {
  const pieces = (await all(each(exchange, items))).map((piece): [string, unknown] => [piece.item, "fault" in piece ? piece.fault.kind : piece.page.rows.map(({ User }) => User)]);
  return pieces.sort(([one], [other]) => one.localeCompare(other, "en", { numeric: true }));
}
const whole = (items: string[]): [string, string[]][] => items.map((name) => [name, [name]]);

describe("reading something about each of many", () => {
  it.each([
    [0, []],
    [1, [1]],
    [10, [10]],
    [11, [10, 1]],
    [25, [10, 10, 5]],
  ])("of %i is asked for by tens: %j", async (count, sizes) => {
    const { exchange, sent } = answering(named);
    expect(await read(exchange, names(count))).toEqual(whole(names(count)));
    expect(sent.map((request) => [isBatch(request), subRequestsOf(request).length])).toEqual(sizes.map((size) => [true, size]));
  });

  it("of 1,005 takes 101 requests", async () => {
    const { exchange, sent, time } = answering(named);
    expect(await read(exchange, names(1005))).toEqual(whole(names(1005)));
    expect([sent.length, exchange.stats, time.waits]).toEqual([101, { requests: 101, retries: 0, waitedMs: 0 }, []]);
  });

  it("asks as a single call would, inside of what a batch is", async () => {
    const { exchange, sent } = answering(named);
    await read(exchange, ["m0", "m'1"]);
    expect(sent[0]).toMatchObject({ method: "POST", url: endpoint.replace("InvokeCommand", "$batch"), headers: { "x-cmdletname": "$batch", prefer: "odata.maxpagesize=1000; odata.continue-on-error" } });
    expect(sent[0] && subRequestsOf(sent[0])).toEqual(["m0", "m'1"].map((name, index) => ({
      id: String(index), method: "POST", url: `${endpoint}?$select=User`,
      headers: expect.objectContaining({ authorization: "Bearer token-1", "x-cmdletname": "Get-MailboxPermission", prefer: "odata.maxpagesize=1000" }) as unknown,
      body: { CmdletInput: { CmdletName: "Get-MailboxPermission", Parameters: { Identity: name } } },
    })));
  });

  it("takes items as they come from anywhere, also the same one twice", async () => {
    async function* source(): AsyncGenerator<string> {
      for (const name of ["m1", "m1", "m2"]) yield await Promise.resolve(name);
    }
    expect(await read(answering(named).exchange, source())).toEqual(whole(["m1", "m1", "m2"]));
  });

  it("matches answers to items by id, in whatever order they stand", async () => {
    const { exchange, sent } = answering(named, { batch: (responses) => reply(200, { responses: responses.reverse() }) });
    expect(await read(exchange, names(10))).toEqual(whole(names(10)));
    expect(sent).toHaveLength(1);
  });

  it("understands an answer that is a text with JSON in it, and headers in any case", async () => {
    const { exchange, sent } = answering(named, { batch: (responses) => reply(200, { responses: responses.map((one) => ({ ...one, headers: { "Content-Type": "x", "X-Number": 1 }, body: JSON.stringify(one.body) })) }) });
    expect(await read(exchange, names(3))).toEqual(whole(names(3)));
    expect(sent).toHaveLength(1);
  });

  it("passes on what the service says beside an answer", async () => {
    const { exchange } = answering(() => rows([], { "@adminapi.warnings": ["There are more results available than are currently displayed."] }));
    expect(await all(each(exchange, ["m0"]))).toMatchObject([{ page: { isLast: true, notices: [{ kind: "moreResults" }] } }]);
  });

  it("refuses to write, and sends nothing", async () => {
    const { exchange, sent } = answering(named);
    expect(await faultOf(all(exchange.each(["m0"], () => ({ cmdlet: "Set-Mailbox", parameters: { Identity: "m0" } }))))).toMatchObject({ kind: "unexpected", message: expect.stringContaining("Set-Mailbox was about to be sent in a batch") as string });
    expect(sent).toEqual([]);
  });
});

describe("an item that is not answered in its batch is asked for by itself", () => {
  const third = (change: (response: Response) => unknown[]) => (responses: Response[]): HttpReply => reply(200, { responses: responses.flatMap((one) => (one.id === "3" ? change(one) : [one])) });
  const error = (answer: HttpReply) => third((one) => [{ ...one, status: answer.status, body: JSON.parse(answer.text || "null") as unknown }]);

  it.each<[string, (responses: Response[]) => HttpReply]>([
    ["left out", third(() => [])],
    ["given twice", third((one) => [one, one])],
    ["under another id", third((one) => [{ ...one, id: "x" }])],
    ["without a status", third(({ id, body }) => [{ id, body }])],
    ["throttled", third((one) => [{ ...one, status: 429, headers: { "Retry-After": "30" }, body: "" }])],
    ["not available", third((one) => [{ ...one, status: 503, body: "<html>" }])],
    ["a refused token", third((one) => [{ ...one, status: 401, body: "" }])],
    ["not found", error(notFound("m3"))],
    ["a refusal", error(refusal(403, "AccessDeniedException", "x"))],
    ["an error with status 200", third((one) => [{ ...one, body: { error: { code: "x", message: "y" } } }])],
    ["no JSON", third((one) => [{ ...one, body: '{"val' }])],
    ["empty", third((one) => [{ ...one, body: undefined }])],
    ["without a list", third((one) => [{ ...one, body: {} }])],
    ["the cap on concurrent requests", third((one) => [{ ...one, body: busy }])],
  ])("%s", async (_name, batch) => {
    const { exchange, sent, askedAlone, time } = answering(named, { batch });
    expect(await read(exchange, names(10))).toEqual(whole(names(10)));
    expect([sent.length, askedAlone("Identity"), time.waits]).toEqual([2, ["m3"], []]);
    expect(sent[1]).toMatchObject({ url: `${endpoint}?$select=User`, headers: { "x-cmdletname": "Get-MailboxPermission" } });
  });

  it("and comes as a fault when it fails again, while the others go on", async () => {
    const { exchange, sent } = answering((asked) => (asked.parameters["Identity"] === "m3" ? notFound("m3") : asked.parameters["Identity"] === "m12" ? reply(403) : named(asked)));
    expect(await read(exchange, names(20))).toEqual(whole(names(20)).map(([name, what]) => [name, name === "m3" ? "missing" : name === "m12" ? "denied" : what]));
    expect(sent).toHaveLength(4);
  });

  it("with all that a single call has: a wait, and a new token", async () => {
    const answers = [reply(429, "", { "retry-after": "4" }), reply(401)];
    const { exchange, time, sent, refusals } = answering((asked) => (asked.isBatched ? reply(503) : (answers.shift() ?? named(asked))));
    expect(await read(exchange, ["m0"])).toEqual(whole(["m0"]));
    expect([sent.length, time.waits, refusals.length]).toEqual([4, [4000], 1]);
  });

  it("and one that cannot be asked for is a fault of its own", async () => {
    expect(await read(answering(named).exchange, ["m0", " ", "m1"])).toEqual([[" ", "invalid"], ["m0", ["m0"]], ["m1", ["m1"]]]);
  });
});

it("nothing is sent when nothing can be asked for", async () => {
  const { exchange, sent } = answering(named);
  expect(await read(exchange, ["", " "])).toMatchObject([["", "invalid"], [" ", "invalid"]]);
  expect(sent).toEqual([]);
});

describe("an item of several pages", () => {
  const link = (name: string, page: number): Record<string, unknown> => ({ "@odata.nextLink": `${endpoint}?name=${name}&page=${page}` });
  const paged = (last: HttpReply, at = 3) => (asked: Asked): HttpReply => {
    const name = String(asked.parameters["Identity"]);
    if (name !== "m1") return named(asked);
    const page = Number(new URL(asked.url).searchParams.get("page") ?? 1);
    return page === at ? last : rows([{ User: `page ${page}` }], link(name, page + 1));
  };

  it("has the next ones followed by itself", async () => {
    const { exchange, sent } = answering(paged(rows([{ User: "page 3" }])));
    const pieces = await all(each(exchange, names(3)));
    expect(pieces.filter(({ item }) => item === "m1")).toMatchObject([1, 2, 3].map((page) => ({ page: { rows: [{ User: `page ${page}` }], isLast: page === 3 } })));
    expect(pieces.filter(({ item }) => item !== "m1")).toMatchObject([{ page: { isLast: true } }, { page: { isLast: true } }]);
    expect(sent.map(({ url }) => url.split("?")[1])).toEqual([undefined, "name=m1&page=2", "name=m1&page=3"]);
  });

  it.each<[string, HttpReply, string]>([
    ["not found", notFound("m1"), "unexpected"],
    ["refused", reply(403), "denied"],
    ["elsewhere", rows([], { "@odata.nextLink": "https://evil.example/" }), "unexpected"],
    ["the same one again", rows([], link("m1", 2)), "unexpected"],
  ])("is a fault behind what came of it when a page is %s", async (_name, answer, kind) => {
    for (const at of [2, 3]) {
      const pieces = await all(each(answering(paged(answer, at)).exchange, names(3)));
      const own = pieces.filter(({ item }) => item === "m1");
      expect(own.pop()).toMatchObject({ fault: { kind } });
      expect(own[0]).toMatchObject({ page: { isLast: false } });
      expect(pieces.filter(({ item }) => item !== "m1")).toHaveLength(2);
    }
  });
});

describe("a whole batch", () => {
  it.each<[string, HttpReply, number[]]>([
    ["throttled with a time", reply(429, "", { "retry-after": "7" }), [7000]],
    ["throttled without", reply(429), [1000]],
    ["over the cap on concurrent requests", reply(200, busy), [1000]],
    ["not available", reply(503), [1000]],
    ["cut off", reply(200, '{"responses":['), [1000]],
    ["a passing fault", refusal(500, "StorageTransientException", "x"), [1000]],
    ["refused for its token", reply(401), []],
    ["sent to the region", reply(302, "", { location: "https://eur.outlook.office365.com:446/" }), []],
  ])("that is %s is sent again, with the same id", async (_name, answer, waits) => {
    const answers = [answer];
    const { exchange, sent, time, asked } = answering(named, { batch: (responses) => answers.shift() ?? reply(200, { responses }) });
    expect(await read(exchange, names(10))).toEqual(whole(names(10)));
    expect([sent.length, time.waits, new Set(sent.map(({ headers }) => headers["client-request-id"])).size]).toEqual([2, waits, 1]);
    const isMoved = answer.status === 302;
    expect(asked.at(-1)).toMatchObject({ url: expect.stringContaining(isMoved ? "https://eur.outlook.office365.com/adminapi" : endpoint) as string, headers: { authorization: answer.status === 401 ? "Bearer token-2" : "Bearer token-1" } });
  });

  it.each<[string, HttpReply, string]>([
    ["denied", reply(403), "denied"],
    ["refused twice for its token", reply(401), "denied"],
    ["a web page", reply(200, "<html>"), "unexpected"],
    ["no list", reply(200, { responses: {} }), "unexpected"],
    ["a list of something else", reply(200, { responses: ["x"] }), "unexpected"],
    ["throttled for too long", reply(429, "", { "retry-after": "3600" }), "throttled"],
  ])("that is %s ends it all", async (_name, answer, kind) => {
    expect(await faultOf(all(each(answering(named, { batch: () => answer }).exchange, names(30))))).toMatchObject({ kind });
  });

  it("carries the token of the moment in each of its parts", async () => {
    const batches: Scripted[] = [reply(401)];
    const { exchange, sent, asked } = answering((one) => (one.headers["authorization"] === "Bearer token-1" && one.parameters["Identity"] === "m0" ? reply(401) : named(one)), { batch: (responses, request) => (request.headers["authorization"] === "Bearer token-2" && batches.pop() ? reply(401) : reply(200, { responses })) });
    expect(await read(exchange, names(120))).toEqual(whole(names(120)));
    for (const request of sent.filter(isBatch)) expect(new Set(subRequestsOf(request).map(({ headers }) => headers["authorization"]))).toEqual(new Set([request.headers["authorization"]]));
    expect(new Set(asked.map(({ headers }) => headers["authorization"]))).toEqual(new Set(["Bearer token-1", "Bearer token-2", "Bearer token-3"]));
  });
});

describe("all that was read about an item", () => {
  const piece = (item: string, number: number, isLast: boolean, kind?: "moreResults"): Piece<string> => ({ item, page: { rows: [{ number }], isLast, notices: kind ? [{ kind, text: "x" }] : [] } });
  const fault = (item: string): Piece<string> => ({ item, fault: cut() });
  async function* given(pieces: Piece<string>[]): AsyncGenerator<Piece<string>> {
    for (const one of pieces) yield await Promise.resolve(one);
  }

  it.each<[string, Piece<string>[], [string, number[] | "unavailable" | "unexpected"][]]>([
    ["when its last page has come", [piece("a", 1, false), piece("b", 2, true), piece("a", 3, false), piece("a", 4, true)], [["b", [2]], ["a", [1, 3, 4]]]],
    ["and nothing of it when a page is lacking", [piece("a", 1, false), piece("b", 2, true), fault("a")], [["b", [2]], ["a", "unavailable"]]],
    ["and nothing of it when there is more", [piece("a", 1, false), piece("a", 2, true, "moreResults")], [["a", "unexpected"]]],
    ["also one after the other", [piece("a", 1, true), piece("a", 2, true), piece("a", 3, false), fault("a"), piece("a", 4, true)], [["a", [1]], ["a", [2]], ["a", "unavailable"], ["a", [4]]]],
  ])("is given %s", async (_name, pieces, expected) => {
    const found = await all(wholes(given(pieces)));
    expect(found.map(({ item, rows: own, fault: why }) => [item, why?.kind ?? own.map(({ number }) => number)])).toEqual(expected);
    for (const { rows: own, fault: why } of found) if (why) expect(own).toEqual([]);
  });
});

describe("several sources", () => {
  it("give what they have in the order in which it comes, and are closed when no more is wanted", async () => {
    const closed: string[] = [];
    async function* source(name: string, turns: number): AsyncGenerator<string> {
      try {
        for (let number = 1; number <= 2; number++) {
          for (let turn = 0; turn < turns; turn++) await settled();
          yield name + String(number);
        }
      } finally {
        closed.push(name);
      }
    }
    expect(await all(merged([source("slow", 5), source("fast", 1)]))).toEqual(["fast1", "fast2", "slow1", "slow2"]);
    expect(closed.splice(0)).toEqual(["fast", "slow"]);
    for await (const first of merged([source("slow", 3), source("fast", 1)])) if (first === "fast1") break;
    for (let turn = 0; turn < 5; turn++) await settled();
    expect(closed.sort()).toEqual(["fast", "slow"]);
  });
});

describe("the pace", () => {
  /** Requests are answered only when the test says so. */
  function held() {
    const waiting: { request: HttpRequest; answer(): Promise<void>; fail(reason: Fault): void }[] = [];
    const { token } = tokensOf();
    const time = timeOf();
    const exchange = exchangeOnline({ tenantId, cloud: clouds.worldwide, exchangeUrl: undefined }, {
      token, pace: time.pace, clock: time.clock, newId: () => "id",
      transport: (request) => new Promise((resolve, reject) => {
        const responses = subRequestsOf(request).map(({ id, body }) => ({ id, status: 200, body: { value: [{ User: body.CmdletInput.Parameters["Identity"] }] } }));
        waiting.push({ request, answer: () => (resolve(reply(200, { responses })), settled()), fail: reject });
      }),
    });
    return { exchange, waiting, time };
  }
  const collected = (source: AsyncGenerator<Piece<string>, void, undefined>): string[] => {
    const found: string[] = [];
    const gather = async (): Promise<void> => {
      for await (const { item } of source) found.push(item);
      found.push("end");
    };
    gather().catch((thrown: unknown) => found.push(Fault.of(thrown).message));
    return found;
  };

  it("is five requests at a time, also for two such readings at once", async () => {
    const { exchange, waiting } = held();
    const found = [collected(each(exchange, names(200))), collected(each(exchange, names(200)))];
    await settled();
    expect(waiting).toHaveLength(5);
    let requests = 0;
    for (; waiting.length > 0; requests++) {
      expect(waiting.length).toBeLessThanOrEqual(5);
      await waiting.shift()?.answer();
    }
    expect([requests, found.map(({ length }) => length)]).toEqual([40, [201, 201]]);
  });

  it("is not that of the slowest: what comes first is given first", async () => {
    const { exchange, waiting } = held();
    const found = collected(each(exchange, names(70)));
    await settled();
    await waiting.splice(2, 1)[0]?.answer();
    expect(found).toEqual(names(30).slice(20));
    // The lane that has delivered goes on; the others still wait.
    expect(waiting.map(({ request }) => subRequestsOf(request)[0]?.body.CmdletInput.Parameters["Identity"])).toEqual(["m0", "m10", "m30", "m40", "m50"]);
  });

  it.each([
    [1, 50],
    [10, 50],
    [11, 60],
    [35, 80],
    [500, 550],
  ])("is that of the consumer: with %i pieces taken, no more than %i items are asked for", async (taken, most) => {
    let drawn = 0;
    function* source(): Generator<string> {
      for (const name of names(1000)) {
        drawn++;
        yield name;
      }
    }
    const { exchange, sent } = answering(named);
    const pieces = each(exchange, source());
    for (let count = 0; count < taken; count++) await pieces.next();
    await settled();
    expect(drawn).toBeLessThanOrEqual(most);
    expect(drawn).toBeGreaterThanOrEqual(taken);
    expect(sent).toHaveLength(drawn / 10);
  });

  it("ends when the consumer stops", async () => {
    const { exchange, waiting } = held();
    const pieces = each(exchange, names(1000));
    const first = pieces.next();
    await settled();
    await waiting.shift()?.answer();
    expect(await first).toMatchObject({ value: { item: "m0" } });
    await pieces.return();
    for (const { answer } of waiting.splice(0)) await answer();
    expect(waiting).toEqual([]);
  });

  it("and the source is told that no more is wanted", async () => {
    let isClosed = false;
    async function* source(): AsyncGenerator<string> {
      try {
        for (const name of names(1000)) yield await Promise.resolve(name);
      } finally {
        isClosed = true;
      }
    }
    for await (const { item } of each(answering(named).exchange, source())) if (item === "m0") break;
    await settled();
    expect(isClosed).toBe(true);
  });

  it("ends with the source's own fault", async () => {
    const fault = cut();
    async function* source(): AsyncGenerator<string> {
      yield* names(15);
      await settled();
      throw fault;
    }
    const { exchange, sent } = answering(named);
    expect(await faultOf(all(each(exchange, source())))).toBe(fault);
    expect(sent).toHaveLength(1);
  });

  it("ends with the run, for the run's reason", async () => {
    const { exchange, waiting, time } = held();
    const found = collected(each(exchange, names(200)));
    await settled();
    const reason = new Fault({ kind: "unavailable", message: "The time ran out." });
    time.abort(reason);
    for (const { fail } of waiting.splice(0)) fail(reason);
    await settled();
    expect([found, waiting]).toEqual([["The time ran out."], []]);
  });
});
