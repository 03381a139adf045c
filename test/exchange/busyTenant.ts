/** A tenant that allows few requests at once, on a clock that only moves on with its answers. */
import { clouds } from "../../lib/auth/clouds.ts";
import { exchangeOnline, type Exchange } from "../../lib/exchange/client/exchange.ts";
import type { Pace } from "../../lib/net/retry.ts";
import type { HttpRequest, Transport } from "../../lib/net/transport.ts";
import { calledIn, isBatch, settled, subRequestsOf } from "./answering.ts";
import { reply, tenantId, tokensOf } from "./scripted.ts";

/** The time of a request, and of each cmdlet in it. */
export const usualPace = { requestMs: 80, cmdletMs: 20 };

/** A clock that moves on to the next end of a wait whenever nothing else is left to do. */
export function timeline() {
  let now = 0;
  const waits: { until: number; end(): void }[] = [];
  return {
    now: () => now,
    wait: (ms: number) => new Promise<void>((end) => waits.push({ until: now + ms, end })),
    async until(work: Promise<unknown>): Promise<void> {
      const state = { isOver: false };
      void work.finally(() => (state.isOver = true));
      for (;;) {
        for (let turn = 0; turn < 3; turn++) await settled();
        if (state.isOver) return;
        const next = waits.sort((one, other) => one.until - other.until).shift();
        if (!next) throw new Error("Nothing is left to wait for, and the work is not done.");
        now = next.until;
        next.end();
      }
    },
  };
}

export interface Asked {
  cmdlet: string;
  parameters: Readonly<Record<string, unknown>>;
  url: string;
}

/**
 * What reading from such a tenant takes, in multiples of the least time in which it can answer the same requests, and
 * what was refused. `answer` is the body of each cmdlet's answer.
 */
export async function paceOf(
  { allowed, refusalMs }: { allowed: number; refusalMs: number },
  answer: (asked: Asked) => Record<string, unknown>,
  read: (exchange: Exchange) => Promise<unknown>,
): Promise<{ ratio: number; refusals: number }> {
  const time = timeline();
  const seen = { inProgress: 0, refusals: 0, workMs: 0 };
  const transport: Transport = async (request) => {
    if (seen.inProgress >= allowed) {
      seen.refusals++;
      await time.wait(refusalMs);
      return reply(400, "You have reached the maximum number of concurrent requests per tenant.");
    }
    seen.inProgress++;
    const asked = askedIn(request);
    const ms = usualPace.requestMs + usualPace.cmdletMs * asked.length;
    seen.workMs += ms;
    await time.wait(ms);
    seen.inProgress--;
    const bodies = asked.map(({ id, ...own }) => ({ id, status: 200, body: answer(own) }));
    return reply(200, isBatch(request) ? { responses: bodies } : bodies[0]?.body);
  };
  const pace: Pace = {
    signal: new AbortController().signal,
    remaining: () => 3_600_000 - time.now(),
    sleep: time.wait,
    random: () => 0.5,
    stats: { requests: 0, retries: 0, waitedMs: 0 },
  };
  const { token } = tokensOf();
  const exchange = exchangeOnline(
    { tenantId, cloud: clouds.worldwide, exchangeUrl: undefined },
    { token, pace, clock: time.now, newId: () => "id", transport },
  );
  await time.until(read(exchange));
  return { ratio: time.now() / (seen.workMs / allowed), refusals: seen.refusals };
}

export function askedIn(request: HttpRequest): (Asked & { id: string })[] {
  if (isBatch(request))
    return subRequestsOf(request).map(({ id, url, body: { CmdletInput: own } }) => ({
      id,
      url,
      cmdlet: own.CmdletName,
      parameters: own.Parameters,
    }));
  const own = calledIn(request);
  return [{ id: "", url: request.url, cmdlet: own.CmdletName, parameters: own.Parameters }];
}
