import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Fault } from "../emulator/faults.ts";
import { seedState } from "../emulator/seed.ts";
import { permissionEventFor, reconciledRevokeFor, type PermissionChoices } from "../events.ts";
import { Bench, guidOf, shown } from "../bench.ts";
import { changedSince, everyRight, held, prepare, sets } from "./sets.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());
beforeEach(() => prepare(bench));

const { grant, revoke } = sets.sharedMailboxes;
const aoife = guidOf("Aoife O'Brien");
const aoifeShown = shown("Aoife O'Brien", "aoife.obrien@contoso.com");
const info = guidOf("Info");
const infoShown = shown("Info", "info@contoso.com");
const nobody = "0b1ec700-0000-4000-8000-0000000fffff";
const on = (name: string, right?: string): Record<string, string> => ({
  Id: guidOf(name),
  ...(right === undefined ? {} : { Permission: right }),
});
const event = (choices: PermissionChoices = {}): unknown =>
  permissionEventFor(bench.running, { permission: { Id: info }, ...choices });
const nothing = { more: [], less: [] };
const failing = (cmdlet: string): Fault => ({
  match: { cmdlet },
  answer: {
    status: 400,
    body: {
      error: {
        code: "BadRequest",
        message: "x",
        details: [
          {
            message:
              "|Microsoft.Exchange.Data.DataValidationException|The value isn't good enough.",
          },
        ],
      },
    },
  },
});

describe("rights on a mailbox", () => {
  it("are granted and revoked in the words of the audit", async () => {
    const granted = await grant.asBundle(bench, event({ configuration: everyRight }));
    expect(granted.messages).toEqual(
      ["Full Access", "Send As", "Send on Behalf"].map(
        (label) => `Grant ${label} on mailbox ${infoShown} to ${aoifeShown}: done.`,
      ),
    );
    expect(
      granted.answer.plan.map(({ cmdlet, parameters, before }) => ({ cmdlet, parameters, before })),
    ).toEqual([
      {
        cmdlet: "Add-MailboxPermission",
        parameters: {
          Identity: info,
          User: aoife,
          AccessRights: ["FullAccess"],
          InheritanceType: "All",
          AutoMapping: true,
          Confirm: false,
        },
        before: { FullAccess: false },
      },
      {
        cmdlet: "Add-RecipientPermission",
        parameters: { Identity: info, Trustee: aoife, AccessRights: ["SendAs"], Confirm: false },
        before: { SendAs: false },
      },
      {
        cmdlet: "Set-Mailbox",
        parameters: { Identity: info, GrantSendOnBehalfTo: { add: [aoife] } },
        before: { SendOnBehalf: false },
      },
    ]);
    const revoked = await revoke.asBundle(
      bench,
      reconciledRevokeFor(bench.running, { permission: { Id: info }, configuration: everyRight }),
    );
    expect(revoked.messages).toEqual(
      ["Full Access", "Send As", "Send on Behalf"].map(
        (label) => `Revoke ${label} on mailbox ${infoShown} from ${aoifeShown}: done.`,
      ),
    );
    expect(revoked.answer.outputContext.AuditLogs.map(({ Action }) => Action)).toEqual([
      "RevokePermission",
      "RevokePermission",
      "RevokePermission",
    ]);
    expect(
      revoked.answer.plan.map(({ cmdlet, parameters, before }) => ({ cmdlet, parameters, before })),
    ).toEqual([
      {
        cmdlet: "Remove-MailboxPermission",
        parameters: {
          Identity: info,
          User: aoife,
          AccessRights: ["FullAccess"],
          InheritanceType: "All",
          Confirm: false,
        },
        before: { FullAccess: true },
      },
      {
        cmdlet: "Remove-RecipientPermission",
        parameters: { Identity: info, Trustee: aoife, AccessRights: ["SendAs"], Confirm: false },
        before: { SendAs: true },
      },
      {
        cmdlet: "Set-Mailbox",
        parameters: { Identity: info, GrantSendOnBehalfTo: { remove: [aoife] } },
        before: { SendOnBehalf: true },
      },
    ]);
  });

  it.each<[string, PermissionChoices, string[]]>([
    ["Id", {}, ["FullAccess", "SendAs"]],
    ["id", { permission: { id: info } }, ["FullAccess", "SendAs"]],
    [
      "a right that is blank",
      { permission: { Id: info, Permission: " " } },
      ["FullAccess", "SendAs"],
    ],
    [
      "names in any casing",
      { permission: { ID: info.toUpperCase(), permission: "sendonbehalf" } },
      ["SendOnBehalf"],
    ],
    [
      "the right itself, regardless of the rights that the configuration combines",
      {
        permission: { Id: info, Permission: "FullAccess" },
        configuration: { SharedMailboxRights: "SendAs" },
      },
      ["FullAccess"],
    ],
    [
      "the rights of the configuration, regardless of the form in which it lists them",
      {
        configuration: {
          SharedMailboxRights: "SendOnBehalf, SendAs",
          SharedMailboxReference: "separate",
        },
      },
      ["SendAs", "SendOnBehalf"],
    ],
    [
      "an account reference that is an object",
      { account: { Guid: aoife } },
      ["FullAccess", "SendAs"],
    ],
  ])("are understood by %s", async (_name, choices, rights) => {
    const before = held(bench);
    expect((await grant.here(bench, event(choices))).answer.outcome).toBe("done");
    expect(changedSince(before, bench)).toEqual({
      more: rights.map((right) => `${right} on Info: Aoife O'Brien`),
      less: [],
    });
    expect((await revoke.here(bench, event(choices))).answer.outcome).toBe("done");
    expect(changedSince(before, bench)).toEqual(nothing);
  });

  it("of others are left alone", async () => {
    const anna = guidOf("Anna Bakker");
    const before = held(bench);
    await grant.here(bench, event({ permission: on("Sales"), configuration: everyRight }));
    await revoke.here(bench, event({ permission: on("Sales"), configuration: everyRight }));
    expect(changedSince(before, bench)).toEqual(nothing);
    await revoke.here(
      bench,
      event({ account: anna, permission: on("Sales"), configuration: everyRight }),
    );
    expect(changedSince(before, bench)).toEqual({
      more: [],
      less: [
        "FullAccess on Sales: Anna Bakker",
        "SendAs on Sales: Anna Bakker",
        "SendOnBehalf on Sales: Anna Bakker",
      ],
    });
  });

  it("that an account has only some of are completed, and all are revoked", async () => {
    const choices = {
      account: guidOf("Chris Bakker"),
      configuration: { SharedMailboxRights: "FullAccess, SendAs" },
    };
    const before = held(bench);
    const granted = await grant.here(bench, event(choices));
    expect(granted.answer).toMatchObject({
      outcome: "done",
      plan: [{ before: { FullAccess: true } }, { before: { SendAs: false } }],
    });
    expect(granted.messages).toEqual([
      expect.stringMatching(/^Grant Full Access .*: was already so\.$/),
      expect.stringMatching(/^Grant Send As .*: done\.$/),
    ]);
    expect(changedSince(before, bench)).toEqual({
      more: ["SendAs on Info: Chris Bakker"],
      less: [],
    });
    expect((await revoke.here(bench, event(choices))).answer.outcome).toBe("done");
    expect(changedSince(before, bench)).toEqual({
      more: [],
      less: ["FullAccess on Info: Chris Bakker"],
    });
  });
});

