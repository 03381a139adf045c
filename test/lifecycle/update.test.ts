import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { updateAnswer } from "../generated/answers.ts";
import action from "../../lifecycle/update.ts";
import { changeEventFor, type ChangeChoices } from "../events.ts";
import { notFound } from "./notFound.ts";
import { Bench, guidOf, runnerOf, shown } from "../bench.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());
beforeEach(() => bench.reset());

const runner = runnerOf("lifecycle/update", action, updateAnswer);
const event = (choices: ChangeChoices): unknown => changeEventFor(bench.running, choices);
const update = (choices: ChangeChoices) => runner.here(bench, event(choices));

const aoife = guidOf("Aoife O'Brien");
const aoifeShown = shown("Aoife O'Brien", "aoife.obrien@contoso.com");

describe("updating", () => {
  it("sets everything that differs with one change, and reports before and after as mapped", async () => {
    const { answer, messages } = await update({
      data: {
        customattribute2: "Head of Finance",
        CustomAttribute1: "E100001",
        messageCopyForSentAsEnabled: "TRUE",
        Languages: ["nl-NL", "en-US"],
        MailTip: null,
        HiddenFromAddressListsEnabled: "FALSE",
      },
      outputData: {
        guid: null,
        DisplayName: "",
        customattribute2: "Head of Finance",
        CustomAttribute1: "E100001",
        messageCopyForSentAsEnabled: "TRUE",
        Languages: ["nl-NL", "en-US"],
        MailTip: null,
        HiddenFromAddressListsEnabled: "FALSE",
      },
    });
    expect(messages).toEqual([
      `Set CustomAttribute2, MessageCopyForSentAsEnabled, Languages of mailbox ${aoifeShown}: done.`,
    ]);
    expect(answer.outputContext.AuditLogs[0]).toMatchObject({
      Action: "UpdateAccount",
      IsError: false,
    });
    expect(answer.outcome).toBe("done");
    expect(answer.plan).toEqual([
      {
        target: "exchange",
        operation: "Set-Mailbox",
        cmdlet: "Set-Mailbox",
        parameters: {
          Identity: aoife,
          CustomAttribute2: "Head of Finance",
          MessageCopyForSentAsEnabled: true,
          Languages: ["nl-NL", "en-US"],
        },
        sentence: `Set CustomAttribute2, MessageCopyForSentAsEnabled, Languages of mailbox ${aoifeShown}`,
        before: { CustomAttribute2: "", MessageCopyForSentAsEnabled: false, Languages: [] },
        sent: true,
      },
    ]);
    const same = {
      guid: aoife,
      DisplayName: "Aoife O'Brien",
      CustomAttribute1: "E100001",
      MailTip: null,
      HiddenFromAddressListsEnabled: false,
    };
    expect(answer.outputContext.PreviousData).toEqual({
      ...same,
      customattribute2: "",
      messageCopyForSentAsEnabled: false,
      Languages: [],
    });
    expect(answer.outputContext.Data).toEqual({
      ...same,
      customattribute2: "Head of Finance",
      messageCopyForSentAsEnabled: true,
      Languages: ["nl-NL", "en-US"],
    });
    expect(bench.stored(aoife)).toMatchObject({
      CustomAttribute2: "Head of Finance",
      MessageCopyForSentAsEnabled: true,
      Languages: ["nl-NL", "en-US"],
    });
    expect(bench.cmdlets()).toEqual(["Get-Mailbox", "Set-Mailbox"]);
  });

  it("describes the visibility in plain words", async () => {
    const { messages } = await update({ data: { HiddenFromAddressListsEnabled: "true" } });
    expect(messages).toEqual([`Hide mailbox ${aoifeShown} from the address lists: done.`]);
  });

  it("clears a text that is mapped without a value, and leaves alone what cannot be empty", async () => {
    const { answer } = await update({
      data: {
        CustomAttribute1: "",
        Office: "  ",
        MaxSendSize: null,
        LitigationHoldEnabled: "",
        Alias: undefined,
      },
    });
    expect(answer.plan).toMatchObject([
      { parameters: { Identity: aoife, CustomAttribute1: null } },
    ]);
    expect(answer.outputContext.Data).toMatchObject({
      CustomAttribute1: null,
      MaxSendSize: "35 MB (36,700,160 bytes)",
    });
    expect(bench.stored(aoife)["CustomAttribute1"]).toBe("");
  });

  it("reads one mailbox and changes nothing when nothing is mapped", async () => {
    for (const data of [{}, null]) {
      bench.emulator.clearJournal();
      const { answer } = await update({ data, outputData: { Guid: null } });
      expect(answer).toMatchObject({
        outcome: "alreadySo",
        plan: [],
        outputContext: { Data: { Guid: aoife }, PreviousData: { Guid: aoife } },
      });
      expect(bench.cmdlets()).toEqual(["Get-Mailbox"]);
    }
  });

  it("changes nothing when persons are only correlated, and shows the mailbox as it is", async () => {
    const { answer } = await update({
      data: { CustomAttribute2: "x", NoSuchField: "y" },
      configuration: { CorrelateOnly: "true" },
    });
    expect(answer).toMatchObject({
      outcome: "alreadySo",
      plan: [],
      outputContext: { Data: { CustomAttribute2: "" }, PreviousData: { CustomAttribute2: "" } },
    });
    expect(bench.cmdlets()).toEqual(["Get-Mailbox"]);
  });
});

