/** What a worker answers over HTTP, as OpenAPI 3.1: made from the schemas, so that it never says something else. */
import path from "node:path";
import { listActions } from "../session/actions.ts";

type Json = Readonly<Record<string, unknown>>;

/** Schemas by the name of their file, of which these are used. */
export interface Described {
  configuration: object;
  event: object;
  answer: object;
  queue: object;
}

/** The keywords of this project and of JSON Schema's older drafts, which no reader of OpenAPI knows. */
const leftOut = new Set([
  ...["$id", "$schema", "$comment", "title"],
  ...["expected", "neededWhen", "secret", "verbatim", "blankIsAbsent", "reportsUnknown"],
]);

export function openApi({ configuration, event, answer, queue }: Described, version: string): Json {
  const parts = { event, answer, queue };
  const actions = listActions();
  const all: Record<string, unknown> = {
    Configuration: plain(configuration, "configuration"),
    EventRequest: eventRequest(actions),
  };
  for (const [file, schema] of Object.entries(parts))
    for (const [name, part] of Object.entries(definitionsOf(schema))) {
      const title = componentName(file, name);
      if (title in all) throw new Error(`Two schemas are called ${title}.`);
      all[title] = plain(part, file);
    }
  return {
    openapi: "3.1.0",
    info: {
      title: "The queue of the Exchange Online connector",
      version,
      description: "Events for the workers of a queue, and their answers.",
    },
    security: [{ secret: [] }],
    paths: {
      "/v1/events": { post: sendEvent },
      "/v1/events/{id}": { get: readEvent },
      "/v1/events/{id}/records": { get: readRecords },
      "/v1/status": {
        get: {
          operationId: "readStatus",
          summary: "What waits, runs and is blocked",
          responses: { 200: json("The queue now.", "QueueStatus"), ...refusals(401, 503) },
        },
      },
      "/metrics": {
        get: {
          operationId: "readMetrics",
          summary: "The same for Prometheus",
          responses: {
            200: { description: "Metrics.", content: { "text/plain": { schema: text } } },
            ...refusals(401),
          },
        },
      },
      "/healthz": probe("isAlive", "Whether the process answers"),
      "/readyz": probe("isReady", "Whether the queue can be used"),
    },
    components: {
      securitySchemes: { secret: { type: "http", scheme: "bearer" } },
      schemas: reached(all, roots),
    },
  };
}

/** What the paths refer to. */
const roots = ["EventRequest", "EventAccepted", "EventState", "HttpRefusal", "QueueStatus"];

/** These schemas and those that they refer to, by name. */
function reached(all: Json, names: readonly string[]): Json {
  const found = new Set<string>();
  const visit = (name: string): void => {
    if (found.has(name)) return;
    if (!(name in all)) throw new Error(`There is no schema ${name}.`);
    found.add(name);
    for (const [, next = ""] of JSON.stringify(all[name]).matchAll(
      /"#\/components\/schemas\/(\w+)"/g,
    ))
      visit(next);
  };
  names.forEach(visit);
  return Object.fromEntries([...found].sort().map((name) => [name, all[name]]));
}

const text = { type: "string" };

const meanings: Readonly<Record<number, string>> = {
  400: "The request cannot be used.",
  401: "The secret is missing or wrong.",
  404: "There is no such event.",
  413: "The event is too large.",
  429: "Too many events wait. Retry-After has the seconds until the next attempt.",
  503: "The queue cannot be used now. Retry-After has the seconds until the next attempt.",
};

const sendEvent = {
  operationId: "sendEvent",
  summary: "Add an event",
  description:
    "The event is on a disk when this answers. A second event with the same id is left out, so one whose answer was " +
    "lost is sent again. A sender that accepts application/x-ndjson gets the answer of the event itself, or one with " +
    "the outcome notYet after the seconds of wait; the event stays in the queue then.",
  parameters: [
    {
      name: "traceparent",
      in: "header",
      description:
        "What the sender is doing (W3C Trace Context): the trace of the event belongs to it.",
      schema: text,
    },
    {
      name: "Prefer",
      in: "header",
      description: "wait=25: the seconds for which the answer is waited for, 900 at most.",
      schema: text,
    },
  ],
  requestBody: {
    required: true,
    content: { "application/json": { schema: reference("EventRequest") } },
  },
  responses: {
    200: {
      description:
        "Records and the answer, one JSON object a line, for a sender that accepts them.",
      content: { "application/x-ndjson": { schema: text } },
    },
    202: {
      ...json("The event will be run.", "EventAccepted"),
      headers: { Location: { description: "Where its answer is.", schema: text } },
    },
    ...refusals(400, 401, 413, 429, 503),
  },
} as const;

