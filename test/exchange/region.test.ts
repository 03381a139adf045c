import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Mailbox } from "../../lib/exchange/mailbox.ts";
import {
  hasFolderNames,
  hasSettings,
  readingRegion,
  regionChanges,
  regionFrom,
  regionOf,
  type Region,
} from "../../lib/exchange/region.ts";
import { formatsOf, languageNamed, timeZoneNamed } from "../../lib/exchange/regionalFacts.ts";
import { timeZoneIds } from "../../lib/generated/timeZones.ts";
import { quoted } from "../../lib/graphemes.ts";
import { guidOf } from "../bench.ts";
import * as emulated from "../emulator/exchange/regionalFormats.ts";
import {
  timeZoneNamed as emulatedTimeZone,
  timeZoneIds as emulatedTimeZones,
} from "../emulator/exchange/timeZones.ts";
import { liveTenant, type Live } from "./live.ts";
import { clientOf, faultOf, rows } from "./scripted.ts";

const dutch = { Language: "nl-NL", TimeZone: "W. Europe Standard Time" };
type Given = Parameters<typeof regionFrom>[0];
const withFormats = [
  "en-US",
  "en-GB",
  "en-IE",
  "nl-NL",
  "nl-BE",
  "de-DE",
  "de-AT",
  "de-CH",
  "fr-FR",
  "fr-BE",
  "fr-CH",
  "es-ES",
  "it-IT",
  "pt-PT",
  "pt-BR",
  "pl-PL",
  "da-DK",
  "sv-SE",
  "nb-NO",
  "fi-FI",
  "tr-TR",
];
const withoutFormats = [
  "cs-CZ",
  "ja-JP",
  "zh-CN",
  "en-AU",
  "en-CA",
  "fr-CA",
  "es-MX",
  "es-AR",
  "hu-HU",
  "el-GR",
  "ar-SA",
  "he-IL",
  "fy-NL",
  "af-ZA",
];
/** Of each language one that is usual elsewhere. */
const foreign: Record<string, [date: string, time: string]> = {
  "en-US": ["dd/MM/yyyy", "H.mm"],
  "en-GB": ["M/d/yyyy", "h:mm"],
  "nl-NL": ["dd/MM/yyyy", "h:mm tt"],
  "de-DE": ["dd/MM/yyyy", "h:mm tt"],
  "fr-FR": ["dd.MM.yyyy", "h:mm tt"],
  "sv-SE": ["dd.MM.yyyy", "H.mm"],
  "fi-FI": ["dd/MM/yyyy", "h:mm tt"],
  "tr-TR": ["dd/MM/yyyy", "H.mm"],
};

/** A pattern that matches exactly this text. */
const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

