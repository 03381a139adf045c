/** What a request asks for, apart from all that differs from run to run: hosts, tokens, headers. */
import { createHash } from "node:crypto";
import { isRecord } from "../../lib/record.ts";
import { withoutPasswords } from "../scrub/secretKeys.ts";
import { operationOf, type Asked } from "../session/traffic.ts";
import { shown } from "./shown.ts";

/** A request, as far as it says what is asked. */
export interface Sent {
  method: string;
  url: URL;
  /** Empty when there is none. */
  body: string;
}

const graphRoot = /^\/v1\.0(?=\/)/;

/** Whether a request is one for Graph, or one for Exchange. What signs in is neither. */
export function targetOf({ pathname }: URL): "graph" | "exchange" | undefined {
  if (graphRoot.test(pathname)) return "graph";
  return /^\/adminapi\//i.test(pathname) ? "exchange" : undefined;
}

/** The cmdlet or the operation of Graph in a request, or those in a batch. Throws for any other request. */
export function askedIn({ method, url, body }: Sent): Asked {
  const content: unknown = body === "" ? {} : JSON.parse(body);
  if (!isRecord(content)) throw new Error(`the body is not an object: ${shown(body)}`);
  return graphRoot.test(url.pathname)
    ? askedOfGraph(method, url, content)
    : askedOfExchange(url, content);
}

function askedOfExchange(url: URL, body: Record<string, unknown>): Asked {
  const { CmdletInput: input, requests, ...others } = body;
  if (url.pathname.endsWith("/$batch") && Array.isArray(requests))
    return { cmdlet: "$batch", parameters: {}, batch: itemsOf(requests, 0) };
  if (!isRecord(input) || typeof input["CmdletName"] !== "string" || Object.keys(others).length > 0)
    throw new Error(`the body is no CmdletInput: ${shown(body)}`);
  return {
    cmdlet: input["CmdletName"],
    parameters: input["Parameters"],
    ...selectIn(url),
    ...pageIn(url),
  };
}

function askedOfGraph(method: string, url: URL, body: Record<string, unknown>): Asked {
  const operation = `${method} ${decodeURIComponent(url.pathname.replace(graphRoot, ""))}`;
  const { requests } = body;
  if (operation === "POST /$batch" && Array.isArray(requests))
    return { operation, parameters: {}, batch: itemsOf(requests, 1) };
  const options = [...url.searchParams].filter(([name]) => !/^\$(select|skiptoken)$/.test(name));
  // No property begins with a dollar sign.
  const parameters = withoutPasswords({ ...Object.fromEntries(options), ...body });
  return { operation, parameters, ...selectIn(url), ...pageIn(url) };
}

function selectIn(url: URL): Pick<Asked, "select"> {
  const select = url.searchParams.get("$select");
  return select === null ? {} : { select: select.split(",") };
}

/** The tokens of a recording name their pages. */
function pageIn(url: URL): Pick<Asked, "page"> {
  const page = Number(/^page-(\d+)/.exec(url.searchParams.get("$skiptoken") ?? "")?.[1] ?? 1);
  return page > 1 ? { page } : {};
}

/** The requests in a batch. `first` is the usual ID of the first one. */
function itemsOf(requests: readonly unknown[], first: number): Asked[] {
  return requests.map((request, index) => {
    const { id, method = "POST", url, body } = isRecord(request) ? request : {};
    const text = body === undefined ? "" : JSON.stringify(body);
    const item = askedIn({ method: String(method), url: itemUrl(String(url)), body: text });
    return id === String(index + first) ? item : { ...item, id: String(id) };
  });
}

/** Graph's are relative to its version. */
function itemUrl(text: string): URL {
  return URL.canParse(text) ? new URL(text) : new URL(`https://graph.microsoft.com/v1.0${text}`);
}

/** The item of a batch that a response with this ID answers. */
export function itemWith(id: string, { operation, batch = [] }: Asked): Asked | undefined {
  const first = operation === undefined ? 0 : 1;
  return batch.find((item, index) => (item.id ?? String(index + first)) === id);
}

/** Replaces the token of a next page, which differs in every run. Lists read in parallel each have their own. */
export function pageToken(asked: Asked): string {
  const { parameters, page = 1 } = asked;
  return `page-${page + 1}-${createHash("sha256")
    .update(JSON.stringify([operationOf(asked), parameters]))
    .digest("hex")
    .slice(0, 8)}`;
}
