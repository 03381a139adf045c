import { describe, expect, it } from "vitest";
import type { Command } from "../../../lib/exchange/client/command.ts";
import { readReply, type Page } from "../../../lib/exchange/client/replies.ts";
import type { HttpReply } from "../../../lib/net/transport.ts";
import { Fault } from "../../../lib/fault.ts";
import { reply, rows } from "../scripted.ts";

const get: Command = { cmdlet: "Get-Mailbox", parameters: { Identity: "jan" } };
const set: Command = {
  cmdlet: "Set-Mailbox",
  parameters: { Identity: "jan", HiddenFromAddressListsEnabled: true },
};

const read = (answer: HttpReply, command = get, continued = false): ReturnType<typeof readReply> =>
  readReply(answer, { command, continued, now: 0 });

function page(answer: HttpReply, command = get): Page {
  const result = read(answer, command);
  if ("fault" in result) throw result.fault;
  return result.value;
}

function fault(answer: HttpReply, command = get, continued = false): Fault {
  const result = read(answer, command, continued);
  if ("value" in result) throw new Error(`no fault, but ${JSON.stringify(result.value)}`);
  return result.fault;
}

const className = "Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException";
const text =
  "The operation couldn't be performed because object 'jan' couldn't be found on 'DC01'.";
const envelope = (message: string, more: Record<string, unknown> = {}): unknown => ({
  error: {
    code: "NotFound",
    message: "Error executing cmdlet",
    details: [{ code: "Context", target: "", message }],
    ...more,
  },
});

describe("a refusal, however it is written", () => {
  // A class whose meaning no text gives away.
  const className = "Microsoft.Exchange.Configuration.Tasks.ManagementObjectAmbiguousException";
  const text = "Something is the matter with 'jan'.";

  it.each<[string, unknown]>([
    ["pipe text", envelope(`Ex6F9304|${className}|${text}`)],
    ["pipe text without an id", envelope(`|${className}|${text}`)],
    [
      "JSON with Message and TypeName",
      envelope(
        JSON.stringify({
          Message: text,
          TypeName: className,
          StackTrace: "at X()",
          InnerError: null,
        }),
      ),
    ],
    [
      "JSON with ClassName",
      envelope(
        JSON.stringify({
          ClassName: className,
          Message: text,
          localizedString: { stringId: "Ex6F9304" },
        }),
      ),
    ],
    [
      "the innermost exception",
      {
        error: {
          code: "",
          message: "Error executing cmdlet",
          details: [],
          innererror: {
            message: "Error",
            type: "X",
            internalexception: { message: text, type: className },
          },
        },
      },
    ],
    [
      "other casing",
      {
        Error: {
          Message: "Error executing cmdlet",
          Details: [{ Message: `Ex6F9304|${className}|${text}` }],
        },
      },
    ],
    [
      "other casing of the innermost exception",
      { error: { innerError: { internalException: { Message: text, Type: className } } } },
    ],
    ["JSON in other casing", envelope(JSON.stringify({ message: text, typeName: className }))],
  ])("%s", (_name, body) => {
    expect(fault(reply(404, body))).toMatchObject({
      kind: "ambiguous",
      retryable: false,
      message: `Exchange Online refused Get-Mailbox: ${text}`,
      requestId: "of-the-service",
    });
  });

  it("takes the class of the innermost exception when the details name none", () => {
    const body = envelope(JSON.stringify({ Message: text }), {
      innererror: { internalexception: { message: "other", type: className } },
    });
    expect(fault(reply(400, body)).kind).toBe("ambiguous");
  });

  it("takes the class of the header when the body names none", () => {
    expect(
      fault(reply(404, envelope(text), { "x-exceptiontype": "ManagementObjectAmbiguousException" }))
        .kind,
    ).toBe("ambiguous");
  });

  it("does not mistake a bar in a sentence for the mark of a class", () => {
    expect(fault(reply(400, envelope('The value "a|b|c" is not allowed.')))).toMatchObject({
      kind: "invalid",
      message:
        'Exchange Online refused Get-Mailbox (status 400). It said: The value "a|b|c" is not allowed.',
    });
  });

  it("keeps bars and line breaks in the text", () => {
    expect(
      fault(reply(400, envelope("|System.InvalidOperationException|one | two\r\nthree"))).message,
    ).toContain("one | two three");
  });

  it.each<[string, unknown, string]>([
    [
      "error.message when there is nothing better",
      { error: { code: "BadRequest", message: "Only this" } },
      "Only this",
    ],
    ["an error that is a text", { error: "invalid_request" }, "invalid_request"],
    ["a message without an error", { Message: "An error has occurred." }, "An error has occurred."],
    ["a plain text", "Plain words", "Plain words"],
    ["half a JSON text", '{"error":{"code"', '{"error":{"code"'],
  ])("says %s", (_name, body, said) => {
    expect(fault(reply(400, body))).toMatchObject({
      kind: "invalid",
      message: `Exchange Online refused Get-Mailbox (status 400). It said: ${said}`,
    });
  });

  it.each<[string, unknown]>([
    ["nothing", ""],
    ["null", "null"],
    ["a list", []],
    ["an empty object", {}],
    ["details of another kind", { error: { details: "x" } }],
  ])("reports no more than is known of %s", (_name, body) => {
    const said = fault(reply(400, body));
    expect(said.kind).toBe("invalid");
    expect(said.message).toMatch(/^Exchange Online refused Get-Mailbox \(status 400\)\./);
  });

  it("stays complete and on one line, because only a text without secrets may be cut", () => {
    expect(fault(reply(400, `${"x".repeat(5000)}\r\n  end`)).message).toMatch(/x{5000} end$/);
  });
});

