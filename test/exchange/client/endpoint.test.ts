import { describe, expect, it } from "vitest";
import { clouds } from "../../../lib/auth/clouds.ts";
import { endpointOf, type Endpoint } from "../../../lib/exchange/client/endpoint.ts";
import type { HttpReply, HttpRequest, Transport } from "../../../lib/net/transport.ts";
import { Fault } from "../../../lib/fault.ts";
import { settled } from "../answering.ts";
import {
  clientOf,
  cut,
  faultOf,
  reply,
  rows,
  tenantId,
  timeOf,
  tokensOf,
  transportOf,
  type Scripted,
} from "../scripted.ts";

const busy =
  "You have reached the maximum number of concurrent requests per tenant. Please wait and try again";
const root = `/adminapi/beta/${tenantId}`;
const to = (location: string): Scripted => reply(302, "", { location });

function endpointWith(transport: Transport, exchangeUrl?: string) {
  const { token, refusals } = tokensOf();
  const time = timeOf();
  let ids = 0;
  const endpoint = endpointOf(
    { tenantId, cloud: clouds.worldwide, exchangeUrl },
    { transport, token, pace: time.pace, clock: time.clock, newId: () => `id-${++ids}` },
  );
  return { endpoint, refusals, time };
}

function scripted(answers: readonly Scripted[], forever = false) {
  const { transport, sent } = transportOf(answers, forever);
  return { ...endpointWith(transport), sent };
}

const post = (
  endpoint: Endpoint,
  body: string | ((bearer: string) => string) = "{}",
  prefer?: string,
): ReturnType<Endpoint["post"]> =>
  endpoint.post({
    what: "$batch",
    where: endpoint.batchPath,
    body,
    requestId: "r-1",
    ...(prefer === undefined ? {} : { prefer }),
  });

describe("paths", () => {
  const { endpoint } = scripted([]);

  it("are those of the tenant", () => {
    expect(endpoint.batchPath).toBe(`${root}/$batch`);
    expect(endpoint.pathOf({ cmdlet: "Get-Mailbox", parameters: {} })).toBe(
      `${root}/InvokeCommand`,
    );
    expect(
      endpoint.pathOf({ cmdlet: "Get-Mailbox", parameters: {}, select: ["Guid", "A&b"] }),
    ).toBe(`${root}/InvokeCommand?$select=Guid,A%26b`);
  });

  it("become absolute on the host where the tenant is", async () => {
    const moved = scripted([to("https://eurpr01.outlook.office365.com:446/"), reply(200)]);
    expect(moved.endpoint.urlOf("/x")).toBe("https://outlook.office365.com/x");
    await post(moved.endpoint);
    expect(moved.endpoint.urlOf("/x")).toBe("https://eurpr01.outlook.office365.com/x");
  });

  it("of a next page are taken from its link, and its host from then on", () => {
    const { endpoint: own } = scripted([]);
    expect(own.pathOfNext("https://apc.outlook.office365.com/a?b=%2B")).toBe("/a?b=%2B");
    expect(own.urlOf("/x")).toBe("https://apc.outlook.office365.com/x");
  });

  it("stay on this machine when they begin there", async () => {
    const { endpoint: own } = endpointWith(transportOf([]).transport, "http://127.0.0.1:8080");
    expect([own.pathOfNext("http://127.0.0.1:8080/a?b=1"), own.urlOf("/x")]).toEqual([
      "/a?b=1",
      "http://127.0.0.1:8080/x",
    ]);
    expect(await faultOf(() => own.pathOfNext("http://127.0.0.1:8081/a"))).toMatchObject({
      kind: "unexpected",
    });
  });

  it("of a next page elsewhere are refused", async () => {
    expect(await faultOf(() => endpoint.pathOfNext("https://evil.example/a"))).toMatchObject({
      kind: "unexpected",
      message: expect.stringContaining("named a next page at https://evil.example") as string,
    });
  });
});

