import { describe, expect, it } from "vitest";
import type { Piece } from "../../../lib/exchange/client/batch.ts";
import type { Command } from "../../../lib/exchange/client/command.ts";
import type { Exchange } from "../../../lib/exchange/client/exchange.ts";
import type { HttpReply } from "../../../lib/net/transport.ts";
import { all, answering, isBatch, subRequestsOf, type Asked, type Response } from "../answering.ts";
import { endpoint, faultOf, notFound, refusal, reply, rows, type Scripted } from "../scripted.ts";

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `m${index}`);
const permissionsOf = (name: string): Command => ({
  cmdlet: "Get-MailboxPermission",
  parameters: { Identity: name },
  select: ["User"],
});
const named = ({ parameters }: Asked): HttpReply => rows([{ User: parameters["Identity"] }]);
const busy =
  "You have reached the maximum number of concurrent requests per tenant. Please wait and try again";

const each = (
  exchange: Exchange,
  items: AsyncIterable<string> | Iterable<string>,
): AsyncGenerator<Piece<string>, void, undefined> => exchange.each(items, permissionsOf);
/** What was read of each item, in the order of the items. */
async function read(
  exchange: Exchange,
  items: AsyncIterable<string> | Iterable<string>,
): Promise<[item: string, what: unknown][]> {
  const pieces = (await all(each(exchange, items))).map((piece): [string, unknown] => [
    piece.item,
    "fault" in piece ? piece.fault.kind : piece.page.rows.map(({ User }) => User),
  ]);
  return pieces.sort(([one], [other]) => one.localeCompare(other, "en", { numeric: true }));
}
const whole = (items: string[]): [string, string[]][] => items.map((name) => [name, [name]]);

describe("a batched read", () => {
  it.each([
    [0, []],
    [1, [1]],
    [10, [10]],
    [11, [10, 1]],
    [25, [10, 10, 5]],
  ])("of %i is requested ten at a time: %j", async (count, sizes) => {
    const { exchange, sent } = answering(named);
    expect(await read(exchange, names(count))).toEqual(whole(names(count)));
    expect(sent.map((request) => [isBatch(request), subRequestsOf(request).length])).toEqual(
      sizes.map((size) => [true, size]),
    );
  });

  it("of 1,005 takes 101 requests", async () => {
    const { exchange, sent, time } = answering(named);
    expect(await read(exchange, names(1005))).toEqual(whole(names(1005)));
    expect([sent.length, exchange.stats, time.waits]).toEqual([
      101,
      { requests: 101, retries: 0, waitedMs: 0 },
      [],
    ]);
  });

  it("sends each request as a single call would, wrapped in a batch", async () => {
    const { exchange, sent } = answering(named);
    await read(exchange, ["m0", "m'1"]);
    expect(sent[0]).toMatchObject({
      method: "POST",
      url: endpoint.replace("InvokeCommand", "$batch"),
      headers: {
        "x-cmdletname": "$batch",
        prefer: "odata.maxpagesize=1000; odata.continue-on-error",
      },
    });
    expect(sent[0] && subRequestsOf(sent[0])).toEqual(
      ["m0", "m'1"].map((name, index) => ({
        id: String(index),
        method: "POST",
        url: `${endpoint}?$select=User`,
        headers: expect.objectContaining({
          authorization: "Bearer token-1",
          "x-cmdletname": "Get-MailboxPermission",
          prefer: "odata.maxpagesize=1000",
        }) as unknown,
        body: {
          CmdletInput: { CmdletName: "Get-MailboxPermission", Parameters: { Identity: name } },
        },
      })),
    );
  });

  it("accepts items from any iterable, also the same one twice", async () => {
    async function* source(): AsyncGenerator<string> {
      for (const name of ["m1", "m1", "m2"]) yield await Promise.resolve(name);
    }
    expect(await read(answering(named).exchange, source())).toEqual(whole(["m1", "m1", "m2"]));
  });

  it("matches answers to items by id, in any order", async () => {
    const { exchange, sent } = answering(named, {
      batch: (responses) => reply(200, { responses: responses.reverse() }),
    });
    expect(await read(exchange, names(10))).toEqual(whole(names(10)));
    expect(sent).toHaveLength(1);
  });

  it("accepts an answer that is JSON in a text, and headers in any case", async () => {
    const { exchange, sent } = answering(named, {
      batch: (responses) =>
        reply(200, {
          responses: responses.map((one) => ({
            ...one,
            headers: { "Content-Type": "x", "X-Number": 1 },
            body: JSON.stringify(one.body),
          })),
        }),
    });
    expect(await read(exchange, names(3))).toEqual(whole(names(3)));
    expect(sent).toHaveLength(1);
  });

  it("passes on the warnings in an answer", async () => {
    const { exchange } = answering(() =>
      rows([], {
        "@adminapi.warnings": ["There are more results available than are currently displayed."],
      }),
    );
    expect(await all(each(exchange, ["m0"]))).toMatchObject([
      { page: { isLast: true, notices: [{ kind: "moreResults" }] } },
    ]);
  });

  it("refuses to write, and sends nothing", async () => {
    const { exchange, sent } = answering(named);
    expect(
      await faultOf(
        all(
          exchange.each(["m0"], () => ({ cmdlet: "Set-Mailbox", parameters: { Identity: "m0" } })),
        ),
      ),
    ).toMatchObject({
      kind: "unexpected",
      message: expect.stringContaining("Set-Mailbox was about to be sent in a batch") as string,
    });
    expect(sent).toEqual([]);
  });
});

