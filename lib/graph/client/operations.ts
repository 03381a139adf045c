import { Fault } from "../../fault.ts";
import { isGuid } from "../../guid.ts";
import { quoted } from "../../graphemes.ts";
import type { HttpRequest } from "../../net/transport.ts";

/** The operations that read a list, with the placeholders of their paths. */
export const listOperations = [
  "GET /users",
  "GET /groups",
  "GET /users/{user}/memberOf/microsoft.graph.group",
  "GET /groups/{group}/members",
  "GET /groups/{group}/members/microsoft.graph.user",
  "GET /groups/{group}/owners",
  "GET /groups/{group}/owners/microsoft.graph.user",
  "GET /directory/deletedItems/microsoft.graph.user",
  "GET /subscribedSkus",
  "GET /users/{user}/authentication/phoneMethods",
  "GET /users/{user}/authentication/emailMethods",
  "GET /users/{user}/authentication/temporaryAccessPassMethods",
  "GET /applications(appId='{app}')/owners",
  "GET /servicePrincipals(appId='{app}')/owners",
  "GET /directoryRoles(roleTemplateId='{role}')/members",
] as const;

/** The operations that read one object. */
export const objectOperations = [
  "GET /users/{user}",
  "GET /users/{user}/manager",
  "GET /groups/{group}",
  "GET /groups(uniqueName='{uniqueName}')",
] as const;

export type ListOperation = (typeof listOperations)[number];
export type ObjectOperation = (typeof objectOperations)[number];
export type ReadOperation = ListOperation | ObjectOperation;

/** What is particular about an operation that writes. Without a body, it takes nothing but its placeholders. */
interface Write {
  /** `properties`: every parameter that is not in the path. Otherwise the parameter that is referred to. */
  body?: "properties" | "member" | "owner" | "manager";
  /** Of a body of properties: parameters that are IDs of users, with the relationships that they become part of. */
  binds?: Readonly<Record<string, string>>;
  /** Sending it twice creates a second object, or is refused. */
  isCreation?: true;
  /** The answer has a secret in it: it is never quoted. */
  hasSecretAnswer?: true;
  /** Creates the object when none has the key of the path, and updates it otherwise (documented: "Upsert group"). */
  isUpsert?: true;
}

/**
 * Every operation that writes. The members, owners and the manager of an object are only ever changed through `/$ref`:
 * without it, `DELETE /groups/{group}/members/{member}` deletes the user (documented).
 */
export const writes = {
  "POST /users": { body: "properties", isCreation: true },
  "PATCH /users/{user}": { body: "properties" },
  "DELETE /users/{user}": {},
  "POST /directory/deletedItems/{item}/restore": {},
  "PUT /users/{user}/manager/$ref": { body: "manager" },
  "DELETE /users/{user}/manager/$ref": {},
  "POST /users/{user}/revokeSignInSessions": {},
  "POST /users/{user}/assignLicense": { body: "properties" },
  "PATCH /groups(uniqueName='{uniqueName}')": {
    body: "properties",
    binds: { owner: "owners@odata.bind" },
    isUpsert: true,
  },
  "PATCH /groups/{group}": { body: "properties" },
  "POST /groups/{group}/members/$ref": { body: "member" },
  "DELETE /groups/{group}/members/{member}/$ref": {},
  "POST /groups/{group}/owners/$ref": { body: "owner" },
  "DELETE /groups/{group}/owners/{owner}/$ref": {},
  "POST /users/{user}/authentication/phoneMethods": { body: "properties", isCreation: true },
  "PATCH /users/{user}/authentication/phoneMethods/{method}": { body: "properties" },
  "DELETE /users/{user}/authentication/phoneMethods/{method}": {},
  "POST /users/{user}/authentication/emailMethods": { body: "properties", isCreation: true },
  "PATCH /users/{user}/authentication/emailMethods/{method}": { body: "properties" },
  "DELETE /users/{user}/authentication/emailMethods/{method}": {},
  // A new pass takes the place of the one before (documented), so sending it twice leaves one.
  "POST /users/{user}/authentication/temporaryAccessPassMethods": {
    body: "properties",
    hasSecretAnswer: true,
  },
  "DELETE /users/{user}/authentication/temporaryAccessPassMethods/{method}": {},
} as const satisfies Readonly<Record<string, Write>>;

export type WriteOperation = keyof typeof writes;

/** One write. Parameters that are neither in the path nor the ID of a reference are properties of the body. */
export interface Call {
  operation: string;
  parameters: Readonly<Record<string, unknown>>;
}

/** A request without its headers; `where` is relative to the version: `/users/{id}`. */
export interface Addressed {
  method: HttpRequest["method"];
  where: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
  /** The IDs in the path and in the reference. */
  ids: string[];
}

/** Whether sending the operation twice has the same effect as sending it once. */
export function isRepeatable(operation: string): boolean {
  return writeOf(operation).isCreation !== true;
}

