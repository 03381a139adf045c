import { Fault } from "../fault.ts";
import { quoted } from "../graphemes.ts";
import type { Command } from "./client/command.ts";
import { textOf, type Row } from "./client/encoding.ts";
import { assertReturned, exactlyOne } from "./client/lookUp.ts";
import { readingOf, type Mailbox } from "./mailbox.ts";
import { formatsOf, languageNamed, timeZoneNamed } from "./regionalFacts.ts";
import { nameOf } from "./naming.ts";
import { workingHoursFrom, type WorkingHours } from "./workingHours.ts";
import type { Cmdlets, ExchangeStep, ExchangeQuery } from "./target.ts";

/** How a mailbox shows dates, times and folder names. */
export interface Region {
  /** In Windows' own spelling, like the time zone. */
  language: string;
  timeZone: string;
  /** Null: the default of the language. */
  dateFormat: string | null;
  timeFormat: string | null;
  /** Whether Inbox, Calendar and so on get their names in that language. */
  localizesFolders: boolean;
  /** Of its calendar. */
  workingHours: WorkingHours;
}

interface Given {
  Language: string;
  TimeZone: string;
  DateFormat?: string | null;
  TimeFormat?: string | null;
  LocalizeDefaultFolderName?: boolean;
  WorkDays?: readonly string[];
  WorkingHoursStartTime?: string;
  WorkingHoursEndTime?: string;
  WeekStartDay?: string;
}

/**
 * A region from the texts of an option. Throws an `invalid` fault for any value that the service would refuse, and for
 * a format of a language whose formats are not known here: the service can take over 70 s to refuse one, which is more
 * than an event may take.
 */
export function regionFrom({
  Language,
  TimeZone,
  DateFormat = null,
  TimeFormat = null,
  LocalizeDefaultFolderName = false,
  ...ofCalendar
}: Given): Region {
  const language = languageNamed(Language.trim());
  if (language === undefined)
    throw Fault.invalid(
      `Language is ${quoted(Language)}; expected a language with its region, such as nl-NL or en-US.`,
    );
  const timeZone = timeZoneNamed(TimeZone.trim());
  if (timeZone === undefined)
    throw Fault.invalid(
      `TimeZone is ${quoted(TimeZone)}; expected a Windows time zone, such as W. Europe Standard Time.`,
    );
  const formats = formatsOf(language);
  return {
    language,
    timeZone,
    dateFormat: formatAmong("DateFormat", DateFormat, formats?.date, language),
    timeFormat: formatAmong("TimeFormat", TimeFormat, formats?.time, language),
    localizesFolders: LocalizeDefaultFolderName,
    workingHours: workingHoursFrom(ofCalendar, timeZone),
  };
}

/** Case counts: M is a month, m a minute. */
function formatAmong(
  name: string,
  given: string | null,
  known: readonly string[] | undefined,
  language: string,
): string | null {
  if (given === null || given.trim() === "") return null;
  if (!known)
    throw Fault.invalid(
      `${name} cannot be checked for ${language}, whose formats are not known here; leave it out to use ` +
        "the default of the language.",
    );
  if (!known.includes(given))
    throw Fault.invalid(
      `${name} is ${quoted(given)}, which is not a format of ${language}; expected one of ${known.join(", ")}.`,
    );
  return given;
}

/** What `regionOf` sends. */
export const regionLookup: Cmdlets = {
  "Get-MailboxRegionalConfiguration": ["Identity", "VerifyDefaultFolderNameLanguage"],
};

/**
 * `verify`: also whether the folders have their names in the mailbox's language, which takes the service longer.
 */
export function readingRegion({ Guid }: Pick<Mailbox, "Guid">, verify: boolean): Command {
  return {
    cmdlet: "Get-MailboxRegionalConfiguration",
    parameters: {
      Identity: Guid,
      ...(verify ? { VerifyDefaultFolderNameLanguage: true } : {}),
    },
  };
}