describe("a missing account or object", () => {
  const gone: [string, PermissionChoices, RegExp][] = [
    [
      "the mailbox",
      { permission: { Id: nobody } },
      new RegExp(`^Mailbox ${nobody} does not exist\\.`),
    ],
    [
      "the mailbox, which is soft-deleted",
      { permission: { Id: guidOf("Gone Gerda"), Permission: "SendAs" } },
      /^Mailbox .* does not exist\./,
    ],
    [
      "the account",
      { account: nobody },
      new RegExp(`^The account's mailbox \\(${nobody}\\) does not exist\\.`),
    ],
    [
      "the account, which is inactive",
      { account: guidOf("Inactive Ike") },
      /^The account's mailbox \(.*\) does not exist\./,
    ],
    [
      "both",
      { permission: { Id: nobody, Permission: "FullAccess" }, account: nobody },
      new RegExp(`^Mailbox ${nobody} does not exist\\.`),
    ],
  ];
  /** An inactive account is no account for a grant, and may still be on a list for a revoke. */
  const inactive = gone.splice(3, 1);
  it.each([...gone, ...inactive])("makes a grant fail: %s", async (_name, choices, message) => {
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
      reconciledRevokeFor(bench.running, { permission: { Id: info }, ...choices }),
    ]) {
      const { answer, messages } = await revoke.here(bench, one);
      expect(answer).toMatchObject({ outcome: "gone", plan: [], outputContext: { Success: true } });
      expect(messages).toEqual([expect.stringMatching(message)]);
      expect(messages[0]).toMatch(/ There is nothing left to revoke\.$/);
    }
    expect(bench.writes()).toEqual([]);
  });

  it("is searched for in the lists when it is an inactive account", async () => {
    const { answer } = await revoke.here(bench, event({ account: guidOf("Inactive Ike") }));
    expect(answer).toMatchObject({ outcome: "alreadySo", outputContext: { Success: true } });
  });

  it("is not assumed for a trustee that the list shows and the service does not find", async () => {
    await grant.here(bench, event());
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
                  "|Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException|User " +
                  `or group "${aoife}" wasn't found. Please make sure you've typed it ` +
                  "correctly.",
              },
            ],
          },
        },
      },
    });
    bench.emulator.setFaults([
      refusal("Remove-MailboxPermission"),
      refusal("Remove-RecipientPermission"),
    ]);
    const { answer } = await revoke.here(bench, event());
    expect(answer).toMatchObject({ outcome: "unknown", outputContext: { Success: false } });
    bench.reset();
    bench.emulator.setFaults([
      refusal("Remove-MailboxPermission"),
      refusal("Remove-RecipientPermission"),
    ]);
    // Without an entry on the list the state is as it should be, whatever the service answers.
    expect((await revoke.here(bench, event())).answer).toMatchObject({
      outcome: "alreadySo",
      outputContext: { Success: true },
    });
  });
});

