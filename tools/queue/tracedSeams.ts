/** A span for each request of an event that a worker runs. */
import type { ConnectorSeams } from "../../lib/connector.ts";
import { parsedJson } from "../../lib/net/json.ts";
import { subReplyOf } from "../../lib/net/subReply.ts";
import type { HttpReply, HttpRequest } from "../../lib/net/transport.ts";
import { isRecord } from "../../lib/record.ts";
import type { Tracing } from "../../lib/runtime/queue/tracing.ts";

export function tracedSeams(
  tracing: Pick<Tracing, "request">,
  seams: ConnectorSeams,
): ConnectorSeams {
  return {
    ...seams,
    transport(proxy) {
      const { send, close } = seams.transport(proxy);
      return {
        close,
        async send(request, signal) {
          const span = tracing.request(nameOf(request), attributesOf(request));
          if (span === undefined) return await send(request, signal);
          try {
            const reply = await send(request, signal);
            let throttled = isThrottled(reply) ? 1 : 0;
            for (const part of failedPartsOf(request, reply)) {
              if (isThrottled(part.reply)) throttled++;
              span.add("refused", { ...part.about, ...answerOf(part.reply) });
            }
            span.end(
              { ...answerOf(reply), "exo.throttled": throttled > 0 },
              reply.status >= 400 || throttled > 0,
            );
            return reply;
          } catch (thrown) {
            span.end({ "exo.unanswered": true }, true);
            throw thrown;
          }
        },
      };
    },
  };
}

const isThrottled = ({ status }: HttpReply): boolean => status === 429;

/** The cmdlet; of Microsoft Graph the operation, without the names and IDs in its address. */
function nameOf({ method, url, headers }: HttpRequest): string {
  const cmdlet = headers["x-cmdletname"];
  if (cmdlet !== undefined) return cmdlet;
  const { pathname } = new URL(url);
  if (pathname.includes("/oauth2/")) return "sign-in";
  // Collections and objects take turns: /users/{id}/memberOf/{id}.
  const [, , ...parts] = pathname.split("/");
  const shown = parts.map((part, index) =>
    index % 2 === 0 || part.startsWith("$") ? part.replace(/\(.*/, "") : "{}",
  );
  return `${method} ${shown.join("/")}`;
}

function attributesOf(request: HttpRequest): Record<string, string | number | string[]> {
  const { method, url, headers } = request;
  const cmdlet = headers["x-cmdletname"];
  const clientRequestId = headers["client-request-id"];
  const parts = isBatch(request) ? Object.values(partsAsked(request)) : [];
  return {
    "http.request.method": method,
    "server.address": new URL(url).hostname,
    ...(cmdlet !== undefined && { "exo.cmdlet": cmdlet }),
    ...(clientRequestId !== undefined && { "exo.client_request_id": clientRequestId }),
    ...(parts.length > 0 && {
      "exo.batch.size": parts.length,
      "exo.batch.names": [...new Set(parts)],
    }),
  };
}

function answerOf({ status, headers }: HttpReply): Record<string, string | number> {
  const id = headers["request-id"];
  return { "http.response.status_code": status, ...(id !== undefined && { "exo.request_id": id }) };
}

const isBatch = ({ url }: HttpRequest): boolean => url.endsWith("/$batch");

/** The names of the requests in a batch, by their id. */
function partsAsked({ body = "" }: HttpRequest): Record<string, string> {
  const document = parsedJson(body);
  const parts = isRecord(document) ? document["requests"] : undefined;
  const names: Record<string, string> = {};
  for (const part of Array.isArray(parts) ? parts.filter(isRecord) : []) {
    const headers = isRecord(part["headers"]) ? part["headers"] : {};
    const cmdlet = headers["x-cmdletname"];
    const url = new URL(String(part["url"]), "https://batch/v1.0/");
    names[String(part["id"])] =
      typeof cmdlet === "string"
        ? cmdlet
        : nameOf({ method: methodOf(part["method"]), url: url.href, headers: {} });
  }
  return names;
}

const methods = ["GET", "POST", "PATCH", "PUT", "DELETE"] as const;
const methodOf = (value: unknown): HttpRequest["method"] =>
  methods.find((method) => method === value) ?? "GET";

const refusal = /"status"\s*:\s*"?[45]\d\d/;

/** What was refused in the answer to a batch. */
function failedPartsOf(
  request: HttpRequest,
  { text }: HttpReply,
): { about: Record<string, string>; reply: HttpReply }[] {
  if (!isBatch(request) || !refusal.test(text)) return [];
  const document = parsedJson(text);
  const parts = isRecord(document) ? document["responses"] : undefined;
  const names = partsAsked(request);
  return (Array.isArray(parts) ? parts.filter(isRecord) : []).flatMap((part) => {
    const reply = subReplyOf(part);
    const name = names[String(part["id"])];
    if (reply.status < 400) return [];
    return [{ about: name === undefined ? {} : { "exo.cmdlet": name }, reply }];
  });
}
