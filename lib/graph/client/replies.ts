import { isRecord } from "../../record.ts";
import { Fault } from "../../fault.ts";
import { parsedJson } from "../../net/json.ts";
import { retryAfterMs, type Try } from "../../net/retry.ts";
import type { HttpReply } from "../../net/transport.ts";
import { hasSecretAnswer } from "./operations.ts";
import { isExpiredPage, kindByStatus, meaningOf, type About, type Said } from "./errors.ts";

/** An object of the directory, as the service returned it. Its ID is always read. */
export interface GraphObject extends Readonly<Record<string, unknown>> {
  id: string;
}

/** A message of the service in addition to its answer. `kind` is set if the message is understood. */
export interface Notice {
  kind?: "alreadySo" | undefined;
  text: string;
}

/** What a write returned. */
export interface Written {
  /** The object in the answer; undefined when there is none. */
  body: Readonly<Record<string, unknown>> | undefined;
  notices: Notice[];
}

/** What one request of a read returned. */
export interface Page {
  objects: GraphObject[];
  /** The address of the next page. */
  nextLink: string | undefined;
  /** Under which the page is kept for the next run. */
  id?: number | undefined;
}

/** Reads the answer to a write. An answer that is not understood is a notice: it proves nothing about the change. */
export function readWritten(reply: HttpReply, about: About, now: number): Try<Written> {
  const body = parsedJson(reply.text);
  const refused = refusalIn(reply, body, about);
  if (refused === "alreadySo")
    return {
      value: { body: undefined, notices: [{ kind: refused, text: saidIn(body, reply).text }] },
    };
  if (refused) return failure(refused, reply, now);
  if (isRecord(body)) return { value: { body, notices: [] } };
  const quoted = hasSecretAnswer(about.operation) ? "it is not shown." : onOneLine(reply.text);
  const notice =
    `Microsoft Graph's answer to ${about.operation} is not understood (status ${reply.status}): ` +
    quoted;
  return {
    value: { body: undefined, notices: reply.text.trim() === "" ? [] : [{ text: notice }] },
  };
}

/** Reads a page of a list, or the object that was read as the only one of a page. */
export function readPage(
  reply: HttpReply,
  about: About,
  { isList, now }: { isList: boolean; now: number },
): Try<Page> {
  const body = parsedJson(reply.text);
  const refused = refusalIn(reply, body, about);
  if (refused === "alreadySo")
    return failure(notAnAnswer(reply, about, "is not one to a read"), reply, now);
  if (refused) return failure(refused, reply, now);
  if (!isRecord(body)) return failure(truncated(reply, about), reply, now);
  const objects = isList ? body["value"] : [body];
  if (!Array.isArray(objects) || !objects.every(isGraphObject))
    return failure(notAnAnswer(reply, about, "has no objects with an ID in it"), reply, now);
  return { value: { objects, nextLink: textOf(body["@odata.nextLink"]) || undefined } };
}

/** Whether the answer refuses a next page because its token has expired. */
export function isExpired(reply: HttpReply): boolean {
  return reply.status >= 400 && isExpiredPage(saidIn(parsedJson(reply.text), reply));
}

/** The fault of an answer that refuses; undefined for one that does not. Code and text decide, the status last. */
function refusalIn(reply: HttpReply, body: unknown, about: About): Fault | "alreadySo" | undefined {
  const { status } = reply;
  const isSuccess = status >= 200 && status < 300;
  if (isSuccess && member(body, "error") === undefined && !isHtml(reply)) return undefined;
  const requestId = requestIdIn(body, reply);
  if (body === undefined && isHtml(reply) && !kindByStatus(status).retryable)
    return notAnAnswer(
      reply,
      about,
      "is a web page: there may be a proxy in between, or the address is wrong",
    );
  const said = saidIn(body, reply);
  const meaning = meaningOf(said, about) ?? kindByStatus(status);
  if (meaning === "alreadySo") return meaning;
  const { kind, retryable, hint = "" } = meaning;
  const text = said.text || said.code;
  const sentence = hint === "" ? text : text.replace(/[^.!?]$/, "$&.");
  const reason = [sentence, hint].filter((part) => part !== "").join(" ");
  return new Fault({
    kind,
    retryable,
    message:
      `Microsoft Graph refused ${about.operation} (status ${status})` +
      (reason === "" ? "." : `: ${reason}`),
    requestId,
  });
}

function failure(fault: Fault, reply: HttpReply, now: number): Try<never> {
  return { fault, afterMs: retryAfterMs(reply.headers["retry-after"], now) };
}

function notAnAnswer(reply: HttpReply, { operation }: About, why: string): Fault {
  return new Fault({
    kind: "unexpected",
    message: `Microsoft Graph's answer to ${operation} ${why} (status ${reply.status}).`,
    requestId: reply.headers["request-id"],
  });
}

function truncated(reply: HttpReply, { operation }: About): Fault {
  return new Fault({
    kind: "unavailable",
    retryable: true,
    message:
      `Microsoft Graph's answer to ${operation} is truncated or not JSON (status ${reply.status}, ` +
      `${reply.text.length} characters).`,
    requestId: reply.headers["request-id"],
  });
}

/**
 * The code, text and property of an error. Some services write `odata.error`, a message with its language, one detail
 * instead of a list (all seen by hashicorp/go-azure-sdk), or the real error inside `innerError`.
 */
function saidIn(body: unknown, reply: HttpReply): Said {
  const error = member(body, "error") ?? member(body, "odata.error");
  const inner = member(error, "innererror");
  const message = member(error, "message");
  const conflict = [member(error, "details")]
    .flat()
    .find((detail) => member(detail, "code") === "ObjectConflict");
  const texts = [
    member(message, "value"),
    message,
    member(inner, "message"),
    isRecord(body) || isHtml(reply) ? "" : reply.text,
  ];
  return {
    status: reply.status,
    code: textOf(member(error, "code")) || textOf(member(inner, "code")),
    text: onOneLine(texts.map(textOf).find((text) => text !== "") ?? ""),
    conflict: textOf(member(conflict, "target")),
  };
}

/** The service's ID of the request: in a header, or in the error. */
function requestIdIn(body: unknown, reply: HttpReply): string | undefined {
  const inner = member(member(body, "error"), "innererror");
  return reply.headers["request-id"] ?? (textOf(member(inner, "request-id")) || undefined);
}

function isHtml(reply: HttpReply): boolean {
  return (
    (reply.headers["content-type"] ?? "").includes("text/html") ||
    /^\s*<(!doctype|html)/i.test(reply.text)
  );
}

/** Characters of a foreign text that are looked at: a pattern over much more can take seconds. */
const maxText = 8_192;

function onOneLine(text: string): string {
  return text.slice(0, maxText).replace(/\s+/g, " ").trim();
}

/** The text of a value that is one; otherwise an empty text. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** A member of a record, whatever the case of its name: services differ in `innerError`. */
function member(value: unknown, name: string): unknown {
  if (!isRecord(value)) return undefined;
  return Object.entries(value).find(([key]) => key.toLowerCase() === name)?.[1];
}

function isGraphObject(value: unknown): value is GraphObject {
  return isRecord(value) && textOf(value["id"]) !== "";
}
