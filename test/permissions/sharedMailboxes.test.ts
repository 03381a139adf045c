import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { anywhere, type Fault } from "../emulator/faults.ts";
import { permissionEventFor, reconciledRevokeFor, type PermissionChoices } from "../events.ts";
import { Bench, guidOf } from "../bench.ts";
import { changedSince, everyRight, held, prepare, sets } from "./sets.ts";
import { aoife, aoifeShown, failing, info, infoShown, nothing, on } from "./sharedMailboxWorld.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());
beforeEach(() => prepare(bench));

const { grant, revoke } = sets.sharedMailboxes;

const event = (choices: PermissionChoices = {}): unknown =>
  permissionEventFor(bench.running, { permission: { Id: info }, ...choices });

describe("rights on a mailbox", () => {
  it("are granted and revoked in the words of the audit", async () => {
    const granted = await grant.here(bench, event({ configuration: everyRight }));
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
    const revoked = await revoke.here(
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
    bench.emulator.setFaults(
      anywhere([{ match: { cmdlet: "Get-MailboxPermission" }, named: "forbiddenNul" }]),
    );
    const { answer } = await revoke.here(
      bench,
      event({ account: guidOf("Anna Bakker"), permission: on("Sales") }),
    );
    expect(answer).toMatchObject({ outcome: "forbidden", outputContext: { Success: false } });
    expect(held(bench)).not.toContain("SendAs on Sales: Anna Bakker");
  });
});
