import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  autoReplyFrom,
  autoReplyOf,
  defaultReply,
  isThisReply,
  partedFields,
  replyChange,
  type AutoReply,
  type PresentReply,
} from "../../lib/exchange/autoReply.ts";
import type { Mailbox } from "../../lib/exchange/mailbox.ts";
import { liveTenant, type Live } from "./live.ts";
import { clientOf, faultOf, notFound, rows } from "./scripted.ts";

const id = "0b1ec700-0000-4000-8000-000000000001";
const mailbox: Mailbox = {
  Guid: id,
  DisplayName: "Jan",
  UserPrincipalName: "jan@contoso.com",
  PrimarySmtpAddress: "jan@contoso.com",
  RecipientTypeDetails: "UserMailbox",
};
const wrapped = (text: string): string => `<html>\r\n<body>\r\n${text}\r\n</body>\r\n</html>\r\n`;
const from = (
  fields: Record<string, unknown>,
  format: "html" | "text" = "html",
): AutoReply | undefined => autoReplyFrom(Object.entries(fields), format);
const refusal = async (fields: Record<string, unknown>): Promise<string> => {
  const fault = await faultOf(() => from(fields));
  expect(fault.kind).toBe("invalid");
  return fault.message;
};

const off: PresentReply = {
  AutoReplyState: "Disabled",
  InternalMessage: "",
  ExternalMessage: "",
  ExternalAudience: "All",
  StartTime: "2026-06-01T12:00:00Z",
  EndTime: "2026-06-02T12:00:00Z",
};
const on: PresentReply = {
  ...off,
  AutoReplyState: "Enabled",
  InternalMessage: wrapped("In"),
  ExternalMessage: wrapped("Out"),
};
const wanted: AutoReply = {
  AutoReplyState: "Enabled",
  InternalMessage: "In",
  ExternalMessage: "Out",
  ExternalAudience: "All",
};

