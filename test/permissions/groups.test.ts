import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { anywhere, type Fault } from "../emulator/faults.ts";
import type { State } from "../emulator/state.ts";
import { permissionEventFor, reconciledRevokeFor, type PermissionChoices } from "../events.ts";
import { Bench, guidOf, sentence, shown } from "../bench.ts";
import { changedSince, held, prepare, sets } from "./sets.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());
beforeEach(() => prepare(bench));

const { grant, revoke } = sets.groups;
const aoife = guidOf("Aoife O'Brien");
const aoifeShown = shown("Aoife O'Brien", "aoife.obrien@contoso.com");
const newsletter = guidOf("Newsletter");
const newsletterShown = shown("Newsletter", "newsletter@contoso.com");
const nobody = "0b1ec700-0000-4000-8000-0000000fffff";
const event = (choices: PermissionChoices = {}): unknown =>
  permissionEventFor(bench.running, { permission: { Id: newsletter }, ...choices });
const nothing = { more: [], less: [] };

describe("membership", () => {
  it("is granted and revoked in the words of the audit", async () => {
    const granted = await grant.here(bench, event());
    expect(granted.answer.outputContext).toEqual({
      Success: true,
      AuditLogs: [
        {
          Action: "GrantPermission",
          Message: `Add ${aoifeShown} to group ${newsletterShown}: done.`,
          IsError: false,
        },
      ],
    });
    expect(granted.answer.plan).toEqual([
      {
        target: "exchange",
        operation: "Add-DistributionGroupMember",
        cmdlet: "Add-DistributionGroupMember",
        parameters: { Identity: newsletter, Member: aoife },
        sentence: `Add ${aoifeShown} to group ${newsletterShown}`,
        before: { isMember: false },
        sent: true,
      },
    ]);
    const revoked = await revoke.here(
      bench,
      reconciledRevokeFor(bench.running, { permission: { Id: newsletter } }),
    );
    expect(revoked.answer.outputContext).toEqual({
      Success: true,
      AuditLogs: [
        {
          Action: "RevokePermission",
          Message: `Remove ${aoifeShown} from group ${newsletterShown}: done.`,
          IsError: false,
        },
      ],
    });
    expect(revoked.answer.plan).toEqual([
      {
        target: "exchange",
        operation: "Remove-DistributionGroupMember",
        cmdlet: "Remove-DistributionGroupMember",
        parameters: { Identity: newsletter, Member: aoife, Confirm: false },
        sentence: `Remove ${aoifeShown} from group ${newsletterShown}`,
        before: { isMember: true },
        sent: true,
      },
    ]);
  });

  it.each<[string, PermissionChoices]>([
    ["Id", { permission: { Id: newsletter } }],
    ["id", { permission: { id: newsletter } }],
    [
      "ID in capitals, with blanks and something beside it",
      { permission: { Name: "x", ID: ` ${newsletter.toUpperCase()} ` } },
    ],
    ["an account reference that is an object", { account: { id: aoife } }],
  ])("is understood by %s", async (_name, choices) => {
    const before = held(bench);
    expect((await grant.here(bench, event(choices))).answer.outcome).toBe("done");
    expect(changedSince(before, bench)).toEqual({
      more: ["member of Newsletter: Aoife O'Brien"],
      less: [],
    });
    expect((await revoke.here(bench, event(choices))).answer.outcome).toBe("done");
    expect(changedSince(before, bench)).toEqual(nothing);
  });

  it("in a group that is a member is not membership", async () => {
    prepare(bench, {}, (_, named) => (named("Care evenings")["Members"] = [newsletter]));
    const member = guidOf("Anna Bakker");
    const before = held(bench);
    expect(
      (
        await grant.here(
          bench,
          event({ account: member, permission: { Id: guidOf("Care evenings") }, dryRun: true }),
        )
      ).answer.outcome,
    ).toBe("done");
    expect(
      (
        await revoke.here(
          bench,
          event({ account: member, permission: { Id: guidOf("Care evenings") } }),
        )
      ).answer,
    ).toMatchObject({ outcome: "alreadySo", outputContext: { Success: true } });
    expect(changedSince(before, bench)).toEqual(nothing);
  });

  it("of someone whose name holds quotes is read by a filter that means that one", async () => {
    for (const account of [
      "Finn O''Neil",
      "Comma, Sam",
      "x' -or Guid -ne 'y",
      "Star*",
      "Sasha Slash/Back\\slash",
    ].map(guidOf)) {
      expect((await grant.here(bench, event({ account }))).answer.plan).toMatchObject([
        { before: { isMember: false } },
      ]);
      expect((await revoke.here(bench, event({ account }))).answer.plan).toMatchObject([
        { before: { isMember: true } },
      ]);
    }
  });
});

