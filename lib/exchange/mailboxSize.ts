import { Fault } from "../fault.ts";
import { textOf } from "./client/encoding.ts";
import { exactlyOne } from "./client/lookUp.ts";
import { readingOf, type Mailbox } from "./mailbox.ts";
import { nameOf } from "./naming.ts";
import type { Cmdlets, ExchangeQuery } from "./target.ts";
import { bytesIn } from "./units.ts";

/** The cmdlets of `sizeOf`. */
export const sizeLookup: Cmdlets = { "Get-MailboxStatistics": ["Identity"] };

/** The bytes of all items in a mailbox, without its archive. */
export function sizeOf(mailbox: Mailbox): ExchangeQuery<number> {
  const command = {
    cmdlet: "Get-MailboxStatistics",
    parameters: { Identity: mailbox.Guid },
    select: ["TotalItemSize"],
  };
  return readingOf(mailbox, async ({ exchange }) => {
    const row = await exactlyOne(exchange, command, {
      what: `the statistics of mailbox ${mailbox.Guid}`,
    });
    const bytes = bytesIn(textOf(row["TotalItemSize"]));
    if (bytes === undefined)
      throw new Fault({
        kind: "unexpected",
        message: `Exchange Online did not return the size of mailbox ${nameOf(mailbox)}.`,
      });
    return bytes;
  });
}
