/** A worker as a process of its own, whose events go to `stubTenants.ts`, or nowhere. Ends on SIGTERM. */
import { once } from "node:events";
import { Agent, request } from "node:http";
import { eventHandler } from "../../lib/runtime/queue/eventQueue.ts";
import type { Service } from "../../lib/runtime/serve/service.ts";
import { opened } from "./opened.ts";
import type { StubEvent } from "./stubTenants.ts";

const [connectionString = "", url = "", key = "", atOnce = "", perTenant = ""] =
  process.argv.slice(2);

const agent = new Agent({ keepAlive: true });

/** The status of the answer; 0: there was none. */
function post(
  { tenant, account, number }: StubEvent,
  signal: AbortSignal | undefined,
): Promise<number> {
  const words = new URLSearchParams({ tenant, account, number: String(number) });
  return new Promise((resolve) => {
    request(`${url}?${words.toString()}`, { agent, method: "POST", signal }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode ?? 0));
    })
      .on("error", () => resolve(0))
      .end();
  });
}

const service: Pick<Service, "take"> = {
  async take(bytes, to, { signal }) {
    const { id, event } = JSON.parse(bytes.toString("utf8")) as {
      id: string;
      event: { stub: StubEvent };
    };
    const status = url === "" ? 200 : await post(event.stub, signal);
    const outcome = status === 200 ? "done" : "throttled";
    await to.line(`${JSON.stringify({ id, answer: { outcome } })}\n`);
  },
};

const { queue, events, sealing } = await opened(
  { connectionString },
  {},
  Buffer.from(key, "base64url"),
);
const work = queue.work(
  eventHandler(service, { sealing, whole: events.whole, queue, log: () => undefined }),
  {
    atOnce: Number(atOnce),
    perGroup: Number(perTenant),
    log: (level, message) => console.error(level, message),
  },
);
console.log('{"ready":true}');
await once(process, "SIGTERM");
await work.stop();
await queue.close();
process.exit(0);
