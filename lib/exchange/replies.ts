import { Fault, type FaultKind } from "../fault.ts";
import { rowOf, textOf, type Row } from "./encoding.ts";
import { retryAfterMs, type Try } from "./retry.ts";
import type { HttpReply } from "./transport.ts";
import { meaningOf } from "./wording.ts";

/** One page of a cmdlet's answer. */
export interface Page {
  rows: Row[];
  warnings: string[];
  /** Where the next page is to be asked for. */
  nextLink: string | undefined;
}

/** Reads a 2xx answer. An empty body is a cmdlet without output; anything that is no envelope is a fault. */
export function pageOf(reply: HttpReply, cmdlet: string): Try<Page> {
  if (reply.text.trim() === "") return { value: { rows: [], warnings: [], nextLink: undefined } };
  const requestId = reply.headers["request-id"];
  const envelope = parsed(reply.text);
  if (!isRecord(envelope)) {
    if (meaningOf(undefined, reply.text)) return { fault: errorOf(reply, cmdlet) };
    if (looksLikeHtml(reply)) return { fault: new Fault({ kind: "unexpected", message: `Exchange Online's address answered ${cmdlet} with a web page instead of JSON (status ${reply.status}): a proxy may stand in between, or the address is wrong.`, requestId }) };
    return { fault: new Fault({ kind: "unavailable", retryable: true, message: `Exchange Online's answer to ${cmdlet} was cut off or is not JSON (status ${reply.status}, ${reply.text.length} characters).`, requestId }) };
  }
  const { value } = envelope;
  if (value !== undefined && (!Array.isArray(value) || !value.every(isRecord))) return { fault: new Fault({ kind: "unexpected", message: `Exchange Online's answer to ${cmdlet} has no list of objects in it.`, requestId }) };
  const warnings = envelope["@adminapi.warnings"];
  const nextLink = envelope["@odata.nextLink"];
  return {
    value: {
      rows: (value ?? []).map(rowOf),
      warnings: Array.isArray(warnings) ? warnings.filter((warning) => typeof warning === "string") : [],
      nextLink: typeof nextLink === "string" && nextLink !== "" ? nextLink : undefined,
    },
  };
}

/** Makes a fault of an answer that is no success: class and text decide, the status last. */
export function failureOf(reply: HttpReply, cmdlet: string, now: number): Extract<Try<never>, { fault: Fault }> {
  return { fault: errorOf(reply, cmdlet), afterMs: retryAfterMs(reply.headers["retry-after"], now) };
}

function errorOf(reply: HttpReply, cmdlet: string): Fault {
  const { type, text } = saidBy(reply);
  const requestId = reply.headers["request-id"];
  const meaning = meaningOf(type, text);
  if (meaning) return new Fault({ kind: meaning.kind, retryable: meaning.retryable, message: meaning.message ?? `Exchange Online refused ${cmdlet}: ${shortened(text)}`, requestId });
  const { kind, retryable, message } = byStatus(reply, cmdlet, text);
  return new Fault({ kind, retryable, message, requestId });
}

function byStatus(reply: HttpReply, cmdlet: string, text: string): { kind: FaultKind; retryable: boolean; message: string } {
  const { status } = reply;
  const said = text === "" || looksLikeHtml(reply) ? "" : ` It said: ${shortened(text)}`;
  if (status === 429) return { kind: "throttled", retryable: true, message: `Exchange Online is throttling this application (status 429 on ${cmdlet}).${said}` };
  if (status === 408 || status === 502 || status === 503 || status === 504) return { kind: "unavailable", retryable: true, message: `Exchange Online is not available for ${cmdlet} at the moment (status ${status}).${said}` };
  if (status === 401) return { kind: "denied", retryable: false, message: `Exchange Online does not accept the application's token for ${cmdlet} (status 401).${said}` };
  if (status === 403) return { kind: "denied", retryable: false, message: deniedMessage(reply, cmdlet, said) };
  if (looksLikeHtml(reply)) return { kind: "unexpected", retryable: false, message: `Exchange Online's address answered ${cmdlet} with a web page instead of JSON (status ${status}): a proxy may stand in between, or the address is wrong.` };
  return { kind: status >= 400 && status < 500 ? "invalid" : "unexpected", retryable: false, message: `Exchange Online refused ${cmdlet} (status ${status}).${said}` };
}

/** A 403 comes without a body. Its reason, when there is one, is in x-ms-diagnostics; without one it is often a role that has not reached Exchange yet. */
function deniedMessage(reply: HttpReply, cmdlet: string, said: string): string {
  const reason = reply.headers["x-ms-diagnostics"];
  if (reason !== undefined && reason !== "") return `The application may not run ${cmdlet} (status 403): ${shortened(reason)}`;
  return `The application may not run ${cmdlet} (status 403): its role does not include it, or was assigned so recently that Exchange Online has not heard of it.${said}`;
}

/**
 * The exception class and the real text. The text hides in `details[0].message`, in one of three encodings
 * (`Ex123456|class|text`; JSON with Message and TypeName; JSON with ClassName and Message), in the innermost exception, or is the
 * whole body. The casing of names varies.
 */
function saidBy(reply: HttpReply): { type: string | undefined; text: string } {
  const body = parsed(reply.text);
  const error = member(body, "error");
  const headerType = reply.headers["x-exceptiontype"];
  if (error === undefined) return { type: headerType, text: isRecord(body) ? textOf(member(body, "message")) : reply.text.trim() };
  const details = member(error, "details");
  const detail = decodedDetail(textOf(member(Array.isArray(details) ? details[0] : undefined, "message")));
  const inner = member(error, "innererror");
  const internal = member(inner, "internalexception");
  const text = [detail.text, textOf(member(internal, "message")), textOf(member(inner, "message")), textOf(member(error, "message"))].find((candidate) => candidate !== "") ?? "";
  return { type: shortType(detail.type ?? textOf(member(internal, "type"))) ?? headerType, text };
}

function decodedDetail(message: string): { type: string | undefined; text: string } {
  const json = message.startsWith("{") ? parsed(message) : undefined;
  if (isRecord(json)) return { type: textOf(member(json, "typename")) || textOf(member(json, "classname")), text: textOf(member(json, "message")) };
  const parts = /^[^|]*\|([^|]*)\|([^]*)$/.exec(message);
  return parts ? { type: parts[1], text: (parts[2] ?? "").trim() } : { type: undefined, text: message.trim() };
}

function shortType(type: string | undefined): string | undefined {
  return type === undefined || type === "" ? undefined : type.split(".").at(-1);
}

function looksLikeHtml(reply: HttpReply): boolean {
  return (reply.headers["content-type"] ?? "").includes("text/html") || /^\s*<(!doctype|html)/i.test(reply.text);
}

/** Long enough for every text that is known, short enough for an audit line. */
function shortened(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > 600 ? `${line.slice(0, 600)}…` : line;
}

function member(value: unknown, name: string): unknown {
  if (!isRecord(value)) return undefined;
  return Object.entries(value).find(([key]) => key.toLowerCase() === name)?.[1];
}

export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
