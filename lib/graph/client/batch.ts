import { eachBundle } from "../../concurrency.ts";
import { Fault } from "../../fault.ts";
import { parsedJson } from "../../net/json.ts";
import { subReplyOf, type SubResponse } from "../../net/subReply.ts";
import { retrying, type Failure, type Try } from "../../net/retry.ts";
import type { HttpReply } from "../../net/transport.ts";
import type { Endpoint } from "./endpoint.ts";
import { headersOf } from "./odata.ts";
import type { About } from "./errors.ts";
import { isList, requestOf, type Addressed, type Call } from "./operations.ts";
import type { AskedPage } from "./keptPages.ts";
import { aboutRead, pagesOf, whereOf, type ObjectPage, type Read, type Ways } from "./reads.ts";
import { isRecord } from "../../record.ts";
import type { Tally } from "../../tally.ts";
import { readPage, readWritten, type Page, type Written } from "./replies.ts";

/** One page of what was read about an item, or why nothing more could be read about it. */
export type Piece<T> = { item: T; page: ObjectPage } | { item: T; fault: Fault };

/** Graph accepts no more (documented). */
const perRequest = 20;

/** See `Graph.each`. */
export function eachRead<T>(
  items: AsyncIterable<T> | Iterable<T>,
  readFor: (item: T) => Read,
  ways: Ways & { tally?: Tally | undefined },
): AsyncGenerator<Piece<T>, void, undefined> {
  const { maxRequests } = ways.endpoint;
  return eachBundle(
    items,
    { size: perRequest, maxRequests, tally: ways.tally },
    async function* (bundle) {
      const asked: Asked<T>[] = [];
      for (const item of bundle) {
        try {
          const read = readFor(item);
          asked.push({ id: String(asked.length + 1), item, read, where: whereOf(read) });
        } catch (thrown) {
          yield { item, fault: Fault.of(thrown) };
        }
      }
      if (asked.length === 0) return;
      const answers = await answersTo(asked, ways);
      for (const one of asked) yield* piecesOf(one, answers.get(one.id), ways);
    },
  );
}

interface Asked<T> {
  id: string;
  item: T;
  read: Read;
  /** Path and query, relative to the version. */
  where: string;
}

async function* piecesOf<T>(
  { item, read }: Asked<T>,
  first: Try<Page> | undefined,
  ways: Ways,
): AsyncGenerator<Piece<T>, void, undefined> {
  if (first && "fault" in first) {
    yield { item, fault: first.fault };
    return;
  }
  try {
    for await (const page of pagesOf(read, ways, first?.value)) yield { item, page };
  } catch (thrown) {
    yield { item, fault: Fault.of(thrown) };
  }
}

/**
 * The answers to one batch, by ID: their order is not kept (documented). Throttled reads are failures inside a batch
 * that succeeded; they alone are sent again, after the longest wait that one of them requests.
 */
async function answersTo(
  asked: readonly Asked<unknown>[],
  { endpoint, kept, seams: { pace, clock } }: Ways,
): Promise<Map<string, Try<Page>>> {
  const answers = new Map<string, Try<Page>>();
  const pageOf = ({ read, where }: Asked<unknown>): AskedPage => ({
    read,
    url: endpoint.urlOf(where),
    continued: false,
  });
  await Promise.all(
    asked.map(async (one) => {
      const known = await kept.take(pageOf(one));
      if (known) answers.set(one.id, { value: known });
    }),
  );
  await retrying(pace, async (): Promise<Try<undefined>> => {
    const open = asked.filter(({ id }) => isOpen(answers.get(id)));
    if (open.length === 0) return { value: undefined };
    const responses = await sent(open.map(readOf), { endpoint, clock });
    if ("fault" in responses) return responses;
    for (const one of open) {
      const reply = responseWith(one.id, responses.value, aboutRead(one.read));
      const answer =
        "fault" in reply
          ? reply
          : kept.keep(pageOf(one), reply.value, answerIn(reply.value, one.read, clock()));
      answers.set(one.id, answer);
    }
    return longestWait(answers.values()) ?? { value: undefined };
  }).catch((thrown: unknown) => {
    // Without an answer to each read, the batch itself failed.
    if (pace.signal.aborted || answers.size < asked.length) throw thrown;
  });
  return answers;
}

