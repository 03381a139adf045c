import { parsedJson } from "../../net/json.ts";
import { eachBundle, requestsLeave } from "../../concurrency.ts";
import { Fault } from "../../fault.ts";
import { isWholeList, maxEmptyLooks, reads, type Command } from "./command.ts";
import { bodyOf, type Row } from "./encoding.ts";
import type { Endpoint, Seams } from "./endpoint.ts";
import type { Reply, ReplyPage } from "./exchange.ts";
import type { AskedPage, KeptPages } from "./keptPages.ts";
import { isEmpty, readReply, type Page } from "./replies.ts";
import { subReplyOf, type SubResponse } from "../../net/subReply.ts";
import { retrying, type Try } from "../../net/retry.ts";
import type { HttpReply } from "../../net/transport.ts";
import type { Tally } from "../../tally.ts";

/** One page of what was read about an item, or why nothing more could be read about it. */
export type Piece<T> = { item: T; page: ReplyPage } | { item: T; fault: Fault };

interface Ways {
  endpoint: Endpoint;
  pages(command: Command, given?: Page): AsyncGenerator<ReplyPage, void, undefined>;
  kept: KeptPages;
  seams: Seams;
  /** Counts the items. */
  tally?: Tally | undefined;
}

/** Microsoft's own module and CIPP send no more; what the service takes is documented nowhere. */
const perRequest = 10;

/** See `Exchange.each`. */
export function eachRead<T>(
  items: AsyncIterable<T> | Iterable<T>,
  commandFor: (item: T) => Command,
  ways: Ways,
): AsyncGenerator<Piece<T>, void, undefined> {
  const { maxRequests } = ways.endpoint;
  return eachBundle(
    items,
    { size: perRequest, maxRequests, tally: ways.tally },
    async function* (bundle) {
      const asked: Asked<T>[] = [];
      for (const item of bundle) {
        try {
          const command = commandFor(item);
          asked.push({
            id: String(asked.length),
            item,
            command,
            body: bodyOf(command.cmdlet, command.parameters),
          });
        } catch (thrown) {
          yield { item, fault: Fault.of(thrown) };
        }
      }
      const writing = asked.find(({ command }) => !reads(command));
      if (writing)
        throw new Fault({
          kind: "unexpected",
          message: `${writing.command.cmdlet} was about to be sent in a batch; only reading is.`,
        });
      if (asked.length === 0) return;
      const answers = await answersTo(asked, ways);
      for (let looks = 1; looks < maxEmptyLooks; looks++) {
        const again = asked.filter(({ id, command }) => isEmptyList(command, answers.get(id)));
        if (again.length === 0) break;
        const next = await answersTo(again, ways);
        for (const { id } of again) answers.set(id, next.get(id));
      }
      // The answers are kept for the next run. Before the reader works on them, the next request leaves.
      await requestsLeave();
      for (const { id, item, command } of asked)
        yield* piecesOf(item, command, answers.get(id), ways);
    },
  );
}

/**
 * The reply or the fault of each read, in their order, from one request for all of them. When the service does not
 * take that request, each read is sent separately: its own fault is the one to report.
 */
export async function repliesTo(
  commands: readonly Command[],
  alone: (command: Command) => Promise<Reply>,
  ways: Ways,
): Promise<(Reply | Fault)[]> {
  const [only] = commands;
  if (commands.length === 1 && only) return [await alone(only).catch(Fault.of)];
  const replies = commands.map((): Reply | Fault => ({ rows: [], notices: [], wasRetried: false }));
  try {
    for await (const piece of eachRead(commands.entries(), ([, command]) => command, ways)) {
      const [index] = piece.item;
      const reply = replies[index];
      if ("fault" in piece) replies[index] = piece.fault;
      else if (reply && "rows" in reply) {
        reply.rows.push(...piece.page.rows);
        reply.notices.push(...piece.page.notices);
      }
    }
    return replies;
  } catch (thrown) {
    const fault = Fault.of(thrown);
    if (fault.retryable || ways.seams.pace.signal.aborted) throw fault;
    return await Promise.all(commands.map((command) => alone(command).catch(Fault.of)));
  }
}

function isEmptyList(command: Command, page: Page | undefined): boolean {
  return page !== undefined && isWholeList(command) && isEmpty(page);
}

interface Asked<T> {
  id: string;
  item: T;
  command: Command;
  body: string;
}

/**
 * The answer for one item, page by page. A request that failed in the batch is sent again separately, with everything
 * that a single call has: retries and a fresh token.
 */
async function* piecesOf<T>(
  item: T,
  command: Command,
  first: Page | undefined,
  { pages }: Ways,
): AsyncGenerator<Piece<T>, void, undefined> {
  try {
    for await (const page of pages(command, first)) yield { item, page };
  } catch (thrown) {
    yield { item, fault: Fault.of(thrown) };
  }
}

