import { describe, expect, it } from "vitest";
import { equals, not } from "../../../lib/graph/client/odata.ts";
import type { ObjectOperation } from "../../../lib/graph/client/operations.ts";
import type { Read } from "../../../lib/graph/client/reads.ts";
import type { HttpReply, HttpRequest } from "../../../lib/net/transport.ts";
import { absent, all, clientOf, cut, faultOf, idOf, reply, root } from "../scripted.ts";

interface Item {
  id: string;
  method: string;
  url: string;
  headers: Record<string, string>;
}
type Response = Record<string, unknown>;
type ObjectRead = Read<ObjectOperation>;

const itemsOf = ({ body = "" }: HttpRequest): Item[] =>
  (JSON.parse(body) as { requests: Item[] }).requests;
const responses = (value: readonly Response[]): HttpReply => reply(200, { responses: value });
const members = (index: number): Read => ({
  operation: "GET /groups/{group}/members",
  ids: { group: idOf(index) },
  query: { select: ["displayName"] },
});
/** The number at the end of the ID in a path. */
const indexIn = (url: string): number => Number(/(\d{12})/.exec(url)?.[1]);
const ok = ({ id, url }: Item, extras = {}): Response => ({
  id,
  status: 200,
  headers: { "Content-Type": "application/json" },
  body: { value: [{ id: idOf(1_000 + indexIn(url)) }], ...extras },
});
const throttled = ({ id }: Item, seconds: string): Response => ({
  id,
  status: 429,
  headers: { "Retry-After": seconds },
  body: { error: { code: "TooManyRequests", message: "Please retry again later." } },
});
const numbers = (count: number): number[] =>
  Array.from({ length: count }, (_one, index) => index + 1);