describe("a region", () => {
  it.each<[string, Given, Partial<Region>]>([
    [
      "in other letter case",
      { Language: "NL-nl", TimeZone: "w. europe STANDARD time" },
      { language: "nl-NL", timeZone: "W. Europe Standard Time" },
    ],
    [
      "with blanks around it",
      { Language: " nl-NL\t", TimeZone: " UTC " },
      { language: "nl-NL", timeZone: "UTC" },
    ],
    ["without formats", dutch, { dateFormat: null, timeFormat: null, localizesFolders: false }],
    [
      "with null for formats",
      { ...dutch, DateFormat: null, TimeFormat: null },
      { dateFormat: null, timeFormat: null },
    ],
    [
      "with blank formats",
      { ...dutch, DateFormat: "", TimeFormat: "  " },
      { dateFormat: null, timeFormat: null },
    ],
    [
      "with one format",
      { ...dutch, DateFormat: "yyyy-MM-dd" },
      { dateFormat: "yyyy-MM-dd", timeFormat: null },
    ],
    [
      "with folder names",
      { ...dutch, LocalizeDefaultFolderName: true },
      { localizesFolders: true },
    ],
    ...withoutFormats.map((Language): [string, Given, Partial<Region>] => [
      `of ${Language}`,
      { ...dutch, Language },
      { language: Language, dateFormat: null, timeFormat: null },
    ]),
    ...[
      "Russia Time Zone 10",
      "UTC+13",
      "UTC-11",
      "Pacific Standard Time (Mexico)",
      "Turks And Caicos Standard Time",
      "Aus Central W. Standard Time",
    ].map((TimeZone): [string, Given, Partial<Region>] => [
      `in ${TimeZone}`,
      { ...dutch, TimeZone },
      { timeZone: TimeZone },
    ]),
  ])("may be given %s", (_name, given, region) => {
    expect(regionFrom(given)).toMatchObject(region);
  });

  it.each<[string, Given, RegExp]>([
    ...[
      "nl",
      "en",
      "zh-Hans",
      "zh-Hant",
      "sr-Latn",
      "",
      "Dutch",
      "Nederlands",
      "nl_NL",
      "nl-NL-x",
      "nlNL",
      "1043",
      "nl-XX",
      "xx-NL",
      "en-NL",
      "nl - NL",
      "nld-NLD",
    ].map((Language): [string, Given, RegExp] => [
      `the language ${JSON.stringify(Language)}`,
      { ...dutch, Language },
      new RegExp(
        `^Language is ${literal(quoted(Language))}; ` +
          "expected a language with its region, such as nl-NL or en-US\\.$",
      ),
    ]),
    ...[
      "",
      "Europe/Amsterdam",
      "Europe/London",
      "America/New_York",
      "Etc/UTC",
      "CET",
      "GMT",
      "UTC+1",
      "UTC+01:00",
      "+01:00",
      "(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna",
      "W. Europe",
      "W. Europe Daylight Time",
      "W Europe Standard Time",
      "W.  Europe Standard Time",
      "West-Europa (standaardtijd)",
      "Standard Time",
    ].map((TimeZone): [string, Given, RegExp] => [
      `the time zone ${JSON.stringify(TimeZone)}`,
      { ...dutch, TimeZone },
      new RegExp(
        `^TimeZone is ${literal(quoted(TimeZone))}; ` +
          "expected a Windows time zone, such as W\\. Europe Standard Time\\.$",
      ),
    ]),
    [
      "minutes for months",
      { ...dutch, DateFormat: "dd-mm-yy" },
      /^DateFormat is "dd-mm-yy", which is not a format of nl-NL; expected one of d-M-yyyy, .*yyyy-MM-dd\.$/,
    ],
    [
      "months for minutes",
      { ...dutch, TimeFormat: "H:MM" },
      /^TimeFormat is "H:MM", which is not a format of nl-NL; expected one of HH:mm, H:mm\.$/,
    ],
    ["capitals", { ...dutch, DateFormat: "DD-MM-YYYY" }, /not a format of nl-NL/],
    ["a format with blanks", { ...dutch, DateFormat: " dd-MM-yy" }, /not a format of nl-NL/],
    [
      "a date for a time",
      { ...dutch, TimeFormat: "dd-MM-yy" },
      /^TimeFormat .* not a format of nl-NL/,
    ],
    ["a time for a date", { ...dutch, DateFormat: "H:mm" }, /^DateFormat .* not a format of nl-NL/],
    ["a date as it reads", { ...dutch, DateFormat: "22-11-26" }, /not a format of nl-NL/],
    [
      "a format of the one before in the other language",
      { ...dutch, Language: "en-US", DateFormat: "dd-MM-yy" },
      /not a format of en-US/,
    ],
    ...Object.entries(foreign).flatMap(
      ([Language, [DateFormat, TimeFormat]]): [string, Given, RegExp][] => [
        [
          `${DateFormat} in ${Language}`,
          { ...dutch, Language, DateFormat },
          new RegExp(`^DateFormat .* not a format of ${Language};`),
        ],
        [
          `${TimeFormat} in ${Language}`,
          { ...dutch, Language, TimeFormat },
          new RegExp(`^TimeFormat .* not a format of ${Language};`),
        ],
      ],
    ),
    ...withoutFormats.map((Language): [string, Given, RegExp] => [
      `a format of ${Language}`,
      { ...dutch, Language, DateFormat: "yyyy-MM-dd" },
      new RegExp(
        `^DateFormat cannot be checked for ${Language}, whose formats are not known here; leave it out`,
      ),
    ]),
  ])("may not have %s", async (_name, given, message) => {
    expect(await faultOf(() => regionFrom(given))).toMatchObject({
      kind: "invalid",
      message: expect.stringMatching(message) as string,
    });
  });
});

