/** What a job asks of the directory, and what it returns, as JSON: bytes become an object with their base64. */
import {
  assertKnown,
  type AttributeName,
  type Entry,
} from "../activeDirectory/client/attributes.ts";
import type { Operation, Parameters } from "../activeDirectory/client/changes.ts";
import type { DirectorySearch, Look } from "../activeDirectory/client/directory.ts";
import type { Filter } from "../activeDirectory/client/filter.ts";
import { isRecord } from "../record.ts";
import { AgentFault } from "./agentFault.ts";

/** A change of one object, as a step has it. */
export interface Change {
  operation: Operation;
  parameters: Parameters;
}

/** The same value without bytes. */
export function withoutBytes(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return { base64: value.toString("base64") };
  if (Array.isArray(value)) return value.map(withoutBytes);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, own]) => [key, withoutBytes(own)]));
}

/** The value that `withoutBytes` was given. */
export function withBytes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withBytes);
  if (!isRecord(value)) return value;
  const { base64, ...others } = value;
  if (typeof base64 === "string" && Object.keys(others).length === 0)
    return Buffer.from(base64, "base64");
  return Object.fromEntries(Object.entries(value).map(([key, own]) => [key, withBytes(own)]));
}

/** The content of a job that reads one object. Throws an `AgentFault` for anything else. */
export function lookIn(content: unknown): Look {
  const { id, attributes, isDeletedShown, isOnlyRead } = recordIn(content);
  if (typeof id !== "string") throw unusable("it names no object");
  return {
    id,
    attributes: attributesIn(attributes),
    ...(isDeletedShown === true && { isDeletedShown }),
    ...(isOnlyRead === true && { isOnlyRead }),
  };
}

/** The content of a job that searches. Throws an `AgentFault` for anything else. */
export function searchIn(content: unknown): DirectorySearch {
  const { filter, attributes, isOfDomain, isOfForest, inDomainOf } = recordIn(content);
  return {
    filter: filterIn(filter),
    attributes: attributesIn(attributes),
    ...(isOfDomain === true && { isOfDomain }),
    ...(isOfForest === true && { isOfForest }),
    ...(typeof inDomainOf === "string" && { inDomainOf }),
  };
}

const changes: readonly Operation[] = [
  "add",
  "modify",
  "move",
  "addMember",
  "removeMember",
  "addDelegate",
  "removeDelegate",
  "delete",
];

/** The content of a job that changes. Throws an `AgentFault` for anything else. */
export function changeIn(content: unknown): Change {
  const { operation, parameters } = recordIn(content);
  const known = changes.find((one) => one === operation);
  if (known === undefined) throw unusable("it names no operation of the directory");
  return { operation: known, parameters: recordIn(withBytes(parameters)) };
}

/** Objects as an agent has sent them. Undefined: they are not objects with these attributes. */
export function entriesIn(
  found: readonly unknown[],
  attributes: readonly AttributeName[],
): Entry[] | undefined {
  const entries = found.map((one) => entryIn(withBytes(one), attributes));
  return entries.every((one) => one !== undefined) ? entries : undefined;
}

function entryIn(found: unknown, attributes: readonly AttributeName[]): Entry | undefined {
  if (!isRecord(found) || typeof found["dn"] !== "string") return undefined;
  const entry: Entry = { dn: found["dn"] };
  for (const name of attributes) {
    const value = found[name];
    if (!isValue(value)) return undefined;
    entry[name] = value;
  }
  return entry;
}

function isValue(value: unknown): value is Entry[string] {
  if (value === null || Buffer.isBuffer(value)) return true;
  if (Array.isArray(value)) return value.every((one) => typeof one === "string");
  return ["string", "number", "boolean"].includes(typeof value);
}

function attributesIn(names: unknown): AttributeName[] {
  if (!Array.isArray(names) || names.length === 0) throw unusable("it names no attributes");
  return names.map(attributeIn);
}

function attributeIn(name: unknown): AttributeName {
  const text = String(name);
  try {
    assertKnown(text);
  } catch {
    throw unusable(`it names the attribute ${JSON.stringify(text.slice(0, 40))}`);
  }
  return text;
}

/** A filter in its JSON form. It is rebuilt part by part: nothing that is not known is passed on. */
function filterIn(found: unknown): Filter {
  const filter = recordIn(found);
  if (Array.isArray(filter["all"])) return { all: filter["all"].map(filterIn) };
  if (Array.isArray(filter["any"])) return { any: filter["any"].map(filterIn) };
  if (filter["not"] !== undefined) return { not: filterIn(filter["not"]) };
  const { attribute, leadsTo, isPresent } = filter;
  if (attribute === "memberOf" && typeof leadsTo === "string") return { attribute, leadsTo };
  if (attribute === "objectClass" && isPresent === true) return { attribute, isPresent };
  const name = attribute === "objectCategory" ? attribute : attributeIn(attribute);
  const equals = withBytes(filter["equals"]);
  if (typeof equals === "string" || Buffer.isBuffer(equals)) return { attribute: name, equals };
  if (isPresent === true && name !== "objectCategory") return { attribute: name, isPresent };
  throw unusable("its filter is not one of the directory");
}

function recordIn(value: unknown): Record<string, unknown> {
  if (isRecord(value)) return value;
  throw unusable("a part of it is missing");
}

/** `why`: the part of a sentence after "because". */
export function unusable(why: string): AgentFault {
  return new AgentFault("jobUnusable", {
    kind: "invalid",
    message: `The agent does not carry out the job, because ${why}.`,
  });
}
