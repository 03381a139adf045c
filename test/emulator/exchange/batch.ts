/**
 * `POST /adminapi/beta/{tenant}/$batch`: up to ten commands in one request, each answered as it
 * would be alone.
 */
import { badRequest, errorResponse } from "./errors.ts";
import { answerExchange, authorized, type ExchangeContext } from "./adminApi.ts";
import { clouds } from "../entra/clouds.ts";
import { carryOut, nameOf, type Fault } from "../faults.ts";
import type { Incoming } from "../incoming.ts";
import { itemFor, type Item } from "../journal.ts";
import {
  answerOf,
  isSuccess,
  jsonAnswer,
  lowerCase,
  textOf,
  type Answer,
  type Headers,
} from "../message.ts";
import { isRecord, isText } from "../shapes.ts";
import type { Pauses } from "../pause.ts";

export interface BatchContext {
  /** Created anew for each item, since time passes between them. */
  exchange: () => ExchangeContext;
  /** The answer to an item when the tenant lets no more cmdlets run now. */
  refusal: () => Answer | undefined;
  /** The fault that strikes an item, if any. */
  strike: (cmdlet: string | undefined, page: number) => Fault | undefined;
  /** The journal's list of items, filled here. */
  items: Item[];
  signal: AbortSignal;
  pauses: Pauses;
}

/** The limit that public clients respect. That the service refuses more is assumed. */
const maxItems = 10;

interface SubRequest {
  id: string;
  method: string;
  url: string;
  /** Some clients send a boolean (observed; in the module's code too). */
  headers: Record<string, string | boolean>;
  body: unknown;
}

interface SubResponse {
  id: string;
  status: number;
  headers: Headers;
  body: unknown;
}

const tenantOf = (url: URL): string | undefined =>
  /^\/adminapi\/beta\/([^/]+)\/\$batch$/i.exec(decodeURIComponent(url.pathname))?.[1];
export const isBatch = (url: URL): boolean => tenantOf(url) !== undefined;

export async function answerBatch(incoming: Incoming, context: BatchContext): Promise<Answer> {
  const first = context.exchange();
  const { behaviour } = first.store.state;
  if (incoming.method !== "POST") return answerOf(405, { Allow: "POST" });
  const grant = authorized(incoming, tenantOf(incoming.url) ?? "", first);
  if ("status" in grant) return grant;
  const requests = read(incoming.json);
  if (typeof requests === "string") return errorResponse(badRequest(requests), behaviour);
  // OData's rule for batches: without this preference the first failure ends them. That it applies
  // here is assumed.
  const goesOn = /odata\.continue-on-error(?!\s*=\s*false)/i.test(incoming.headers["prefer"] ?? "");
  const responses: SubResponse[] = [];
  for (const request of requests) {
    const [response, status] = await answered(request, incoming, context);
    if (response) responses.push(response);
    if (status >= 400 && !goesOn) break;
  }
  return jsonAnswer({ responses: shuffled(responses) });
}

/** The sub-requests, or what is wrong with them. */
function read(json: unknown): SubRequest[] | string {
  const requests = isRecord(json) ? json["requests"] : undefined;
  if (!Array.isArray(requests) || requests.length === 0)
    return 'The body must be {"requests":[...]} with at least one request.';
  if (requests.length > maxItems)
    return `The batch has ${requests.length} requests; at most ${maxItems} are allowed.`;
  const ids = new Set<unknown>();
  for (const request of requests) {
    if (!isRecord(request) || !isText(request["id"]))
      return "Every request of a batch must have an id, which is text.";
    if (ids.has(request["id"])) return `The id '${request["id"]}' is used twice in the batch.`;
    ids.add(request["id"]);
    if (!isText(request["method"]) || !isText(request["url"]))
      return `The request '${request["id"]}' must have a method and a url.`;
    if (
      !isRecord(request["headers"] ?? {}) ||
      !Object.values(request["headers"] ?? {}).every((value) =>
        ["string", "boolean"].includes(typeof value),
      )
    )
      return `The headers of the request '${request["id"]}' must be texts or booleans by name.`;
  }
  // Each field was checked above.
  return (requests as SubRequest[]).map((request) => ({
    ...request,
    headers: { ...request.headers },
  }));
}

/**
 * The response to one item, if it is not lost, and its status, which is known even when it is lost.
 */
async function answered(
  request: SubRequest,
  outer: Incoming,
  { exchange, pauses, refusal, strike, items, signal }: BatchContext,
): Promise<[SubResponse | undefined, number]> {
  const refused = refusal();
  const { behaviour } = exchange().store.state;
  if (!refused) await pauses.add(behaviour.cmdletMs);
  const context = exchange();
  const incoming = URL.canParse(request.url) ? asIncoming(request, outer) : undefined;
  const page = context.pages.numberOf(incoming?.url.searchParams.get("$skiptoken") ?? "") ?? 1;
  const item = itemFor(request.id, request.body, page);
  items.push(item);
  const apply = async (): Promise<Answer> => {
    const response =
      incoming && isCommandHere(incoming.url, context)
        ? await answerExchange(incoming, context)
        : errorResponse(
            badRequest(`The url '${request.url}' is not that of a command on this host.`),
            behaviour,
          );
    item.applied = isSuccess(response);
    return response;
  };
  const fault = refused ? undefined : strike(item.cmdlet, page);
  if (fault) item.fault = nameOf(fault);
  const response =
    refused ??
    (await (fault
      ? carryOut(fault, { incoming: incoming ?? outer, signal, behaviour, apply })
      : apply()));
  if (fault?.drop) return [undefined, response.status];
  item.status = response.status;
  return [
    {
      id: request.id,
      status: response.status,
      headers: response.headers,
      body: bodyOf(textOf(response)),
    },
    response.status,
  ];
}

/**
 * Whether a url names a command on this host. A client that is only redirected to a loopback port
 * keeps the real host in the urls of its items.
 */
function isCommandHere(url: URL, { baseUrl, store }: ExchangeContext): boolean {
  const origins = [new URL(baseUrl).origin, clouds[store.state.tenant.cloud].exchange];
  return origins.includes(url.origin) && !isBatch(url);
}

/**
 * The item as a request of its own. Where it is silent about pages and content, the outer request
 * decides (assumed).
 */
function asIncoming({ method, url, headers, body }: SubRequest, outer: Incoming): Incoming {
  const { prefer } = outer.headers;
  const own = {
    "content-type": "application/json",
    ...(prefer === undefined ? {} : { prefer }),
    ...lowerCase(
      Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
    ),
  };
  return {
    side: "exchange",
    url: new URL(url),
    method,
    headers: own,
    text: JSON.stringify(body ?? null),
    json: body,
    credential: "authorization" in own ? "bearer" : "none",
  };
}

/**
 * JSON where it is JSON, and otherwise text. The targets of errors are empty in a batch (observed),
 * so that only the id shows which item failed.
 */
function bodyOf(text: string): unknown {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return text === "" ? undefined : text;
  }
  const error = isRecord(body) ? body["error"] : undefined;
  const details = isRecord(error) ? error["details"] : undefined;
  for (const detail of Array.isArray(details) ? details : [])
    if (isRecord(detail)) detail["target"] = "";
  return body;
}

/** In another order than the items, and always the same one: no client may rely on the order. */
const shuffled = <T>(list: readonly T[]): T[] => [
  ...list.filter((_, index) => index % 2 === 1),
  ...list.filter((_, index) => index % 2 === 0),
];
