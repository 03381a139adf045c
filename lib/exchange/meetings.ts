import type { Mailbox } from "./mailbox.ts";
import { nameOf } from "./naming.ts";
import type { Cmdlets, ExchangeStep } from "./target.ts";

/** The cmdlets of `cancelling`. */
export const meetingCancellation: Cmdlets = {
  "Remove-CalendarEvents": ["Identity", "CancelOrganizedMeetings", "QueryWindowInDays", "Confirm"],
};

/**
 * Cancels the meetings of the next days that the mailbox organised, and that have attendees. Exchange Online queues
 * them, and no cmdlet shows what becomes of them.
 */
export function cancelling(mailbox: Mailbox, days: number): ExchangeStep {
  return {
    target: "exchange",
    operation: "Remove-CalendarEvents",
    parameters: {
      Identity: mailbox.Guid,
      CancelOrganizedMeetings: true,
      QueryWindowInDays: days,
      Confirm: false,
    },
    sentence: `Cancel the meetings that mailbox ${nameOf(mailbox)} organised for the next ${days} days`,
    before: {},
  };
}
