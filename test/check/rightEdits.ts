/** Edits that are right: the check must not name anything. */
import {
  both,
  calendars,
  entraForm,
  entraMapping,
  field,
  form,
  holds,
  instead,
  mapping,
  regions,
  replace,
  script,
  type Edit,
} from "./edits.ts";

export interface RightEdit {
  title: string;
  file: string;
  edit: Edit;
  domains?: string[];
}

const right = (file: string, title: string, edit: Edit, domains?: string[]): RightEdit => ({
  title,
  file,
  edit,
  ...(domains ? { domains } : {}),
});
const update = (name: string, value: string): Edit => field(name, ["Update"], { value });
const path = (value: string): Edit =>
  field("CustomAttribute5", ["Update"], { mode: "Field", value });
const attribute = (...lines: string[]): Edit => script("CustomAttribute5", lines);
const addresses = (...lines: string[]): Edit =>
  instead("EmailAddresses", { type: "Array", mode: "Complex", value: lines.join("\n") });

const settings = [
  ["a new attribute", update("CustomAttribute5", "Staff")],
  ["a truth value in capitals", update("LitigationHoldEnabled", "TRUE")],
  ["a size with a unit", update("ProhibitSendQuota", "49.5 GB")],
  ["a size without a limit", update("ProhibitSendReceiveQuota", "Unlimited")],
  ["a number in its range", update("RecipientLimits", "500")],
  ["a duration in days", update("RetainDeletedItemsFor", "30")],
  ["a duration with hours", update("RetainDeletedItemsFor", "14.00:00:00")],
  ["a date", update("StartDateForRetentionHold", "2026-12-31")],
  ["a type of mailbox", update("Type", "Shared")],
  ["forwarding to another company", update("ForwardingSmtpAddress", "smtp:a@elsewhere.test")],
  ["a list as text", update("GrantSendOnBehalfTo", "anna@fabrikam.example;bob@fabrikam.example")],
  ["a value that is cleared", update("MailTip", "")],
  ["another setting when a person leaves", field("Type", ["Delete"], { value: "Shared" })],
  ["a setting for several stages", field("MailTip", ["Enable", "Disable"], { value: "Hello" })],
  ["a field to show only", field("PrimarySmtpAddress", ["Create"], { mode: "None", value: null })],
  ["a field to show after an update", field("Alias", ["Update"], { mode: "None", value: "" })],
  [
    "the mapped correlation field",
    instead("UserPrincipalName", { mode: "Field", value: "Person.UserName" }),
  ],
  ["a reply that is off", instead("AutoReplyState", { value: "Disabled" })],
  ["a reply for some", instead("ExternalAudience", { value: "known" })],
  [
    "a reply with times",
    both(
      instead("AutoReplyState", { value: "Scheduled" }),
      both(
        field("StartTime", ["Delete"], { value: "2026-12-31T17:00:00Z" }),
        field("EndTime", ["Delete"], { mode: "Field", value: "Person.PrimaryContract.EndDate" }),
      ),
    ),
  ],
  [
    "texts by which enable knows the reply",
    replace('["Delete"]', '["Delete", "Enable"]', '"Name": "InternalMessage"'),
  ],
] as const;

const forms = [
  ["a schema for editors", replace("{", '{\n  "$schema": "./schemas/fieldMapping.schema.json",')],
  ["Windows line ends", (text: string) => text.replaceAll("\n", "\r\n")],
  ["everything on one line", (text: string) => JSON.stringify(JSON.parse(text))],
  ["no descriptions", (text: string) => text.replaceAll(/ *"Description": .*\n/g, "")],
  ["a description in another language", replace("Switches the", "Zet de “automatische”")],
] as const;

const paths = [
  ["a department", path("Person.PrimaryContract.Department.DisplayName")],
  ["the manager of a department", path("Person.PrimaryContract.Department.Manager.Email")],
  ["an account in another system", path("Person.Accounts.MicrosoftActiveDirectory.mail")],
  ["a field of this installation", path("Person.PrimaryContract.Custom.Floor")],
  ["a phone number", path("Person.Contact.Business.Phone.Mobile")],
] as const;

