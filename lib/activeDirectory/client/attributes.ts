import { Fault } from "../../fault.ts";
import { quoted } from "../../graphemes.ts";

/**
 * The attributes that the connector reads and writes, in the spelling of the schema, each with its syntax. No other
 * attribute is ever requested or written. `guid` and `bytes` are binary: they are requested as such, because bytes that
 * happen to be text would otherwise arrive as text.
 */
export const attributes = {
  objectGUID: "guid",
  objectSid: "bytes",
  distinguishedName: "text",
  cn: "text",
  displayName: "text",
  givenName: "text",
  initials: "text",
  middleName: "text",
  sn: "text",
  userPrincipalName: "text",
  sAMAccountName: "text",
  employeeID: "text",
  employeeNumber: "text",
  employeeType: "text",
  company: "text",
  department: "text",
  description: "text",
  division: "text",
  info: "text",
  manager: "text",
  physicalDeliveryOfficeName: "text",
  title: "text",
  facsimileTelephoneNumber: "text",
  homePhone: "text",
  ipPhone: "text",
  mobile: "text",
  pager: "text",
  telephoneNumber: "text",
  c: "text",
  co: "text",
  l: "text",
  postalCode: "text",
  st: "text",
  streetAddress: "text",
  preferredLanguage: "text",
  wWWHomePage: "text",
  mail: "text",
  mailNickname: "text",
  proxyAddresses: "texts",
  targetAddress: "text",
  extensionAttribute1: "text",
  extensionAttribute2: "text",
  extensionAttribute3: "text",
  extensionAttribute4: "text",
  extensionAttribute5: "text",
  extensionAttribute6: "text",
  extensionAttribute7: "text",
  extensionAttribute8: "text",
  extensionAttribute9: "text",
  extensionAttribute10: "text",
  extensionAttribute11: "text",
  extensionAttribute12: "text",
  extensionAttribute13: "text",
  extensionAttribute14: "text",
  extensionAttribute15: "text",
  msExchHideFromAddressLists: "boolean",
  msExchRecipientDisplayType: "integer",
  msExchRecipientTypeDetails: "largeInteger",
  msExchRemoteRecipientType: "largeInteger",
  "mS-DS-ConsistencyGuid": "bytes",
  userAccountControl: "integer",
  pwdLastSet: "largeInteger",
  unicodePwd: "password",
  minPwdLength: "integer",
  name: "text",
  groupType: "integer",
  adminCount: "integer",
  isCriticalSystemObject: "boolean",
  memberOf: "texts",
  objectClass: "texts",
  isDeleted: "boolean",
  member: "texts",
  publicDelegates: "texts",
  allowedAttributes: "texts",
  allowedAttributesEffective: "texts",
  allowedChildClassesEffective: "texts",
} as const satisfies Readonly<Record<string, Syntax>>;

type Syntax =
  "text" | "texts" | "integer" | "largeInteger" | "boolean" | "guid" | "bytes" | "password";
export type AttributeName = keyof typeof attributes;
/** A value of an attribute. An integer of 64 bits is a text of digits: as a number it would lose some. */
export type Value = string | number | boolean | readonly string[] | Buffer | null;

/** An object as it was read: its name, and the requested attributes; null for one that it does not have. */
export interface Entry {
  dn: string;
  [attribute: string]: Value;
}

/** What a library returns for an attribute. */
type Raw = string | Buffer | readonly (string | Buffer)[];

export const binaryAttributes: string[] = Object.entries(attributes)
  .filter(([, syntax]) => syntax === "guid" || syntax === "bytes")
  .map(([name]) => name);

/** The attribute of this name, in the spelling of the schema. Throws an `unexpected` fault for one of no table. */
export function assertKnown(name: string): asserts name is AttributeName {
  if (Object.hasOwn(attributes, name)) return;
  throw new Fault({
    kind: "unexpected",
    message: `The connector does not know the attribute ${name} of Active Directory.`,
  });
}

