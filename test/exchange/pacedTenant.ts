/** A tenant that takes a number of cmdlets in a second, on a clock that only moves on with its answers. */
import { clouds } from "../../lib/auth/clouds.ts";
import { exchangeOnline, type Exchange } from "../../lib/exchange/client/exchange.ts";
import "../../lib/net/pacer.ts";
import { requestSlots } from "../../lib/net/requestSlots.ts";
import type { Pace } from "../../lib/net/retry.ts";
import type { HttpReply, Transport } from "../../lib/net/transport.ts";
import { isBatch } from "./answering.ts";
import { askedIn, timeline, usualPace, type Asked } from "./busyTenant.ts";
import { reply, tenantId, tokensOf } from "./scripted.ts";

export interface PacedTenant {
  perSecond: number;
  /**
   * How it counts: those of a period of so many milliseconds that begins with the first cmdlet after the last one; or
   * as a bucket of one second's cmdlets that fills at that pace.
   */
  counts: number | "bucket";
  /** Whether a refusal has a time to wait. */
  hasRetryAfter: boolean;
  /** Whether each item of a batch is refused, or the whole of it. */
  refuses: "items" | "batches";
}

/** Takes operations or refuses them. */
function allowanceOf({ perSecond, counts }: PacedTenant) {
  const periodMs = counts === "bucket" ? 1_000 : counts;
  const most = (perSecond * periodMs) / 1_000;
  let left = most;
  let from = -Infinity;
  return {
    /** 0, or the milliseconds until it takes one again. */
    take(now: number, count: number): number {
      if (counts === "bucket") left = Math.min(most, left + ((now - from) * perSecond) / 1_000);
      else if (now >= from + periodMs) left = most;
      if (counts === "bucket" || now >= from + periodMs) from = now;
      if (left >= count) {
        left -= count;
        return 0;
      }
      return counts === "bucket" ? ((count - left) * 1_000) / perSecond : from + periodMs - now;
    },
  };
}

/** The other side of the client, and what it has seen. `answer` is the body of each cmdlet's answer. */
export function pacedTenant(
  tenant: PacedTenant,
  answer: (asked: Asked) => Record<string, unknown>,
  maxPerSecond?: number,
) {
  const time = timeline();
  const allowance = allowanceOf(tenant);
  const seen = { taken: 0, refused: 0, refusedRequests: 0, requests: 0 };
  const refused = (ms: number): HttpReply => {
    seen.refused++;
    const headers = tenant.hasRetryAfter ? { "retry-after": (ms / 1_000).toFixed(2) } : {};
    return reply(429, "Too many requests", headers);
  };
  const transport: Transport = async (request) => {
    seen.requests++;
    const asked = askedIn(request);
    await time.wait(usualPace.requestMs / 2);
    const answers: { id: string; own: HttpReply }[] = [];
    const isWhole = tenant.refuses === "batches";
    const wholeMs = isWhole ? allowance.take(time.now(), asked.length) : 0;
    if (wholeMs > 0) {
      seen.refusedRequests++;
      return refused(wholeMs);
    }
    for (const { id, ...one } of asked) {
      const ms = isWhole ? 0 : allowance.take(time.now(), 1);
      if (ms === 0) {
        seen.taken++;
        await time.wait(usualPace.cmdletMs);
      }
      answers.push({ id, own: ms > 0 ? refused(ms) : reply(200, answer(one)) });
    }
    if (answers.some(({ own }) => own.status === 429)) seen.refusedRequests++;
    await time.wait(usualPace.requestMs / 2);
    if (!isBatch(request)) return answers[0]?.own ?? reply(400);
    return reply(200, {
      responses: answers.map(({ id, own: { status, headers, text } }) => ({
        id,
        status,
        headers,
        body: status === 200 ? (JSON.parse(text) as unknown) : text,
      })),
    });
  };
  const slots = requestSlots(10, { clock: time.now, maxPerSecond });
  /** A client of one event, which may take so long from now on. */
  function client(allowedMs = 3_600_000): Exchange {
    const end = time.now() + allowedMs;
    const pace: Pace = {
      signal: new AbortController().signal,
      remaining: () => end - time.now(),
      sleep: time.wait,
      random: () => 0.5,
      stats: { requests: 0, retries: 0, waitedMs: 0 },
    };
    return exchangeOnline(
      { tenantId, cloud: clouds.worldwide, exchangeUrl: undefined },
      {
        token: tokensOf().token,
        pace,
        clock: time.now,
        newId: () => "id",
        transport,
        slots: slots.forEvent(),
      },
    );
  }
  return { time, seen, client };
}