describe("an ambiguous identity is never treated as one that no longer exists", () => {
  const cases = (
    ["matchesMultipleEntries", "multipleRecipients", "labelledNotFound"] as const
  ).flatMap((ambiguity) =>
    (["the mailbox", "the account"] as const).map((whose) => ({ ambiguity, whose })),
  );
  it.each(cases)("$whose, $ambiguity", async ({ ambiguity, whose }) => {
    prepare(
      bench,
      { ambiguity },
      (_, named) => (named("Press")["Alias"] = whose === "the mailbox" ? info : aoife),
    );
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

  it("when both are shown", async () => {
    prepare(bench, { ambiguousRead: "returnAll" }, (_, named) => (named("Press")["Alias"] = info));
    for (const verb of [grant, revoke])
      expect((await verb.here(bench, event())).answer).toMatchObject({
        outcome: "unknown",
        plan: [],
        outputContext: { Success: false },
      });
  });
});

describe("a reference that cannot be used", () => {
  it.each<[string, PermissionChoices, RegExp]>([
    [
      "without an id",
      { permission: { Permission: "SendAs" } },
      /^The Id of the mailbox in the permission reference is missing; expected a GUID\.$/,
    ],
    [
      "with an id that is no GUID",
      { permission: { Id: "Info" } },
      /^The Id of the mailbox in the permission reference is "Info"; expected a GUID\.$/,
    ],
    [
      "with an unknown right",
      { permission: { Id: info, Permission: "ReadPermission" } },
      /^The permission reference names the right "[^"]{14}"; expected one of FullAccess, SendAs, SendOnBehalf\.$/,
    ],
    [
      "with a right that an object has by birth",
      { permission: { Id: info, Permission: "constructor" } },
      /^The permission reference names the right "[^"]{11}"/,
    ],
    [
      "of an account, which is blank",
      { account: {} },
      /^The account reference \(References\.Account\) is blank/,
    ],
  ])("is reported: %s", async (_name, choices, message) => {
    for (const verb of [grant, revoke]) {
      const { answer, messages } = await verb.here(bench, event(choices));
      expect(answer).toMatchObject({
        outcome: "invalid",
        plan: [],
        outputContext: { Success: false },
      });
      expect(messages).toEqual([expect.stringMatching(message)]);
    }
    expect(bench.writes()).toEqual([]);
  });

  it.each([[["SendAs"]], [true], [{ Name: "SendAs" }]])(
    "with a right that is not text is refused, and does not mean all rights: %j",
    async (Permission) => {
      const { answer } = await grant.here(bench, event({ permission: { Id: info, Permission } }));
      expect(answer).toMatchObject({ outcome: "invalid", outputContext: { Success: false } });
    },
  );
});

