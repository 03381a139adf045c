/** Who and what the tests of regional configurations are about. */
import { guidOf, type Bench } from "../bench.ts";

export const dutch = { Id: "MailboxRegionalConfiguration-NL" };
export const wanted = {
  Language: "nl-NL",
  DateFormat: "dd-MM-yy",
  TimeFormat: "H:mm",
  TimeZone: "W. Europe Standard Time",
};
export const anna = guidOf("Anna Bakker");

/** Settings and the language of the folders, as they are stored. */
export function regionOf(bench: Bench, guid: string): Record<string, unknown> {
  const {
    Language = null,
    DateFormat = null,
    TimeFormat = null,
    TimeZone = null,
  } = bench.stored(guid);
  const { language = "en", renamed } =
    bench.emulator.state().folders?.find(({ mailbox }) => mailbox === guid) ?? {};
  return { Language, DateFormat, TimeFormat, TimeZone, folders: renamed ? "renamed" : language };
}