describe("a second run sends nothing, and a dry run shows what the run sends", () => {
  it.each<[string, Record<string, unknown>]>([
    ["a text", { CustomAttribute15: 'O\'Brien & "Søn" – 🦊' }],
    ["a text of another casing", { CustomAttribute1: "e100001" }],
    ["a flag", { MessageCopyForSentAsEnabled: "TRUE" }],
    ["a size", { MaxReceiveSize: "20MB" }],
    [
      "sizes that belong together",
      { IssueWarningQuota: "40 GB", ProhibitSendQuota: "45 GB", ProhibitSendReceiveQuota: "48 GB" },
    ],
    ["a count", { RecipientLimits: "250" }],
    ["a number", { ResourceCapacity: "12" }],
    ["a span in days", { RetainDeletedItemsFor: "30" }],
    ["a span in full", { RetainDeletedItemsFor: "30.00:00:00" }],
    [
      "a time",
      { EndDateForRetentionHold: "2027-01-02T03:04:05Z", StartDateForRetentionHold: "2027-01-01" },
    ],
    ["a choice", { ExternalOofOptions: "internalonly" }],
    ["a list", { ExtensionCustomAttribute1: ["b", "a"] }],
    ["a list as one text", { ExtensionCustomAttribute1: "a; b\r\nc" }],
    ["a hold", { LitigationHoldEnabled: "true", LitigationHoldDuration: "365" }],
    ["another type", { Type: "Shared" }],
    ["names", { DisplayName: "Aoife Byrne", Alias: "aoife.byrne", Name: "Aoife Byrne" }],
    ["a new primary address", { EmailAddresses: ["SMTP:aoife.byrne@contoso.com"] }],
    [
      "two new addresses as one text",
      { EmailAddresses: "SMTP:aoife.byrne@contoso.com;smtp:aoife.b@contoso.com" },
    ],
    ["a forwarding address", { ForwardingAddress: "anna.bakker@contoso.com" }],
    [
      "delegates by address and by Guid",
      { GrantSendOnBehalfTo: ["anna.bakker@contoso.com", "0b1ec700-0000-4000-8000-000000000002"] },
    ],
    ["moderators by name in another casing", { ModeratedBy: ["FINN O''NEIL"] }],
    ["a type", { Type: "shared" }],
    [
      "a swap of primary and secondary",
      {
        EmailAddresses: [
          "SMTP:aoife.obrien@contoso.onmicrosoft.com",
          "smtp:aoife.obrien@contoso.com",
        ],
      },
    ],
    [
      "several settings and an address",
      {
        CustomAttribute2: "Head of Finance",
        HiddenFromAddressListsEnabled: "true",
        EmailAddresses: ["smtp:aoife.b@contoso.com"],
      },
    ],
  ])("%s", async (_name, data) => {
    const dry = await update({ data, dryRun: true });
    expect(bench.writes()).toEqual([]);
    expect(dry.answer.outcome).toBe("done");
    expect(dry.messages).toEqual([expect.stringMatching(/: would be done, this is a dry run\.$/)]);

    const wet = await update({ data });
    expect(wet.answer.outcome).toBe("done");
    expect(wet.answer.plan.map((step) => ({ ...step, sent: false }))).toEqual(dry.answer.plan);
    expect(wet.answer.outputContext.Data).toEqual(dry.answer.outputContext.Data);
    expect(bench.writes()).toHaveLength(1);

    const again = await update({ data });
    expect(again.answer).toMatchObject({
      outcome: "alreadySo",
      plan: [],
      outputContext: { Success: true },
    });
    expect(again.messages).toEqual([
      expect.stringMatching(/^Nothing to change: mailbox .* already has the mapped settings\.$/),
    ]);
    expect(bench.writes()).toHaveLength(1);
  });
});