describe("reading many items", () => {
  it("sends twenty reads to a request, and matches the answers by their IDs", async () => {
    const { graph, sent } = clientOf(
      [
        (request) =>
          responses(
            itemsOf(request)
              .map((item) => ok(item))
              .reverse(),
          ),
      ],
      {
        forever: true,
      },
    );
    const pieces = await all(graph.each(numbers(45), members));
    expect(sent.map((request) => itemsOf(request).length).sort()).toEqual([20, 20, 5].sort());
    expect(sent[0]).toMatchObject({ method: "POST", url: `${root}/$batch` });
    expect(sent[0] && itemsOf(sent[0])[0]).toEqual({
      id: "1",
      method: "GET",
      url: `/groups/${idOf(1)}/members?$select=id%2CdisplayName`,
      headers: {},
    });
    expect(pieces).toHaveLength(45);
    for (const piece of pieces)
      expect(piece).toMatchObject({
        page: { objects: [{ id: idOf(1_000 + piece.item) }], isLast: true },
      });
  });

  it("sends the header of an advanced query with the item", async () => {
    const { graph, sent } = clientOf([
      (request) => responses(itemsOf(request).map((item) => ok(item))),
    ]);
    const query = { select: [], filter: not(equals("mail", "x")) };
    await all(graph.each([1], (index) => ({ ...members(index), query })));
    expect(sent[0] && itemsOf(sent[0])[0]?.headers).toEqual({ consistencylevel: "eventual" });
  });

  it("sends only the throttled ones again, after the longest wait", async () => {
    const { graph, sent, time } = clientOf([
      (request) => {
        const [first, second, third] = itemsOf(request);
        return first && second && third
          ? responses([throttled(first, "3"), ok(second), throttled(third, "8")])
          : responses([]);
      },
      (request) => responses(itemsOf(request).map((item) => ok(item))),
    ]);
    const pieces = await all(graph.each(numbers(3), members));
    expect(pieces.map((piece) => [piece.item, "page" in piece])).toEqual([
      [1, true],
      [2, true],
      [3, true],
    ]);
    expect(sent[1] && itemsOf(sent[1]).map(({ id }) => id)).toEqual(["1", "3"]);
    expect(time.waits).toEqual([8_000]);
  });

  it("reports the items that remain throttled, and the others", async () => {
    const { graph } = clientOf(
      [
        (request) =>
          responses(
            itemsOf(request).map((item) => (item.id === "1" ? throttled(item, "1") : ok(item))),
          ),
      ],
      { forever: true },
    );
    const pieces = await all(graph.each(numbers(2), members));
    expect(pieces[0]).toMatchObject({ item: 1, fault: { kind: "throttled" } });
    expect(pieces[1]).toMatchObject({ item: 2, page: { isLast: true } });
  });

  it("continues with the next pages of an item outside the batch", async () => {
    const link = `${root}/groups/${idOf(1)}/members?$skiptoken=1`;
    const { graph, sent } = clientOf([
      (request) => responses(itemsOf(request).map((item) => ok(item, { "@odata.nextLink": link }))),
      reply(200, { value: [{ id: idOf(7) }] }),
    ]);
    expect(await all(graph.each([1], members))).toMatchObject([
      { page: { objects: [{ id: idOf(1_001) }], isLast: false } },
      { page: { objects: [{ id: idOf(7) }], isLast: true } },
    ]);
    expect(sent[1]).toMatchObject({ method: "GET", url: link });
  });

  it("yields a fault for an item that failed, has no answer or two, or is not a read", async () => {
    const { graph } = clientOf([
      (request) => {
        const [first, , third] = itemsOf(request);
        if (!first || !third) return responses([]);
        const body = {
          error: {
            code: "Request_ResourceNotFound",
            message: `Resource '${idOf(1)}' does not exist`,
          },
        };
        return responses([{ id: first.id, status: 404, body }, ok(third), ok(third)]);
      },
    ]);
    const pieces = await all(
      graph.each([1, 2, 3, 4], (index) =>
        index === 4 ? { ...members(4), ids: { group: "x" } } : members(index),
      ),
    );
    expect(pieces.map((piece) => [piece.item, "fault" in piece && piece.fault.kind])).toEqual([
      [4, "invalid"],
      [1, "missing"],
      [2, "unexpected"],
      [3, "unexpected"],
    ]);
  });

  it("tries the whole batch again when it gets no list of answers", async () => {
    const { graph, time } = clientOf([
      reply(429, "", { "retry-after": "4" }),
      reply(200, '{"resp'),
      (request) => responses(itemsOf(request).map((item) => ok(item))),
    ]);
    expect(await all(graph.each([1], members))).toMatchObject([
      { item: 1, page: { isLast: true } },
    ]);
    expect(time.waits).toEqual([4_000, 2_000]);
  });

  it("fails as a whole when the batch is refused", async () => {
    const { graph } = clientOf([reply(200, { value: [] })]);
    expect((await faultOf(all(graph.each([1], members)))).message).toBe(
      "Microsoft Graph's answer to a batch has no list of responses in it.",
    );
  });

  it("reads single objects as well", async () => {
    const { graph } = clientOf([
      (request) =>
        responses(
          itemsOf(request).map(({ id, url }) => ({
            id,
            status: 200,
            body: { id: idOf(indexIn(url)) },
          })),
        ),
    ]);
    const read = (index: number): Read => ({
      operation: "GET /users/{user}",
      ids: { user: idOf(index) },
      query: { select: [] },
    });
    expect(await all(graph.each([5], read))).toMatchObject([
      { page: { objects: [{ id: idOf(5) }], isLast: true } },
    ]);
  });
});

describe("single objects that are asked for at the same time", () => {
  const user = (index: number): ObjectRead => ({
    operation: "GET /users/{user}",
    ids: { user: idOf(index) },
    query: { select: ["displayName"] },
  });

  it("go out in one request, each with its own answer", async () => {
    const { graph, sent } = clientOf([
      (request) => {
        const [first, second] = itemsOf(request) as [Item, Item];
        return responses([
          { id: second.id, status: 200, body: { id: idOf(2) } },
          { id: first.id, status: 404, body: JSON.parse(absent(idOf(1)).text) as unknown },
        ]);
      },
    ]);
    const [first, second] = await Promise.all([faultOf(graph.get(user(1))), graph.get(user(2))]);
    expect([first.kind, second.id]).toEqual(["missing", idOf(2)]);
    expect(sent.map(({ method, url }) => `${method} ${url}`)).toEqual([`POST ${root}/$batch`]);
  });

  it("are read again by the next look", async () => {
    const { graph, sent } = clientOf([reply(200, { id: idOf(1) })], { forever: true });
    await graph.get(user(1));
    await graph.get(user(1));
    expect(sent.map(({ method }) => method)).toEqual(["GET", "GET"]);
  });
});

