import { createHash } from "node:crypto";
import DataLoader from "dataloader";
import { Fault } from "../../fault.ts";
import { SeenIds } from "../../seenIds.ts";
import { eachRead, repliesTo, type Piece } from "./batch.ts";
import { isWholeList, maxEmptyLooks, reads, repeatable, type Command } from "./command.ts";
import { bodyOf, textOf, type Row } from "./encoding.ts";
import { eventually, type Patience } from "../../net/polling.ts";
import { endpointOf, type ExchangeSettings, type Seams } from "./endpoint.ts";
import { keptPages, type AskedPage } from "./keptPages.ts";
import { isEmpty, readReply, type Notice, type Page } from "./replies.ts";
import { retryingKnown } from "../../net/outcome.ts";
import type { Stats, Try } from "../../net/retry.ts";

export interface Reply {
  rows: Row[];
  notices: Notice[];
  /** The request was sent more than once, so an earlier attempt may have been carried out. */
  wasRetried: boolean;
}

/** One page of a cmdlet's answer. */
export interface ReplyPage extends Reply {
  isLast: boolean;
}

/** Exchange Online, as seen by its nouns: cmdlets in, objects out. */
export interface Exchange {
  /**
   * Calls a cmdlet and returns its complete answer, all pages together. Reads that are asked for at the same time go
   * out in one request. Throws a `Fault`.
   */
  invoke(command: Command): Promise<Reply>;
  /**
   * Calls a cmdlet and yields its pages as they arrive. A page that cannot be read is a fault, never the end of the
   * list.
   */
  pages(command: Command): AsyncGenerator<ReplyPage, void, undefined>;
  /**
   * Sends a read for each item, ten items to a request and a few requests at a time, and yields the pages in the
   * order of their arrival. A failed read is yielded as a fault with its item, and the others continue. Only for
   * commands that read.
   */
  each<T>(
    items: AsyncIterable<T> | Iterable<T>,
    commandFor: (item: T) => Command,
  ): AsyncGenerator<Piece<T>, void, undefined>;
  /**
   * Calls `look` repeatedly, with short waits, until it finds something: readers find a new object only after a while.
   * Throws a `notReady` fault when the time is over, and any error of `look`.
   */
  eventually<T>(look: () => Promise<T | undefined>, patience: Patience): Promise<T>;
  readonly stats: Readonly<Stats>;
}

