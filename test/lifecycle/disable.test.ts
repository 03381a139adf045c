import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { disableAnswer } from "../generated/answers.ts";
import action from "../../lifecycle/disable.ts";
import { changeEventFor, reconciliationFor, type ChangeChoices } from "../events.ts";
import { Bench, guidOf, runnerOf, shown } from "../bench.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());
beforeEach(() => bench.reset());

const runner = runnerOf("lifecycle/disable", action, disableAnswer);
const disable = (choices: ChangeChoices = {}) =>
  runner.here(bench, changeEventFor(bench.running, choices));

const aoife = guidOf("Aoife O'Brien");
const aoifeShown = shown("Aoife O'Brien", "aoife.obrien@contoso.com");
const isHidden = (guid: string): unknown => bench.stored(guid)["HiddenFromAddressListsEnabled"];

describe("disabling", () => {
  it("hides the mailbox from the address lists, and reports before and after", async () => {
    const { answer, messages } = await runner.here(
      bench,
      changeEventFor(bench.running, {
        data: { HIDDENFROMADDRESSLISTSENABLED: "TRUE" },
        outputData: { userprincipalname: "", HIDDENFROMADDRESSLISTSENABLED: "TRUE" },
      }),
    );
    expect(messages).toEqual([`Hide mailbox ${aoifeShown} from the address lists: done.`]);
    expect(answer).toMatchObject({
      outcome: "done",
      plan: [
        {
          cmdlet: "Set-Mailbox",
          parameters: { Identity: aoife, HiddenFromAddressListsEnabled: true },
          before: { HiddenFromAddressListsEnabled: false },
          sent: true,
        },
      ],
    });
    expect(answer.outputContext).toEqual({
      Success: true,
      AuditLogs: [{ Action: "DisableAccount", Message: messages[0], IsError: false }],
      PreviousData: {
        userprincipalname: "aoife.obrien@contoso.com",
        HIDDENFROMADDRESSLISTSENABLED: false,
      },
      Data: { userprincipalname: "aoife.obrien@contoso.com", HIDDENFROMADDRESSLISTSENABLED: true },
    });
    expect(isHidden(aoife)).toBe(true);
    // One look after it, and no wait.
    expect(bench.cmdlets()).toEqual(["Get-Mailbox", "Set-Mailbox", "Get-Mailbox"]);
    expect(answer.stats.waitedMs).toBe(0);
  });

  it.each<[string, Record<string, unknown> | null]>([
    ["nothing", {}],
    ["no data at all", null],
    ["the field without a value", { HiddenFromAddressListsEnabled: null }],
    ["the field with a blank value", { HiddenFromAddressListsEnabled: " " }],
    ["something else as well", { CustomAttribute3: "left" }],
  ])(
    "hides when the mapping gives %s; a dry run shows it, and a second run has nothing to do",
    async (_name, data) => {
      const dry = await disable({ data, dryRun: true });
      expect(dry.answer.outcome).toBe("done");
      expect(bench.writes()).toEqual([]);
      const wet = await disable({ data });
      expect(wet.answer.plan.map((step) => ({ ...step, sent: false }))).toEqual(dry.answer.plan);
      expect(isHidden(aoife)).toBe(true);
      expect(bench.writes()).toHaveLength(1);
      const again = await disable({ data });
      expect(again.answer).toMatchObject({
        outcome: "alreadySo",
        plan: [],
        outputContext: { Success: true },
      });
      expect(bench.writes()).toHaveLength(1);
    },
  );

  it("changes nothing when persons are only correlated", async () => {
    for (const event of [
      changeEventFor(bench.running, {
        data: { HiddenFromAddressListsEnabled: "true" },
        configuration: { CorrelateOnly: true },
      }),
      reconciliationFor(bench.running, { configuration: { CorrelateOnly: true } }),
    ]) {
      const { answer } = await runner.here(bench, event);
      expect(answer).toMatchObject({
        outcome: "alreadySo",
        plan: [],
        outputContext: { Success: true },
      });
    }
    expect(bench.writes()).toEqual([]);
    expect(isHidden(aoife)).toBeFalsy();
  });

  it.each(["reconciliation", "Reconciliation"])(
    "hides in a %s, where nothing is mapped and there is no person",
    async (Origin) => {
      const event = reconciliationFor(bench.running, { reference: aoife }) as {
        actionContext: Record<string, unknown>;
      };
      event.actionContext["Origin"] = Origin;
      const dry = await runner.here(bench, {
        actionContext: { ...event.actionContext, DryRun: true },
      });
      const { answer, messages } = await runner.here(bench, event);
      expect(dry.answer.plan).toEqual(answer.plan.map((step) => ({ ...step, sent: false })));
      expect(messages).toEqual([`Hide mailbox ${aoifeShown} from the address lists: done.`]);
      expect(answer.outputContext).toMatchObject({ Success: true, Data: {}, PreviousData: {} });
      expect(isHidden(aoife)).toBe(true);
    },
  );

  it("reports what masters a synchronised mailbox, and hides one that is managed in the cloud", async () => {
    const { answer, messages } = await disable({ reference: guidOf("Dirk Synced") });
    expect(answer).toMatchObject({
      outcome: "masteredOnPremises",
      plan: [],
      outputContext: { Success: false },
    });
    expect(messages).toEqual([
      `Mailbox ${shown("Dirk Synced", "dirk.synced@contoso.com")} is synchronised from Active ` +
        "Directory, which masters HiddenFromAddressListsEnabled (attribute " +
        "msExchHideFromAddressLists): change it there.",
    ]);
    expect(bench.writes()).toEqual([]);
    const clara = guidOf("Clara Cloudmanaged");
    expect((await disable({ reference: clara })).answer.outcome).toBe("done");
    expect(isHidden(clara)).toBe(true);
  });
});

