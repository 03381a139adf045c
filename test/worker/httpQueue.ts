/** A queue in memory with the way in over HTTP, without a worker. */
import { workerMetrics } from "../../lib/runtime/queue/metrics.ts";
import { queueRoutes } from "../../lib/runtime/queue/http/routes.ts";
import { listen, type HttpPlace } from "../../lib/runtime/queue/http/server.ts";
import { actionOf } from "../runtime/serving.ts";
import { workerPageFile } from "../../tools/queue/workerPage.ts";
import { inMemory, opened, type Opened } from "./opened.ts";

export interface HttpQueue extends Opened {
  url: string;
  log: string[];
  /** Sends a request with the secret. */
  ask(path: string, init?: Asking): Promise<Response>;
  close(): Promise<void>;
}

interface Asking {
  method?: string;
  body?: string;
  headers?: Readonly<Record<string, string>>;
}

export const httpSecret = "canary-secret-of-the-worker-0123456789";
const localPlace: HttpPlace = { address: "127.0.0.1", port: 0 };

export async function httpQueue(
  { maxWaiting = 1_000, maxRetries = 0 } = {},
  one?: Opened,
): Promise<HttpQueue> {
  const open = one ?? (await opened(inMemory, { maxRetries }));
  const { queue, events, log } = open;
  const metrics = await workerMetrics(queue);
  const routes = queueRoutes({
    queue,
    events,
    actionOf,
    secret: httpSecret,
    maxWaiting,
    limits: { atOnce: 6, perMinute: null },
    metrics: () => metrics.text(),
    page: workerPageFile,
    log: (level, message) => void log.push(`${level}: ${message}`),
  });
  const { url, close } = await listen(localPlace, routes);
  return {
    ...open,
    url,
    ask: (path, init = {}) =>
      fetch(`${url}${path}`, {
        ...init,
        headers: { ...init.headers, authorization: `Bearer ${httpSecret}` },
      }),
    async close() {
      await close();
      await queue.close();
    },
  };
}

export const tenant = "7e4a4700-0000-4000-8000-00000000c0de";

/** An event that sets a field of an account to a value. */
export function eventText(id: string, account: string, value = "canary-value"): string {
  return JSON.stringify({
    id,
    action: "lifecycle/update",
    event: {
      actionContext: {
        Configuration: { TenantID: tenant, AppSecret: "canary-app-secret" },
        References: { Account: account },
        Data: { CustomAttribute9: value },
      },
    },
  });
}
