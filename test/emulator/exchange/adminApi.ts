/**
 * The admin API: `POST /adminapi/beta/{tenant}/InvokeCommand`. From a request with a token to a
 * page of rows or a refusal.
 */
import { cmdletNamed } from "../catalogue.ts";
import { clouds } from "../entra/clouds.ts";
import { refuseUnhonoured } from "./cmdlet.ts";
import { cmdlets } from "./cmdlets.ts";
import { isDocumented } from "./documentedCmdlets.ts";
import {
  appRoleMissing,
  badRequest,
  errorResponse,
  forbidden,
  notImplemented,
  Refusal,
  unauthorized,
} from "./errors.ts";
import type { Incoming } from "../incoming.ts";
import type { Grant } from "../entra/login.ts";
import { isTenant } from "../entra/tenants.ts";
import { answerOf, jsonAnswer, type Answer } from "../message.ts";
import { mayRun, requireRolesOf, rolesOf } from "./managementRoles.ts";
import type { Page, Pages } from "./paging.ts";
import { bind } from "./parameters.ts";
import { pause } from "../pause.ts";
import type { Value } from "../properties.ts";
import type { Behaviour } from "../state.ts";
import type { Store } from "../store.ts";
import { worded } from "./wording.ts";

export interface ExchangeContext {
  store: Store;
  pages: Pages;
  now: number;
  /** The domain controller that answers: an index of `controllerLagMs`. */
  controller: number;
  /** Origin of the links in answers, without a trailing slash. */
  baseUrl: string;
  grantOf: (token: string) => Grant | undefined;
}

export async function answerExchange(
  incoming: Incoming,
  context: ExchangeContext,
): Promise<Answer> {
  const { state } = context.store;
  context.store.settle(context.now, context.controller);
  const match = /^\/adminapi\/beta\/([^/]+)\/InvokeCommand$/i.exec(
    decodeURIComponent(incoming.url.pathname),
  );
  if (!match?.[1])
    return jsonAnswer(
      { error: { code: "NotFound", message: `Nothing here: ${incoming.url.pathname}` } },
      404,
    );
  if (incoming.method !== "POST" && !isContinuedByGet(incoming, state.behaviour))
    return answerOf(405, { Allow: "POST" });
  const grant = authorized(incoming, match[1], context);
  if ("status" in grant) return grant;
  try {
    return invoke(incoming, match[1], grant, context);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    await pause(error.delayMs);
    return errorResponse(error.on(context.controller), state.behaviour);
  }
}

/** A link to the next page works with GET as well, without a body (observed of one client). */
const isContinuedByGet = ({ method, url }: Incoming, { nextLinkByGet }: Behaviour): boolean =>
  nextLinkByGet && method === "GET" && url.searchParams.has("$skiptoken");

/** What the bearer token allows, or the answer to a token that is not accepted. */
export function authorized(
  incoming: Incoming,
  tenant: string,
  { store, now, grantOf }: ExchangeContext,
): Grant | Answer {
  const { state } = store;
  const authority = clouds[state.tenant.cloud].login;
  const token = /^Bearer (.+)$/i.exec(incoming.headers["authorization"] ?? "")?.[1];
  if (!token) return unauthorized("The request has no bearer token.", authority);
  const grant = grantOf(token);
  if (!grant) return unauthorized("The token is not known.", authority);
  if (grant.expires <= now) return unauthorized("The token has expired.", authority);
  if (grant.resource !== clouds[state.tenant.cloud].resource)
    return unauthorized("The token is for another audience.", authority);
  if (!isTenant(state, tenant) || grant.tenantId !== state.tenant.id)
    return unauthorized("The token is for another tenant.", authority);
  const needed = grant.user ? "Exchange.Manage" : "Exchange.ManageAsApp";
  if (!grant.appRoles.includes(needed)) return appRoleMissing(grant.clientId);
  if (rolesOf(grant, state).size === 0)
    return forbidden(
      state.behaviour.forbiddenDiagnostics
        ? "The token holds no role that Exchange knows."
        : undefined,
    );
  return grant;
}

function invoke(
  incoming: Incoming,
  tenant: string,
  grant: Grant,
  context: ExchangeContext,
): Answer {
  const { store, pages, now, baseUrl } = context;
  const size = pageSize(incoming.headers["prefer"]);
  checkHeaders(incoming, store);
  const { name, given, body } = commandOf(incoming, store.state.behaviour);
  const token = incoming.url.searchParams.get("$skiptoken");
  if (token !== null) return pageResponse(pages.continued(token, body, size, now), context, tenant);

  const cmdlet = cmdlets.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (!cmdletNamed(name) && isDocumented(name)) throw notImplemented(`cmdlet '${name}'`);
  const parameters = bind(name, given, store.state.behaviour);
  if (!cmdlet) throw notImplemented(`cmdlet '${name}'`);
  if (!mayRun(cmdlet.name, grant, store.state))
    return forbidden(
      store.state.behaviour.forbiddenDiagnostics
        ? `No role of the token includes ${cmdlet.name}.`
        : undefined,
    );
  requireRolesOf(parameters, cmdlet.name, grant, store.state);
  refuseUnhonoured(cmdlet, parameters);
  // Documented by the module: with Confirm on, the command is only validated and the question is
  // returned.
  if (parameters["Confirm"] === true) {
    return success(
      [],
      {
        "@adminapi.confirmationmessage": `Are you sure you want to perform this action? ${cmdlet.name}`,
      },
      baseUrl,
      tenant,
    );
  }
  const select = incoming.url.searchParams.get("$select");
  const wanted = select
    ? new Set(select.split(",").map((one) => one.trim().toLowerCase()))
    : undefined;
  return pageResponse(
    pages.first(cmdlet.run({ parameters, store, now, grant }), body, wanted, size, now),
    context,
    tenant,
  );
}

