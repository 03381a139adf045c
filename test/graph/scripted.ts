/** The other side of the Graph client's seams. Time, tokens and answers are those of the tests of Exchange. */
import { clouds, type Cloud } from "../../lib/auth/clouds.ts";
import { microsoftGraph, type Graph } from "../../lib/graph/client/graph.ts";
import type { HttpReply, HttpRequest } from "../../lib/net/transport.ts";
import {
  reply,
  timeOf,
  tokensOf,
  transportOf,
  type Scripted,
  type Time,
} from "../exchange/scripted.ts";

export { cut, faultOf, reply, type Scripted } from "../exchange/scripted.ts";
export { all } from "../exchange/answering.ts";

export const root = "https://graph.microsoft.com/v1.0";

/** An ID that ends with the number. */
export const idOf = (index: number): string =>
  `6a7f0000-0000-4000-8000-${index.toString().padStart(12, "0")}`;

/** A list of objects, with whatever else the envelope holds. */
export function listed(value: readonly unknown[], extras: Record<string, unknown> = {}): HttpReply {
  return reply(200, { "@odata.context": `${root}/$metadata#users`, ...extras, value });
}

/** The answer to a search in both indexes of the directory. */
export function searched(value: readonly unknown[]): HttpReply {
  const responses = ["1", "2"].map((id) => ({ id, status: 200, body: { value } }));
  return reply(200, { responses });
}

/** A page with a link to the next one. */
export const linked = (value: readonly unknown[], link: string): HttpReply =>
  listed(value, { "@odata.nextLink": link });

/** A refusal as Graph words it. */
export function refusal(
  status: number,
  code: string,
  message: string,
  own: Record<string, unknown> = {},
): HttpReply {
  return reply(status, {
    error: { code, message, innerError: { date: "2026-11-28T12:00:00" }, ...own },
  });
}

/** "Not found" about a name. */
export const absent = (name: string): HttpReply =>
  refusal(
    404,
    "Request_ResourceNotFound",
    `Resource '${name}' does not exist or one of its queried reference-property objects are not present.`,
  );

export interface Client {
  graph: Graph;
  sent: HttpRequest[];
  refusals: unknown[];
  time: Time;
}

export function clientOf(
  answers: readonly Scripted[],
  {
    remainingMs = 60_000,
    forever = false,
    cloud = clouds.worldwide,
    graphUrl,
  }: { remainingMs?: number; forever?: boolean; cloud?: Cloud; graphUrl?: string } = {},
): Client {
  const { transport, sent } = transportOf(answers, forever);
  const { token, refusals } = tokensOf();
  const time = timeOf({ remainingMs });
  let ids = 0;
  const graph = microsoftGraph(
    { cloud, graphUrl },
    { transport, token, pace: time.pace, clock: time.clock, newId: () => `id-${++ids}` },
  );
  return { graph, sent, refusals, time };
}

/** A tenant that answers by what is requested: `GET /users/{id}`, without the query. */
export function tenantOf(answer: (request: string, sent: HttpRequest) => HttpReply): Client {
  return clientOf(
    [(sent) => answer(`${sent.method} ${new URL(sent.url).pathname.replace("/v1.0", "")}`, sent)],
    { forever: true },
  );
}

/** The requests as `GET /users?$select=id`, decoded. */
export const requestsIn = (sent: readonly HttpRequest[]): string[] =>
  sent.map(({ method, url }) => `${method} ${decodeURIComponent(url.replace(root, ""))}`);
