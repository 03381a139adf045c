import type { KeptAnswers } from "../../net/keptAnswers.ts";
import { keptPagesOf, type KeptPages as Kept, type PageRequest } from "../../net/keptPages.ts";
import { isWholeList, reads, type Command } from "./command.ts";
import { readReply, type Page } from "./replies.ts";

/** One page, as it is requested. */
export interface AskedPage extends PageRequest {
  command: Command;
  /** Path and query: the command's own, or those of a next page. */
  where: string;
  body: string;
}

export type KeptPages = Kept<AskedPage, Page>;

export function keptPages(answers: KeptAnswers | undefined, clock: () => number): KeptPages {
  return keptPagesOf<AskedPage, Page>(answers, {
    // Changes are never kept.
    requestOf: ({ command, where, body }) => (reads(command) ? `${where}\n${body}` : undefined),
    read: ({ command, continued }, reply) => readReply(reply, { command, continued, now: clock() }),
    isListed,
  });
}

/** Whether an answer is a page of a list of the tenant, or of a long one about a single object. */
function isListed({ command }: AskedPage, { nextLink }: Page): boolean {
  const isOfTenant = isWholeList(command) && command.parameters["Identity"] === undefined;
  return isOfTenant || nextLink !== undefined;
}
