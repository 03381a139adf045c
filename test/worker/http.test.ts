/** The way into the queue over HTTP: what it takes, what it refuses, and what it never tells. */
import { once } from "node:events";
import { request } from "node:https";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { openApi } from "../../lib/generated/openApi.ts";
import type { Contract } from "../../lib/host/schemaContract.ts";
import type { Handle, Work } from "../../lib/runtime/queue/jobQueue.ts";
import { eventHandler } from "../../lib/runtime/queue/eventQueue.ts";
import { answerLines } from "../../lib/runtime/queue/http/answerLines.ts";
import { requestIn } from "../../lib/runtime/serve/request.ts";
import { listen, type HttpListening } from "../../lib/runtime/queue/http/server.ts";
import { eventAccepted, eventState, queueStatus, httpRefusal } from "../generated/queue.ts";
import { newAuthority } from "../activeDirectory/certificates.ts";
import { eventText, httpQueue, httpSecret, tenant, type HttpQueue } from "./httpQueue.ts";
import { opened, until } from "./opened.ts";
import { startPostgres } from "./postgres.ts";

const log = (): void => undefined;

/** Reads an answer, which has to follow its contract. */
async function read(answer: Response, contract: Contract<unknown>): Promise<unknown> {
  const body: unknown = await answer.json();
  expect({ fits: contract.check(body), errors: contract.check.errors ?? [] }).toEqual({
    fits: true,
    errors: [],
  });
  return body;
}