describe("writing several at once", () => {
  const calls = [
    { operation: "PATCH /users/{user}", parameters: { user: idOf(1), accountEnabled: false } },
    { operation: "POST /users/{user}/revokeSignInSessions", parameters: { user: idOf(1) } },
  ];
  const done = ({ id }: Item): Response => ({ id, status: 204 });
  const notTried = ({ id }: Item): Response => ({ id, status: 424, body: { error: {} } });
  const both =
    (...answers: ((item: Item) => Response)[]) =>
    (request: HttpRequest): HttpReply =>
      responses(itemsOf(request).map((item, index) => (answers[index] ?? done)(item)));
  const operationsOf = (sent: readonly HttpRequest[]): string[] =>
    sent.map(({ method, url }) => `${method} ${url.replace(`${root}/`, "").replace(idOf(1), "1")}`);

  it("is one request, in which each follows the one before", async () => {
    const { graph, sent } = clientOf([both()]);
    expect(await graph.invokeAll(calls)).toMatchObject([
      { wasRetried: false },
      { wasRetried: false },
    ]);
    expect(sent[0] && itemsOf(sent[0])).toEqual([
      {
        id: "1",
        method: "PATCH",
        url: `/users/${idOf(1)}`,
        headers: { "content-type": "application/json" },
        body: { accountEnabled: false },
      },
      {
        id: "2",
        method: "POST",
        url: `/users/${idOf(1)}/revokeSignInSessions`,
        dependsOn: ["1"],
      },
    ]);
  });

  it("sends alone what was not tried because the one before was refused", async () => {
    const denied = ({ id }: Item): Response => ({
      id,
      status: 403,
      body: { error: { code: "Authorization_RequestDenied", message: "Insufficient privileges" } },
    });
    const { graph, sent } = clientOf([both(denied, notTried), reply(200, {})]);
    const [first, second] = await graph.invokeAll(calls);
    expect(first).toMatchObject({ kind: "denied" });
    expect(second).toMatchObject({ wasRetried: false });
    expect(operationsOf(sent)).toEqual(["POST $batch", "POST users/1/revokeSignInSessions"]);
  });

  it("keeps the order when the first one is throttled, and waits as long as that asks for", async () => {
    const { graph, sent, time } = clientOf([
      both((item) => throttled(item, "7"), notTried),
      reply(204, undefined),
      reply(200, {}),
    ]);
    expect(await graph.invokeAll(calls)).toMatchObject([
      { wasRetried: true },
      { wasRetried: false },
    ]);
    expect(operationsOf(sent)).toEqual([
      "POST $batch",
      "PATCH users/1",
      "POST users/1/revokeSignInSessions",
    ]);
    expect(time.waits).toEqual([7_000]);
  });

  it("sends each alone when the batch has no answer, which leaves their outcome in doubt", async () => {
    const { graph, sent } = clientOf([cut(), reply(204, undefined), reply(200, {})]);
    expect(await graph.invokeAll(calls)).toMatchObject([
      { wasRetried: true },
      { wasRetried: true },
    ]);
    expect(operationsOf(sent)).toHaveLength(3);
  });

  it("never repeats a creation whose answer is missing", async () => {
    const creation = { operation: "POST /users", parameters: { displayName: "New" } };
    const { graph, sent } = clientOf([cut(), reply(200, {})]);
    const [created] = await graph.invokeAll([creation, ...calls.slice(1)]);
    expect((created as Error).message).toContain("was not sent again");
    expect(operationsOf(sent)).toEqual(["POST $batch", "POST users/1/revokeSignInSessions"]);
  });

  it("is a request of its own for a single one", async () => {
    const { graph, sent } = clientOf([reply(204, undefined)]);
    await graph.invokeAll(calls.slice(0, 1));
    expect(operationsOf(sent)).toEqual(["PATCH users/1"]);
  });
});
