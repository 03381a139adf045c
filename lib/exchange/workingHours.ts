/**
 * The days and hours of work of a mailbox, and the first day of its weeks: settings of its calendar, which Outlook on
 * the web uses (documented: Set-MailboxCalendarConfiguration).
 */
import { Fault } from "../fault.ts";
import { quoted } from "../graphemes.ts";
import { alike, oneOf, shown } from "../mappedValues.ts";
import { collectPages } from "./client/batch.ts";
import type { Command } from "./client/command.ts";
import type { Row } from "./client/encoding.ts";
import { assertReturned, exactlyOne } from "./client/lookUp.ts";
import { confirmed, readingOf, type Mailbox } from "./mailbox.ts";
import { differenceOf, type Setter } from "./mailboxChange.ts";
import { plain, type Setting } from "./settingTypes.ts";
import type { Cmdlets, ExchangeQuery, ExchangeStep, ExchangeStream } from "./target.ts";
import { secondsIn } from "./units.ts";

/** Only what is to be set: the rest of the calendar's settings stays as it is. */
export interface WorkingHours {
  /** Names of days. */
  days?: readonly string[];
  /** `hh:mm:ss`. */
  start?: string;
  end?: string;
  /** Of the times, in Windows' spelling. */
  timeZone?: string;
  weekStart?: string;
}

interface Given {
  WorkDays?: readonly string[];
  WorkingHoursStartTime?: string;
  WorkingHoursEndTime?: string;
  WeekStartDay?: string;
}

const weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"];
const week = ["Sunday", ...weekdays, "Saturday"];
/** The names of several days (documented). */
const several: Readonly<Record<string, readonly string[]>> = {
  none: [],
  alldays: week,
  weekdays,
  weekenddays: ["Sunday", "Saturday"],
};

/** Throws an `invalid` fault for a day that does not exist, and for hours that end before they begin. */
export function workingHoursFrom(
  { WorkDays, WorkingHoursStartTime, WorkingHoursEndTime, WeekStartDay }: Given,
  timeZone: string,
): WorkingHours {
  const start = timeOf("WorkingHoursStartTime", WorkingHoursStartTime);
  const end = timeOf("WorkingHoursEndTime", WorkingHoursEndTime);
  if ((start === undefined) !== (end === undefined))
    throw Fault.invalid(
      "WorkingHoursStartTime and WorkingHoursEndTime belong together; expected both or none.",
    );
  if (start !== undefined && end !== undefined && start >= end)
    throw Fault.invalid(
      `WorkingHoursEndTime is ${end}; expected a time after WorkingHoursStartTime, which is ${start}.`,
    );
  return {
    ...(WorkDays && { days: daysAmong(WorkDays) }),
    ...(start !== undefined && end !== undefined && { start, end, timeZone }),
    ...(WeekStartDay !== undefined && { weekStart: oneOf("WeekStartDay", WeekStartDay, week) }),
  };
}

function daysAmong(names: readonly string[]): string[] {
  const known = [...Object.keys(several), ...week];
  const found = names.flatMap((name) => {
    const key = oneOf("WorkDays", name, known);
    return several[key] ?? [key];
  });
  return week.filter((day) => found.includes(day));
}

function timeOf(name: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const [, hours, minutes] = /^\s*([01]?\d|2[0-3]):([0-5]\d)(?::00)?\s*$/.exec(text) ?? [];
  if (hours === undefined || minutes === undefined)
    throw Fault.invalid(`${name} is ${quoted(text)}; expected a time of day such as 08:30.`);
  return `${hours.padStart(2, "0")}:${minutes}:00`;
}

/** Whether there is anything to set. */
export function hasAny(hours: WorkingHours): boolean {
  return Object.keys(hours).length > 0;
}

function settingsOf({ days, start, end, timeZone, weekStart }: WorkingHours): Setting[] {
  const isTime =
    (wanted: string) =>
    (current: unknown): boolean =>
      secondsIn(shown(current)) === secondsIn(wanted);
  const named =
    (wanted: string) =>
    (current: unknown): boolean =>
      alike(shown(current), wanted);
  return [
    ...(days === undefined ? [] : [plain("WorkDays", textOfDays(days), isOnDays(days))]),
    ...(start === undefined ? [] : [plain("WorkingHoursStartTime", start, isTime(start))]),
    ...(end === undefined ? [] : [plain("WorkingHoursEndTime", end, isTime(end))]),
    ...(timeZone === undefined ? [] : [plain("WorkingHoursTimeZone", timeZone, named(timeZone))]),
    ...(weekStart === undefined ? [] : [plain("WeekStartDay", weekStart, named(weekStart))]),
  ];
}

