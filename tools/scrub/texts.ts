/** The walk through a recording: every text of it once, with what kind of text it is and where it is. */
import type { Answered, Asked, Exchange } from "../session/traffic.ts";
import { isRecord } from "../../lib/record.ts";
import { isSecretKey } from "./secretKeys.ts";
import { documentIn, unescaped } from "./plainForm.ts";
import { operationParts } from "./words.ts";

/**
 * `data`: values of the tenant and of people. `sentence`: what Exchange and Graph say around them: errors, warnings,
 * links.
 * `key`: the name of a value.
 */
export type Rule = "data" | "sentence" | "key";

export interface Place {
  rule: Rule;
  /** The key of the value, or of the list it is in. */
  key: string;
  /** Whether keys in it are Exchange's: no tenant names them. */
  hasOwnKeys: boolean;
}

/** Changes a text, without the escapes of JSON and HTML. */
export interface Change {
  text(text: string, place: Place): string;
  number(value: number, place: Place): number;
}

/** The parts of a recording that come from outside; the answer follows from them. */
export interface Recorded {
  /** An event, or people. */
  data: unknown;
  traffic: readonly Exchange[];
}

/** A copy with every text changed, in one fixed order. */
export function changed({ data, traffic }: Recorded, change: Change): Recorded {
  return {
    data: changedValue(data, { rule: "data", key: "", hasOwnKeys: false }, change),
    traffic: traffic.map(({ request, response }) => ({
      request: changedRequest(request, change),
      response: changedResponse(response, request, change),
    })),
  };
}

function changedRequest(request: Asked, change: Change): Asked {
  const { parameters, batch } = request;
  const asked = {
    parameters: changedValue(parameters, inRequest, change),
    ...(batch && { batch: batch.map((item) => changedRequest(item, change)) }),
  };
  if (request.cmdlet !== undefined) return { ...request, ...asked };
  const operation = changedOperation(request.operation, change);
  return { ...request, operation, ...asked };
}

const inRequest: Place = { rule: "data", key: "", hasOwnKeys: true };

/** Method and path: what names an object in it is data. */
function changedOperation(operation: string, change: Change): string {
  return operation.replaceAll(/[^ /]+/g, (part) => {
    if (operationParts.has(part)) return part;
    // An object by another key than its ID: groups(uniqueName='...').
    const [, before, key, after] = /^(\w+\(\w+=')(.*)('\))$/.exec(part) ?? [];
    return key === undefined
      ? change.text(part, inRequest)
      : `${before}${change.text(key, inRequest)}${after}`;
  });
}

function changedResponse(response: Answered, { operation }: Asked, change: Change): Answered {
  if ("cut" in response) return response;
  const { headers, body, status } = response;
  const place: Place = { rule: "sentence", key: "", hasOwnKeys: true };
  return {
    status,
    ...(headers && { headers: changedValue(headers, place, change) as Record<string, string> }),
    body:
      operation === undefined
        ? changedValue(body, place, change)
        : changedOfGraph(body, place, change),
  };
}

/** An answer of Graph is an object or a list of them, which are data. What is around it, and an error, are not. */
function changedOfGraph(body: unknown, place: Place, change: Change): unknown {
  if (!isRecord(body)) return changedValue(body, place, change);
  return Object.fromEntries(
    Object.entries(body).map(([key, member]) => {
      if (key === "responses" && Array.isArray(member))
        return [key, member.map((item: unknown) => changedItem(item, place, change))];
      const isOfGraph = key === "error" || key.startsWith("@odata.");
      const rule = isOfGraph ? "sentence" : "data";
      return [key, changedValue(member, { ...place, key, rule }, change)];
    }),
  );
}

function changedItem(item: unknown, place: Place, change: Change): unknown {
  if (!isRecord(item)) return changedValue(item, place, change);
  const { body, ...others } = item;
  const kept = changedValue(others, place, change) as Record<string, unknown>;
  return "body" in item ? { ...kept, body: changedOfGraph(body, place, change) } : kept;
}

function changedValue(value: unknown, place: Place, change: Change): unknown {
  if (typeof value === "string") return changedText(value, place, change);
  if (typeof value === "number") return change.number(value, place);
  if (Array.isArray(value)) return value.map((item) => changedValue(item, place, change));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      place.hasOwnKeys ? key : change.text(key, { ...place, rule: "key" }),
      changedValue(member, { ...place, key, rule: ruleOf(key, member, place) }, change),
    ]),
  );
}

/** The rows of an answer are data; what is around them is Exchange's. A reference to an object of Graph is a link. */
function ruleOf(key: string, member: unknown, { rule }: Place): Rule {
  if (key === "@odata.id") return "sentence";
  return rule === "sentence" && key === "value" && Array.isArray(member) ? "data" : rule;
}

function changedText(text: string, place: Place, change: Change): string {
  if (place.rule === "data" && isSecretKey(place.key)) return change.text(text, place);
  const inside = documentIn(text);
  if (inside !== undefined) {
    const hasOwnKeys = place.rule === "sentence";
    return JSON.stringify(changedValue(inside, { ...place, hasOwnKeys }, change));
  }
  return change.text(unescaped(text), place);
}