describe("the data about languages and time zones", () => {
  it("has formats for the languages that this connector's users usually have", () => {
    expect(withFormats.filter((language) => formatsOf(language) === undefined)).toEqual([]);
    expect(withoutFormats.filter((language) => formatsOf(language) !== undefined)).toEqual([]);
  });

  it.each(withFormats)("has only formats of %s that the service is known to accept", (language) => {
    const { date, time } = emulated.formatsOf(language);
    const known = formatsOf(language);
    expect(known?.date.length).toBeGreaterThanOrEqual(2);
    expect(known?.time.length).toBeGreaterThanOrEqual(2);
    expect({
      date: known?.date.filter((format) => !date.includes(format)),
      time: known?.time.filter((format) => !time.includes(format)),
    }).toEqual({ date: [], time: [] });
    expect(new Set([...(known?.date ?? []), ...(known?.time ?? [])]).size).toBe(
      (known?.date.length ?? 0) + (known?.time.length ?? 0),
    );
  });

  it("accepts languages in any case, and uses one spelling", () => {
    for (const language of [...withFormats, ...withoutFormats])
      expect([language.toLowerCase(), language.toUpperCase()].map(languageNamed)).toEqual([
        language,
        language,
      ]);
  });

  it("accepts the time zones that the hand-written list of the emulator has, and no others", () => {
    const lowerCase = (ids: readonly string[]): string[] =>
      ids.map((id) => id.toLowerCase()).sort();
    expect(lowerCase(timeZoneIds)).toEqual(lowerCase(emulatedTimeZones));
    expect(timeZoneIds).toHaveLength(141);
    expect(timeZoneIds.map((id) => timeZoneNamed(id.toUpperCase()))).toEqual(timeZoneIds);
    expect(timeZoneIds.map((id) => emulatedTimeZone(id.toUpperCase()))).toEqual(timeZoneIds);
  });

  it("spells time zones as the service does", () => {
    for (const zone of [
      "W. Europe Standard Time",
      "Romance Standard Time",
      "GMT Standard Time",
      "Greenwich Standard Time",
      "FLE Standard Time",
      "GTB Standard Time",
      "UTC",
      "UTC-02",
      "UTC+12",
      "Pacific SA Standard Time",
      "Central Standard Time (Mexico)",
      "Russia Time Zone 3",
      "E. Europe Standard Time",
      "Sao Tome Standard Time",
    ]) {
      expect([timeZoneNamed(zone.toUpperCase()), emulatedTimeZone(zone.toUpperCase())]).toEqual([
        zone,
        zone,
      ]);
    }
  });
});

const mailbox: Mailbox = {
  Guid: guidOf("Anna Bakker"),
  DisplayName: "Anna Bakker",
  UserPrincipalName: "anna.bakker@contoso.com",
  PrimarySmtpAddress: "anna.bakker@contoso.com",
  RecipientTypeDetails: "UserMailbox",
};
const shown = `"Anna Bakker" <anna.bakker@contoso.com> (${mailbox.Guid})`;
const wanted: Region = {
  language: "nl-NL",
  timeZone: "W. Europe Standard Time",
  dateFormat: "dd-MM-yy",
  timeFormat: "H:mm",
  localizesFolders: true,
  workingHours: {},
};
const present = {
  Language: "nl-NL",
  DateFormat: "dd-MM-yy",
  TimeFormat: "H:mm",
  TimeZone: "W. Europe Standard Time",
  DefaultFolderNameMatchingUserLanguage: true,
};
const kinds = (row: Record<string, unknown>, region: Region = wanted): string[] =>
  regionChanges(mailbox, row, region).map(({ parameters }) =>
    "LocalizeDefaultFolderName" in parameters ? "folders" : "settings",
  );