describe("mailboxes of other types", () => {
  it.each([
    ["Anna Bakker", "UserMailbox"],
    ["Board Room", "RoomMailbox"],
    ["Beamer 1", "EquipmentMailbox"],
    ["Bookings Nijmegen", "SchedulingMailbox"],
  ])(
    "are not granted rights on unless they are configured, but always lose them: %s",
    async (name, type) => {
      const mailbox = guidOf(name);
      prepare(bench, {}, ({ mailboxPermissions, recipientPermissions }) => {
        mailboxPermissions?.push({ mailbox, trustee: aoife, rights: ["FullAccess"] });
        recipientPermissions?.push({ recipient: mailbox, trustee: aoife, rights: ["SendAs"] });
      });
      const before = held(bench);
      for (const dryRun of [true, false]) {
        const { answer, messages } = await grant.here(
          bench,
          event({ account: guidOf("Chris Bakker"), permission: { Id: mailbox }, dryRun }),
        );
        expect(answer).toMatchObject({
          outcome: "invalid",
          plan: [],
          outputContext: { Success: false },
        });
        expect(messages).toEqual([
          expect.stringMatching(
            new RegExp(
              `^Mailbox .* is a ${type}; the configuration \\(Shared mailbox types\\) allows SharedMailbox\\.$`,
            ),
          ),
        ]);
      }
      expect(
        (await revoke.here(bench, event({ permission: { Id: mailbox } }))).answer.outcome,
      ).toBe("done");
      expect(changedSince(before, bench)).toEqual({
        more: [],
        less: [`FullAccess on ${name}: Aoife O'Brien`, `SendAs on ${name}: Aoife O'Brien`],
      });
    },
  );

  it.each(["Anna Bakker", "Board Room", "Beamer 1"])(
    "are granted rights on when they are configured: %s",
    async (name) => {
      const configuration = {
        ...everyRight,
        SharedMailboxTypes: "UserMailbox, RoomMailbox, EquipmentMailbox",
      };
      const before = held(bench);
      expect(
        (await grant.here(bench, event({ permission: on(name), configuration }))).answer.outcome,
      ).toBe("done");
      expect(changedSince(before, bench).more).toEqual(
        ["FullAccess", "SendAs", "SendOnBehalf"].map(
          (right) => `${right} on ${name}: Aoife O'Brien`,
        ),
      );
      expect(
        (await revoke.here(bench, event({ permission: on(name), configuration }))).answer.outcome,
      ).toBe("done");
      expect(changedSince(before, bench)).toEqual(nothing);
    },
  );
});

describe("auto-mapping", () => {
  it.each<[string, unknown, boolean]>([
    ["left out", undefined, true],
    ["on", true, true],
    ["off", false, false],
    ["off, as a text", "False", false],
    ["blank", "", true],
  ])("reaches the tenant: %s", async (_name, AutoMapping, expected) => {
    await grant.here(
      bench,
      event({ permission: on("Info", "FullAccess"), configuration: { AutoMapping } }),
    );
    const entry = bench.emulator
      .state()
      .mailboxPermissions?.find(({ mailbox, trustee }) => mailbox === info && trustee === aoife);
    expect(entry?.autoMapping).toBe(expected);
  });

  it("stays the same when the right exists", async () => {
    const chris = guidOf("Chris Bakker");
    const { answer } = await grant.here(
      bench,
      event({
        account: chris,
        permission: on("Info", "FullAccess"),
        configuration: { AutoMapping: true },
      }),
    );
    expect(answer.outcome).toBe("alreadySo");
    expect(
      bench.emulator
        .state()
        .mailboxPermissions?.find(({ mailbox, trustee }) => mailbox === info && trustee === chris)
        ?.autoMapping,
    ).toBe(false);
  });
});

describe("an entry that denies", () => {
  const emma = guidOf("Emma Bakker");
  it("is not overridden, nor in a dry run", async () => {
    for (const dryRun of [true, false]) {
      const { answer, messages } = await grant.here(
        bench,
        event({ account: emma, permission: on("Service Desk", "FullAccess"), dryRun }),
      );
      expect(answer).toMatchObject({
        outcome: "invalid",
        plan: [],
        outputContext: { Success: false },
      });
      expect(messages).toEqual([
        `Mailbox ${shown("Service Desk", "servicedesk@contoso.com")} denies Full Access ` +
          `to ${shown("Emma Bakker", "emma.bakker@contoso.com")} by an entry of its own, which ` +
          "wins over any grant: remove that entry first.",
      ]);
    }
    expect(bench.writes()).toEqual([]);
  });

  it("does not prevent the other right, which is reported with it", async () => {
    const before = held(bench);
    const { answer, messages } = await grant.here(
      bench,
      event({ account: emma, permission: on("Service Desk") }),
    );
    expect(answer).toMatchObject({ outcome: "invalid", outputContext: { Success: false } });
    expect(messages).toEqual([
      expect.stringMatching(/^Grant Send As .*: done\.$/),
      expect.stringContaining("denies Full Access"),
      "Only partly done.",
    ]);
    expect(changedSince(before, bench)).toEqual({
      more: ["SendAs on Service Desk: Emma Bakker"],
      less: [],
    });
  });

  it("is not a right that can be revoked, and does not affect anyone else", async () => {
    const before = held(bench);
    expect(
      (
        await revoke.here(
          bench,
          event({ account: emma, permission: on("Service Desk", "FullAccess") }),
        )
      ).answer,
    ).toMatchObject({ outcome: "alreadySo", outputContext: { Success: true } });
    expect(
      (
        await grant.here(
          bench,
          event({ account: guidOf("Femke Bakker"), permission: on("Service Desk", "FullAccess") }),
        )
      ).answer.outcome,
    ).toBe("alreadySo");
    expect(
      (await grant.here(bench, event({ permission: on("Service Desk", "FullAccess") }))).answer
        .outcome,
    ).toBe("done");
    expect(changedSince(before, bench)).toEqual({
      more: ["FullAccess on Service Desk: Aoife O'Brien"],
      less: [],
    });
  });

  it("that is inherited is ignored", async () => {
    prepare(
      bench,
      {},
      ({ mailboxPermissions }) =>
        void mailboxPermissions?.push({
          mailbox: info,
          trustee: aoife,
          rights: ["FullAccess"],
          deny: true,
          inherited: true,
        }),
    );
    expect(
      (await grant.here(bench, event({ permission: on("Info", "FullAccess") }))).answer.outcome,
    ).toBe("done");
  });
});

