/** How long many reads take in tenants that allow more or fewer requests at once. No time passes: a clock moves on. */
import { expect, it } from "vitest";
import { clouds } from "../../../lib/auth/clouds.ts";
import { collectPages } from "../../../lib/exchange/client/batch.ts";
import { exchangeOnline } from "../../../lib/exchange/client/exchange.ts";
import type { Pace } from "../../../lib/net/retry.ts";
import type { Transport } from "../../../lib/net/transport.ts";
import { settled, subRequestsOf } from "../answering.ts";
import { reply, tenantId, tokensOf } from "../scripted.ts";

const model = { requestMs: 80, cmdletMs: 20, mailboxes: 1_000 };

/** A clock that moves on to the next end of a wait whenever nothing else is left to do. */
function timeline() {
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

/** Reads the access list of every mailbox. */
async function reading(allowed: number, refusalMs: number) {
  const time = timeline();
  const seen = { inProgress: 0, refusals: 0 };
  const transport: Transport = async (request) => {
    if (seen.inProgress >= allowed) {
      seen.refusals++;
      await time.wait(refusalMs);
      return reply(400, "You have reached the maximum number of concurrent requests per tenant.");
    }
    seen.inProgress++;
    const asked = subRequestsOf(request);
    await time.wait(model.requestMs + model.cmdletMs * asked.length);
    seen.inProgress--;
    const responses = asked.map(({ id, body }) => ({
      id,
      status: 200,
      body: { value: [{ User: body.CmdletInput.Parameters["Identity"] }] },
    }));
    return reply(200, { responses });
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
  const names = Array.from({ length: model.mailboxes }, (_, index) => `m${index}`);
  const found: unknown[] = [];
  const work = (async () => {
    for await (const { item, rows } of collectPages(
      exchange.each(names, (Identity) => ({
        cmdlet: "Get-MailboxPermission",
        parameters: { Identity },
      })),
    ))
      found.push(...rows.map(({ User }) => (User === item ? item : "another one's")));
  })();
  await time.until(work);
  expect(found.sort()).toEqual(names.sort());
  const workMs = (model.mailboxes / 10) * (model.requestMs + 10 * model.cmdletMs);
  return { ratio: time.now() / (workMs / allowed), ...seen };
}

it.each([
  [1, 0],
  [3, 0],
  [5, 0],
  [10, 0],
  [3, 40],
  [5, 40],
  [10, 40],
])(
  "1,000 reads take at most 1.2 times the ideal when %i requests are allowed and a refusal takes %i ms",
  async (allowed, refusalMs) => {
    const { ratio, refusals } = await reading(allowed, refusalMs);
    expect(ratio).toBeLessThanOrEqual(1.2);
    expect(refusals).toBeLessThanOrEqual(10);
  },
);
