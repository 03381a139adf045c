import { Fault } from "../../fault.ts";
import { quoted } from "../../graphemes.ts";

/** A `$filter`, and whether the directory only answers it as an advanced query. */
export interface Condition {
  text: string;
  isAdvanced: boolean;
}

export type Literal = string | boolean | null;

/** What a list is read with. Every read names its properties: Graph's defaults are few, and differ by object. */
export interface Query {
  select: readonly string[];
  filter?: Condition;
  /** `displayName:Ann`, without quotes. */
  search?: string;
  orderBy?: string;
  /** The number of objects per page; Graph accepts up to 999. */
  top?: number;
}

/**
 * Properties of a user that even `eq` only finds in an advanced query (documented: "Support for filter by properties of
 * directory objects").
 */
export const advancedProperties: ReadonlySet<string> = new Set([
  "companyName",
  "employeeHireDate",
  "employeeType",
  "mobilePhone",
  "officeLocation",
  "onPremisesExtensionAttributes",
  "onPremisesImmutableId",
  "onPremisesLastSyncDateTime",
  "onPremisesSamAccountName",
  "passwordPolicies",
  "postalCode",
  "preferredLanguage",
  "showInAddressList",
  "streetAddress",
]);

/**
 * A value in a filter. Quotes are doubled (documented), so that a value can never become part of the condition. A blank
 * text is refused: no property has one, and it would find other objects than the caller means.
 */
export function literal(value: Literal, property: string): string {
  if (typeof value !== "string") return String(value);
  if (value.trim() === "")
    throw Fault.invalid(
      `A filter on ${property} was about to be sent with a blank value; expected a value.`,
    );
  return `'${value.replaceAll("'", "''")}'`;
}

/** `property eq value`. `property` can be a path: `onPremisesExtensionAttributes/extensionAttribute1`. */
export function equals(property: string, value: Literal): Condition {
  const name = nameOf(property);
  const isOfAdvancedProperty = advancedProperties.has(name.split("/")[0] ?? name);
  return {
    text: `${name} eq ${literal(value, name)}`,
    // The same table: almost every comparison with null is advanced.
    isAdvanced: isOfAdvancedProperty || value === null,
  };
}

/** `property ne value`: advanced (documented). */
export function differs(property: string, value: Literal): Condition {
  const name = nameOf(property);
  return { text: `${name} ne ${literal(value, name)}`, isAdvanced: true };
}

/** `endsWith(property,value)`: advanced (documented). */
export function endsWith(property: string, value: string): Condition {
  const name = nameOf(property);
  return { text: `endsWith(${name},${literal(value, name)})`, isAdvanced: true };
}

/** Whether a list of texts contains the value. */
export function contains(property: string, value: string): Condition {
  const name = nameOf(property);
  return { text: `${name}/any(one:one eq ${literal(value, name)})`, isAdvanced: false };
}

/** The opposite of a condition: advanced (documented). */
export function not({ text }: Condition): Condition {
  return { text: `not(${text})`, isAdvanced: true };
}

/** Several conditions, all of which must hold. */
export function allOf(...conditions: readonly Condition[]): Condition {
  return joined(conditions, " and ");
}

/** Several conditions, one of which must hold. */
export function anyOf(...conditions: readonly Condition[]): Condition {
  return joined(conditions, " or ");
}

function joined(conditions: readonly Condition[], word: string): Condition {
  return {
    text: conditions.map(({ text }) => `(${text})`).join(word),
    isAdvanced: conditions.some(({ isAdvanced }) => isAdvanced),
  };
}

/** An advanced query reads another index, which lags behind writes: it never proves that an object does not exist. */
export function isAdvanced({ filter, search, orderBy }: Query): boolean {
  const sortsFiltered = filter !== undefined && orderBy !== undefined;
  return filter?.isAdvanced === true || search !== undefined || sortsFiltered;
}

/** The text after `?`. Throws an `invalid` fault for a property that cannot be one. */
export function queryTextOf(query: Query): string {
  const { select, filter, search, orderBy, top } = query;
  const options: Record<string, string | undefined> = {
    // Lists are compared by ID, so it is always among the properties.
    $select: [...new Set(["id", ...select.map(nameOf)])].join(","),
    $filter: filter?.text,
    $search: search === undefined ? undefined : `"${search.replace(/["\\]/g, "\\$&")}"`,
    $orderby: orderBy === undefined ? undefined : nameOf(orderBy),
    $top: top?.toString(),
    // Only together with its header; without the header Graph ignores it silently (documented).
    $count: isAdvanced(query) ? "true" : undefined,
  };
  return Object.entries(options)
    .filter((option): option is [string, string] => option[1] !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join("&");
}

/** The headers that a query needs, on each of its pages. */
export function headersOf(query: Query): Record<string, string> {
  return isAdvanced(query) ? { consistencylevel: "eventual" } : {};
}

function nameOf(property: string): string {
  if (/^[A-Za-z]\w*(\/[A-Za-z]\w*)?$/.test(property)) return property;
  throw Fault.invalid(
    `A query was about to be sent with the property name ${quoted(property)}; expected letters and digits.`,
  );
}
