/** What passes between a run and Exchange, as a recording has it. */

/** One cmdlet, as it was sent. */
export interface Asked {
  cmdlet: string;
  parameters: unknown;
  select?: string[];
  /** Counts from 1, which is left out. */
  page?: number;
  /** Of a `$batch`: what is asked in it, in order. Ids are numbers from 0. */
  batch?: Asked[];
}

/** `body`: JSON as a value, any other content as a text. `cut`: the connection ended without an answer. */
export type Answered =
  { status: number; headers?: Record<string, string>; body: unknown } | { cut: true };

export interface Exchange {
  request: Asked;
  response: Answered;
}