describe("an item that is not answered in its batch is requested separately", () => {
  const third =
    (change: (response: Response) => unknown[]) =>
    (responses: Response[]): HttpReply =>
      reply(200, { responses: responses.flatMap((one) => (one.id === "3" ? change(one) : [one])) });
  const error = (answer: HttpReply) =>
    third((one) => [
      { ...one, status: answer.status, body: JSON.parse(answer.text || "null") as unknown },
    ]);

  it.each<[string, (responses: Response[]) => HttpReply]>([
    ["left out", third(() => [])],
    ["given twice", third((one) => [one, one])],
    ["under another id", third((one) => [{ ...one, id: "x" }])],
    ["without a status", third(({ id, body }) => [{ id, body }])],
    [
      "throttled",
      third((one) => [{ ...one, status: 429, headers: { "Retry-After": "30" }, body: "" }]),
    ],
    ["not available", third((one) => [{ ...one, status: 503, body: "<html>" }])],
    ["a refused token", third((one) => [{ ...one, status: 401, body: "" }])],
    ["not found", error(notFound("m3"))],
    ["a refusal", error(refusal(403, "AccessDeniedException", "x"))],
    [
      "an error with status 200",
      third((one) => [{ ...one, body: { error: { code: "x", message: "y" } } }]),
    ],
    ["no JSON", third((one) => [{ ...one, body: '{"val' }])],
    ["empty", third((one) => [{ ...one, body: undefined }])],
    ["without a list", third((one) => [{ ...one, body: {} }])],
    ["the cap on concurrent requests", third((one) => [{ ...one, body: busy }])],
  ])("%s", async (_name, batch) => {
    const { exchange, sent, askedAlone, time } = answering(named, { batch });
    expect(await read(exchange, names(10))).toEqual(whole(names(10)));
    expect([sent.length, askedAlone("Identity"), time.waits]).toEqual([2, ["m3"], []]);
    expect(sent[1]).toMatchObject({
      url: `${endpoint}?$select=User`,
      headers: { "x-cmdletname": "Get-MailboxPermission" },
    });
  });

  it("becomes a fault when it fails again, while the others continue", async () => {
    const { exchange, sent } = answering((asked) => {
      if (asked.parameters["Identity"] === "m3") return notFound("m3");
      return asked.parameters["Identity"] === "m12" ? reply(403) : named(asked);
    });
    const kinds = new Map([
      ["m3", "missing"],
      ["m12", "denied"],
    ]);
    expect(await read(exchange, names(20))).toEqual(
      whole(names(20)).map(([name, what]) => [name, kinds.get(name) ?? what]),
    );
    expect(sent).toHaveLength(4);
  });

  it("has everything that a single call has: a wait, and a new token", async () => {
    const answers = [reply(429, "", { "retry-after": "4" }), reply(401)];
    const { exchange, time, sent, refusals } = answering((asked) =>
      asked.isBatched ? reply(503) : (answers.shift() ?? named(asked)),
    );
    expect(await read(exchange, ["m0"])).toEqual(whole(["m0"]));
    expect([sent.length, time.waits, refusals.length]).toEqual([4, [4000], 1]);
  });

  it("is a fault of its own when it cannot be requested", async () => {
    expect(await read(answering(named).exchange, ["m0", " ", "m1"])).toEqual([
      [" ", "invalid"],
      ["m0", ["m0"]],
      ["m1", ["m1"]],
    ]);
  });
});