const readEvent = {
  operationId: "readEvent",
  summary: "How far an event is, and its answer",
  parameters: [
    { name: "id", in: "path", required: true, schema: text },
    {
      name: "wait",
      in: "query",
      description: "Answer when the event is completed or blocked, or after so many seconds.",
      schema: { type: "integer", minimum: 0, maximum: 60 },
    },
    {
      name: "Prefer",
      in: "header",
      description: "wait=30: the same, as RFC 7240 has it.",
      schema: text,
    },
  ],
  responses: { 200: json("The event now.", "EventState"), ...refusals(400, 401, 404, 503) },
} as const;

const readRecords = {
  operationId: "readRecords",
  summary: "What an import has found",
  description:
    'One JSON object a line, {"id": ..., "record": {...}}. The header Link has the address of the next part, if any.',
  parameters: [
    { name: "id", in: "path", required: true, schema: text },
    { name: "part", in: "query", schema: { type: "integer", minimum: 0 } },
  ],
  responses: {
    200: {
      description: "Some hundred records.",
      headers: { Link: { schema: text } },
      content: { "application/x-ndjson": { schema: text } },
    },
    ...refusals(400, 401, 404, 503),
  },
} as const;

function refusals(...statuses: readonly number[]): Json {
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      {
        ...json(meanings[status] ?? "", "HttpRefusal"),
        ...([429, 503].includes(status) && {
          headers: { "Retry-After": { schema: { type: "integer" } } },
        }),
      },
    ]),
  );
}

function probe(operationId: string, summary: string): Json {
  const plainText = (description: string): Json => ({
    description,
    content: { "text/plain": { schema: text } },
  });
  return {
    get: {
      operationId,
      summary,
      security: [],
      responses: { 200: plainText("Yes."), 503: plainText("No.") },
    },
  };
}

function json(description: string, component: string): Json {
  return { description, content: { "application/json": { schema: reference(component) } } };
}

function reference(component: string): Json {
  return { $ref: `#/components/schemas/${component}` };
}

/** The form of an event follows from the last part of its action; resources are all of one form. */
function eventRequest(actions: readonly string[]): Json {
  const patterns = new Map(
    actions.toSorted().map((action) => {
      const [room = ""] = action.split("/");
      const verb = room === "resources" ? room : path.posix.basename(action);
      return [verb, room === verb ? `^${room}/` : `/${verb}$`];
    }),
  );
  return {
    type: "object",
    required: ["id", "action", "event"],
    properties: {
      id: { description: "Used once in a queue.", type: "string", minLength: 1, maxLength: 200 },
      action: { enum: actions },
      configuration: {
        description:
          "The name of a configuration that queue configure has kept. Then actionContext has no Configuration.",
        type: "string",
      },
      event: { type: "object" },
    },
    allOf: [...patterns].map(([verb, pattern]) => ({
      if: { properties: { action: { pattern } } },
      then: { properties: { event: reference(componentName("event", verb)) } },
    })),
  };
}

/** Definitions of whole answers and events are named by their verb: `create` of events is CreateEvent. */
function componentName(file: string, name: string): string {
  const upper = name.charAt(0).toUpperCase() + name.slice(1);
  if (file === "queue" || upper === name) return file === "event" ? `${upper}OfEvent` : upper;
  if (name.endsWith("Record")) return upper;
  return `${upper}${file === "event" ? "Event" : "Answer"}`;
}

function definitionsOf(schema: object): Json {
  return (schema as { $defs?: Json }).$defs ?? {};
}

/**
 * A schema for readers of OpenAPI. What is called Configuration is never required: an event may name one instead, and
 * then the service adds it. `areNames`: the keys are names of properties, and no keywords.
 */
function plain(schema: unknown, file: string, areNames = false): unknown {
  if (Array.isArray(schema)) return schema.map((part) => plain(part, file));
  if (typeof schema !== "object" || schema === null) return schema;
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(schema)) {
    if (areNames) result[key] = plain(value, file);
    else if (key === "$ref") result[key] = referenceIn(String(value), file);
    else if (key === "required" && Array.isArray(value))
      result[key] = value.filter((name) => name !== "Configuration");
    else if (!leftOut.has(key)) result[key] = plain(value, file, key === "properties");
  }
  return result;
}

function referenceIn(text: string, file: string): string {
  const [target = "", pointer = ""] = text.split("#");
  const from = target === "" ? file : target.replace(".schema.json", "");
  const name = pointer.split("/").at(-1) ?? "";
  const component = name === "" ? "Configuration" : componentName(from, name);
  return `#/components/schemas/${component}`;
}
