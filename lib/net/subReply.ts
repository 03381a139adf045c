import { isRecord } from "../record.ts";
import type { HttpReply } from "./transport.ts";

/** One response inside the answer to a batch, as it came. */
export interface SubResponse {
  id?: unknown;
  status?: unknown;
  headers?: unknown;
  body?: unknown;
}

/** The response as the answer to a request of its own. An object becomes text only where that is wanted. */
export function subReplyOf({ status, headers, body }: SubResponse): HttpReply {
  return {
    status: Number(status),
    headers: Object.fromEntries(
      Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]),
    ),
    json: isRecord(body) ? body : undefined,
    get text() {
      return textOf(body);
    },
  };
}

function textOf(body: unknown): string {
  if (typeof body === "string") return body;
  return body === undefined ? "" : JSON.stringify(body);
}