/** The regional configuration of the mailbox with this Guid. */
export function regionById(id: string, verify: boolean): ExchangeQuery<Row> {
  return ({ exchange }) =>
    exactlyOne(exchange, readingRegion({ Guid: id }, verify), {
      what: `the regional configuration of mailbox ${id}`,
    });
}

/** The same of a mailbox that was read. `reading`: when both were requested together. */
export function regionOf(
  mailbox: Mailbox,
  verify: boolean,
  reading = regionById(mailbox.Guid, verify),
): ExchangeQuery<Row> {
  return readingOf(mailbox, reading);
}

/** The configuration in a row. Throws an `unexpected` fault when a setting was not returned. */
export function wholeRegion(row: Row, verified: boolean): Row {
  const names = ["Language", "TimeZone", "DateFormat", "TimeFormat"];
  assertReturned(row, verified ? [...names, folderNames] : names, "the regional configuration");
  return row;
}

/** Whether the mailbox has these settings; formats that are left to the language do not count. */
export function hasSettings(
  present: Row,
  { language, timeZone, dateFormat, timeFormat }: Region,
): boolean {
  const same = (name: string, wanted: string): boolean =>
    textOf(present[name]).toLowerCase() === wanted.toLowerCase();
  return (
    same("Language", language) &&
    same("TimeZone", timeZone) &&
    (dateFormat === null || present["DateFormat"] === dateFormat) &&
    (timeFormat === null || present["TimeFormat"] === timeFormat)
  );
}

const folderNames = "DefaultFolderNameMatchingUserLanguage";

/** Whether the folders have the wanted names. */
export function hasFolderNames(present: Row, { localizesFolders }: Region): boolean {
  return !localizesFolders || present[folderNames] === true;
}

/** What the changes of `regionChanges` send. */
export const regionChange: Cmdlets = {
  "Set-MailboxRegionalConfiguration": [
    "Identity",
    "Language",
    "DateFormat",
    "TimeFormat",
    "TimeZone",
    "LocalizeDefaultFolderName",
  ],
};

/**
 * The changes that are needed: the settings in one, and the folder names in another one after it, which can fail
 * separately. Language and formats are sent together, because a format is checked against the language; null sets the
 * default of the language.
 */
export function regionChanges(mailbox: Mailbox, present: Row, wanted: Region): ExchangeStep[] {
  const { language, timeZone, dateFormat, timeFormat } = wanted;
  const isSet = hasSettings(present, wanted);
  const before = Object.fromEntries(
    ["Language", "DateFormat", "TimeFormat", "TimeZone"].map((name) => [
      name,
      present[name] ?? null,
    ]),
  );
  const settings: ExchangeStep = {
    target: "exchange",
    operation: "Set-MailboxRegionalConfiguration",
    parameters: {
      Identity: mailbox.Guid,
      Language: language,
      DateFormat: dateFormat,
      TimeFormat: timeFormat,
      TimeZone: timeZone,
    },
    sentence: `Set language ${language} with its formats and time zone ${timeZone} of mailbox ${nameOf(mailbox)}`,
    before,
    isInEffect: async (targets) => hasSettings(await regionOf(mailbox, false)(targets), wanted),
  };
  const folders: ExchangeStep = {
    target: "exchange",
    operation: "Set-MailboxRegionalConfiguration",
    parameters: { Identity: mailbox.Guid, LocalizeDefaultFolderName: true },
    sentence: `Rename the default folders of mailbox ${nameOf(mailbox)} to ${language}`,
    before: {
      [folderNames]: present[folderNames] ?? null,
    },
    // Names that match the language of before are not the wanted ones.
    isInEffect: async (targets) => {
      const row = await regionOf(mailbox, true)(targets);
      return hasSettings(row, wanted) && hasFolderNames(row, wanted);
    },
  };
  // In another language the folders have other names, regardless of whether they match now.
  const isNamed =
    hasFolderNames(present, wanted) &&
    (!wanted.localizesFolders ||
      textOf(present["Language"]).toLowerCase() === language.toLowerCase());
  return [...(isSet ? [] : [settings]), ...(isNamed ? [] : [folders])];
}