describe("a missing account or object", () => {
  const gone: [string, PermissionChoices, RegExp][] = [
    ["the group", { permission: { Id: nobody } }, new RegExp(`^Group ${nobody} does not exist\\.`)],
    [
      "the account",
      { account: nobody },
      new RegExp(`^The account's mailbox \\(${nobody}\\) does not exist\\.`),
    ],
    [
      "the account, which is soft-deleted",
      { account: guidOf("Gone Gerda") },
      /^The account's mailbox \(.*\) does not exist\./,
    ],
    [
      "both",
      { permission: { Id: nobody }, account: nobody },
      new RegExp(`^Group ${nobody} does not exist\\.`),
    ],
  ];
  /** A soft-deleted account is no account for a grant, and may still be on a list for a revoke. */
  const deleted = gone.splice(2, 1);
  it.each([...gone, ...deleted])("makes a grant fail: %s", async (_name, choices, message) => {
    for (const dryRun of [true, false]) {
      const { answer, messages } = await grant.here(bench, event({ ...choices, dryRun }));
      expect(answer).toMatchObject({
        outcome: "gone",
        plan: [],
        outputContext: { Success: false },
      });
      expect(messages).toEqual([expect.stringMatching(message)]);
    }
    expect(bench.writes()).toEqual([]);
  });

  it.each(gone)("leaves nothing to revoke: %s", async (_name, choices, message) => {
    for (const one of [
      event({ ...choices, dryRun: true }),
      event(choices),
      reconciledRevokeFor(bench.running, { permission: { Id: newsletter }, ...choices }),
    ]) {
      const { answer, messages } = await revoke.here(bench, one);
      expect(answer).toMatchObject({ outcome: "gone", plan: [], outputContext: { Success: true } });
      expect(messages).toEqual([expect.stringMatching(message)]);
      expect(messages[0]).toMatch(/ There is nothing left to revoke\.$/);
    }
    expect(bench.writes()).toEqual([]);
  });

  it("is revoked from a leaver who is a mail user by now", async () => {
    const account = guidOf("Mail Forwarded");
    prepare(bench, {}, (_, named) => {
      named("Newsletter")["Members"] = [account, aoife];
    });
    const { answer } = await revoke.here(bench, event({ account }));
    expect(answer).toMatchObject({ outcome: "done", outputContext: { Success: true } });
    expect(bench.stored(newsletter)["Members"]).toEqual([aoife]);
    const again = await grant.here(bench, event({ account }));
    expect(again.answer).toMatchObject({ outcome: "notYet", plan: [] });
    expect(again.messages.join()).toContain("has no mailbox: its licence may have been removed");
  });

  it("is revoked from a soft-deleted account", async () => {
    const { answer } = await revoke.here(bench, event({ account: guidOf("Gone Gerda") }));
    expect(answer).toMatchObject({ outcome: "alreadySo", outputContext: { Success: true } });
  });

  it("is not trusted for a group that was read a moment ago", async () => {
    const refusal = (cmdlet: string): Fault => ({
      match: { cmdlet },
      answer: {
        status: 404,
        body: {
          error: {
            code: "NotFound",
            message: "x",
            details: [
              {
                message:
                  "Ex6F9304|Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException|The " +
                  `operation couldn't be performed because object '${newsletter}' ` +
                  "couldn't be found on 'AM0PR01A01DC001.EURPR01A001.PROD.OUTLOOK.COM'.",
              },
            ],
          },
        },
      },
    });
    bench.emulator.setFaults([
      refusal("Add-DistributionGroupMember"),
      refusal("Remove-DistributionGroupMember"),
    ]);
    expect((await grant.here(bench, event())).answer).toMatchObject({
      outcome: "unknown",
      outputContext: { Success: false },
    });
    const faults = bench.emulator.faults();
    prepare(bench, {}, (_, named) => (named("Newsletter")["Members"] = [aoife]));
    bench.emulator.setFaults(faults);
    expect((await revoke.here(bench, event())).answer).toMatchObject({
      outcome: "unknown",
      outputContext: { Success: false },
    });
  });
});

