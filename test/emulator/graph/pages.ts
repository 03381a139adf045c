/** Pages of a list, and the links between them. */
import type { Seen } from "./directory.ts";
import { expiredPage } from "./errors.ts";

/** Observed: minutes. How many is assumed. */
const lifeMs = 5 * 60 * 1000;

interface Waiting {
  rest: readonly Seen[];
  /** The request that the link belongs to: path and options, without the token. */
  request: string;
  /** Number of the page that the link leads to, from 2. */
  page: number;
  expires: number;
}

export interface Page {
  rows: readonly Seen[];
  /** Token of the next page, if there is one. */
  next: string | undefined;
}

export class GraphPages {
  readonly #waiting = new Map<string, Waiting>();
  #count = 0;

  /** The page number of a token; undefined for a token that was never issued. */
  numberOf(token: string): number | undefined {
    return this.#waiting.get(token)?.page;
  }

  first(rows: readonly Seen[], request: string, size: number, now: number): Page {
    for (const [token, { expires }] of this.#waiting)
      if (expires <= now) this.#waiting.delete(token);
    return this.#cut({ rest: rows, request, page: 1, expires: now }, size, now);
  }

  /** A link can be followed more than once (assumed), until it expires. */
  continued(token: string, request: string, size: number, now: number): Page {
    const waiting = this.#waiting.get(token);
    if (!waiting || waiting.expires <= now || waiting.request !== request) throw expiredPage();
    return this.#cut(waiting, size, now);
  }

  #cut({ rest, request, page }: Waiting, size: number, now: number): Page {
    const rows = rest.slice(0, size);
    if (rest.length <= size) return { rows, next: undefined };
    const next = `RFNwdAIAAQAAAB${(this.#count += 1).toString(36)}`;
    const waiting = { rest: rest.slice(size), request, page: page + 1, expires: now + lifeMs };
    this.#waiting.set(next, waiting);
    return { rows, next };
  }
}