const scripts = [
  [
    "parts of the person that may not exist",
    attribute(
      "function f(contract) { return contract.Anything; }",
      "const manager = (Person.PrimaryContract || {}).Manager || Person.PrimaryManager || {};",
      "let part = Person.Name;",
      "part = { Other: 'x' };",
      "(manager.DisplayName || part.Other) + f({});",
    ),
  ],
  ["one expression", attribute("Person.Name.NickName + ' ' + Person.Name.FamilyName")],
  [
    "a function in an old language",
    attribute("var f = function (p) {", "  return p.Name.NickName;", "};", "f(Person);"),
  ],
  [
    "a list that is searched",
    attribute(
      "const own = Person.Contracts.filter(c => c.Context.InConditions);",
      "own.length > 0 ? own[0].Title.Name.toUpperCase() : '';",
    ),
  ],
  [
    "names in a catch, a loop and a label",
    attribute(
      "let text = '';",
      "outer: for (const part of Object.keys(Person.Name)) {",
      "  try { if (part.length > 3) continue outer; text += part; } catch (error) { text = String(error); }",
      "}",
      "text;",
    ),
  ],
  [
    "a switch by branches",
    script("LitigationHoldEnabled", [
      "if (Person.PrimaryContract.Type.Code === 'FT') { 'true'; } else { 'false'; }",
    ]),
  ],
  [
    "a test for a name",
    attribute("typeof Iteration2 === 'undefined' ? Person.UserName : '';", "Person.UserName;"),
  ],
  [
    "a value as object key",
    attribute("const codes = { person: 'P', other: 'O' };", "codes.person + codes['other'];"),
  ],
  [
    "dates and padding",
    attribute(
      "const d = new Date(Person.PrimaryContract.StartDate);",
      "`${d.getFullYear()}`.padStart(6, '0');",
    ),
  ],
  [
    "Iteration that is set",
    attribute("Iteration = Iteration + 1;", "deleteDiacriticalMarks(Person.UserName) + Iteration;"),
  ],
  [
    "a primary and a secondary address",
    addresses(
      "const domain = 'fabrikam.example';",
      "['SMTP:' + Person.UserName + '@' + domain, 'smtp:x@fabrikam.example'];",
    ),
  ],
  [
    "one of two primary addresses",
    addresses("Person.Excluded ? ['SMTP:a@fabrikam.example'] : ['SMTP:b@fabrikam.example'];"),
  ],
  ["no address", addresses("function f() { return []; }", "f();")],
] as const;

const fields = [
  ["another label", replace('"label": "Tenant ID"', '"label": "Directory"')],
  ["no placeholder", replace('      "placeholder": "contoso.onmicrosoft.com",\n', "")],
  ["a default of the tenant", replace('"UserMailbox"', '"UserMailbox, SharedMailbox"')],
  ["another choice", replace('"defaultValue": "html"', '"defaultValue": "text"')],
  ["a switch that is on", replace('"defaultValue": false', '"defaultValue": true')],
  [
    "fewer fields",
    (text: string) =>
      JSON.stringify(
        (JSON.parse(text) as { key: string }[]).filter(({ key }) => !key.startsWith("Resource")),
      ),
  ],
] as const;

const ofEntra = [
  ["a setting of the mailbox", update("exchangeOnline.CustomAttribute10", "Staff")],
  ["an extension attribute", update("onPremisesExtensionAttributes.extensionAttribute3", "Staff")],
  ["a part of the organisation", update("employeeOrgData.division", "Care")],
  ["a truth value in capitals", instead("accountEnabled", { value: "FALSE" })],
  ["a date", update("employeeHireDate", "2026-03-31")],
  ["a property that is cleared", update("city", "")],
  [
    "addresses of the mailbox",
    script(
      "exchangeOnline.EmailAddresses",
      ["['SMTP:' + Person.UserName + '@fabrikam.example'];"],
      {
        type: "Array",
      },
    ),
  ],
  ["a property to read", field("onPremisesSyncEnabled", ["Update"], { mode: "None", value: null })],
  [
    "a user name that Active Directory keeps unique",
    instead("userPrincipalName", {
      mode: "Complex",
      value: "Person.Accounts.MicrosoftActiveDirectory.userPrincipalName;",
    }),
  ],
  ["mail to another company", update("otherMails", "anna@elsewhere.test")],
  ["a licence for Create", field("license.group", ["Create"], { value: "Office users" })],
  [
    "a password from a script",
    instead("passwordProfile.password", { mode: "Complex", value: "'A-' + Person.ExternalId;" }),
  ],
] as const;

export const rightEdits: readonly RightEdit[] = [
  ...ofEntra.map(([title, edit]) => right(entraMapping, title, edit, ["fabrikam.example"])),
  right(entraForm, "a switch that is on", replace('"defaultValue": false', '"defaultValue": true')),
  ...[...settings, ...forms, ...paths, ...scripts].map(([title, edit]) =>
    right(mapping, title, edit, ["fabrikam.example"]),
  ),
  ...fields.map(([title, edit]) => right(form, title, edit)),
  right(
    form,
    "a domain for resources",
    replace('"defaultValue": ""', '"defaultValue": "Fabrikam.example"', '"key": "ResourceDomain"'),
    ["fabrikam.example"],
  ),
  right(calendars, "a right of a group", replace('"Default"', '"info@fabrikam.example"')),
  right(calendars, "several rights", replace('"Editor"', '"ReadItems,CreateItems"')),
  right(calendars, "no schema", (text) => text.replace(/ *"\$schema": .*\n/, "")),
  right(holds, "another duration", replace("365 }", "730 }")),
  right(holds, "a duration as text", replace("365 }", '"400" }')),
  right(regions, "another language", (text) =>
    text
      .replace('"nl-NL"', '"de-DE"')
      .replace('"dd-MM-yy"', '"dd.MM.yyyy"')
      .replace('"H:mm"', "null"),
  ),
  right(regions, "no formats", (text) => text.replaceAll(/ *"(Date|Time)Format": .*\n/g, "")),
];
