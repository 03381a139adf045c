import { describe, expect, it } from "vitest";
import { equals, not } from "../../../lib/graph/client/odata.ts";
import type { Read } from "../../../lib/graph/client/reads.ts";
import type { HttpReply, HttpRequest } from "../../../lib/net/transport.ts";
import { all, clientOf, faultOf, idOf, reply, root } from "../scripted.ts";

interface Item {
  id: string;
  method: string;
  url: string;
  headers: Record<string, string>;
}
type Response = Record<string, unknown>;

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
