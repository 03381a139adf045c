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

/** The slots of one group that this process has, by their numbers. */
interface Own {
  inUse: number[];
  /** Free, but not given back yet: a process that has more to do takes them again without a query. */
  spare: number[];
  /** Jobs whose slots were lost with the session, and taken by others. */
  unbacked: number;
}

/**
 * Slots that all processes on one database share: advisory locks of one session, which end with it, so a process that
 * is killed leaves none behind. `connect` opens the session.
 */
export function sharedSlots(perGroup: number, connect: () => Promise<Client>): Slots {
  const groups = new Map<string, Own>();
  let session: Promise<Client> | undefined;
  let flushing: NodeJS.Timeout | undefined;
  let isClosed = false;
  let last: Promise<unknown> = Promise.resolve();

  /** A session carries out one query at a time. After an error it is given up, and with it what it had locked. */
  function inTurn<T>(next: () => Promise<T>): Promise<T> {
    const result = last.then(next).catch(async (error: unknown) => {
      const broken = session;
      session = undefined;
      await (await broken?.catch(() => undefined))?.end().catch(() => undefined);
      throw error;
    });
    last = result.catch(() => undefined);
    return result;
  }

  function ownOf(group: string): Own {
    const found = groups.get(group) ?? { inUse: [], spare: [], unbacked: 0 };
    groups.set(group, found);
    return found;
  }

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
    const own = session;
    const forget = (): void => {
      if (session === own) session = undefined;
    };
    client.on("error", forget);
    client.on("end", forget);
    for (const [group, { inUse }] of groups) await keep(client, group, inUse);
    return client;
  }

  /** Jobs that run get their slots back in a new session, unless another process was faster. */
  async function keep(client: Client, group: string, inUse: readonly number[]): Promise<void> {
    const kept = new Set(await lock(client, group, inUse, inUse.length));
    const own = ownOf(group);
    const backed = own.inUse.filter((index) => kept.has(index));
    own.unbacked += own.inUse.length - backed.length;
    own.inUse = backed;
    own.spare = own.spare.filter((index) => kept.has(index));
  }

  /** Lets others have what was not taken again. */
  async function giveBack(): Promise<void> {
    for (const [group, own] of groups) {
      const numbers = own.spare.splice(0);
      if (numbers.length === 0) continue;
      // Without a session, the locks have ended with it.
      const client = await session;
      await client?.query("select pg_advisory_unlock($1, i) from unnest($2::int[]) i", [
        classOf(group),
        numbers,
      ]);
    }
  }

  return {
    take: (group, wanted) =>
      inTurn(async () => {
        if (isClosed) return 0;
        const client = await opened();
        const own = ownOf(group);
        const { inUse, spare, unbacked } = own;
        const have = inUse.length + spare.length;
        const others = Array.from({ length: perGroup }, (_, index) => index).filter(
          (index) => !inUse.includes(index) && !spare.includes(index),
        );
        const more = Math.min(wanted - spare.length, perGroup - have - unbacked);
        own.spare.push(...(await lock(client, group, others, more)));
        const got = own.spare.splice(0, wanted);
        own.inUse.push(...got);
        return got.length;
      }),
    free(group, count) {
      const own = ownOf(group);
      const lost = Math.min(count, own.unbacked);
      own.unbacked -= lost;
      own.spare.push(...own.inUse.splice(0, count - lost));
      flushing ??= setTimeout(() => {
        flushing = undefined;
        void inTurn(giveBack).catch(() => undefined);
      }, keptMs);
    },
    async close() {
      isClosed = true;
      clearTimeout(flushing);
      await last;
      const client = await session?.catch(() => undefined);
      await client?.end().catch(() => undefined);
    },
  };
}

/** A slot that is free is kept for so long. */
const keptMs = 50;

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
