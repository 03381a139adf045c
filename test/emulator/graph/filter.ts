/** Whether a `$filter` is allowed, and whether an object matches it. */
import type { Seen } from "./directory.ts";
import { advancedOnly, invalidFilter, notFilterable, notImplemented } from "./errors.ts";
import { parseFilter, type Comparison, type Filter } from "./filterSyntax.ts";
import { isObject, type Json } from "./json.ts";
import { isElsewhere, propertyOf, type Kind, type Operator } from "./properties.ts";

export type Test = (object: Seen) => boolean;

/** Operators that need `$count=true` and `ConsistencyLevel: eventual` (documented). */
const advanced = new Set(["ne", "not", "endsWith", "count"]);

/** Reads a filter of one kind of object. Throws a GraphRefusal for what the directory does not support. */
export function testOf(text: string, kind: Kind, isAdvanced: boolean): Test {
  const filter = parseFilter(text);
  check(filter, kind, isAdvanced);
  return (object) => matches(filter, (name) => valueAt(object, name));
}

function check(filter: Filter, kind: Kind, isAdvanced: boolean): void {
  const needs = (operator: string): void => {
    if (advanced.has(operator) && !isAdvanced) throw advancedOnly(operator);
  };
  const allows = (property: string, operator: Operator): void => {
    checkProperty(property, operator, kind);
    needs(operator);
  };
  switch (filter.is) {
    case "and":
    case "or":
      for (const part of filter.parts) check(part, kind, isAdvanced);
      break;
    case "not":
      needs("not");
      check(filter.part, kind, isAdvanced);
      break;
    case "compare":
      // Documented: the directory has no gt and no lt.
      if (filter.operator === "gt" || filter.operator === "lt")
        throw notFilterable(filter.property, resources[kind]);
      allows(filter.property, filter.operator);
      break;
    case "in":
      allows(filter.property, "in");
      break;
    case "call":
      allows(filter.property, filter.name);
      break;
    case "count":
      allows(filter.property, "count");
      break;
    case "any":
      allows(filter.property, "any");
      checkLambda(filter.part, filter.variable, needs);
      break;
  }
}

function checkLambda(filter: Filter, variable: string, needs: (operator: string) => void): void {
  const isOfVariable = "property" in filter && filter.property === variable;
  if (filter.is === "compare" && isOfVariable) needs(filter.operator);
  else if (filter.is === "call" && isOfVariable) needs(filter.name);
  else throw notImplemented(`any() with '${filter.is}'`);
}

const resources: Readonly<Record<Kind, string>> = {
  user: "User",
  group: "Group",
  orgContact: "OrgContact",
};

function checkProperty(path: string, operator: Operator, kind: Kind): void {
  const [name = ""] = path.split("/");
  if (isElsewhere(kind, name)) throw notImplemented(`$filter by '${name}'`);
  const property = propertyOf(kind, name);
  if (!property)
    throw invalidFilter(
      `Could not find a property named '${name}' on type 'microsoft.graph.${kind}'.`,
    );
  const isAttribute = /^onPremisesExtensionAttributes\/extensionAttribute([1-9]|1[0-5])$/.test(
    path,
  );
  const supported: readonly Operator[] = isAttribute ? ["eq", "ne"] : (property.filter ?? []);
  if (!supported.includes(operator) || (path !== name && !isAttribute))
    throw notFilterable(path, resources[kind]);
}

function valueAt(object: Seen, path: string): Json {
  const [name = "", part] = path.split("/");
  const value = object.value(name);
  if (part === undefined) return value;
  return isObject(value) ? (value[part] ?? null) : null;
}

function matches(filter: Filter, valueOf: (name: string) => Json): boolean {
  switch (filter.is) {
    case "and":
      return filter.parts.every((part) => matches(part, valueOf));
    case "or":
      return filter.parts.some((part) => matches(part, valueOf));
    case "not":
      return !matches(filter.part, valueOf);
    case "compare":
      return compared(valueOf(filter.property), filter.operator, filter.value);
    case "in": {
      const value = valueOf(filter.property);
      return filter.values.some((one) => compared(value, "eq", one));
    }
    case "call": {
      const value = valueOf(filter.property);
      const [text, part] = [folded(value), folded(filter.value)];
      if (typeof text !== "string" || typeof part !== "string") return false;
      return filter.name === "startsWith" ? text.startsWith(part) : text.endsWith(part);
    }
    case "count":
      return compared(listAt(valueOf, filter.property).length, filter.operator, filter.value);
    case "any":
      return listAt(valueOf, filter.property).some((one) => matches(filter.part, () => one));
  }
}

function listAt(valueOf: (name: string) => Json, property: string): Json[] {
  const value = valueOf(property);
  return Array.isArray(value) ? value : [];
}

/** The directory compares texts regardless of case (documented). */
const folded = (value: Json): Json => (typeof value === "string" ? value.toLowerCase() : value);

function compared(value: Json, operator: Comparison, literal: Json): boolean {
  const [one, other] = [folded(value), folded(literal)];
  if (operator === "eq") return one === other;
  if (operator === "ne") return one !== other;
  if (one === null || other === null || typeof one !== typeof other) return false;
  if (operator === "ge") return one >= other;
  if (operator === "le") return one <= other;
  return operator === "gt" ? one > other : one < other;
}
