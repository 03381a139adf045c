import type { Store } from "./store.ts";
import type { DirectoryObject, Kind } from "./model.ts";
import { ambiguous, invalidValue, notFound } from "./errors.ts";
import { distinguishedName, type Row } from "./rows.ts";

/** One call of a cmdlet, as it arrived at a controller. */
export interface Call {
  cmdlet: string;
  parameters: Readonly<Record<string, unknown>>;
  controller: number;
  store: Store;
}

export interface Output {
  rows: Row[];
  warnings: string[];
}

export type Cmdlet = (call: Call) => Output;

export const nothing: Output = { rows: [], warnings: [] };

/** A parameter that is a text, without regard to the case of its name; blank when it was not given. */
export function textIn({ parameters }: Call, name: string): string {
  const value = valueIn(parameters, name);
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

export function isSwitchedOn({ parameters }: Call, name: string): boolean {
  return valueIn(parameters, name) === true;
}

export function listIn({ parameters }: Call, name: string): string[] {
  const value = valueIn(parameters, name);
  return value === undefined || value === null
    ? []
    : textsIn(value).flatMap((one) => one.split(/,\s*/));
}

/** A list of plain values, or one of them, as texts. */
export function textsIn(value: unknown): string[] {
  const values = [value ?? []].flat() as (string | number | boolean)[];
  return values.map(String);
}

export function valueIn(parameters: Readonly<Record<string, unknown>>, name: string): unknown {
  const own = Object.keys(parameters).find((key) => key.toLowerCase() === name.toLowerCase());
  return own === undefined ? undefined : parameters[own];
}

/** The objects that an identity may mean, among those the controller knows. */
export function objectsNamed(text: string, objects: readonly DirectoryObject[]): DirectoryObject[] {
  const wanted = text.toLowerCase();
  const own = objects.filter((object) =>
    [
      object.guid,
      object.oid,
      object.upn,
      object.smtp,
      object.sid,
      distinguishedName(object),
      ...object.addresses.map((address) => address.replace(/^smtp:/i, "")),
    ].some((name) => name !== "" && name.toLowerCase() === wanted),
  );
  if (own.length > 0) return own;
  return objects.filter((object) =>
    [object.name, object.alias, object.displayName].some((name) => name.toLowerCase() === wanted),
  );
}

/** The one object that `Identity` means. Throws what the service answers when there is none, or more than one. */
export function identified(
  call: Call,
  isMeant: (object: DirectoryObject) => boolean,
  name = "Identity",
): DirectoryObject {
  const identity = textIn(call, name);
  const { language } = call.store.behaviour;
  if (identity === "") throw invalidValue(`Cannot bind argument to parameter '${name}'.`);
  const found = objectsNamed(identity, call.store.seenBy(call.controller).filter(isMeant));
  const [object, ...others] = found;
  if (!object) throw notFound(identity, language);
  if (others.length > 0) throw ambiguous(identity, language);
  return object;
}

export function isOfKind(...kinds: readonly Kind[]): (object: DirectoryObject) => boolean {
  return ({ kind, deleted, inactive }) => kinds.includes(kind) && !deleted && !inactive;
}

/** Everything that may hold a right or be a member. */
export function isTrustee({ deleted, kind }: DirectoryObject): boolean {
  return !deleted && kind !== "GroupMailbox" && kind !== "MailContact";
}