/** All that was read about an item, when its last page has come; or why not. */
export async function* collectPages<T>(
  pieces: AsyncIterable<Piece<T>>,
): AsyncGenerator<{ item: T; rows: Row[]; fault?: Fault }, void, undefined> {
  const begun = new Map<T, Row[]>();
  for await (const piece of pieces) {
    const { item } = piece;
    if ("fault" in piece) {
      begun.delete(item);
      yield { item, rows: [], fault: piece.fault };
      continue;
    }
    const { rows, isLast } = piece.page;
    const all = begun.get(item) ?? [];
    all.push(...rows);
    begun.set(item, all);
    if (!isLast) continue;
    begun.delete(item);
    yield { item, rows: all };
  }
}

/** What is not known from an earlier run is requested in one batch. */
async function answersTo(
  asked: readonly Asked<unknown>[],
  ways: Ways,
): Promise<Map<string, Page | undefined>> {
  const answers = new Map<string, Page | undefined>();
  await Promise.all(
    asked.map(async (one) => {
      const known = await ways.kept.take(pageOf(one, ways));
      if (known) answers.set(one.id, known);
    }),
  );
  const unknown = asked.filter(({ id }) => !answers.has(id));
  if (unknown.length === 0) return answers;
  for (const [id, page] of await batchOf(unknown, ways)) answers.set(id, page);
  return answers;
}

/** The first page of a read, as it is requested separately as well. */
function pageOf({ command, body }: Asked<unknown>, { endpoint }: Ways): AskedPage {
  return { command, where: endpoint.pathOf(command), body, continued: false };
}

/**
 * One batch, sent until the whole of it is answered. Items are matched by id, because their order is not kept and
 * errors do not always name their object.
 */
async function batchOf(asked: readonly Asked<unknown>[], ways: Ways): Promise<Map<string, Page>> {
  const { endpoint, seams } = ways;
  const { pace, newId } = seams;
  const requestId = newId();
  const body = (bearer: string): string =>
    `{"requests":[${asked
      .map(
        ({ id, command, body: own }) =>
          `{"id":"${id}","method":"POST",` +
          `"url":${JSON.stringify(endpoint.urlOf(endpoint.pathOf(command)))},` +
          `"headers":${JSON.stringify(endpoint.headersFor(command.cmdlet, bearer))},"body":${own}}`,
      )
      .join(",")}]}`;
  return await retrying(pace, async (): Promise<Try<Map<string, Page>>> => {
    let replies: Map<string, HttpReply> | undefined;
    const reply = await endpoint.post({
      what: "$batch",
      where: endpoint.batchPath,
      body,
      requestId,
      prefer: "odata.continue-on-error",
      cmdlets: asked.length,
      outcomesIn: (answer) => {
        replies = subRepliesIn(answer, asked);
        return replies && [...replies.values()];
      },
    });
    return "fault" in reply ? reply : readBatch(reply, replies, asked, ways);
  });
}

/** The reply to each item, by its id, in the order of the items. An item without one is requested separately. */
function subRepliesIn(
  reply: HttpReply,
  asked: readonly Asked<unknown>[],
): Map<string, HttpReply> | undefined {
  const responses = responsesIn(reply);
  if (!responses) return undefined;
  const replies = new Map<string, HttpReply>();
  for (const { id } of asked) {
    const [response, ...others] = responses.filter((response) => response.id === id);
    // Two of them are not attributable.
    if (response && others.length === 0) replies.set(id, subReplyOf(response));
  }
  return replies;
}

function readBatch(
  reply: HttpReply,
  replies: ReadonlyMap<string, HttpReply> | undefined,
  asked: readonly Asked<unknown>[],
  ways: Ways,
): Try<Map<string, Page>> {
  const now = ways.seams.clock();
  // Anything but a list of responses is read as the answer to a reading cmdlet: all the forms of refusal are known
  // there.
  if (!replies) {
    const read = readReply(reply, {
      command: { cmdlet: "Get-$batch", parameters: {} },
      continued: false,
      now,
    });
    return "fault" in read
      ? read
      : {
          fault: new Fault({
            kind: "unexpected",
            message: "Exchange Online's answer to a batch has no list of responses in it.",
            requestId: reply.headers["request-id"],
          }),
        };
  }
  const pages = new Map<string, Page>();
  for (const one of asked) {
    const { id, command } = one;
    const own = replies.get(id);
    if (!own) continue;
    const read = readReply(own, { command, continued: false, now });
    const kept = ways.kept.keep(pageOf(one, ways), own, read);
    if ("value" in kept) pages.set(id, kept.value);
  }
  return { value: pages };
}

function responsesIn({ status, text }: HttpReply): SubResponse[] | undefined {
  const answer = status === 200 ? parsedJson(text) : undefined;
  const responses =
    typeof answer === "object" && answer !== null && "responses" in answer
      ? answer.responses
      : undefined;
  return Array.isArray(responses) &&
    responses.every((one) => typeof one === "object" && one !== null)
    ? responses
    : undefined;
}
