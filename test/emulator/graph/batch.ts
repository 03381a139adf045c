/** `POST /$batch`: up to 20 requests in one, each answered as it would be alone (documented). */
import { carryOut, nameOf, type Fault } from "../faults.ts";
import type { Incoming } from "../incoming.ts";
import { graphItemFor, type Item } from "../journal.ts";
import { isSuccess, lowerCase, textOf, type Answer } from "../message.ts";
import { isRecord, isText } from "../shapes.ts";
import { json } from "./call.ts";
import { badRequest } from "./errors.ts";
import {
  answerGraph,
  authenticated,
  headersOf,
  refusalsAnswered,
  type GraphContext,
} from "./graphApi.ts";
import { matchedBy } from "./operations.ts";

export interface GraphBatch {
  /** The journal's list of items, filled here. */
  items: Item[];
  signal: AbortSignal;
  /** The fault that strikes an item, if any. */
  strike: (operation: string | undefined, page: number) => Fault | undefined;
}

const maxItems = 20;

interface SubRequest {
  id: string;
  method: string;
  url: string;
  headers: Record<string, string>;
  body: unknown;
  dependsOn: string[];
}

interface SubResponse {
  id: string;
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
}

export const isGraphBatch = ({ method, url }: Incoming): boolean =>
  matchedBy(method, url.pathname)?.operation === "POST /$batch";

export async function answerGraphBatch(
  incoming: Incoming,
  context: GraphContext,
  batch: GraphBatch,
): Promise<Answer> {
  context.directory.settle(context.now);
  let requests: SubRequest[] = [];
  const refusal = refusalsAnswered(incoming, context.now, () => {
    authenticated(incoming, context);
    requests = read(incoming.json);
    return json({});
  });
  if (!isSuccess(refusal)) return refusal;
  const responses = new Map<string, SubResponse>();
  for (const request of requests) {
    const hasFailed = request.dependsOn.some((id) => (responses.get(id)?.status ?? 500) >= 400);
    const response = hasFailed
      ? failedDependency(request)
      : await answered(request, incoming, context, batch);
    if (response) responses.set(request.id, response);
  }
  // In any order (documented).
  return json({ responses: [...responses.values()].reverse() });
}

/** Documented; the text is assumed. */
const failedDependency = ({ id }: SubRequest): SubResponse => ({
  id,
  status: 424,
  headers: { "Content-Type": "application/json" },
  body: {
    error: {
      code: "FailedDependency",
      message: "The request failed because one of its dependencies failed.",
    },
  },
});

/** The requests of a batch. The limits are documented, the texts of their refusals assumed. */
function read(body: unknown): SubRequest[] {
  const requests: unknown = isRecord(body) ? body["requests"] : undefined;
  if (!Array.isArray(requests) || requests.length === 0)
    throw badRequest("Invalid batch payload format.");
  if (requests.length > maxItems)
    throw badRequest(`Number of batch request steps exceeds the maximum value of ${maxItems}.`);
  const ids = new Set<string>();
  return requests.map((request: unknown) => {
    const read = readOne(request);
    if (ids.has(read.id.toLowerCase()))
      throw badRequest(`Request Id '${read.id}' is not unique in the batch.`);
    const missing = read.dependsOn.find((id) => !ids.has(id.toLowerCase()));
    if (missing !== undefined)
      throw badRequest(
        `Request '${read.id}' depends on '${missing}', which does not come before it.`,
      );
    ids.add(read.id.toLowerCase());
    return read;
  });
}

function readOne(request: unknown): SubRequest {
  const { id, method, url, headers = {}, body, dependsOn = [] } = isRecord(request) ? request : {};
  const isSound =
    isText(id) &&
    isText(method) &&
    isText(url) &&
    isRecord(headers) &&
    Object.values(headers).every((one) => typeof one === "string") &&
    Array.isArray(dependsOn) &&
    dependsOn.every(isText);
  if (!isSound) throw badRequest("Invalid batch payload format.");
  // Each header was checked above.
  return {
    id,
    method,
    url,
    headers: lowerCase(headers as Record<string, string>),
    body,
    dependsOn,
  };
}

async function answered(
  request: SubRequest,
  outer: Incoming,
  context: GraphContext,
  { items, signal, strike }: GraphBatch,
): Promise<SubResponse | undefined> {
  const incoming = asIncoming(request, outer, context);
  const page = context.pages.numberOf(incoming.url.searchParams.get("$skiptoken") ?? "") ?? 1;
  const item = graphItemFor(request.id, incoming, page);
  items.push(item);
  const apply = (): Promise<Answer> => {
    const answer = answerGraph(incoming, context);
    item.applied = isSuccess(answer);
    return Promise.resolve(answer);
  };
  const fault = strike(item.operation, page);
  if (fault) item.fault = nameOf(fault);
  const { behaviour } = context.directory.state;
  const answer = await (fault ? carryOut(fault, { incoming, signal, behaviour, apply }) : apply());
  if (fault?.drop) return undefined;
  item.status = answer.status;
  return responseOf(request.id, answer, incoming);
}

function asIncoming(
  { method, url, headers, body }: SubRequest,
  outer: Incoming,
  { baseUrl, newGuid, now }: GraphContext,
): Incoming {
  // An absolute address, or a batch in a batch, is nothing that Graph does here.
  const address = new URL(`${baseUrl}/v1.0/${url.replace(/^\//, "")}`);
  const authorization = outer.headers["authorization"];
  return {
    side: "graph",
    url: address,
    method: method.toUpperCase(),
    headers: { ...headers, ...(authorization !== undefined && { authorization }) },
    text: body === undefined ? "" : JSON.stringify(body),
    json: body,
    credential: outer.credential,
    requestId: newGuid(),
    at: now,
  };
}

function responseOf(id: string, answer: Answer, incoming: Incoming): SubResponse {
  const { "content-type": contentType, ...others } = { ...headersOf(incoming), ...answer.headers };
  const headers = Object.fromEntries(
    Object.entries(others).filter(([name]) =>
      ["location", "retry-after", "cache-control"].includes(name),
    ),
  );
  const text = textOf(answer);
  const isJson = contentType?.startsWith("application/json");
  return {
    id,
    status: answer.status,
    headers: { ...headers, ...(contentType !== undefined && { "Content-Type": contentType }) },
    ...(text !== "" && { body: isJson ? (JSON.parse(text) as unknown) : text }),
  };
}
