/** The other side of the client's seams for reading in bulk: answers by what is asked, by itself or in a batch. */
import type { HttpReply, HttpRequest } from "../../lib/net/transport.ts";
import { clientOf, reply, rows, type Client } from "./scripted.ts";

export interface Asked {
  cmdlet: string;
  parameters: Readonly<Record<string, unknown>>;
  url: string;
  headers: Readonly<Record<string, string>>;
  isBatched: boolean;
}

/** One answer inside a batch. */
export interface Response {
  id: string;
  status: number;
  headers: Readonly<Record<string, string>>;
  body: unknown;
}

interface SubRequest extends Response {
  url: string;
  headers: Record<string, string>;
  body: { CmdletInput: { CmdletName: string; Parameters: Record<string, unknown> } };
}

export const isBatch = ({ url }: HttpRequest): boolean => url.endsWith("/$batch");

export function subRequestsOf({ body = "" }: HttpRequest): SubRequest[] {
  return (JSON.parse(body) as { requests: SubRequest[] }).requests;
}

/** The body of a single request. */
export function calledIn({ body = "" }: HttpRequest): SubRequest["body"]["CmdletInput"] {
  return (JSON.parse(body) as SubRequest["body"]).CmdletInput;
}

export interface Answering extends Client {
  asked: Asked[];
  /** The values that one parameter was given, in the order of asking; of what was asked by itself only. */
  askedAlone(parameter: string): unknown[];
}

type Options = NonNullable<Parameters<typeof clientOf>[1]> & {
  /** What becomes of the answers of a batch; left out, they are given in the order of the requests. */
  batch?(responses: Response[], request: HttpRequest): HttpReply;
};

export function answering(
  answer: (asked: Asked) => HttpReply,
  { batch = (responses) => reply(200, { responses }), ...options }: Options = {},
): Answering {
  const asked: Asked[] = [];
  const answerTo = (
    { CmdletName, Parameters }: ReturnType<typeof calledIn>,
    url: string,
    headers: Asked["headers"],
    isBatched: boolean,
  ): HttpReply => {
    const own = { cmdlet: CmdletName, parameters: Parameters, url, headers, isBatched };
    asked.push(own);
    return answer(own);
  };
  const client = clientOf(
    [
      (request) => {
        if (!isBatch(request))
          return answerTo(calledIn(request), request.url, request.headers, false);
        const responses = subRequestsOf(request).map(({ id, url, headers, body }): Response => {
          const {
            status,
            headers: ownHeaders,
            text,
          } = answerTo(body.CmdletInput, url, headers, true);
          return {
            id,
            status,
            headers: ownHeaders,
            body: text.startsWith("{") ? (JSON.parse(text) as unknown) : text,
          };
        });
        return batch(responses, request);
      },
    ],
    { ...options, forever: true },
  );
  return {
    ...client,
    asked,
    askedAlone: (parameter) =>
      asked.filter(({ isBatched }) => !isBatched).map(({ parameters }) => parameters[parameter]),
  };
}

/** A tenant in which each cmdlet answers with rows; one that is not listed with none. */
export function tenantOf(
  answers: Readonly<Record<string, (asked: Asked) => HttpReply | readonly unknown[]>>,
  options?: Options,
): Answering {
  return answering((asked) => {
    const answer = answers[asked.cmdlet]?.(asked) ?? [];
    return "status" in answer ? answer : rows(answer);
  }, options);
}

export const guidOf = (index: number): string =>
  `0b1ec700-0000-4000-8000-${index.toString(16).padStart(12, "0")}`;

/** Everything that a generator gives. */
export async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of source) found.push(one);
  return found;
}

/** Lets everything happen that waits for nothing from outside. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
