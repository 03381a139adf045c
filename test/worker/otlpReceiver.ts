/** A collector of traces: OTLP over HTTP, in JSON, on the loopback network. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface ReceivedSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  /** Milliseconds. */
  ms: number;
  isFailed: boolean;
  attributes: Record<string, unknown>;
  events: { name: string; attributes: Record<string, unknown> }[];
  service: unknown;
}

export interface OtlpReceiver {
  url: string;
  spans(): ReceivedSpan[];
  /** All that was sent, as it came. */
  bodies: string[];
  /** What each request is answered with; `hang`: with nothing. */
  behave(how: { status?: number; hang?: boolean }): void;
  close(): Promise<void>;
}

interface Value {
  stringValue?: string;
  intValue?: number;
  boolValue?: boolean;
  arrayValue?: { values: Value[] };
}
interface WireAttribute {
  key: string;
  value: Value;
}
interface Wire {
  resourceSpans: {
    resource: { attributes: WireAttribute[] };
    scopeSpans: {
      spans: {
        traceId: string;
        spanId: string;
        parentSpanId?: string;
        name: string;
        kind: number;
        startTimeUnixNano: string;
        endTimeUnixNano: string;
        status: { code: number };
        attributes: WireAttribute[];
        events: { name: string; attributes: WireAttribute[] }[];
      }[];
    }[];
  }[];
}

const read = ({ stringValue, intValue, boolValue, arrayValue }: Value): unknown =>
  arrayValue ? arrayValue.values.map(read) : (stringValue ?? intValue ?? boolValue);
const readAll = (attributes: readonly WireAttribute[]): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, read(value)]));

export async function otlpReceiver(): Promise<OtlpReceiver> {
  const bodies: string[] = [];
  let how: { status?: number; hang?: boolean } = {};
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString("utf8")));
    request.on("end", () => {
      bodies.push(body);
      if (!how.hang)
        response.writeHead(how.status ?? 200, { "content-type": "application/json" }).end("{}");
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies,
    spans: () =>
      bodies
        .flatMap((body) => (JSON.parse(body) as Wire).resourceSpans)
        .flatMap(({ resource, scopeSpans }) =>
          scopeSpans
            .flatMap(({ spans }) => spans)
            .map(({ status, startTimeUnixNano, endTimeUnixNano, ...span }) => ({
              ...span,
              ms: Number(BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano)) / 1e6,
              isFailed: status.code === 2,
              attributes: readAll(span.attributes),
              events: span.events.map((one) => ({ ...one, attributes: readAll(one.attributes) })),
              service: readAll(resource.attributes)["service.name"],
            })),
        ),
    behave(next) {
      how = next;
    },
    async close() {
      const closed = once(server, "close");
      server.close().closeAllConnections();
      await closed;
    },
  };
}
