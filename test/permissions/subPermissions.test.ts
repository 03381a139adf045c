import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { contractOf, type OnRecord, type SubPermissionChoices } from "../events.ts";
import { Bench, guidOf, shown } from "../bench.ts";
import { changedSince, held, sets } from "./sets.ts";
import {
  answered,
  byId,
  eventOf,
  fullAccess,
  groups,
  inConditions,
  kinds,
  nameFor,
  nothing,
  petra,
  ready,
  recordOf,
  run,
  storedOf,
  together,
} from "./departmentParts.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());

const dummy: OnRecord = {
  DisplayName: "No permissions defined",
  Reference: { Id: "No permissions defined" },
};

describe.each(kinds)("$name that follow from contracts", (kind) => {
  beforeEach(() => ready(bench, kind));

  it("are granted, kept, moved with the department and revoked", async () => {
    const before = held(bench);
    const sales: SubPermissionChoices = { contracts: inConditions("D-SALES") };
    const dry = await run(bench, kind, { ...sales, dryRun: true });
    expect(bench.writes()).toEqual([]);
    const granted = await run(bench, kind, sales);
    expect(granted.answer).toMatchObject({ outcome: "done", outputContext: { Success: true } });
    expect(granted.answer.plan.map((step) => ({ ...step, sent: false }))).toEqual(dry.answer.plan);
    expect(answered(dry)).toEqual(recordOf(kind, "D-SALES"));
    expect(answered(granted)).toEqual(recordOf(kind, "D-SALES"));
    expect(changedSince(before, bench)).toEqual({ more: storedOf(kind, "D-SALES"), less: [] });

    const kept = await run(bench, kind, {
      ...sales,
      operation: "update",
      current: answered(granted),
    });
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
    const dryMove = await run(bench, kind, { ...move, dryRun: true });
    const moved = await sets[kind.set].parts.here(bench, eventOf(bench, kind, move));
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
      (await run(bench, kind, { ...revoke, dryRun: true })).answer.outputContext.SubPermissions,
    ).toEqual([]);
    const revoked = await run(bench, kind, revoke);
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
    const first = await run(bench, kind, choices);
    const again = await run(bench, kind, {
      ...choices,
      operation: "update",
      current: answered(first),
    });
    expect(again.answer).toMatchObject({
      outcome: "alreadySo",
      outputContext: { Success: true, SubPermissions: answered(first) },
    });
    expect(changedSince(before, bench)).toEqual({
      more: storedOf(kind, "D-CARE", "D-SALES"),
      less: [],
    });
    const revocation = { operation: "revoke", current: answered(again) } as const;
    expect((await run(bench, kind, revocation)).answer).toMatchObject({
      outcome: "done",
      outputContext: { Success: true, SubPermissions: [] },
    });
    bench.emulator.advance(11_000);
    expect((await run(bench, kind, revocation)).answer).toMatchObject({
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
    const { answer } = await run(bench, kind, { contracts });
    expect(answer.outputContext).toMatchObject({
      Success: true,
      SubPermissions: recordOf(kind, "D-CARE", "D-FINANCE"),
    });
  });

  it("may come from a single contract that is not a list", async () => {
    expect(answered(await run(bench, kind, { contracts: contractOf("D-SALES") }))).toEqual(
      recordOf(kind, "D-SALES"),
    );
  });

  it("have an entry that means none, which is never granted or revoked", async () => {
    for (const operation of ["grant", "update"] as const) {
      const { answer, messages } = await run(bench, kind, {
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
        await run(bench, kind, {
          operation: "update",
          contracts: inConditions("D-SALES"),
          current: [dummy],
        }),
      ),
    ).toEqual(recordOf(kind, "D-SALES"));
    const left = await run(bench, kind, {
      operation: "update",
      contracts: [],
      current: recordOf(kind, "D-SALES"),
    });
    expect(answered(left)).toEqual([dummy]);
    const { answer } = await run(bench, kind, { operation: "revoke", current: [dummy] });
    expect(answer).toMatchObject({
      outcome: "alreadySo",
      plan: [],
      outputContext: { Success: true, SubPermissions: [] },
    });
  });

  it("with an ambiguous value are not granted: both are named, and nothing is revoked", async () => {
    const before = held(bench);
    const first = await run(bench, kind, { contracts: inConditions("D-SALES") });
    const both =
      kind.set === "groups"
        ? [
            shown("Care mornings", "caremornings@contoso.com"),
            shown("Care evenings", "careevenings@contoso.com"),
          ]
        : [shown("Reception", "reception@contoso.com"), shown("Alumni", "alumni@contoso.com")];
    const { answer, messages } = await run(bench, kind, {
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
    const current = answered(await run(bench, kind, { contracts: inConditions("D-SALES") }));
    const contracts = inConditions("D-NOWHERE", "D-CARE", "");
    const strict = await run(bench, kind, { operation: "update", contracts, current });
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
    const lenient = await run(bench, kind, {
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
    const { answer } = await run(bench, kind, {
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
    const { answer } = await run(bench, kind, {
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
    expect(answered(await run(bench, kind, { contracts: inConditions(4711, "4711") }))).toEqual(
      recordOf(kind, "D-SALES"),
    );
  });

  it("are previewed without a reference of the permission, and without conditions", async () => {
    for (const permission of [null, {}, { Reference: "" }]) {
      const preview = await run(bench, kind, {
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
    const blind = await run(bench, kind, { contracts, dryRun: true });
    expect(blind.answer).toMatchObject({
      plan: [],
      outputContext: { Success: true, SubPermissions: [dummy] },
    });
    expect(blind.messages.join("\n")).toContain("A preview may not know the conditions");
    const configuration = { SubPermissionPreviewAllContracts: "true" };
    expect(answered(await run(bench, kind, { contracts, dryRun: true, configuration }))).toEqual(
      recordOf(kind, "D-SALES", "D-CARE"),
    );
    expect(bench.writes()).toEqual([]);
    expect(answered(await run(bench, kind, { contracts, configuration }))).toEqual([dummy]);
    expect(bench.writes()).toEqual([]);
  });
});

describe("auto-mapping", () => {
  it.each([true, false])("is as it is configured: %s", async (AutoMapping) => {
    ready(bench, together);
    await run(bench, together, {
      contracts: inConditions("D-SALES"),
      configuration: { AutoMapping },
    });
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
    const first = await run(bench, fullAccess, {
      account: other,
      contracts: inConditions("D-SALES"),
    });
    const second = await run(bench, fullAccess, {
      account: one,
      contracts: inConditions("D-SALES"),
    });
    expect(
      [...held(bench)].filter((text) => text.startsWith("FullAccess on Press: Jan")),
    ).toHaveLength(2);
    await run(bench, fullAccess, { account: one, operation: "revoke", current: answered(second) });
    expect([...held(bench)].filter((text) => text.startsWith("FullAccess on Press: Jan"))).toEqual([
      "FullAccess on Press: Jan de Vries 2",
    ]);
    expect(answered(first)).toEqual(recordOf(fullAccess, "D-SALES"));
  });
});
