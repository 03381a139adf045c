/** Pages of a result, and the links between them. */
import { expiredPage } from "./errors.ts";
import type { Outcome } from "./cmdlet.ts";
import type { Value } from "../properties.ts";

/** Observed in the error text. (For the v2.0 API 5 to 10 minutes are documented.) */
const lifeMs = 30 * 60 * 1000;

interface Waiting {
  outcome: Outcome;
  offset: number;
  /** Number of the page the link leads to, from 2. */
  page: number;
  /** The request body that a continuation must repeat. */
  body: string;
  row: (item: unknown) => Record<string, Value>;
  expires: number;
}

export interface Page {
  rows: Record<string, Value>[];
  /** Skip token of the next page, when there is one. */
  next: string | undefined;
  warnings: string[];
}

/** The caller only passes an outcome its own items, so the types fit. */
const rowOf = (outcome: Outcome, wanted: Set<string> | undefined): Waiting["row"] =>
  outcome.rows(wanted) as Waiting["row"];

export class Pages {
  readonly #waiting = new Map<string, Waiting>();
  readonly #newToken: () => string;

  constructor(newToken: () => string) {
    this.#newToken = newToken;
  }

  /** The page number of a token; undefined for a token that was never issued. */
  numberOf(token: string): number | undefined {
    return this.#waiting.get(token)?.page;
  }

  /** The command of a token, for a continuation that has no body; undefined as above. */
  commandOf(token: string): unknown {
    const body = this.#waiting.get(token)?.body;
    return body === undefined ? undefined : JSON.parse(body);
  }

  first(
    outcome: Outcome,
    body: string,
    wanted: Set<string> | undefined,
    size: number,
    now: number,
  ): Page {
    for (const [token, waiting] of this.#waiting)
      if (waiting.expires <= now) this.#waiting.delete(token);
    return this.#cut(
      { outcome, offset: 0, page: 1, body, row: rowOf(outcome, wanted), expires: Infinity },
      size,
      now,
    );
  }

  /**
   * A link can be followed more than once, so that a client can request a page again whose answer
   * was lost (assumed).
   */
  continued(token: string, body: string, size: number, now: number): Page {
    const waiting = this.#waiting.get(token);
    if (!waiting || waiting.expires <= now || waiting.body !== body) throw expiredPage();
    return this.#cut(waiting, size, now);
  }

  #cut(from: Waiting, size: number, now: number): Page {
    const { items, warnings } = from.outcome;
    const end = from.offset + size;
    const rows = items.slice(from.offset, end).map(from.row);
    if (end >= items.length) return { rows, next: undefined, warnings };
    const next = this.#newToken();
    this.#waiting.set(next, { ...from, offset: end, page: from.page + 1, expires: now + lifeMs });
    return { rows, next, warnings: [] };
  }
}