describe("the status, if nothing else decides", () => {
  it.each([
    [400, "invalid", false],
    [401, "denied", false],
    [403, "denied", false],
    [404, "invalid", false],
    [405, "invalid", false],
    [408, "unavailable", true],
    [409, "invalid", false],
    [429, "throttled", true],
    [500, "unexpected", false],
    [501, "unexpected", false],
    [502, "unavailable", true],
    [503, "unavailable", true],
    [504, "unavailable", true],
    [301, "unexpected", false],
  ])("%i is %s", (status, kind, retryable) => {
    expect(fault(reply(status))).toMatchObject({ kind, retryable });
  });

  it("never means that an object is missing because a path was not found", () => {
    expect(
      fault(reply(404, { error: { code: "NotFound", message: "Resource not found" } })).kind,
    ).toBe("invalid");
  });
});

describe("a 403", () => {
  it("without a body and a reason names the role", () => {
    expect(fault(reply(403)).message).toContain("needs the permission Exchange.ManageAsApp");
  });

  it("passes on the reason in x-ms-diagnostics", () => {
    const said = fault(
      reply(403, "", {
        "x-ms-diagnostics": '2000008;reason="The role is not there";error_category="x"',
      }),
    );
    expect(said).toMatchObject({
      kind: "denied",
      message:
        'The application may not run Get-Mailbox (status 403). It said: 2000008;reason="The role ' +
        'is not there";error_category="x"',
    });
  });

  it("is not the only status with a reason there", () => {
    expect(
      fault(reply(401, "", { "x-ms-diagnostics": "2000001;reason=expired" })).message,
    ).toContain("It said: 2000001;reason=expired");
  });

  it("keeps the reason even when the body is a web page", () => {
    expect(fault(reply(403, "<html>", { "x-ms-diagnostics": "why" })).message).toContain("why");
  });
});

describe("a web page", () => {
  const html = "<!DOCTYPE html><html><title>Blocked</title></html>";

  it.each([200, 400, 403, 404, 407, 500])(
    "with status %i is from a proxy or a wrong address, not from Exchange",
    (status) => {
      const said = fault(reply(status, html, { "content-type": "text/html; charset=utf-8" }));
      expect(said).toMatchObject({ kind: "unexpected", retryable: false });
      expect(said.message).toContain("a proxy may stand in between");
      expect(said.message).not.toContain("Blocked");
    },
  );

  it.each([502, 503, 504])("with status %i is worth another attempt", (status) => {
    expect(fault(reply(status, html))).toMatchObject({ kind: "unavailable", retryable: true });
  });

  it("is recognised without its content type", () => {
    expect(fault(reply(200, " \n<HTML>")).kind).toBe("unexpected");
  });
});

