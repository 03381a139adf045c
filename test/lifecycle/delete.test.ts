import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { deleteAnswer } from "../generated/answers.ts";
import action from "../../lifecycle/delete.ts";
import { asHtml } from "../emulator/exchange/html.ts";
import { changeEventFor, reconciliationFor, type ChangeChoices } from "../events.ts";
import { Bench, guidOf, runnerOf, shown } from "../bench.ts";
import { anywhere } from "../emulator/faults.ts";
import { notFound } from "./notFound.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open({ clock: () => Date.parse("2026-07-25T12:00:00Z") });
});
afterAll(() => bench.close());
beforeEach(() => bench.reset());

const runner = runnerOf("lifecycle/delete", action, deleteAnswer);
const remove = (choices: ChangeChoices = {}) =>
  runner.here(bench, changeEventFor(bench.running, choices));

const aoife = guidOf("Aoife O'Brien");
const aoifeShown = shown("Aoife O'Brien", "aoife.obrien@contoso.com");
const petra = guidOf("Petra Proxies");
const leo = guidOf("Leo Leaver");
const defaultText = "This mailbox is no longer in use, and your message has not been read.";

describe("deleting", () => {
  it("sets the leaver's reply, and reports before and after", async () => {
    const data = {
      AutoReplyState: "Enabled",
      internalMessage: "<p>Left.</p>",
      ExternalMessage: "<p>Gone.</p>",
      ExternalAudience: "Known",
    };
    const { answer, messages } = await runner.here(
      bench,
      changeEventFor(bench.running, { data, outputData: { ...data, Guid: null } }),
    );
    expect(messages).toEqual([`Switch on the automatic reply of mailbox ${aoifeShown}: done.`]);
    expect(answer).toMatchObject({
      outcome: "done",
      plan: [
        {
          cmdlet: "Set-MailboxAutoReplyConfiguration",
          parameters: {
            Identity: aoife,
            AutoReplyState: "Enabled",
            InternalMessage: "<p>Left.</p>",
            ExternalMessage: "<p>Gone.</p>",
            ExternalAudience: "Known",
          },
          before: { AutoReplyState: "Disabled" },
          sent: true,
        },
      ],
    });
    expect(answer.outputContext.AuditLogs).toMatchObject([{ Action: "DeleteAccount" }]);
    expect(answer.outputContext.PreviousData).toMatchObject({
      Guid: aoife,
      AutoReplyState: "Disabled",
      internalMessage: "",
      ExternalMessage: "",
    });
    expect(answer.outputContext.Data).toEqual({ ...data, Guid: aoife });
    expect(bench.stored(aoife)).toMatchObject({
      AutoReplyState: "Enabled",
      InternalMessage: asHtml("<p>Left.</p>"),
      ExternalMessage: asHtml("<p>Gone.</p>"),
      ExternalAudience: "Known",
    });
    expect(bench.cmdlets()).toEqual([
      "$batch",
      "Set-MailboxAutoReplyConfiguration",
      "Get-MailboxAutoReplyConfiguration",
    ]);
  });

  it("sets other mapped fields as well, with one change for each cmdlet", async () => {
    const { messages } = await remove({
      data: {
        InternalMessage: "Left.",
        HiddenFromAddressListsEnabled: "true",
        CustomAttribute3: "left",
        EmailAddresses: ["smtp:aoife.left@contoso.com"],
      },
    });
    expect(messages).toEqual([
      `Switch on the automatic reply of mailbox ${aoifeShown}: done.`,
      `Set HiddenFromAddressListsEnabled, CustomAttribute3, EmailAddresses of mailbox ${aoifeShown}: done.`,
    ]);
    expect(bench.writes()).toHaveLength(2);
  });

  it("does nothing when nothing is mapped: the mailbox stays the same", async () => {
    for (const data of [
      {},
      null,
      { AutoReplyState: null, InternalMessage: "", ExternalMessage: " ", ExternalAudience: null },
    ]) {
      const { answer } = await remove({ data });
      expect(answer).toMatchObject({ outcome: "alreadySo", plan: [] });
    }
    expect(bench.writes()).toEqual([]);
  });

  it("changes nothing when persons are only correlated, and shows the mailbox as it is", async () => {
    const data = {
      AutoReplyState: "Enabled",
      InternalMessage: "Left.",
      CustomAttribute3: "left",
      HiddenFromAddressListsEnabled: "true",
    };
    const { answer } = await remove({ data, configuration: { CorrelateOnly: true } });
    expect(answer).toMatchObject({ outcome: "alreadySo", plan: [] });
    expect(answer.outputContext.Data).toEqual(answer.outputContext.PreviousData);
    expect(answer.outputContext.Data).toMatchObject({
      AutoReplyState: "Disabled",
      CustomAttribute3: "",
      HiddenFromAddressListsEnabled: false,
    });
    expect(
      (
        await runner.here(
          bench,
          reconciliationFor(bench.running, { configuration: { CorrelateOnly: true } }),
        )
      ).answer,
    ).toMatchObject({ outcome: "alreadySo", plan: [] });
    expect(bench.writes()).toEqual([]);
  });
});

