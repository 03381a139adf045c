/** What the tests of calendars are about. */
import type { CalendarRight } from "../../lib/exchange/calendarRight.ts";
import type { Mailbox } from "../../lib/exchange/mailbox.ts";
import { guidOf } from "../bench.ts";

export const named = "dora.double@contoso.com";

export const right = (rights: string, flags = ""): CalendarRight => ({
  user: named,
  rights: rights.split(","),
  flags: flags === "" ? [] : flags.split(","),
});

export const mailbox: Mailbox = {
  Guid: guidOf("Anna Bakker"),
  DisplayName: "Anna Bakker",
  UserPrincipalName: "anna.bakker@contoso.com",
  PrimarySmtpAddress: "anna.bakker@contoso.com",
  RecipientTypeDetails: "UserMailbox",
};

export const shown = `"Anna Bakker" <anna.bakker@contoso.com> (${mailbox.Guid})`;