describe("a success", () => {
  it("yields rows without annotations, warnings and the next page", () => {
    const answer = rows([{ Guid: "g", "Guid@data.type": "System.Guid" }], {
      "@adminapi.warnings": ["w", 1],
      "@odata.nextLink": "https://next",
    });
    expect(page(answer)).toEqual({
      rows: [{ Guid: "g" }],
      notices: [{ kind: undefined, text: "w" }],
      nextLink: "https://next",
    });
  });

  it("does not mistake an empty link for a next page", () => {
    expect(page(rows([], { "@odata.nextLink": "" })).nextLink).toBeUndefined();
  });

  it("may be an empty list for a cmdlet without output", () => {
    expect(page(rows([]), set)).toEqual({ rows: [], notices: [], nextLink: undefined });
  });

  it.each<[string, HttpReply, number]>([
    ["an empty 200", reply(200), 200],
    ["a 204", reply(204), 204],
    ["blanks", reply(200, "\r\n "), 200],
  ])("%s is no fault of a write, and no proof of it", (_name, answer, status) => {
    expect(page(answer, set).notices).toEqual([
      {
        text: `Exchange Online's answer to Set-Mailbox is not understood (status ${status}): empty`,
      },
    ]);
  });

  it.each<[string, object]>([
    ["", {}],
    ["no value", { "@odata.context": "x" }],
    ["Authorization has been denied", { Message: "Authorization has been denied" }],
    ["errors", { errors: ["Access denied"] }],
    ["odata.error", { "odata.error": { code: "x" } }],
  ])("an envelope that is not known proves nothing about a write: %s", (_name, body) => {
    const { rows: found, notices } = page(reply(200, body), set);
    expect(found).toEqual([]);
    expect(notices).toEqual([
      {
        text: `Exchange Online's answer to Set-Mailbox is not understood (status 200): ${JSON.stringify(body)}`,
      },
    ]);
  });

  it("finds errors in any casing", () => {
    expect(fault(rows([], { "@AdminAPI.Errors": ["Access denied"] }), set).message).toContain(
      "Access denied",
    );
  });

  it.each<[string, HttpReply, Partial<Fault>]>([
    ["an empty 200", reply(200), { kind: "unavailable", retryable: true }],
    ["a 204", reply(204), { kind: "unavailable", retryable: true }],
    ["no value", reply(200, { "@odata.context": "x" }), { kind: "unexpected", retryable: false }],
  ])("%s is no list: a Get- that found nothing sends an empty one", (_name, answer, expected) => {
    expect(fault(answer)).toMatchObject(expected);
  });

  it.each<[string, unknown]>([
    ["an object", {}],
    ["a text", "x"],
    ["null", null],
    ["texts", ["x"]],
    ["lists", [[]]],
    ["null among rows", [{}, null]],
  ])("value may not be %s", (_name, value) => {
    expect(fault(rows(value), set)).toMatchObject({
      kind: "unexpected",
      retryable: false,
      message: "Exchange Online's answer to Set-Mailbox has no list of objects in it.",
    });
  });

  it.each(['{"value":[{"Guid":', "not JSON", '"a text"', "[1]", "null", "[]"])(
    "%j is not an answer, and worth another attempt",
    (body) => {
      expect(fault(reply(200, body))).toMatchObject({ kind: "unavailable", retryable: true });
    },
  );

  it("that is cut off counts as cut off, whatever its words", () => {
    expect(
      fault(reply(200, '{"value":[{"MailTip":"the license doesn\'t permit you')),
    ).toMatchObject({ kind: "unavailable", retryable: true });
    expect(
      fault(
        reply(
          200,
          '{"value":[{"MailTip":"You have reached the maximum number of concurrent requests',
        ),
      ),
    ).toMatchObject({ kind: "unavailable", retryable: true });
  });

  it("with an error in it is not accepted", () => {
    expect(fault(reply(200, envelope(`|${className}|${text}`)))).toMatchObject({ kind: "missing" });
    expect(fault(reply(200, { error: {} }), set).kind).toBe("unexpected");
  });

  it("with errors in addition to rows is not accepted, as in Microsoft's module", () => {
    const said = fault(rows([], { "@adminapi.errors": [`|${className}|${text}`] }));
    expect(said).toMatchObject({
      kind: "missing",
      message: `Exchange Online refused Get-Mailbox: ${text}`,
    });
    expect(fault(rows([], { "@adminapi.errors": [{ odd: 1 }] }), set)).toMatchObject({
      kind: "unexpected",
      message: "Exchange Online refused Set-Mailbox (status 200).",
    });
    expect(page(rows([], { "@adminapi.errors": [] }), set).rows).toEqual([]);
  });

  it("that only requests a confirmation is not accepted", () => {
    expect(
      fault(rows([], { "@adminapi.confirmationmessage": "Are you sure?" }), set),
    ).toMatchObject({
      kind: "unexpected",
      message: expect.stringContaining("nothing was carried out") as string,
    });
  });
});

describe("a page after the first", () => {
  it.each([reply(200), reply(204), reply(200, {})])("must be a list", (answer) => {
    for (const command of [get, set])
      expect(fault(answer, command, true).kind).toMatch(/unavailable|unexpected/);
  });

  it("that is not found does not mean a missing object", () => {
    expect(fault(reply(404, envelope(`|${className}|${text}`)), get, true)).toMatchObject({
      kind: "unexpected",
      retryable: false,
    });
  });

  it("names a link that is too old", () => {
    expect(
      fault(
        reply(
          400,
          envelope("|X|Expired or Invalid pagination request. Default Expiry time is 00:30:00"),
        ),
        get,
        true,
      ),
    ).toMatchObject({ kind: "unavailable", retryable: false });
  });
});

it("passes on the requested wait, with any status", () => {
  const busy =
    "You have reached the maximum number of concurrent requests per tenant. Please wait and try again";
  for (const status of [200, 400, 429, 500, 503])
    expect(read(reply(status, busy, { "retry-after": "7" }))).toMatchObject({
      fault: { kind: "throttled", retryable: true },
      afterMs: 7000,
    });
  expect(read(reply(200, JSON.stringify(busy)))).toMatchObject({ fault: { kind: "throttled" } });
});
