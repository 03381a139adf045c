import { isRecord } from "../../record.ts";
import { parsedJson } from "../../net/json.ts";
import { Fault, type FaultKind } from "../../fault.ts";
import { reads, type Command } from "./command.ts";
import { rowOf, textOf, type Row } from "./encoding.ts";
import { retryAfterMs, type Try } from "../../net/retry.ts";
import type { HttpReply } from "../../net/transport.ts";
import { isBusy, meaningOf, noticeOf, rightsNeeded, type NoticeKind } from "./errors.ts";

/** A message of the service in addition to its answer. `kind` is set if the message is understood. */
export interface Notice {
  kind?: NoticeKind | undefined;
  text: string;
}

/** One page of a cmdlet's answer. */
export interface Page {
  rows: Row[];
  notices: Notice[];
  /** The address of the next page. */
  nextLink: string | undefined;
  /** Under which the page is kept for the next run. */
  id?: number | undefined;
}

/** Whether a page is all that came, and holds nothing. */
export function isEmpty({ rows, nextLink }: Page): boolean {
  return rows.length === 0 && nextLink === undefined;
}

/** How an answer is to be read: of which command, and whether a page before it said that there is more. */
export interface Reading {
  command: Command;
  continued: boolean;
  /** Milliseconds since 1970. */
  now: number;
}

/** Reads an answer: a page, or a fault with the wait that the service requests before another attempt. */
export function readReply(reply: HttpReply, { command, continued, now }: Reading): Try<Page> {
  const read =
    reply.status >= 200 && reply.status < 300
      ? pageOf(reply, command, continued)
      : errorOf(reply, command, saidBy(reply));
  if (!(read instanceof Fault)) return { value: read };
  return {
    fault: continued ? notTheEnd(read, command) : read,
    afterMs: retryAfterMs(reply.headers["retry-after"], now),
  };
}

/**
 * Reads a 2xx answer. A list that was requested or promised but is missing is a fault. For a write, an answer without
 * a known envelope is a notice: cmdlets without output were seen to return an empty answer (GreyCorbel/ExoHelper).
 */
function pageOf(reply: HttpReply, command: Command, continued: boolean): Page | Fault {
  const { cmdlet } = command;
  const requestId = reply.headers["request-id"];
  const listExpected = reads(command) || continued;
  if (!reply.json && reply.text.trim() === "") {
    if (!listExpected)
      return { rows: [], notices: [{ text: notUnderstood(command, reply) }], nextLink: undefined };
    return new Fault({
      kind: "unavailable",
      retryable: true,
      message: `Exchange Online's answer to ${cmdlet} was empty (status ${reply.status}).`,
      requestId,
    });
  }
  const envelope = reply.json ?? parsedJson(reply.text);
  if (!isRecord(envelope)) {
    if (isBusy(reply.text)) return errorOf(reply, command, saidBy(reply));
    if (looksLikeHtml(reply))
      return new Fault({ kind: "unexpected", message: webPage(reply, cmdlet), requestId });
    return new Fault({
      kind: "unavailable",
      retryable: true,
      message:
        `Exchange Online's answer to ${cmdlet} was cut off or is not JSON (status ${reply.status}, ` +
        `${reply.text.length} characters).`,
      requestId,
    });
  }
  if (member(envelope, "error") !== undefined) return errorOf(reply, command, saidBy(reply));
  // Errors that did not end the cmdlet, as texts; Microsoft's own module counts such a call as failed.
  const [error] = listOf(member(envelope, "@adminapi.errors"));
  if (error !== undefined)
    return errorOf(
      reply,
      command,
      decodedDetail(typeof error === "string" ? error : JSON.stringify(error)),
    );
  if (textOf(member(envelope, "@adminapi.confirmationmessage")) !== "")
    return new Fault({
      kind: "unexpected",
      message: `Exchange Online only checked ${cmdlet} and asks for a confirmation; nothing was carried out.`,
      requestId,
    });
  const { value } = envelope;
  const isList = Array.isArray(value) && value.every(isRecord);
  if (!isList && (listExpected || value !== undefined))
    return new Fault({
      kind: "unexpected",
      message: `Exchange Online's answer to ${cmdlet} has no list of objects in it.`,
      requestId,
    });
  const notices = listOf(member(envelope, "@adminapi.warnings"))
    .filter((warning) => typeof warning === "string")
    .map((text) => text.slice(0, maxText))
    .map((text) => ({ kind: noticeOf(text), text }));
  return {
    rows: listOf(value).filter(isRecord).map(rowOf),
    notices: isList ? notices : [...notices, { text: notUnderstood(command, reply) }],
    nextLink: textOf(envelope["@odata.nextLink"]) || undefined,
  };
}

/** An answer to a write without a known envelope proves nothing about the write, in either direction. */
function notUnderstood({ cmdlet }: Command, { status, text }: HttpReply): string {
  const said = onOneLine(text);
  return `Exchange Online's answer to ${cmdlet} is not understood (status ${status}): ${said || "empty"}`;
}

/**
 * While there was more to come, "not found" is not a finding: for half a list it would pass for the end.
 */
function notTheEnd(fault: Fault, { cmdlet }: Command): Fault {
  if (fault.kind !== "missing") return fault;
  return new Fault({
    kind: "unexpected",
    message: `The next page of ${cmdlet} could not be had. ${fault.message}`,
    cause: fault,
    requestId: fault.requestId,
  });
}

