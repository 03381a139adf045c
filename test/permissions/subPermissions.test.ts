import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Fault } from "../emulator/faults.ts";
import type { Behaviour, DirectoryObject, State } from "../emulator/state.ts";
import {
  contractOf,
  subPermissionsEventFor,
  type OnRecord,
  type SubPermissionChoices,
} from "../events.ts";
import { Bench, guidOf, shown, type Run } from "../bench.ts";
import { changedSince, everyRight, held, prepare, sets } from "./sets.ts";

type Answered = Run<{
  outputContext: { Success: boolean; SubPermissions: OnRecord[] };
  outcome: string;
  plan: { sent: boolean }[];
}>;

/** A part as it is answered, and what is stored in the tenant while the account has it. */
interface Given {
  DisplayName: string;
  Reference: { Id: string; Permission?: string };
  stored: string;
}

/** One permission whose parts follow from contracts. `failing`: the cmdlets that grant and revoke its first part. */
interface Kind {
  name: string;
  set: keyof typeof sets;
  permission: unknown;
  configuration?: Record<string, unknown>;
  /** Who carries which key, beside what is seeded. */
  keys: Record<string, string>;
  given: (department: string) => Given[];
  granting: string;
  revoking: string;
}

const keyed: Record<Kind["set"], Record<string, string>> = {
  groups: { Newsletter: "D-CARE", "Synced rights": "D-SYNCED" },
  sharedMailboxes: {
    Vacancies: "D-CARE",
    Alumni: "D-TWICE",
    Reception: "D-TWICE",
    "Board Room": "D-ROOM",
  },
};
const named: Record<Kind["set"], Record<string, string>> = {
  groups: { "D-SALES": "Sales team", "D-FINANCE": "Finance rights", "D-CARE": "Newsletter" },
  sharedMailboxes: { "D-SALES": "Press", "D-FINANCE": "Invoices", "D-CARE": "Vacancies" },
};
const nameFor = (set: Kind["set"], department: string): string =>
  named[set][department] ?? department;
const apart =
  (right: string) =>
  (department: string): Given[] => {
    const DisplayName = nameFor("sharedMailboxes", department);
    return [
      {
        DisplayName,
        Reference: { Id: guidOf(DisplayName), Permission: right },
        stored: `${right} on ${DisplayName}: Petra Proxies`,
      },
    ];
  };

const kinds: Kind[] = [
  {
    name: "groups",
    set: "groups",
    permission: { Reference: "dg" },
    keys: keyed.groups,
    granting: "Add-DistributionGroupMember",
    revoking: "Remove-DistributionGroupMember",
    given(department) {
      const DisplayName = nameFor("groups", department);
      return [
        {
          DisplayName,
          Reference: { Id: guidOf(DisplayName) },
          stored: `member of ${DisplayName}: Petra Proxies`,
        },
      ];
    },
  },
  {
    name: "rights on mailboxes together",
    set: "sharedMailboxes",
    permission: { Reference: "smb" },
    keys: keyed.sharedMailboxes,
    granting: "Add-MailboxPermission",
    revoking: "Remove-MailboxPermission",
    given(department) {
      const name = nameFor("sharedMailboxes", department);
      return ["FullAccess", "SendAs"].map((right) => ({
        DisplayName: `${right}-${name}`,
        Reference: { Id: `${right}-${guidOf(name)}` },
        stored: `${right} on ${name}: Petra Proxies`,
      }));
    },
  },
  {
    name: "Full Access on mailboxes",
    set: "sharedMailboxes",
    permission: { Reference: "FullAccess" },
    configuration: { SharedMailboxReference: "separate" },
    keys: keyed.sharedMailboxes,
    granting: "Add-MailboxPermission",
    revoking: "Remove-MailboxPermission",
    given: apart("FullAccess"),
  },
  {
    name: "Send As on mailboxes",
    set: "sharedMailboxes",
    permission: { reference: "sendas" },
    configuration: { SharedMailboxReference: "separate" },
    keys: keyed.sharedMailboxes,
    granting: "Add-RecipientPermission",
    revoking: "Remove-RecipientPermission",
    given: apart("SendAs"),
  },
  {
    name: "Send on Behalf on mailboxes",
    set: "sharedMailboxes",
    permission: { Reference: "SendOnBehalf" },
    configuration: { SharedMailboxReference: "separate" },
    keys: keyed.sharedMailboxes,
    granting: "Set-Mailbox",
    revoking: "Set-Mailbox",
    given: apart("SendOnBehalf"),
  },
];
const [groups, together, fullAccess] = kinds as [Kind, Kind, Kind];

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());

const petra = guidOf("Petra Proxies");
const nobody = "0b1ec700-0000-4000-8000-0000000fffff";
const dummy: OnRecord = {
  DisplayName: "No permissions defined",
  Reference: { Id: "No permissions defined" },
};
const nothing = { more: [], less: [] };

function ready(
  on: Bench,
  { keys }: Kind,
  behaviour: Partial<Behaviour> = {},
  change?: (named: (name: string) => DirectoryObject) => void,
): void {
  prepare(on, behaviour, (_, find) => {
    for (const [name, key] of Object.entries(keys)) find(name)["CustomAttribute1"] = key;
    change?.(find);
  });
}