/** A client of the InvokeCommand endpoint. */
export function exchangeOnline(settings: ExchangeSettings, seams: Seams): Exchange {
  const endpoint = endpointOf(settings, seams);
  const { pace, clock, newId } = seams;
  const kept = keptPages(seams.answers, clock);

  async function page(
    asked: AskedPage,
    requestId: string,
  ): Promise<Page & { wasRetried: boolean }> {
    const { command, where, body, continued } = asked;
    const known = await kept.take(asked);
    if (known) return { ...known, wasRetried: false };
    let sent = 0;
    const onSend = (): void => {
      sent++;
    };
    const read = await retryingKnown(
      pace,
      async (): Promise<Try<Page>> => {
        const reply = await endpoint.post({
          what: command.cmdlet,
          where,
          body,
          requestId,
          onSend,
          // The pages of a list come one after the other: one that waits delays all that follow.
          isUrgent: isWholeList(command),
        });
        if ("fault" in reply) return reply;
        return kept.keep(asked, reply, readReply(reply, { command, continued, now: clock() }));
      },
      { what: command.cmdlet, isRepeatable: repeatable(command) },
    );
    return { ...read, wasRetried: sent > 1 };
  }

  /**
   * One page, the first one or one behind a link. While it is empty, a whole list is requested again, and so is a page
   * that ends a list: a shorter list looks whole.
   */
  async function settledPage(
    asked: AskedPage,
    requestId: string,
  ): Promise<Page & { wasRetried: boolean }> {
    const isSuspicious = asked.continued || isWholeList(asked.command);
    for (let looks = 1; ; looks++) {
      const found = await page(asked, requestId);
      if (!isEmpty(found) || !isSuspicious || looks === maxEmptyLooks) return found;
    }
  }

  /** All pages. `given` is the first one, if it arrived in a batch. */
  async function* pages(
    command: Command,
    given?: Page,
  ): AsyncGenerator<ReplyPage, void, undefined> {
    const body = bodyOf(command.cmdlet, command.parameters);
    const requestId = newId();
    const places = new Places(command);
    let where = endpoint.pathOf(command);
    let found = given
      ? { ...given, wasRetried: false }
      : await settledPage({ command, where, body, continued: false }, requestId);
    for (;;) {
      const { nextLink, wasRetried, id: after } = found;
      const rows = places.add(where, found);
      yield { ...replyOf(command, { ...found, rows }), wasRetried };
      // Only reads have pages. Whatever a write links to, sending it again would carry it out twice.
      if (nextLink === undefined || !reads(command)) return;
      where = places.assertNew(endpoint.pathOfNext(nextLink));
      found = await settledPage({ command, where, body, continued: true, after }, requestId);
    }
  }

  async function invoked(command: Command): Promise<Reply> {
    const all: Reply = { rows: [], notices: [], wasRetried: false };
    for await (const { rows, notices, wasRetried } of pages(command)) {
      all.rows.push(...rows);
      all.notices.push(...notices);
      all.wasRetried ||= wasRetried;
    }
    return all;
  }

  /** What is asked for at the same time goes out together. Nothing is kept: the next look reads again. */
  const replies = new DataLoader<Command, Reply>(
    (commands) => repliesTo(commands, invoked, { endpoint, pages, kept, seams }),
    { cache: false },
  );

  return {
    pages: (command) => pages(command),
    invoke: (command) => (reads(command) ? replies.load(command) : invoked(command)),
    each: (items, commandFor) =>
      eachRead(items, commandFor, { endpoint, pages, kept, seams, tally: seams.tally }),
    eventually: (look, patience) => eventually(pace, look, patience),
    stats: pace.stats,
  };
}

/** The pages of one list so far: no page and no object may come twice. */
class Places {
  readonly #command: Command;
  readonly #links = new Set<string>();
  readonly #contents = new Set<string>();
  readonly #guids = new SeenIds();

  constructor(command: Command) {
    this.#command = command;
  }

  /**
   * The rows that are new. An object that moves to the next page in the meantime is listed twice. An entry without a
   * Guid is not an object. Throws an `unexpected` fault for a page that already came under another link.
   */
  add(link: string, { rows, nextLink }: Page): Row[] {
    const isOnly = this.#links.size === 0 && nextLink === undefined;
    const content = isOnly ? "" : createHash("sha1").update(JSON.stringify(rows)).digest("base64");
    if (rows.length > 0 && this.#contents.has(content)) throw this.#twice();
    this.#links.add(link);
    this.#contents.add(content);
    return rows.filter((row) => {
      const guid = textOf(row["Guid"]);
      return guid === "" || this.#guids.add(guid);
    });
  }

  /** Returns the link. Throws an `unexpected` fault for one that was followed before. */
  assertNew(link: string): string {
    if (this.#links.has(link)) throw this.#twice();
    return link;
  }

  #twice(): Fault {
    return new Fault({
      kind: "unexpected",
      message:
        `Exchange Online returned the same page of ${this.#command.cmdlet} twice; ` +
        "the list would never be complete.",
    });
  }
}

/**
 * "More results available" means nothing while there is a next page. After the last page of a list that was requested
 * completely, it means that the list is incomplete. That throws an `unexpected` fault, because an object that is
 * missing from a list counts as deleted.
 */
function replyOf({ cmdlet, parameters }: Command, page: Page): ReplyPage {
  const { rows, nextLink } = page;
  const isLast = nextLink === undefined;
  const notices = page.notices.filter(({ kind }) => kind !== "moreResults" || isLast);
  if (isWholeList({ cmdlet, parameters }) && notices.some(({ kind }) => kind === "moreResults"))
    throw new Fault({
      kind: "unexpected",
      message: `Exchange Online reports more results of ${cmdlet} than it returned.`,
    });
  return { rows, isLast, notices, wasRetried: false };
}