/** Whether the answer to an operation has a secret in it. */
export function hasSecretAnswer(operation: string): boolean {
  return Object.entries<Write>(writes).some(
    ([name, write]) => name === operation && write.hasSecretAnswer === true,
  );
}

/**
 * The request of a write. References name `root`, the address of the cloud's Graph. Throws an `invalid` fault for an
 * operation that is not in the table, an ID that is not one, and a parameter that the operation does not take.
 */
export function requestOf({ operation, parameters }: Call, root: string): Addressed {
  const { body: kind, binds = {}, isUpsert } = writeOf(operation);
  const { method, path, placeholders } = partsOf(operation);
  const rest = Object.entries(parameters).filter(([name]) => !placeholders.includes(name));
  const where = filled(path, parameters);
  const ids = placeholders.map((name) => idOf(name, parameters[name]));
  if (kind === "properties") {
    const bound = Object.entries(binds).filter(([name]) => name in parameters);
    const references = bound.map(([name, relationship]) => {
      const id = idOf("user", parameters[name]);
      return [relationship, [`${root}/users/${id}`]] as const;
    });
    const own = rest.filter(([name]) => !(name in binds));
    const body = { ...propertiesOf(operation, own), ...Object.fromEntries(references) };
    const headers = isUpsert ? { headers: { prefer: "create-if-missing" } } : {};
    return { method, where, ids, ...headers, body: JSON.stringify(body) };
  }
  const unexpected = rest.find(([name]) => name !== kind);
  if (unexpected) throw Fault.invalid(`${operation} does not take ${quoted(unexpected[0])}.`);
  if (kind === undefined) return { method, where, ids };
  const id = idOf(kind, parameters[kind]);
  const body = JSON.stringify({ "@odata.id": `${root}/directoryObjects/${id}` });
  return { method, where, ids: [...ids, id], body };
}

/** The path of a read, without its query. Throws as `requestOf`. */
export function pathOf(operation: ReadOperation, ids: Readonly<Record<string, unknown>>): string {
  return filled(partsOf(operation).path, ids);
}

/** Whether a read takes options such as `$select`. Those of authentication methods take none (documented). */
export function takesOptions(operation: ReadOperation): boolean {
  return !operation.includes("/authentication/");
}

export function isList(operation: ReadOperation): operation is ListOperation {
  return (listOperations as readonly string[]).includes(operation);
}

function writeOf(operation: string): Write {
  const write = Object.entries<Write>(writes).find(([name]) => name === operation)?.[1];
  if (write) return write;
  throw Fault.invalid(
    `${quoted(operation)} is not an operation of Microsoft Graph that this connector sends.`,
  );
}

const methods = ["GET", "POST", "PATCH", "PUT", "DELETE"] as const;

function partsOf(operation: string): {
  method: HttpRequest["method"];
  path: string;
  placeholders: string[];
} {
  const [verb, path = ""] = operation.split(" ");
  const method = methods.find((one) => one === verb) ?? "GET";
  return {
    method,
    path,
    placeholders: [...path.matchAll(placeholder)].map(([, name = ""]) => name),
  };
}

const placeholder = /\{(\w+)\}/g;

function filled(path: string, ids: Readonly<Record<string, unknown>>): string {
  return path.replace(placeholder, (_whole, name: string) =>
    // A quote in the key of a path is doubled (documented for OData).
    encodeURIComponent(idOf(name, ids[name]).replaceAll("'", name === "user" ? "'" : "''")),
  );
}

/**
 * Whether a text has the characters of a user principal name (documented); guests have `#EXT#` in theirs. A name that
 * begins with `$` would need another form of the path, and is refused.
 */
export function isUserPrincipalName(text: string): boolean {
  return /^[A-Za-z0-9'.\-_!#^~]+@[A-Za-z0-9.-]+$/.test(text);
}

/**
 * The ID of a placeholder. Only a user can also be addressed by its user principal name, and a group by its unique
 * name.
 */
function idOf(name: string, value: unknown): string {
  const id = typeof value === "string" ? value : "";
  if (name === "uniqueName" && id.trim() !== "") return id;
  if (isGuid(id) || (name === "user" && isUserPrincipalName(id))) return id;
  const expected = name === "user" ? "an object ID or a user principal name" : "an object ID";
  throw Fault.invalid(
    `The ${name} is ${id === "" ? "missing" : quoted(id)}; expected ${expected}.`,
  );
}

/** `members@odata.bind` and other annotations change more than properties, so they are refused. */
const propertyName = /^[A-Za-z]\w*$/;

function propertiesOf(
  operation: string,
  entries: readonly (readonly [string, unknown])[],
): Record<string, unknown> {
  if (entries.length === 0)
    throw Fault.invalid(`${operation} was about to be sent without a property.`);
  const wrong = entries.find(([name]) => !propertyName.test(name));
  if (wrong)
    throw Fault.invalid(
      `${operation} does not take ${quoted(wrong[0])}; expected the name of a property.`,
    );
  return Object.fromEntries(entries);
}
