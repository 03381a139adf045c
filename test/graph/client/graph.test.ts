import { describe, expect, it } from "vitest";
import { clouds } from "../../../lib/auth/clouds.ts";
import { equals, not } from "../../../lib/graph/client/odata.ts";
import type { Call } from "../../../lib/graph/client/operations.ts";
import {
  all,
  clientOf,
  cut,
  faultOf,
  idOf,
  linked,
  listed,
  refusal,
  reply,
  root,
  type Scripted,
} from "../scripted.ts";

const user = idOf(1);
const one = { operation: "GET /users/{user}", ids: { user }, query: { select: ["mail"] } } as const;
const users = { operation: "GET /users", query: { select: ["mail"], top: 999 } } as const;
const update: Call = { operation: "PATCH /users/{user}", parameters: { user, jobTitle: "Nurse" } };
const creation: Call = { operation: "POST /users", parameters: { displayName: "Ann" } };
const object = (index: number) => ({ id: idOf(index) });
const done = reply(204);
const concurrency = (): Scripted =>
  refusal(
    409,
    "Directory_ConcurrencyViolation",
    "Error due to concurrent requests being made to the tenant.",
  );

describe("a request", () => {
  it("goes to version 1.0 of the cloud's Graph, with a new ID for each attempt", async () => {
    const { graph, sent } = clientOf([reply(503), done], { cloud: clouds.china });
    expect(await graph.invoke(update)).toEqual({ body: undefined, notices: [], wasRetried: true });
    expect(sent[1]).toEqual({
      method: "PATCH",
      url: `https://microsoftgraph.chinacloudapi.cn/v1.0/users/${user}`,
      headers: {
        authorization: "Bearer token-1",
        accept: "application/json",
        "accept-encoding": "gzip",
        "accept-language": "en-US",
        "client-request-id": "id-2",
        "content-type": "application/json",
      },
      body: '{"jobTitle":"Nurse"}',
    });
    expect(sent[0]?.headers["client-request-id"]).toBe("id-1");
  });

  it("goes to another address if one is set, and still refers to objects by the cloud's", async () => {
    const { graph, sent } = clientOf([done], { graphUrl: "http://127.0.0.1:8080" });
    const parameters = { user, manager: idOf(2) };
    await graph.invoke({ operation: "PUT /users/{user}/manager/$ref", parameters });
    expect(sent[0]).toMatchObject({
      url: `http://127.0.0.1:8080/v1.0/users/${user}/manager/$ref`,
      body: `{"@odata.id":"${root}/directoryObjects/${idOf(2)}"}`,
    });
  });

  it("that reads has no body and no content type", async () => {
    const { graph, sent } = clientOf([reply(200, object(1))]);
    expect(await graph.get(one)).toEqual(object(1));
    expect(sent[0]?.url).toBe(`${root}/users/${user}?$select=id%2Cmail`);
    expect(Object.keys(sent[0] ?? {})).not.toContain("body");
    expect(Object.keys(sent[0]?.headers ?? {})).not.toContain("content-type");
  });

  it("that is not one is refused before anything is sent", async () => {
    const { graph, sent } = clientOf([]);
    expect((await faultOf(graph.get({ ...one, ids: { user: "" } }))).kind).toBe("invalid");
    expect((await faultOf(graph.invoke({ ...update, parameters: { user } }))).kind).toBe("invalid");
    expect(sent).toEqual([]);
  });

  it("that creates returns the new object", async () => {
    const { graph } = clientOf([reply(201, { ...object(7), displayName: "Ann" })]);
    expect((await graph.invoke(creation)).body).toEqual({ ...object(7), displayName: "Ann" });
  });

  it("whose answer is not understood proves nothing", async () => {
    const { graph } = clientOf([reply(200, "ok, go on")]);
    expect((await graph.invoke(update)).notices).toEqual([
      {
        text: "Microsoft Graph's answer to PATCH /users/{user} is not understood (status 200): ok, go on",
      },
    ]);
  });
});

describe("a refused token", () => {
  it("is replaced once, with the claims that the refusal names", async () => {
    const claims = '{"access_token":{}}';
    const challenge = `Bearer error="insufficient_claims", claims="${Buffer.from(claims).toString("base64")}"`;
    const { graph, sent, refusals } = clientOf([
      reply(401, "", { "www-authenticate": challenge }),
      done,
    ]);
    expect((await graph.invoke(update)).wasRetried).toBe(true);
    expect(refusals).toEqual([{ token: "token-1", claims }]);
    expect(sent.map(({ headers }) => headers["authorization"])).toEqual([
      "Bearer token-1",
      "Bearer token-2",
    ]);
  });

  it("that is refused again is a fault", async () => {
    const { graph, sent } = clientOf([reply(401)], { forever: true });
    expect((await faultOf(graph.invoke(update))).kind).toBe("denied");
    expect(sent).toHaveLength(2);
  });
});

