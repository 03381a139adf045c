import { createHash } from "node:crypto";
import { Fault } from "../../fault.ts";
import { eachRead, type Piece } from "./batch.ts";
import { isWholeList, maxEmptyLooks, reads, repeatable, type Command } from "./command.ts";
import { bodyOf, textOf, type Row } from "./encoding.ts";
import { eventually, type Patience } from "../../net/polling.ts";
import { endpointOf, type ExchangeSettings, type Seams } from "./endpoint.ts";
import { isEmpty, readReply, type Notice, type Page } from "./replies.ts";
import { retrying, type Stats, type Try } from "../../net/retry.ts";

export interface Reply {
  rows: Row[];
  notices: Notice[];
  /** The request was sent more than once, so an earlier try may have been carried out. */
  wasRetried: boolean;
}

/** One page of a cmdlet's answer. */
export interface ReplyPage extends Reply {
  isLast: boolean;
}

/** Exchange Online, as seen by its nouns: cmdlets in, objects out. */
export interface Exchange {
  /** Calls a cmdlet and gives everything it answers, all pages together. Throws a `Fault`. */
  invoke(command: Command): Promise<Reply>;
  /**
   * Calls a cmdlet and gives page by page as they arrive. A page that cannot be had is a fault, never the end of the
   * list.
   */
  pages(command: Command): AsyncGenerator<ReplyPage, void, undefined>;
  /**
   * Reads something about each item, ten items to a request and a few requests at a time, and gives the pages in
   * whatever order they arrive. What cannot be read is given as a fault with its item; the others go on. Only for
   * commands that read.
   */
  each<T>(
    items: AsyncIterable<T> | Iterable<T>,
    commandFor: (item: T) => Command,
  ): AsyncGenerator<Piece<T>, void, undefined>;
  /**
   * Looks again and again, with short waits, until `look` finds something: what was just made is found by readers
   * only after a while. Throws a `notReady` fault when the time for it is over, and whatever `look` throws.
   */
  eventually<T>(look: () => Promise<T | undefined>, patience: Patience): Promise<T>;
  readonly stats: Readonly<Stats>;
}

/** A client of the InvokeCommand endpoint. */
export function exchangeOnline(settings: ExchangeSettings, seams: Seams): Exchange {
  const endpoint = endpointOf(settings, seams);
  const { pace, clock, newId } = seams;

  async function page(
    command: Command,
    call: { where: string; body: string; requestId: string },
    continued: boolean,
  ): Promise<Page & { wasRetried: boolean }> {
    const unknownOutcome: Fault[] = [];
    let sent = 0;
    const onSend = (): void => {
      sent++;
    };
    const read = await retrying(pace, async (): Promise<Try<Page>> => {
      const reply = await endpoint.post({ what: command.cmdlet, ...call, onSend });
      const result =
        "fault" in reply ? reply : readReply(reply, { command, continued, now: clock() });
      // A throttled request was turned away at the door. Of any other fault that may pass, it is not known what had
      // been done.
      if ("value" in result || !result.fault.retryable || result.fault.kind === "throttled")
        return result;
      unknownOutcome.push(result.fault);
      return repeatable(command) ? result : { fault: notAgain(result.fault, command) };
    }).catch((thrown: unknown) => {
      const [before] = unknownOutcome;
      throw before ? afterUnknown(before, Fault.of(thrown), command) : thrown;
    });
    return { ...read, wasRetried: sent > 1 };
  }

  /** The first page. A list that was requested as a whole is requested again while it is empty. */
  async function firstPage(
    command: Command,
    call: { where: string; body: string; requestId: string },
  ): Promise<Page & { wasRetried: boolean }> {
    for (let looks = 1; ; looks++) {
      const found = await page(command, call, false);
      if (!isEmpty(found) || !isWholeList(command) || looks === maxEmptyLooks) return found;
    }
  }

  /** All pages. `given` is the first one, when it arrived in a batch. */
  async function* pages(
    command: Command,
    given?: Page,
  ): AsyncGenerator<ReplyPage, void, undefined> {
    const call = { body: bodyOf(command.cmdlet, command.parameters), requestId: newId() };
    const places = new Places(command);
    let where = endpoint.pathOf(command);
    let found = given
      ? { ...given, wasRetried: false }
      : await firstPage(command, { where, ...call });
    for (;;) {
      const { nextLink, wasRetried } = found;
      const rows = places.add(where, found.rows);
      yield { ...replyOf(command, { ...found, rows }), wasRetried };
      // Only reads have pages. Whatever a write links to, sending it again would carry it out twice.
      if (nextLink === undefined || !reads(command)) return;
      where = places.assertNew(endpoint.pathOfNext(nextLink));
      found = await page(command, { where, ...call }, true);
    }
  }

  return {
    pages: (command) => pages(command),
    async invoke(command) {
      const all: Reply = { rows: [], notices: [], wasRetried: false };
      for await (const { rows, notices, wasRetried } of pages(command)) {
        all.rows.push(...rows);
        all.notices.push(...notices);
        all.wasRetried ||= wasRetried;
      }
      return all;
    },
    each: (items, commandFor) => eachRead(items, commandFor, { endpoint, pages, seams }),
    eventually: (look, patience) => eventually(pace, look, patience),
    stats: pace.stats,
  };
}

