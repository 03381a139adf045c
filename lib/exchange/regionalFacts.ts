/**
 * The languages, formats and time zones of Windows, against which Exchange Online checks regional settings. Documented:
 * the time zones (the IDs of Windows), the formats of en-US, the date formats of en-GB, and some formats of da-DK,
 * es-ES and nl-NL that Exchange accepts. The other formats are the usual ones of Windows for the language: that
 * Exchange accepts them is assumed. A language without formats here is only used with its default formats.
 */
import { timeZoneIds } from "../generated/timeZones.ts";

interface Formats {
  date: readonly string[];
  time: readonly string[];
}

const both = ["HH:mm", "H:mm"];
const dots = ["dd.MM.yyyy", "dd.MM.yy", "d.M.yyyy", "yyyy-MM-dd"];
const slashes = ["dd/MM/yyyy", "dd/MM/yy", "yyyy-MM-dd"];

const formats: Readonly<Record<string, Formats>> = {
  "en-US": {
    date: ["M/d/yyyy", "M/d/yy", "MM/dd/yy", "MM/dd/yyyy", "yy/MM/dd", "yyyy-MM-dd", "dd-MMM-yy"],
    time: ["h:mm tt", "hh:mm tt", "H:mm", "HH:mm"],
  },
  "en-GB": { date: ["dd/MM/yyyy", "dd/MM/yy", "d/M/yy", "d.M.yy", "yyyy-MM-dd"], time: both },
  "en-IE": { date: slashes, time: both },
  "nl-NL": { date: ["d-M-yyyy", "d-M-yy", "dd-MM-yy", "dd-MM-yyyy", "yyyy-MM-dd"], time: both },
  "nl-BE": { date: ["d/MM/yyyy", "d/MM/yy", "dd/MM/yyyy", "yyyy-MM-dd"], time: both },
  "de-DE": { date: dots, time: both },
  "de-AT": { date: dots, time: both },
  "de-CH": { date: dots, time: both },
  "fr-FR": { date: slashes, time: both },
  "fr-BE": { date: ["d/MM/yyyy", "d/MM/yy", "dd-MM-yy", "yyyy-MM-dd"], time: both },
  "fr-CH": { date: ["dd.MM.yyyy", "dd.MM.yy", "yyyy-MM-dd"], time: both },
  "es-ES": { date: slashes, time: both },
  "it-IT": { date: slashes, time: both },
  "pt-PT": { date: slashes, time: both },
  "pt-BR": { date: slashes, time: both },
  "pl-PL": { date: ["dd.MM.yyyy", "yyyy-MM-dd", "yy-MM-dd"], time: both },
  "da-DK": { date: ["dd-MM-yyyy", "dd-MM-yy", "yyyy-MM-dd"], time: both },
  "sv-SE": { date: ["yyyy-MM-dd", "yy-MM-dd"], time: both },
  "nb-NO": { date: dots, time: both },
  "fi-FI": { date: ["d.M.yyyy", "d.M.yy", "yyyy-MM-dd"], time: ["H.mm", "HH.mm"] },
  "tr-TR": { date: ["d.MM.yyyy", "dd.MM.yyyy", "yyyy-MM-dd"], time: both },
};

/** The languages with their regions, in Windows' spelling. */
export const languageNames: readonly string[] =
  `af-ZA am-ET ar-AE ar-BH ar-DZ ar-EG ar-IQ ar-JO ar-KW ar-LB ar-LY ar-MA ar-OM ar-QA ar-SA ar-SY ar-TN ar-YE
  as-IN be-BY bg-BG bn-BD bn-IN ca-ES cs-CZ cy-GB da-DK de-AT de-CH de-DE de-LI de-LU el-GR en-AU en-BZ en-CA
  en-GB en-HK en-IE en-IN en-JM en-MY en-NZ en-PH en-SG en-TT en-US en-ZA en-ZW es-AR es-BO es-CL es-CO es-CR
  es-CU es-DO es-EC es-ES es-GT es-HN es-MX es-NI es-PA es-PE es-PR es-PY es-SV es-US es-UY es-VE et-EE eu-ES
  fa-IR fi-FI fo-FO fr-BE fr-CA fr-CH fr-FR fr-LU fr-MC fy-NL ga-IE gd-GB gl-ES gu-IN he-IL hi-IN hr-BA hr-HR
  hu-HU hy-AM id-ID ig-NG is-IS it-CH it-IT ja-JP ka-GE kk-KZ kl-GL km-KH kn-IN ko-KR ky-KG lb-LU lo-LA lt-LT
  lv-LV mi-NZ mk-MK ml-IN mn-MN mr-IN ms-BN ms-MY mt-MT my-MM nb-NO ne-NP nl-BE nl-NL nn-NO or-IN pl-PL ps-AF
  pt-BR pt-PT rm-CH ro-MD ro-RO ru-RU rw-RW sa-IN se-NO si-LK sk-SK sl-SI sq-AL sv-FI sv-SE sw-KE ta-IN te-IN
  th-TH tk-TM tr-TR tt-RU ug-CN uk-UA ur-PK vi-VN wo-SN xh-ZA yo-NG zh-CN zh-HK zh-MO zh-SG zh-TW zu-ZA`.split(
    /\s+/,
  );

const languages = new Map(languageNames.map((name) => [name.toLowerCase(), name]));

const timeZones = new Map(timeZoneIds.map((id) => [id.toLowerCase(), id]));

/** A language and region in the spelling of Windows, or undefined. A language without a region has no formats. */
export function languageNamed(text: string): string | undefined {
  return languages.get(text.toLowerCase());
}

/** The formats of a language; undefined when they are unknown. */
export function formatsOf(language: string): Formats | undefined {
  return formats[language];
}

/** The ID of a Windows time zone in its own spelling, or undefined. */
export function timeZoneNamed(text: string): string | undefined {
  return timeZones.get(text.toLowerCase());
}