describe("events that cannot be carried out", () => {
  it.each<[string, ChangeChoices, string[]]>([
    [
      "several wrong fields, all reported at once",
      {
        data: {
          CustomAtribute1: "x",
          HiddenFromAddressListsEnabled: "hidden",
          MaxSendSize: "big",
          Shoe: "44",
          ResourceCapacity: "many",
          Type: "Sharde",
          EndDateForRetentionHold: "soon",
          CustomAttribute3: ["a"],
          Office: { a: 1 },
          Alias: "a".repeat(65),
        },
      },
      [
        "CustomAtribute1 is mapped, but is not a setting of a mailbox; the most similar name is CustomAttribute1.",
        "Shoe is mapped, but is not a setting of a mailbox.",
        "Office.a is mapped, but is not a setting of a mailbox",
        ...[
          "HiddenFromAddressListsEnabled",
          "MaxSendSize",
          "ResourceCapacity",
          "Type",
          "EndDateForRetentionHold",
          "CustomAttribute3",
          "Alias",
        ].map((name) => `The mapping of ${name} yields`),
      ],
    ],
    [
      "two primary addresses",
      { data: { EmailAddresses: ["SMTP:a@contoso.com", "SMTP:b@contoso.com"] } },
      ["EmailAddresses is mapped with 2 primary addresses (SMTP:); expected at most one."],
    ],
    [
      "another kind of address",
      { data: { EmailAddresses: ["SIP:a@contoso.com"] } },
      ['EmailAddresses is mapped with "SIP:a@contoso.com"; expected an SMTP address'],
    ],
    [
      "text that is not an address",
      { data: { EmailAddresses: ["SMTP:aoife"] } },
      [", which is not an email address"],
    ],
    [
      "a blank reference",
      { reference: "  " },
      ["The account reference (References.Account) is blank"],
    ],
    [
      "a reference that is no GUID",
      { reference: "aoife.obrien" },
      ["; expected a GUID, a user principal name or an address."],
    ],
    [
      "an object without a reference",
      { reference: { Name: "x" } },
      ["The account reference (References.Account) is blank"],
    ],
    [
      "an object with a blank reference",
      { reference: { Id: "" } },
      ["The account reference (References.Account) is blank"],
    ],
  ])("asks for nothing: %s", async (_name, choices, faults) => {
    const { answer, messages, code } = await update(choices);
    expect(answer).toMatchObject({ outcome: "invalid", plan: [] });
    expect(code).toBe(1);
    expect(messages).toHaveLength(1);
    for (const fault of faults) expect(messages[0]).toContain(fault);
    expect(bench.emulator.journal()).toEqual([]);
  });

  it.each<[string, ChangeChoices, RegExp]>([
    [
      "a number as reference",
      { reference: 7 },
      /References\.Account is 7; expected text or an object/i,
    ],
    [
      "a list as reference",
      { reference: [aoife] },
      /References\.Account is a list of 1; expected/i,
    ],
    ["no reference", { reference: null }, /References\.Account is null; expected/i],
    [
      "data that is a text",
      { data: "CustomAttribute1=x" as unknown as null, outputData: {} },
      /actionContext\.Data is "[^"]+"; expected/i,
    ],
  ])("refuses the event: %s", async (_name, choices, message) => {
    const { code, messages } = await update(choices);
    expect(code).toBe(2);
    expect(messages).toEqual([expect.stringMatching(message)]);
    expect(bench.emulator.journal()).toEqual([]);
  });

  it.each<[string, unknown]>([
    ["text", aoife],
    ["text in capitals with white space", ` ${aoife.toUpperCase()} `],
    ["an object with Id", { Id: aoife }],
    ["an object with guid", { guid: aoife, Name: "Aoife" }],
    ["an object with GUID behind other things", { DisplayName: "Aoife", GUID: aoife }],
  ])("takes a reference as %s", async (_name, reference) => {
    await update({ reference, data: { CustomAttribute2: "found" } });
    expect(bench.stored(aoife)["CustomAttribute2"]).toBe("found");
  });
});

