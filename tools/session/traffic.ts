/** What passes between a run and its tenant, as a recording has it. */

/** What a request names: a cmdlet of Exchange, or method and path of Graph: `PATCH /users/{id}`, with the ID itself. */
type Named = { cmdlet: string; operation?: never } | { operation: string; cmdlet?: never };

/** One cmdlet, or one request to Graph, as it was sent. */
export type Asked = Named & {
  /** Of Graph: the options of the query, such as `$filter`, and the properties of the body. */
  parameters: unknown;
  select?: string[];
  /** Counts from 1, which is left out. */
  page?: number;
  /** Of a `$batch`: what is asked in it, in order. */
  batch?: Asked[];
  /** In a batch, if it is not the place in the list: Exchange counts from 0, Graph from 1. */
  id?: string;
};

/** The cmdlet, or the operation of Graph. */
export function operationOf(asked: Asked): string {
  if (asked.cmdlet !== undefined) return asked.cmdlet;
  return asked.operation;
}

/** `body`: JSON as a value, any other content as a text. `cut`: the connection ended without an answer. */
export type Answered =
  { status: number; headers?: Record<string, string>; body: unknown } | { cut: true };

export interface Exchange {
  request: Asked;
  response: Answered;
}