describe("entries of accounts that no longer exist", () => {
  const payroll = shown("HR & Payroll", "hrpayroll@contoso.com");

  it.each(["FullAccess", "SendAs"])("are warned about when %s is granted", async (right) => {
    const { answer, stderr } = await grant.here(
      bench,
      event({ permission: on("HR & Payroll", right) }),
    );
    expect(answer.outcome).toBe("done");
    expect(talked(stderr, "warning")).toEqual([
      `On mailbox ${payroll}, one entry belongs to an account that no longer exists.`,
    ]);
  });

  it("are warned about when there was nothing to revoke, for one of them may have been the account's", async () => {
    const { answer, stderr } = await revoke.here(
      bench,
      event({ permission: on("HR & Payroll", "FullAccess") }),
    );
    expect(answer).toMatchObject({ outcome: "alreadySo", outputContext: { Success: true } });
    expect(talked(stderr, "warning")).toEqual([
      `On mailbox ${payroll}, one entry belongs to an account that no longer exists. ` +
        "Such entries can keep others from being removed.",
    ]);
  });

  it("are counted with the others when there are many of them", async () => {
    const account = guidOf("Petra Proxies");
    const warning =
      `The access list of mailbox ${shown("Privacy", "privacy@contoso.com")} has ` +
      "405 of at most 500 entries. Of these, 305 entries belong to accounts that " +
      "no longer exist.";
    for (const dryRun of [true, false]) {
      const { answer, stderr } = await grant.here(
        bench,
        event({ account, permission: on("Privacy", "FullAccess"), dryRun }),
      );
      expect(answer.outcome).toBe("done");
      expect(talked(stderr, "warning")).toEqual([warning]);
    }
  });

  it("fill a list, which a dry run reports too", async () => {
    const account = guidOf("Petra Proxies");
    for (const dryRun of [true, false]) {
      const { answer, messages } = await grant.here(
        bench,
        event({ account, permission: on("Archive 2019", "FullAccess"), dryRun }),
      );
      expect(answer).toMatchObject({
        outcome: "invalid",
        plan: [],
        outputContext: { Success: false },
      });
      expect(messages).toEqual([
        `The access list of mailbox ${shown("Archive 2019", "archive2019@contoso.com")} is full: ` +
          "Exchange allows 500 entries. Of these, 400 entries belong to accounts that no longer " +
          "exist. Remove some, or grant the right to a group.",
      ]);
    }
    expect(bench.writes()).toEqual([]);
  });

  it("that fill a list do not affect existing rights, nor another right", async () => {
    const before = held(bench);
    expect(
      (await grant.here(bench, event({ permission: on("Archive 2019", "FullAccess") }))).answer
        .outcome,
    ).toBe("alreadySo");
    expect(
      (
        await grant.here(
          bench,
          event({ account: guidOf("Petra Proxies"), permission: on("Archive 2019", "SendAs") }),
        )
      ).answer.outcome,
    ).toBe("done");
    expect(
      (await revoke.here(bench, event({ permission: on("Archive 2019", "FullAccess") }))).answer
        .outcome,
    ).toBe("done");
    expect(changedSince(before, bench)).toEqual({
      more: ["SendAs on Archive 2019: Petra Proxies"],
      less: ["FullAccess on Archive 2019: Aoife O'Brien"],
    });
  });

  it.each([
    [399, 0],
    [400, 1],
    [499, 1],
  ])("are warned about from 400 on: %i", async (entries, warnings) => {
    prepare(bench, {}, (state) => {
      const archive = guidOf("Archive 2019");
      let left = entries;
      state.mailboxPermissions =
        state.mailboxPermissions?.filter(
          ({ mailbox, trustee }) =>
            mailbox !== archive || (!trustee.startsWith("S-1") && left-- > 0),
        ) ?? [];
      for (let index = 0; left > 0; index++, left--)
        state.mailboxPermissions.push({
          mailbox: archive,
          trustee: String(
            state.objects[200 + index]?.["Guid"] ??
              `0b1ec700-0000-4000-8000-0000000e${String(index).padStart(4, "0")}`,
          ),
          rights: ["ReadPermission"],
        });
    });
    const { answer, stderr } = await grant.here(
      bench,
      event({ account: guidOf("Petra Proxies"), permission: on("Archive 2019", "FullAccess") }),
    );
    expect(answer.outcome).toBe("done");
    expect(
      talked(stderr, "warning").filter((message) =>
        message.includes(`has ${entries} of at most 500 entries`),
      ),
    ).toHaveLength(warnings);
  });

  it("that block a removal make it fail, with advice", async () => {
    prepare(bench, { orphanBlocksRemoval: true });
    const choices = {
      account: guidOf("Daan Bakker"),
      permission: on("HR & Payroll", "FullAccess"),
    };
    const { answer, messages, stderr } = await revoke.here(bench, event(choices));
    expect(held(bench)).toContain("FullAccess on HR & Payroll: Daan Bakker");
    expect(answer).toMatchObject({ outcome: "notYet", outputContext: { Success: false } });
    expect(messages.join("\n")).toContain(
      "The service answered that there was nothing to change. Its lists do not show the change yet.",
    );
    expect(talked(stderr, "warning")).toEqual([
      `On mailbox ${payroll}, one entry belongs to an account that no longer exists. ` +
        "Such entries can keep others from being removed.",
    ]);
    prepare(bench);
    expect((await revoke.here(bench, event(choices))).answer.outcome).toBe("done");
    expect(held(bench)).not.toContain("FullAccess on HR & Payroll: Daan Bakker");
  });
});

