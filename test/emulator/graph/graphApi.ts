/** Microsoft Graph, version 1.0: from a request with a token to an answer or a refusal. */
import { clouds } from "../entra/clouds.ts";
import type { Grant } from "../entra/login.ts";
import type { Incoming } from "../incoming.ts";
import type { Answer } from "../message.ts";
import type { Directory } from "./directory.ts";
import {
  applicationUnknown,
  denied,
  errorAnswer,
  GraphRefusal,
  methodNotAllowed,
  notImplemented,
  unauthenticated,
} from "./errors.ts";
import { idsOf } from "./faults.ts";
import { mayForUser } from "./delegated.ts";
import { handlers } from "./handlers.ts";
import { holdsOneOf, matchedBy, rolesFor } from "./operations.ts";
import type { GraphPages } from "./pages.ts";

export interface GraphContext {
  directory: Directory;
  pages: GraphPages;
  now: number;
  newGuid: () => string;
  /** Origin of the links in answers, without a trailing slash. */
  baseUrl: string;
  grantOf: (token: string) => Grant | undefined;
}

export function answerGraph(incoming: Incoming, context: GraphContext): Answer {
  context.directory.settle(context.now);
  return refusalsAnswered(incoming, context.now, () => answered(incoming, context));
}

/** An answer, or that of the refusal that was thrown. */
export function refusalsAnswered(incoming: Incoming, now: number, answer: () => Answer): Answer {
  try {
    return answer();
  } catch (error) {
    if (!(error instanceof GraphRefusal)) throw error;
    return errorAnswer(error, idsOf(incoming, now));
  }
}

function answered(incoming: Incoming, context: GraphContext): Answer {
  const { method, url } = incoming;
  const { directory, pages, now, baseUrl } = context;
  const grant = authenticated(incoming, context);
  if (!["GET", "POST", "PATCH", "PUT", "DELETE"].includes(method)) throw methodNotAllowed();
  const matched = matchedBy(method, url.pathname);
  if (!matched || matched.operation === "POST /$batch")
    throw notImplemented(`${method} ${url.pathname}`);
  const { operation, parameters } = matched;
  const needed = rolesFor(operation);
  if (needed.length > 0 && !holdsOneOf(grant.appRoles, needed)) throw denied();
  if (!mayForUser(operation, grant)) throw denied();
  const root = `${baseUrl}/v1.0`;
  return handlers[operation]({ incoming, parameters, directory, pages, grant, now, root });
}

/** What the bearer token allows. Texts are observed, except that of the audience, which is inferred. */
export function authenticated(
  { headers }: Incoming,
  { directory, now, grantOf }: GraphContext,
): Grant {
  const { tenant, apps } = directory.state;
  const cloud = clouds[tenant.cloud];
  const refused = (text: string): GraphRefusal => unauthenticated(text, cloud.login);
  const token = /^Bearer (.+)$/i.exec(headers["authorization"] ?? "")?.[1];
  if (!token) throw refused("Access token is empty.");
  const grant = grantOf(token);
  if (grant?.tenantId !== tenant.id)
    throw refused("CompactToken parsing failed with error code: 80049217");
  if (grant.resource !== cloud.graph)
    throw refused("Access token validation failure. Invalid audience.");
  if (grant.expires <= now) throw refused("Lifetime validation failed, the token is expired.");
  if (!apps.some(({ clientId }) => clientId === grant.clientId)) throw applicationUnknown();
  return grant;
}

/** Of every answer (observed). */
export function headersOf(incoming: Incoming): Record<string, string> {
  const { requestId, clientRequestId } = idsOf(incoming, 0);
  return {
    "cache-control": "no-cache",
    "odata-version": "4.0",
    "strict-transport-security": "max-age=31536000",
    "request-id": requestId,
    "client-request-id": clientRequestId,
    "x-ms-ags-diagnostic": JSON.stringify({
      ServerInfo: {
        DataCenter: "West Europe",
        Slice: "E",
        Ring: "5",
        ScaleUnit: "000",
        RoleInstance: "AM0PEPF00000001",
      },
    }),
  };
}