const eventOf = (
  on: Bench,
  { permission, configuration = {} }: Kind,
  choices: SubPermissionChoices = {},
): unknown =>
  subPermissionsEventFor(on.running, {
    account: petra,
    permission,
    ...choices,
    configuration: { ...configuration, ...choices.configuration },
  });
const run = (
  kind: Kind,
  choices?: SubPermissionChoices,
  { on = bench, env }: { on?: Bench; env?: Record<string, string> } = {},
): Promise<Answered> => sets[kind.set].parts.here(on, eventOf(on, kind, choices), env);
const inConditions = (...departments: unknown[]): unknown[] =>
  departments.map((department) => contractOf(department));
const recordOf = (kind: Kind, ...departments: string[]): OnRecord[] =>
  departments.flatMap(kind.given).map(({ DisplayName, Reference }) => ({ DisplayName, Reference }));
const storedOf = (kind: Kind, ...departments: string[]): string[] =>
  departments
    .flatMap(kind.given)
    .map(({ stored }) => stored)
    .sort();
const answered = ({ answer }: Answered): OnRecord[] => answer.outputContext.SubPermissions;
const refused = (cmdlet: string, more: Partial<Fault> = {}): Fault => ({
  match: { cmdlet },
  answer: {
    status: 400,
    body: {
      error: {
        code: "BadRequest",
        message: "x",
        details: [{ message: "|Microsoft.Exchange.Data.DataValidationException|Not good enough." }],
      },
    },
  },
  ...more,
});
const byId = (record: readonly OnRecord[]): OnRecord[] =>
  [...record].sort((a, b) => (JSON.stringify(a.Reference) < JSON.stringify(b.Reference) ? -1 : 1));

describe.each(kinds)("$name that follow from contracts", (kind) => {
  beforeEach(() => ready(bench, kind));

  it("are granted, kept, moved with the department and revoked", async () => {
    const before = held(bench);
    const sales: SubPermissionChoices = { contracts: inConditions("D-SALES") };
    const dry = await run(kind, { ...sales, dryRun: true });
    expect(bench.writes()).toEqual([]);
    const granted = await run(kind, sales);
    expect(granted.answer).toMatchObject({ outcome: "done", outputContext: { Success: true } });
    expect(granted.answer.plan.map((step) => ({ ...step, sent: false }))).toEqual(dry.answer.plan);
    expect(answered(dry)).toEqual(recordOf(kind, "D-SALES"));
    expect(answered(granted)).toEqual(recordOf(kind, "D-SALES"));
    expect(changedSince(before, bench)).toEqual({ more: storedOf(kind, "D-SALES"), less: [] });

    const kept = await run(kind, { ...sales, operation: "update", current: answered(granted) });
    expect(kept.answer).toMatchObject({
      outcome: "alreadySo",
      plan: [],
      outputContext: { Success: true, SubPermissions: recordOf(kind, "D-SALES") },
    });

    const move: SubPermissionChoices = {
      contracts: inConditions("D-CARE"),
      operation: "update",
      current: answered(kept),
    };
    const dryMove = await run(kind, { ...move, dryRun: true });
    const way = kind === groups || kind === together ? "asBundle" : "here";
    const moved = await sets[kind.set].parts[way](bench, eventOf(bench, kind, move));
    expect(moved.answer).toMatchObject({
      outcome: "done",
      outputContext: { Success: true, SubPermissions: recordOf(kind, "D-CARE") },
    });
    expect(moved.answer.plan.map((step) => ({ ...step, sent: false }))).toEqual(
      dryMove.answer.plan,
    );
    const parts = kind.given("D-CARE").length;
    expect(moved.answer.outputContext).toMatchObject({
      AuditLogs: [
        ...Array.from({ length: parts }, () => ({ Action: "GrantPermission" })),
        ...Array.from({ length: parts }, () => ({ Action: "RevokePermission" })),
      ],
    });
    expect(changedSince(before, bench)).toEqual({ more: storedOf(kind, "D-CARE"), less: [] });

    const revoke: SubPermissionChoices = {
      contracts: inConditions("D-CARE"),
      operation: "revoke",
      current: answered(moved),
    };
    expect(
      (await run(kind, { ...revoke, dryRun: true })).answer.outputContext.SubPermissions,
    ).toEqual([]);
    const revoked = await run(kind, revoke);
    expect(revoked.answer).toMatchObject({
      outcome: "done",
      outputContext: { Success: true, SubPermissions: [] },
    });
    expect(changedSince(before, bench)).toEqual(nothing);
  });

  it("are granted again at once while the lists lag behind, and exist once", async () => {
    ready(bench, kind, { permissionLagMs: 10_000 });
    const before = held(bench);
    const choices: SubPermissionChoices = { contracts: inConditions("D-SALES", "D-CARE") };
    const first = await run(kind, choices);
    const again = await run(kind, { ...choices, operation: "update", current: answered(first) });
    expect(again.answer).toMatchObject({
      outcome: "alreadySo",
      outputContext: { Success: true, SubPermissions: answered(first) },
    });
    expect(changedSince(before, bench)).toEqual({
      more: storedOf(kind, "D-CARE", "D-SALES"),
      less: [],
    });
    const revocation = { operation: "revoke", current: answered(again) } as const;
    expect((await run(kind, revocation)).answer).toMatchObject({
      outcome: "done",
      outputContext: { Success: true, SubPermissions: [] },
    });
    bench.emulator.advance(11_000);
    expect((await run(kind, revocation)).answer).toMatchObject({
      outcome: "alreadySo",
      outputContext: { Success: true, SubPermissions: [] },
    });
    expect(changedSince(before, bench)).toEqual(nothing);
  });
});