/** Characters of a foreign text that are looked at: a pattern over much more can take seconds. */
const maxText = 8_192;

/** What an error answer says: the short name of the exception class, and the real text. */
interface Said {
  type: string | undefined;
  text: string;
}

/** Class and text decide, the status last. "Already so" is an answer, although the service words it as an error. */
function errorOf(reply: HttpReply, command: Command, { type, text }: Said): Fault | Page {
  const { cmdlet } = command;
  const requestId = reply.headers["request-id"];
  const meaning = meaningOf(type, text, command);
  if (meaning?.kind === "alreadySo")
    return {
      rows: [],
      notices: [{ kind: meaning.kind, text: onOneLine(text) }],
      nextLink: undefined,
    };
  if (meaning)
    return new Fault({
      kind: meaning.kind,
      retryable: meaning.retryable,
      message: meaning.message ?? `Exchange Online refused ${cmdlet}: ${onOneLine(text)}`,
      requestId,
    });
  return new Fault({ ...byStatus(reply, cmdlet, text), requestId });
}

function byStatus(
  reply: HttpReply,
  cmdlet: string,
  text: string,
): { kind: FaultKind; retryable: boolean; message: string } {
  const { status } = reply;
  const html = looksLikeHtml(reply);
  // The reason of a refused token or a missing role is in a header, and the body is empty or contains only NUL.
  const reason = reply.headers["x-ms-diagnostics"] ?? "";
  const headerReason = reason === "" && !html ? text : reason;
  const serviceText = headerReason === "" ? "" : ` It said: ${onOneLine(headerReason)}`;
  if (status === 429)
    return {
      kind: "throttled",
      retryable: true,
      message: `Exchange Online is throttling this application (status 429 on ${cmdlet}).${serviceText}`,
    };
  if (status === 408 || status === 502 || status === 503 || status === 504)
    return {
      kind: "unavailable",
      retryable: true,
      message: `Exchange Online is not available for ${cmdlet} at the moment (status ${status}).${serviceText}`,
    };
  if (status === 401)
    return {
      kind: "denied",
      retryable: false,
      message: `Exchange Online does not accept the application's token for ${cmdlet} (status 401).${serviceText}`,
    };
  if (html && reason === "")
    return { kind: "unexpected", retryable: false, message: webPage(reply, cmdlet) };
  // Without a reason it is often a role that has not reached Exchange yet (AZT: tiredithumans/azapptoolkit).
  const why = reason === "" ? `. ${rightsNeeded}` : ".";
  if (status === 403)
    return {
      kind: "denied",
      retryable: false,
      message: `The application may not run ${cmdlet} (status 403)${why}${serviceText}`,
    };
  return {
    kind: status >= 400 && status < 500 ? "invalid" : "unexpected",
    retryable: false,
    message: `Exchange Online refused ${cmdlet} (status ${status}).${serviceText}`,
  };
}

function webPage({ status }: HttpReply, cmdlet: string): string {
  return (
    `Exchange Online's address answered ${cmdlet} with a web page instead of JSON (status ${status}): a ` +
    "proxy may stand in between, or the address is wrong."
  );
}

/**
 * The text hides in `details[0].message`, in one of three encodings (`Ex123456|class|text`; JSON with Message and
 * TypeName; JSON with ClassName and Message), in the innermost exception, or is the whole body. The casing of names
 * varies.
 */
function saidBy(reply: HttpReply): Said {
  const body = parsedJson(reply.text);
  const error = member(body, "error");
  const headerType = reply.headers["x-exceptiontype"];
  if (error === undefined)
    return {
      type: headerType,
      text: (isRecord(body) ? textOf(member(body, "message")) : reply.text.trim()).slice(
        0,
        maxText,
      ),
    };
  const detail = decodedDetail(textOf(member(listOf(member(error, "details"))[0], "message")));
  const inner = member(error, "innererror");
  const internal = member(inner, "internalexception");
  const texts = [
    detail.text,
    ...[internal, inner, error].map((level) => textOf(member(level, "message"))),
    textOf(error),
  ];
  return {
    type: detail.type ?? shortType(textOf(member(internal, "type"))) ?? headerType,
    text: (texts.find((text) => text !== "") ?? "").slice(0, maxText),
  };
}

function decodedDetail(whole: string): Said {
  const message = whole.slice(0, maxText);
  const json = message.startsWith("{") ? parsedJson(message) : undefined;
  if (isRecord(json))
    return {
      type: shortType(textOf(member(json, "typename")) || textOf(member(json, "classname"))),
      text: textOf(member(json, "message")),
    };
  const parts = /^\w*\|([\w.+`]*)\|([^]*)$/.exec(message);
  return { type: shortType(parts?.[1]), text: (parts?.[2] ?? message).trim() };
}

function shortType(type: string | undefined): string | undefined {
  return type === undefined || type === "" ? undefined : type.split(".").at(-1);
}

function looksLikeHtml(reply: HttpReply): boolean {
  return (
    (reply.headers["content-type"] ?? "").includes("text/html") ||
    /^\s*<(!doctype|html)/i.test(reply.text)
  );
}

/** One line, complete: the writer may cut it after its secrets are masked. */
function onOneLine(text: string): string {
  return text.slice(0, maxText).replace(/\s+/g, " ").trim();
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function member(value: unknown, name: string): unknown {
  if (!isRecord(value)) return undefined;
  return Object.entries(value).find(([key]) => key.toLowerCase() === name)?.[1];
}
