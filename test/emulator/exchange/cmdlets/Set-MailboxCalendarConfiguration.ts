import { theOne, write, type Cmdlet } from "../cmdlet.ts";
import { untransformable } from "../errors.ts";
import { hasFolders } from "../folders.ts";
import { textOf, type BoundParameters } from "../parameters.ts";
import type { Value } from "../../properties.ts";
import { checkedTimeZone } from "../timeZones.ts";
import { secondsOf } from "../units.ts";

const weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"];
const week = ["Sunday", ...weekdays, "Saturday"];
const several: Readonly<Record<string, readonly string[]>> = {
  None: [],
  AllDays: week,
  Weekdays: weekdays,
  WeekEndDays: ["Sunday", "Saturday"],
};

/** The calendar is in the mailbox: a synchronised mailbox takes its settings (assumed). */
export const setMailboxCalendarConfiguration: Cmdlet = {
  name: "Set-MailboxCalendarConfiguration",
  writes: true,
  honours: [
    "Identity",
    "WorkDays",
    "WorkingHoursStartTime",
    "WorkingHoursEndTime",
    "WorkingHoursTimeZone",
    "WeekStartDay",
  ],
  run({ parameters, store }) {
    const mailbox = theOne(store, textOf(parameters["Identity"]), hasFolders);
    const { WorkDays, WorkingHoursTimeZone, WeekStartDay } = parameters;
    const values: Record<string, Value> = {
      ...(WorkDays !== undefined && { WorkDays: daysIn(textOf(WorkDays)) }),
      ...timeIn("WorkingHoursStartTime", parameters),
      ...timeIn("WorkingHoursEndTime", parameters),
      ...(WorkingHoursTimeZone !== undefined && {
        WorkingHoursTimeZone: checkedTimeZone("WorkingHoursTimeZone", textOf(WorkingHoursTimeZone)),
      }),
      ...(WeekStartDay !== undefined && { WeekStartDay: textOf(WeekStartDay) }),
    };
    return write(store, mailbox, values);
  },
};

/** Redundant names are ignored (documented); that days read in the order of the week is assumed. */
function daysIn(text: string): string {
  const names = text.split(",").map((name) => name.trim().toLowerCase());
  const found = names.flatMap((name) => {
    const known = [...Object.keys(several), ...week].find((one) => one.toLowerCase() === name);
    if (known === undefined)
      throw untransformable(
        "WorkDays",
        `Cannot convert value "${text}" to type "Microsoft.Exchange.Data.Storage.Management.DaysOfWeek".`,
      );
    return several[known] ?? [known];
  });
  const days = week.filter((day) => found.includes(day));
  const name = Object.entries(several).find(([, all]) => all.join() === days.join());
  return name?.[0] ?? days.join(", ");
}

function timeIn(name: string, parameters: BoundParameters): Record<string, Value> {
  const given = parameters[name];
  if (given === undefined) return {};
  const text = textOf(given);
  const seconds = secondsOf(text);
  if (seconds === undefined || seconds >= 86_400)
    throw untransformable(name, `Cannot convert value "${text}" to type "System.TimeSpan".`);
  return { [name]: text };
}
