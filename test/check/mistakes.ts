/** Mistakes that people make in the JSON files: an edit, and the line on which the check has to name it. */
import {
  calendars,
  field,
  form,
  holds,
  mapping,
  regions,
  replace,
  script,
  written,
  type Edit,
} from "./edits.ts";

export interface Mistake {
  title: string;
  file: string;
  edit: Edit;
  /** The start of the line that is named, without indentation. */
  at: string;
  /** Which of several such lines, from 1. */
  nth?: number;
  /** A piece of the message. */
  message: string;
  domains?: string[];
  isWarning?: true;
}

const value = (text: string): string => `"Value": ${text}`;

export const mistakes: Mistake[] = [
  // JSON itself
  {
    title: "a comma is missing between two keys",
    file: mapping,
    edit: replace('"Version": "v1",', '"Version": "v1"'),
    at: '"Version"',
    message: "A comma is missing after this value",
  },
  {
    title: "a comma too many after the last option",
    file: holds,
    edit: replace('"Duration": "Unlimited"\n    }', '"Duration": "Unlimited"\n    },'),
    at: "},",
    message: "A comma too many",
  },
  {
    title: "a key twice",
    file: form,
    edit: replace('"key": "AppId",', '"key": "AppId",\n    "type": "input",'),
    at: '"type"',
    nth: 4,
    message: 'The key "type" appears twice',
  },
  {
    title: "curly quotes",
    file: regions,
    edit: replace('"nl-NL"', "“nl-NL”"),
    at: '"Language"',
    message: "straight quotes",
  },
  // Fields
  {
    title: "a field that is misspelt",
    file: mapping,
    edit: replace('"CustomAttribute1"', '"CustomAttribut1"'),
    at: '"Name": "CustomAttribut1"',
    message: "CustomAttribute1",
  },
  {
    title: "an attribute of the user",
    file: mapping,
    edit: field("Department", ["Update"], { value: "Finance" }),
    at: '"Name": "Department"',
    message: "the Entra connection writes it",
  },
  {
    title: "a state that does not exist",
    file: mapping,
    edit: replace(written("Enabled"), written("Enable")),
    at: value(written("Enable")),
    message: "expected one of Enabled, Disabled, Scheduled; the nearest is Enabled",
  },
  {
    title: "a truth value in words",
    file: mapping,
    edit: replace(written("true"), written("yes")),
    at: value(written("yes")),
    message: "expected true or false",
  },
  {
    title: "a size without a unit",
    file: mapping,
    edit: field("ProhibitSendQuota", ["Update"], { value: "50" }),
    at: value(written("50")),
    message: "a size with its unit",
  },
  {
    title: "a script with a syntax error",
    file: mapping,
    edit: script("CustomAttribute2", [
      "function f() {",
      "  return (Person.DisplayName;",
      "}",
      "f();",
    ]),
    at: '"Value"',
    message: "CustomAttribute2, script line 2: ",
  },
  {
    title: "a time format of another language",
    file: regions,
    edit: replace('"H:mm"', '"h:mm tt"'),
    at: '"TimeFormat"',
    message: "expected one of",
  },
  {
    title: "the same Id twice",
    file: calendars,
    edit: replace('"Id": "4"', '"Id": "3"'),
    at: '"Id": "3"',
    nth: 2,
    message: "the Id is used twice",
  },
];
