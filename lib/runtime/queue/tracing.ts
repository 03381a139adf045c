/**
 * Traces for OpenTelemetry: a span for each attempt to run an event, and one for each request that it sends. Nothing of
 * an event or an answer is in them but its action, its outcome, and the IDs by which it is found elsewhere.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as delay } from "node:timers/promises";
import type { Attributes, Context, Span } from "@opentelemetry/api";
import { Fault } from "../../fault.ts";
import { version } from "../../generated/version.ts";
import { loadTracing } from "./engine.ts";

export interface Tracing {
  /** Runs an event in a span. The function that it gets tells how the event ended. */
  during<T>(job: TracedJob, run: (end: (about: TracedEnd) => void) => Promise<T>): Promise<T>;
  /** Begins a span for a request of the event that runs; undefined when none does. */
  request(name: string, attributes: Attributes): TracedRequest | undefined;
  /** Called when traces could not be sent, once a minute at most. */
  onFailure(listener: (why: string) => void): void;
  /** Sends what is left, for a few seconds at most. Never throws. */
  close(): Promise<void>;
}

export interface TracedJob {
  id: string;
  action: string;
  tenant: string;
  /** The hash by which the queue keeps the order of the account: the reference itself is personal data. */
  account: string | undefined;
  /** What the sender was doing, in the form of W3C Trace Context. */
  traceparent: string | undefined;
}

export interface TracedEnd {
  outcome: string;
  isFailed: boolean;
  /** The job runs again: it is repeated, or an import goes on in another turn. */
  isRepeated: boolean;
}

export interface TracedRequest {
  /** Something that the answer says about a part of it. */
  add(name: string, attributes: Attributes): void;
  end(attributes: Attributes, isFailed: boolean): void;
}

type Environment = Readonly<Record<string, string | undefined>>;

const closeMs = 3_000;
const betweenFailuresMs = 60_000;
const defaultServiceName = "exchange-online-connector";
/** The version 00 of W3C Trace Context; a later one begins in the same way. */
const traceparentForm =
  /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(?:-.*)?$/;
/** In `api.SpanKind` and `api.SpanStatusCode`. */
const kinds = { client: 2, consumer: 4 };
const errorStatus = 2;

/** Whether a text names what a sender was doing. */
export function isTraceparent(text: unknown): text is string {
  return typeof text === "string" && traceparentForm.test(text);
}

/**
 * Traces to where the environment says, by the names that OpenTelemetry has for it. Undefined when it says nothing:
 * then nothing is loaded. Throws an `invalid` fault when it asks for what there is not, or a package is missing.
 */
export async function openTracing(env: Environment): Promise<Tracing | undefined> {
  const endpoints = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];
  const isOff = env["OTEL_SDK_DISABLED"]?.toLowerCase() === "true";
  if (isOff || endpoints.every((name) => (env[name] ?? "") === "")) return undefined;
  const protocol =
    env["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"] ?? env["OTEL_EXPORTER_OTLP_PROTOCOL"] ?? "";
  if (protocol === "grpc")
    throw Fault.invalid(
      "Traces cannot be sent by grpc: name the HTTP port of the collector (4318, as a rule), and http/json as the " +
        "protocol.",
    );
  const { api, sdk, resources, otlp } = await loadTracing();
  let failed: (why: string) => void = () => undefined;
  let lastFailure = -Infinity;
  const onResult = ({ code, error }: { code: number; error?: Error }): void => {
    const now = performance.now();
    if (code === 0 || now - lastFailure < betweenFailuresMs) return;
    lastFailure = now;
    failed(whyOf(error));
  };
  const exporter = new otlp.OTLPTraceExporter();
  const provider = new sdk.TracerProvider({
    resource: resources
      .defaultResource()
      .merge(
        resources.resourceFromAttributes({
          "service.name": defaultServiceName,
          "service.version": version,
        }),
      )
      .merge(resources.detectResources({ detectors: [resources.envDetector] })),
    spanProcessors: [
      new sdk.BatchSpanProcessor({
        exporter: {
          export: (spans, done) =>
            exporter.export(spans, (result) => {
              onResult(result);
              done(result);
            }),
          shutdown: () => exporter.shutdown(),
        },
      }),
    ],
  });
  const tracer = provider.getTracer("exchange-online-connector", version);
  const current = new AsyncLocalStorage<Context>();

  /** What the sender of an event was doing. */
  function remoteOf(traceparent: string | undefined): Context {
    const [, traceId, spanId, flags] = traceparentForm.exec(traceparent ?? "") ?? [];
    if (traceId === undefined || spanId === undefined) return api.ROOT_CONTEXT;
    const traceFlags = parseInt(flags ?? "0", 16) & 1;
    return api.trace.setSpanContext(api.ROOT_CONTEXT, {
      traceId,
      spanId,
      traceFlags,
      isRemote: true,
    });
  }

  return {
    async during({ id, action, tenant, account, traceparent }, run) {
      const attributes = {
        "exo.job.id": id,
        "exo.action": action,
        "exo.tenant": tenant,
        ...(account !== undefined && { "exo.account": account }),
      };
      const parent = remoteOf(traceparent);
      const span = tracer.startSpan(action, { kind: kinds.consumer, attributes }, parent);
      try {
        return await current.run(api.trace.setSpan(parent, span), () =>
          run(({ outcome, isFailed, isRepeated }) => {
            span.setAttributes({ "exo.outcome": outcome, "exo.repeated": isRepeated });
            if (isFailed) span.setStatus({ code: errorStatus });
          }),
        );
      } catch (thrown) {
        span.setStatus({ code: errorStatus });
        throw thrown;
      } finally {
        span.end();
      }
    },
    request(name, attributes) {
      const parent = current.getStore();
      if (parent === undefined) return undefined;
      const span: Span = tracer.startSpan(name, { kind: kinds.client, attributes }, parent);
      return {
        add: (event, about) => void span.addEvent(event, about),
        end(about, isFailed) {
          span.setAttributes(about);
          if (isFailed) span.setStatus({ code: errorStatus });
          span.end();
        },
      };
    },
    onFailure(listener) {
      failed = listener;
    },
    async close() {
      const over = new AbortController();
      const late = delay(closeMs, undefined, { signal: over.signal });
      await Promise.race([provider.shutdown(), late]).catch(() => undefined);
      over.abort();
      await late.catch(() => undefined);
    },
  };
}

/** A code only: the text of an error may quote the address with its password, or what the collector has said. */
function whyOf(error: Error | undefined): string {
  const code = error && "code" in error ? error.code : undefined;
  return typeof code === "string" || typeof code === "number" ? `Code ${code}.` : "No answer came.";
}
