/**
 * The properties of a user that a mapping can set: Microsoft's names, and what is particular about each. Sources:
 * Microsoft's documentation of the user resource ("Update user", "Permissions for sensitive actions") and of the
 * attributes that Entra Connect synchronises.
 */
export interface UserProperty {
  /** Default: text. A time is a date or an instant; an object has texts; a country is a code of two letters. */
  type?: "flag" | "list" | "time" | "object" | "country";
  /** Of a text, in characters (documented). */
  maxLength?: number;
  /** Graph does not clear it. */
  isNeverEmpty?: true;
  /** Changing it needs more than the permission to change a profile, and more again if the user holds a role. */
  isSensitive?: true;
  /** The attribute of Active Directory that masters it for a synchronised user. */
  attribute: string;
  /**
   * What masters it for a user with a mailbox: parameters of `Set-Mailbox`. Graph refuses it then
   * (microsoft-graph-docs-contrib issue 3564).
   */
  mailboxSetting?: string;
  /** The names in an object. */
  parts?: readonly string[];
}

export const extensionAttributes: readonly string[] = Array.from(
  { length: 15 },
  (_, index) => `extensionAttribute${index + 1}`,
);

/** The properties that are mastered in Entra ID whatever the user is. */
const inCloud = "";

const properties = {
  accountEnabled: {
    type: "flag",
    isNeverEmpty: true,
    isSensitive: true,
    attribute: "userAccountControl",
  },
  ageGroup: { attribute: inCloud },
  businessPhones: { type: "list", isSensitive: true, attribute: "telephoneNumber" },
  city: { maxLength: 128, attribute: "l" },
  companyName: { maxLength: 64, attribute: "company" },
  consentProvidedForMinor: { attribute: inCloud },
  country: { maxLength: 128, attribute: "co" },
  department: { maxLength: 64, attribute: "department" },
  displayName: { maxLength: 256, isNeverEmpty: true, attribute: "displayName" },
  employeeHireDate: { type: "time", attribute: "a custom attribute" },
  employeeId: { maxLength: 16, attribute: "employeeID" },
  employeeLeaveDateTime: { type: "time", isSensitive: true, attribute: "a custom attribute" },
  employeeOrgData: {
    type: "object",
    parts: ["division", "costCenter"],
    attribute: "a custom attribute",
  },
  employeeType: { attribute: "employeeType" },
  faxNumber: { attribute: "facsimileTelephoneNumber" },
  givenName: { maxLength: 64, attribute: "givenName" },
  jobTitle: { maxLength: 128, attribute: "title" },
  mail: { isNeverEmpty: true, attribute: "mail", mailboxSetting: "EmailAddresses" },
  mailNickname: { maxLength: 64, isNeverEmpty: true, attribute: "mailNickname" },
  mobilePhone: { maxLength: 64, isSensitive: true, attribute: "mobile" },
  officeLocation: { maxLength: 128, attribute: "physicalDeliveryOfficeName" },
  onPremisesExtensionAttributes: {
    type: "object",
    parts: extensionAttributes,
    attribute: "extensionAttribute1 to 15",
    mailboxSetting: "CustomAttribute1 to 15",
  },
  otherMails: { type: "list", isSensitive: true, attribute: inCloud },
  passwordPolicies: { attribute: inCloud },
  postalCode: { maxLength: 40, attribute: "postalCode" },
  preferredLanguage: { attribute: "preferredLanguage" },
  state: { maxLength: 128, attribute: "st" },
  streetAddress: { maxLength: 1024, attribute: "streetAddress" },
  surname: { maxLength: 64, attribute: "sn" },
  usageLocation: { type: "country", isNeverEmpty: true, attribute: inCloud },
  userPrincipalName: { isNeverEmpty: true, isSensitive: true, attribute: "userPrincipalName" },
  userType: { isNeverEmpty: true, attribute: inCloud },
} as const satisfies Readonly<Record<string, UserProperty>>;

export type UserPropertyName = keyof typeof properties;
export const userProperties: Readonly<Record<string, UserProperty>> = properties;

/** Properties that are read only, and may be fields of an account (mapping mode None). */
export const readOnlyProperties = [
  "id",
  "createdDateTime",
  "creationType",
  "lastPasswordChangeDateTime",
  "onPremisesDistinguishedName",
  "onPremisesDomainName",
  "onPremisesImmutableId",
  "onPremisesLastSyncDateTime",
  "onPremisesSamAccountName",
  "onPremisesSecurityIdentifier",
  "onPremisesSyncEnabled",
  "onPremisesUserPrincipalName",
  "proxyAddresses",
  "securityIdentifier",
  "signInSessionsValidFromDateTime",
] as const;

/** The attribute of Active Directory that masters a property of a synchronised user; undefined: Entra ID masters it. */
export function masteredAs(property: string): string | undefined {
  const attribute = userProperties[property]?.attribute;
  return attribute === inCloud ? undefined : attribute;
}