describe("the automatic reply", () => {
  const text = 'Aoife & co <left>.\r\n\r\nWrite to "Iris" — or don\'t.\n🦊';
  const escaped = 'Aoife &amp; co &lt;left&gt;.<br>\n<br>\nWrite to "Iris" — or don\'t.<br>\n🦊';
  it.each<[string, string, ChangeChoices, Record<string, unknown>, Record<string, unknown>]>([
    [
      "HTML is passed on as it is",
      aoife,
      {
        data: { InternalMessage: "<p>Left &amp; gone</p>", ExternalMessage: "<b>x</b>" },
        configuration: { AutoReplyMessageFormat: "HTML" },
      },
      {
        InternalMessage: "<p>Left &amp; gone</p>",
        ExternalMessage: "<b>x</b>",
        ExternalAudience: "All",
      },
      { InternalMessage: asHtml("<p>Left &amp; gone</p>") },
    ],
    [
      "a whole HTML document too",
      aoife,
      { data: { InternalMessage: "<html><body><p>Left</p></body></html>" } },
      { InternalMessage: "<html><body><p>Left</p></body></html>" },
      { InternalMessage: asHtml("<p>Left</p>") },
    ],
    [
      "text is escaped and keeps its lines",
      aoife,
      {
        data: { InternalMessage: text, ExternalMessage: text },
        configuration: { AutoReplyMessageFormat: "text" },
      },
      { InternalMessage: escaped, ExternalMessage: escaped, ExternalAudience: "All" },
      { InternalMessage: asHtml(escaped) },
    ],
    [
      "without an external text no one outside gets a reply",
      aoife,
      { data: { InternalMessage: "Left.", ExternalAudience: "All" } },
      { InternalMessage: "Left.", ExternalAudience: "None" },
      { ExternalAudience: "None" },
    ],
    [
      "an old text for outside is taken away",
      petra,
      { data: { InternalMessage: "Left.", ExternalMessage: null } },
      { InternalMessage: "Left.", ExternalAudience: "None", ExternalMessage: null },
      { AutoReplyState: "Enabled", ExternalAudience: "None", ExternalMessage: "" },
    ],
    [
      "an old holiday text is replaced",
      petra,
      { data: { InternalMessage: "Left.", ExternalMessage: "Left." } },
      { InternalMessage: "Left.", ExternalMessage: "Left.", ExternalAudience: "All" },
      {
        AutoReplyState: "Enabled",
        InternalMessage: asHtml("Left."),
        ExternalMessage: asHtml("Left."),
      },
    ],
    [
      "a text that only differs outside is replaced",
      leo,
      { data: { InternalMessage: "Leo no longer works here.", ExternalMessage: "Write to Iris." } },
      { ExternalMessage: "Write to Iris." },
      { ExternalMessage: asHtml("Write to Iris.") },
    ],
    [
      "another audience is set",
      leo,
      {
        data: {
          InternalMessage: "Leo no longer works here.",
          ExternalMessage: "Leo no longer works here.",
          ExternalAudience: "known",
        },
      },
      { ExternalAudience: "Known" },
      { ExternalAudience: "Known" },
    ],
    [
      "it can be planned",
      aoife,
      {
        data: {
          AutoReplyState: "scheduled",
          InternalMessage: "Left.",
          StartTime: "2026-08-01T09:00:00+02:00",
          EndTime: "2026-12-31T17:00:00.500",
        },
      },
      {
        AutoReplyState: "Scheduled",
        StartTime: "2026-08-01T07:00:00.000Z",
        EndTime: "2026-12-31T17:00:00.000Z",
      },
      {
        AutoReplyState: "Scheduled",
        StartTime: "2026-08-01T07:00:00Z",
        EndTime: "2026-12-31T17:00:00Z",
      },
    ],
    [
      "a plan can be moved",
      petra,
      {
        data: {
          AutoReplyState: "Scheduled",
          InternalMessage: "Back on 8 August.",
          ExternalMessage: "Back on 8 August.",
          StartTime: "2026-07-20T06:00:00Z",
          EndTime: "2026-08-09T06:00:00Z",
        },
      },
      { EndTime: "2026-08-09T06:00:00.000Z" },
      { EndTime: "2026-08-09T06:00:00Z" },
    ],
    [
      "it can be switched off",
      leo,
      { data: { AutoReplyState: "Disabled" } },
      { AutoReplyState: "Disabled" },
      { AutoReplyState: "Disabled", InternalMessage: asHtml("Leo no longer works here.") },
    ],
    [
      "it is set on a shared mailbox",
      guidOf("Lena Left"),
      { data: { InternalMessage: "Left." } },
      { InternalMessage: "Left." },
      { InternalMessage: asHtml("Left.") },
    ],
    [
      "it is set on a synchronised mailbox",
      guidOf("Dirk Synced"),
      { data: { InternalMessage: "Left." } },
      { InternalMessage: "Left." },
      { InternalMessage: asHtml("Left.") },
    ],
  ])("%s", async (_name, reference, choices, parameters, state) => {
    const dry = await remove({ reference, ...choices, dryRun: true });
    expect(bench.writes()).toEqual([]);
    const { answer } = await remove({ reference, ...choices });
    expect(answer.plan).toMatchObject([
      {
        cmdlet: "Set-MailboxAutoReplyConfiguration",
        parameters: { Identity: reference, ...parameters },
      },
    ]);
    expect(dry.answer.plan).toEqual(answer.plan.map((step) => ({ ...step, sent: false })));
    expect(dry.answer.outputContext).toMatchObject({
      Data: answer.outputContext.Data,
      PreviousData: answer.outputContext.PreviousData,
    });
    expect(bench.stored(reference)).toMatchObject(state);

    const again = await remove({ reference, ...choices });
    expect(again.answer).toMatchObject({ outcome: "alreadySo", plan: [] });
    expect(bench.writes()).toHaveLength(1);
  });

  it("has nothing to do for a leaver who has the reply already, or none to switch off", async () => {
    expect(
      (
        await remove({
          reference: leo,
          data: {
            InternalMessage: "Leo no longer works here.",
            ExternalMessage: "Leo no longer works here.",
          },
        })
      ).answer,
    ).toMatchObject({ outcome: "alreadySo", plan: [] });
    expect((await remove({ data: { AutoReplyState: "Disabled" } })).answer).toMatchObject({
      outcome: "alreadySo",
      plan: [],
    });
  });

  it("is the default one in a reconciliation, and only there", async () => {
    const event = reconciliationFor(bench.running, { reference: petra });
    const dry = await runner.here(
      bench,
      reconciliationFor(bench.running, { reference: petra, dryRun: true }),
    );
    const { answer, messages } = await runner.here(bench, event);
    expect(messages).toEqual([
      `Replace the automatic reply of mailbox ${shown("Petra Proxies", "petra.proxies@contoso.com")}: done.`,
    ]);
    expect(answer.plan).toMatchObject([
      {
        parameters: {
          Identity: petra,
          AutoReplyState: "Enabled",
          InternalMessage: defaultText,
          ExternalMessage: defaultText,
          ExternalAudience: "All",
        },
      },
    ]);
    expect(dry.answer.plan).toEqual(answer.plan.map((step) => ({ ...step, sent: false })));
    expect(bench.stored(petra)).toMatchObject({
      AutoReplyState: "Enabled",
      InternalMessage: asHtml(defaultText),
      ExternalMessage: asHtml(defaultText),
    });
    expect((await runner.here(bench, event)).answer).toMatchObject({
      outcome: "alreadySo",
      plan: [],
    });
  });
});

