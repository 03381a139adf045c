/** How long many reads take in tenants that allow more or fewer requests at once. No time passes: a clock moves on. */
import { expect, it } from "vitest";
import { collectPages } from "../../../lib/exchange/client/batch.ts";
import { paceOf } from "../busyTenant.ts";

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
    const names = Array.from({ length: 1_000 }, (_, index) => `m${index}`);
    const found: unknown[] = [];
    const { ratio, refusals } = await paceOf(
      { allowed, refusalMs },
      ({ parameters: { Identity } }) => ({ value: [{ User: Identity }] }),
      async (exchange) => {
        for await (const { item, rows } of collectPages(
          exchange.each(names, (Identity) => ({
            cmdlet: "Get-MailboxPermission",
            parameters: { Identity },
          })),
        ))
          found.push(...rows.map(({ User }) => (User === item ? item : "another one's")));
      },
    );
    expect(found.sort()).toEqual(names.sort());
    expect(ratio).toBeLessThanOrEqual(1.2);
    expect(refusals).toBeLessThanOrEqual(10);
  },
);
