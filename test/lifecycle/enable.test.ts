import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { deleteAnswer, enableAnswer } from "../generated/answers.ts";
import deleteAction from "../../lifecycle/delete.ts";
import action from "../../lifecycle/enable.ts";
import { asHtml } from "../emulator/exchange/html.ts";
import { changeEventFor, type ChangeChoices } from "../events.ts";
import { Bench, guidOf, runnerOf, shown } from "../bench.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open({ clock: () => Date.parse("2026-07-25T12:00:00Z") });
});
afterAll(() => bench.close());
beforeEach(() => bench.reset());

const runner = runnerOf("lifecycle/enable", action, enableAnswer);
const enable = (choices: ChangeChoices) =>
  runner.here(bench, changeEventFor(bench.running, choices));

const hidde = guidOf("Hidde Hidden");
const hiddeShown = shown("Hidde Hidden", "hidde.hidden@contoso.com");
const leo = guidOf("Leo Leaver");
const leoShown = shown("Leo Leaver", "leo.leaver@contoso.com");
const leaversText = "Leo no longer works here.";
const mapped = { InternalMessage: leaversText, ExternalMessage: leaversText };
const clear = { ClearAutoReplyOnEnable: "true" };
const defaultText = "This mailbox is no longer in use, and your message has not been read.";

describe("enabling", () => {
  it("shows the mailbox in the address lists, and reports before and after", async () => {
    const { answer, messages } = await runner.here(
      bench,
      changeEventFor(bench.running, {
        reference: hidde,
        data: { hiddenFromAddressListsEnabled: "False" },
        outputData: { DisplayName: null, hiddenFromAddressListsEnabled: "False" },
      }),
    );
    expect(messages).toEqual([`Show mailbox ${hiddeShown} in the address lists: done.`]);
    expect(answer.outputContext).toMatchObject({
      AuditLogs: [{ Action: "EnableAccount", IsError: false }],
      PreviousData: { DisplayName: "Hidde Hidden", hiddenFromAddressListsEnabled: true },
      Data: { DisplayName: "Hidde Hidden", hiddenFromAddressListsEnabled: false },
    });
    expect(answer).toMatchObject({
      outcome: "done",
      plan: [
        {
          cmdlet: "Set-Mailbox",
          parameters: { Identity: hidde, HiddenFromAddressListsEnabled: false },
          before: { HiddenFromAddressListsEnabled: true },
          sent: true,
        },
      ],
    });
    expect(bench.stored(hidde)["HiddenFromAddressListsEnabled"]).toBe(false);
    expect(bench.cmdlets()).toEqual(["Get-Mailbox", "Set-Mailbox"]);
  });

  it.each<[string, Record<string, unknown> | null]>([
    ["nothing", {}],
    ["no data at all", null],
    ["the field without a value", { HiddenFromAddressListsEnabled: null }],
    ["the field with an empty value", { HiddenFromAddressListsEnabled: "" }],
    ["the field with a blank value", { HiddenFromAddressListsEnabled: "  " }],
  ])("shows the mailbox when the mapping gives %s", async (_name, data) => {
    await enable({ reference: hidde, data });
    expect(bench.stored(hidde)["HiddenFromAddressListsEnabled"]).toBe(false);
  });

  it("applies the mapping, also when it says otherwise", async () => {
    const { answer } = await enable({
      reference: hidde,
      data: { HiddenFromAddressListsEnabled: "true", CustomAttribute3: "active" },
    });
    expect(answer.plan).toMatchObject([
      { parameters: { Identity: hidde, CustomAttribute3: "active" } },
    ]);
    expect(bench.stored(hidde)).toMatchObject({
      HiddenFromAddressListsEnabled: true,
      CustomAttribute3: "active",
    });
  });

  it("changes nothing when persons are only correlated, and shows the mailbox as it is", async () => {
    const { answer } = await enable({
      reference: leo,
      data: { HiddenFromAddressListsEnabled: "false", ...mapped, InternalMessage: "other" },
      configuration: { CorrelateOnly: true, ...clear },
    });
    expect(answer).toMatchObject({
      outcome: "alreadySo",
      plan: [],
      outputContext: {
        PreviousData: { HiddenFromAddressListsEnabled: true },
        Data: { HiddenFromAddressListsEnabled: true },
      },
    });
    expect(answer.outputContext.Data).toEqual(answer.outputContext.PreviousData);
    expect(bench.writes()).toEqual([]);
  });

  it("reports what masters a synchronised mailbox, and shows one that is managed in the cloud", async () => {
    bench.reset((object) => {
      if (/^(Dirk|Clara) /.test(String(object["DisplayName"])))
        object["HiddenFromAddressListsEnabled"] = true;
    });
    const { answer, messages } = await enable({ reference: guidOf("Dirk Synced") });
    expect(answer).toMatchObject({
      outcome: "masteredOnPremises",
      plan: [],
      outputContext: { Success: false },
    });
    expect(messages).toEqual([
      expect.stringMatching(
        /masters HiddenFromAddressListsEnabled \(attribute msExchHideFromAddressLists\): change it there\.$/,
      ),
    ]);
    expect((await enable({ reference: guidOf("Clara Cloudmanaged") })).answer.outcome).toBe("done");
  });

  it.each([
    ["unknown", "0b1ec700-0000-4000-8000-0000000fffff"],
    ["soft-deleted", guidOf("Gone Gerda")],
  ])("fails with gone when the mailbox is %s", async (_name, reference) => {
    const { answer } = await enable({ reference, configuration: clear });
    expect(answer).toMatchObject({ outcome: "gone", plan: [], outputContext: { Success: false } });
    expect(bench.writes()).toEqual([]);
  });

  it.each<[string, ChangeChoices, string]>([
    ["a blank reference", { reference: "" }, "The account reference (References.Account) is blank"],
    [
      "a reference that is no GUID",
      { reference: { id: "hidde" } },
      'The account reference (References.Account) is "hidde"; expected a GUID, a user principal name or an address.',
    ],
    [
      "fields that cannot be used",
      { data: { HiddenFromAddressListsEnabled: "maybe", Shoe: "44" } },
      "expected true or false. Shoe is mapped, but is not a setting of a mailbox.",
    ],
    [
      "a text that is a list",
      { data: { InternalMessage: ["x"] }, configuration: clear },
      "The mapping of InternalMessage yields a list; expected text.",
    ],
  ])("asks for nothing: %s", async (_name, choices, message) => {
    const { answer, messages } = await enable({ reference: hidde, ...choices });
    expect(answer).toMatchObject({ outcome: "invalid", plan: [] });
    expect(messages[0]).toContain(message);
    expect(bench.emulator.journal()).toEqual([]);
  });
});