describe("synchronised mailboxes", () => {
  it("get their reply, and the settings that Active Directory masters are named", async () => {
    const data = {
      InternalMessage: "Left.",
      HiddenFromAddressListsEnabled: "true",
      CustomAttribute3: "left",
    };
    const dirk = guidOf("Dirk Synced");
    const dry = await remove({ reference: dirk, data, dryRun: true });
    const { answer, messages } = await remove({ reference: dirk, data });
    expect(answer).toMatchObject({
      outcome: "masteredOnPremises",
      outputContext: { Success: false },
      plan: [{ cmdlet: "Set-MailboxAutoReplyConfiguration", sent: true }],
    });
    expect(dry.answer.plan).toEqual(answer.plan.map((step) => ({ ...step, sent: false })));
    expect(messages).toEqual([
      expect.stringMatching(/^Switch on .*: done\.$/),
      `Mailbox ${shown("Dirk Synced", "dirk.synced@contoso.com")} is synchronised from Active Directory, which ` +
        "masters HiddenFromAddressListsEnabled (attribute msExchHideFromAddressLists), CustomAttribute3 " +
        "(attribute extensionAttribute3): change them there.",
    ]);
    expect((await remove({ reference: guidOf("Clara Cloudmanaged"), data })).answer.outcome).toBe(
      "done",
    );
  });
});

