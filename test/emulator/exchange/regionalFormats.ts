/**
 * Languages a mailbox can have, and the date and time formats that go with each; the first is the
 * default. English of the United States and Britain (its dates) are documented or observed; the
 * others are what .NET and Windows know for the culture, which is assumed to be what Exchange
 * takes.
 */
import { formatNotOfLanguage, invalidValue, notImplemented, untransformable } from "./errors.ts";

interface Formats {
  date: readonly string[];
  time: readonly string[];
}

const clock24 = "HH:mm | H:mm";

/** Dates, then times, separated by bars because a format may contain a `/`. */
const table: Record<string, [date: string, time: string]> = {
  "en-US": [
    "M/d/yyyy | M/d/yy | MM/dd/yy | MM/dd/yyyy | yy/MM/dd | yyyy-MM-dd | dd-MMM-yy",
    "h:mm tt | hh:mm tt | H:mm | HH:mm",
  ],
  "en-GB": [
    "dd/MM/yyyy | dd/MM/yy | d/M/yy | d.M.yy | yyyy-MM-dd",
    `${clock24} | hh:mm tt | h:mm tt`,
  ],
  "en-AU": [
    "d/MM/yyyy | d/MM/yy | d/M/yy | dd/MM/yy | dd/MM/yyyy | yyyy-MM-dd",
    `h:mm tt | hh:mm tt | ${clock24}`,
  ],
  "en-CA": [
    "yyyy-MM-dd | dd/MM/yyyy | dd/MM/yy | M/d/yyyy | yy-MM-dd",
    `h:mm tt | hh:mm tt | ${clock24}`,
  ],
  "en-IE": ["dd/MM/yyyy | dd/MM/yy | d/M/yy | d.M.yy | yyyy-MM-dd", clock24],
  "nl-NL": [
    "d-M-yyyy | d-M-yy | dd-MM-yy | dd-MM-yyyy | dd/MM/yy | dd.MM.yy | yyyy-MM-dd",
    "H:mm | HH:mm",
  ],
  "nl-BE": ["d/MM/yyyy | d/MM/yy | dd/MM/yyyy | dd.MM.yy | dd-MM-yy | yyyy-MM-dd", "H:mm | HH:mm"],
  "de-DE": ["dd.MM.yyyy | dd.MM.yy | d.M.yyyy | d.M.yy | yyyy-MM-dd | yy-MM-dd", clock24],
  "de-AT": ["dd.MM.yyyy | dd.MM.yy | d.M.yyyy | d.M.yy | yyyy-MM-dd", clock24],
  "de-CH": ["dd.MM.yyyy | dd.MM.yy | d.M.yyyy | d.M.yy | yyyy-MM-dd", clock24],
  "fr-FR": ["dd/MM/yyyy | dd/MM/yy | dd.MM.yy | dd-MM-yy | yyyy-MM-dd", `${clock24} | HH.mm`],
  "fr-BE": ["dd-MM-yy | d/MM/yyyy | d/MM/yy | dd/MM/yyyy | dd.MM.yy | yyyy-MM-dd", "H:mm | HH:mm"],
  "fr-CA": ["yyyy-MM-dd | yy-MM-dd | dd-MM-yy | dd/MM/yyyy", clock24],
  "fr-CH": ["dd.MM.yyyy | dd.MM.yy | d.M.yyyy | yyyy-MM-dd", clock24],
  "es-ES": [
    "dd/MM/yyyy | dd/MM/yy | d/MM/yy | d/M/yy | d/M/yyyy | dd-MM-yy | yyyy-MM-dd",
    "H:mm | HH:mm",
  ],
  "es-AR": ["d/M/yyyy | dd/MM/yyyy | dd/MM/yy | d/M/yy | yyyy-MM-dd", `${clock24} | hh:mm tt`],
  "es-MX": [
    "dd/MM/yyyy | dd/MM/yy | d/MM/yy | d/M/yy | d/M/yyyy | yyyy-MM-dd",
    "hh:mm tt | h:mm tt | HH:mm | H:mm",
  ],
  "it-IT": [
    "dd/MM/yyyy | dd/MM/yy | dd.MM.yy | d/M/yy | d/M/yyyy | yyyy-MM-dd",
    `${clock24} | H.mm`,
  ],
  "pt-PT": [
    "dd/MM/yyyy | dd-MM-yyyy | dd/MM/yy | d/M/yy | d.M.yy | yy.MM.dd | yyyy-MM-dd",
    clock24,
  ],
  "pt-BR": ["dd/MM/yyyy | dd/MM/yy | d/M/yyyy | d/M/yy | dd-MM-yy | yyyy-MM-dd", clock24],
  "pl-PL": ["dd.MM.yyyy | yyyy-MM-dd | yy-MM-dd | dd.MM.yy | d.MM.yyyy | dd-MM-yyyy", clock24],
  "da-DK": ["dd-MM-yyyy | dd-MM-yy | dd.MM.yyyy | yyyy-MM-dd | yyyy MM dd", clock24],
  "sv-SE": ["yyyy-MM-dd | yy-MM-dd | yy MM dd", clock24],
  "nb-NO": ["dd.MM.yyyy | dd.MM.yy | d.M.yyyy | d.M.yy | yyyy-MM-dd", clock24],
  "fi-FI": ["d.M.yyyy | d.M.yy | dd.MM.yyyy | yyyy-MM-dd", "H.mm | HH.mm | H:mm"],
  "cs-CZ": ["dd.MM.yyyy | d. M. yyyy | d.M.yyyy | d.M.yy | dd.MM.yy | yyyy-MM-dd", "H:mm | HH:mm"],
  "tr-TR": ["d.MM.yyyy | dd.MM.yyyy | d.MM.yy | dd.MM.yy | yyyy-MM-dd", clock24],
  "ja-JP": [
    "yyyy/MM/dd | yy/MM/dd | yy/M/d | yyyy/M/d | yyyy-MM-dd",
    "H:mm | HH:mm | tt h:mm | tt hh:mm",
  ],
  "zh-CN": [
    "yyyy/M/d | yyyy-M-d | yyyy.M.d | yyyy/MM/dd | yyyy-MM-dd | yy-M-d",
    "H:mm | HH:mm | tt h:mm | tt hh:mm",
  ],
};

