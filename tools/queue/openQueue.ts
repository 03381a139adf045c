/** Opens the queue that the options of a verb name. */
import { eventQueue, type CheckAction } from "../../lib/runtime/queue/eventQueue.ts";
import type { JobQueue, QueueLog } from "../../lib/runtime/queue/jobQueue.ts";
import type { WorkerQueue } from "../../lib/runtime/queue/process.ts";
import { openJobQueue } from "../../lib/runtime/queue/pgBossQueue.ts";
import { readKeys, sealingWith, type Sealing } from "../../lib/runtime/queue/sealing.ts";
import { thisAccount } from "../../lib/store/storeOwner.ts";
import { actionNamed } from "../session/actions.ts";
import { UsageError } from "../session/usageError.ts";
import { openEmbeddedFolder } from "./embeddedFolder.ts";

export interface QueueOptions {
  queue?: string;
  embedded?: string;
  keyFile?: string;
}

/** A connection string contains a password, which others of the machine can read in a command line. */
export const queueVariable = "EXO_CONNECTOR_QUEUE";
export const keyVariable = "EXO_CONNECTOR_QUEUE_KEY_FILE";

type Environment = Readonly<Record<string, string | undefined>>;

/** Throws a `UsageError` for options that name no queue, and a `Fault` for a queue that cannot be used. */
export async function openQueue(
  options: QueueOptions,
  env: Environment,
  choices: { watches: boolean; log: QueueLog },
): Promise<WorkerQueue> {
  const owner = thisAccount();
  const place = placeFrom(options, env);
  if ("connectionString" in place) {
    const sealing = sealingWith(...readKeys(place.keyFile, owner));
    const queue = await openJobQueue(place, { ...choices, ...marksOf(sealing) });
    return opened(queue, sealing, true);
  }
  const { data, keyFile, release } = await openEmbeddedFolder(place.folder, owner);
  try {
    const sealing = sealingWith(...readKeys(keyFile, owner));
    const queue = await openJobQueue({ embedded: data }, { ...choices, ...marksOf(sealing) });
    const close = async (): Promise<void> => {
      await queue.close();
      await release();
    };
    return opened({ ...queue, close }, sealing, false);
  } catch (thrown) {
    await release();
    throw thrown;
  }
}

function marksOf({ keyId, contentKeyIds }: Sealing): { mark: string; seals: readonly string[] } {
  return { mark: keyId, seals: contentKeyIds };
}

function opened(queue: JobQueue, sealing: Sealing, isShared: boolean): WorkerQueue {
  return { queue, sealing, isShared, events: eventQueue(queue, { sealing, check }) };
}

type Place = { connectionString: string; keyFile: string } | { folder: string };

function placeFrom({ queue, embedded, keyFile }: QueueOptions, env: Environment): Place {
  if (embedded !== undefined) {
    if (queue !== undefined || keyFile !== undefined)
      throw new UsageError("--embedded has a database and a key of its own: leave the others out.");
    return { folder: embedded };
  }
  const connectionString = queue ?? env[queueVariable] ?? "";
  const file = keyFile ?? env[keyVariable] ?? "";
  if (connectionString === "")
    throw new UsageError(
      `No queue is named: expected --embedded <folder>, --queue <url>, or ${queueVariable} in the environment.`,
    );
  // The text may contain a password.
  if (!/^postgres(ql)?:\/\//.test(connectionString))
    throw new UsageError(
      `${queue === undefined ? queueVariable : "--queue"} is not an address of PostgreSQL; expected postgres://...`,
    );
  if (file === "")
    throw new UsageError(
      `The key of the queue is missing: expected --key-file <file>, or ${keyVariable} in the environment.`,
    );
  return { connectionString, keyFile: file };
}

/** Throws for an action that does not exist. */
const check: CheckAction = async (name) => {
  await actionNamed(name);
};