/**
 * `Prefer: odata.maxpagesize=N`, 1 to 1000 (documented). The default of 1000 is documented for v2.0
 * only.
 */
function pageSize(prefer = ""): number {
  const asked = /odata\.maxpagesize\s*=\s*([^\s;,]+)/i.exec(prefer)?.[1];
  if (asked === undefined) return 1000;
  if (!/^\d+$/.test(asked) || Number(asked) < 1 || Number(asked) > 1000)
    throw badRequest(`The value '${asked}' of odata.maxpagesize is not between 1 and 1000.`);
  return Number(asked);
}

const guid = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";

/**
 * Every form of anchor seen in use. `{...}@@tenant` is the only default of one published module
 * without a user, so it must work. Strictness is assumed.
 */
const anchors = [
  /^(?:(?:AAD-)?(?:UPN|SMTP):)?[^@\s:{}]+@[^@\s]+$/i,
  new RegExp(`^(?:UPN|APP):SystemMailbox\\{${guid}\\}@{1,2}(?<organization>[^@\\s]+)$`, "i"),
  new RegExp(`^MBX:${guid}@(?<organization>[^@\\s]+)$`, "i"),
  new RegExp(`^OID:${guid}(?:@(?<organization>[^@\\s]+))?$`, "i"),
  new RegExp(`^TID:(?<organization>${guid})$`, "i"),
];

function checkHeaders(incoming: Incoming, store: Store): void {
  // Documented: the rows arrive as text in `_clixml`. A client that requests it finds no rows in JSON.
  const format = incoming.headers["x-responseformat"] ?? "json";
  if (/^clixml$/i.test(format)) throw notImplemented(`X-ResponseFormat: ${format}`);
  const type = incoming.headers["content-type"] ?? "";
  if (incoming.method === "POST" && !/^application\/json\b/i.test(type))
    throw new Refusal({
      status: 415,
      className: "System.Net.Http.UnsupportedMediaTypeException",
      text: `The content type '${type}' is not supported.`,
    });
  const anchor = incoming.headers["x-anchormailbox"];
  if (anchor !== undefined) {
    const match = anchors.map((form) => form.exec(anchor)).find((one) => one !== null);
    const organization = match?.groups?.["organization"];
    if (!match || (organization !== undefined && !isTenant(store.state, organization)))
      throw badRequest(
        `The X-AnchorMailbox header '${anchor}' is not well-formed, or names another tenant.`,
      );
  }
}

interface Command {
  name: string;
  given: Record<string, unknown>;
  /** The body in a normalised form, to compare it with that of a continuation. */
  body: string;
}

function commandOf(incoming: Incoming, { cmdletNameHeader }: Behaviour): Command {
  const input = (
    incoming.json as { CmdletInput?: { CmdletName?: unknown; Parameters?: unknown } } | undefined
  )?.CmdletInput;
  const given = input?.Parameters ?? {};
  if (typeof input?.CmdletName !== "string" || typeof given !== "object" || Array.isArray(given)) {
    throw badRequest('The body must be {"CmdletInput":{"CmdletName":"...","Parameters":{...}}}.');
  }
  const announced = incoming.headers["x-cmdletname"] ?? input.CmdletName;
  const compared = (name: string): string =>
    cmdletNameHeader === "exact" ? name : name.toLowerCase();
  if (compared(announced) !== compared(input.CmdletName))
    throw badRequest(`The X-CmdletName header '${announced}' is not the cmdlet of the body.`);
  return {
    name: input.CmdletName,
    given: given as Record<string, unknown>,
    body: JSON.stringify(incoming.json),
  };
}

function pageResponse(page: Page, { baseUrl, store }: ExchangeContext, tenant: string): Answer {
  const extras: Record<string, unknown> = {};
  if (page.next !== undefined)
    extras["@odata.nextLink"] =
      `${baseUrl}/adminapi/beta/${tenant}/InvokeCommand?%24skiptoken=${encodeURIComponent(page.next)}`;
  const { wording } = store.state.behaviour;
  if (page.warnings.length > 0)
    extras["@adminapi.warnings"] = page.warnings.map((text) => worded(text, wording));
  return success(page.rows.map(annotated), extras, baseUrl, tenant);
}

function success(
  rows: unknown[],
  extras: Record<string, unknown>,
  baseUrl: string,
  tenant: string,
): Answer {
  const context = `${baseUrl}/adminapi/beta/${tenant}/$metadata#Collection(Exchange.GenericHashTable)`;
  return jsonAnswer({ "@odata.context": context, ...extras, value: rows }, 200, {
    "Rate-Limit-Limit": "15000",
    "Rate-Limit-Remaining": "14999",
  });
}

/** The annotations that a client must drop (observed). */
function annotated(row: Record<string, Value>): Record<string, unknown> {
  const noisy: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(row)) {
    if (Array.isArray(value)) noisy[`${name}@odata.type`] = "#Collection(String)";
    else if (name.endsWith("Guid")) noisy[`${name}@data.type`] = "System.Guid";
    else if (name.startsWith("When")) noisy[`${name}@data.type`] = "System.DateTime";
    noisy[name] = value;
  }
  return noisy;
}
