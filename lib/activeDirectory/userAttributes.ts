/**
 * The attributes of a user that a mapping can set, and what is particular about each. Source: Microsoft's documentation
 * of the schema ("All attributes", rangeUpper), and of the accounts database for sAMAccountName.
 */
import type { AttributeName } from "./client/attributes.ts";

export interface UserAttribute {
  /** Default: text. */
  type?: "flag" | "addresses" | "integer" | "country";
  /** Of a text, in characters. */
  maxLength?: number;
  /** It is not cleared. */
  isNeverEmpty?: true;
  /** Exchange Online masters it for a mailbox that it manages (IsExchangeCloudManaged). */
  isOfMailbox?: true;
}

const ofMailbox = { isOfMailbox: true } as const;
const extension1To10 = { maxLength: 1024, ...ofMailbox } as const;
const extension11To15 = { maxLength: 2048, ...ofMailbox } as const;

const attributes = {
  c: { type: "country" },
  co: { maxLength: 128 },
  company: { maxLength: 64 },
  department: { maxLength: 64 },
  description: { maxLength: 1024 },
  displayName: { maxLength: 256 },
  division: { maxLength: 256 },
  employeeID: { maxLength: 16 },
  employeeNumber: { maxLength: 512 },
  employeeType: { maxLength: 256 },
  facsimileTelephoneNumber: { maxLength: 64 },
  givenName: { maxLength: 64 },
  homePhone: { maxLength: 64 },
  info: { maxLength: 1024 },
  initials: { maxLength: 6 },
  ipPhone: { maxLength: 64 },
  l: { maxLength: 128 },
  middleName: { maxLength: 64 },
  mobile: { maxLength: 64 },
  pager: { maxLength: 64 },
  physicalDeliveryOfficeName: { maxLength: 128 },
  postalCode: { maxLength: 40 },
  preferredLanguage: {},
  sAMAccountName: { maxLength: 20, isNeverEmpty: true },
  sn: { maxLength: 64 },
  st: { maxLength: 128 },
  streetAddress: { maxLength: 1024 },
  telephoneNumber: { maxLength: 64 },
  title: { maxLength: 128 },
  userPrincipalName: { maxLength: 1024, isNeverEmpty: true },
  wWWHomePage: { maxLength: 2048 },
  mail: { maxLength: 256, ...ofMailbox },
  mailNickname: { maxLength: 64, ...ofMailbox },
  proxyAddresses: { type: "addresses", ...ofMailbox },
  targetAddress: { maxLength: 1123, ...ofMailbox },
  extensionAttribute1: extension1To10,
  extensionAttribute2: extension1To10,
  extensionAttribute3: extension1To10,
  extensionAttribute4: extension1To10,
  extensionAttribute5: extension1To10,
  extensionAttribute6: extension1To10,
  extensionAttribute7: extension1To10,
  extensionAttribute8: extension1To10,
  extensionAttribute9: extension1To10,
  extensionAttribute10: extension1To10,
  extensionAttribute11: extension11To15,
  extensionAttribute12: extension11To15,
  extensionAttribute13: extension11To15,
  extensionAttribute14: extension11To15,
  extensionAttribute15: extension11To15,
  msExchHideFromAddressLists: { type: "flag", ...ofMailbox },
  msExchRecipientDisplayType: { type: "integer", ...ofMailbox },
  msExchRecipientTypeDetails: { type: "integer", ...ofMailbox },
  msExchRemoteRecipientType: { type: "integer", ...ofMailbox },
} as const satisfies Readonly<Partial<Record<AttributeName, UserAttribute>>>;

/** An attribute that a mapping can set. */
export type UserAttributeName = keyof typeof attributes;
export const userAttributes: Readonly<Record<UserAttributeName, UserAttribute>> = attributes;
export const userAttributeNames = Object.keys(attributes) as UserAttributeName[];

/** What can be read of a user, and not set (mapping mode None). */
export const readOnlyAttributes = [
  "objectGUID",
  "distinguishedName",
  "cn",
  "manager",
  "userAccountControl",
] as const satisfies readonly AttributeName[];
