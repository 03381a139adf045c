/**
 * Values that Exchange keeps of a user or group of Microsoft Graph: one truth, which both sides read and change. That
 * they are the same value is documented for most (dual write); for the rest assumed.
 */
import type { Json, Values } from "./json.ts";
import { textsOf } from "./json.ts";
import { isMailbox } from "../kinds.ts";
import type { Value } from "../properties.ts";
import type { DirectoryObject } from "../state.ts";
import type { Store } from "../store.ts";
import type { Kind } from "./properties.ts";

interface Kept {
  /** Names of the properties of the object that have the value. */
  in: readonly string[];
  read(object: DirectoryObject, store: Store): Json;
  /** The properties of the object that a new value sets. Absent: Graph does not write it. */
  write?(value: Json): Record<string, Value>;
}

const orNull = (value: Value): Json => (value === "" ? null : value);
const orEmpty = (value: Json): string => (typeof value === "string" ? value : "");

const read = (name: string): Kept => ({
  in: [name],
  read: (object, store) => orNull(store.property(object, name)),
});
const text = (name: string): Kept => ({
  ...read(name),
  write: (value) => ({ [name]: orEmpty(value) }),
});
/** `2024-01-08T08:00:00+00:00` here, `2024-01-08T08:00:00Z` there. */
const time = (name: string): Kept => ({
  in: [name],
  read: (object, store) => timeOf(store.property(object, name)),
  write: (value) => ({ [name]: value === null ? null : orEmpty(value) }),
});

function timeOf(value: Value): Json {
  return typeof value === "string" && value !== "" ? value.replace("+00:00", "Z") : null;
}

const attributes = Array.from({ length: 15 }, (_, index) => index + 1);

const addresses: Kept = {
  in: ["EmailAddresses"],
  read: (object, store) => {
    const value = store.property(object, "EmailAddresses");
    return Array.isArray(value) ? value : [];
  },
};
const mail: Kept = {
  in: ["PrimarySmtpAddress"],
  read: (object, store) => orNull(store.property(object, "PrimarySmtpAddress")),
  write: (value) => ({ EmailAddresses: [`SMTP:${orEmpty(value)}`] }),
};

const users: Readonly<Record<string, Kept>> = {
  accountEnabled: {
    in: ["AccountDisabled"],
    read: (object, store) => store.property(object, "AccountDisabled") !== true,
    write: (value) => ({ AccountDisabled: value === false }),
  },
  businessPhones: {
    in: ["Phone"],
    read: (object, store) => [store.property(object, "Phone")].filter((one) => one !== ""),
    write: (value) => ({ Phone: textsOf(value)[0] ?? "" }),
  },
  city: text("City"),
  companyName: text("Company"),
  createdDateTime: time("WhenCreated"),
  deletedDateTime: time("WhenSoftDeleted"),
  department: text("Department"),
  displayName: text("DisplayName"),
  faxNumber: text("Fax"),
  givenName: text("FirstName"),
  jobTitle: text("Title"),
  mail,
  mailNickname: text("Alias"),
  mobilePhone: text("MobilePhone"),
  officeLocation: text("Office"),
  onPremisesExtensionAttributes: {
    in: attributes.map((number) => `CustomAttribute${number}`),
    read: (object, store) =>
      Object.fromEntries(
        attributes.map((number) => [
          `extensionAttribute${number}`,
          orNull(store.property(object, `CustomAttribute${number}`)),
        ]),
      ),
    write: (value) =>
      Object.fromEntries(
        Object.entries(value as Values).map(([name, one]) => [
          name.replace("extensionAttribute", "CustomAttribute"),
          orEmpty(one),
        ]),
      ),
  },
  onPremisesImmutableId: text("ImmutableId"),
  postalCode: text("PostalCode"),
  proxyAddresses: addresses,
  securityIdentifier: read("Sid"),
  signInSessionsValidFromDateTime: time("StsRefreshTokensValidFrom"),
  state: text("StateOrProvince"),
  streetAddress: text("StreetAddress"),
  surname: text("LastName"),
  userPrincipalName: text("UserPrincipalName"),
};

const groups: Readonly<Record<string, Kept>> = {
  createdDateTime: time("WhenCreated"),
  deletedDateTime: time("WhenSoftDeleted"),
  description: {
    in: ["Description"],
    read: (object, store) => textsOf(store.property(object, "Description"))[0] ?? null,
    write: (value) => ({ Description: value === null ? [] : [orEmpty(value)] }),
  },
  displayName: text("DisplayName"),
  groupTypes: {
    in: ["RecipientTypeDetails"],
    read: (object) => (object["RecipientTypeDetails"] === "GroupMailbox" ? ["Unified"] : []),
  },
  mail,
  mailEnabled: { in: ["RecipientTypeDetails"], read: () => true },
  mailNickname: text("Alias"),
  proxyAddresses: addresses,
  securityEnabled: {
    in: ["RecipientTypeDetails"],
    read: (object) => object["RecipientTypeDetails"] === "MailUniversalSecurityGroup",
  },
};

const contacts: Readonly<Record<string, Kept>> = {
  displayName: text("DisplayName"),
  mail,
};

const tables: Readonly<Record<Kind, Readonly<Record<string, Kept>>>> = {
  user: users,
  group: groups,
  orgContact: contacts,
};

/** How Exchange keeps a property; undefined when only Entra ID has it. */
export const keptOf = (kind: Kind, name: string): Kept | undefined =>
  Object.hasOwn(tables[kind], name) ? tables[kind][name] : undefined;

/** What follows from the type of the object, and from where it is mastered. */
export function derivedOf(object: DirectoryObject, name: string): Json | undefined {
  if (name === "userType")
    return String(object["RecipientTypeDetails"]).startsWith("Guest") ? "Guest" : "Member";
  // False, "no longer", is a value that only Entra ID has.
  return name === "onPremisesSyncEnabled" && object["IsDirSynced"] === true ? true : undefined;
}

/** Exchange masters these of someone with a mailbox, and Graph refuses them (observed of the first). */
export const isMasteredByExchange = (object: DirectoryObject | undefined, name: string): boolean =>
  object !== undefined &&
  isMailbox(object) &&
  (name === "onPremisesExtensionAttributes" || name === "mail");
