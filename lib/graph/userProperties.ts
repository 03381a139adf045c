/**
 * The properties of a user that a mapping can set: Microsoft's names, and what is particular about each. Sources:
 * Microsoft's documentation of the user resource ("Update user", "Permissions for sensitive actions") and of the
 * attributes that Entra Connect synchronises.
 */
export interface UserProperty {
  /** Default: text. A time is a date or an instant; an object has texts. */
  type?: "flag" | "list" | "time" | "object";
  /** Graph does not clear it. */
  isNeverEmpty?: true;
  /** Changing it needs more than the permission to change a profile, and more again if the user holds a role. */
  isSensitive?: true;
  /** The attribute of Active Directory that masters it for a synchronised user. */
  attribute: string;
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
  city: { attribute: "l" },
  companyName: { attribute: "company" },
  consentProvidedForMinor: { attribute: inCloud },
  country: { attribute: "co" },
  department: { attribute: "department" },
  displayName: { isNeverEmpty: true, attribute: "displayName" },
  employeeHireDate: { type: "time", attribute: "a custom attribute" },
  employeeId: { attribute: "employeeID" },
  employeeLeaveDateTime: { type: "time", isSensitive: true, attribute: "a custom attribute" },
  employeeOrgData: {
    type: "object",
    parts: ["division", "costCenter"],
    attribute: "a custom attribute",
  },
  employeeType: { attribute: "employeeType" },
  faxNumber: { attribute: "facsimileTelephoneNumber" },
  givenName: { attribute: "givenName" },
  jobTitle: { attribute: "title" },
  mail: { isNeverEmpty: true, attribute: "mail" },
  mailNickname: { isNeverEmpty: true, attribute: "mailNickname" },
  mobilePhone: { isSensitive: true, attribute: "mobile" },
  officeLocation: { attribute: "physicalDeliveryOfficeName" },
  onPremisesExtensionAttributes: {
    type: "object",
    parts: extensionAttributes,
    attribute: "extensionAttribute1 to 15",
  },
  otherMails: { type: "list", isSensitive: true, attribute: inCloud },
  passwordPolicies: { attribute: inCloud },
  postalCode: { attribute: "postalCode" },
  preferredLanguage: { attribute: "preferredLanguage" },
  state: { attribute: "st" },
  streetAddress: { attribute: "streetAddress" },
  surname: { attribute: "sn" },
  usageLocation: { isNeverEmpty: true, attribute: inCloud },
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