describe("access that a revoke does not end", () => {
  const onDesk = (): unknown =>
    event({ account: guidOf("Chris Bakker"), permission: on("Finance desk", "FullAccess") });
  const keeps = (ways: string): string =>
    `${shown("Chris Bakker", "chris.bakker@contoso.com")} keeps Full Access on mailbox ` +
    `${shown("Finance desk", "financedesk@contoso.com")} through ${ways}.`;

  /** Chris Bakker has Full Access on Finance desk, as Finance rights has. */
  function given({ isMember, isInherited = false }: Record<string, boolean>): void {
    prepare(bench, {}, (state, named) => {
      const chris = guidOf("Chris Bakker");
      named("Finance rights")["Members"] = isMember ? [chris] : [];
      for (const inherited of isInherited ? [false, true] : [false])
        state.mailboxPermissions?.push({
          mailbox: guidOf("Finance desk"),
          trustee: chris,
          rights: ["FullAccess"],
          inherited,
        });
    });
  }

  it("is named: a group that holds the right, with the account as a member", async () => {
    given({ isMember: true });
    const { answer, stderr } = await revoke.here(bench, onDesk());
    expect(answer.outcome).toBe("done");
    expect(held(bench)).not.toContain("FullAccess on Finance desk: Chris Bakker");
    expect(talked(stderr, "warning")).toEqual([keeps('the group "Finance rights"')]);
  });

  it("is named: an inherited entry", async () => {
    given({ isMember: false, isInherited: true });
    const { answer, stderr } = await revoke.here(bench, onDesk());
    expect(answer.outcome).toBe("done");
    expect(talked(stderr, "warning")).toEqual([keeps("an inherited entry")]);
  });

  it("is not suspected of a group that the account does not belong to", async () => {
    given({ isMember: false });
    const { answer, stderr } = await revoke.here(bench, onDesk());
    expect(answer.outcome).toBe("done");
    expect(talked(stderr, "warning")).toEqual([]);
  });

  it("can be unknown, which is said and does not change the result", async () => {
    given({ isMember: true });
    bench.emulator.setFaults([failing("Get-DistributionGroup")]);
    const { answer, stderr } = await revoke.here(bench, onDesk());
    expect(answer.outcome).toBe("done");
    expect(talked(stderr, "warning")).toEqual([
      expect.stringMatching(/^It could not be checked whether "Chris Bakker".* through a group\. /),
    ]);
  });
});

