import type { KeptAnswers } from "./keptAnswers.ts";
import type { Try } from "./retry.ts";
import type { HttpReply } from "./transport.ts";

/** One page, as it is requested. */
export interface PageRequest {
  /** A page before it said that there is more. */
  continued: boolean;
  /** The ID under which that page is kept. */
  after?: number | undefined;
}

/** The pages that an earlier run of the same import has read, and those of this run for the next. */
export interface KeptPages<Asked, Page> {
  /** Undefined: the page has to be requested. */
  take(asked: Asked): Promise<Page | undefined>;
  /** Keeps the page in a reply, if it is one, and returns it with its ID. */
  keep(asked: Asked, reply: HttpReply, read: Try<Page>): Try<Page>;
}

/** What a client knows of its pages. */
export interface PageReading<Asked, Page> {
  /** Everything that decides the answer; undefined for what is never kept. */
  requestOf(asked: Asked): string | undefined;
  /** Reads a reply as the client does when it has just arrived. */
  read(asked: Asked, reply: HttpReply): Try<Page>;
  /** Whether a first page is one of a list, of use for a few minutes only. */
  isListed(asked: Asked, page: Page): boolean;
}

export function keptPagesOf<Asked extends PageRequest, Page extends { id?: number | undefined }>(
  answers: KeptAnswers | undefined,
  { requestOf, read: readAgain, isListed }: PageReading<Asked, Page>,
): KeptPages<Asked, Page> {
  /** A page without its predecessor belongs to no list. */
  const keyOf = (asked: Asked): string | undefined =>
    asked.continued === (asked.after !== undefined) ? requestOf(asked) : undefined;
  return {
    async take(asked) {
      const request = keyOf(asked);
      if (!answers || request === undefined) return undefined;
      const known = await answers.take(request, asked.after);
      if (!known) return undefined;
      const page = readAgain(asked, { status: 200, headers: {}, text: known.text });
      return "value" in page ? { ...page.value, id: known.id } : undefined;
    },
    keep(asked, reply, read) {
      // Services word some findings as errors: only what is an answer by its status reads the same again.
      if (!answers || !("value" in read) || reply.status !== 200) return read;
      const request = keyOf(asked);
      if (request === undefined) return read;
      const isList = asked.continued || isListed(asked, read.value);
      const id = answers.keep({ request, text: reply.text, isList }, asked.after);
      return { value: { ...read.value, id } };
    },
  };
}
