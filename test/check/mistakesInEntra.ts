/** Mistakes in the form and the field mapping of Entra ID that its actions would notice, or that have no effect. */
import { both, field, instead, replace, script, written } from "./edits.ts";
import { mistake } from "./mistakes.ts";

const hidden = "exchangeOnline.HiddenFromAddressListsEnabled";
const upn = '"Name": "userPrincipalName"';
const update = (name: string, value = ""): ReturnType<typeof field> =>
  field(name, ["Update"], { value });
/** A field that the connector is to fill in. */
const none = (name: string): ReturnType<typeof field> =>
  field(name, ["Update"], { mode: "None", value: null });
const fixed = (value: string): string => `"Value": ${written(value)}`;
const name = (text: string): string => `"Name": "${text}"`;

const names = [
  mistake(
    "a misspelt property of the user",
    update("jobTitel"),
    name("jobTitel"),
    "jobTitel is mapped, but is not a property of a user to set; the most similar name is jobTitle.",
  ),
  mistake(
    "a property in another letter case",
    replace(name("jobTitle"), name("JobTitle")),
    name("JobTitle"),
    "expected jobTitle.",
    { isWarning: true },
  ),
  mistake(
    "a setting of the mailbox in another letter case",
    update("ExchangeOnline.customAttribute3"),
    name("ExchangeOnline.customAttribute3"),
    "expected exchangeOnline.CustomAttribute3.",
    { isWarning: true },
  ),
  mistake(
    "a setting of the mailbox without its prefix",
    update("HiddenFromAddressListsEnabled", "true"),
    name("HiddenFromAddressListsEnabled"),
    "expected exchangeOnline.HiddenFromAddressListsEnabled.",
  ),
  mistake(
    "a misspelt setting of the mailbox",
    update("exchangeOnline.CustomAttribut3"),
    name("exchangeOnline.CustomAttribut3"),
    "the most similar name is CustomAttribute3.",
  ),
  mistake(
    "a part of the automatic reply, which belongs to the system for Exchange Online",
    field("exchangeOnline.AutoReplyState", ["Delete"], { value: "Enabled" }),
    name("exchangeOnline.AutoReplyState"),
    "AutoReplyState is mapped, but is not a setting of a mailbox",
  ),
  mistake(
    "an object without its part",
    update("employeeOrgData"),
    name("employeeOrgData"),
    "expected employeeOrgData.division or another part.",
  ),
  mistake(
    "an extension attribute that does not exist",
    update("onPremisesExtensionAttributes.extensionAttribute16"),
    name("onPremisesExtensionAttributes.extensionAttribute16"),
    "extensionAttribute16 is mapped; expected onPremisesExtensionAttributes.extensionAttribute1 or another part",
  ),
  mistake(
    "a misspelt field to be filled in",
    none("mangerId"),
    name("mangerId"),
    "the nearest is managerId.",
  ),
  mistake(
    "a property that can only be read",
    update("proxyAddresses"),
    name("proxyAddresses"),
    "proxyAddresses can only be read; expected MappingMode None.",
  ),
  mistake(
    "a manager that is mapped",
    instead("managerId", { mode: "Field", value: "Person.PrimaryManager.ExternalId" }),
    name("managerId"),
    "which the platform passes; expected MappingMode None.",
  ),
];

const values = [
  mistake(
    "a truth value in Dutch",
    replace(written("true"), written("waar"), name("accountEnabled")),
    fixed("waar"),
    'The mapping of accountEnabled yields "waar"; expected true or false.',
  ),
  mistake(
    "a setting of the mailbox with another value",
    replace(written("true"), written("maybe"), name(hidden)),
    fixed("maybe"),
    'The mapping of HiddenFromAddressListsEnabled yields "maybe"; expected true or false.',
  ),
  mistake(
    "a date that is none",
    update("employeeHireDate", "31-12-2026"),
    fixed("31-12-2026"),
    "expected a date such as 2026-03-31",
  ),
  mistake(
    "a list for a property with one value",
    script("department", ["['Care'];"], { type: "Array" }),
    '"Type": "Array"',
    "department has one value and Type is Array; expected Text.",
    { also: 1 },
  ),
  mistake(
    "two telephone numbers at work",
    instead("businessPhones", { type: "Array", mode: "Complex", value: "['1', '2'];" }),
    '"Value": "\\"[\'1\'',
    "one telephone number at most",
  ),
  mistake(
    "two primary addresses that a script puts together",
    script("exchangeOnline.EmailAddresses", ["['SMTP:a' + Iteration, 'SMTP:b' + Iteration];"], {
      type: "Array",
    }),
    '"Value": "\\"[\'SMTP',
    "EmailAddresses",
  ),
  mistake(
    "a user name at another domain than the tenant's",
    (text) => text,
    '"Value": "\\"// Your mail domain.',
    "which is none of those of --domain; expected tailspin.example.",
    { domains: ["tailspin.example"] },
  ),
  mistake(
    "an address of the mailbox at another domain than the tenant's",
    update("exchangeOnline.EmailAddresses", "SMTP:a@northwind.example"),
    fixed("SMTP:a@northwind.example"),
    "the domain is northwind.example, which is none of those of --domain",
    { domains: ["fabrikam.example"] },
  ),
  mistake(
    "a setting of the mailbox for a new user with a wrong value",
    field("exchangeOnline.RecipientLimits", ["Create"], { value: "many" }),
    fixed("many"),
    "The mapping of RecipientLimits yields",
  ),
];

