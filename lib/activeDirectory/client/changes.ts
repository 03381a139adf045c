import type { Change } from "ldapts";
import { Fault } from "../../fault.ts";
import { assertGuid } from "../../guid.ts";
import { isRecord } from "../../record.ts";
import { assertKnown, encoded, type Value } from "./attributes.ts";

/**
 * The parameters of the operation `modify`: the object, its new values, and the values that must not have changed in
 * the meantime. An attribute in `was` is changed by the deletion of its old value and the addition of the new one in
 * one request, which the controller refuses when another value is there by then.
 */
export interface Modification {
  id: string;
  values: Readonly<Record<string, Value>>;
  was: Readonly<Record<string, Value>>;
}

/** Reads the parameters of a step. Throws an `unexpected` fault for an attribute that is not in the table. */
export function modificationFrom(parameters: Readonly<Record<string, unknown>>): Modification {
  const { objectGUID, was, ...values } = parameters;
  const id = String(objectGUID);
  assertGuid(id, "The objectGUID of the object");
  return { id, values: valuesIn(values), was: isRecord(was) ? valuesIn(was) : {} };
}

function valuesIn(values: Readonly<Record<string, unknown>>): Record<string, Value> {
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
export async function changesFrom({ values, was }: Modification): Promise<Change[]> {
  const { Attribute, Change } = await import("ldapts");
  const change = (operation: "add" | "delete" | "replace", type: string, value: Value): Change => {
    const texts = encoded(value);
    // The library takes texts or buffers, and not both.
    const buffers = texts.map((text) => Buffer.from(text));
    return new Change({ operation, modification: new Attribute({ type, values: buffers }) });
  };
  return Object.entries(values).flatMap(([name, value]) => {
    const old = was[name];
    // `replace` without a value clears, also what has no value.
    if (old === undefined || old === null) return [change("replace", name, value)];
    return [change("delete", name, old), change("add", name, value)];
  });
}
