/** How many jobs of one group run at the same time. */
import { createHash } from "node:crypto";
import type { Client } from "pg";

export interface Slots {
  /** Takes up to `wanted` slots of a group, and resolves to how many it got. */
  take(group: string, wanted: number): Promise<number>;
  /** Frees some of the slots that were taken. */
  free(group: string, count: number): void;
  close(): Promise<void>;
}

/** Slots of one process. */
export function localSlots(perGroup: number): Slots {
  const taken = new Map<string, number>();
  const takenOf = (group: string): number => taken.get(group) ?? 0;
  return {
    take(group, wanted) {
      const got = Math.max(0, Math.min(wanted, perGroup - takenOf(group)));
      taken.set(group, takenOf(group) + got);
      return Promise.resolve(got);
    },
    free(group, count) {
      taken.set(group, takenOf(group) - count);
    },
    close: () => Promise.resolve(),
  };
}

/**
 * Slots that all processes on one database share: advisory locks of one session, which end with it, so a process that
 * is killed leaves none behind. `connect` opens the session.
 */
export function sharedSlots(perGroup: number, connect: () => Promise<Client>): Slots {
  /** The numbers of the slots that this process has. A session would lock the same one twice. */
  const taken = new Map<string, Set<number>>();
  let session: Promise<Client> | undefined;
  let isClosed = false;
  let last: Promise<unknown> = Promise.resolve();

  /** A session carries out one query at a time. */
  function inTurn<T>(next: () => Promise<T>): Promise<T> {
    const result = last.then(next);
    last = result.catch(() => undefined);
    return result;
  }

  const takenOf = (group: string): Set<number> => {
    const found = taken.get(group) ?? new Set<number>();
    taken.set(group, found);
    return found;
  };

  /** One session at a time: a second one would keep slots that no one frees. */
  function opened(): Promise<Client> {
    session ??= open().catch((error: unknown) => {
      session = undefined;
      throw error;
    });
    return session;
  }

  async function open(): Promise<Client> {
    const client = await connect();
    const forget = (): void => {
      if (session === own) session = undefined;
    };
    const own = session;
    client.on("error", forget);
    client.on("end", forget);
    // Jobs that run keep their slots, unless another process was faster.
    for (const [group, numbers] of taken) await lock(client, group, [...numbers], numbers.size);
    return client;
  }

  return {
    take: (group, wanted) =>
      inTurn(async () => {
        if (isClosed) return 0;
        const client = await opened();
        const own = takenOf(group);
        const others = Array.from({ length: perGroup }, (_, index) => index).filter(
          (index) => !own.has(index),
        );
        const got = await lock(client, group, others, Math.min(wanted, perGroup - own.size));
        for (const index of got) own.add(index);
        return got.length;
      }),
    free(group, count) {
      const own = takenOf(group);
      const numbers = [...own].slice(0, count);
      for (const index of numbers) own.delete(index);
      if (numbers.length === 0) return;
      void inTurn(async () => {
        // Without a session, the locks have ended with it.
        const client = await session;
        await client?.query("select pg_advisory_unlock($1, i) from unnest($2::int[]) i", [
          classOf(group),
          numbers,
        ]);
      }).catch(() => undefined);
    },
    async close() {
      isClosed = true;
      await last;
      const client = await session?.catch(() => undefined);
      await client?.end().catch(() => undefined);
    },
  };
}

/** Locks up to `wanted` of these numbers, and resolves to those that it got. */
async function lock(
  client: Client,
  group: string,
  numbers: readonly number[],
  wanted: number,
): Promise<number[]> {
  if (wanted <= 0) return [];
  // The scan stops at the limit, so no more is locked than is returned.
  const { rows } = await client.query(
    "select i from unnest($2::int[]) i where pg_try_advisory_lock($1, i) limit $3",
    [classOf(group), numbers, wanted],
  );
  return rows.map((row) => Number(row["i"]));
}

/** Two groups of the same number share their slots, which only makes them slower. */
function classOf(group: string): number {
  return createHash("sha256").update(`exo-connector ${group}`).digest().readInt32BE();
}
