/** The seams of this machine for a worker, which notices the waits that tenants ask for. */
import { machineSeams, type ConnectorSeams } from "../../lib/connector.ts";
import { retryAfterMs } from "../../lib/net/retry.ts";
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
          if (asksForWait.has(reply.status)) {
            const ms = retryAfterMs(reply.headers["retry-after"], seams.clock());
            if (ms !== undefined) waits.noted(Math.min(ms, maxWaitMs));
          }
          return reply;
        },
      };
    },
  };
}
