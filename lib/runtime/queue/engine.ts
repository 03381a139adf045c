/** The packages that only the queue needs. They are optional, and loaded when a queue is opened. */
import { Fault } from "../../fault.ts";

/** What pg-boss needs. The connector itself runs on an older one. */
const neededNode = "22.12.0";
/** The version that this code was written for: another one may have other tables. */
const engineVersion = "12.38.0";
const embeddedVersion = "0.5.17";
const metricsVersion = "15.1.3";
const tracing = [
  "@opentelemetry/api@1.9.1",
  "@opentelemetry/sdk-trace@2.12.1",
  "@opentelemetry/resources@2.12.1",
  "@opentelemetry/exporter-trace-otlp-http@0.223.1",
].join(" ");

export async function loadEngine(node = process.versions.node): Promise<typeof import("pg-boss")> {
  if (isOlder(node, neededNode))
    throw Fault.invalid(
      `Node.js ${node} is too old for the queue: it needs ${neededNode} or later. The bundles and serve run on this ` +
        "one.",
    );
  return await import("pg-boss").catch(notInstalled(`pg-boss@${engineVersion}`));
}

export async function loadEmbedded(): Promise<typeof import("@electric-sql/pglite")> {
  return await import("@electric-sql/pglite").catch(
    notInstalled(`@electric-sql/pglite@${embeddedVersion}`),
  );
}

/** Comes with pg-boss. */
export async function loadDriver(): Promise<typeof import("pg")> {
  return await import("pg").catch(notInstalled(`pg-boss@${engineVersion}`));
}

export async function loadMetrics(): Promise<typeof import("prom-client")> {
  return await import("prom-client").catch(notInstalled(`prom-client@${metricsVersion}`));
}

/** The interface of OpenTelemetry, what makes spans, what describes the process, and what sends them. */
export interface TracingPackages {
  api: typeof import("@opentelemetry/api");
  sdk: typeof import("@opentelemetry/sdk-trace");
  resources: typeof import("@opentelemetry/resources");
  otlp: typeof import("@opentelemetry/exporter-trace-otlp-http");
}

export async function loadTracing(): Promise<TracingPackages> {
  const [api, sdk, resources, otlp] = await Promise.all([
    import("@opentelemetry/api"),
    import("@opentelemetry/sdk-trace"),
    import("@opentelemetry/resources"),
    import("@opentelemetry/exporter-trace-otlp-http"),
  ]).catch(notInstalled(tracing));
  return { api, sdk, resources, otlp };
}

const notInstalled =
  (named: string) =>
  (error: unknown): never => {
    throw Fault.invalid(
      `The package ${named} is not installed: install it with npm in the folder of the connector, or in one above it.`,
      error,
    );
  };

function isOlder(version: string, needed: string): boolean {
  const found = version.split(".").map(Number);
  const least = needed.split(".").map(Number);
  const index = least.findIndex((part, position) => part !== found[position]);
  return index >= 0 && (found[index] ?? 0) < (least[index] ?? 0);
}