describe("an ambiguous identity is never treated as one that no longer exists", () => {
  const cases = (
    ["matchesMultipleEntries", "multipleRecipients", "labelledNotFound"] as const
  ).flatMap((ambiguity) =>
    (["the group", "the account"] as const).map((whose) => ({ ambiguity, whose })),
  );
  it.each(cases)("$whose, $ambiguity", async ({ ambiguity, whose }) => {
    prepare(bench, { ambiguity }, (_, named) => {
      if (whose === "the group") named("Sales team")["Alias"] = newsletter;
      else named("Sales")["Alias"] = aoife;
    });
    for (const verb of [grant, revoke]) {
      const { answer } = await verb.here(bench, event());
      expect(answer).toMatchObject({
        outcome: "ambiguous",
        plan: [],
        outputContext: { Success: false },
      });
    }
    expect(bench.writes()).toEqual([]);
  });

  it.each(["the group", "the account"])("%s, when both are shown", async (whose) => {
    prepare(bench, { ambiguousRead: "returnAll" }, (_, named) => {
      if (whose === "the group") named("Sales team")["Alias"] = newsletter;
      else named("Sales")["Alias"] = aoife;
    });
    for (const verb of [grant, revoke]) {
      expect((await verb.here(bench, event())).answer).toMatchObject({
        outcome: "unknown",
        plan: [],
        outputContext: { Success: false },
      });
    }
    expect(bench.writes()).toEqual([]);
  });
});

describe("groups whose members Exchange cannot change", () => {
  it.each<[string, string, string]>([
    [
      "Synced rights",
      "masteredOnPremises",
      `Group ${shown("Synced rights", "syncedrights@contoso.com")} is synchronised from Active ` +
        "Directory, which masters its members: change them there (attribute member).",
    ],
    [
      "Everyone in Care",
      "invalid",
      `${shown("Everyone in Care", "everyoneincare@contoso.com")} is a dynamic distribution ` +
        "group: its filter decides who belongs to it, and no one can be added or removed.",
    ],
    [
      "All Staff",
      "invalid",
      `${shown("All Staff", "allstaff@contoso.com")} is a Microsoft 365 group: its members are ` +
        "changed through Microsoft Graph, not through Exchange.",
    ],
    [
      "Info",
      "invalid",
      `${shown("Info", "info@contoso.com")} is a SharedMailbox; expected a group.`,
    ],
    [
      "Cor Contact",
      "invalid",
      `${shown("Cor Contact", "cor@fabrikam.com")} is a MailContact; expected a group.`,
    ],
  ])("are refused with the reason: %s", async (name, outcome, message) => {
    for (const verb of [grant, revoke]) {
      for (const dryRun of [true, false]) {
        const { answer, messages } = await verb.here(
          bench,
          event({ permission: { Id: guidOf(name) }, dryRun }),
        );
        expect(answer).toMatchObject({ outcome, plan: [], outputContext: { Success: false } });
        expect(messages).toEqual([message]);
      }
    }
    expect(bench.writes()).toEqual([]);
  });

  it("that are not the one that was requested are refused as well", async () => {
    bench.emulator.setFaults(
      anywhere([
        {
          match: { cmdlet: "Get-DistributionGroup" },
          answer: {
            status: 200,
            body: {
              value: [
                {
                  Guid: guidOf("Sales team"),
                  DisplayName: "Sales team",
                  PrimarySmtpAddress: "s",
                  RecipientTypeDetails: "MailUniversalDistributionGroup",
                  IsDirSynced: false,
                },
              ],
            },
          },
        },
      ]),
    );
    expect((await revoke.here(bench, event())).answer).toMatchObject({
      outcome: "unknown",
      outputContext: { Success: false },
    });
    expect(bench.writes()).toEqual([]);
  });
});

describe("a reference that cannot be used", () => {
  it.each<[string, PermissionChoices, string | RegExp]>([
    [
      "without an id",
      { permission: {} },
      /^The Id of the group in the permission reference is missing; expected a GUID\.$/,
    ],
    [
      "with an id that is no GUID",
      { permission: { Id: "Newsletter" } },
      /^The Id of the group in the permission reference is "Newsletter"; expected a GUID\.$/,
    ],
    [
      "with an id that is no text",
      { permission: { Id: [newsletter] } },
      /expected (text|a GUID)\.$/,
    ],
    [
      "of an account, which is blank",
      { account: " " },
      /^The account reference \(References\.Account\) is blank/,
    ],
    [
      "of an account, which is no GUID",
      { account: "E100001" },
      'The account reference (References.Account) is "E100001"; expected a GUID, a user principal name or an address.',
    ],
  ])("is reported: %s", async (_name, choices, message) => {
    for (const verb of [grant, revoke]) {
      const { answer, messages } = await verb.here(bench, event(choices));
      expect(answer).toMatchObject({
        outcome: "invalid",
        plan: [],
        outputContext: { Success: false },
      });
      expect(messages).toEqual([sentence(message)]);
    }
    expect(bench.writes()).toEqual([]);
  });

  it("makes an unusable event when there is none", async () => {
    for (const verb of [grant, revoke]) {
      const { code, messages } = await verb.here(bench, event({ permission: null }));
      expect(code).toBe(2);
      expect(messages).toEqual([expect.stringContaining("actionContext.References.Permission")]);
    }
    expect(bench.emulator.journal()).toEqual([]);
  });
});

