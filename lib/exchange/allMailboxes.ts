import { Fault } from "../fault.ts";
import type { Row } from "./client/encoding.ts";
import { calendarIn, calendarLookup, readingFolders, type Calendar } from "./calendar.ts";
import { calendarRightList, entryOf, readingEntries } from "./calendarEntries.ts";
import { type CalendarRight } from "./calendarRight.ts";
import { collectPages } from "./client/batch.ts";
import { mailboxesOf, mailboxList, type Mailbox } from "./mailbox.ts";
import { readingRegion, regionLookup } from "./region.ts";
import type { Cmdlets, ExchangeStream } from "./target.ts";

/** What was read of one mailbox, or why it could not be read. */
export type Found<T> = { mailbox: Mailbox; found: T } | { mailbox: Mailbox; fault: Fault };

/** The cmdlets of `calendarsOf`. */
export const calendarsOfAll: Cmdlets = { ...mailboxList, ...calendarLookup, ...calendarRightList };

/** The entries of the calendar of every mailbox of these types, in any order. */
export function calendarsOf(types: readonly string[]): ExchangeStream<Found<CalendarRight[]>> {
  const mailboxes = mailboxesOf(types, []);
  return async function* ({ exchange }) {
    const early: Found<CalendarRight[]>[] = [];
    async function* calendars(): AsyncGenerator<Calendar, void, undefined> {
      for await (const { item: mailbox, rows, fault } of collectPages(
        exchange.each(mailboxes({ exchange }), readingFolders),
      )) {
        try {
          if (fault) throw fault;
          yield calendarIn(mailbox, rows);
        } catch (thrown) {
          const why = Fault.of(thrown);
          // A mailbox that no one has opened yet has no calendar, so no one has a right on it.
          early.push(
            why !== fault && why.kind === "notReady"
              ? { mailbox, found: [] }
              : { mailbox, fault: why },
          );
        }
      }
    }
    for await (const {
      item: { mailbox },
      rows,
      fault,
    } of collectPages(exchange.each(calendars(), readingEntries)))
      yield fault ? { mailbox, fault } : { mailbox, found: rows.map(entryOf) };
    yield* early;
  };
}

/** The cmdlets of `regionsOf`. */
export const regionsOfAll: Cmdlets = { ...mailboxList, ...regionLookup };

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
      if (fault) yield { mailbox, fault };
      else if (row) yield { mailbox, found: row };
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
