/** Mistakes in fieldMapping.json, without those in scripts. */
import { field, replace, written } from "./edits.ts";
import { mistake } from "./mistakes.ts";

const fixed = (value: string): string => `"Value": ${written(value)}`;
const upn = '"Name": "UserPrincipalName"';

const ofTheFile = [
  mistake("an empty file", () => "", "", "The file is empty"),
  mistake(
    "a comma missing between two keys",
    replace('"Version": "v1",', '"Version": "v1"'),
    '"Version"',
    "A comma is missing after this value",
  ),
  mistake(
    "a comma missing between two fields",
    replace("    },\n    {", "    }\n    {"),
    "}",
    "A comma is missing after this value",
    { nth: 2 },
  ),
  mistake(
    "a comma after the last field",
    replace('    }\n  ],\n  "Unique', '    },\n  ],\n  "Unique'),
    "},",
    "A comma too many",
    { nth: 10 },
  ),
  mistake(
    "a comment",
    replace('  "Version"', '  // our mapping\n  "Version"'),
    "// our mapping",
    "JSON has no comments",
  ),
  mistake(
    "a text without its end",
    replace('"Name": "CustomAttribute1",', '"Name": "CustomAttribute1,'),
    '"Name": "CustomAttribute1,',
    'A closing quote (") is missing',
  ),
  mistake(
    "the last brace missing",
    (text) => text.trimEnd().slice(0, -1),
    '"UniqueFieldNames"',
    "A closing brace (}) is missing",
  ),
  mistake(
    "something after the end",
    (text) => `${text}[]\n`,
    "[]",
    "follows the end of the document",
  ),
  mistake(
    "a backslash that is not doubled",
    replace(written("true"), String.raw`"\"C:\data\""`),
    String.raw`"Value": "\"C:`,
    "a backslash itself is written",
  ),
  mistake("a byte order mark", (text) => `\uFEFF${text}`, "\uFEFF", "byte order mark"),
  mistake(
    "a key twice",
    replace('"Type": "Text",', '"Type": "Text",\n      "Type": "Text",'),
    '"Type"',
    'The key "Type" appears twice',
    { nth: 2 },
  ),
  mistake(
    "another version",
    replace('"v1"', '"v2"'),
    '"Version"',
    'Version is the text "v2"; expected v1',
  ),
  mistake(
    "a version that is a number",
    replace('"v1"', "1"),
    '"Version"',
    "Version is a number; expected text in quotes",
  ),
  mistake(
    "names that have to be unique",
    replace('"UniqueFieldNames": []', '"UniqueFieldNames": ["EmailAddresses"]'),
    '"UniqueFieldNames"',
    "expected at most 0",
  ),
  mistake(
    "a list of fields that is misspelt",
    replace('"UniqueFieldNames": []', '"UniqueFieldName": []'),
    '"UniqueFieldName"',
    '"UniqueFieldName" is unknown',
    { also: 1 },
  ),
  mistake(
    "a schema that belongs to other files",
    replace("{", '{\n  "$schema": "./schemas/options.schema.json",'),
    '"$schema"',
    'expected "schemas/fieldMapping.schema.json"',
  ),
];

const ofTheForm = [
  mistake(
    "an unknown key",
    replace('"Description"', '"Descripton"'),
    '"Descripton"',
    "the nearest is Description",
  ),
  mistake(
    "no mode",
    replace('          "MappingMode": "Fixed",\n', ""),
    "{",
    "MappingMode is missing",
    { nth: 3 },
  ),
  mistake(
    "a mode that does not exist",
    replace('"MappingMode": "Field"', '"MappingMode": "Path"'),
    '"MappingMode": "Path"',
    "expected one of Field, Fixed, Complex, None",
  ),
  mistake(
    "a mode in another letter case",
    replace('"MappingMode": "Complex"', '"MappingMode": "complex"'),
    '"MappingMode": "complex"',
    "the nearest is Complex",
  ),
  mistake(
    "a stage that does not exist",
    replace('["Update"]', '["Updat"]'),
    '"MapForActions": ["Updat"]',
    "the nearest is Update",
  ),
  mistake(
    "no stage",
    replace('["Update"]', "[]"),
    '"MapForActions": []',
    "expected at least one value",
  ),
  mistake(
    "one stage without a list",
    replace('["Update"]', '"Update"'),
    '"MapForActions": "Update"',
    "expected a list",
  ),
  mistake(
    "a type that does not exist",
    replace('"Type": "Text"', '"Type": "Boolean"'),
    '"Type": "Boolean"',
    "expected one of Text, Array",
  ),
  mistake(
    "a switch as text",
    replace('"UsedInNotifications": false', '"UsedInNotifications": "false"'),
    '"UsedInNotifications": "false"',
    "expected true or false without quotes",
  ),
  mistake(
    "a switch as number",
    replace('"StoreInAccountData": true', '"StoreInAccountData": 1'),
    '"StoreInAccountData": 1',
    "StoreInAccountData is a number",
  ),
  mistake(
    "a field name with a blank",
    replace('"CustomAttribute1"', '"Custom Attribute1"'),
    '"Name": "Custom Attribute1"',
    "expected a property name",
    { also: 1 },
  ),
  mistake(
    "a misspelt key of a mode",
    replace('"MappingMode": "None"', '"MappingModes": "None"'),
    '"MappingModes"',
    "is unknown",
    { also: 1 },
  ),
];

