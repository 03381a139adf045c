import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Fault } from "../emulator/faults.ts";
import type { OnRecord } from "../events.ts";
import { Bench, guidOf } from "../bench.ts";
import { changedSince, everyRight, held, sets } from "./sets.ts";
import {
  answered,
  eventOf,
  fullAccess,
  groups,
  inConditions,
  type Kind,
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

const nobody = "0b1ec700-0000-4000-8000-0000000fffff";

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

describe.each([groups, together, fullAccess])("$name that follow from contracts", (kind) => {
  beforeEach(() => ready(bench, kind));

  it("are corrected when someone else changed them", async () => {
    const before = held(bench);
    // Was taken away by hand: is granted again.
    const lost = await run(bench, kind, {
      operation: "update",
      contracts: inConditions("D-SALES"),
      current: recordOf(kind, "D-SALES"),
    });
    expect(lost.answer.outcome).toBe("done");
    expect(changedSince(before, bench).more).toEqual(storedOf(kind, "D-SALES"));
    // Was given by hand: goes on record.
    const found = await run(bench, kind, {
      operation: "grant",
      contracts: inConditions("D-SALES"),
    });
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
      const { answer, messages } = await run(bench, kind, { ...choices, current });
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
    const revoked = await run(bench, kind, { account: nobody, operation: "revoke", current });
    expect(revoked.answer).toMatchObject({
      outcome: "gone",
      plan: [],
      outputContext: { Success: true, SubPermissions: [] },
    });
    expect(revoked.messages).toEqual([
      `The account's mailbox (${nobody}) does not exist. There is nothing left to revoke.`,
    ]);
    const granted = await run(bench, kind, {
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
      const { answer } = await run(bench, kind, {
        operation,
        contracts: inConditions("D-CARE"),
        current,
      });
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
    const granted = await run(bench, kind, {
      contracts: inConditions("D-SALES", "D-FINANCE", "D-CARE"),
    });
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
    const whole = await run(bench, kind, {
      operation: "update",
      contracts: inConditions("D-SALES", "D-FINANCE", "D-CARE"),
      current: answered(granted),
    });
    expect(whole.answer).toMatchObject({ outcome: "done", outputContext: { Success: true } });
    bench.emulator.setFaults([refused(kind.revoking, { times: 1 })]);
    const revoked = await run(bench, kind, { operation: "revoke", current: answered(whole) });
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
      bench,
      kind,
      { contracts: inConditions("D-SALES") },
      { EXO_CONNECTOR_DEADLINE_MS: "990" },
    );
    expect(granted.answer).toMatchObject({ outcome: "unknown", outputContext: { Success: false } });
    expect(answered(granted)).toContainEqual(first);
    bench.emulator.setFaults([]);
    await run(bench, kind, { contracts: inConditions("D-SALES") });
    bench.emulator.setFaults([{ match: { cmdlet: kind.revoking }, cut: "before", times: 1 }]);
    const revoked = await run(
      bench,
      kind,
      { operation: "revoke", current: answered(granted) },
      { EXO_CONNECTOR_DEADLINE_MS: "990" },
    );
    expect(revoked.answer).toMatchObject({
      outcome: "unknown",
      outputContext: { Success: false, SubPermissions: [first] },
    });
  });

  it("leave the record when the answer to their revoke is lost, and a read shows it", async () => {
    const granted = await run(bench, kind, { contracts: inConditions("D-SALES") });
    bench.emulator.setFaults([{ match: { cmdlet: kind.revoking }, cut: "after", times: 1 }]);
    const revoked = await run(
      bench,
      kind,
      { operation: "revoke", current: answered(granted) },
      // Two looks need some time.
      { EXO_CONNECTOR_DEADLINE_MS: "9000" },
    );
    expect(revoked.answer).toMatchObject({
      outputContext: { Success: true, SubPermissions: [] },
    });
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
      const { answer, messages } = await run(bench, kind, {
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
      await run(bench, kind, { contracts });
      const kept = await run(bench, kind, { operation: "update", contracts, current });
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
      const moved = await run(bench, kind, {
        operation: "update",
        contracts: inConditions("D-CARE"),
        current,
      });
      expect(moved.answer).toMatchObject({
        outcome: "done",
        outputContext: { Success: true, SubPermissions: recordOf(kind, "D-CARE") },
      });
      expect(changedSince(before, bench)).toEqual({ more: storedOf(kind, "D-CARE"), less: [] });
      await run(bench, kind, { contracts });
      const revoked = await run(bench, kind, {
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
    const { answer } = await run(bench, groups, {
      operation: "update",
      contracts: inConditions("D-SALES"),
      current,
    });
    expect(answer.outputContext).toMatchObject({ Success: true, SubPermissions: current });
    expect((await run(bench, groups, { operation: "revoke", current })).answer).toMatchObject({
      outcome: "done",
      outputContext: { Success: true, SubPermissions: [] },
    });
    expect(changedSince(before, bench)).toEqual(nothing);
  });

  it("without any key are reported, and returned unchanged", async () => {
    ready(bench, groups);
    const current = [{ DisplayName: "By hand", Reference: {} }];
    for (const operation of ["update", "revoke"] as const) {
      const { answer } = await run(bench, groups, {
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
    const { answer } = await run(bench, together, {
      operation: "update",
      contracts: inConditions("D-SALES"),
      current: [...current, ...current],
    });
    expect(answer.outputContext.SubPermissions).toEqual(current);
  });

  it("of a right that is no longer configured are revoked", async () => {
    ready(bench, together);
    const before = held(bench);
    const all = await run(bench, together, {
      contracts: inConditions("D-SALES"),
      configuration: everyRight,
    });
    expect(changedSince(before, bench).more).toEqual([
      "FullAccess on Press: Petra Proxies",
      "SendAs on Press: Petra Proxies",
      "SendOnBehalf on Press: Petra Proxies",
    ]);
    const fewer = await run(bench, together, {
      operation: "update",
      contracts: inConditions("D-SALES"),
      current: answered(all),
      configuration: { SharedMailboxRights: "SendAs" },
    });
    expect(answered(fewer)).toEqual(recordOf(together, "D-SALES").slice(1));
    expect(changedSince(before, bench).more).toEqual(["SendAs on Press: Petra Proxies"]);
  });
});
