import { retryingKnown } from "../../net/outcome.ts";
import { eventually, type Patience } from "../../net/polling.ts";
import type { Stats, Try } from "../../net/retry.ts";
import { eachRead, type Piece } from "./batch.ts";
import { endpointOf, type GraphSettings, type Seams } from "./endpoint.ts";
import {
  isRepeatable,
  requestOf,
  type Call,
  type ListOperation,
  type ObjectOperation,
} from "./operations.ts";
import { pagesOf, type ObjectPage, type Read } from "./reads.ts";
import { readWritten, type GraphObject, type Written } from "./replies.ts";

export interface Reply extends Written {
  /** The request was sent more than once, so an earlier attempt may have been carried out. */
  wasRetried: boolean;
}

/** Microsoft Graph, as seen by its nouns: operations in, objects out. */
export interface Graph {
  /** Sends an operation that writes. Throws a `Fault`. */
  invoke(call: Call): Promise<Reply>;
  /** Reads one object. Throws a `missing` fault for an ID that does not exist, `noEntry` for an empty relationship. */
  get(read: Read<ObjectOperation>): Promise<GraphObject>;
  /** Reads a list, page by page, each object once. A page that cannot be read is a fault, never the end of the list. */
  pages(read: Read<ListOperation>): AsyncGenerator<ObjectPage, void, undefined>;
  /** Reads a complete list. */
  list(read: Read<ListOperation>): Promise<GraphObject[]>;
  /**
   * Sends a read for each item, twenty items to a request and a few requests at a time, and yields the pages in the
   * order of their arrival. A failed read is yielded as a fault with its item, and the others continue.
   */
  each<T>(
    items: AsyncIterable<T> | Iterable<T>,
    readFor: (item: T) => Read,
  ): AsyncGenerator<Piece<T>, void, undefined>;
  /**
   * Calls `look` repeatedly, with short waits, until it finds something: readers find a new object only after a while.
   * Throws a `notReady` fault when the time is over, and any error of `look`.
   */
  eventually<T>(look: () => Promise<T | undefined>, patience: Patience): Promise<T>;
  readonly stats: Readonly<Stats>;
}

/** A client of Microsoft Graph v1.0. Nothing is sent before the first operation. */
export function microsoftGraph(settings: GraphSettings, seams: Seams): Graph {
  const endpoint = endpointOf(settings, seams);
  const { pace, clock } = seams;
  const pages = (read: Read): AsyncGenerator<ObjectPage, void, undefined> =>
    pagesOf(read, { endpoint, seams });

  async function list(read: Read): Promise<GraphObject[]> {
    const all: GraphObject[] = [];
    for await (const { objects } of pages(read)) all.push(...objects);
    return all;
  }

  return {
    async invoke(call) {
      const { method, where, headers, body, ids } = requestOf(call, endpoint.referenceRoot);
      const { operation } = call;
      let sent = 0;
      const onSend = (): void => {
        sent++;
      };
      const written = await retryingKnown(
        pace,
        async (): Promise<Try<Written>> => {
          const reply = await endpoint.send({
            method,
            url: endpoint.urlOf(where),
            ...(headers && { headers }),
            body,
            onSend,
          });
          return "fault" in reply ? reply : readWritten(reply, { operation, ids }, clock());
        },
        { what: operation, isRepeatable: isRepeatable(operation) },
      );
      return { ...written, wasRetried: sent > 1 };
    },
    async get(read) {
      // The answer to such a read is one object, or a fault (`readPage`).
      const [object] = (await list(read)) as [GraphObject];
      return object;
    },
    pages,
    list,
    each: (items, readFor) => eachRead(items, readFor, { endpoint, seams }),
    eventually: (look, patience) => eventually(pace, look, patience),
    stats: pace.stats,
  };
}