describe("mapped fields", () => {
  it("are those of an automatic reply, in any casing, and the others", () => {
    expect(
      partedFields([
        ["autoreplystate", "Enabled"],
        ["Office", "x"],
        ["EndTime", null],
        ["AutoReply", "x"],
      ]),
    ).toEqual({
      replyFields: [
        ["autoreplystate", "Enabled"],
        ["EndTime", null],
      ],
      otherFields: [
        ["Office", "x"],
        ["AutoReply", "x"],
      ],
    });
  });

  it("require nothing when none has a value", () => {
    expect([
      from({}),
      from({ AutoReplyState: null, InternalMessage: " ", ExternalMessage: "" }),
    ]).toEqual([undefined, undefined]);
  });

  it("require a reply that is switched on and sent to everyone", () => {
    expect(from({ internalmessage: " <p>In</p> ", ExternalMessage: "Out" })).toEqual({
      AutoReplyState: "Enabled",
      InternalMessage: "<p>In</p>",
      ExternalMessage: "Out",
      ExternalAudience: "All",
    });
  });

  it.each<[string, Record<string, unknown>, string, string]>([
    ["no one outside, without an external message", { ExternalAudience: "All" }, "", "None"],
    [
      "no one outside, when the mapped text shows nothing",
      { ExternalMessage: "<html><body> </body></html>", ExternalAudience: "Known" },
      "",
      "None",
    ],
    ["those who are known", { ExternalMessage: "Out", ExternalAudience: "known" }, "Out", "Known"],
    [
      "no one outside, although there is an external message",
      { ExternalMessage: "Out", ExternalAudience: "NONE" },
      "Out",
      "None",
    ],
  ])("ask for a reply to %s", (_name, fields, ExternalMessage, ExternalAudience) => {
    expect(from({ InternalMessage: "In", ...fields })).toEqual({
      AutoReplyState: "Enabled",
      InternalMessage: "In",
      ExternalMessage,
      ExternalAudience,
    });
  });

  it("can require that there is no reply", () => {
    expect(from({ AutoReplyState: " DISABLED " })).toEqual({
      AutoReplyState: "Disabled",
      InternalMessage: "",
      ExternalMessage: "",
      ExternalAudience: "None",
    });
  });

  it("can require a reply for a period, in UTC without a zone", () => {
    expect(
      from({
        AutoReplyState: "scheduled",
        InternalMessage: "In",
        StartTime: "2026-07-20T08:00:00.9+02:00",
        EndTime: "2026-08-08T06:00:00",
      }),
    ).toEqual({
      AutoReplyState: "Scheduled",
      InternalMessage: "In",
      ExternalMessage: "",
      ExternalAudience: "None",
      StartTime: new Date("2026-07-20T06:00:00Z"),
      EndTime: new Date("2026-08-08T06:00:00Z"),
    });
    expect(from({ InternalMessage: "In", StartTime: "nonsense" })).not.toHaveProperty("StartTime");
  });

  it("that are plain text are escaped, and keep their lines", () => {
    expect(
      from(
        {
          InternalMessage: 'Mail "J & J" <jj@contoso.com>\r\nor &amp;\nor\rme',
          ExternalMessage: "",
        },
        "text",
      ),
    ).toMatchObject({
      InternalMessage: 'Mail "J &amp; J" &lt;jj@contoso.com&gt;<br>\nor &amp;amp;<br>\nor<br>\nme',
      ExternalMessage: "",
    });
  });

  it.each<[Record<string, unknown>, string]>([
    [
      { AutoReplyState: "Enabled" },
      "An automatic reply is mapped without an InternalMessage; the service requires one.",
    ],
    [
      { ExternalMessage: "Out" },
      "An automatic reply is mapped without an InternalMessage; the service requires one.",
    ],
    [
      { InternalMessage: "<body></body>" },
      "An automatic reply is mapped without an InternalMessage; the service requires one.",
    ],
    [
      { AutoReplyState: "On", InternalMessage: "secret" },
      'The mapping of AutoReplyState yields "On"; expected one of Enabled, Disabled, Scheduled.',
    ],
    [
      { ExternalAudience: "Everyone", InternalMessage: "In" },
      'The mapping of ExternalAudience yields "Everyone"; expected one of None, Known, All.',
    ],
    [
      { AutoReplyState: ["Disabled"] },
      "The mapping of AutoReplyState yields a list; expected text.",
    ],
    [
      { InternalMessage: { nl: "secret" } },
      "The mapping of InternalMessage yields an object; expected text.",
    ],
    [
      { AutoReplyState: "Scheduled", InternalMessage: "In", EndTime: "2026-08-08" },
      "A scheduled automatic reply needs a date and time as StartTime, such as 2026-12-31T17:00:00Z.",
    ],
    [
      {
        AutoReplyState: "Scheduled",
        InternalMessage: "In",
        StartTime: "2026-08-08",
        EndTime: "8/9/2026",
      },
      "A scheduled automatic reply needs a date and time as EndTime, such as 2026-12-31T17:00:00Z.",
    ],
    [
      {
        AutoReplyState: "Scheduled",
        InternalMessage: "In",
        StartTime: "2026-08-08T08:00:00+02:00",
        EndTime: "2026-08-08T06:00:00.500Z",
      },
      "A scheduled automatic reply is mapped with an EndTime that is not after its StartTime.",
    ],
  ])("are refused when the service would not take them: %j", async (fields, message) => {
    expect(await refusal(fields)).toBe(message);
  });
});

describe("the automatic reply of a mailbox", () => {
  it("is requested by the mailbox's Guid", async () => {
    const { exchange, sent } = clientOf([rows([on])]);
    expect(await autoReplyOf(mailbox)({ exchange })).toEqual({
      ...on,
      InternalMessage: "In",
      ExternalMessage: "Out",
    });
    expect(JSON.parse(sent[0]?.body ?? "")).toEqual({
      CmdletInput: {
        CmdletName: "Get-MailboxAutoReplyConfiguration",
        Parameters: { Identity: id },
      },
    });
  });

  it("is missing with its mailbox when every read confirms it", async () => {
    const looks = Array.from({ length: 5 }, () => notFound(id));
    expect(
      await faultOf(autoReplyOf(mailbox)(clientOf([...looks, rows([]), notFound(id)]))),
    ).toMatchObject({
      kind: "missing",
      isProven: true,
    });
  });

  it.each([[[]], [[on, on]]])("cannot be %j", async (found) => {
    expect(await faultOf(autoReplyOf(mailbox)(clientOf([rows(found)])))).toMatchObject({
      kind: "unexpected",
      message:
        `Exchange Online returned ${found.length} results for the automatic reply of ` +
        `mailbox ${id}; expected one.`,
    });
  });

  it.each(Object.keys(off))("must come back with its %s", async (name) => {
    expect(
      await faultOf(autoReplyOf(mailbox)(clientOf([rows([{ ...on, [name]: undefined }])]))),
    ).toMatchObject({
      kind: "unexpected",
      message:
        `Exchange Online did not return ${name} of the automatic reply of mailbox ${id}, ` +
        "so it cannot be compared.",
    });
    expect(await autoReplyOf(mailbox)(clientOf([rows([{ ...on, [name]: null }])]))).toMatchObject({
      [name]: name.endsWith("Message") ? "" : null,
    });
  });
});