describe("trying again", () => {
  it.each<[string, Scripted, number]>([
    ["429 with seconds", refusal(429, "TooManyRequests", "Please retry again later.", {}), 1_000],
    ["429", reply(429, "", { "retry-after": "7" }), 7_000],
    ["503", reply(503, "", { "retry-after": "2" }), 2_000],
    ["504", reply(504), 1_000],
    ["509", reply(509), 1_000],
    ["409 of concurrent changes", concurrency(), 1_000],
    ["a replica that is not available", refusal(503, "Directory_ReplicaUnavailable", "x"), 1_000],
    ["temporary throttling", refusal(400, "Request_ThrottledTemporarily", "x"), 1_000],
    ["an answer that is cut", reply(200, '{"id":'), 1_000],
    ["no answer", cut(), 1_000],
  ])("after %s waits as requested", async (_name, answer, wait) => {
    const { graph, time } = clientOf([answer, reply(200, object(1))]);
    expect(await graph.get(one)).toEqual(object(1));
    expect(time.waits).toEqual([wait]);
  });

  it.each([400, 403, 404, 409, 412, 500])("is not done after %i", async (status) => {
    const { graph, sent } = clientOf([refusal(status, "x", "y")], { forever: true });
    await faultOf(graph.get(one));
    expect(sent).toHaveLength(1);
  });

  it("with a creation is only done when the first one was certainly not carried out", async () => {
    for (const refused of [reply(429), concurrency()]) {
      const { graph } = clientOf([refused, reply(201, object(7))]);
      expect(await graph.invoke(creation)).toMatchObject({ body: object(7), wasRetried: true });
    }
    for (const lost of [reply(503), reply(504), cut()]) {
      const { graph, sent } = clientOf([lost, reply(201, object(7))]);
      const fault = await faultOf(graph.invoke(creation));
      expect(fault).toMatchObject({ kind: "unavailable", retryable: false });
      expect(fault.message).toContain(
        "It is not known whether POST /users was carried out, so it was not sent again.",
      );
      expect(sent).toHaveLength(1);
    }
  });

  it("does not hide that an earlier attempt may have been carried out", async () => {
    const { graph } = clientOf([reply(503), refusal(403, "Authorization_RequestDenied", "no")]);
    expect((await faultOf(graph.invoke(update))).message).toContain(
      "It is not known whether PATCH /users/{user} was carried out.",
    );
  });
});

describe("a list", () => {
  it("follows the links as they are, with the same headers, through empty pages", async () => {
    const link = `${root}/users?$skiptoken=a%2Bb+c&odd`;
    const { graph, sent } = clientOf([
      linked([], link),
      linked([object(1)], `${link}2`),
      listed([object(2)]),
    ]);
    const filter = not(equals("mail", "x"));
    expect(await graph.list({ ...users, query: { select: [], filter } })).toEqual([
      object(1),
      object(2),
    ]);
    expect(sent.slice(1).map(({ url }) => url)).toEqual([link, `${link}2`]);
    expect(sent.map(({ headers }) => headers["consistencylevel"])).toEqual([
      "eventual",
      "eventual",
      "eventual",
    ]);
  });

  it("marks its last page, and yields no object twice", async () => {
    const link = `${root}/users?$skiptoken=1`;
    const { graph } = clientOf([linked([object(1)], link), listed([object(1), object(2)])]);
    expect(await all(graph.pages(users))).toEqual([
      { objects: [object(1)], isLast: false },
      { objects: [object(2)], isLast: true },
    ]);
  });

  it.each([
    "https://graph.microsoft.com.evil.example/v1.0/users",
    "http://graph.microsoft.com/v1.0/users",
    "/v1.0/users",
  ])("does not take its token to %s", async (link) => {
    const { graph, sent } = clientOf([linked([object(1)], link)]);
    expect((await faultOf(graph.list(users))).message).toContain("the token was not sent there");
    expect(sent).toHaveLength(1);
  });

  it("that links in a circle is a fault", async () => {
    const link = `${root}/users?$skiptoken=1`;
    const { graph, sent } = clientOf([linked([object(1)], link), linked([], link)], {
      forever: true,
    });
    expect((await faultOf(graph.list(users))).message).toContain(
      "the same page of GET /users twice",
    );
    expect(sent).toHaveLength(2);
  });

  it("starts again when the token of a page has expired, without duplicates", async () => {
    const link = `${root}/users?$skiptoken=`;
    const expired = refusal(
      400,
      "Directory_ExpiredPageToken",
      "The specified page token value has expired.",
    );
    const { graph, sent } = clientOf([
      linked([object(1)], `${link}1`),
      expired,
      linked([object(2), object(1)], `${link}1`),
      listed([object(3)]),
    ]);
    expect((await graph.list(users)).map(({ id }) => id)).toEqual([idOf(1), idOf(2), idOf(3)]);
    expect(sent[2]?.url).toBe(sent[0]?.url);
  });

  it("does not start again for ever, nor for an error of its first page", async () => {
    const expired = refusal(400, "Directory_ExpiredPageToken", "expired");
    const { graph, sent } = clientOf(
      [
        ({ url }) =>
          url.includes("skiptoken") ? expired : linked([object(1)], `${root}/users?$skiptoken=1`),
      ],
      { forever: true },
    );
    expect((await faultOf(graph.list(users))).message).toBe(
      "The pages of GET /users expired 6 times before the list was complete.",
    );
    expect(sent).toHaveLength(12);
    expect((await faultOf(clientOf([expired]).graph.list(users))).kind).toBe("invalid");
  });

  it.each<[string, Scripted, string]>([
    ["no list", reply(200, { value: "x" }), "unexpected"],
    ["an object without an ID", listed([{ mail: "x" }]), "unexpected"],
    ["an error with 200", reply(200, { error: { code: "x", message: "y" } }), "unexpected"],
    [
      "a page that is not found",
      refusal(404, "Request_ResourceNotFound", `Resource '${user}' does not exist`),
      "unexpected",
    ],
  ])("with %s as its second page is a fault, not the end", async (_name, answer, kind) => {
    const link = `${root}/users?$skiptoken=1`;
    const { graph } = clientOf([linked([object(1)], link), answer]);
    const read = {
      operation: "GET /users/{user}/memberOf/microsoft.graph.group",
      ids: { user },
    } as const;
    expect((await faultOf(graph.list({ ...read, query: { select: [] } }))).kind).toBe(kind);
  });
});
