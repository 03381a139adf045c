/** Traces of workers: what is in them, what never is, and that a collector that fails disturbs nothing. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { isTraceparent, openTracing } from "../../lib/runtime/queue/tracing.ts";
import { answerIn } from "../../lib/runtime/queue/eventQueue.ts";
import { EntraBench, ids } from "../lifecycle/entra/entraBench.ts";
import { changeEventFor, createEventFor } from "../events.ts";
import { leastRoles, methodEvent, methodsOf, references } from "../permissions/methods.ts";
import { until, type Opened } from "./opened.ts";
import { otlpReceiver, type OtlpReceiver, type ReceivedSpan } from "./otlpReceiver.ts";
import { openSite, type WorkerSite } from "./site.ts";
import type { StartedWorker } from "./started.ts";

const certificateFile = (name: string): string =>
  readFileSync(path.join(import.meta.dirname, "../auth/certificates", name), "utf8").trim();
const pfx = certificateFile("openssl-modern.pfx.txt");
const pfxPassword = "correct horse";
const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const spanId = "00f067aa0ba902b7";
const traceparent = `00-${traceId}-${spanId}-01`;

it("takes a traceparent as W3C Trace Context has it, and nothing else", () => {
  expect(isTraceparent(traceparent)).toBe(true);
  expect(isTraceparent(`cc-${traceId}-${spanId}-01-what-may-come`)).toBe(true);
  for (const text of [
    undefined,
    "",
    `ff-${traceId}-${spanId}-01`,
    `00-${"0".repeat(32)}-${spanId}-01`,
    `00-${traceId}-${"0".repeat(16)}-01`,
    `00-${traceId.toUpperCase()}-${spanId}-01`,
    `${traceparent}\nx`,
  ])
    expect(isTraceparent(text), text).toBe(false);
});

it("loads nothing unless the environment names an endpoint", async () => {
  const loaded = (): boolean =>
    Object.keys(createRequire(import.meta.url).cache).some((file) =>
      /@opentelemetry.(sdk-trace|resources|exporter)/.test(file),
    );
  expect(await openTracing({})).toBeUndefined();
  expect(await openTracing({ OTEL_EXPORTER_OTLP_ENDPOINT: "" })).toBeUndefined();
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9" };
  expect(await openTracing({ ...endpoint, OTEL_SDK_DISABLED: "true" })).toBeUndefined();
  expect(loaded()).toBe(false);
  await expect(openTracing({ ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" })).rejects.toThrow(
    /^Traces cannot be sent by grpc/,
  );
  const tracing = await openTracing(endpoint);
  expect(loaded()).toBe(true);
  expect(tracing?.request("outside of an event", {})).toBeUndefined();
  await tracing?.close();
});

describe.skipIf(!inject("postgres"))("the traces of a worker", () => {
  let site: WorkerSite;
  let bench: EntraBench;
  let one: Opened;
  let receiver: OtlpReceiver;
  let count = 0;

  beforeAll(async () => {
    bench = await EntraBench.open();
    site = await openSite(bench.urls);
    ({ one } = site);
  });
  beforeEach(async () => {
    receiver = await otlpReceiver();
    bench.fresh((state) => {
      for (const app of state.apps) {
        app.certificates = [certificateFile("leaf.crt")];
        app.graphRoles = [...(app.graphRoles ?? []), ...leastRoles];
      }
    });
  });
  afterEach(async () => {
    await site.killWorkers();
    await receiver.close();
  });
  afterAll(async () => {
    await site.close();
    await bench.close();
  });

  const start = (more: Record<string, string> = {}): Promise<StartedWorker> =>
    site.start([], { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...more });

  async function send(action: string, event: unknown, more: object = {}): Promise<string> {
    const id = `event ${++count}`;
    const bytes = Buffer.from(JSON.stringify({ id, action, event, ...more }));
    await one.events.send([{ bytes, source: "the line" }]);
    return id;
  }
  const isDone = async (id: string): Promise<boolean> =>
    (await one.events.find(id))?.state === "completed";
  const outcomeOf = async (id: string): Promise<string | undefined> =>
    answerIn((await one.events.find(id))?.lines ?? "")?.outcome;

  async function end(worker: StartedWorker): Promise<void> {
    worker.kill("SIGTERM");
    expect(await worker.ended).toBe(0);
  }
  const jobSpan = (id: string): ReceivedSpan | undefined =>
    receiver.spans().find(({ attributes }) => attributes["exo.job.id"] === id);
  const requestsOf = (job: ReceivedSpan | undefined): ReceivedSpan[] =>
    receiver.spans().filter(({ parentSpanId }) => parentSpanId === job?.spanId);

  it("have a span for each event, below its sender's, and one for each request", async () => {
    const { tenantId } = bench.running;
    const account = "0b1ec700-0000-4000-8000-000000000001";
    const event = changeEventFor(bench.running, {
      reference: account,
      data: { CustomAttribute9: "canary-value" },
    });
    const worker = await start({ OTEL_SERVICE_NAME: "exo of contoso" });
    bench.emulator.setFaults([
      { match: { cmdlet: "Set-Mailbox" }, named: "throttled", retryAfter: "1", times: 1 },
    ]);
    const first = await send("lifecycle/update", event, { traceparent });
    const second = await send("lifecycle/update", event);
    await until(() => isDone(second));
    await end(worker);
    const job = jobSpan(first);
    expect(job).toMatchObject({
      name: "lifecycle/update",
      traceId,
      parentSpanId: spanId,
      kind: 5,
      isFailed: false,
      service: "exo of contoso",
      attributes: {
        "exo.tenant": tenantId.toLowerCase(),
        "exo.action": "lifecycle/update",
        "exo.account": one.sealing.digest(`order ${tenantId.toLowerCase()} account ${account}`),
        "exo.outcome": "done",
        "exo.repeated": false,
      },
    });
    const requests = requestsOf(job);
    const sent = bench.emulator.journal().filter(({ side }) => side === "exchange");
    for (const { headers } of sent.slice(0, requests.length - 1))
      expect(requests.map(({ attributes }) => attributes["exo.client_request_id"])).toContain(
        headers["client-request-id"],
      );
    const [refused, ...others] = requests.filter(({ name }) => name === "Set-Mailbox");
    expect(refused).toMatchObject({
      traceId,
      kind: 3,
      isFailed: true,
      attributes: { "http.response.status_code": 429, "exo.throttled": true },
    });
    expect(others).toHaveLength(1);
    expect(others[0]).toMatchObject({
      isFailed: false,
      attributes: {
        "exo.cmdlet": "Set-Mailbox",
        "http.response.status_code": 200,
        "exo.throttled": false,
        "server.address": "127.0.0.1",
        "exo.request_id": expect.stringMatching(/^[\da-f-]{36}$/) as string,
      },
    });
    expect(others[0]?.ms).toBeGreaterThan(0);
    // An event without a sender's trace has one of its own.
    const next = jobSpan(second);
    expect(next?.traceId).toMatch(/^[\da-f]{32}$/);
    expect([next?.traceId === traceId, next?.parentSpanId ?? ""]).toEqual([false, ""]);
    expect(next?.attributes["exo.account"]).toBe(job?.attributes["exo.account"]);
  });

  it("have no secret, and nothing of a person", async () => {
    const { clientSecret } = bench.running;
    const form = { AppSecret: undefined, UseCertificate: true };
    const certificate = { AppCertificateBase64String: pfx, AppCertificatePassword: pfxPassword };
    const worker = await start();
    const sent = [
      await send(
        "permissions/authenticationMethods/grantPermission",
        methodEvent(bench, { permission: references.pass }),
      ),
      await send("lifecycle/create", createEventFor(bench.running, { value: "canary-create" })),
      await send(
        "lifecycle/update",
        changeEventFor(bench.running, {
          data: { CustomAttribute9: "canary-value" },
          configuration: { ...form, ...certificate },
        }),
      ),
    ];
    for (const id of sent) await until(() => isDone(id));
    await end(worker);
    expect(await Promise.all(sent.map(outcomeOf))).toContain("done");
    expect(await outcomeOf(sent[0] ?? "")).toBe("done");
    expect(await outcomeOf(sent[2] ?? "")).toBe("done");
    const passes = methodsOf(bench).flatMap(({ temporaryAccessPass }) => temporaryAccessPass ?? []);
    expect(passes).toHaveLength(1);
    for (const id of sent) expect(requestsOf(jobSpan(id)).length).toBeGreaterThan(1);
    const names = receiver.spans().map(({ name }) => name);
    expect(names).toContain("GET users/{}/authentication/{}");
    expect(names).toContain("sign-in");
    const body = receiver.bodies.join("\n");
    expect(body).toContain("grantPermission");
    for (const text of [
      clientSecret,
      pfx.slice(100, 140),
      pfxPassword,
      ...passes.map((one) => JSON.stringify(one).slice(1, -1)),
      "Bearer",
      "eyJ",
      "canary",
      "@contoso",
      "Anna",
      ids.anna,
      "0b1ec700-0000-4000-8000-000000000001",
      bench.running.clientId,
    ])
      expect(body.includes(text), text).toBe(false);
  });

  it("are lost without harm when the collector fails, and hold up no worker that ends", async () => {
    const event = changeEventFor(bench.running, { data: { CustomAttribute9: "x" } });
    receiver.behave({ hang: true });
    const hung = await start();
    const first = await send("lifecycle/update", event);
    await until(() => isDone(first));
    const since = performance.now();
    await end(hung);
    expect(performance.now() - since).toBeLessThan(8_000);
    expect(receiver.bodies).toHaveLength(1);
    receiver.behave({ status: 400 });
    const refused = await start({ OTEL_BSP_SCHEDULE_DELAY: "100" });
    const second = await send("lifecycle/update", event);
    await until(() => isDone(second));
    await until(() => refused.output().includes("Traces could not be sent. Code 400."));
    await end(refused);
  });

  it("are not sent without an endpoint", async () => {
    const worker = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: "" });
    const event = changeEventFor(bench.running, { data: { CustomAttribute9: "y" } });
    const id = await send("lifecycle/update", event, { traceparent });
    await until(() => isDone(id));
    await end(worker);
    expect(receiver.bodies).toEqual([]);
  });
});