describe("mailboxes that do not exist", () => {
  it.each([
    ["unknown", "0b1ec700-0000-4000-8000-0000000fffff"],
    ["soft-deleted", guidOf("Gone Gerda")],
    ["inactive", guidOf("Inactive Ike")],
  ])("fails with gone: %s", async (_name, reference) => {
    await expectFailure(reference, "gone");
  });

  it.each([
    ["a user without a mailbox", guidOf("Not Licensed Yet"), "notYet"],
    ["a group", guidOf("Sales team"), "invalid"],
  ])("fails when the reference is of %s", async (_name, reference, outcome) => {
    await expectFailure(reference, outcome);
  });

  async function expectFailure(reference: string, outcome: string): Promise<void> {
    for (const dryRun of [true, false]) {
      const { answer, messages } = await update({
        reference,
        data: { CustomAttribute2: "x" },
        dryRun,
      });
      expect(answer).toMatchObject({
        outcome,
        plan: [],
        outputContext: { Success: false },
      });
      expect(messages).toEqual([expect.stringContaining(reference)]);
    }
    expect(bench.writes()).toEqual([]);
  }

  it('does not accept "not found" for a mailbox that was just read', async () => {
    bench.emulator.setFaults([{ match: { cmdlet: "Set-Mailbox" }, answer: notFound(aoife) }]);
    const { answer, messages } = await update({ data: { CustomAttribute2: "x" } });
    expect(answer).toMatchObject({
      outcome: "unknown",
      outputContext: { Success: false },
      plan: [{ sent: true }],
    });
    expect(bench.writes()).toHaveLength(2);
    expect(messages).toEqual([
      expect.stringMatching(/^Set CustomAttribute2 of mailbox .* this answer is not trusted\./),
    ]);
  });
});

describe("synchronised mailboxes", () => {
  const dirk = guidOf("Dirk Synced");

  it("names the attributes that Active Directory masters", async () => {
    for (const dryRun of [true, false]) {
      const { answer, messages } = await update({
        reference: dirk,
        data: {
          CustomAttribute2: "x",
          EmailAddresses: ["smtp:dirk@contoso.com"],
          DisplayName: "Dirk",
          MaxSendSize: null,
        },
        dryRun,
      });
      expect(answer).toMatchObject({
        outcome: "masteredOnPremises",
        plan: [],
        outputContext: { Success: false },
      });
      expect(messages).toEqual([
        `Mailbox ${shown("Dirk Synced", "dirk.synced@contoso.com")} is synchronised from Active ` +
          "Directory, which masters CustomAttribute2 (attribute extensionAttribute2), " +
          "EmailAddresses (attribute proxyAddresses), DisplayName (attribute displayName): change " +
          "them there.",
      ]);
    }
  });

  it("sets what Exchange Online masters, and then names what it does not", async () => {
    const data = { CustomAttribute2: "x", RetainDeletedItemsFor: "30" };
    const dry = await update({ reference: dirk, data, dryRun: true });
    expect(bench.writes()).toEqual([]);
    const { answer, messages } = await update({ reference: dirk, data });
    expect(answer).toMatchObject({
      outcome: "masteredOnPremises",
      plan: [{ parameters: { Identity: dirk, RetainDeletedItemsFor: "30.00:00:00" } }],
    });
    expect(dry.answer.plan).toEqual(answer.plan.map((step) => ({ ...step, sent: false })));
    expect(messages).toEqual([
      expect.stringMatching(/^Set RetainDeletedItemsFor of mailbox .*: done\.$/),
      expect.stringMatching(
        /masters CustomAttribute2 \(attribute extensionAttribute2\): change it there\.$/,
      ),
    ]);
    bench.emulator.clearJournal();
    const again = await update({ reference: dirk, data });
    expect(again.answer).toMatchObject({ outcome: "masteredOnPremises", plan: [] });
  });

  it("have nothing to report when everything is as mapped", async () => {
    const { answer } = await update({
      reference: dirk,
      data: {
        CustomAttribute1: bench.stored(dirk)["CustomAttribute1"],
        HiddenFromAddressListsEnabled: "false",
      },
    });
    expect(answer).toMatchObject({ outcome: "alreadySo", outputContext: { Success: true } });
  });

  it("sets the Exchange attributes of one that is managed in the cloud, but not the identity", async () => {
    const clara = guidOf("Clara Cloudmanaged");
    expect(
      (
        await update({
          reference: clara,
          data: { CustomAttribute2: "x", EmailAddresses: ["smtp:clara@contoso.com"] },
        })
      ).answer.outcome,
    ).toBe("done");
    const { answer, messages } = await update({ reference: clara, data: { DisplayName: "Clara" } });
    expect(answer.outcome).toBe("masteredOnPremises");
    expect(messages[0]).toMatch(
      /masters DisplayName \(attribute displayName\): change it there\.$/,
    );
  });
});