describe.skipIf(!inject("engine"))("the queue over HTTP", () => {
  let one: HttpQueue;
  let working: Work | undefined;

  beforeEach(async () => {
    one = await httpQueue({ maxWaiting: 3 });
  });
  afterEach(async () => {
    await working?.stop();
    working = undefined;
    await one.close();
  });

  const send = (text: string): Promise<Response> =>
    one.ask("/v1/events", { method: "POST", body: text });

  /** Answers each event with this outcome. */
  function work(outcome: "done" | "throttled", ms = 0): void {
    const stats = { requests: 1, retries: 0, waitedMs: 0, totalMs: 1 };
    const step = {
      target: "exchange",
      operation: "Set-Mailbox",
      parameters: { CustomAttribute9: "canary-parameter" },
      sentence: "Set CustomAttribute9 of the mailbox",
      before: {},
      sent: true,
    };
    const handle: Handle = eventHandler(
      {
        async take(bytes, to) {
          await delay(ms);
          const { id } = JSON.parse(bytes.toString()) as { id: string };
          const AuditLogs = [{ Message: `It is ${outcome}.`, IsError: outcome !== "done" }];
          const outputContext = {
            Success: outcome === "done",
            AuditLogs,
            Data: { password: "canary-password" },
          };
          const answer = { outputContext, outcome, plan: [step], stats };
          await to.line(`${JSON.stringify({ id, answer })}\n`);
        },
      },
      { sealing: one.sealing, whole: one.events.whole, queue: one.queue, log },
    );
    working = one.queue.work(handle, { atOnce: 4, perGroup: 4, log });
  }

  it("takes an event, once for each id, and has its answer where it says", async () => {
    const first = await send(eventText("a/1", "x"));
    expect(first.status).toBe(202);
    expect(await read(first, eventAccepted)).toEqual({ id: "a/1", known: false });
    const place = first.headers.get("location") ?? "";
    expect(place).toBe("/v1/events/a%2F1");
    const second = await send(eventText("a/1", "x"));
    expect([second.status, await second.json()]).toEqual([202, { id: "a/1", known: true }]);
    const waiting = await one.ask(place);
    expect(await read(waiting, eventState)).toEqual({ id: "a/1", state: "waiting", attempts: 0 });
    work("done");
    const answered = await one.ask(`${place}?wait=20`);
    expect(answered.headers.get("preference-applied")).toBe("wait=20");
    expect(await read(answered, eventState)).toMatchObject({
      id: "a/1",
      state: "completed",
      attempts: 1,
      answer: { outcome: "done", outputContext: { Success: true } },
    });
  });

  it("waits for the answer as long as it is asked to, and no longer", async () => {
    await send(eventText("a", "x"));
    const since = performance.now();
    const none = await one.ask("/v1/events/a", { headers: { prefer: "respond-async, wait=1" } });
    expect(performance.now() - since).toBeGreaterThan(950);
    expect(await none.json()).toMatchObject({ state: "waiting" });
    const asked = one.ask("/v1/events/a?wait=30");
    await delay(100);
    work("done");
    expect(await (await asked).json()).toMatchObject({ state: "completed" });
  });

  /** Sends an event as HelloID's scripts do. */
  const sendAndWait = (text: string, seconds = 20): Promise<Response> =>
    one.ask("/v1/events", {
      method: "POST",
      body: text,
      headers: { accept: "application/x-ndjson", prefer: `wait=${seconds}` },
    });
  const linesIn = async (answer: Response): Promise<unknown[]> => {
    expect([answer.status, answer.headers.get("content-type")]).toEqual([
      200,
      "application/x-ndjson; charset=utf-8",
    ]);
    const lines = (await answer.text()).trimEnd().split("\n");
    return lines.map((line) => JSON.parse(line) as unknown);
  };

  it("answers a sender that waits as serve does", async () => {
    work("done");
    expect(await linesIn(await sendAndWait(eventText("a", "x")))).toMatchObject([
      { id: "a", answer: { outcome: "done", outputContext: { Success: true } } },
    ]);
    const refused = await one.ask("/v1/events?wait=soon", {
      method: "POST",
      body: eventText("b", "x"),
      headers: { accept: "application/x-ndjson" },
    });
    expect([refused.status, await one.events.find("b")]).toEqual([400, undefined]);
  });

  it("gives a sender that waits the records of an import, and then the answer", async () => {
    const record = (index: number): string =>
      JSON.stringify({ id: "a", record: { index, text: "x".repeat(100_000) } });
    const handle = eventHandler(
      {
        async take(_, to) {
          for (const index of [0, 1, 2, 3, 4]) await to.line(`${record(index)}\n`);
          const outputContext = { Success: true, AuditLogs: [] };
          await to.line(
            `${JSON.stringify({ id: "a", answer: { outcome: "done", outputContext } })}\n`,
          );
        },
      },
      { sealing: one.sealing, whole: one.events.whole, queue: one.queue, log },
    );
    working = one.queue.work(handle, { atOnce: 1, perGroup: 1, log });
    const lines = await linesIn(await sendAndWait(eventText("a", "x")));
    expect(lines.slice(0, 5)).toMatchObject(
      [0, 1, 2, 3, 4].map((index) => ({ record: { index } })),
    );
    expect(lines.slice(5)).toMatchObject([{ id: "a", answer: { outcome: "done" } }]);
  });

  it("tells a sender that waited long enough where the answer will be, and what is on record", async () => {
    const CurrentPermissions = [{ DisplayName: "Team", Reference: { Id: "1" } }];
    const { event } = JSON.parse(eventText("a", "x")) as {
      event: { actionContext: Record<string, unknown> };
    };
    Object.assign(event.actionContext, { Operation: "update", CurrentPermissions });
    const action = "permissions/groups/subPermissions";
    const text = JSON.stringify({ id: "a", action, event });
    const since = performance.now();
    const lines = await linesIn(await sendAndWait(text, 1));
    expect(performance.now() - since).toBeGreaterThan(950);
    const address = `${one.url}/v1/events/a`;
    const Message =
      "The event a has no answer yet. Attempts until now: 0. It is in the queue and will still be carried out; " +
      `its answer will be at ${address}.`;
    expect(lines).toMatchObject([
      {
        id: "a",
        answer: {
          outcome: "notYet",
          outputContext: {
            Success: false,
            AuditLogs: [{ Message, IsError: true }],
            SubPermissions: CurrentPermissions,
          },
        },
      },
    ]);
    expect((await one.ask("/v1/events/a")).status).toBe(200);
  });

  it("adds what the last attempt did", async () => {
    await one.close();
    one = await httpQueue({ maxRetries: 5 });
    work("throttled");
    const [line] = (await linesIn(await sendAndWait(eventText("a", "x"), 1))) as [
      { answer: { outcome: string; plan: unknown[]; outputContext: { AuditLogs: object[] } } },
    ];
    expect(line.answer).toMatchObject({ outcome: "notYet", plan: [{ operation: "Set-Mailbox" }] });
    expect(line.answer.outputContext).toMatchObject({
      Success: false,
      AuditLogs: [
        { Message: expect.stringContaining("no answer yet") as string },
        { Message: "It is throttled." },
      ],
    });
  });

  it("says that an event was given up, or left the queue", async () => {
    work("throttled");
    const givenUp = await linesIn(await sendAndWait(eventText("a", "x")));
    expect(givenUp).toMatchObject([
      {
        answer: {
          outcome: "notYet",
          outputContext: {
            Success: false,
            AuditLogs: [
              {
                Message:
                  "The event a was given up, and waits in the queue until a person releases it. " +
                  "Attempts until now: 1.",
              },
              { Message: "It is throttled." },
            ],
          },
        },
      },
    ]);
    await one.events.drop("a");
    const removed = await linesIn(await sendAndWait(eventText("a", "x")));
    expect(removed).toMatchObject([
      { answer: { outcome: "unknown", outputContext: { Success: false } } },
    ]);
    expect(JSON.stringify(removed)).toContain("The event a left the queue without an answer.");
  });

  it("answers a sender that waits when the server ends, or the queue cannot be read", async () => {
    const asked = sendAndWait(eventText("a", "x"), 30);
    await until(async () => (await one.events.find("a")) !== undefined);
    const closing = one.close();
    expect(await linesIn(await asked)).toMatchObject([{ answer: { outcome: "notYet" } }]);
    await closing;
    one = await httpQueue();
    const request = requestIn(Buffer.from(eventText("a", "x")), "the event");
    if ("faults" in request) throw new Error("The event is one.");
    const lines = answerLines(request, {
      events: {
        find: () => Promise.reject(new Error("away")),
        records: () => Promise.reject(new Error("away")),
      },
      actionOf: () => Promise.resolve({}),
      address: "https://worker/v1/events/a",
      ms: 10,
      signal: AbortSignal.timeout(1_000),
    });
    expect(JSON.parse(String((await lines.next()).value))).toMatchObject({
      id: "a",
      answer: {
        outcome: "notYet",
        outputContext: {
          AuditLogs: [
            {
              Message: expect.stringMatching(
                /will be at https:\/\/worker\/v1\/events\/a\.$/,
              ) as string,
            },
          ],
        },
      },
    });
  });

  it("keeps what the sender was doing with the event, sealed", async () => {
    const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    const keptFor = async (id: string, header: string): Promise<unknown> => {
      const headers = { traceparent: header };
      const body = eventText(id, id);
      expect((await one.ask("/v1/events", { method: "POST", body, headers })).status).toBe(202);
      const name = one.sealing.digest(`event ${id}`);
      const { input } = (await one.queue.find(name)) ?? {};
      expect(JSON.stringify(input)).not.toContain("4bf92f");
      return JSON.parse(one.sealing.open(input, `input of job ${name}`));
    };
    const sent = (id: string): object => JSON.parse(eventText(id, id)) as object;
    expect(await keptFor("a", traceparent)).toEqual({ ...sent("a"), traceparent });
    expect(await keptFor("b", "not one")).toEqual(sent("b"));
  });

  it("answers those that wait when it ends", async () => {
    await send(eventText("a", "x"));
    const asked = one.ask("/v1/events/a?wait=30");
    await delay(200);
    const closing = one.close();
    expect(await (await asked).json()).toMatchObject({ state: "waiting" });
    await closing;
    one = await httpQueue();
  });

  it("refuses what cannot be used, and says why", async () => {
    const refused = async (answer: Response): Promise<unknown[]> => [
      answer.status,
      await read(answer, httpRefusal),
    ];
    expect(await refused(await send("[1]"))).toEqual([
      400,
      { error: "The event cannot be used.", faults: [expect.stringContaining("the request")] },
    ]);
    expect(await refused(await send('{"id": "a", "event": {}}'))).toMatchObject([
      400,
      { faults: [expect.stringContaining("action is not a text")] },
    ]);
    expect(await refused(await one.ask("/v1/events/never"))).toMatchObject([404, {}]);
    expect(await refused(await one.ask("/v1/events/a?wait=soon"))).toMatchObject([400, {}]);
    const get = await one.ask("/v1/events");
    expect([get.headers.get("allow"), ...(await refused(get))]).toMatchObject(["POST", 405, {}]);
    expect(await refused(await one.ask("/v2/events"))).toMatchObject([404, {}]);
    expect((await one.queue.stats()).length).toBe(0);
  });

  it("answers no one without the secret, but whether it is alive", async () => {
    const paths = ["/v1/events/a", "/v1/status", "/metrics", "/v2/x"];
    for (const path of paths)
      for (const headers of [{}, { authorization: `Bearer ${httpSecret}x` }] as const) {
        const answer = await fetch(`${one.url}${path}`, { headers });
        expect([path, answer.status, await answer.json()]).toEqual([
          path,
          401,
          { error: "Expected authorization: Bearer, with the secret of the worker." },
        ]);
      }
    const sent = await fetch(`${one.url}/v1/events`, { method: "POST", body: eventText("a", "x") });
    expect(sent.status).toBe(401);
    expect(await one.events.find("a")).toBeUndefined();
    for (const path of ["/healthz", "/readyz", "/openapi.json", "/", "/page/page.js"])
      expect([path, (await fetch(`${one.url}${path}`)).status]).toEqual([path, 200]);
    expect((await fetch(`${one.url}/page/..%2f..%2fpackage.json`)).status).toBe(401);
  });

  it("takes no more while too many wait, and says when to come again", async () => {
    for (let index = 0; index < 4; index++)
      expect((await send(eventText(`event ${index}`, `account ${index}`))).status).toBe(202);
    await delay(600);
    const full = await send(eventText("one more", "x"));
    expect([full.status, full.headers.get("retry-after")]).toEqual([429, "10"]);
    expect(await read(full, httpRefusal)).toEqual({
      error: "More than 3 events wait. Send it again later.",
    });
    work("done");
    await until(async () => (await send(eventText("one more", "x"))).status === 202);
  });

  it("shows the queue without anything of an event but the plan of a blocked one", async () => {
    await send(eventText("first-event", "x"));
    await send(eventText("later-event", "x"));
    work("throttled");
    await until(async () => (await one.queue.blocked()).length === 1);
    await delay(2_100);
    const status = await one.ask("/v1/status");
    const text = JSON.stringify(await read(status, queueStatus));
    expect(JSON.parse(text)).toMatchObject({
      tenants: [{ tenant, waiting: 1, behindBlocked: 1, blocked: 1, atOnce: 6, perMinute: null }],
      blocked: [
        {
          id: "first-event",
          action: "lifecycle/update",
          attempts: 1,
          behind: 1,
          outcome: "throttled",
          messages: ["It is throttled."],
          plan: ["Set CustomAttribute9 of the mailbox"],
        },
      ],
    });
    const metrics = await (await one.ask("/metrics")).text();
    expect(metrics).toContain(`exo_queue_events{tenant="${tenant}",state="blocked"} 1`);
    expect(metrics).toContain(`exo_queue_events_behind_blocked{tenant="${tenant}"} 1`);
    expect(metrics).toContain("exo_queue_up 1");
    const pages = await Promise.all(
      ["/", "/page/page.js", "/openapi.json"].map(async (path) => (await one.ask(path)).text()),
    );
    for (const shown of [text, metrics, one.log.join("\n"), ...pages])
      expect(shown).not.toMatch(/canary/);
    expect(metrics).not.toMatch(/first-event|later-event|Mailbox/);
  });

  it("is described in OpenAPI, whose references all lead somewhere", () => {
    const text = JSON.stringify(openApi);
    const { components } = openApi as { components: { schemas: Record<string, unknown> } };
    const names = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(20);
    for (const name of names) expect(components.schemas).toHaveProperty(name ?? "");
    expect(text).not.toMatch(/"(secret|expected|neededWhen|verbatim)":(true|")/);
  });
});

describe.skipIf(!inject("engine"))("a server for other machines", () => {
  const authority = newAuthority();
  const { cert, key } = authority.issue(["127.0.0.1"]);
  const client = authority.issue(["sender"]);
  let server: HttpListening | undefined;
  afterEach(() => server?.close());

  const start = async (clientAuthority?: string): Promise<number> => {
    server = await listen(
      { address: "127.0.0.1", port: 0, tls: { cert, key, clientAuthority } },
      () => Promise.resolve({ status: 200, type: "text/plain", body: "hello" }),
    );
    return Number(new URL(server.url).port);
  };
  /** The status; a text: why there is none. */
  const ask = async (port: number, own: object = {}): Promise<unknown> => {
    const asked = request({ port, host: "127.0.0.1", ca: authority.pem, ...own }).end();
    try {
      const [response] = (await once(asked, "response")) as [
        { statusCode: number; resume(): void },
      ];
      response.resume();
      return response.statusCode;
    } catch (error) {
      return error instanceof Error ? error.message : error;
    }
  };

  it("needs TLS", async () => {
    await expect(
      listen({ address: "0.0.0.0", port: 0 }, () => Promise.reject(new Error("never"))),
    ).rejects.toThrow(/^The address 0\.0\.0\.0 can be reached by other machines: it needs a TLS/);
    await expect(
      listen({ address: "127.0.0.1", port: 0, tls: { cert: "none", key: "none" } }, () =>
        Promise.reject(new Error("never")),
      ),
    ).rejects.toThrow(/^The TLS certificate and its key cannot be used\. /);
    const port = await start();
    expect(await ask(port)).toBe(200);
    await expect(
      listen({ address: "127.0.0.1", port }, () => Promise.reject(new Error("never"))),
    ).rejects.toThrow(/^The worker cannot listen on 127\.0\.0\.1, port \d+\. /);
  });

  it("takes only clients of its authority, when it has one", async () => {
    const port = await start(authority.pem);
    expect(await ask(port)).toMatch(/certificate required|ECONNRESET|alert|hang up/i);
    const stranger = newAuthority().issue(["sender"]);
    expect(await ask(port, stranger)).toMatch(/unknown ca|ECONNRESET|alert|hang up/i);
    expect(await ask(port, client)).toBe(200);
  });
});

describe.skipIf(!inject("postgres"))("the queue over HTTP, while its database is away", () => {
  it("says that it is not ready, and takes events again afterwards", async () => {
    const server = await startPostgres();
    const one = await httpQueue({}, await opened({ connectionString: server.url }));
    const send = (): Promise<Response> =>
      one.ask("/v1/events", { method: "POST", body: eventText("a", "x") });
    try {
      const crashing = server.crash(2_000);
      await until(async () => (await one.ask("/readyz")).status === 503);
      const refused = await send();
      expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "5"]);
      expect((await one.ask("/healthz")).status).toBe(200);
      expect(await (await one.ask("/metrics")).text()).toContain("exo_queue_up 0");
      await crashing;
      await until(async () => (await one.ask("/readyz")).status === 200);
      await until(async () => (await send()).status === 202);
      expect((await one.queue.stats())[0]?.waiting).toBe(1);
    } finally {
      await one.close();
      server.remove();
    }
  });
});
