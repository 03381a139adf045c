import { describe, expect, it } from "vitest";
import {
  regionNamed,
  listedOptions as regionOptions,
  regionPermission,
} from "../../lib/entitlements/regionalConfiguration.ts";
import { faultOf } from "../exchange/scripted.ts";

const dutch = {
  Id: "NL",
  DisplayName: "Dutch",
  Language: "nl-NL",
  TimeZone: "W. Europe Standard Time",
};
const shipped = {
  language: "nl-NL",
  timeZone: "W. Europe Standard Time",
  dateFormat: "dd-MM-yy",
  timeFormat: "H:mm",
  localizesFolders: true,
  workingHours: {},
};

describe("the options of regional configurations", () => {
  it.each([
    ["without formats and folder names", {}],
    ["with null for formats", { DateFormat: null, TimeFormat: null }],
    ["with a blank format", { DateFormat: "" }],
    ["that leave the folders alone", { LocalizeDefaultFolderName: false }],
    ["of a language whose formats are not known", { Language: "cs-CZ" }],
    ["with a truth value as a text", { LocalizeDefaultFolderName: "TRUE" }],
  ])("may be ones %s", (_name, own) => {
    expect(regionOptions({ options: [{ ...dutch, ...own }] })).toHaveLength(1);
  });

  it.each([
    ["without a language", { Language: undefined }, /Language is missing/],
    ["without a time zone", { TimeZone: undefined }, /TimeZone is missing/],
    ["with a neutral culture", { Language: "nl" }, /option "NL": Language is "nl"/],
    ["with a blank language", { Language: " " }, /option "NL": Language/],
    [
      "with an IANA time zone",
      { TimeZone: "Europe/Amsterdam" },
      /option "NL": TimeZone is "Europe\/Amsterdam"/,
    ],
    [
      "with a format of an unknown language",
      { Language: "cs-CZ", DateFormat: "yyyy-MM-dd" },
      /option "NL": DateFormat cannot be checked for cs-CZ/,
    ],
    [
      "with another language's format",
      { Language: "de-DE", DateFormat: "dd-MM-yy" },
      /option "NL": DateFormat .* not a format of de-DE/,
    ],
    ["with a format that is a number", { DateFormat: 7 }, /DateFormat is 7/],
  ])("may not be ones %s", async (_name, own, message) => {
    const option = Object.fromEntries(
      Object.entries({ ...dutch, ...own }).filter(([, value]) => value !== undefined),
    );
    expect(await faultOf(() => regionOptions({ options: [option] }))).toMatchObject({
      kind: "invalid",
      message: expect.stringMatching(message) as string,
    });
  });

  it("have references with the Id alone", () => {
    expect(regionPermission({ ...dutch, LocalizeDefaultFolderName: true })).toEqual({
      identification: { Id: "NL" },
      name: "Dutch",
    });
  });
});

describe("a reference", () => {
  it("means the listed configuration, in any letter case", () => {
    for (const id of ["MailboxRegionalConfiguration-NL", "mailboxregionalconfiguration-nl"])
      expect(regionNamed(id)).toEqual(shipped);
  });

  it.each(["", "NL", "MailboxRegionalConfiguration-", "MailboxRegionalConfiguration-DE", "1"])(
    "with the Id %j is refused, and the valid ones are named",
    async (id) => {
      expect(await faultOf(() => regionNamed(id))).toMatchObject({
        kind: "invalid",
        message:
          `The permission reference has the Id "${id}", which is not in ` +
          `permissions/regionalConfiguration/options.json; expected one of ` +
          `"MailboxRegionalConfiguration-NL".`,
      });
    },
  );
});