describe("attributes of the user", () => {
  const manager = guidOf("Petra Proxies");
  const data = { Department: "Care", title: "Nurse", Manager: "petra.proxies@contoso.com" };

  it("are set by a change of their own, and reported before and after as mapped", async () => {
    const { answer, messages } = await update({
      data: { ...data, CustomAttribute2: "x" },
      outputData: { ...data, CustomAttribute2: "x", City: null },
    });
    expect(messages).toEqual([
      `Set Department, Title, Manager of user ${aoifeShown}: done.`,
      `Set CustomAttribute2 of mailbox ${aoifeShown}: done.`,
    ]);
    expect(bench.stored(aoife)).toMatchObject({
      Department: "Care",
      Title: "Nurse",
      Manager: manager,
      CustomAttribute2: "x",
    });
    expect(answer.outputContext.PreviousData).toMatchObject({ Department: "Sales", title: "" });
    expect(answer.outputContext.Data).toMatchObject({ ...data, CustomAttribute2: "x", City: "" });
  });

  it("are not written again, although the manager is read under another name", async () => {
    await update({ data });
    const writes = bench.writes().length;
    const { answer } = await update({ data });
    expect([answer.outcome, bench.writes()]).toHaveLength(2);
    expect(answer.outcome).toBe("alreadySo");
    expect(bench.writes()).toHaveLength(writes);
  });

  it("are cleared by a mapping without a value, and only looked at in a dry run", async () => {
    await update({ data });
    const { answer } = await update({ data: { Department: null, Manager: null }, dryRun: true });
    expect(answer.plan.map(({ sentence }) => sentence)).toEqual([
      `Set Department, Manager of user ${aoifeShown}`,
    ]);
    expect(bench.stored(aoife)).toMatchObject({ Department: "Care", Manager: manager });
    await update({ data: { Department: null, Manager: null } });
    expect([bench.stored(aoife)["Department"] ?? "", bench.stored(aoife)["Manager"]]).toEqual([
      "",
      null,
    ]);
  });

  it("of a synchronised person are refused by their names in Active Directory, and the rest is set", async () => {
    const dirk = guidOf("Dirk Synced");
    const { answer, messages } = await update({
      reference: dirk,
      data: { ...data, Department: "Sales", MessageCopyForSentAsEnabled: "true" },
    });
    expect(answer).toMatchObject({
      outcome: "masteredOnPremises",
      outputContext: { Success: false },
    });
    expect(messages.join(" ")).toContain(
      "which masters Department (attribute department), Title (attribute title), Manager (attribute manager): " +
        "change them there.",
    );
    expect(bench.stored(dirk)["Title"] ?? "").toBe("");
    expect(bench.stored(dirk)).toMatchObject({ MessageCopyForSentAsEnabled: true });
  });

  it("tell of each system's refusal when both are mastered on premises", async () => {
    const { messages } = await update({
      reference: guidOf("Dirk Synced"),
      data: { Title: "Nurse", CustomAttribute2: "x" },
    });
    expect(messages.join(" ")).toContain("Title (attribute title)");
    expect(messages.join(" ")).toContain("CustomAttribute2 (attribute extensionAttribute2)");
  });

  it.each(["before", "after"] as const)("are set when the answer is lost: cut %s", async (cut) => {
    bench.emulator.setFaults([{ cut, match: { cmdlet: "Set-User" }, times: 1 }]);
    const { answer } = await update({ data });
    expect(answer.outputContext.Success).toBe(true);
    expect(bench.stored(aoife)).toMatchObject({ Department: "Care", Manager: manager });
  });
});