describe("the changes for a region", () => {
  it.each<[string, Record<string, unknown>, Partial<Region>, string[]]>([
    ["is nothing when everything is so", {}, {}, []],
    [
      "is nothing when only letter case differs",
      { Language: "NL-NL", TimeZone: "w. europe standard time" },
      {},
      [],
    ],
    ["is the settings for another date format", { DateFormat: "d-M-yyyy" }, {}, ["settings"]],
    ["is the settings for another time format", { TimeFormat: "HH:mm" }, {}, ["settings"]],
    ["is the settings for a format in other letter case", { TimeFormat: "h:mm" }, {}, ["settings"]],
    ["is the settings for another time zone", { TimeZone: "UTC" }, {}, ["settings"]],
    [
      "is the folders when they are called otherwise",
      { DefaultFolderNameMatchingUserLanguage: false },
      {},
      ["folders"],
    ],
    [
      "is the folders when it is not known what they are called",
      { DefaultFolderNameMatchingUserLanguage: undefined },
      {},
      ["folders"],
    ],
    [
      "is both for another language, though the folders match the one there is",
      { Language: "de-DE" },
      {},
      ["settings", "folders"],
    ],
    [
      "is both for a mailbox that was never set up",
      {
        Language: null,
        DateFormat: null,
        TimeFormat: null,
        TimeZone: null,
        DefaultFolderNameMatchingUserLanguage: false,
      },
      {},
      ["settings", "folders"],
    ],
    [
      "leaves folders alone that are not to be named",
      { Language: "de-DE", DefaultFolderNameMatchingUserLanguage: false },
      { localizesFolders: false },
      ["settings"],
    ],
    [
      "takes any format for the language's own",
      { DateFormat: "d-M-yyyy", TimeFormat: "HH:mm" },
      { dateFormat: null, timeFormat: null },
      [],
    ],
    [
      "takes any format of the wrong language for none",
      { Language: "de-DE" },
      { dateFormat: null, timeFormat: null, localizesFolders: false },
      ["settings"],
    ],
  ])("%s", (_name, row, region, expected) => {
    expect(kinds({ ...present, ...row }, { ...wanted, ...region })).toEqual(expected);
    expect(hasSettings({ ...present, ...row }, { ...wanted, ...region })).toBe(
      !expected.includes("settings"),
    );
  });

  it("are one for language and formats, and then one for the folder names", () => {
    const before = {
      Language: "de-DE",
      DateFormat: "dd.MM.yyyy",
      TimeFormat: "HH:mm",
      TimeZone: "UTC",
      DefaultFolderNameMatchingUserLanguage: false,
    };
    expect(regionChanges(mailbox, before, wanted)).toEqual([
      {
        target: "exchange",
        isInEffect: expect.any(Function) as unknown,
        operation: "Set-MailboxRegionalConfiguration",
        parameters: {
          Identity: mailbox.Guid,
          Language: "nl-NL",
          DateFormat: "dd-MM-yy",
          TimeFormat: "H:mm",
          TimeZone: "W. Europe Standard Time",
        },
        sentence: `Set language nl-NL with its formats and time zone W. Europe Standard Time of mailbox ${shown}`,
        before: {
          Language: "de-DE",
          DateFormat: "dd.MM.yyyy",
          TimeFormat: "HH:mm",
          TimeZone: "UTC",
        },
      },
      {
        target: "exchange",
        isInEffect: expect.any(Function) as unknown,
        operation: "Set-MailboxRegionalConfiguration",
        parameters: { Identity: mailbox.Guid, LocalizeDefaultFolderName: true },
        sentence: `Rename the default folders of mailbox ${shown} to nl-NL`,
        before: { DefaultFolderNameMatchingUserLanguage: false },
      },
    ]);
  });

  it("send null for formats that are left to the language, so that no old format stays", () => {
    expect(
      regionChanges(
        mailbox,
        { ...present, Language: "de-DE" },
        { ...wanted, dateFormat: null, timeFormat: null },
      )[0]?.parameters,
    ).toMatchObject({ Language: "nl-NL", DateFormat: null, TimeFormat: null });
  });

  it("count folders as renamed only when the service confirms it", () => {
    expect(
      [true, false, "true", null, undefined].map((DefaultFolderNameMatchingUserLanguage) =>
        hasFolderNames({ DefaultFolderNameMatchingUserLanguage }, wanted),
      ),
    ).toEqual([true, false, false, false, false]);
    expect(hasFolderNames({}, { ...wanted, localizesFolders: false })).toBe(true);
  });
});