/** A value as LDAP sends it. */
export function encoded(name: AttributeName, value: Value): (string | Buffer)[] {
  if (value === null) return [];
  // MS-ADTS 3.1.1.3.1.5: a password is sent in quotes, as UTF-16.
  if (attributes[name] === "password") return [Buffer.from(`"${String(value)}"`, "utf16le")];
  if (Buffer.isBuffer(value)) return [value];
  // Capitals: other spellings are refused (measured).
  if (typeof value === "boolean") return [value ? "TRUE" : "FALSE"];
  if (typeof value === "object") return [...value];
  return [String(value)];
}

/** A value as it arrives. Throws an `unexpected` fault when it does not have the syntax of its attribute. */
export function decoded(name: AttributeName, raw: Raw | undefined): Value {
  const values = raw === undefined ? [] : [raw].flat();
  const syntax = attributes[name];
  if (syntax === "texts") return values.map((value) => textIn(name, value));
  const [first] = values;
  if (first === undefined) return null;
  if (values.length > 1) throw unusable(name, `${values.length} values`);
  if (syntax === "bytes" || syntax === "guid") {
    if (!Buffer.isBuffer(first)) throw unusable(name, "a text");
    return syntax === "guid" ? guidIn(first) : first;
  }
  const text = textIn(name, first);
  if (syntax === "text") return text;
  if (syntax === "boolean") {
    if (text !== "TRUE" && text !== "FALSE") throw unusable(name, `the text "${text}"`);
    return text === "TRUE";
  }
  if (!/^-?\d{1,19}$/.test(text)) throw unusable(name, `the text "${text}"`);
  if (syntax === "largeInteger") return text;
  if (!Number.isSafeInteger(Number(text))) throw unusable(name, `the text "${text}"`);
  return Number(text);
}

function textIn(name: AttributeName, value: string | Buffer): string {
  if (typeof value === "string") return value;
  throw unusable(name, "bytes that are not text");
}

function unusable(name: AttributeName, what: string): Fault {
  return new Fault({
    kind: "unexpected",
    message: `Active Directory returned ${what} for ${name}; expected one value (${attributes[name]}).`,
  });
}

/** MS-DTYP 2.3.4: the first three parts of a GUID are stored with their lowest byte first. */
const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];

/** The bytes of a GUID as its text. */
export function guidIn(bytes: Buffer): string {
  if (bytes.length !== 16) throw unusable("objectGUID", `${bytes.length} bytes`);
  const hex = order.map((index) => (bytes[index] ?? 0).toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** The text of a GUID as its bytes. */
export function guidBytes(guid: string): Buffer {
  const plain = Buffer.from(guid.replaceAll("-", ""), "hex");
  return Buffer.from(order.map((index) => plain[index] ?? 0));
}

/**
 * The text of a security identifier, such as `S-1-5-21-1004336348-1177238915-682003330-512`, as its bytes (MS-DTYP
 * 2.4.2.2): the revision, the number of sub-authorities, the authority with its highest byte first, and each
 * sub-authority with its lowest byte first. Throws an `unexpected` fault for another text.
 */
export function sidBytes(sid: string): Buffer {
  const [, authority = "", rest = ""] = /^S-1-(\d{1,10})((?:-\d{1,10}){1,15})$/i.exec(sid) ?? [];
  const parts = rest.split("-").slice(1).map(Number);
  if (authority === "" || [Number(authority), ...parts].some((part) => part > 0xffffffff))
    throw new Fault({
      kind: "unexpected",
      message: `The security identifier is ${quoted(sid)}; expected one such as S-1-5-21-1-2-3-1104.`,
    });
  const bytes = Buffer.alloc(8 + 4 * parts.length);
  bytes.writeUInt8(1, 0);
  bytes.writeUInt8(parts.length, 1);
  bytes.writeUIntBE(Number(authority), 2, 6);
  parts.forEach((part, index) => bytes.writeUInt32LE(part, 8 + 4 * index));
  return bytes;
}
