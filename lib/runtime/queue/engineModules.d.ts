/**
 * Types for what is used of the optional packages. An installation for a Node that is too old for pg-boss has not all
 * of them, and has to pass the compiler as well.
 */
declare module "pg-boss" {
  import type { EventEmitter } from "node:events";
  import type { PGlite } from "@electric-sql/pglite";

  export interface Db {
    executeSql(
      text: string,
      values?: readonly unknown[],
    ): Promise<{ rows: Record<string, unknown>[] }>;
  }
  /** A job as it was fetched. What is settled with it is settled only while it is this attempt. */
  export interface JobAttempt {
    id: string;
    retryCount: number;
  }
  export interface FetchedJob extends JobAttempt {
    data: unknown;
    /** Only with the metadata. */
    createdOn?: Date | string;
  }
  export interface Affected {
    affected: number;
    /** The jobs that were changed. */
    settled?: string[];
  }
  export interface QueueOptions {
    policy: "key_strict_fifo" | "standard";
    partition: boolean;
    retryLimit: number;
    retryDelay: number;
    retryBackoff: boolean;
    retryDelayMax: number;
    heartbeatSeconds: number;
    expireInSeconds: number;
    retentionSeconds: number;
    deleteAfterSeconds: number;
  }
  export interface Options {
    connectionString?: string;
    /** These four are for the driver. */
    options?: string;
    connectionTimeoutMillis?: number;
    query_timeout?: number;
    keepAlive?: boolean;
    db?: Db;
    backend?: "pglite";
    schema: string;
    max?: number;
    supervise: boolean;
    schedule: boolean;
    monitorIntervalSeconds?: number;
    superviseIntervalSeconds?: number;
    cronMonitorIntervalSeconds?: number;
    reindex?: boolean;
  }
  export class PgBoss extends EventEmitter {
    constructor(options: Options);
    start(): Promise<this>;
    stop(options: { graceful: boolean; close: boolean }): Promise<void>;
    createQueue(name: string, options: QueueOptions): Promise<void>;
    insert(
      name: string,
      jobs: readonly { id: string; singletonKey: string; data: object }[],
    ): Promise<unknown>;
    fetch(
      name: string,
      options: { batchSize: number; includeMetadata?: boolean },
    ): Promise<FetchedJob[]>;
    fail(name: string, job: JobAttempt, output: object): Promise<Affected>;
    touch(name: string, jobs: readonly JobAttempt[]): Promise<Affected>;
    retry(name: string, id: string): Promise<Affected>;
    complete(name: string, job: JobAttempt, output: object): Promise<Affected>;
    schedule(
      name: string,
      cron: string,
      data: object,
      options: { tz: string; key: string; missed: "once" },
    ): Promise<void>;
    unschedule(name: string, key: string): Promise<void>;
    getSchedules(
      name: string,
    ): Promise<{ key: string; cron: string; timezone: string; data?: object }[]>;
    getDb(): Db;
  }
  export function fromPglite(database: PGlite): Db;
}

declare module "@electric-sql/pglite" {
  export class PGlite {
    /** Without a folder, the database is in memory. */
    constructor(folder?: string);
    close(): Promise<void>;
    readonly waitReady: Promise<void>;
  }
}

declare module "pg" {
  import type { EventEmitter } from "node:events";

  export class Client extends EventEmitter {
    constructor(options: {
      connectionString: string;
      application_name?: string;
      connectionTimeoutMillis?: number;
      query_timeout?: number;
      keepAlive?: boolean;
    });
    connect(): Promise<void>;
    end(): Promise<void>;
    query(text: string, values?: readonly unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
  }
  const pg: { Client: typeof Client };
  export default pg;
}

declare module "prom-client" {
  export class Registry {
    readonly contentType: string;
    metrics(): Promise<string>;
  }
  export interface MetricOptions {
    name: string;
    help: string;
    labelNames?: readonly string[];
    registers: readonly Registry[];
  }
  type Labels = Readonly<Record<string, string>>;
  export class Counter {
    constructor(options: MetricOptions);
    inc(labels: Labels): void;
  }
  export class Gauge {
    constructor(options: MetricOptions);
    set(value: number): void;
    set(labels: Labels, value: number): void;
    reset(): void;
  }
  export class Histogram {
    constructor(options: MetricOptions & { buckets: readonly number[] });
    observe(value: number): void;
  }
  export function collectDefaultMetrics(options: { register: Registry }): void;
}

declare module "@opentelemetry/api" {
  export type Attributes = Readonly<Record<string, string | number | boolean | readonly string[]>>;
  export interface SpanContext {
    traceId: string;
    spanId: string;
    traceFlags: number;
    isRemote?: boolean;
  }
  /** Immutable. */
  export interface Context {
    getValue(key: symbol): unknown;
  }
  export interface Span {
    setAttributes(attributes: Attributes): this;
    addEvent(name: string, attributes: Attributes): this;
    setStatus(status: { code: number }): this;
    end(): void;
  }
  export interface Tracer {
    startSpan(
      name: string,
      options: { kind: number; attributes: Attributes },
      context: Context,
    ): Span;
  }
  export const ROOT_CONTEXT: Context;
  export const trace: {
    setSpan(context: Context, span: Span): Context;
    setSpanContext(context: Context, span: SpanContext): Context;
  };
}

declare module "@opentelemetry/resources" {
  export interface Resource {
    merge(other: Resource): Resource;
  }
  export interface ResourceDetector {
    detect(): unknown;
  }
  export function defaultResource(): Resource;
  export function resourceFromAttributes(attributes: Readonly<Record<string, string>>): Resource;
  export function detectResources(options: { detectors: readonly ResourceDetector[] }): Resource;
  export const envDetector: ResourceDetector;
}

declare module "@opentelemetry/sdk-trace" {
  import type { Tracer } from "@opentelemetry/api";
  import type { Resource } from "@opentelemetry/resources";

  export interface ExportResult {
    /** 0: they were sent. */
    code: number;
    error?: Error;
  }
  /** Opaque here. */
  export type ReadableSpan = object;
  export interface SpanExporter {
    export(spans: ReadableSpan[], done: (result: ExportResult) => void): void;
    shutdown(): Promise<void>;
  }
  export class BatchSpanProcessor {
    constructor(options: { exporter: SpanExporter });
    forceFlush(): Promise<void>;
  }
  export class TracerProvider {
    constructor(options: { resource: Resource; spanProcessors: BatchSpanProcessor[] });
    getTracer(name: string, version: string): Tracer;
    shutdown(): Promise<void>;
  }
}

declare module "@opentelemetry/exporter-trace-otlp-http" {
  import type { SpanExporter } from "@opentelemetry/sdk-trace";

  /** Reads the environment of the process. */
  export class OTLPTraceExporter implements SpanExporter {
    export: SpanExporter["export"];
    shutdown(): Promise<void>;
  }
}