describe.each([groups, together, fullAccess])("$name that follow from contracts", (kind) => {
  beforeEach(() => ready(bench, kind));

  it("are those of the contracts within the conditions, each once", async () => {
    const contracts = [
      contractOf("D-SALES", false),
      contractOf("D-CARE"),
      contractOf(" D-CARE "),
      { context: { inconditions: "True" }, department: { externalid: "D-FINANCE" } },
    ];
    const { answer } = await run(kind, { contracts });
    expect(answer.outputContext).toMatchObject({
      Success: true,
      SubPermissions: recordOf(kind, "D-CARE", "D-FINANCE"),
    });
  });

  it("may come from a single contract that is not a list", async () => {
    expect(answered(await run(kind, { contracts: contractOf("D-SALES") }))).toEqual(
      recordOf(kind, "D-SALES"),
    );
  });

  it("have an entry that means none, which is never granted or revoked", async () => {
    for (const operation of ["grant", "update"] as const) {
      const { answer, messages } = await run(kind, {
        operation,
        contracts: [contractOf("D-SALES", false)],
        current: operation === "update" ? [dummy] : [],
      });
      expect(answer).toMatchObject({
        outcome: "alreadySo",
        plan: [],
        outputContext: { Success: true, SubPermissions: [dummy] },
      });
      expect(messages).toEqual([
        expect.stringContaining("No contract in scope has a Department.ExternalId"),
      ]);
    }
    expect(
      answered(
        await run(kind, {
          operation: "update",
          contracts: inConditions("D-SALES"),
          current: [dummy],
        }),
      ),
    ).toEqual(recordOf(kind, "D-SALES"));
    const left = await run(kind, {
      operation: "update",
      contracts: [],
      current: recordOf(kind, "D-SALES"),
    });
    expect(answered(left)).toEqual([dummy]);
    const { answer } = await run(kind, { operation: "revoke", current: [dummy] });
    expect(answer).toMatchObject({
      outcome: "alreadySo",
      plan: [],
      outputContext: { Success: true, SubPermissions: [] },
    });
  });

  it("with an ambiguous value are not granted: both are named, and nothing is revoked", async () => {
    const before = held(bench);
    const first = await run(kind, { contracts: inConditions("D-SALES") });
    const both =
      kind.set === "groups"
        ? [
            shown("Care mornings", "caremornings@contoso.com"),
            shown("Care evenings", "careevenings@contoso.com"),
          ]
        : [shown("Reception", "reception@contoso.com"), shown("Alumni", "alumni@contoso.com")];
    const { answer, messages } = await run(kind, {
      operation: "update",
      contracts: inConditions("D-TWICE", "D-CARE"),
      current: answered(first),
    });
    expect(answer).toMatchObject({ outcome: "ambiguous", outputContext: { Success: false } });
    for (const one of [
      'CustomAttribute1 is "D-TWICE"',
      ...both,
      "was not revoked: it is unknown whether it still belongs to the person.",
    ])
      expect(messages.join("\n")).toContain(one);
    expect(byId(answer.outputContext.SubPermissions)).toEqual(
      byId(recordOf(kind, "D-SALES", "D-CARE")),
    );
    expect(changedSince(before, bench)).toEqual({
      more: storedOf(kind, "D-CARE", "D-SALES"),
      less: [],
    });
  });

  it("with a value that nothing has are an error, or nothing when that is configured", async () => {
    const before = held(bench);
    const current = answered(await run(kind, { contracts: inConditions("D-SALES") }));
    const contracts = inConditions("D-NOWHERE", "D-CARE", "");
    const strict = await run(kind, { operation: "update", contracts, current });
    expect(strict.answer).toMatchObject({
      outcome: "gone",
      outputContext: { Success: false, SubPermissions: recordOf(kind, "D-CARE") },
    });
    expect(strict.messages).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^There is no .* whose CustomAttribute1 is "D-NOWHERE"/),
        "1 of the contracts in scope has no Department.ExternalId.",
      ]),
    );
    expect(changedSince(before, bench)).toEqual({ more: storedOf(kind, "D-CARE"), less: [] });
    const lenient = await run(kind, {
      operation: "update",
      contracts,
      current: answered(strict),
      configuration: { SubPermissionNoMatch: "skip" },
    });
    expect(lenient.answer).toMatchObject({
      outcome: "alreadySo",
      outputContext: { Success: true, SubPermissions: recordOf(kind, "D-CARE") },
    });
    expect(lenient.messages.filter((message) => message.endsWith(" It was skipped."))).toHaveLength(
      2,
    );
  });

  it("that Active Directory masters, or of another type, are ignored", async () => {
    const { answer } = await run(kind, {
      contracts: inConditions(kind.set === "groups" ? "D-SYNCED" : "D-ROOM"),
    });
    expect(answer).toMatchObject({
      outcome: "gone",
      plan: [],
      outputContext: { Success: false, SubPermissions: [dummy] },
    });
  });

  it("are found by the field and the attribute of the configuration, whatever the value contains", async () => {
    const value = "O'Brien's \"desk\" & -or Guid -ne 'x'";
    ready(
      bench,
      kind,
      {},
      (find) => (find(nameFor(kind.set, "D-SALES"))["CustomAttribute7"] = value),
    );
    const contracts = [{ Context: { InConditions: true }, CostCenter: { Code: { Value: value } } }];
    const { answer } = await run(kind, {
      contracts,
      configuration: {
        SubPermissionContractField: "costcenter.code.value",
        SubPermissionAttribute: "CustomAttribute7",
      },
    });
    expect(answer.outputContext).toMatchObject({
      Success: true,
      SubPermissions: recordOf(kind, "D-SALES"),
    });
  });

  it("are found by a number as well as by its text", async () => {
    ready(
      bench,
      kind,
      {},
      (find) => (find(nameFor(kind.set, "D-SALES"))["CustomAttribute1"] = "4711"),
    );
    expect(answered(await run(kind, { contracts: inConditions(4711, "4711") }))).toEqual(
      recordOf(kind, "D-SALES"),
    );
  });

  it("are corrected when someone else changed them", async () => {
    const before = held(bench);
    // Was taken away by hand: is granted again.
    const lost = await run(kind, {
      operation: "update",
      contracts: inConditions("D-SALES"),
      current: recordOf(kind, "D-SALES"),
    });
    expect(lost.answer.outcome).toBe("done");
    expect(changedSince(before, bench).more).toEqual(storedOf(kind, "D-SALES"));
    // Was given by hand: goes on record.
    const found = await run(kind, { operation: "grant", contracts: inConditions("D-SALES") });
    expect(found.answer).toMatchObject({
      outcome: "alreadySo",
      outputContext: { Success: true, SubPermissions: recordOf(kind, "D-SALES") },
    });
  });

  it("are removed from the record when their group or mailbox no longer exists", async () => {
    const Id = kind === together ? `FullAccess-${nobody}` : nobody;
    const current = [{ DisplayName: "Once", Reference: { Id } }];
    for (const choices of [
      { operation: "update", contracts: inConditions("D-SALES") },
      { operation: "revoke" },
    ] as const) {
      const { answer, messages } = await run(kind, { ...choices, current });
      expect(answer.outputContext).toMatchObject({
        Success: true,
        SubPermissions: choices.operation === "update" ? recordOf(kind, "D-SALES") : [],
      });
      expect(messages).toContainEqual(
        expect.stringMatching(
          new RegExp(`${nobody} does not exist\\. There is nothing left to revoke\\.$`),
        ),
      );
    }
  });

  it("end with their account: a revoke has nothing left to do, and a grant fails", async () => {
    const current = recordOf(kind, "D-SALES");
    const revoked = await run(kind, { account: nobody, operation: "revoke", current });
    expect(revoked.answer).toMatchObject({
      outcome: "gone",
      plan: [],
      outputContext: { Success: true, SubPermissions: [] },
    });
    expect(revoked.messages).toEqual([
      `The account's mailbox (${nobody}) does not exist. There is nothing left to revoke.`,
    ]);
    const granted = await run(kind, {
      account: nobody,
      operation: "update",
      contracts: inConditions("D-CARE"),
      current,
    });
    expect(granted.answer).toMatchObject({
      outcome: "gone",
      plan: [],
      outputContext: { Success: false, SubPermissions: current },
    });
  });

  it("stay on record when the account is unknown", async () => {
    ready(
      bench,
      kind,
      { ambiguity: "labelledNotFound" },
      (find) => (find("Sales")["Alias"] = petra),
    );
    const current = recordOf(kind, "D-SALES");
    for (const operation of ["update", "revoke"] as const) {
      const { answer } = await run(kind, { operation, contracts: inConditions("D-CARE"), current });
      expect(answer).toMatchObject({
        outcome: "ambiguous",
        plan: [],
        outputContext: { Success: false, SubPermissions: current },
      });
    }
  });

  it("that partly fail leave the others done and the true set on record", async () => {
    const before = held(bench);
    const [failing] = kind.given("D-FINANCE");
    const others = ["D-SALES", "D-FINANCE", "D-CARE"]
      .flatMap(kind.given)
      .filter((one) => one.stored !== failing?.stored);
    bench.emulator.setFaults([refused(kind.granting, { skip: 1, times: 1 })]);
    const granted = await run(kind, { contracts: inConditions("D-SALES", "D-FINANCE", "D-CARE") });
    expect(granted.answer).toMatchObject({
      outcome: "invalid",
      outputContext: {
        Success: false,
        SubPermissions: others.map(({ DisplayName, Reference }) => ({ DisplayName, Reference })),
      },
    });
    expect(granted.messages.at(-1)).toBe(
      `Only partly done: ${others.length} of ${others.length + 1} changes.`,
    );
    expect(changedSince(before, bench)).toEqual({
      more: others.map(({ stored }) => stored).sort(),
      less: [],
    });

    bench.emulator.setFaults([]);
    const whole = await run(kind, {
      operation: "update",
      contracts: inConditions("D-SALES", "D-FINANCE", "D-CARE"),
      current: answered(granted),
    });
    expect(whole.answer).toMatchObject({ outcome: "done", outputContext: { Success: true } });
    bench.emulator.setFaults([refused(kind.revoking, { times: 1 })]);
    const revoked = await run(kind, { operation: "revoke", current: answered(whole) });
    const [stays] = kind.given("D-SALES");
    expect(revoked.answer).toMatchObject({
      outcome: "invalid",
      outputContext: {
        Success: false,
        SubPermissions: [{ DisplayName: stays?.DisplayName, Reference: stays?.Reference }],
      },
    });
    expect(changedSince(before, bench)).toEqual({ more: [stays?.stored], less: [] });
  });

  it("stay on record when it is not known whether they were granted or revoked", async () => {
    const [first] = recordOf(kind, "D-SALES");
    bench.emulator.setFaults([{ match: { cmdlet: kind.granting }, cut: "before", times: 1 }]);
    const granted = await run(
      kind,
      { contracts: inConditions("D-SALES") },
      { env: { EXO_CONNECTOR_DEADLINE_MS: "990" } },
    );
    expect(granted.answer).toMatchObject({ outcome: "unknown", outputContext: { Success: false } });
    expect(answered(granted)).toContainEqual(first);
    bench.emulator.setFaults([]);
    await run(kind, { contracts: inConditions("D-SALES") });
    bench.emulator.setFaults([{ match: { cmdlet: kind.revoking }, cut: "before", times: 1 }]);
    const revoked = await run(
      kind,
      { operation: "revoke", current: answered(granted) },
      { env: { EXO_CONNECTOR_DEADLINE_MS: "990" } },
    );
    expect(revoked.answer).toMatchObject({
      outcome: "unknown",
      outputContext: { Success: false, SubPermissions: [first] },
    });
  });

  it("leave the record when the answer to their revoke is lost, and a read shows it", async () => {
    const granted = await run(kind, { contracts: inConditions("D-SALES") });
    bench.emulator.setFaults([{ match: { cmdlet: kind.revoking }, cut: "after", times: 1 }]);
    const revoked = await run(
      kind,
      { operation: "revoke", current: answered(granted) },
      // Two looks need some time.
      { env: { EXO_CONNECTOR_DEADLINE_MS: "9000" } },
    );
    expect(revoked.answer).toMatchObject({
      outputContext: { Success: true, SubPermissions: [] },
    });
  });

  it("are previewed without a reference of the permission, and without conditions", async () => {
    for (const permission of [null, {}, { Reference: "" }]) {
      const preview = await run(kind, {
        permission,
        contracts: inConditions("D-SALES"),
        dryRun: true,
      });
      expect(preview.answer).toMatchObject({ outcome: "done", outputContext: { Success: true } });
      expect(preview.answer.plan.length).toBeGreaterThan(0);
      expect(
        preview.stderr.includes("does not name a right (References.Permission.Reference)"),
      ).toBe(kind.configuration?.["SharedMailboxReference"] === "separate");
    }
    const contracts = [contractOf("D-SALES", false), contractOf("D-CARE", false)];
    const blind = await run(kind, { contracts, dryRun: true });
    expect(blind.answer).toMatchObject({
      plan: [],
      outputContext: { Success: true, SubPermissions: [dummy] },
    });
    expect(blind.messages.join("\n")).toContain("A preview may not know the conditions");
    const configuration = { SubPermissionPreviewAllContracts: "true" };
    expect(answered(await run(kind, { contracts, dryRun: true, configuration }))).toEqual(
      recordOf(kind, "D-SALES", "D-CARE"),
    );
    expect(bench.writes()).toEqual([]);
    expect(answered(await run(kind, { contracts, configuration }))).toEqual([dummy]);
    expect(bench.writes()).toEqual([]);
  });

  it.each<
    [
      string,
      (event: { actionContext: Record<string, unknown>; personContext?: unknown }) => void,
      number,
    ]
  >([
    ["an unknown operation", ({ actionContext }) => (actionContext["Operation"] = "delete"), 2],
    [
      "a configuration that lacks something",
      ({ actionContext }) =>
        ((actionContext["Configuration"] as Record<string, unknown>)["TenantID"] = ""),
      2,
    ],
    ["no person", (event) => delete event.personContext, 1],
    [
      "an account reference that is no GUID",
      ({ actionContext }) =>
        (actionContext["References"] = { Account: "E100001", Permission: kind.permission }),
      1,
    ],
  ])("stay on record when the event cannot be used: %s", async (_name, spoil, code) => {
    const current = recordOf(kind, "D-SALES");
    const spoilt = eventOf(bench, kind, { operation: "update", current }) as {
      actionContext: Record<string, unknown>;
    };
    spoil(spoilt);
    const { answer, code: ended } = await sets[kind.set].parts.here(bench, spoilt);
    expect(ended).toBe(code);
    expect(answer).toMatchObject({
      outcome: "invalid",
      outputContext: { Success: false, SubPermissions: current },
    });
    expect(bench.writes()).toEqual([]);
  });

  it("with a reference of another set are reported, and not changed", async () => {
    const current: OnRecord[] = [{ DisplayName: "By hand", Reference: { Id: "somebody else's" } }];
    for (const operation of ["update", "revoke"] as const) {
      const { answer, messages } = await run(kind, {
        operation,
        contracts: inConditions("D-SALES"),
        current,
      });
      expect(answer).toMatchObject({ outcome: "invalid", outputContext: { Success: false } });
      expect(answer.outputContext.SubPermissions).toContainEqual(current[0]);
      expect(messages).toContain(
        '"By hand" is on record with a reference that does not belong to this set; it was not changed.',
      );
    }
  });
});