describe("the change of an automatic reply", () => {
  it("switches it on with everything that belongs to it", () => {
    expect(replyChange(mailbox, off, wanted)).toEqual({
      change: {
        target: "exchange",
        isInEffect: expect.any(Function) as unknown,
        operation: "Set-MailboxAutoReplyConfiguration",
        parameters: {
          Identity: id,
          AutoReplyState: "Enabled",
          InternalMessage: "In",
          ExternalMessage: "Out",
          ExternalAudience: "All",
        },
        sentence: `Switch on the automatic reply of mailbox "Jan" <jan@contoso.com> (${id})`,
        before: {
          AutoReplyState: "Disabled",
          InternalMessage: "",
          ExternalMessage: "",
          ExternalAudience: "All",
        },
      },
      after: { ...off, AutoReplyState: "Enabled", InternalMessage: "In", ExternalMessage: "Out" },
    });
  });

  it.each<[string, PresentReply, AutoReply]>([
    ["that has these texts, wrapped by the service", on, wanted],
    [
      "whose texts were mapped with html and body",
      on,
      { ...wanted, InternalMessage: "<html><body>In</body></html>" },
    ],
    [
      "that is off and shall be",
      { ...on, AutoReplyState: "Disabled" },
      { ...wanted, AutoReplyState: "Disabled", InternalMessage: "Other" },
    ],
    [
      "that no one outside gets",
      { ...on, ExternalMessage: null, ExternalAudience: "None" },
      { ...wanted, ExternalMessage: "", ExternalAudience: "None" },
    ],
    [
      "whose time is the same",
      {
        ...on,
        AutoReplyState: "Scheduled",
        StartTime: "2026-07-20T06:00:00",
        EndTime: "2026-08-08T08:00:00.0000000+02:00",
      },
      {
        ...wanted,
        AutoReplyState: "Scheduled",
        StartTime: new Date("2026-07-20T06:00:00Z"),
        EndTime: new Date("2026-08-08T06:00:00Z"),
      },
    ],
  ])("is none for one %s", (_name, present, reply) => {
    expect(replyChange(mailbox, present, reply)).toBeUndefined();
  });

  it.each<[string, PresentReply, Partial<AutoReply>]>([
    ["internal text", { ...on, InternalMessage: wrapped("Holiday") }, {}],
    ["external text", { ...on, ExternalMessage: wrapped("Holiday") }, {}],
    ["audience", { ...on, ExternalAudience: "Known" }, {}],
    ["state", { ...on, AutoReplyState: "Scheduled" }, {}],
    [
      "end",
      {
        ...on,
        AutoReplyState: "Scheduled",
        StartTime: "2026-07-20T06:00:00Z",
        EndTime: "2026-08-08T06:00:01Z",
      },
      {
        AutoReplyState: "Scheduled",
        StartTime: new Date("2026-07-20T06:00:00Z"),
        EndTime: new Date("2026-08-08T06:00:00Z"),
      },
    ],
    [
      "start",
      { ...on, AutoReplyState: "Scheduled", StartTime: null, EndTime: "2026-08-08T06:00:00Z" },
      {
        AutoReplyState: "Scheduled",
        StartTime: new Date("2026-07-20T06:00:00Z"),
        EndTime: new Date("2026-08-08T06:00:00Z"),
      },
    ],
  ])("replaces one that is on when only its %s differs", (_name, present, own) => {
    const { change } = replyChange(mailbox, present, { ...wanted, ...own }) ?? {};
    const period = /(, from \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ to \S+Z)?/.source;
    expect(change?.sentence).toMatch(
      new RegExp(
        `^Replace the automatic reply of mailbox "Jan" <jan@contoso\\.com> \\([^)]*\\)${period}$`,
      ),
    );
    expect(change?.parameters).toEqual({ Identity: id, ...wanted, ...own });
  });

  it("clears an external text that no one should get, and sends none when there is none", () => {
    const inside: AutoReply = { ...wanted, ExternalMessage: "", ExternalAudience: "None" };
    expect(replyChange(mailbox, on, inside)).toMatchObject({
      change: {
        parameters: { ExternalMessage: null, ExternalAudience: "None" },
        before: { ExternalMessage: wrapped("Out") },
      },
      after: { ExternalMessage: "" },
    });
    expect(
      replyChange(mailbox, { ...off, ExternalMessage: wrapped("") }, inside)?.change.parameters,
    ).toEqual({
      Identity: id,
      AutoReplyState: "Enabled",
      InternalMessage: "In",
      ExternalAudience: "None",
    });
  });

  it("switches one off and keeps its texts", () => {
    expect(replyChange(mailbox, on, { ...wanted, AutoReplyState: "Disabled" })).toEqual({
      change: {
        target: "exchange",
        isInEffect: expect.any(Function) as unknown,
        operation: "Set-MailboxAutoReplyConfiguration",
        parameters: { Identity: id, AutoReplyState: "Disabled" },
        sentence: `Switch off the automatic reply of mailbox "Jan" <jan@contoso.com> (${id})`,
        before: { AutoReplyState: "Enabled" },
      },
      after: { ...on, AutoReplyState: "Disabled" },
    });
  });

  it("reports times as text afterwards", () => {
    const reply: AutoReply = {
      ...wanted,
      AutoReplyState: "Scheduled",
      StartTime: new Date("2026-07-20T06:00:00Z"),
      EndTime: new Date("2026-08-08T06:00:00Z"),
    };
    expect(replyChange(mailbox, off, reply)?.after).toMatchObject({
      StartTime: "2026-07-20T06:00:00.000Z",
      EndTime: "2026-08-08T06:00:00.000Z",
    });
  });
});