const languages = new Map(Object.keys(table).map((name) => [name.toLowerCase(), name]));
const cultures = new Intl.DisplayNames("en", { type: "language", fallback: "none" });

/**
 * The language in its own spelling. Languages without a region, and unknown ones, are refused
 * (assumed, with the texts).
 */
export function languageNamed(text: string): string {
  const known = languages.get(text.toLowerCase());
  if (known !== undefined) return known;
  if (!isCulture(text))
    throw untransformable(
      "Language",
      `Cannot convert value "${text}" to type "System.Globalization.CultureInfo". Error: "Culture ` +
        `is not supported. ${text} is an invalid culture identifier."`,
    );
  if (!text.includes("-"))
    throw invalidValue(
      `The language "${text}" is neutral. Specify a language with its region, such as en-US.`,
    );
  throw notImplemented(`the date and time formats of the language '${text}'`);
}

function isCulture(text: string): boolean {
  try {
    return cultures.of(text) !== undefined;
  } catch {
    // A text that does not have the form of a language code.
    return false;
  }
}

export function formatsOf(language: string): Formats {
  const [date, time] = table[language] ?? ["", ""];
  return { date: date.split(" | "), time: time.split(" | ") };
}

/** Case matters: `M` is a month and `m` a minute. */
export function checkFormat(
  parameter: "DateFormat" | "TimeFormat",
  given: string,
  language: string,
  delayMs: number,
): void {
  const valid = formatsOf(language)[parameter === "DateFormat" ? "date" : "time"];
  if (!valid.includes(given)) throw formatNotOfLanguage(parameter, given, language, valid, delayMs);
}
