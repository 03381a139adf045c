/** Mistakes in fieldMapping.json that only the actions of the connector would notice. */
import { both, field, instead, replace, written, type Edit } from "./edits.ts";
import { mistake } from "./mistakes.ts";

const fixed = (value: string): string => `"Value": ${written(value)}`;
const update = (name: string, value: string): Edit => field(name, ["Update"], { value });

const names = [
  mistake(
    "a field that is misspelt",
    replace('"CustomAttribute1"', '"CustomAttribut1"'),
    '"Name": "CustomAttribut1"',
    "the most similar name is CustomAttribute1",
  ),
  mistake(
    "a field that nothing resembles",
    update("Colour", "red"),
    '"Name": "Colour"',
    "Colour is mapped, but is not a setting of a mailbox",
  ),
  mistake(
    "a field with a dot",
    update("exchange.CustomAttribute2", "x"),
    '"Name": "exchange.CustomAttribute2"',
    "is not a setting of a mailbox",
  ),
  ...["CountryOrRegion", "jobTitle", "UsageLocation"].map((name) =>
    mistake(
      `an attribute of the user that only Entra ID sets: ${name}`,
      update(name, "x"),
      `"Name": "${name}"`,
      "the system Entra ID with Exchange Online sets it",
    ),
  ),
  mistake(
    "a misspelt attribute of the user",
    update("Depatment", "x"),
    '"Name": "Depatment"',
    "the nearest is Department",
  ),
  mistake(
    "a property that another parameter sets",
    update("PrimarySmtpAddress", "a@fabrikam.example"),
    '"Name": "PrimarySmtpAddress"',
    "use EmailAddresses",
  ),
  mistake(
    "a property that nothing sets",
    update("WhenCreated", "2026-12-31"),
    '"Name": "WhenCreated"',
    "is not a setting of a mailbox",
  ),
  mistake(
    "a misspelt field of the automatic reply",
    replace('"AutoReplyState"', '"AutoReplyStat"'),
    '"Name": "AutoReplyStat"',
    "the nearest is AutoReplyState",
  ),
  mistake(
    "a misspelt property without a value",
    replace('"UserPrincipalName"', '"UserPrinicpalName"'),
    '"Name": "UserPrinicpalName"',
    "the nearest is UserPrincipalName",
  ),
  mistake(
    "a field in another letter case",
    replace('"CustomAttribute1"', '"customAttribute1"'),
    '"Name": "customAttribute1"',
    "expected CustomAttribute1",
    { isWarning: true },
  ),
];

const values = [
  mistake(
    "a state that does not exist",
    replace(written("Enabled"), written("Enable")),
    fixed("Enable"),
    "expected one of Enabled, Disabled, Scheduled; the nearest is Enabled",
  ),
  mistake(
    "an audience that does not exist",
    replace(written("All"), written("Everyone")),
    fixed("Everyone"),
    "expected one of None, Known, All",
  ),
  mistake(
    "a truth value in words",
    replace(written("true"), written("yes")),
    fixed("yes"),
    "expected true or false",
  ),
  mistake(
    "a truth value as number",
    update("LitigationHoldEnabled", "1"),
    fixed("1"),
    "expected true or false",
  ),
  mistake(
    "a size without a unit",
    update("ProhibitSendQuota", "50"),
    fixed("50"),
    "a size with its unit, such as 50 GB",
  ),
  mistake(
    "a size with another unit",
    update("MaxSendSize", "35 megabytes"),
    fixed("35 megabytes"),
    "a size with its unit",
  ),
  mistake(
    "a number above its range",
    update("RecipientLimits", "5000"),
    fixed("5000"),
    "a whole number from 1 to 1000",
  ),
  mistake(
    "a type of mailbox that does not exist",
    update("Type", "SharedMailbox"),
    fixed("SharedMailbox"),
    "expected one of Equipment, Regular, Room, Shared",
  ),
  mistake(
    "a date in another order",
    update("StartDateForRetentionHold", "31-12-2026"),
    fixed("31-12-2026"),
    "a date and time such as 2026-12-31T17:00:00Z",
  ),
  mistake(
    "a duration in words",
    update("RetainDeletedItemsFor", "30 days"),
    fixed("30 days"),
    "a number of days",
  ),
  mistake(
    "a whole number with a fraction",
    update("ResourceCapacity", "2.5"),
    fixed("2.5"),
    "a whole number",
  ),
  mistake(
    "a text that is too long",
    update("MailTip", "x".repeat(176)),
    '"Value": "\\"xxx',
    "expected at most 175",
  ),
  mistake(
    "an address without a domain",
    update("ForwardingSmtpAddress", "info"),
    fixed("info"),
    "an email address",
  ),
  mistake(
    "two primary addresses",
    instead("EmailAddresses", { value: "SMTP:a@fabrikam.example;SMTP:b@fabrikam.example" }),
    fixed("SMTP:a@fabrikam.example;SMTP:b@fabrikam.example"),
    "2 primary addresses (SMTP:); expected at most one",
  ),
  mistake(
    "an address of another type",
    instead("EmailAddresses", { value: "SIP:a@fabrikam.example" }),
    fixed("SIP:a@fabrikam.example"),
    "expected an SMTP address",
  ),
];

const stages = [
  mistake(
    "a reply for update",
    replace('["Delete"]', '["Update"]'),
    '"MapForActions": ["Update"]',
    "which sets no automatic reply; expected Delete or Enable",
  ),
  mistake(
    "a reply without the text for colleagues",
    replace('["Delete"]', '["Enable"]', '"Name": "InternalMessage"'),
    '"Value"',
    "without an InternalMessage",
  ),
  mistake(
    "a scheduled reply without its times",
    replace(written("Enabled"), written("Scheduled")),
    fixed("Scheduled"),
    "needs a date and time as StartTime",
    { also: 1 },
  ),
  mistake(
    "two fields for the primary address",
    update("WindowsEmailAddress", "a@fabrikam.example"),
    '"MapForActions": ["Update"]',
    "both set the primary address",
    { nth: 2 },
  ),
  mistake(
    "no field to correlate by",
    both(replace('["Create"]', '["Enable"]'), replace('["Create"]', '["Enable"]')),
    '"MappingFields"',
    "can be the account correlation field",
  ),
  mistake(
    "settings for create",
    both(
      field("CustomAttribute2", ["Create"], { value: "A" }),
      field("CustomAttribute3", ["Create"], { value: "B" }),
    ),
    '"Create"',
    "expected CustomAttribute2 for Update",
    { nth: 2, isWarning: true },
  ),
];

export const mistakesInSettings = [...names, ...values, ...stages];