/** The pages of one list so far: no page and no object may come twice. */
class Places {
  readonly #command: Command;
  readonly #links = new Set<string>();
  readonly #contents = new Set<string>();
  readonly #guids = new Set<string>();

  constructor(command: Command) {
    this.#command = command;
  }

  /**
   * The rows that are new. An object can be listed twice, when it moves from one page to the next in the meantime; an
   * entry without a Guid is no object. Throws an `unexpected` fault for a page that came before under another link.
   */
  add(link: string, rows: readonly Row[]): Row[] {
    const content = createHash("sha1").update(JSON.stringify(rows)).digest("base64");
    if (rows.length > 0 && this.#contents.has(content)) throw this.#twice();
    this.#links.add(link);
    this.#contents.add(content);
    return rows.filter((row) => {
      const guid = textOf(row["Guid"]).toLowerCase();
      const isNew = !this.#guids.has(guid);
      if (guid !== "") this.#guids.add(guid);
      return isNew;
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
      message: `Exchange Online gave the same page of ${this.#command.cmdlet} twice; the list would never be whole.`,
    });
  }
}

/**
 * While there is a next page, "more results available" is not news. Behind the last page of a list that was asked for
 * as a whole it means that the list is not whole, and throws an `unexpected` fault: what is missing in a list passes
 * for gone.
 */
function replyOf({ cmdlet, parameters }: Command, page: Page): ReplyPage {
  const { rows, nextLink } = page;
  const isLast = nextLink === undefined;
  const notices = page.notices.filter(({ kind }) => kind !== "moreResults" || isLast);
  if (isWholeList({ cmdlet, parameters }) && notices.some(({ kind }) => kind === "moreResults"))
    throw new Fault({
      kind: "unexpected",
      message: `Exchange Online says of ${cmdlet} that there is more than it gave.`,
    });
  return { rows, isLast, notices, wasRetried: false };
}

/**
 * The fault of a command of which an earlier try may have been carried out. A last try that was turned away, because of
 * its token or of throttling, says nothing about that.
 */
function afterUnknown(before: Fault, last: Fault, { cmdlet }: Command): Fault {
  if (last.kind !== "throttled" && last.kind !== "denied") return last;
  return new Fault({
    kind: before.kind,
    message: `${before.message} ${last.message} It is not known whether ${cmdlet} was carried out.`,
    cause: last,
    requestId: before.requestId,
  });
}

function notAgain(fault: Fault, { cmdlet }: Command): Fault {
  return new Fault({
    kind: fault.kind,
    message: `${fault.message} It is not known whether ${cmdlet} was carried out, so it was not sent again.`,
    cause: fault,
    requestId: fault.requestId,
  });
}
