/** How long reading takes in tenants that take a number of cmdlets in a second. No time passes. */
import { describe, expect, it } from "vitest";
import type { Fault } from "../../../lib/fault.ts";
import { all } from "../answering.ts";
import { pacedTenant, type PacedTenant } from "../pacedTenant.ts";
import { faultOf } from "../scripted.ts";

/** As the old policy of remote PowerShell: 200 in five seconds. */
const usual: PacedTenant = { perSecond: 40, counts: 5_000, hasRetryAfter: true, refuses: "items" };
const counts = [560, 580, 600, 620, 640];
const answer = (): Record<string, unknown> => ({ value: [{ User: "anna@contoso.com" }] });
const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `m${index}`);

/** Reads so many mailboxes. Returns the time in multiples of what the tenant takes for them at its pace. */
async function reading(tenant: PacedTenant, count: number, maxPerSecond?: number) {
  const { time, seen, client } = pacedTenant(tenant, answer, maxPerSecond);
  const read = all(
    client().each(names(count), (Identity) => ({
      cmdlet: "Get-MailboxPermission",
      parameters: { Identity },
    })),
  );
  await time.until(read);
  const whole = (await read).filter((piece) => "page" in piece && piece.page.rows.length === 1);
  expect(new Set(whole.map(({ item }) => item)).size).toBe(count);
  expect([whole.length, seen.taken]).toEqual([count, count]);
  return { ratio: time.now() / ((count / tenant.perSecond) * 1_000), ...seen };
}

describe("an import in a tenant that takes 40 cmdlets in a second", () => {
  it.each<[string, Partial<PacedTenant>]>([
    ["200 in five seconds", {}],
    ["200 in five seconds, without a time to wait", { hasRetryAfter: false }],
    ["200 in five seconds, and refuses whole batches", { refuses: "batches" }],
    ["40 in one", { counts: 1_000 }],
    ["a bucket that fills", { counts: "bucket", hasRetryAfter: false }],
  ])("takes at most 1.2 times the ideal, and reads all: %s", async (_name, changes) => {
    const tenant = { ...usual, ...changes };
    // Which request meets the end of a window depends on the number: one import alone says little.
    let sum = 0;
    for (const count of counts) {
      const { ratio, refusedRequests } = await reading(tenant, count);
      expect(refusedRequests).toBeLessThanOrEqual(25);
      sum += ratio;
    }
    expect(sum / counts.length).toBeLessThanOrEqual(1.2);
  });

  it("is refused nothing when the setting says so", async () => {
    const { ratio, refused } = await reading(usual, 600, 40);
    expect(refused).toBe(0);
    expect(ratio).toBeLessThanOrEqual(1.1);
  });

  it("sends fewer than the setting when that is too many", async () => {
    const { ratio, refusedRequests } = await reading(usual, 600, 400);
    expect(ratio).toBeLessThanOrEqual(1.2);
    expect(refusedRequests).toBeLessThanOrEqual(25);
  });

  it("waits for nothing in a tenant that takes them all", async () => {
    const { ratio, refused } = await reading({ ...usual, perSecond: 10_000 }, 600);
    expect([refused, ratio < 40]).toEqual([0, true]);
  });
});

describe("the events of one service", () => {
  const one = { cmdlet: "Get-Mailbox", parameters: { Identity: "anna" } };

  it("share what an import has learned, and do not wait for its reads", async () => {
    const { time, seen, client } = pacedTenant(usual, answer);
    const importing = all(
      client().each(names(1_000), (Identity) => ({
        cmdlet: "Get-MailboxPermission",
        parameters: { Identity },
      })),
    );
    let slowest = 0;
    const events = (async () => {
      while (seen.taken < 400) await time.wait(100);
      seen.refused = 0;
      for (let event = 0; event < 10; event++) {
        const begin = time.now();
        await client().invoke(one);
        slowest = Math.max(slowest, time.now() - begin);
      }
    })();
    await time.until(Promise.all([importing, events]));
    // 100 ms is the answer; one batch of the import goes before.
    expect(slowest).toBeLessThanOrEqual(100 + 300);
    expect(seen.refused).toBeLessThanOrEqual(20);
  });

  it("are throttled at once when the tenant takes nothing before their end", async () => {
    const { time, client } = pacedTenant({ ...usual, counts: 60_000, perSecond: 1 }, answer);
    const importing = all(
      client().each(names(100), (Identity) => ({
        cmdlet: "Get-MailboxPermission",
        parameters: { Identity },
      })),
    );
    let fault: Fault | undefined;
    let end = 0;
    const event = (async () => {
      await time.wait(5_000);
      fault = await faultOf(client(30_000).invoke(one));
      end = time.now();
    })();
    await time.until(Promise.all([importing, event]));
    expect(end).toBe(5_000);
    expect(fault).toMatchObject({ kind: "throttled", retryable: true });
    expect(fault?.message).toMatch(/^Exchange Online takes no more cmdlets .* for 5\d s, which/);
  });

  it("are refused no more after one of them was", async () => {
    const { time, seen, client } = pacedTenant(usual, answer);
    const read = (count: number) =>
      all(
        client().each(names(count), (Identity) => ({
          cmdlet: "Get-MailboxPermission",
          parameters: { Identity },
        })),
      );
    await time.until(read(400));
    expect(seen.refused).toBeGreaterThan(0);
    seen.refused = 0;
    await time.until(read(400));
    expect(seen.refused).toBeLessThanOrEqual(2);
  });
});

it("an event of a few cmdlets waits for nothing, whatever the setting", async () => {
  for (const maxPerSecond of [undefined, 40, 10]) {
    const { time, client } = pacedTenant(usual, answer, maxPerSecond);
    const exchange = client();
    await time.until(
      (async () => {
        for (let index = 0; index < 5; index++)
          await exchange.invoke({ cmdlet: "Get-Mailbox", parameters: { Identity: `m${index}` } });
      })(),
    );
    expect([time.now(), exchange.stats.waitedMs]).toEqual([500, 0]);
  }
});
