import DataLoader from "dataloader";
import { Fault } from "../../fault.ts";
import { retryingKnown } from "../../net/outcome.ts";
import { eventually, type Patience } from "../../net/polling.ts";
import type { Try } from "../../net/retry.ts";
import { eachRead, firstAnswers, type Piece } from "./batch.ts";
import { keptPages } from "./keptPages.ts";
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
  /**
   * Sends up to twenty operations that write in one request. Each is carried out after the one before, whether that is
   * refused or not. Resolves to the reply or the fault of each.
   */
  invokeAll(calls: readonly Call[]): Promise<(Reply | Fault)[]>;
  /**
   * Reads one object. Reads that are asked for at the same time go out in one request. Throws a `missing` fault for an
   * ID that does not exist, `noEntry` for an empty relationship.
   */
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
}

/** A client of Microsoft Graph v1.0. Nothing is sent before the first operation. */
export function microsoftGraph(settings: GraphSettings, seams: Seams): Graph {
  const endpoint = endpointOf(settings, seams);
  const { pace, clock } = seams;
  const ways = { endpoint, kept: keptPages(seams.answers, clock), seams };
  const pages = (read: Read): AsyncGenerator<ObjectPage, void, undefined> => pagesOf(read, ways);

  async function list(read: Read): Promise<GraphObject[]> {
    const all: GraphObject[] = [];
    for await (const { objects } of pages(read)) all.push(...objects);
    return all;
  }

  /** `first`: what a batch has answered, which counts as the first attempt. */
  async function written(call: Call, first?: Try<Written>): Promise<Reply> {
    const { method, where, headers = {}, body, ids } = requestOf(call, endpoint.referenceRoot);
    const { operation } = call;
    let known = first;
    let sent = first === undefined ? 0 : 1;
    const onSend = (): void => {
      sent++;
    };
    const answer = await retryingKnown(
      pace,
      async (): Promise<Try<Written>> => {
        const answered = known;
        known = undefined;
        if (answered !== undefined) return answered;
        const url = endpoint.urlOf(where);
        const reply = await endpoint.send({ method, url, headers, body, onSend });
        return "fault" in reply ? reply : readWritten(reply, { operation, ids }, clock());
      },
      { what: operation, isRepeatable: isRepeatable(operation) },
    );
    return { ...answer, wasRetried: sent > 1 };
  }

  /** What is asked for at the same time goes out together. Nothing is kept: the next look reads again. */
  const objects = new DataLoader(objectsOf, { cache: false });

  async function objectsOf(
    reads: readonly Read<ObjectOperation>[],
  ): Promise<(GraphObject | Error)[]> {
    const [only] = reads;
    if (reads.length === 1 && only) return await list(only);
    const found: (GraphObject | Fault)[] = [];
    for await (const piece of eachRead(reads.entries(), ([, read]) => read, ways)) {
      const [index] = piece.item;
      if ("fault" in piece) found[index] = piece.fault;
      else for (const object of piece.page.objects) found[index] = object;
    }
    return found;
  }

  return {
    invoke: (call) => written(call),
    async invokeAll(calls) {
      const firsts = calls.length > 1 ? await firstAnswers(calls, ways) : [];
      const answers: (Reply | Fault)[] = [];
      for (const [index, call] of calls.entries())
        answers.push(await written(call, firsts[index]).catch(Fault.of));
      return answers;
    },
    get: (read) => objects.load(read),
    pages,
    list,
    each: (items, readFor) => eachRead(items, readFor, { ...ways, tally: seams.tally }),
    eventually: (look, patience) => eventually(pace, look, patience),
  };
}