describe("a mailbox that does not exist", () => {
  it.each([
    ["unknown", "0b1ec700-0000-4000-8000-0000000fffff"],
    ["soft-deleted", guidOf("Gone Gerda")],
  ])("is nothing left to delete: %s", async (_name, reference) => {
    for (const event of [
      changeEventFor(bench.running, { reference, data: { InternalMessage: "Left." } }),
      changeEventFor(bench.running, { reference, dryRun: true }),
      reconciliationFor(bench.running, { reference }),
    ]) {
      const { answer, messages, code } = await runner.here(bench, event);
      expect(answer).toMatchObject({ outcome: "gone", plan: [], outputContext: { Success: true } });
      expect(code).toBe(0);
      expect(messages).toEqual([
        expect.stringMatching(new RegExp(`${reference}.* There is nothing left to delete\\.$`)),
      ]);
    }
    expect(bench.writes()).toEqual([]);
  });

  it("is not concluded for a mailbox that was just read, and finished changes are reported", async () => {
    const data = { InternalMessage: "Left.", CustomAttribute3: "left" };
    for (const cmdlet of [
      "Get-MailboxAutoReplyConfiguration",
      "Set-MailboxAutoReplyConfiguration",
    ]) {
      bench.emulator.setFaults(anywhere([{ match: { cmdlet }, answer: notFound(aoife) }]));
      expect((await remove({ data })).answer).toMatchObject({
        outcome: "unknown",
        outputContext: { Success: false },
      });
    }
    bench.reset();
    bench.emulator.setFaults([{ match: { cmdlet: "Set-Mailbox" }, answer: notFound(aoife) }]);
    const { answer, messages } = await remove({ data });
    expect(answer).toMatchObject({ outcome: "unknown", outputContext: { Success: false } });
    expect(messages).toEqual([
      expect.stringMatching(/^Switch on the automatic reply .*: done\.$/),
      expect.stringMatching(/this answer is not trusted\./),
      "Only partly done: 1 of 2 changes.",
    ]);
  });

  it("is a success when it is deleted meanwhile, with finished changes reported", async () => {
    const answer = notFound(aoife);
    bench.emulator.setFaults([
      { match: { cmdlet: "Get-Mailbox" }, answer },
      { match: { cmdlet: "Get-Mailbox", item: true }, skip: 1, answer },
      ...["Set-Mailbox", "Get-Recipient"].map((cmdlet) => ({ match: { cmdlet }, answer })),
      { match: { cmdlet: "Get-User" }, times: 1, answer },
      { match: { cmdlet: "Get-User" }, answer: { status: 200, body: { value: [] } } },
    ]);
    const run = await remove({ data: { InternalMessage: "Left.", CustomAttribute3: "left" } });
    expect(run.answer).toMatchObject({ outcome: "gone", outputContext: { Success: true } });
    expect(run.messages).toEqual([
      expect.stringMatching(/^Switch on the automatic reply .*: done\.$/),
      expect.stringMatching(/There is nothing left to delete\.$/),
    ]);
  });
});

