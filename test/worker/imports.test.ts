/** Imports through the queue: every record once, also when the import had to be repeated. */
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import { answerIn, eventHandler } from "../../lib/runtime/queue/eventQueue.ts";
import { manyMailboxes } from "../emulator/seed.ts";
import { startEmulator, type RunningEmulator } from "../emulator/server.ts";
import { accountImportFor } from "../events.ts";
import { serving } from "../runtime/serving.ts";
import { httpQueue, type HttpQueue } from "./httpQueue.ts";
import { until } from "./opened.ts";

const count = 2_500;
const log = (): void => undefined;

describe.skipIf(!inject("engine"))("an import through the queue", () => {
  let running: RunningEmulator;
  let one: HttpQueue;
  let stop = (): Promise<void> => Promise.resolve();

  beforeAll(async () => {
    running = await startEmulator({ state: manyMailboxes(count) });
    one = await httpQueue({ maxRetries: 3 });
    const { service, close } = serving({ env: running.env });
    const { sealing, events, queue } = one;
    const handle = eventHandler(service, { sealing, whole: events.whole, queue, log });
    const work = queue.work(handle, { atOnce: 2, perGroup: 2, log });
    stop = async () => {
      await work.stop();
      close();
    };
  });
  afterEach(() => running.emulator.setFaults([]));
  afterAll(async () => {
    await stop();
    await one.close();
    await running.close();
  });

  async function imported(id: string): Promise<{ references: string[]; parts: number }> {
    const event = accountImportFor({ ...running.emulator.credentials });
    const body = JSON.stringify({ id, action: "lifecycle/import", event });
    expect((await one.ask("/v1/events", { method: "POST", body })).status).toBe(202);
    expect((await one.ask(`/v1/events/${id}/records`)).status).toBe(404);
    await until(async () => (await one.events.find(id))?.state === "completed");
    const references: string[] = [];
    let parts = 0;
    let next: string | undefined = `/v1/events/${id}/records`;
    while (next !== undefined) {
      const answer: Response = await one.ask(next);
      expect(answer.status).toBe(200);
      const lines = (await answer.text()).split("\n").filter((line) => line !== "");
      for (const line of lines) {
        const { record } = JSON.parse(line) as { record: { AccountReference: string } };
        references.push(record.AccountReference);
      }
      parts++;
      next = /^<(.+)>; rel="next"$/.exec(answer.headers.get("link") ?? "")?.[1];
    }
    return { references, parts };
  }

  const mailboxes = (): string[] =>
    running.emulator.state().objects.map(({ Guid }) => String(Guid));

  it("keeps every record once, sealed, in parts", async () => {
    const { references, parts } = await imported("whole");
    expect(references.sort()).toEqual(mailboxes().sort());
    expect(parts).toBeGreaterThan(1);
    const found = await one.events.find("whole");
    expect(answerIn(found?.lines ?? "")).toMatchObject({ outcome: "done" });
    const stored = await one.queue.part(one.sealing.digest("event whole"), 0);
    expect(Object.keys(stored as object)).toEqual(["sealed"]);
    expect(JSON.stringify(stored)).not.toContain("contoso");
  });

  it("has the records of the attempt that succeeded, and no others", async () => {
    running.emulator.setFaults([{ match: { side: "exchange", page: 2 }, cut: "before", times: 3 }]);
    const { references } = await imported("repeated");
    expect((await one.events.find("repeated"))?.attempts).toBeGreaterThan(1);
    expect(references.sort()).toEqual(mailboxes().sort());
  });
});