describe("references that existing installations have on record", () => {
  const press = guidOf("Press");
  const cases: [string, Kind, OnRecord["Reference"][]][] = [
    ["of a group", groups, [{ Id: guidOf("Sales team") }]],
    ["of a group, in capitals", groups, [{ Id: guidOf("Sales team").toUpperCase() }]],
    [
      "of all rights together",
      together,
      [{ Id: `FullAccess-${press}` }, { Id: `SendAs-${press}` }],
    ],
    [
      "of all rights together, in other casing",
      together,
      [{ Id: `fullaccess-${press.toUpperCase()}` }, { Id: `sendas-${press}` }],
    ],
    ["of one right, without its name", fullAccess, [{ Id: press }]],
    ["of one right", fullAccess, [{ Id: press, Permission: "FullAccess" }]],
    ["of one right, as both forms together had it", fullAccess, [{ Id: `FullAccess-${press}` }]],
  ];
  it.each(cases)(
    "are understood and stay, under the present name: %s",
    async (_name, kind, references) => {
      ready(bench, kind);
      const before = held(bench);
      const current = references.map((Reference) => ({
        DisplayName: "As it was called",
        Reference,
      }));
      const contracts = inConditions("D-SALES");
      await run(kind, { contracts });
      const kept = await run(kind, { operation: "update", contracts, current });
      expect(kept.answer).toMatchObject({
        outcome: "alreadySo",
        plan: [],
        outputContext: {
          Success: true,
          SubPermissions: recordOf(kind, "D-SALES").map(({ DisplayName }, index) => ({
            DisplayName,
            Reference: references[index],
          })),
        },
      });
      const moved = await run(kind, {
        operation: "update",
        contracts: inConditions("D-CARE"),
        current,
      });
      expect(moved.answer).toMatchObject({
        outcome: "done",
        outputContext: { Success: true, SubPermissions: recordOf(kind, "D-CARE") },
      });
      expect(changedSince(before, bench)).toEqual({ more: storedOf(kind, "D-CARE"), less: [] });
      await run(kind, { contracts });
      const revoked = await run(kind, {
        operation: "revoke",
        current: [...current, ...recordOf(kind, "D-CARE")],
      });
      expect(revoked.answer).toMatchObject({
        outcome: "done",
        outputContext: { Success: true, SubPermissions: [] },
      });
      expect(changedSince(before, bench)).toEqual(nothing);
    },
  );

  it("with the key in small letters are understood, and returned unchanged", async () => {
    ready(bench, groups);
    const current = [{ DisplayName: "Sales team", Reference: { id: guidOf("Sales team") } }];
    const before = held(bench);
    const { answer } = await run(groups, {
      operation: "update",
      contracts: inConditions("D-SALES"),
      current,
    });
    expect(answer.outputContext).toMatchObject({ Success: true, SubPermissions: current });
    expect((await run(groups, { operation: "revoke", current })).answer).toMatchObject({
      outcome: "done",
      outputContext: { Success: true, SubPermissions: [] },
    });
    expect(changedSince(before, bench)).toEqual(nothing);
  });

  it("without any key are reported, and returned unchanged", async () => {
    ready(bench, groups);
    const current = [{ DisplayName: "By hand", Reference: {} }];
    for (const operation of ["update", "revoke"] as const) {
      const { answer } = await run(groups, {
        operation,
        contracts: inConditions("D-SALES"),
        current,
      });
      expect(answer.outputContext.Success).toBe(false);
      expect(answer.outputContext.SubPermissions).toContainEqual(current[0]);
    }
  });

  it("that mean the same part count once", async () => {
    ready(bench, together);
    const current = recordOf(together, "D-SALES");
    const { answer } = await run(together, {
      operation: "update",
      contracts: inConditions("D-SALES"),
      current: [...current, ...current],
    });
    expect(answer.outputContext.SubPermissions).toEqual(current);
  });

  it("of a right that is no longer configured are revoked", async () => {
    ready(bench, together);
    const before = held(bench);
    const all = await run(together, {
      contracts: inConditions("D-SALES"),
      configuration: everyRight,
    });
    expect(changedSince(before, bench).more).toEqual([
      "FullAccess on Press: Petra Proxies",
      "SendAs on Press: Petra Proxies",
      "SendOnBehalf on Press: Petra Proxies",
    ]);
    const fewer = await run(together, {
      operation: "update",
      contracts: inConditions("D-SALES"),
      current: answered(all),
      configuration: { SharedMailboxRights: "SendAs" },
    });
    expect(answered(fewer)).toEqual(recordOf(together, "D-SALES").slice(1));
    expect(changedSince(before, bench).more).toEqual(["SendAs on Press: Petra Proxies"]);
  });
});