describe("a reply is this one", () => {
  it.each<[string, PresentReply, boolean]>([
    ["when it is on with these texts", on, true],
    ["when it is on for a time", { ...on, AutoReplyState: "Scheduled" }, true],
    ["regardless of the audience", { ...on, ExternalAudience: "None" }, true],
    ["not when it is off", { ...on, AutoReplyState: "Disabled" }, false],
    ["not when its internal text is another", { ...on, InternalMessage: wrapped("In!") }, false],
    ["not when its external text is another", { ...on, ExternalMessage: wrapped("") }, false],
  ])("%s", (_name, present, expected) => {
    expect(isThisReply(present, wanted)).toBe(expected);
  });
});

describe("in the emulator's tenant", () => {
  let live: Live;
  beforeAll(async () => (live = await liveTenant()));
  afterAll(() => live.close());
  beforeEach(() => live.reset());

  /** Sets the reply of a mailbox, and returns what it then reads as; undefined when there was nothing to do. */
  async function set(name: string, reply: AutoReply): Promise<PresentReply | undefined> {
    const found = await live.mailbox(name, []);
    const needed = replyChange(found, await autoReplyOf(found)(live), reply);
    if (!needed) return undefined;
    await live.gate.change(needed.change);
    return await autoReplyOf(found)(live);
  }

  const soon = new Date(Math.floor(Date.now() / 1000) * 1000 + 3_600_000);
  const later = new Date(soon.getTime() + 86_400_000);
  it.each<[string, AutoReply]>([
    ["the default one", defaultReply],
    ["one from text", { ...wanted, ...from({ InternalMessage: "A & B\n\n<c>  d" }, "text") }],
    [
      "one with markup",
      {
        ...wanted,
        InternalMessage: "<html><head></head><body><p>a</p>\r\n\r\n<p>b</p></body></html>",
      },
    ],
    ["one for colleagues", { ...wanted, ExternalMessage: "", ExternalAudience: "None" }],
    ["one whose external text no one gets", { ...wanted, ExternalAudience: "None" }],
    ["one for a time", { ...wanted, AutoReplyState: "Scheduled", StartTime: soon, EndTime: later }],
    ["none", { ...wanted, AutoReplyState: "Disabled" }],
  ])("a second run sends nothing: %s", async (_name, reply) => {
    for (const name of ["Aoife O'Brien", "Petra Proxies", "Leo Leaver"]) {
      const read = await set(name, reply);
      expect(await set(name, reply)).toBeUndefined();
      if (read && reply.AutoReplyState !== "Disabled")
        expect([isThisReply(read, reply), read["ExternalAudience"]]).toEqual([
          true,
          reply.ExternalAudience,
        ]);
    }
  });

  it("the default reply is not mistaken for a person's, nor the other way round", async () => {
    const leo = await live.mailbox("Leo Leaver", []);
    expect(isThisReply(await autoReplyOf(leo)(live), defaultReply)).toBe(false);
    expect(
      isThisReply(await autoReplyOf(leo)(live), {
        ...defaultReply,
        InternalMessage: "Leo no longer works here.",
        ExternalMessage: "Leo no longer works here.",
      }),
    ).toBe(true);
  });
});
