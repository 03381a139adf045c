/**
 * The properties of users and groups in Microsoft Graph: kind of value, what `$filter` accepts, and what a request
 * without `$select` returns (documented).
 */
import type { Json } from "./json.ts";

export type Kind = "user" | "group" | "orgContact";
export type Operator =
  "eq" | "ne" | "in" | "ge" | "le" | "startsWith" | "endsWith" | "any" | "count";

export interface Property {
  value: "text" | "flag" | "texts" | "time" | "object" | "objects";
  /** Default: none. */
  filter?: readonly Operator[];
  /** Refused in every body. */
  isReadOnly?: true;
  /** A request without `$select` returns it. */
  isUsual?: true;
  /** Where it has no value. Default: null. */
  standard?: Json;
  maxLength?: number;
  /** Null is refused in a body. */
  isRequired?: true;
}

const equal = ["eq", "ne", "in"] as const;
const ordered = [...equal, "ge", "le"] as const;
const searched = [...ordered, "startsWith"] as const;
const listed = ["any", "count"] as const;

const text = (more: Partial<Property> = {}): Property => ({
  value: "text",
  filter: searched,
  ...more,
});
const readOnly = (more: Partial<Property> = {}): Property => ({
  ...text(),
  isReadOnly: true,
  ...more,
});
const usual = { isUsual: true } as const;

const userProperties: Readonly<Record<string, Property>> = {
  id: readOnly({ filter: equal, ...usual }),
  businessPhones: { value: "texts", standard: [], filter: listed, ...usual },
  displayName: text({ maxLength: 256, isRequired: true, ...usual }),
  givenName: text({ maxLength: 64, ...usual }),
  jobTitle: text({ maxLength: 128, ...usual }),
  mail: text({ filter: [...searched, "endsWith"], isRequired: true, ...usual }),
  mobilePhone: text({ maxLength: 64, ...usual }),
  officeLocation: text({ maxLength: 128, ...usual }),
  preferredLanguage: text(usual),
  surname: text({ maxLength: 64, ...usual }),
  userPrincipalName: text({ filter: [...searched, "endsWith"], isRequired: true, ...usual }),
  accountEnabled: { value: "flag", standard: true, filter: equal, isRequired: true },
  ageGroup: text({ filter: equal }),
  assignedLicenses: { value: "objects", standard: [], filter: ["count"], isReadOnly: true },
  city: text({ maxLength: 128 }),
  companyName: text({ maxLength: 64 }),
  consentProvidedForMinor: text({ filter: equal }),
  country: text({ maxLength: 128 }),
  createdDateTime: readOnly({ value: "time", filter: ordered }),
  creationType: readOnly({ filter: equal }),
  deletedDateTime: readOnly({ value: "time", filter: ordered }),
  department: text({ maxLength: 64 }),
  employeeHireDate: { value: "time", filter: ordered },
  employeeId: text({ maxLength: 16 }),
  employeeLeaveDateTime: { value: "time", filter: ordered },
  employeeOrgData: { value: "object" },
  employeeType: text(),
  externalUserState: readOnly({ filter: equal }),
  faxNumber: text(),
  imAddresses: readOnly({ value: "texts", standard: [], filter: listed }),
  lastPasswordChangeDateTime: readOnly({ value: "time", filter: [] }),
  legalAgeGroupClassification: readOnly({ filter: [] }),
  licenseAssignmentStates: readOnly({ value: "objects", standard: [], filter: [] }),
  mailNickname: text({ maxLength: 64, isRequired: true }),
  onPremisesDistinguishedName: readOnly({ filter: [] }),
  onPremisesDomainName: readOnly({ filter: [] }),
  onPremisesExtensionAttributes: { value: "object" },
  onPremisesImmutableId: text(),
  onPremisesLastSyncDateTime: readOnly({ value: "time", filter: ordered }),
  onPremisesSamAccountName: readOnly({ filter: [...equal, "startsWith"] }),
  onPremisesSecurityIdentifier: readOnly({ filter: equal }),
  onPremisesSyncEnabled: readOnly({ value: "flag", filter: equal }),
  onPremisesUserPrincipalName: readOnly({ filter: [] }),
  otherMails: { value: "texts", standard: [], filter: listed },
  passwordPolicies: text({ filter: [] }),
  passwordProfile: { value: "object" },
  postalCode: text({ maxLength: 40 }),
  proxyAddresses: readOnly({ value: "texts", standard: [], filter: listed }),
  securityIdentifier: readOnly({ filter: [...equal, "startsWith"] }),
  showInAddressList: { value: "flag" },
  signInSessionsValidFromDateTime: readOnly({ value: "time", filter: [] }),
  state: text({ maxLength: 128 }),
  streetAddress: text({ maxLength: 1024 }),
  usageLocation: text({ isRequired: true }),
  userType: text({ filter: equal, standard: "Member" }),
};