describe("several rights at once", () => {
  const first = [failing("Add-MailboxPermission"), failing("Remove-MailboxPermission")];
  const second = [failing("Add-RecipientPermission"), failing("Remove-RecipientPermission")];
  const last = [failing("Set-Mailbox")];
  it.each<[string, Fault[], string[]]>([
    ["the first", first, ["SendAs", "SendOnBehalf"]],
    ["the second", second, ["FullAccess", "SendOnBehalf"]],
    ["the last", last, ["FullAccess", "SendAs"]],
    ["the first two", [...first, ...second], ["SendOnBehalf"]],
  ])(
    "are no success, and the others are granted and taken away: %s",
    async (_name, faults, rights) => {
      const before = held(bench);
      const expected = rights.map((right) => `${right} on Sales: Aoife O'Brien`);
      bench.emulator.setFaults(faults);
      const granted = await grant.here(
        bench,
        event({ permission: on("Sales"), configuration: everyRight }),
      );
      expect(granted.answer).toMatchObject({
        outcome: "invalid",
        outputContext: { Success: false },
      });
      expect(granted.messages.at(-1)).toBe(`Only partly done: ${rights.length} of 3 changes.`);
      expect(
        granted.messages.filter((message) =>
          message.includes(": failed. Exchange Online refused "),
        ),
      ).toHaveLength(3 - rights.length);
      expect(changedSince(before, bench)).toEqual({ more: expected, less: [] });
      const anna = {
        account: guidOf("Anna Bakker"),
        permission: on("Sales"),
        configuration: everyRight,
      };
      const revoked = await revoke.here(bench, event(anna));
      expect(revoked.answer).toMatchObject({
        outcome: "invalid",
        outputContext: { Success: false },
      });
      expect(revoked.messages.at(-1)).toBe(`Only partly done: ${rights.length} of 3 changes.`);
      expect(changedSince(before, bench)).toEqual({
        more: expected,
        less: rights.map((right) => `${right} on Sales: Anna Bakker`),
      });
      bench.emulator.setFaults([]);
      expect((await revoke.here(bench, event(anna))).answer).toMatchObject({
        outcome: "done",
        outputContext: { Success: true },
      });
      expect(changedSince(before, bench).less).toHaveLength(3);
    },
  );

  it("of which none is done are not partlyDone", async () => {
    bench.emulator.setFaults([...first, ...second]);
    const { answer, messages } = await grant.here(bench, event());
    expect(answer.outputContext.Success).toBe(false);
    expect(messages).toEqual([
      expect.stringContaining(": failed. "),
      expect.stringContaining(": failed. "),
    ]);
  });

  it("of which one cannot be read are not a success, and the others are revoked", async () => {
    bench.emulator.setFaults([
      { match: { cmdlet: "Get-MailboxPermission" }, named: "forbiddenNul" },
    ]);
    const { answer } = await revoke.here(
      bench,
      event({ account: guidOf("Anna Bakker"), permission: on("Sales") }),
    );
    expect(answer).toMatchObject({ outcome: "forbidden", outputContext: { Success: false } });
    expect(held(bench)).not.toContain("SendAs on Sales: Anna Bakker");
  });
});

describe("a mailbox that is hidden from the address lists", () => {
  it.each([
    ["FullAccess", 0],
    ["SendAs", 1],
    ["SendOnBehalf", 1],
  ])("is warned about for those who send: %s", async (right, warnings) => {
    const { answer, stderr } = await grant.here(
      bench,
      event({ permission: on("Lena Left", right) }),
    );
    expect(answer.outcome).toBe("done");
    expect(
      talked(stderr, "warning").filter((message) =>
        /^Mailbox "Lena Left" .* is hidden from the address lists: desktop Outlook may refuse Send (As|on Behalf) on it\.$/.test(
          message,
        ),
      ),
    ).toHaveLength(warnings);
    const back = await revoke.here(bench, event({ permission: on("Lena Left", right) }));
    expect(talked(back.stderr, "warning")).toEqual([]);
  });
});