it("is not sent when nothing can be requested", async () => {
  const { exchange, sent } = answering(named);
  expect(await read(exchange, ["", " "])).toMatchObject([
    ["", "invalid"],
    [" ", "invalid"],
  ]);
  expect(sent).toEqual([]);
});

describe("an item of several pages", () => {
  const link = (name: string, page: number): Record<string, unknown> => ({
    "@odata.nextLink": `${endpoint}?name=${name}&page=${page}`,
  });
  const paged =
    (last: HttpReply, at = 3) =>
    (asked: Asked): HttpReply => {
      const name = String(asked.parameters["Identity"]);
      if (name !== "m1") return named(asked);
      const page = Number(new URL(asked.url).searchParams.get("page") ?? 1);
      return page === at ? last : rows([{ User: `page ${page}` }], link(name, page + 1));
    };

  it("has its next pages requested separately", async () => {
    const { exchange, sent } = answering(paged(rows([{ User: "page 3" }])));
    const pieces = await all(each(exchange, names(3)));
    expect(pieces.filter(({ item }) => item === "m1")).toMatchObject(
      [1, 2, 3].map((page) => ({ page: { rows: [{ User: `page ${page}` }], isLast: page === 3 } })),
    );
    expect(pieces.filter(({ item }) => item !== "m1")).toMatchObject([
      { page: { isLast: true } },
      { page: { isLast: true } },
    ]);
    expect(sent.map(({ url }) => url.split("?")[1])).toEqual([
      undefined,
      "name=m1&page=2",
      "name=m1&page=3",
    ]);
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
    [
      "sent to the region",
      reply(302, "", { location: "https://eur.outlook.office365.com:446/" }),
      [],
    ],
  ])("that is %s is sent again, with the same id", async (_name, answer, waits) => {
    const answers = [answer];
    const { exchange, sent, time, asked } = answering(named, {
      batch: (responses) => answers.shift() ?? reply(200, { responses }),
    });
    expect(await read(exchange, names(10))).toEqual(whole(names(10)));
    expect([
      sent.length,
      time.waits,
      new Set(sent.map(({ headers }) => headers["client-request-id"])).size,
    ]).toEqual([2, waits, 1]);
    const isMoved = answer.status === 302;
    expect(asked.at(-1)).toMatchObject({
      url: expect.stringContaining(
        isMoved ? "https://eur.outlook.office365.com/adminapi" : endpoint,
      ) as string,
      headers: { authorization: answer.status === 401 ? "Bearer token-2" : "Bearer token-1" },
    });
  });

  it.each<[string, HttpReply, string]>([
    ["denied", reply(403), "denied"],
    ["refused twice for its token", reply(401), "denied"],
    ["a web page", reply(200, "<html>"), "unexpected"],
    ["no list", reply(200, { responses: {} }), "unexpected"],
    ["a list of something else", reply(200, { responses: ["x"] }), "unexpected"],
    ["throttled for too long", reply(429, "", { "retry-after": "3600" }), "throttled"],
  ])("that is %s ends it all", async (_name, answer, kind) => {
    expect(
      await faultOf(all(each(answering(named, { batch: () => answer }).exchange, names(30)))),
    ).toMatchObject({ kind });
  });

  it("carries the token of the moment in each of its parts", async () => {
    const batches: Scripted[] = [reply(401)];
    const { exchange, sent, asked } = answering(
      (one) =>
        one.headers["authorization"] === "Bearer token-1" && one.parameters["Identity"] === "m0"
          ? reply(401)
          : named(one),
      {
        batch: (responses, request) =>
          request.headers["authorization"] === "Bearer token-2" && batches.pop()
            ? reply(401)
            : reply(200, { responses }),
      },
    );
    expect(await read(exchange, names(400))).toEqual(whole(names(400)));
    for (const request of sent.filter(isBatch))
      expect(
        new Set(subRequestsOf(request).map(({ headers }) => headers["authorization"])),
      ).toEqual(new Set([request.headers["authorization"]]));
    expect(new Set(asked.map(({ headers }) => headers["authorization"]))).toEqual(
      new Set(["Bearer token-1", "Bearer token-2", "Bearer token-3"]),
    );
  });
});