const always = <T extends Property>(property: T): T & { isUsual: true } => ({
  ...property,
  ...usual,
});

/** A read of a group without `$select` returns all of these (documented: about 30). */
const groupProperties: Readonly<Record<string, Property>> = Object.fromEntries(
  Object.entries<Property>({
    id: readOnly({ filter: equal }),
    assignedLicenses: { value: "objects", standard: [], filter: ["count"], isReadOnly: true },
    classification: text({ filter: [] }),
    createdDateTime: readOnly({ value: "time", filter: ordered }),
    deletedDateTime: readOnly({ value: "time", filter: ordered }),
    description: text({ filter: [...searched] }),
    displayName: text({ maxLength: 256, isRequired: true }),
    expirationDateTime: readOnly({ value: "time", filter: ordered }),
    groupTypes: { value: "texts", standard: [], filter: listed },
    isAssignableToRole: { value: "flag", filter: equal },
    mail: readOnly({ filter: [...searched, "endsWith"] }),
    mailEnabled: { value: "flag", standard: false, filter: equal },
    mailNickname: text({ maxLength: 64, isRequired: true }),
    membershipRule: text(),
    membershipRuleProcessingState: text({ filter: equal }),
    onPremisesLastSyncDateTime: readOnly({ value: "time", filter: ordered }),
    onPremisesSamAccountName: readOnly({ filter: [...equal, "startsWith"] }),
    onPremisesSecurityIdentifier: readOnly({ filter: equal }),
    onPremisesSyncEnabled: readOnly({ value: "flag", filter: equal }),
    preferredDataLocation: text({ filter: equal }),
    preferredLanguage: text(),
    proxyAddresses: readOnly({ value: "texts", standard: [], filter: listed }),
    renewedDateTime: readOnly({ value: "time", filter: ordered }),
    resourceBehaviorOptions: { value: "texts", standard: [] },
    resourceProvisioningOptions: { value: "texts", standard: [], filter: listed },
    securityEnabled: { value: "flag", standard: true, filter: equal },
    securityIdentifier: readOnly({ filter: equal }),
    theme: text({ filter: [] }),
    // That a filter finds it is documented nowhere.
    uniqueName: text({ filter: [] }),
    visibility: text({ filter: [] }),
  }).map(([name, property]) => [name, always(property)]),
);

const contactProperties: Readonly<Record<string, Property>> = {
  id: readOnly({ filter: equal, ...usual }),
  displayName: readOnly(usual),
  mail: readOnly(usual),
};

/** Properties that Graph keeps in Exchange or SharePoint, or that no one needed yet: 501. */
const elsewhere: Readonly<Record<Kind, ReadonlySet<string>>> = {
  user: new Set(
    `aboutMe assignedPlans authorizationInfo birthday cloudRealtimeCommunicationInfo
    customSecurityAttributes externalUserStateChangeDateTime hireDate identities interests isManagementRestricted
    isResourceAccount mailboxSettings mySite onPremisesProvisioningErrors onPremisesSipInfo pastProjects preferredName
    preferredDataLocation provisionedPlans responsibilities schools serviceProvisioningErrors signInActivity
    skills`.split(/\s+/),
  ),
  group: new Set(
    `allowExternalSenders assignedLabels autoSubscribeNewMembers hasMembersWithLicenseErrors hideFromAddressLists
    hideFromOutlookClients isArchived isManagementRestricted isSubscribedByMail licenseProcessingState
    onPremisesDomainName onPremisesNetBiosName onPremisesProvisioningErrors serviceProvisioningErrors
    unseenCount welcomeMessageEnabled`.split(/\s+/),
  ),
  orgContact: new Set(),
};

const tables: Readonly<Record<Kind, Readonly<Record<string, Property>>>> = {
  user: userProperties,
  group: groupProperties,
  orgContact: contactProperties,
};

export const propertiesOf = (kind: Kind): Readonly<Record<string, Property>> => tables[kind];

/** Undefined for a name that this kind does not have here. Names are case-sensitive in bodies and queries. */
export const propertyOf = (kind: Kind, name: string): Property | undefined =>
  Object.hasOwn(tables[kind], name) ? tables[kind][name] : undefined;

/** Whether Graph has it, and this emulator does not. */
export const isElsewhere = (kind: Kind, name: string): boolean => elsewhere[kind].has(name);

export const usualNames = (kind: Kind): string[] =>
  Object.entries(tables[kind]).flatMap(([name, { isUsual }]) => (isUsual ? [name] : []));

/** The six that Exchange keeps of a Microsoft 365 group, which only a person may set (documented). */
export const heldByExchange = new Set([
  ...["allowExternalSenders", "autoSubscribeNewMembers", "hideFromAddressLists"],
  ...["hideFromOutlookClients", "isSubscribedByMail", "unseenCount"],
]);
