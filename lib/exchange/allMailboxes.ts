import { Fault } from "../fault.ts";
import type { Row } from "./client/encoding.ts";
import type { Exchange } from "./client/exchange.ts";
import { calendarIn, calendarLookup, readingFolders, type Calendar } from "./calendar.ts";
import { calendarRightList, entriesIn, readingEntries } from "./calendarEntries.ts";
import { type CalendarRight } from "./calendarRight.ts";
import { collectPages } from "./client/batch.ts";
import { confirmed, mailboxLookup, type Mailbox } from "./mailbox.ts";
import { mailboxesOf, mailboxList } from "./mailboxList.ts";
import { readingRegion, regionLookup, wholeRegion } from "./region.ts";
import { mergedCmdlets, type Cmdlets, type ExchangeStream } from "./target.ts";

/** What was read of one mailbox, or why it could not be read. */
export type Found<T> = { mailbox: Mailbox; found: T } | { mailbox: Mailbox; fault: Fault };

/** The cmdlets of `calendarsOf`. */
export const calendarsOfAll: Cmdlets = mergedCmdlets(
  mailboxList,
  mailboxLookup,
  calendarLookup,
  calendarRightList,
);

/** The entries of the calendar of every mailbox of these types, in any order. */
export function calendarsOf(types: readonly string[]): ExchangeStream<Found<CalendarRight[]>> {
  const mailboxes = mailboxesOf(types, []);
  return ({ exchange }) => calendarsOn(mailboxes({ exchange }))({ exchange });
}

/** The entries of the calendar of each of these mailboxes, in any order. */
export function calendarsOn(
  mailboxes: AsyncIterable<Mailbox> | Iterable<Mailbox>,
): ExchangeStream<Found<CalendarRight[]>> {
  return async function* ({ exchange }) {
    const early: Found<CalendarRight[]>[] = [];
    async function* calendars(): AsyncGenerator<Calendar, void, undefined> {
      for await (const { item: mailbox, rows, fault } of collectPages(
        exchange.each(mailboxes, readingFolders),
      )) {
        try {
          if (fault) throw fault;
          yield calendarIn(mailbox, rows);
        } catch (thrown) {
          const why = Fault.of(thrown);
          // No one has a right on a calendar that a mailbox does not have yet. A list without folders proves nothing.
          early.push(
            rows.length > 0 && why.kind === "notReady"
              ? { mailbox, found: [] }
              : { mailbox, fault: await confirmed(mailbox, why)({ exchange }) },
          );
        }
      }
    }
    for await (const {
      item: { mailbox },
      rows,
      fault,
    } of collectPages(exchange.each(calendars(), readingEntries)))
      yield await foundOr(
        mailbox,
        () => {
          if (fault) throw fault;
          return entriesIn(rows, mailbox);
        },
        exchange,
      );
    yield* early;
  };
}

/** What was read about a mailbox, or the fault that a second look has settled. */
async function foundOr<T>(mailbox: Mailbox, read: () => T, exchange: Exchange): Promise<Found<T>> {
  try {
    return { mailbox, found: read() };
  } catch (thrown) {
    return { mailbox, fault: await confirmed(mailbox, Fault.of(thrown))({ exchange }) };
  }
}

/** The cmdlets of `regionsOf`. */
export const regionsOfAll: Cmdlets = mergedCmdlets(mailboxList, mailboxLookup, regionLookup);

/** The regional configuration of every mailbox of these types. */
export function regionsOf(types: readonly string[], verify: boolean): ExchangeStream<Found<Row>> {
  const mailboxes = mailboxesOf(types, []);
  return async function* ({ exchange }) {
    for await (const {
      item: mailbox,
      rows: [row],
      fault,
    } of collectPages(
      exchange.each(mailboxes({ exchange }), (mailbox) => readingRegion(mailbox, verify)),
    )) {
      if (fault) yield { mailbox, fault: await confirmed(mailbox, fault)({ exchange }) };
      else if (row) yield await foundOr(mailbox, () => wholeRegion(row, verify), exchange);
      else
        yield {
          mailbox,
          fault: new Fault({
            kind: "unexpected",
            message: "Exchange Online returned no regional configuration.",
          }),
        };
    }
  };
}
