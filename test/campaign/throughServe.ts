import type { Connect, World } from "../../lib/host/run.ts";
import type { Action, AnyEvent } from "../../lib/host/action.ts";
import type { Answer } from "../../lib/host/answer.ts";
import type { ConnectorSeams, Targets } from "../../lib/connector.ts";
import type { Product } from "./product.ts";

/** The product as `serve` runs it: the events of one case share their tenant, as those of one process do. */
export function throughServe(product: Product): Product {
  /** By the way in which a case waits, which is its own. */
  const connects = new WeakMap<ConnectorSeams["sleep"], Connect<Targets>>();
  return {
    ...product,
    connectorWith(seams) {
      const connect = connects.get(seams.sleep) ?? product.sharedConnector(seams).connect;
      connects.set(seams.sleep, connect);
      return connect;
    },
    run: (action, connect, world) => runByService(product, action, connect, world),
  };
}

async function runByService<Event extends AnyEvent, OwnTargets>(
  { openService }: Product,
  action: Action<Event, OwnTargets>,
  connect: Connect<OwnTargets>,
  world: World,
): Promise<0 | 1> {
  const { env, now, onInterrupt } = world;
  const service = openService<OwnTargets>(
    // The event is read by the action's own contract.
    {
      actionOf: () => Promise.resolve(action as Action<AnyEvent, OwnTargets>),
      connect,
      env,
      now,
      onInterrupt,
    },
    { atOnce: 1, waiting: 0 },
  );
  const success = { isIt: false };
  const request = { id: "1", action: "the only one", event: await world.document() };
  await service.take(
    Buffer.from(JSON.stringify(request)),
    {
      async line(text) {
        const { id: _, ...document } = JSON.parse(text) as { id: string; answer?: Answer };
        const { answer } = document;
        if (answer) success.isIt = answer.outputContext.Success;
        return await world.stdout(`${JSON.stringify(answer ?? document)}\n`, answer !== undefined);
      },
      log: (text) => world.stderr(text),
    },
    { source: "the line", since: 0 },
  );
  return success.isIt ? 0 : 1;
}