/** Whether the read has to be sent again. */
function isOpen(answer: Try<Page> | undefined): boolean {
  return answer === undefined || ("fault" in answer && answer.fault.retryable);
}

/** The failure with the longest requested wait; undefined when no read has to be sent again. */
function longestWait(answers: Iterable<Try<Page>>): Failure | undefined {
  let longest: Failure | undefined;
  for (const answer of answers) {
    if (!("fault" in answer) || !answer.fault.retryable) continue;
    if ((answer.afterMs ?? 0) >= (longest?.afterMs ?? 0)) longest = answer;
  }
  return longest;
}

function readOf({ id, read, where }: Asked<unknown>): Record<string, unknown> {
  return { id, method: "GET", url: where, headers: headersOf(read.query) };
}

/** One attempt. */
async function sent(
  requests: readonly Record<string, unknown>[],
  { endpoint, clock }: { endpoint: Endpoint; clock(): number },
): Promise<Try<SubResponse[]>> {
  const reply = await endpoint.send({
    method: "POST",
    url: endpoint.urlOf("/$batch"),
    body: JSON.stringify({ requests }),
  });
  return "fault" in reply ? reply : responsesIn(reply, clock());
}

function responsesIn(reply: HttpReply, now: number): Try<SubResponse[]> {
  const written = readWritten(reply, { operation: "POST /$batch", ids: [] }, now);
  if ("fault" in written) return written;
  const responses = written.value.body?.["responses"];
  if (Array.isArray(responses) && responses.every(isRecord)) return { value: responses };
  const isCut = parsedJson(reply.text) === undefined;
  return {
    fault: new Fault({
      kind: isCut ? "unavailable" : "unexpected",
      retryable: isCut,
      message: "Microsoft Graph's answer to a batch has no list of responses in it.",
      requestId: reply.headers["request-id"],
    }),
  };
}

function answerIn(reply: HttpReply, read: Read, now: number): Try<Page> {
  return readPage(reply, aboutRead(read), { isList: isList(read.operation), now });
}

function responseWith(
  id: string,
  responses: readonly SubResponse[],
  { operation }: About,
): Try<HttpReply> {
  const own = responses.filter((response) => response.id === id);
  const [response] = own;
  if (own.length === 1 && response) return { value: subReplyOf(response) };
  return {
    fault: new Fault({
      kind: "unexpected",
      message: `Microsoft Graph returned ${own.length} answers to one part of a batch (${operation}); expected one.`,
    }),
  };
}

/**
 * Sends calls that write in one batch, once, each after the one before. Returns what answered each; undefined for a
 * call that was not carried out, because the one before failed (424, documented).
 */
export async function firstAnswers(
  calls: readonly Call[],
  { endpoint, seams: { clock } }: Pick<Ways, "endpoint" | "seams">,
): Promise<(Try<Written> | undefined)[]> {
  const parts = calls.map((call, index) => ({
    id: String(index + 1),
    operation: call.operation,
    ...requestOf(call, endpoint.referenceRoot),
  }));
  const responses = await sent(parts.map(partOf), { endpoint, clock });
  if ("fault" in responses) return parts.map(() => responses);
  return parts.map(({ id, operation, ids }) => {
    const response = responseWith(id, responses.value, { operation, ids });
    if ("fault" in response) return response;
    const reply = response.value;
    return reply.status === 424 ? undefined : readWritten(reply, { operation, ids }, clock());
  });
}

/** A request of a batch is a JSON object itself, and so is its body. It follows the one with the ID before. */
function partOf(
  { id, method, where, headers = {}, body }: Addressed & { id: string },
  index: number,
): Record<string, unknown> {
  return {
    id,
    method,
    url: where,
    ...(index > 0 && { dependsOn: [String(index)] }),
    ...(body !== undefined && {
      headers: { "content-type": "application/json", ...headers },
      body: JSON.parse(body) as unknown,
    }),
  };
}
