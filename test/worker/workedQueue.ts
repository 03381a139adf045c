/** Events through a queue in this process and its worker, each for a service of its own. */
import { setImmediate as turn } from "node:timers/promises";
import type { Answer } from "../../lib/host/answer.ts";
import { answerIn, eventHandler } from "../../lib/runtime/queue/eventQueue.ts";
import type { Handle } from "../../lib/runtime/queue/jobQueue.ts";
import type { Service } from "../../lib/runtime/serve/service.ts";
import { inMemory, opened, type Opened } from "./opened.ts";

export interface WorkedQueue {
  /**
   * Sends an event, and resolves to what the queue has of it when its first attempt has ended. What the queue would
   * repeat is dropped.
   */
  run(
    line: { action: string; event: unknown },
    service: Pick<Service, "take">,
    onLog?: (text: string) => void,
  ): Promise<Worked>;
  close(): Promise<void>;
}

export interface Worked {
  answer: Answer | undefined;
  /** Each as `serve` writes it, without the id. */
  records: object[];
  stdout: string;
}

export async function workedQueue(): Promise<WorkedQueue> {
  const one = await opened(inMemory, { maxRetries: 0 });
  const { queue, events, sealing } = one;
  const handles = new Map<string, Handle>();
  const handle: Handle = async (job) => {
    const own = handles.get(job.name);
    if (own === undefined) throw new Error("This event was not sent.");
    return await own(job);
  };
  const work = queue.work(handle, { atOnce: 8, perGroup: 8, log: () => undefined });
  let count = 0;
  return {
    async run(line, service, log = () => undefined) {
      const id = `event ${++count}`;
      const name = sealing.digest(`event ${id}`);
      handles.set(name, eventHandler(service, { sealing, whole: events.whole, queue, log }));
      const bytes = Buffer.from(JSON.stringify({ id, ...line }));
      await events.send([{ bytes, source: "the line" }]);
      const { state, lines = "" } = await endOf(one, id);
      const records = await recordsOf(one, name);
      // The next event of its account is of another case.
      if (state === "blocked") await events.drop(id);
      handles.delete(name);
      return { answer: answerIn(lines), records, stdout: lines };
    },
    async close() {
      await work.stop();
      await queue.close();
    },
  };
}

/** The event when it is completed or given up. Without pauses: the clock of a campaign does not wait for them. */
async function endOf({ events }: Opened, id: string): Promise<{ state: string; lines?: string }> {
  for (;;) {
    const found = await events.find(id);
    if (found?.state === "completed" || found?.state === "blocked") return found;
    // The database is in this process, and would not let anything else begin.
    await turn();
  }
}

/** What an import has found, also one that failed: `records` gives only those of completed ones. */
async function recordsOf({ queue, sealing }: Opened, name: string): Promise<object[]> {
  const records: object[] = [];
  for (let part = 0; ; part++) {
    const kept = await queue.part(name, part);
    if (kept === undefined) return records;
    const lines = sealing.open(kept, `part ${part} of job ${name}`).split("\n");
    for (const text of lines.filter((one) => one !== "")) {
      const { id: _, ...record } = JSON.parse(text) as { id: string };
      records.push(record);
    }
  }
}
