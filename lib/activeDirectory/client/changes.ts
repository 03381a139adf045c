import type { Attribute, Change } from "ldapts";
import { Fault } from "../../fault.ts";
import { assertGuid } from "../../guid.ts";
import { isRecord } from "../../record.ts";
import { assertKnown, encoded, type AttributeName, type Value } from "./attributes.ts";

/**
 * The operations and their parameters:
 * - `add`: a new object below `parent`, named `cn`, with its attributes.
 * - `modify`: the new values of the object `objectGUID`. An attribute in `was` is changed by the deletion of its old
 *   value and the addition of the new one in one request, which is refused when the old one is not there any more. Of
 *   a list, the values that differ are deleted and added.
 * - `move`: the object gets another name (`cn`), another place (`parent`), or both.
 * - `addMember`, `removeMember`: one value of `member` of a group, a distinguished name.
 * - `addDelegate`, `removeDelegate`: the same of `publicDelegates` of a user.
 * - `delete`: the object.
 */
export type Operation =
  | "add"
  | "modify"
  | "move"
  | "addMember"
  | "removeMember"
  | "addDelegate"
  | "removeDelegate"
  | "delete";
export type Parameters = Readonly<Record<string, unknown>>;

type Values = Readonly<Partial<Record<AttributeName, Value>>>;

/** The parameters of `modify`. */
export interface Modification {
  id: string;
  values: Values;
  was: Values;
}

/** Reads the parameters of a step. Throws an `unexpected` fault for an attribute that is not in the table. */
export function modificationFrom({ was, ...parameters }: Parameters): Modification {
  const { id, values } = targetFrom(parameters);
  return { id, values: valuesIn(values), was: isRecord(was) ? valuesIn(was) : {} };
}

/** The object of a step, and its other parameters. */
export function targetFrom({ objectGUID, ...values }: Parameters): {
  id: string;
  values: Parameters;
} {
  const id = String(objectGUID);
  assertGuid(id, "The objectGUID of the object");
  return { id, values };
}

/** The attributes of a new object. Throws as `modificationFrom`. */
export function newObjectFrom({ parent, ...parameters }: Parameters): {
  parent: string;
  cn: string;
  values: Values;
} {
  return { parent: String(parent), cn: String(parameters["cn"]), values: valuesIn(parameters) };
}

function valuesIn(values: Parameters): Values {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      assertKnown(name);
      if (!isValue(value))
        throw new Fault({
          kind: "unexpected",
          message: `The value of ${name} is not one that an attribute can have.`,
        });
      return [name, value];
    }),
  );
}

function isValue(value: unknown): value is Value {
  if (value === null || Buffer.isBuffer(value)) return true;
  if (Array.isArray(value)) return value.every((one) => typeof one === "string");
  return ["string", "number", "boolean"].includes(typeof value);
}

/** The changes of one request, which is applied as a whole or not at all. */
export async function changesFrom({ values, was }: Omit<Modification, "id">): Promise<Change[]> {
  const { Change } = await import("ldapts");
  const changes: Change[] = [];
  const change = async (operation: "add" | "delete" | "replace", attribute: Named) =>
    changes.push(new Change({ operation, modification: await attributeOf(attribute) }));
  for (const [name, value] of named(values)) {
    const old = was[name];
    // `replace` without a value clears, also what has no value.
    if (old === undefined || old === null) await change("replace", [name, value]);
    else {
      await change("delete", [name, without(old, value)]);
      await change("add", [name, without(value, old)]);
    }
  }
  // A deletion of no value would be one of all.
  return changes.filter(
    ({ operation, modification }) => operation === "replace" || modification.values.length > 0,
  );
}

/** The values of a list that another one does not have; a single value as it is. */
function without(value: Value, other: Value): Value {
  if (!isList(value) || !isList(other)) return value;
  return value.filter((one) => !other.includes(one));
}

function isList(value: Value): value is readonly string[] {
  return Array.isArray(value);
}

/** One value of a list of names that is added or removed. */
export async function nameChange(
  operation: "add" | "delete",
  list: "member" | "publicDelegates",
  dn: string,
): Promise<Change[]> {
  const { Change } = await import("ldapts");
  return [new Change({ operation, modification: await attributeOf([list, [dn]]) })];
}

/** The attributes of a new object; those without a value are left out, as it has none of them. */
export async function attributesFrom(values: Values): Promise<Attribute[]> {
  const own = named(values).filter(([name, value]) => encoded(name, value).length > 0);
  return await Promise.all(own.map(attributeOf));
}

type Named = readonly [name: AttributeName, value: Value];

function named(values: Values): Named[] {
  return Object.entries(values) as Named[];
}

async function attributeOf([name, value]: Named): Promise<Attribute> {
  const { Attribute } = await import("ldapts");
  // The library takes texts or buffers, and not both.
  const values = encoded(name, value).map((text) => Buffer.from(text));
  return new Attribute({ type: name, values });
}
