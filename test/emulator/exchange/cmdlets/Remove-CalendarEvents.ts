import { nothing, theOne, type Cmdlet } from "../cmdlet.ts";
import { invalidValue } from "../errors.ts";
import { hasFolders } from "../folders.ts";
import { textOf } from "../parameters.ts";

/** Cancels meetings, which are not emulated apart from their number. Without the switch nothing is cancelled. */
export const removeCalendarEvents: Cmdlet = {
  name: "Remove-CalendarEvents",
  writes: true,
  honours: ["Identity", "CancelOrganizedMeetings", "QueryWindowInDays"],
  run({ parameters, store }) {
    const mailbox = theOne(store, textOf(parameters["Identity"]), hasFolders);
    const days = Number(parameters["QueryWindowInDays"]);
    // The maximum is documented; how the service refuses more is assumed.
    if (!(days >= 1 && days <= 1825))
      throw invalidValue("QueryWindowInDays must be between 1 and 1825.");
    if (parameters["CancelOrganizedMeetings"] === true)
      store.change(mailbox, { OrganizedMeetings: 0 });
    return nothing();
  },
};
