import facts from "../../../schemas/cmdlets.json" with { type: "json" };
import { accessCmdlets } from "./access.ts";
import { valueIn, type Cmdlet, type Output } from "./cmdlet.ts";
import { errorBody, Refusal, unknownParameter } from "./errors.ts";
import { folderCmdlets } from "./folders.ts";
import type { DirectoryObject, TenantState } from "./model.ts";
import { readingCmdlets } from "./reading.ts";
import type { Row } from "./rows.ts";
import { Store } from "./store.ts";
import { writingCmdlets } from "./writing.ts";

export interface WireRequest {
  method: string;
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
}

export interface WireReply {
  status: number;
  headers: Record<string, string>;
  text: string;
}

export interface Application {
  tenantId: string;
  clientId: string;
  clientSecret: string;
}

/** Exchange Online and its sign-in service in miniature: a request in, an answer out, and no network in between. */
export interface FakeExchange {
  handle(request: WireRequest): WireReply;
  truth(): DirectoryObject[];
  /** Goes up with every change of the tenant. */
  revision(): number;
}

const cmdlets: Readonly<Record<string, Cmdlet>> = {
  ...readingCmdlets,
  ...accessCmdlets,
  ...folderCmdlets,
  ...writingCmdlets,
};
const known: Readonly<Record<string, { parameters: Readonly<Record<string, unknown>> }>> =
  facts.cmdlets;
/** Every cmdlet takes these. */
const common = /^(Confirm|WhatIf|ErrorAction|WarningAction|Verbose|Debug|OutBuffer|OutVariable)$/i;
const tokenSeconds = 3_599;

/** `now`: the milliseconds of the clock that everyone in a campaign shares. */
export function fakeExchange(
  state: TenantState,
  application: Application,
  now: () => number,
): FakeExchange {
  const store = new Store(state, now);
  const { behaviour } = store;
  const tokens = new Map<string, number>();
  const pages = new Map<string, Row[]>();
  let requests = 0;

  function signIn({ url, body }: WireRequest): WireReply {
    const form = new URLSearchParams(body);
    const isRight =
      url.includes(`/${application.tenantId}/oauth2/`) &&
      form.get("client_id") === application.clientId &&
      form.get("client_secret") === application.clientSecret;
    if (!isRight)
      return json(401, {
        error: "invalid_client",
        error_description: "AADSTS7000215: Invalid client secret provided.",
        error_codes: [7000215],
      });
    const token = `eyJ0eXAiOiJKV1QifQ.fakeExchangeToken${tokens.size + 1}.${"s".repeat(40)}`;
    tokens.set(token, now() + tokenSeconds * 1000);
    return json(200, { token_type: "Bearer", expires_in: tokenSeconds, access_token: token });
  }

  function invoke({ url, body }: WireRequest): WireReply {
    const address = new URL(url);
    const link = address.searchParams.get("$skiptoken");
    const select = address.searchParams.get("$select")?.split(",");
    if (link !== null) {
      const rest = pages.get(link);
      if (!rest)
        return refused(
          new Refusal(
            400,
            "Microsoft.Exchange.Admin.OData.Core.ODataServiceException",
            "Expired or Invalid pagination request. Default Expiry time is 00:30:00",
          ),
        );
      return paged(address, rest, []);
    }
    try {
      const { rows, warnings } = run(body);
      return paged(
        address,
        rows.map((row) => selected(row, select)),
        warnings,
      );
    } catch (thrown) {
      if (thrown instanceof Refusal) return refused(thrown);
      throw thrown;
    }
  }

  function run(body: string): Output {
    const { CmdletName: cmdlet, Parameters: parameters } = inputOf(body);
    const run = cmdlets[cmdlet];
    const fact = known[cmdlet];
    if (!run || !fact)
      throw new Refusal(
        400,
        "System.Management.Automation.CommandNotFoundException",
        `The term '${cmdlet}' is not recognized as the name of a cmdlet.`,
      );
    for (const name of Object.keys(parameters))
      if (!name.includes("@") && !common.test(name) && valueIn(fact.parameters, name) === undefined)
        throw unknownParameter(name);
    requests++;
    const controller = behaviour.roams ? requests % behaviour.lagMs.length : 0;
    return run({ cmdlet, parameters, controller, store });
  }

  function paged(address: URL, rows: Row[], warnings: string[]): WireReply {
    const envelope: Row = {
      "@odata.context": `${address.origin}/adminapi/beta/$metadata#Collection(Exchange.GenericHashTable)`,
      value: rows.slice(0, behaviour.pageSize),
    };
    if (warnings.length > 0) envelope["@adminapi.warnings"] = warnings;
    if (rows.length > behaviour.pageSize) {
      const link = `page${pages.size + 1}`;
      pages.set(link, rows.slice(behaviour.pageSize));
      envelope["@odata.nextLink"] = `${address.origin}${address.pathname}?$skiptoken=${link}`;
    }
    return json(200, envelope);
  }

  function refused(refusal: Refusal): WireReply {
    const { status, headers, text } = json(refusal.status, errorBody(refusal, behaviour.errorForm));
    return {
      status,
      headers: { ...headers, "x-exceptiontype": refusal.type.split(".").at(-1) ?? "" },
      text,
    };
  }

  function authorised({ headers }: WireRequest): boolean {
    const token = headers["authorization"]?.replace(/^Bearer /, "") ?? "";
    return (tokens.get(token) ?? -Infinity) > now();
  }

  function adminApi(request: WireRequest): WireReply {
    if (!authorised(request))
      return {
        status: 401,
        headers: { "www-authenticate": 'Bearer error="invalid_token"' },
        text: "",
      };
    const { pathname } = new URL(request.url);
    const root = `/adminapi/beta/${application.tenantId}`;
    if (request.method !== "POST") return json(405, {});
    if (pathname === `${root}/InvokeCommand`) return invoke(request);
    return pathname === `${root}/$batch` ? batch(request) : json(404, {});
  }

  function batch({ body }: WireRequest): WireReply {
    const { requests: items } = JSON.parse(body) as {
      requests: { id: string; url: string; headers: Record<string, string>; body: unknown }[];
    };
    const responses = items.map(({ id, url, headers, body: own }) => {
      const reply = adminApi({ method: "POST", url, headers, body: JSON.stringify(own) });
      return {
        id,
        status: reply.status,
        headers: reply.headers,
        body: JSON.parse(reply.text || "null") as unknown,
      };
    });
    return json(200, { responses });
  }

  return {
    handle: (request) =>
      new URL(request.url).hostname.startsWith("login.") ? signIn(request) : adminApi(request),
    truth: () => store.truth(),
    revision: () => store.revision,
  };
}

function inputOf(body: string): { CmdletName: string; Parameters: Record<string, unknown> } {
  const { CmdletInput: input } = JSON.parse(body) as {
    CmdletInput: { CmdletName: string; Parameters?: Record<string, unknown> };
  };
  return { CmdletName: input.CmdletName, Parameters: input.Parameters ?? {} };
}

function selected(row: Row, select: readonly string[] | undefined): Row {
  return select
    ? Object.fromEntries(Object.entries(row).filter(([name]) => select.includes(name)))
    : row;
}

function json(status: number, body: unknown): WireReply {
  return {
    status,
    headers: { "content-type": "application/json; charset=utf-8", "request-id": "fake-request" },
    text: JSON.stringify(body),
  };
}