describe("an application that may not bypass the managers of a security group", () => {
  const recipientsOnly = (state: State): void => {
    for (const app of state.apps) app.directoryRoles = ["Exchange Recipient Administrator"];
  };
  const rights = guidOf("Finance rights");

  it("gets a message that names the role it needs, and nothing is done", async () => {
    prepare(bench, {}, recipientsOnly);
    const before = held(bench);
    for (const [verb, account] of [
      [grant, aoife],
      [revoke, guidOf("Anna Bakker")],
    ] as const) {
      const { answer, messages } = await verb.here(
        bench,
        event({ account, permission: { Id: rights } }),
      );
      expect(answer).toMatchObject({ outcome: "forbidden", outputContext: { Success: false } });
      expect(messages).toEqual([
        expect.stringMatching(/: failed\. .*managers.*Exchange Administrator/),
      ]);
    }
    expect(changedSince(before, bench)).toEqual(nothing);
  });

  it("can still change other groups", async () => {
    prepare(bench, {}, recipientsOnly);
    expect((await grant.here(bench, event())).answer.outcome).toBe("done");
    expect((await revoke.here(bench, event())).answer.outcome).toBe("done");
  });

  it("requests the bypass for security groups only", async () => {
    for (const [name, parameters] of [
      ["Finance rights", { BypassSecurityGroupManagerCheck: true }],
      ["Newsletter", {}],
    ] as const) {
      const { answer } = await grant.here(bench, event({ permission: { Id: guidOf(name) } }));
      expect(answer.plan.map((step) => step.parameters)).toEqual([
        { Identity: guidOf(name), Member: aoife, ...parameters },
      ]);
    }
  });

  it("that may only read gets the same message", async () => {
    prepare(bench, {}, (state) =>
      state.apps.forEach((app) => (app.directoryRoles = ["Global Reader"])),
    );
    const { answer, messages } = await grant.here(bench, event());
    expect(answer).toMatchObject({ outcome: "forbidden", outputContext: { Success: false } });
    expect(messages[0]).toContain("Exchange Recipient Administrator");
  });
});

describe("a change without an answer", () => {
  it("is done when a read shows it", async () => {
    bench.emulator.setFaults([{ match: { cmdlet: "Add-DistributionGroupMember" }, cut: "after" }]);
    const { answer } = await grant.here(bench, event(), { EXO_CONNECTOR_DEADLINE_MS: "9990" });
    expect(answer).toMatchObject({ outcome: "done", outputContext: { Success: true } });
    expect(bench.stored(newsletter)["Members"]).toContain(aoife);
  });

  it("is neither failed nor done when no read shows it", async () => {
    bench.emulator.setFaults([{ match: { cmdlet: "Add-DistributionGroupMember" }, cut: "before" }]);
    const { answer, messages } = await grant.here(bench, event(), {
      EXO_CONNECTOR_DEADLINE_MS: "9990",
    });
    expect(answer).toMatchObject({ outcome: "unknown", outputContext: { Success: false } });
    expect(messages).toEqual([
      expect.stringMatching(/: was sent; it is unknown whether it was applied\. /),
    ]);
  });

  it.concurrent.each(["before", "after", "half"] as const)(
    "is sent again, and is done then: cut %s",
    async (cut) => {
      const own = await Bench.open();
      try {
        for (const [verb, cmdlet, more] of [
          [grant, "Add-DistributionGroupMember", ["member of Newsletter: Aoife O'Brien"]],
          [revoke, "Remove-DistributionGroupMember", []],
        ] as const) {
          const before = held(own);
          own.emulator.setFaults([{ match: { cmdlet }, cut, times: 1 }]);
          const { answer } = await verb.here(
            own,
            permissionEventFor(own.running, { permission: { Id: newsletter } }),
          );
          // Whether the first try did it or somebody else is a guess, so the second answer is reported as it is.
          expect(answer).toMatchObject({
            outcome: cut === "before" ? "done" : "alreadySo",
            outputContext: { Success: true },
            stats: { retries: 1 },
          });
          expect(changedSince(before, own).more).toEqual(more);
        }
        own.emulator.setFaults([]);
      } finally {
        await own.close();
      }
    },
  );
});
