import type { KeptAnswers } from "../../net/keptAnswers.ts";
import type { Try } from "../../net/retry.ts";
import type { HttpReply } from "../../net/transport.ts";
import { isList } from "./operations.ts";
import { headersOf } from "./odata.ts";
import { aboutRead, type Read } from "./reads.ts";
import { readPage, type Page } from "./replies.ts";

/** One page, as it is requested. */
export interface AskedPage {
  read: Read;
  /** The address of the read, or the link to a next page. */
  url: string;
  /** A page before it said that there is more. */
  continued: boolean;
  /** The ID under which that page is kept. */
  after?: number | undefined;
}

/** The pages that an earlier run of the same import has read, and those of this run for the next. */
export interface KeptPages {
  /** Undefined: the page has to be requested. */
  take(asked: AskedPage): Promise<Page | undefined>;
  /** Keeps the page in a reply, if it is one, and returns it with its ID. */
  keep(asked: AskedPage, reply: HttpReply, read: Try<Page>): Try<Page>;
}

export function keptPages(answers: KeptAnswers | undefined, clock: () => number): KeptPages {
  return {
    async take(asked) {
      const known = isKept(asked) ? await answers?.take(requestOf(asked), asked.after) : undefined;
      if (!known) return undefined;
      const { operation } = asked.read;
      const reply = { status: 200, headers: {}, text: known.text };
      const how = { isList: isList(operation), now: clock() };
      const page = readPage(reply, aboutRead(asked.read), how);
      return "value" in page ? { ...page.value, id: known.id } : undefined;
    },
    keep(asked, { status, text }, read) {
      if (!answers || !("value" in read) || status !== 200 || !isKept(asked)) return read;
      const ofList = asked.continued || isListed(asked.read, read.value);
      const id = answers.keep({ request: requestOf(asked), text, isList: ofList }, asked.after);
      return { value: { ...read.value, id } };
    },
  };
}

/** A page without its predecessor belongs to no list. */
function isKept({ continued, after }: AskedPage): boolean {
  return continued === (after !== undefined);
}

/** Whether an answer is a page of a list of the tenant, or of a long one about a single object. */
function isListed({ operation, ids }: Read, { nextLink }: Page): boolean {
  return nextLink !== undefined || (isList(operation) && ids === undefined);
}

function requestOf({ read, url }: AskedPage): string {
  return `${url}\n${JSON.stringify(headersOf(read.query))}`;
}
