/** Mistakes in permissions/<set>/options.json. */
import { replace } from "./edits.ts";
import { mistake } from "./mistakes.ts";

export const mistakesInCalendars = [
  mistake(
    "a right that does not exist",
    replace('"Reviewer"', '"Reviewr"'),
    '"mailboxFolderAccessRight": "Reviewr"',
    "is not a calendar right",
  ),
  mistake(
    "a user that is no address",
    replace('"Default"', '"Everyone"'),
    '"mailboxFolderUser": "Everyone"',
    "Everyone",
  ),
  mistake(
    "the same Id twice",
    replace('"Id": "4"', '"Id": "3"'),
    '"Id": "3"',
    "the Id is used twice",
    { nth: 2 },
  ),
  mistake(
    "the same right twice",
    replace('"Editor"', '"LimitedDetails"'),
    "{",
    'it has the same meaning as option "2"',
    { nth: 5 },
  ),
  mistake(
    "flags for everyone",
    replace('"Editor"', '"Editor",\n      "mailboxFolderSharingPermissionFlags": "Delegate"'),
    "{",
    "only allowed with the role Editor of a named user",
    { nth: 5 },
  ),
  mistake(
    "an unknown key",
    replace('"mailboxFolderUser"', '"mailboxFoldersUser"'),
    '"mailboxFoldersUser"',
    "mailboxFoldersUser is unknown",
    { also: 1 },
  ),
  mistake(
    "a user of another domain",
    replace('"Default"', '"anna@fabrikam.test"'),
    '"mailboxFolderUser": "anna@fabrikam.test"',
    "the domain is fabrikam.test",
    { domains: ["fabrikam.example"] },
  ),
  mistake(
    "the schema of another set",
    replace("folderPermissionOptions", "regionalOptions"),
    '"$schema"',
    'expected "../../schemas/editor/folderPermissionOptions.schema.json"',
  ),
];

export const mistakesInHolds = [
  mistake(
    "a comma after the last option",
    replace('"Unlimited"\n    }', '"Unlimited"\n    },'),
    "},",
    "A comma too many",
  ),
  mistake("a duration in words", replace("365 }", '"a year" }'), "{", "The duration", { nth: 3 }),
  mistake("no days at all", replace("365 }", "0 }"), "{", "The duration", { nth: 3 }),
  mistake("a misspelt key", replace('"Duration": 365', '"Days": 365'), "{", "Duration is missing", {
    nth: 3,
    also: 1,
  }),
  mistake("no options", replace('"options"', '"option"'), "{", "options is missing", { also: 1 }),
  mistake(
    "a name that is too long",
    replace('"Litigation Hold - 365 days"', `"${"x".repeat(101)}"`),
    "{",
    "expected a name of 1 to 100 characters",
    { nth: 3 },
  ),
];

export const mistakesInRegions = [
  mistake("curly quotes", replace('"nl-NL"', "“nl-NL”"), '"Language"', "straight quotes"),
  mistake(
    "a language without a region",
    replace('"nl-NL"', '"Dutch"'),
    '"Language"',
    "expected a language with its region",
  ),
  mistake(
    "a language that is misspelt",
    replace('"nl-NL"', '"nl-NI"'),
    '"Language"',
    "the nearest is nl-",
  ),
  mistake(
    "a time zone that is misspelt",
    replace('"W. Europe Standard Time"', '"W. Europ Standard Time"'),
    '"TimeZone"',
    "the nearest is W. Europe Standard Time",
  ),
  mistake(
    "a time zone behind a format",
    replace('"H:mm",\n      "TimeZone": "W. Europe', '"h",\n      "TimeZone": "W. Europ'),
    '"TimeFormat"',
    "expected one of HH:mm, H:mm",
    { also: 1 },
  ),
  mistake(
    "a time zone behind a language",
    (text) => text.replace('"nl-NL"', '"nl-NI"').replace("W. Europe", "W. Europ"),
    '"TimeZone"',
    "the nearest is W. Europe Standard Time",
    { also: 1 },
  ),
  mistake(
    "a key that is misspelt",
    replace('"LocalizeDefaultFolderName"', '"LocalizeDefaultFolderNam"'),
    '"LocalizeDefaultFolderNam"',
    "the nearest is LocalizeDefaultFolderName",
  ),
  mistake(
    "a list that is misspelt",
    replace('"options"', '"option"'),
    '"option"',
    "the nearest is options",
    { also: 1 },
  ),
  mistake(
    "a key in another letter case",
    replace('"TimeFormat"', '"Timeformat"'),
    '"Timeformat"',
    "expected TimeFormat.",
    { isWarning: true },
  ),
  mistake(
    "minutes for months",
    replace('"dd-MM-yy"', '"dd-mm-yy"'),
    '"DateFormat"',
    "the nearest is dd-MM-yy",
  ),
  mistake(
    "a time format of another language",
    replace('"H:mm"', '"h:mm tt"'),
    '"TimeFormat"',
    "expected one of HH:mm, H:mm",
  ),
  mistake(
    "a time zone of other systems",
    replace('"W. Europe Standard Time"', '"Europe/Amsterdam"'),
    '"TimeZone"',
    "expected a Windows time zone",
  ),
  mistake(
    "a truth value in words",
    replace('"LocalizeDefaultFolderName": true', '"LocalizeDefaultFolderName": "yes"'),
    '"LocalizeDefaultFolderName"',
    "expected true or false",
  ),
  mistake("no language", replace('      "Language": "nl-NL",\n', ""), "{", "Language is missing", {
    nth: 2,
  }),
];