describe("a request", () => {
  it("has the headers of its command, and its own preferences in addition to the page size", async () => {
    const { endpoint, sent } = scripted([reply(200), reply(200)]);
    await post(endpoint, "{}", "odata.continue-on-error");
    await post(endpoint);
    expect(sent[0]).toMatchObject({
      method: "POST",
      url: `https://outlook.office365.com${root}/$batch`,
      body: "{}",
    });
    expect(sent.map(({ headers }) => headers["prefer"])).toEqual([
      "odata.maxpagesize=1000; odata.continue-on-error",
      "odata.maxpagesize=1000",
    ]);
    expect(sent[0]?.headers).toMatchObject({
      authorization: "Bearer token-1",
      "x-cmdletname": "$batch",
      "accept-encoding": "gzip",
      "client-request-id": "r-1",
      "connection-id": "id-1",
    });
  });

  it("leaves the connection's headers out of its part of a batch", () => {
    const names = Object.keys(scripted([]).endpoint.headersFor("Get-Mailbox", "t"));
    expect(names).toContain("x-anchormailbox");
    for (const own of ["accept-encoding", "client-request-id", "connection-id"])
      expect(names).not.toContain(own);
  });

  it("is built again with the token that replaces a refused one", async () => {
    const { endpoint, sent, refusals, time } = scripted([
      reply(401),
      to("https://eur.outlook.office365.com/"),
      reply(200),
    ]);
    expect(
      await post(endpoint, (bearer) => `{"with":"${bearer}","at":"${endpoint.urlOf("/x")}"}`),
    ).toMatchObject({ status: 200 });
    expect(sent.map(({ body }) => JSON.parse(body ?? "") as unknown)).toEqual([
      { with: "token-1", at: "https://outlook.office365.com/x" },
      { with: "token-2", at: "https://outlook.office365.com/x" },
      { with: "token-2", at: "https://eur.outlook.office365.com/x" },
    ]);
    expect([refusals.length, time.pace.stats]).toEqual([
      1,
      { requests: 3, retries: 1, waitedMs: 0 },
    ]);
  });

  it("returns a second refusal, and any other final answer", async () => {
    const { endpoint, sent } = scripted([reply(401), reply(401)]);
    expect(await post(endpoint)).toMatchObject({ status: 401 });
    expect(sent).toHaveLength(2);
    for (const status of [200, 403, 404, 429, 500, 503])
      expect(await post(scripted([reply(status)]).endpoint)).toMatchObject({ status });
  });

  it("that is not answered fails, and is sent at most twice more", async () => {
    expect(await post(scripted([cut()]).endpoint)).toMatchObject({
      fault: { kind: "unavailable", retryable: true },
      maxRetries: 2,
    });
  });
});

describe("requests at the same time", () => {
  /** A transport that answers only when it is told to. */
  function held() {
    const waiting: {
      request: HttpRequest;
      answer(with_: HttpReply): void;
      fail(fault: Fault): void;
    }[] = [];
    const { endpoint, time } = endpointWith(
      (request) =>
        new Promise(
          (resolve, reject) => void waiting.push({ request, answer: resolve, fail: reject }),
        ),
    );
    const done: unknown[] = [];
    return {
      time,
      waiting,
      done,
      start(count: number): Promise<void> {
        for (let index = 0; index < count; index++)
          void post(endpoint, String(index)).then(
            (result) => done.push(result),
            (thrown: unknown) => done.push(thrown),
          );
        return settled();
      },
      answer(answers: readonly HttpReply[]): Promise<void> {
        for (const one of answers) waiting.shift()?.answer(one);
        return settled();
      },
    };
  }
  const fine = (count: number): HttpReply[] => Array.from({ length: count }, () => reply(200));

  it("are three at first, are sent in order, and two more for each that succeeds", async () => {
    const { start, answer, waiting, done, time } = held();
    await start(12);
    expect(waiting.map(({ request }) => request.body)).toEqual(["0", "1", "2"]);
    // What waits for a place was not sent, and does not count.
    expect(time.pace.stats.requests).toBe(3);
    await answer(fine(2));
    expect(waiting.map(({ request }) => request.body)).toEqual(["2", "3", "4", "5", "6", "7", "8"]);
    for (let turn = 0; turn < 4; turn++) await answer(fine(7));
    expect([done.length, waiting.length]).toEqual([12, 0]);
  });

  it.each<[string, HttpReply, number]>([
    ["a 429, which is about the pace", reply(429), 7],
    ["the cap on concurrent requests with 429", reply(429, busy), 2],
    ["the cap on concurrent requests with 200", reply(200, busy), 2],
    ["the cap on concurrent requests with 400", reply(400, busy), 2],
    ["a 503", reply(503), 9],
    ["a 403", reply(403), 9],
  ])("after %s are %i at most", async (_name, complaint, most) => {
    const { start, answer, waiting } = held();
    await start(20);
    await answer([complaint, ...fine(2)]);
    expect(waiting).toHaveLength(most);
  });

  it("free their slots also when they fail", async () => {
    const { start, waiting, done } = held();
    await start(4);
    for (const { fail } of waiting.splice(0))
      fail(new Fault({ kind: "unavailable", retryable: true, message: "Cut." }));
    await settled();
    expect([done.length, waiting.length]).toEqual([3, 1]);
  });
});

describe("a change after a lost attempt", () => {
  const change = {
    cmdlet: "Add-MailboxPermission",
    parameters: { Identity: "jan", User: "piet", AccessRights: ["FullAccess"] },
  };

  it("is not known to be applied when the next attempt is lost too", async () => {
    const { exchange } = clientOf([cut()], { forever: true });
    expect(await faultOf(exchange.invoke(change))).toMatchObject({ kind: "unavailable" });
  });

  // The first try may have been carried out; a fault that counts as a refusal says that nothing was.
  it("is not known to be applied when the next attempt is rejected unprocessed", async () => {
    const { exchange } = clientOf([cut(), reply(429, "", { "retry-after": "3600" })]);
    expect(await faultOf(exchange.invoke(change))).toMatchObject({ kind: "unavailable" });
  });

  it("is done when the next attempt is answered", async () => {
    const { exchange, sent } = clientOf([cut(), rows([])]);
    await exchange.invoke(change);
    expect(sent).toHaveLength(2);
  });
});
