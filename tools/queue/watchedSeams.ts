/** The seams of this machine for a worker, which notices the waits that tenants ask for. */
import { machineSeams, type ConnectorSeams } from "../../lib/connector.ts";
import { parsedJson } from "../../lib/net/json.ts";
import { retryAfterMs } from "../../lib/net/retry.ts";
import { subReplyOf } from "../../lib/net/subReply.ts";
import type { HttpReply } from "../../lib/net/transport.ts";
import { isRecord } from "../../lib/record.ts";
import type { TenantWaits } from "../../lib/runtime/queue/tenantWaits.ts";

/** A header that is wrong must not stop a tenant for a day. */
const maxWaitMs = 15 * 60_000;
/** Too many requests, and a service that is away. */
const asksForWait = new Set([429, 503]);

export function watchedSeams(
  waits: Pick<TenantWaits, "noted">,
  seams: ConnectorSeams = machineSeams,
): ConnectorSeams {
  return {
    ...seams,
    transport(proxy) {
      const { send, close } = seams.transport(proxy);
      return {
        close,
        async send(request, signal) {
          const reply = await send(request, signal);
          for (const { status, headers } of [reply, ...partsOf(request.url, reply)]) {
            if (!asksForWait.has(status)) continue;
            const ms = retryAfterMs(headers["retry-after"], seams.clock());
            if (ms !== undefined) waits.noted(Math.min(ms, maxWaitMs));
          }
          return reply;
        },
      };
    },
  };
}

const refusal = /"status"\s*:\s*"?(?:429|503)/;

/** The replies in the answer to a batch, if one of them may ask for a wait. */
function partsOf(url: string, { text }: HttpReply): HttpReply[] {
  if (!url.endsWith("/$batch") || !refusal.test(text)) return [];
  const document = parsedJson(text);
  const parts = isRecord(document) ? document["responses"] : undefined;
  return Array.isArray(parts) ? parts.filter(isRecord).map(subReplyOf) : [];
}