describe("a mailbox that is synchronised from Active Directory", () => {
  const synced = (isCloudManaged: boolean): void =>
    prepare(bench, {}, (_, named) =>
      Object.assign(named("Sales"), {
        IsDirSynced: true,
        ImmutableId: "U2FsZXM=",
        IsExchangeCloudManaged: isCloudManaged,
      }),
    );
  const message =
    `Mailbox ${shown("Sales", "sales@contoso.com")} is synchronised from Active ` +
    "Directory, which masters Send on Behalf: change it there (attribute " +
    "publicDelegates).";

  it("has Send on Behalf changed there", async () => {
    synced(false);
    for (const [verb, account] of [
      [grant, aoife],
      [revoke, guidOf("Anna Bakker")],
    ] as const) {
      for (const dryRun of [true, false]) {
        const { answer, messages } = await verb.here(
          bench,
          event({ account, permission: on("Sales", "SendOnBehalf"), dryRun }),
        );
        expect(answer).toMatchObject({
          outcome: "masteredOnPremises",
          plan: [],
          outputContext: { Success: false },
        });
        expect(messages).toEqual([message]);
      }
    }
    expect(bench.writes()).toEqual([]);
  });

  it("has its other rights changed here, and names the remaining one", async () => {
    synced(false);
    const before = held(bench);
    const { answer, messages } = await grant.here(
      bench,
      event({ permission: on("Sales"), configuration: everyRight }),
    );
    expect(answer).toMatchObject({
      outcome: "masteredOnPremises",
      outputContext: { Success: false },
    });
    expect(messages).toContain(message);
    expect(changedSince(before, bench)).toEqual({
      more: ["FullAccess on Sales: Aoife O'Brien", "SendAs on Sales: Aoife O'Brien"],
      less: [],
    });
    expect((await revoke.here(bench, event({ permission: on("Sales") }))).answer.outcome).toBe(
      "done",
    );
    expect(changedSince(before, bench)).toEqual(nothing);
  });

  it("has all of them changed here when it is managed in the cloud", async () => {
    synced(true);
    const before = held(bench);
    expect(
      (await grant.here(bench, event({ permission: on("Sales"), configuration: everyRight })))
        .answer.outcome,
    ).toBe("done");
    expect(
      (await revoke.here(bench, event({ permission: on("Sales"), configuration: everyRight })))
        .answer.outcome,
    ).toBe("done");
    expect(changedSince(before, bench)).toEqual(nothing);
  });
});

describe("two people with one name", () => {
  const [one = "", other = ""] = seedState()
    .objects.filter(({ DisplayName }) => DisplayName === "Jan de Vries")
    .map(({ Guid }) => String(Guid));

  it("are not confused when one loses what the other has", async () => {
    prepare(
      bench,
      { trusteesShownAs: "DisplayName", referencesShownAs: "DisplayName" },
      ({ mailboxPermissions, recipientPermissions }, named) => {
        mailboxPermissions?.push({ mailbox: info, trustee: other, rights: ["FullAccess"] });
        recipientPermissions?.push({ recipient: info, trustee: other, rights: ["SendAs"] });
        named("Info")["GrantSendOnBehalfTo"] = [other];
      },
    );
    const before = held(bench);
    const { answer } = await revoke.here(bench, event({ account: one, configuration: everyRight }));
    expect(answer).toMatchObject({ outcome: "alreadySo", outputContext: { Success: true } });
    expect(changedSince(before, bench)).toEqual(nothing);
    expect(
      (await grant.here(bench, event({ account: one, configuration: everyRight }))).answer.outcome,
    ).toBe("done");
    expect(changedSince(before, bench).more).toEqual(
      ["FullAccess", "SendAs", "SendOnBehalf"].map((right) => `${right} on Info: Jan de Vries`),
    );
  });

  it("are not confused when a dry run shows what there is to do", async () => {
    prepare(
      bench,
      { trusteesShownAs: "DisplayName" },
      ({ mailboxPermissions }) =>
        void mailboxPermissions?.push({ mailbox: info, trustee: other, rights: ["FullAccess"] }),
    );
    const { answer } = await grant.here(
      bench,
      event({ account: one, permission: on("Info", "FullAccess"), dryRun: true }),
    );
    expect(answer).toMatchObject({ outcome: "done", plan: [{ before: { FullAccess: false } }] });
  });

  it("are not confused when one is denied what the other should get", async () => {
    prepare(
      bench,
      { trusteesShownAs: "DisplayName" },
      ({ mailboxPermissions }) =>
        void mailboxPermissions?.push({
          mailbox: info,
          trustee: other,
          rights: ["FullAccess"],
          deny: true,
        }),
    );
    const { answer } = await grant.here(
      bench,
      event({ account: one, permission: on("Info", "FullAccess") }),
    );
    expect(answer).toMatchObject({ outcome: "done" });
  });
});

/** What was said on stderr at a level. */
function talked(stderr: string, level: string): string[] {
  const lines = stderr
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as { level: string; message: string });
  return lines.filter((line) => line.level === level).map(({ message }) => message);
}
