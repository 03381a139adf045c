/** An answer that an earlier run received. */
export interface KeptAnswer {
  /** Its body. */
  text: string;
  /** Names it for the next page of the same list. */
  id: number;
}

/** The answer to be kept of a request. */
export interface Answered {
  request: string;
  text: string;
  /** A page of a list: others follow it, or it is all that there is of a kind. It is of use for a few minutes only. */
  isList: boolean;
}

/**
 * The answers to reads that an earlier run of the same import has received, and those of this run for the next. A page
 * belongs to the page before it, so that pages of two readings of a list are never taken for one.
 */
export interface KeptAnswers {
  /**
   * The answer to the same request, if there is one: the text of the request is everything that decides its answer.
   * Each is returned once, because a second look asks for another one. `after`: the ID of the page before.
   */
  take(request: string, after?: number): Promise<KeptAnswer | undefined>;
  /** Keeps an answer. Returns its ID; undefined when it is not kept. Never throws. */
  keep(answered: Answered, after?: number): number | undefined;
}
