import type { KeptAnswers } from "../../net/keptAnswers.ts";
import type { Try } from "../../net/retry.ts";
import type { HttpReply } from "../../net/transport.ts";
import { isWholeList, reads, type Command } from "./command.ts";
import { readReply, type Page } from "./replies.ts";

/** One page, as it is requested. */
export interface AskedPage {
  command: Command;
  /** Path and query: the command's own, or those of a next page. */
  where: string;
  body: string;
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
      const { command, continued } = asked;
      const reply = { status: 200, headers: {}, text: known.text };
      const read = readReply(reply, { command, continued, now: clock() });
      return "value" in read ? { ...read.value, id: known.id } : undefined;
    },
    keep(asked, { status, text }, read) {
      // The service words some findings as errors: only what is an answer by its status reads the same again.
      if (!answers || !("value" in read) || status !== 200 || !isKept(asked)) return read;
      const isList = asked.continued || isListed(asked.command, read.value);
      const id = answers.keep({ request: requestOf(asked), text, isList }, asked.after);
      return { value: { ...read.value, id } };
    },
  };
}

/** Changes are never kept, and a page without its predecessor belongs to no list. */
function isKept({ command, continued, after }: AskedPage): boolean {
  return reads(command) && continued === (after !== undefined);
}

/** Whether an answer is a page of a list of the tenant, or of a long one about a single object. */
function isListed(command: Command, { nextLink }: Page): boolean {
  const isOfTenant = isWholeList(command) && command.parameters["Identity"] === undefined;
  return isOfTenant || nextLink !== undefined;
}

function requestOf({ where, body }: AskedPage): string {
  return `${where}\n${body}`;
}
