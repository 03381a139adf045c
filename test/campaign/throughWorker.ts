import type { Action, AnyEvent } from "../../lib/host/action.ts";
import type { Connect, World } from "../../lib/host/run.ts";
import { workedQueue, type WorkedQueue } from "../worker/workedQueue.ts";
import type { Product } from "./product.ts";
import { throughServe } from "./throughServe.ts";

/**
 * The product as a worker runs it: each event goes into a queue in this process, sealed, and its answer comes out of
 * it. What the queue would repeat, the campaign runs again itself.
 */
export async function throughWorker(
  product: Product,
): Promise<{ product: Product; close(): Promise<void> }> {
  const queue = await workedQueue();
  return {
    product: {
      ...throughServe(product),
      run: (action, connect, world) => runByWorker(product, queue, action, connect, world),
    },
    close: () => queue.close(),
  };
}

async function runByWorker<Event extends AnyEvent, OwnTargets>(
  { openService }: Product,
  queue: WorkedQueue,
  action: Action<Event, OwnTargets>,
  connect: Connect<OwnTargets>,
  { env, now, onInterrupt, document, stdout, stderr }: World,
): Promise<0 | 1> {
  const service = openService<OwnTargets>(
    {
      // The event is read by the action's own contract.
      actionOf: () => Promise.resolve(action as Action<AnyEvent, OwnTargets>),
      connect,
      env,
      now,
      onInterrupt,
    },
    { atOnce: 1, waiting: 0 },
  );
  const line = { action: "the only one", event: await document() };
  const { answer, records } = await queue.run(line, service, (text) => stderr(text));
  for (const record of records) await stdout(`${JSON.stringify(record)}\n`, false);
  await stdout(`${JSON.stringify(answer)}\n`, true);
  return answer?.outputContext.Success === true ? 0 : 1;
}