describe("auto-mapping", () => {
  it.each([true, false])("is as it is configured: %s", async (AutoMapping) => {
    ready(bench, together);
    await run(together, { contracts: inConditions("D-SALES"), configuration: { AutoMapping } });
    expect(
      bench.emulator
        .state()
        .mailboxPermissions?.find(
          ({ trustee, mailbox }) => trustee === petra && mailbox === guidOf("Press"),
        ),
    ).toMatchObject({ autoMapping: AutoMapping });
  });
});

describe("two mailboxes with one name", () => {
  it("keep their rights apart by the account's own names", async () => {
    const [one = "", other = ""] = bench.emulator
      .state()
      .objects.filter(({ DisplayName }) => DisplayName === "Jan de Vries")
      .map(({ Guid }) => String(Guid));
    ready(bench, fullAccess, { trusteesShownAs: "DisplayName" });
    const first = await run(fullAccess, { account: other, contracts: inConditions("D-SALES") });
    const second = await run(fullAccess, { account: one, contracts: inConditions("D-SALES") });
    expect(
      [...held(bench)].filter((text) => text.startsWith("FullAccess on Press: Jan")),
    ).toHaveLength(2);
    await run(fullAccess, { account: one, operation: "revoke", current: answered(second) });
    expect([...held(bench)].filter((text) => text.startsWith("FullAccess on Press: Jan"))).toEqual([
      "FullAccess on Press: Jan de Vries 2",
    ]);
    expect(answered(first)).toEqual(recordOf(fullAccess, "D-SALES"));
  });
});