describe("reading a region", () => {
  it("requests the names of folders only when they matter, because that takes longer", () => {
    expect([readingRegion(mailbox, false), readingRegion(mailbox, true)]).toEqual([
      { cmdlet: "Get-MailboxRegionalConfiguration", parameters: { Identity: mailbox.Guid } },
      {
        cmdlet: "Get-MailboxRegionalConfiguration",
        parameters: { Identity: mailbox.Guid, VerifyDefaultFolderNameLanguage: true },
      },
    ]);
  });

  it.each([
    [0, []],
    [2, [present, present]],
  ])("does not accept %i rows as an answer", async (count, found) => {
    expect(await faultOf(regionOf(mailbox, true)(clientOf([rows(found)])))).toMatchObject({
      kind: "unexpected",
      message:
        `Exchange Online returned ${count} results for the regional configuration of ` +
        `mailbox ${mailbox.Guid}; expected one.`,
    });
  });
});

describe("in an emulated tenant", () => {
  let live: Live;
  beforeAll(async () => {
    live = await liveTenant();
  });
  afterAll(() => live.close());
  beforeEach(() => live.reset());

  /** Brings a mailbox there, and gives what it then is. */
  async function brought(name: string, given: Given): Promise<Record<string, unknown>> {
    const own = await live.mailbox(name, []);
    const region = regionFrom(given);
    for (const change of regionChanges(
      own,
      await regionOf(own, region.localizesFolders)(live),
      region,
    ))
      await live.gate.change(change);
    const after = await regionOf(own, true)(live);
    expect(regionChanges(own, after, region)).toEqual([]);
    return after;
  }

  it.each(withFormats)(
    "every format of %s that is accepted is accepted by the service",
    async (Language) => {
      const { date = [], time = [] } = formatsOf(Language) ?? {};
      for (const DateFormat of date)
        expect(await brought("Anna Bakker", { ...dutch, Language, DateFormat })).toMatchObject({
          Language,
          DateFormat,
        });
      for (const TimeFormat of time)
        expect(await brought("Bas Bakker", { ...dutch, Language, TimeFormat })).toMatchObject({
          Language,
          TimeFormat,
        });
    },
  );

  it.each(["Jürgen Müller", "Petra Proxies", "Nora Numberless", "Anna Bakker"])(
    "%s is changed to Dutch, with formats and folder names",
    async (name) => {
      expect(
        await brought(name, {
          ...dutch,
          DateFormat: "dd-MM-yy",
          TimeFormat: "H:mm",
          LocalizeDefaultFolderName: true,
        }),
      ).toMatchObject(present);
    },
  );

  it("formats of the previous language are replaced by the new language's own", async () => {
    expect(await brought("Jürgen Müller", dutch)).toMatchObject({
      Language: "nl-NL",
      DateFormat: "d-M-yyyy",
      TimeFormat: "H:mm",
    });
    expect(await brought("Jürgen Müller", { ...dutch, Language: "en-US" })).toMatchObject({
      Language: "en-US",
      DateFormat: "M/d/yyyy",
      TimeFormat: "h:mm tt",
    });
  });
});
