/** The service over HTTPS, with agents that ask again as soon as they are answered. */
import { Agent, request } from "node:https";
import { setTimeout as delay } from "node:timers/promises";
import { expect, it } from "vitest";
import { listen } from "../../lib/agent/front/server.ts";
import type { Front } from "../../lib/agent/front/service.ts";
import { newAuthority } from "../activeDirectory/certificates.ts";

it("ends although an agent asks again on the connection of its last answer", async () => {
  const ended = new AbortController();
  const front: Pick<Front, "answer" | "end"> = {
    async answer({ signal }) {
      await delay(30_000, undefined, { signal: AbortSignal.any([signal, ended.signal]) }).catch(
        () => undefined,
      );
      return { status: 200, body: { jobs: [] } };
    },
    end: () => ended.abort(),
  };
  const authority = newAuthority();
  const listening = await listen(front, {
    address: "127.0.0.1",
    port: 0,
    ...authority.issue(["127.0.0.1"]),
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: authority.pem });
  let asked = 0;
  function poll(): void {
    if (++asked > 200) return;
    const { port } = listening;
    const asking = request({ host: "127.0.0.1", port, path: "/v1/jobs", method: "POST", agent });
    asking.on("error", () => undefined);
    asking.on("response", (response) => response.resume().on("end", poll));
    asking.end("{}");
  }
  poll();
  await delay(200);
  const closed = listening.close();
  expect(await Promise.race([closed.then(() => "closed"), delay(3_000, "open")])).toBe("closed");
  // The agent was answered, and asked once more.
  expect(asked).toBe(2);
  agent.destroy();
});
