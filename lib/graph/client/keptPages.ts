import type { KeptAnswers } from "../../net/keptAnswers.ts";
import { keptPagesOf, type KeptPages as Kept, type PageRequest } from "../../net/keptPages.ts";
import { headersOf } from "./odata.ts";
import { isList } from "./operations.ts";
import { aboutRead, type Read } from "./reads.ts";
import { readPage, type Page } from "./replies.ts";

/** One page, as it is requested. */
export interface AskedPage extends PageRequest {
  read: Read;
  /** The address of the read, or the link to a next page. */
  url: string;
}

export type KeptPages = Kept<AskedPage, Page>;

export function keptPages(answers: KeptAnswers | undefined, clock: () => number): KeptPages {
  return keptPagesOf<AskedPage, Page>(answers, {
    requestOf: ({ read, url }) => `${url}\n${JSON.stringify(headersOf(read.query))}`,
    read: ({ read }, reply) =>
      readPage(reply, aboutRead(read), { isList: isList(read.operation), now: clock() }),
    isListed,
  });
}

/** Whether an answer is a page of a list of the tenant, or of a long one about a single object. */
function isListed({ read: { operation, ids } }: AskedPage, { nextLink }: Page): boolean {
  return nextLink !== undefined || (isList(operation) && ids === undefined);
}
