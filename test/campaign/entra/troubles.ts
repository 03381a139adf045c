/** What happens to a request on its way to Exchange, Graph or the sign-in service. */
import type { HttpReply, HttpRequest } from "../../../lib/net/transport.ts";

/** `pass` carries the request to the tenant; `kill` ends the process of the run. */
export type Way = (
  request: HttpRequest,
  pass: () => Promise<HttpReply>,
  kill: () => void,
) => Promise<HttpReply | "cut" | "silence">;

export interface Trouble {
  name: string;
  to: "read" | "write" | "any";
  way: Way;
  /** The tenant accepts plainly what it does not do. */
  isLie?: true;
}

const json = (status: number, body: unknown, headers: Record<string, string> = {}): HttpReply => ({
  status,
  headers: { "content-type": "application/json", "request-id": "trouble", ...headers },
  text: JSON.stringify(body),
});
/**
 * The answer to a write. In a batch it is that of the first part, which is not carried out, nor is what depends on it.
 */
function answering(request: HttpRequest, answer: HttpReply): HttpReply {
  if (!isGraph(request) || !isBatch(request)) return answer;
  const [first, ...others] = partsOf(request);
  const body = answer.text === "" ? {} : { body: JSON.parse(answer.text) as unknown };
  const refused = answer.status >= 400 ? 424 : answer.status;
  return json(200, {
    responses: [
      { id: first?.id, status: answer.status, headers: answer.headers, ...body },
      ...others.map(({ id }) => ({ id, status: refused, body: {} })),
    ],
  });
}
const refusal = (status: number, code: string, message: string): HttpReply =>
  json(status, { error: { code, message, innerError: {} } });
const unavailable: HttpReply = {
  status: 503,
  headers: { "content-type": "text/plain" },
  text: "The service is unavailable.",
};

export const isGraph = ({ url }: HttpRequest): boolean => url.includes("/v1.0/");
const isBatch = ({ url }: HttpRequest): boolean => url.includes("$batch");
/** The parts of a batch of Graph. */
const partsOf = ({ body = "" }: HttpRequest): { id: string; method: string }[] =>
  (JSON.parse(body) as { requests: { id: string; method: string }[] }).requests;

function isRead(request: HttpRequest): boolean {
  const { method, body = "" } = request;
  if (isBatch(request) && isGraph(request))
    return partsOf(request).every((part) => part.method === "GET");
  return method === "GET" || isBatch(request) || body.includes('"CmdletName":"Get-');
}
const isToken = ({ url }: HttpRequest): boolean => url.includes("/oauth2/");

export function strikes({ to }: Trouble, request: HttpRequest): boolean {
  if (to === "any") return true;
  return !isToken(request) && (to === "read") === isRead(request);
}

/** The object that a request of Graph names. */
const named = ({ url }: HttpRequest): string =>
  decodeURIComponent(/\/v1\.0\/\w+\/([^/?]+)/.exec(url)?.[1] ?? "");

/**
 * The answer with its objects changed; that of a batch in its first part that has objects: a replica lags by itself.
 */
function withObjects(reply: HttpReply, change: (objects: unknown[]) => unknown[]): HttpReply {
  if (reply.status !== 200) return reply;
  const changed = (body: unknown): unknown => {
    if (typeof body !== "object" || body === null) return body;
    if ("value" in body && Array.isArray(body.value)) return { ...body, value: change(body.value) };
    if (!("responses" in body) || !Array.isArray(body.responses)) return body;
    const responses = body.responses as { body?: { value?: unknown[] } }[];
    const first = responses.find((one) => (one.body?.value?.length ?? 0) > 0);
    return {
      ...body,
      responses: responses.map((one) =>
        one === first ? { ...one, body: changed(one.body) } : one,
      ),
    };
  };
  return { ...reply, text: JSON.stringify(changed(JSON.parse(reply.text))) };
}

export const troubles: readonly [Trouble, ...Trouble[]] = [
  { name: "503 before", to: "any", way: () => Promise.resolve(unavailable) },
  { name: "503 after", to: "any", way: async (_, pass) => (await pass(), unavailable) },
  { name: "cut before", to: "any", way: () => Promise.resolve("cut") },
  { name: "cut after", to: "any", way: async (_, pass) => (await pass(), "cut") },
  { name: "silence after", to: "any", way: async (_, pass) => (await pass(), "silence") },
  {
    name: "429",
    to: "any",
    way: () =>
      Promise.resolve(
        json(429, { error: { code: "TooManyRequests", message: "x" } }, { "retry-after": "2" }),
      ),
  },
  {
    name: "401",
    to: "any",
    way: () => Promise.resolve({ status: 401, headers: {}, text: "" }),
  },
  {
    name: "killed before",
    to: "any",
    way: (_, _pass, kill) => (kill(), Promise.resolve("cut")),
  },
  {
    name: "killed after",
    to: "any",
    way: async (_, pass, kill) => (await pass(), kill(), "cut"),
  },
  {
    name: "concurrency",
    to: "write",
    way: (request) =>
      Promise.resolve(
        answering(request, refusal(409, "Directory_ConcurrencyViolation", "Please retry.")),
      ),
  },
  {
    name: "not found here",
    to: "any",
    way: (request) =>
      Promise.resolve(
        refusal(
          404,
          "Request_ResourceNotFound",
          `Resource '${named(request)}' does not exist or one of its queried reference-property ` +
            "objects are not present.",
        ),
      ),
  },
  {
    name: "forbidden",
    to: "write",
    way: (request) =>
      Promise.resolve(
        answering(
          request,
          refusal(
            403,
            "Authorization_RequestDenied",
            "Insufficient privileges to complete the operation.",
          ),
        ),
      ),
  },
  {
    name: "nothing found",
    to: "read",
    way: async (_, pass) => withObjects(await pass(), () => []),
  },
  {
    name: "found twice",
    to: "read",
    way: async (_, pass) => withObjects(await pass(), (objects) => [...objects, ...objects]),
  },
  {
    name: "accepted, not done",
    to: "write",
    isLie: true,
    way: (request) =>
      Promise.resolve(
        isGraph(request)
          ? answering(request, { status: 204, headers: {}, text: "" })
          : json(200, { "@odata.context": "x", value: [] }),
      ),
  },
  {
    name: "truncated",
    to: "any",
    way: async (_, pass) => {
      const reply = await pass();
      return { ...reply, text: reply.text.slice(0, reply.text.length >> 1) };
    },
  },
];
