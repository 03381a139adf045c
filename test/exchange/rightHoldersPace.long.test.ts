/** How long an import of rights takes in tenants that allow more or fewer requests at once. No time passes. */
import { expect, it } from "vitest";
import { holdersOf } from "../../lib/exchange/rightHolders.ts";
import { all, guidOf } from "./answering.ts";
import { paceOf } from "./busyTenant.ts";
import { everything, fullAccess, person, sendAs, shared, user } from "./holderLists.ts";
import { endpoint } from "./scripted.ts";

const pageSize = 1_000;
const people = Array.from({ length: 2_000 }, (_, index) =>
  person(index + 10_000, `p${index}`, { ExternalDirectoryObjectId: guidOf(index + 50_000) }),
);
const mailboxes = Array.from({ length: 1_000 }, (_, index) =>
  shared(index + 1, {
    Name: `shared-${index + 1}`,
    WindowsLiveID: `shared${index + 1}@contoso.com`,
    ExternalDirectoryObjectId: guidOf(index + 100_000),
    GrantSendOnBehalfTo: [`p${index}-name`],
  }),
);
const lists: Readonly<Record<string, Record<string, unknown>[]>> = {
  "Get-Mailbox": mailboxes,
  "Get-Recipient": [...people, ...mailboxes],
  "Get-RecipientPermission": [...people, ...mailboxes].flatMap(({ Name }, index) => [
    sendAs(String(Name), "NT AUTHORITY\\SELF"),
    sendAs(String(Name), `p${index % 2_000}@contoso.com`),
  ]),
  "Get-User": people.map(({ Guid, Name }) =>
    user({ Guid, Name, DistinguishedName: `CN=${String(Name)}` }),
  ),
};

function page(cmdlet: string, url: string): Record<string, unknown> {
  const from = Number(/from=(\d+)/.exec(url)?.[1] ?? 0);
  const rows = lists[cmdlet] ?? [];
  const next = from + pageSize;
  return {
    value: rows.slice(from, next),
    ...(next < rows.length ? { "@odata.nextLink": `${endpoint}?from=${next}` } : {}),
  };
}

it.each([
  [3, 0],
  [5, 0],
  [10, 0],
  [3, 40],
  [5, 40],
])(
  "rights on 1,000 mailboxes take at most 1.15 times the ideal: %i requests are allowed, a refusal takes %i ms",
  async (allowed, refusalMs) => {
    const { ratio } = await paceOf(
      { allowed, refusalMs },
      ({ cmdlet, url }) =>
        cmdlet === "Get-MailboxPermission"
          ? { value: [fullAccess("p1@contoso.com")] }
          : page(cmdlet, url),
      async (exchange) => {
        const found = await all(
          holdersOf({
            types: ["SharedMailbox"],
            accountTypes: ["UserMailbox"],
            wanted: everything,
            onUnresolved: (_mailbox, trustee) => {
              throw new Error(`${trustee} is not resolved.`);
            },
          })({ exchange }),
        );
        expect(found.filter((one) => !("fault" in one))).toHaveLength(1_000);
      },
    );
    expect(ratio).toBeLessThanOrEqual(1.15);
  },
);