/**
 * An update that keeps a part, grants others and takes one away is broken at each of its requests in turn. What is
 * answered is then the record of the next run, and must hold every right that the account has.
 */
interface Place {
  /** The request to break at, from 1, sign-in included. */
  nth: number;
  cut: "before" | "after" | "half";
}

describe.each([
  { ...groups, wanted: ["D-FINANCE", "D-SALES", "D-CARE"] },
  { ...together, wanted: ["D-FINANCE", "D-SALES"] },
])("an update of $name that is interrupted at any request", ({ wanted, ...seeded }) => {
  const old = seeded.set === "groups" ? "Care mornings" : "Alumni";
  const kind: Kind = {
    ...seeded,
    keys: { ...seeded.keys, [old]: "D-OLD" },
    given: (department) => seeded.given(department === "D-OLD" ? old : department),
  };
  const before = ["D-FINANCE", "D-OLD"];
  const partsOf = new Map(
    [...before, ...wanted]
      .flatMap(kind.given)
      .map(({ Reference, stored }) => [Reference.Id, stored]),
  );
  const update = (current: readonly OnRecord[]): SubPermissionChoices => ({
    operation: "update",
    contracts: inConditions(...wanted),
    current,
  });

  /** Several tenants, in which the account has what is on record before. */
  let tenants: Bench[];
  let state: State;
  let untouched: ReadonlySet<string>;
  let current: OnRecord[];
  /** The cmdlet of each request of an undisturbed update; sign-in has none. */
  let requests: (string | undefined)[];
  beforeAll(async () => {
    tenants = await Promise.all(Array.from({ length: 2 }, () => Bench.open()));
    ready(bench, kind);
    untouched = held(bench);
    current = answered(await run(kind, { contracts: inConditions(...before) }));
    state = structuredClone(bench.emulator.state());
    bench.emulator.clearJournal();
    const whole = await run(kind, update(current));
    expect(whole.answer).toMatchObject({ outcome: "done", outputContext: { Success: true } });
    expect(byId(answered(whole))).toEqual(byId(recordOf(kind, ...wanted)));
    expect(changedSince(untouched, bench)).toEqual({ more: storedOf(kind, ...wanted), less: [] });
    requests = bench.emulator.journal().map(({ cmdlet }) => cmdlet);
  });
  afterAll(() => Promise.all(tenants.map((tenant) => tenant.close())));

  const isWrite = (nth: number): boolean => requests[nth - 1]?.startsWith("Get-") === false;
  const everyRequest = (): number[] => requests.map((_, index) => index + 1);

  /** Each place in a tenant of its own, several at a time. */
  async function atEach<T>(
    places: readonly T[],
    work: (on: Bench, place: T, where: string) => Promise<void>,
  ): Promise<void> {
    expect(places.length).toBeGreaterThan(2);
    const left = [...places];
    const ends = await Promise.allSettled(
      tenants.map(async (on) => {
        for (let place = left.shift(); place !== undefined; place = left.shift()) {
          on.emulator.replaceState(structuredClone(state));
          on.emulator.setFaults([]);
          on.emulator.clearJournal();
          await work(on, place, JSON.stringify(place));
        }
      }),
    );
    for (const end of ends) if (end.status === "rejected") throw end.reason;
  }

  /** What was on its way when a run ended may still arrive. */
  async function quiet({ emulator }: Bench): Promise<void> {
    do await new Promise((resolve) => setTimeout(resolve, 10));
    while (emulator.journal().some(({ status, fault }) => status === null && fault === undefined));
    emulator.setFaults([]);
  }

  /** Whatever the account has is on record. */
  function expectOnRecord(on: Bench, record: readonly OnRecord[], where: string): void {
    const stored = record.map(({ Reference }) => partsOf.get(String(Reference["Id"])));
    expect(
      changedSince(untouched, on).more.filter((one) => !stored.includes(one)),
      where,
    ).toEqual([]);
  }

  async function expectConverges(
    on: Bench,
    record: readonly OnRecord[],
    where: string,
  ): Promise<void> {
    const again = await run(kind, update(record), { on });
    expect(again.answer.outputContext.Success, where).toBe(true);
    expect(byId(answered(again)), where).toEqual(byId(recordOf(kind, ...wanted)));
    expect(changedSince(untouched, on), where).toEqual({
      more: storedOf(kind, ...wanted),
      less: [],
    });
  }

  it("reaches the same result, and leaves no right that is not on record", async () => {
    // After a read is before the request behind it.
    let struck = 0;
    const places = everyRequest().flatMap((nth): Place[] =>
      (isWrite(nth) ? (["before", "after", "half"] as const) : (["before"] as const)).map(
        (cut) => ({ nth, cut }),
      ),
    );
    await atEach(places, async (on, { nth, cut }, where) => {
      on.emulator.setFaults([{ match: { nth }, cut }]);
      // Too little time to try again: this very request is lost.
      const broken = await run(kind, update(current), {
        on,
        env: { EXO_CONNECTOR_DEADLINE_MS: "990" },
      });
      await quiet(on);
      if (on.emulator.journal().some(({ fault }) => fault !== undefined)) struck++;
      // A look may show that a change whose answer is lost took effect; whatever it was, the record is complete.
      if (!broken.answer.outputContext.Success)
        expect(broken.answer.outcome, where).toBe("unknown");
      expectOnRecord(on, answered(broken), where);
      await expectConverges(on, answered(broken), where);
    });
    // All of them, unless the machine is so busy that a run comes to no end in its time.
    expect(struck).toBeGreaterThan(places.length / 2);
  });

  it("leaves nothing when it is revoked afterwards", async () => {
    await atEach(everyRequest().filter(isWrite), async (on, nth, where) => {
      on.emulator.setFaults([{ match: { nth }, cut: "after" }]);
      const broken = await run(kind, update(current), {
        on,
        env: { EXO_CONNECTOR_DEADLINE_MS: "990" },
      });
      await quiet(on);
      const revoked = await run(kind, { operation: "revoke", current: answered(broken) }, { on });
      expect(revoked.answer.outputContext, where).toMatchObject({
        Success: true,
        SubPermissions: [],
      });
      expect(changedSince(untouched, on), where).toEqual(nothing);
    });
  });

  it("because it was killed reaches the same result from the previous record", async () => {
    await atEach(everyRequest().filter(isWrite), async (on, nth, where) => {
      on.emulator.setFaults([{ match: { nth }, cut: "after" }]);
      const { parts } = sets[kind.set];
      // Killed while it waits to try again.
      await parts.killedHere(
        on,
        eventOf(on, kind, update(current)),
        () => on.emulator.journal().find(({ fault }) => fault !== undefined)?.applied === true,
      );
      await quiet(on);
      await expectConverges(on, current, where);
    });
  });

  it("because the time runs out returns the true record", async () => {
    const places = everyRequest().filter((nth) => isWrite(nth) || isWrite(nth + 1));
    await atEach(places, async (on, nth, where) => {
      on.emulator.setFaults([{ match: { nth }, hang: true }]);
      const broken = await run(kind, update(current), {
        on,
        env: { EXO_CONNECTOR_DEADLINE_MS: "500" },
      });
      await quiet(on);
      expect(broken.answer, where).toMatchObject({
        outcome: "unknown",
        outputContext: { Success: false },
      });
      expect(broken.messages.join("\n"), where).toContain(
        "The time for one event (500 ms) ran out.",
      );
      expectOnRecord(on, answered(broken), where);
      await expectConverges(on, answered(broken), where);
    });
  });
});
