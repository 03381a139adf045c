/** Mistakes in configuration.json. */
import { replace } from "./edits.ts";
import { mistake } from "./mistakes.ts";

const secret = '"key": "AppSecret"';

export const mistakesInForms = [
  mistake(
    "a comma missing",
    replace('"key": "TenantID",', '"key": "TenantID"'),
    '"key": "TenantID"',
    "A comma is missing",
  ),
  mistake(
    "a key twice in one field",
    replace('"key": "AppId",', '"key": "AppId",\n    "type": "input",'),
    '"type"',
    'The key "type" appears twice',
    { nth: 4 },
  ),
  mistake(
    "a misspelt key",
    replace('"key": "CorrelateOnly"', '"key": "CorelateOnly"'),
    '"key": "CorelateOnly"',
    "expected CorrelateOnly.",
  ),
  mistake(
    "a key in another letter case",
    replace('"key": "TenantID"', '"key": "TenantId"'),
    '"key": "TenantId"',
    "expected TenantID.",
    { isWarning: true },
  ),
  mistake(
    "the same field twice",
    replace('"key": "ResourceOwner"', '"key": "ResourceDomain"'),
    '"key": "ResourceDomain"',
    "The key ResourceDomain appears twice",
    { nth: 2 },
  ),
  mistake(
    "a required field missing",
    replace('"key": "AppId"', '"key": "ResourceOwner"'),
    "[",
    "The form has no field AppId",
    { also: 2 },
  ),
  mistake(
    "a secret that is shown",
    replace('      "type": "password",\n', "", secret),
    '"templateOptions"',
    "AppSecret is a secret",
    { nth: 4 },
  ),
  mistake(
    "a secret of another type",
    replace('"type": "password"', '"type": "text"', secret),
    '"type": "text"',
    "expected password",
  ),
  mistake(
    "a secret in the file",
    replace('"defaultValue": ""', '"defaultValue": "Vb~8Q.hidden"', secret),
    '"defaultValue": "Vb~8Q.hidden"',
    "a file is no place for a secret",
  ),
  mistake(
    "a switch as text field",
    replace('"type": "checkbox"', '"type": "input"'),
    '"type": "input"',
    "expected checkbox",
    { nth: 5 },
  ),
  mistake(
    "a type that does not exist",
    replace('"type": "checkbox"', '"type": "toggle"'),
    '"type": "toggle"',
    "expected one of input, checkbox, select",
    { also: 1 },
  ),
  mistake(
    "a switch that starts as text",
    replace('"defaultValue": false', '"defaultValue": "false"'),
    '"defaultValue": "false"',
    "expected true or false without quotes",
  ),
  mistake(
    "a default that does not exist",
    replace('"defaultValue": "UserMailbox"', '"defaultValue": "UserMailboxes"'),
    '"defaultValue": "UserMailboxes"',
    '"Mailbox types" (RecipientTypeDetails)',
  ),
  mistake(
    "a default that is no choice",
    replace('"defaultValue": "html"', '"defaultValue": "rtf"'),
    '"defaultValue": "rtf"',
    "expected one of html, text",
  ),
  mistake(
    "a choice that does not exist",
    replace('"value": "usGovDoD"', '"value": "usGovDod2"'),
    '{ "value": "usGovDod2"',
    "the nearest is usGovDoD",
  ),
  mistake(
    "the choice of the default misspelt",
    replace('"value": "worldwide"', '"value": "worldwid"'),
    '{ "value": "worldwid"',
    "the nearest is worldwide",
  ),
  mistake(
    "a select without choices",
    replace('"options"', '"choices"'),
    '"choices"',
    '"choices" is unknown',
    { also: 1 },
  ),
  mistake(
    "no label",
    replace('      "label": "Tenant ID",\n', ""),
    '"templateOptions"',
    "label is missing",
    { nth: 2 },
  ),
  mistake(
    "a required field that may be left empty",
    replace('"required": true', '"required": false'),
    '"required": false',
    "expected true for Organization",
  ),
  mistake(
    "one attribute for two things",
    replace('"defaultValue": "CustomAttribute1"', '"defaultValue": "CustomAttribute2"'),
    '"defaultValue": "CustomAttribute2"',
    "are both CustomAttribute2; expected two different attributes",
    { isWarning: true },
  ),
  mistake(
    "a domain of another tenant",
    replace('"defaultValue": ""', '"defaultValue": "fabricam.example"', '"key": "ResourceDomain"'),
    '"defaultValue": "fabricam.example"',
    "the nearest is fabrikam.example",
    { domains: ["fabrikam.example"] },
  ),
];