function textOfDays(days: readonly string[]): string {
  return days.length === 0 ? "None" : days.join(", ");
}

/** The service shows `Weekdays`, or names with commas; in which order is not known. */
function isOnDays(days: readonly string[]): (current: unknown) => boolean {
  return (current) => {
    const shownDays = shown(current)
      .toLowerCase()
      .split(/[\s,]+/)
      .filter((name) => name !== "")
      .flatMap((name) => several[name] ?? [name])
      .map((name) => name.toLowerCase());
    const wanted = days.map((day) => day.toLowerCase());
    return [...new Set(shownDays)].sort().join() === wanted.sort().join();
  };
}

const properties = [
  "WorkDays",
  "WorkingHoursStartTime",
  "WorkingHoursEndTime",
  "WorkingHoursTimeZone",
  "WeekStartDay",
];

/** What `workingHoursFor` sends. */
export const workingHoursLookup: Cmdlets = { "Get-MailboxCalendarConfiguration": ["Identity"] };
/** What the change of `workingHoursChange` sends. */
export const workingHoursChanges: Cmdlets = {
  "Set-MailboxCalendarConfiguration": ["Identity", ...properties],
};

function reading({ Guid }: Pick<Mailbox, "Guid">): Command {
  return {
    cmdlet: "Get-MailboxCalendarConfiguration",
    parameters: { Identity: Guid },
    select: properties,
  };
}

/** The settings of the calendar of the mailbox with this Guid. */
function workingHoursById(id: string): ExchangeQuery<Row> {
  return async ({ exchange }) =>
    whole(
      await exactlyOne(exchange, reading({ Guid: id }), {
        what: `the calendar configuration of mailbox ${id}`,
      }),
    );
}

/** What has to be read before these hours can be compared: nothing, when there are none. */
export function workingHoursFor(id: string, hours: WorkingHours): ExchangeQuery<Row> {
  return hasAny(hours) ? workingHoursById(id) : () => Promise.resolve({});
}

/** The same of a mailbox that was read. `query`: what was requested together with it. */
export function workingHoursOf(mailbox: Mailbox, query: ExchangeQuery<Row>): ExchangeQuery<Row> {
  return readingOf(mailbox, query);
}

function whole(row: Row): Row {
  assertReturned(row, properties, "the calendar configuration");
  return row;
}

/** Whether the calendar has all that is to be set. */
export function hasWorkingHours(present: Row, hours: WorkingHours): boolean {
  return settingsOf(hours).every(({ name, difference }) => difference(present[name]) === undefined);
}

const setCalendar: Setter = {
  operation: "Set-MailboxCalendarConfiguration",
  what: "the calendar of mailbox",
  isInDirectory: false,
  read: (guid) => workingHoursById(guid),
};

/** The change that is needed, if any. */
export function workingHoursChange(
  mailbox: Mailbox,
  present: Row,
  hours: WorkingHours,
): ExchangeStep | undefined {
  return differenceOf({ ...mailbox, ...present }, settingsOf(hours), setCalendar).change;
}

/** The settings of the calendar of each of these mailboxes, in any order; or why they could not be read. */
export function workingHoursOn(
  mailboxes: Iterable<Mailbox>,
): ExchangeStream<{ mailbox: Mailbox; found: Row } | { mailbox: Mailbox; fault: Fault }> {
  return async function* ({ exchange }) {
    for await (const { item: mailbox, rows, fault } of collectPages(
      exchange.each(mailboxes, reading),
    )) {
      try {
        if (fault) throw fault;
        yield { mailbox, found: whole(rows[0] ?? {}) };
      } catch (thrown) {
        yield { mailbox, fault: await confirmed(mailbox, Fault.of(thrown))({ exchange }) };
      }
    }
  };
}
