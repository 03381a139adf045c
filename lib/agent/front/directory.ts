/** Active Directory through the agents of a site: each call is a job. */
import type { Entry } from "../../activeDirectory/client/attributes.ts";
import type { Directory, DirectorySearch, Look } from "../../activeDirectory/client/directory.ts";
import { wholeList } from "../../activeDirectory/client/pages.ts";
import type { AgentPlace } from "../../activeDirectory/client/settings.ts";
import { Fault } from "../../fault.ts";
import { retrying, type Pace } from "../../net/retry.ts";
import { entriesIn, withoutBytes } from "../directoryJson.ts";
import { partedBySecrecy } from "../job.ts";
import { LostJob, type Asked, type JobBoard } from "./jobBoard.ts";

/** A lost read goes to another agent; a connection that failed twice seldom succeeds. */
const maxRetries = 2;

/**
 * The directory of a site for one event. A read whose agent is lost is asked for again. A change is asked for once;
 * without a result its fault is `unavailable`, and its outcome unknown.
 */
export function agentDirectory(
  board: JobBoard,
  { connectionId, baseDn }: AgentPlace,
  pace: Pick<Pace, "signal" | "remaining" | "sleep" | "random" | "stats">,
): Directory {
  let last: string | undefined;

  async function* ask(
    asked: Pick<Asked, "kind" | "what" | "content"> & Partial<Pick<Asked, "secret">>,
  ): AsyncGenerator<readonly unknown[], void, undefined> {
    pace.stats.requests++;
    const preferred = last;
    last = undefined;
    const parts = board.ask({
      secret: {},
      ...asked,
      connectionId,
      ...(baseDn !== undefined && { baseDn }),
      preferred,
      remaining: pace.remaining,
      signal: pace.signal,
    });
    for await (const { agentId, entries } of parts) {
      last = agentId;
      yield entries;
    }
  }

  async function* entriesOf(
    what: string,
    kind: "get" | "pages",
    request: Look | DirectorySearch,
  ): AsyncGenerator<Entry[], void, undefined> {
    const content = withoutBytes(request) as Record<string, unknown>;
    for await (const found of ask({ kind, what, content })) {
      const entries = entriesIn(found, request.attributes);
      if (entries) yield entries;
      else
        throw new Fault({
          kind: "unexpected",
          message: `${what} was answered by the agent with something else than objects with the requested attributes.`,
        });
    }
  }

  /** Asks again when an agent was lost, and once more when one could not reach its controllers. */
  const read = <T>(work: () => Promise<T>): Promise<T> =>
    retrying(pace, async () => {
      try {
        return { value: await work() };
      } catch (thrown) {
        return { fault: Fault.of(thrown), maxRetries: thrown instanceof LostJob ? maxRetries : 1 };
      }
    });

  const whatOf = ({ attributes }: DirectorySearch): string =>
    `The search for ${attributes.slice(0, 3).join(", ")}${attributes.length > 3 ? " and others" : ""}`;

  return {
    // Only the agent knows it, and refuses what would disable or delete it.
    account: "",
    async get(look) {
      const [entry] = await read(() =>
        wholeList(entriesOf(`The search for ${look.id}`, "get", look)),
      );
      return entry;
    },
    async *pages(search) {
      // What follows the first part is part of the same list: a loss there is a fault.
      const opened = await read(async () => {
        const rest = entriesOf(whatOf(search), "pages", search);
        return { rest, first: await rest.next() };
      });
      const { rest } = opened;
      try {
        for (let page = opened.first; !page.done; page = await rest.next()) yield page.value;
      } finally {
        await rest.return();
      }
    },
    list: (search) => read(() => wholeList(entriesOf(whatOf(search), "pages", search))),
    async invoke(operation, parameters) {
      const { plain, secret } = partedBySecrecy(parameters);
      const content = { operation, parameters: withoutBytes(plain) };
      const what = `The change in Active Directory (${operation})`;
      for await (const _ of ask({ kind: "invoke", what, content, secret })) {
        // Only that it came counts.
      }
    },
    close: () => undefined,
  };
}