describe("clearing the leaver's automatic reply", () => {
  const replying = (guid: string): unknown => bench.stored(guid)["AutoReplyState"];

  it("switches it off when its texts are those of the mapping, before the mailbox is shown", async () => {
    const { answer, messages } = await runner.here(
      bench,
      changeEventFor(bench.running, {
        reference: leo,
        data: { HiddenFromAddressListsEnabled: "false", ...mapped },
        outputData: { HiddenFromAddressListsEnabled: "false", ...mapped, AutoReplyState: null },
        configuration: clear,
      }),
    );
    expect(messages).toEqual([
      `Switch off the automatic reply of mailbox ${leoShown}: done.`,
      `Show mailbox ${leoShown} in the address lists: done.`,
    ]);
    expect(answer.plan[0]).toEqual({
      target: "exchange",
      operation: "Set-MailboxAutoReplyConfiguration",
      cmdlet: "Set-MailboxAutoReplyConfiguration",
      parameters: { Identity: leo, AutoReplyState: "Disabled" },
      sentence: `Switch off the automatic reply of mailbox ${leoShown}`,
      before: { AutoReplyState: "Enabled" },
      sent: true,
    });
    expect(answer.outputContext.PreviousData).toMatchObject({
      HiddenFromAddressListsEnabled: true,
      AutoReplyState: "Enabled",
    });
    expect(answer.outputContext.Data).toMatchObject({
      HiddenFromAddressListsEnabled: false,
      AutoReplyState: "Disabled",
    });
    expect(bench.stored(leo)).toMatchObject({
      HiddenFromAddressListsEnabled: false,
      AutoReplyState: "Disabled",
      InternalMessage: asHtml(leaversText),
    });
  });

  const withReply = (own: Record<string, string>) => () =>
    bench.reset((object) => {
      if (object["Guid"] === hidde)
        Object.assign(object, { AutoReplyState: "Enabled", ExternalAudience: "All", ...own });
    });
  const asText = { ...clear, AutoReplyMessageFormat: "text" };
  it("reports that a reply with other texts was left alone", async () => {
    const { answer } = await runner.here(
      bench,
      changeEventFor(bench.running, {
        reference: leo,
        data: { AutoReplyState: "Perhaps", InternalMessage: "Other." },
        configuration: clear,
      }),
    );
    expect(answer.outputContext.Success).toBe(true);
    expect(answer.outputContext.AuditLogs.map(({ Message }) => Message)).toContainEqual(
      expect.stringMatching(/^The automatic reply of mailbox .* is on and was not changed/),
    );
  });

  it.each<[string, () => void, ChangeChoices, "Disabled" | "stays"]>([
    ["the mapping's texts", () => undefined, { reference: leo, data: mapped }, "Disabled"],
    [
      "the mapping's texts, in another layout",
      withReply({
        InternalMessage:
          "<html><head></head><body lang=nl>\r\n<p>Left.</p>\n  <p>Bye.</p> </body></html>",
        ExternalMessage: "",
      }),
      { data: { internalmessage: "<p>Left.</p><p>Bye.</p>" } },
      "Disabled",
    ],
    [
      "the mapping's texts, for known senders only",
      withReply({ InternalMessage: "Left.", ExternalMessage: "Left.", ExternalAudience: "Known" }),
      { data: { InternalMessage: "Left.", ExternalMessage: "Left." } },
      "Disabled",
    ],
    [
      "the mapping's plain text",
      withReply({ InternalMessage: asHtml("a &lt; b &amp; c<br>\nd"), ExternalMessage: "" }),
      { data: { InternalMessage: "a < b & c\r\nd" }, configuration: asText },
      "Disabled",
    ],
    [
      "the default texts",
      withReply({ InternalMessage: asHtml(defaultText), ExternalMessage: asHtml(defaultText) }),
      { data: {} },
      "Disabled",
    ],
    [
      "the default texts, and others are mapped",
      withReply({ InternalMessage: asHtml(defaultText), ExternalMessage: asHtml(defaultText) }),
      { data: mapped },
      "Disabled",
    ],
    [
      "other texts",
      () => undefined,
      {
        reference: leo,
        data: { InternalMessage: "Somebody else left.", ExternalMessage: leaversText },
      },
      "stays",
    ],
    [
      "another text for people outside",
      () => undefined,
      { reference: leo, data: { InternalMessage: leaversText } },
      "stays",
    ],
    ["other texts, and none are mapped", () => undefined, { reference: leo }, "stays"],
    [
      "a holiday's texts",
      () => undefined,
      { reference: guidOf("Petra Proxies"), data: mapped },
      "stays",
    ],
    [
      "the mapping's texts, and it is not asked for",
      () => undefined,
      { reference: leo, data: mapped, configuration: { ClearAutoReplyOnEnable: false } },
      "stays",
    ],
    [
      "the mapping's texts, and nothing is configured",
      () => undefined,
      { reference: leo, data: mapped, configuration: {} },
      "stays",
    ],
    ["no reply", () => undefined, { reference: hidde, data: mapped }, "stays"],
    [
      "a reply that is switched off, with the mapping's texts",
      withReply({
        AutoReplyState: "Disabled",
        InternalMessage: asHtml(leaversText),
        ExternalMessage: asHtml(leaversText),
      }),
      { data: mapped },
      "stays",
    ],
  ])("%s", async (_name, arrange, choices, expected) => {
    arrange();
    const event = { reference: hidde, configuration: clear, ...choices };
    const guid = String(event.reference);
    const before = bench.stored(guid);
    const dry = await enable({ ...event, dryRun: true });
    expect(bench.writes()).toEqual([]);
    const { answer } = await enable(event);
    expect(dry.answer.plan).toEqual(answer.plan.map((step) => ({ ...step, sent: false })));
    expect(dry.answer.outputContext).toMatchObject({
      Data: answer.outputContext.Data,
      PreviousData: answer.outputContext.PreviousData,
    });
    expect(replying(guid)).toBe(expected === "stays" ? before["AutoReplyState"] : expected);
    for (const name of ["InternalMessage", "ExternalMessage"])
      expect(bench.stored(guid)[name]).toBe(before[name]);

    const again = await enable(event);
    expect(again.answer).toMatchObject({ outcome: "alreadySo", plan: [] });
  });

  it("reports the reply of the mailbox, not the mapped one, when it does not clear it", async () => {
    const { answer } = await enable({
      reference: leo,
      data: { InternalMessage: "Somebody else left." },
      outputData: { InternalMessage: "Somebody else left.", AutoReplyState: null },
    });
    const asItIs = {
      InternalMessage: expect.stringContaining(leaversText) as string,
      AutoReplyState: "Enabled",
    };
    expect(answer.outputContext).toMatchObject({ PreviousData: asItIs, Data: asItIs });
  });

  it("reads no automatic reply unless the configuration requires it", async () => {
    await enable({ reference: hidde });
    expect(bench.cmdlets()).toEqual(["Get-Mailbox", "Set-Mailbox"]);
  });

  it("reverts what delete did, in either format", async () => {
    const remove = runnerOf("lifecycle/delete", deleteAction, deleteAnswer);
    for (const AutoReplyMessageFormat of ["html", "text"]) {
      const data = {
        InternalMessage: "Left & gone.\n<b>Bye</b>\n\n  Greetings",
        ExternalMessage: "Gone.",
      };
      const configuration = { ...clear, AutoReplyMessageFormat };
      await remove.here(
        bench,
        changeEventFor(bench.running, { reference: hidde, data, configuration }),
      );
      expect(replying(hidde)).toBe("Enabled");
      await enable({ reference: hidde, data, configuration });
      expect(replying(hidde)).toBe("Disabled");
    }
  });
});