const stages = [
  mistake(
    "access that is withdrawn when it is granted",
    replace(written("true"), written("False"), name("accountEnabled")),
    fixed("False"),
    "accountEnabled is false for Enable; expected true.",
    { isWarning: true },
  ),
  mistake(
    "access that stays when it is withdrawn",
    both(
      replace(written("true"), written("false"), name("accountEnabled")),
      both(
        replace(written("false"), written("TRUE"), name("accountEnabled")),
        replace('["Enable"]', '["Update"]', name("accountEnabled")),
      ),
    ),
    fixed("TRUE"),
    "accountEnabled is true for Disable; expected false.",
    { isWarning: true },
  ),
  mistake(
    "a password for another stage than Create",
    replace('["Create"]', '["Update"]', name("passwordProfile.forceChangePasswordNextSignIn")),
    '"MapForActions": ["Update"]',
    "is mapped for Update, which sets no password; expected Create.",
  ),
  mistake(
    "a licence for another stage than Create",
    field("license.skuPartNumber", ["Update"], { value: "ENTERPRISEPACK" }),
    '"Update"',
    "is mapped for Update, which assigns no licence; expected Create.",
  ),
  mistake(
    "one password for everyone",
    instead("passwordProfile.password", { value: "Welcome2026!" }),
    fixed("Welcome2026!"),
    "expected MappingMode None: the connector generates one.",
  ),
  mistake(
    "a switch of the password that is none",
    replace(written("true"), written("yes"), name("passwordProfile.forceChangePasswordNextSignIn")),
    fixed("yes"),
    'yields "yes"; expected true or false.',
  ),
  mistake(
    "one attribute by two names",
    both(
      update("onPremisesExtensionAttributes.extensionAttribute7", "a"),
      update("exchangeOnline.CustomAttribute7", "b"),
    ),
    '"Update"',
    "both set the same value of a user with a mailbox; map only one of them.",
    { nth: 2 },
  ),
  mistake(
    "two fields for the primary address",
    both(
      update("exchangeOnline.WindowsEmailAddress", "a@fabrikam.example"),
      update("exchangeOnline.EmailAddresses", "SMTP:b@fabrikam.example"),
    ),
    '"Update"',
    "both set the same value",
    { nth: 2 },
  ),
  mistake(
    "no field to look a user up by",
    () =>
      JSON.stringify(
        {
          Version: "v1",
          MappingFields: [
            {
              Name: "businessPhones",
              Type: "Array",
              MappingActions: [
                {
                  MapForActions: ["Create"],
                  MappingMode: "Complex",
                  Value: JSON.stringify("['1'];"),
                  UsedInNotifications: false,
                  StoreInAccountData: false,
                },
              ],
            },
          ],
          UniqueFieldNames: [],
        },
        null,
        2,
      ),
    '"MappingFields"',
    "No field is mapped for Create that can be the account correlation field",
    { also: 1 },
  ),
  mistake(
    "a user name that stays the same while it is taken",
    instead("userPrincipalName", {
      mode: "Complex",
      value: "Person.UserName + '@fabrikam.example';",
    }),
    String.raw`"Value": "\"Person.UserName`,
    "The script of userPrincipalName does not use Iteration",
    { isWarning: true },
  ),
  mistake(
    "no user name for a new user",
    replace('["Create"]', '["Update"]', upn),
    '"MappingFields"',
    "A new user needs userPrincipalName, mailNickname; expected a mapped value.",
    { isWarning: true },
  ),
];

export const mistakesInEntraMapping = [...names, ...values, ...stages];

export const mistakesInEntraForms = [
  mistake(
    "a key that only Exchange Online reads",
    replace('"key": "ConfirmRevokes"', '"key": "GroupMarker"'),
    '"key": "GroupMarker"',
    "No action of Entra ID with Exchange Online reads GroupMarker, a key of Exchange Online",
  ),
  mistake(
    "a misspelt key of Entra ID",
    replace('"key": "deleteAccount"', '"key": "deletAcount"'),
    '"key": "deletAcount"',
    "deleteAccount",
  ),
  mistake(
    "a key in another letter case",
    replace('"key": "deleteAccount"', '"key": "DeleteAccount"'),
    '"key": "DeleteAccount"',
    "expected deleteAccount.",
    { isWarning: true },
  ),
  mistake(
    "a tenant that cannot be named",
    replace('"key": "TenantID"', '"key": "AppId"'),
    "[",
    "The form has no field TenantID",
    { also: 1 },
  ),
];
