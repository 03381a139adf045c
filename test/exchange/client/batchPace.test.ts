import { describe, expect, it } from "vitest";
import { merged } from "../../../lib/concurrency.ts";
import { collectPages, type Piece } from "../../../lib/exchange/client/batch.ts";
import { clouds } from "../../../lib/auth/clouds.ts";
import { exchangeOnline, type Exchange } from "../../../lib/exchange/client/exchange.ts";
import type { HttpReply, HttpRequest } from "../../../lib/net/transport.ts";
import { Fault } from "../../../lib/fault.ts";
import { all, answering, settled, subRequestsOf, type Asked } from "../answering.ts";
import { cut, faultOf, reply, rows, tenantId, timeOf, tokensOf } from "../scripted.ts";

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `m${index}`);
const named = ({ parameters }: Asked): HttpReply => rows([{ User: parameters["Identity"] }]);
const each = (
  exchange: Exchange,
  items: AsyncIterable<string> | Iterable<string>,
): AsyncGenerator<Piece<string>, void, undefined> =>
  exchange.each(items, (name) => ({
    cmdlet: "Get-MailboxPermission",
    parameters: { Identity: name },
  }));

describe("everything that was read about an item", () => {
  const piece = (item: string, number: number, isLast: boolean): Piece<string> => ({
    item,
    page: { rows: [{ number }], isLast, notices: [], wasRetried: false },
  });
  const fault = (item: string): Piece<string> => ({ item, fault: cut() });
  async function* given(pieces: Piece<string>[]): AsyncGenerator<Piece<string>> {
    for (const one of pieces) yield await Promise.resolve(one);
  }

  it.each<[string, Piece<string>[], [string, number[] | "unavailable" | "unexpected"][]]>([
    [
      "when its last page has come",
      [piece("a", 1, false), piece("b", 2, true), piece("a", 3, false), piece("a", 4, true)],
      [
        ["b", [2]],
        ["a", [1, 3, 4]],
      ],
    ],
    [
      "and nothing of it when a page is lacking",
      [piece("a", 1, false), piece("b", 2, true), fault("a")],
      [
        ["b", [2]],
        ["a", "unavailable"],
      ],
    ],
    [
      "also one after the other",
      [
        piece("a", 1, true),
        piece("a", 2, true),
        piece("a", 3, false),
        fault("a"),
        piece("a", 4, true),
      ],
      [
        ["a", [1]],
        ["a", [2]],
        ["a", "unavailable"],
        ["a", [4]],
      ],
    ],
  ])("is given %s", async (_name, pieces, expected) => {
    const found = await all(collectPages(given(pieces)));
    expect(
      found.map(({ item, rows: own, fault: why }) => [
        item,
        why?.kind ?? own.map(({ number }) => number),
      ]),
    ).toEqual(expected);
    for (const { rows: own, fault: why } of found) if (why) expect(own).toEqual([]);
  });
});

describe("several sources", () => {
  it("yield results in the order in which they arrive, and are closed when no more are wanted", async () => {
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
    expect(await all(merged([source("slow", 5), source("fast", 1)]))).toEqual([
      "fast1",
      "fast2",
      "slow1",
      "slow2",
    ]);
    expect(closed.splice(0)).toEqual(["fast", "slow"]);
    for await (const first of merged([source("slow", 3), source("fast", 1)]))
      if (first === "fast1") break;
    for (let turn = 0; turn < 5; turn++) await settled();
    expect(closed.sort()).toEqual(["fast", "slow"]);
  });
});

describe("the pace", () => {
  /** An answer is worked on when the next request has left, which takes turns of the event loop. */
  async function workedOn(): Promise<void> {
    for (let turn = 0; turn < 5; turn++) await settled();
  }
  /** Requests are answered only when the test says so. */
  function held() {
    const waiting: { request: HttpRequest; answer(): Promise<void>; fail(reason: Fault): void }[] =
      [];
    const { token } = tokensOf();
    const time = timeOf();
    const exchange = exchangeOnline(
      { tenantId, cloud: clouds.worldwide, exchangeUrl: undefined },
      {
        token,
        pace: time.pace,
        clock: time.clock,
        newId: () => "id",
        transport: (request) =>
          new Promise((resolve, reject) => {
            const responses = subRequestsOf(request).map(({ id, body }) => ({
              id,
              status: 200,
              body: { value: [{ User: body.CmdletInput.Parameters["Identity"] }] },
            }));
            waiting.push({
              request,
              answer: () => (resolve(reply(200, { responses })), workedOn()),
              fail: reject,
            });
          }),
      },
    );
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

  it("is three requests at first and ten at most, also for two simultaneous reads", async () => {
    const { exchange, waiting } = held();
    const found = [collected(each(exchange, names(200))), collected(each(exchange, names(200)))];
    await settled();
    expect(waiting).toHaveLength(3);
    let requests = 0;
    let most = 0;
    for (; waiting.length > 0; requests++) {
      most = Math.max(most, waiting.length);
      await waiting.shift()?.answer();
    }
    expect(most).toBe(10);
    expect([requests, found.map(({ length }) => length)]).toEqual([40, [201, 201]]);
  });

  it("is not limited by the slowest request: what arrives first is yielded first", async () => {
    const { exchange, waiting } = held();
    const found = collected(each(exchange, names(70)));
    await settled();
    await waiting.splice(2, 1)[0]?.answer();
    expect(found).toEqual(names(30).slice(20));
    // Those that wait are sent: one in the place of the answered one, and two more.
    expect(
      waiting.map(
        ({ request }) => subRequestsOf(request)[0]?.body.CmdletInput.Parameters["Identity"],
      ),
    ).toEqual(["m0", "m10", "m30", "m40", "m50"]);
  });

  it("lets the next request leave before an answer is worked on", async () => {
    const { exchange, waiting } = held();
    const found = collected(each(exchange, names(70)));
    await settled();
    const answered = waiting.shift()?.answer();
    await settled();
    expect([waiting.length > 2, found]).toEqual([true, []]);
    await answered;
    expect(found).toEqual(names(10));
  });

  it.each([
    [1, 200],
    [10, 200],
    [11, 210],
    [35, 230],
    [500, 700],
  ])(
    "is that of the consumer: with %i pieces taken, at most %i items are requested",
    async (taken, most) => {
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
    },
  );

  it("ends when the consumer stops", async () => {
    const { exchange, waiting } = held();
    const pieces = each(exchange, names(1000));
    const first = pieces.next();
    await settled();
    await waiting.shift()?.answer();
    expect(await first).toMatchObject({ value: { item: "m0" } });
    await pieces.return();
    let requests = 1;
    for (; waiting.length > 0; requests++) await waiting.shift()?.answer();
    // Those that had been drawn: two for each of ten requests.
    expect(requests).toBe(20);
  });

  it("closes the source when the consumer stops", async () => {
    let isClosed = false;
    async function* source(): AsyncGenerator<string> {
      try {
        for (const name of names(1000)) yield await Promise.resolve(name);
      } finally {
        isClosed = true;
      }
    }
    for await (const { item } of each(answering(named).exchange, source()))
      if (item === "m0") break;
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