describe("a mailbox that forwards its mail", () => {
  const message =
    /^Mailbox .* forwards its mail without keeping a copy, so no one will get the automatic reply\.$/;
  const forwarding = (own: Record<string, unknown>): void => {
    Object.assign(bench.emulator.state().objects.find(({ Guid }) => Guid === aoife) ?? {}, own);
  };

  it.each<[string, Record<string, unknown>, boolean]>([
    ["to an address, without a copy", { ForwardingSmtpAddress: "smtp:x@fabrikam.com" }, true],
    ["to a recipient, without a copy", { ForwardingAddress: guidOf("Bas Bakker") }, true],
    [
      "and keeps a copy",
      { ForwardingSmtpAddress: "smtp:x@fabrikam.com", DeliverToMailboxAndForward: true },
      false,
    ],
    ["nowhere", {}, false],
  ])(
    "%s: the reply is set, and the audit log says whether it is in vain",
    async (_name, own, isTold) => {
      forwarding(own);
      for (const dryRun of [true, false]) {
        const run = await remove({ data: { InternalMessage: "Left." }, dryRun });
        expect(run.answer.outputContext.Success).toBe(true);
        expect(run.messages.some((line) => message.test(line))).toBe(isTold);
      }
    },
  );

  it("by a mapping of the same event is told alike", async () => {
    const run = await remove({
      data: { InternalMessage: "Left.", ForwardingSmtpAddress: "x@fabrikam.com" },
    });
    expect(run.messages).toContainEqual(expect.stringMatching(message));
  });
});

describe("events that cannot be carried out", () => {
  it.each<[string, ChangeChoices, string[]]>([
    [
      "a blank reference",
      { reference: "" },
      ["The account reference (References.Account) is blank"],
    ],
    [
      "a reference that is no GUID",
      { reference: "E100001", data: { InternalMessage: "x" } },
      [
        'The account reference (References.Account) is "E100001"; expected a GUID, a user principal name or an ' +
          "address.",
      ],
    ],
    [
      "an unknown state",
      { data: { AutoReplyState: "on", InternalMessage: "x" } },
      ['The mapping of AutoReplyState yields "on"; expected one of Enabled, Disabled, Scheduled.'],
    ],
    [
      "an unknown audience",
      { data: { InternalMessage: "x", ExternalMessage: "x", ExternalAudience: "Everybody" } },
      ['The mapping of ExternalAudience yields "Everybody"; expected one of None, Known, All.'],
    ],
    [
      "a reply without a text",
      { data: { AutoReplyState: "Enabled", ExternalMessage: "x" } },
      ["An automatic reply is mapped without an InternalMessage; the service requires one."],
    ],
    [
      "a plan without an end",
      { data: { AutoReplyState: "Scheduled", InternalMessage: "x", StartTime: "2026-08-01" } },
      ["A scheduled automatic reply needs a date and time as EndTime"],
    ],
    [
      "a plan that ends before it starts",
      {
        data: {
          AutoReplyState: "Scheduled",
          InternalMessage: "x",
          StartTime: "2026-08-01",
          EndTime: "2026-08-01",
        },
      },
      ["an EndTime that is not after its StartTime."],
    ],
    [
      "a reply and another field at once",
      { data: { AutoReplyState: "on", InternalMessage: "x", ExternalAudience: "y", Shoe: "44" } },
      ["The mapping of AutoReplyState", "The mapping of ExternalAudience", "Shoe is mapped"],
    ],
    [
      "several other fields",
      { data: { InternalMessage: "x", Shoe: "44", CustomAttribute1: ["a"], MaxSendSize: "big" } },
      [
        "Shoe is mapped, but is not a setting of a mailbox.",
        "The mapping of CustomAttribute1 yields a list; expected text.",
        'The mapping of MaxSendSize yields "',
      ],
    ],
  ])("asks for nothing: %s", async (_name, choices, faults) => {
    const { answer, messages } = await remove(choices);
    expect(answer).toMatchObject({
      outcome: "invalid",
      plan: [],
      outputContext: { Success: false },
    });
    expect(messages).toHaveLength(1);
    for (const fault of faults) expect(messages[0]).toContain(fault);
    expect(bench.emulator.journal()).toEqual([]);
  });
});
