import { Fault } from "../../fault.ts";

/**
 * The attributes that the connector reads and writes, in the spelling of the schema, each with its syntax. No other
 * attribute is ever requested or written. `guid` and `bytes` are binary: they are requested as such, because bytes that
 * happen to be text would otherwise arrive as text.
 */
export const attributes = {
  objectGUID: "guid",
  distinguishedName: "text",
  displayName: "text",
  userPrincipalName: "text",
  sAMAccountName: "text",
  mail: "text",
  employeeID: "text",
  mailNickname: "text",
  "mS-DS-ConsistencyGuid": "bytes",
  userAccountControl: "integer",
  msExchHideFromAddressLists: "boolean",
  isDeleted: "boolean",
  member: "texts",
  allowedAttributes: "texts",
  allowedAttributesEffective: "texts",
} as const satisfies Readonly<Record<string, Syntax>>;

type Syntax = "text" | "texts" | "integer" | "boolean" | "guid" | "bytes";
export type AttributeName = keyof typeof attributes;
/** A value of an attribute. An integer of 64 bits would lose digits as a number: none of the table is one. */
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
export function encoded(value: Value): (string | Buffer)[] {
  if (value === null) return [];
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
  if (!/^-?\d{1,10}$/.test(text)) throw unusable(name, `the text "${text}"`);
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