const ofParts = [
  mistake(
    "a field twice",
    replace('"UserPrincipalName"', '"guid"', upn),
    '"Name": "guid"',
    "The field guid appears twice",
    { also: 1 },
  ),
  mistake(
    "a stage twice in one field",
    replace('["Enable"]', '["Enable", "Disable"]'),
    '"MapForActions": ["Enable", "Disable"]',
    "mapped for Disable twice",
  ),
  mistake(
    "a stage twice in one list",
    replace('["Update"]', '["Update", "Update"]'),
    '"MapForActions": ["Update", "Update"]',
    "mapped for Update twice",
  ),
  mistake(
    "a list with a fixed value",
    field("ExtensionCustomAttribute1", ["Update"], { type: "Array", value: "A" }),
    '"Type": "Array"',
    "expected Complex, or Type Text",
  ),
  mistake(
    "a list for a field with one value",
    replace('"Type": "Text"', '"Type": "Array"', '"Name": "ExternalMessage"'),
    '"Type": "Array"',
    "expected Text",
    { nth: 2 },
  ),
  mistake(
    "a value without inner quotes",
    replace(written("Enabled"), '"Enabled"'),
    '"Value": "Enabled"',
    "not a JSON document",
  ),
  mistake(
    "a truth value without inner quotes",
    replace(written("true"), '"true"'),
    '"Value": "true"',
    "expected a text in quotes inside the text",
  ),
  mistake(
    "a fixed value that is empty",
    replace(written("All"), '""'),
    '"Value": ""',
    "Value contains nothing",
  ),
  mistake(
    "a value that is no text",
    replace(written("true"), "true"),
    '"Value": true',
    "expected text in quotes",
  ),
  mistake(
    "a value with mode None",
    replace(written(""), written("x")),
    fixed("x"),
    "MappingMode is None; expected null",
  ),
  mistake(
    "a fixed value with mode Field",
    replace('"MappingMode": "Fixed"', '"MappingMode": "Field"', '"Name": "ExternalAudience"'),
    fixed("All"),
    "expected one that starts with Person.",
  ),
  mistake(
    "a path without its root",
    replace("Person.PrimaryContract.Title.Name", "PrimaryContract.Title.Name"),
    fixed("PrimaryContract.Title.Name"),
    "expected one that starts with Person.",
  ),
  mistake(
    "a path with a misspelt part",
    replace("Person.PrimaryContract.Title.Name", "Person.PrimaryContract.Titel.Name"),
    fixed("Person.PrimaryContract.Titel.Name"),
    "Person.PrimaryContract has no Titel",
  ),
  mistake(
    "a path in another letter case",
    replace("Person.PrimaryContract.Title.Name", "Person.primaryContract.Title.Name"),
    fixed("Person.primaryContract.Title.Name"),
    "the nearest is PrimaryContract",
  ),
  mistake(
    "the name of a department",
    replace("Person.PrimaryContract.Title.Name", "Person.PrimaryContract.Department.Name"),
    fixed("Person.PrimaryContract.Department.Name"),
    "Person.PrimaryContract.Department has no Name",
  ),
  mistake(
    "a path to an object",
    replace("Person.PrimaryContract.Title.Name", "Person.PrimaryContract.Title"),
    fixed("Person.PrimaryContract.Title"),
    "is an object; expected one of its values, such as Person.PrimaryContract.Title.ExternalId",
  ),
  mistake(
    "a path into a list",
    replace("Person.PrimaryContract.Title.Name", "Person.Contracts.Title.Name"),
    fixed("Person.Contracts.Title.Name"),
    "Person.Contracts is a list",
  ),
  mistake(
    "a path that goes on after a value",
    replace("Person.PrimaryContract.Title.Name", "Person.DisplayName.First"),
    fixed("Person.DisplayName.First"),
    "Person.DisplayName is one value",
  ),
];

export const mistakesInMapping = [...ofTheFile, ...ofTheForm, ...ofParts];