describe("a mailbox that does not exist", () => {
  it.each([
    ["unknown", "0b1ec700-0000-4000-8000-0000000fffff"],
    ["soft-deleted", guidOf("Gone Gerda")],
    ["inactive", guidOf("Inactive Ike")],
  ])("is nothing left to disable: %s", async (_name, reference) => {
    for (const event of [
      changeEventFor(bench.running, { reference, dryRun: true }),
      changeEventFor(bench.running, { reference }),
      reconciliationFor(bench.running, { reference }),
    ]) {
      const { answer, messages, code } = await runner.here(bench, event);
      expect(answer).toMatchObject({ outcome: "gone", plan: [], outputContext: { Success: true } });
      expect(code).toBe(0);
      expect(messages).toEqual([
        expect.stringMatching(new RegExp(`${reference}.* There is nothing left to disable\\.$`)),
      ]);
    }
    expect(bench.writes()).toEqual([]);
  });

  it.each<[string, ChangeChoices, string]>([
    [
      "a blank reference",
      { reference: " " },
      "The account reference (References.Account) is blank",
    ],
    [
      "a reference that is no GUID",
      { reference: "E100001" },
      'The account reference (References.Account) is "E100001"; expected a GUID, a user principal name or an address.',
    ],
    [
      "fields that cannot be used",
      { data: { HiddenFromAddressListsEnabled: "yes", Shoe: "44", CustomAttribute1: ["a"] } },
      "expected true or false. Shoe is mapped, but is not a setting of a mailbox. The mapping " +
        "of CustomAttribute1 yields a list; expected text.",
    ],
  ])("is not %s", async (_name, choices, message) => {
    const { answer, messages } = await disable(choices);
    expect(answer).toMatchObject({
      outcome: "invalid",
      plan: [],
      outputContext: { Success: false },
    });
    expect(messages[0]).toContain(message);
    expect(bench.emulator.journal()).toEqual([]);
  });

  it.each<[string, Parameters<Bench["emulator"]["setFaults"]>[0]]>([
    ["a refusal", [{ match: { cmdlet: "Get-Mailbox" }, named: "forbiddenNul" }]],
    ["throttling", [{ match: { cmdlet: "Get-Mailbox" }, named: "throttled", retryAfter: "300" }]],
    [
      "a 404 of something else",
      [{ match: { cmdlet: "Get-Mailbox" }, answer: { status: 404, body: "no such route" } }],
    ],
    [
      "an answer without the mailbox in it",
      [{ match: { cmdlet: "Get-Mailbox" }, answer: { status: 200, body: "" } }],
    ],
    [
      "another mailbox",
      [
        {
          match: { cmdlet: "Get-Mailbox" },
          answer: {
            status: 200,
            body: {
              value: [
                {
                  Guid: guidOf("Jan de Vries"),
                  DisplayName: "Jan",
                  UserPrincipalName: "j",
                  PrimarySmtpAddress: "j",
                  RecipientTypeDetails: "UserMailbox",
                  HiddenFromAddressListsEnabled: false,
                  IsDirSynced: false,
                },
              ],
            },
          },
        },
      ],
    ],
  ])("is not %s", async (_name, faults) => {
    bench.emulator.setFaults(faults);
    const { answer } = await runner.here(bench, changeEventFor(bench.running), {
      EXO_CONNECTOR_DEADLINE_MS: "900",
    });
    expect(answer.outputContext.Success).toBe(false);
    expect(answer.outcome).not.toBe("gone");
    expect(bench.writes()).toEqual([]);
  });
});
