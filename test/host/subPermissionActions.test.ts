import { describe, expect, it } from "vitest";
import { Fault, type FaultKind } from "../../lib/fault.ts";
import { subPermissionsAnswer } from "../generated/answers.ts";
import type { SubPermissionsAnswer } from "../../lib/generated/types.ts";
import { onSubPermissions, type Part } from "../../lib/host/subPermissionActions.ts";
import { ran, type Ran } from "./running.ts";
import { guid, undeclared } from "./world.ts";
import {
  type Choices,
  contracts,
  decided,
  deciding,
  eventWith,
  faultOf,
  held,
  none,
  onRecord,
  part,
  steps,
} from "./deciding.ts";

describe("sub-permissions", () => {
  it("are granted as the contracts require, and returned", async () => {
    const run = await deciding(["A", "B", "a"], { operation: "Grant" });
    expect(held(run)).toEqual(onRecord("g-a", "g-b"));
    expect(run.audit).toEqual([
      ["GrantPermission", "Add to g-a: done.", false],
      ["GrantPermission", "Add to g-b: done.", false],
    ]);
    expect(run.answer.outcome).toBe("done");
  });

  it("are updated: new ones are granted, others revoked, the rest keeps its reference", async () => {
    const kept = { DisplayName: "As it was called", Reference: { Id: "g-a", Extra: 1 } };
    const run = await deciding(["A", "B"], { current: [kept, ...onRecord("g-c")] });
    expect(held(run)).toEqual([{ ...kept, DisplayName: "Group g-a" }, ...onRecord("g-b")]);
    expect(run.audit).toEqual([
      [undefined, '"Group g-a" is already held.', false],
      ["GrantPermission", "Add to g-b: done.", false],
      ["RevokePermission", "Remove from g-c: done.", false],
    ]);
  });

  it("on record are granted again when the account does not have them", async () => {
    expect(
      steps(
        await deciding(["A"], {
          current: onRecord("g-a"),
          parts: { isHeld: () => Promise.resolve(false) },
        }),
      ),
    ).toEqual(["Add g-a"]);
    expect(steps(await deciding(["A"], { current: onRecord("g-a") }))).toEqual([]);
  });

  it("are alreadySo when nothing had to be done", async () => {
    expect((await deciding(["A"], { becomes: { "Add g-a": "alreadySo" } })).answer.outcome).toBe(
      "alreadySo",
    );
    expect((await deciding(["A"], { current: onRecord("g-a") })).answer.outcome).toBe("alreadySo");
  });

  it("in a dry run are those that would be held, and nothing is sent", async () => {
    const run = await deciding(["A"], { dryRun: true, current: onRecord("g-c") });
    expect([held(run), steps(run), run.connection.sent]).toEqual([
      onRecord("g-a"),
      ["Add g-a", "Remove g-c"],
      [],
    ]);
  });

  it.each(["grant", "update"])(
    "are never empty after a %s: an entry means none",
    async (operation) => {
      expect(held(await decided({ operation, current: onRecord("g-c") }))).toEqual([none]);
      const run = await deciding(["A"], { operation, current: [none] });
      expect([held(run), steps(run)]).toEqual([onRecord("g-a"), ["Add g-a"]]);
    },
  );

  it("are cut to names that the platform takes, and never without one", async () => {
    const belongingTo = (): Promise<Part[]> =>
      Promise.resolve([
        { ...part("g-a"), name: "x".repeat(120) },
        { ...part("g-b"), name: " " },
      ]);
    const current = [
      { DisplayName: "y".repeat(120), Reference: { Id: "other" } },
      { DisplayName: null, Reference: { Id: "another" } },
    ];
    expect(
      held(await deciding(["A"], { current, parts: { belongingTo } })).map(
        (one) => (one as { DisplayName: string }).DisplayName,
      ),
    ).toEqual(["y".repeat(100), "another", "x".repeat(100), "g-b"]);
  });

  it("know their permission, or that it is absent, as in a preview", async () => {
    const known: string[] = [];
    const action = onSubPermissions({
      ...undeclared,
      handle: ({ permission }) => (
        known.push(permission("reference")),
        Promise.reject(faultOf("denied"))
      ),
    });
    for (const Permission of [{ Reference: "dg" }, null, undefined])
      await ran(
        action,
        { answer: subPermissionsAnswer },
        { event: eventWith({ context: { References: { Account: guid, Permission } } }) },
      );
    expect(known).toEqual(["dg", "", ""]);
  });
});

describe("a grant that fails", () => {
  const refusals: FaultKind[] = [
    "missing",
    "notReady",
    "ambiguous",
    "onPremises",
    "unlicensed",
    "denied",
    "invalid",
    "throttled",
  ];
  it.each<[FaultKind, boolean]>([
    ...refusals.map((kind): [FaultKind, boolean] => [kind, false]),
    ["unavailable", true],
    ["unexpected", true],
  ])("as %s counts as held: %s", async (kind, isHeld) => {
    const run = await deciding(["A", "B"], { becomes: { "Add g-a": faultOf(kind) } });
    expect(held(run)).toEqual(onRecord(...(isHeld ? ["g-a"] : []), "g-b"));
    expect([run.code, steps(run)]).toEqual([1, ["Add g-a", "Add g-b"]]);
    expect(held(await deciding(["A"], { becomes: { "Add g-a": faultOf(kind) } }))).toEqual(
      isHeld ? onRecord("g-a") : [none],
    );
    expect(run.audit[0]).toEqual([
      "GrantPermission",
      isHeld
        ? "Add to g-a: was sent; it is unknown whether it was applied. Said so."
        : "Add to g-a: failed. Said so.",
      true,
    ]);
  });

  it("counts as held when it was on record, regardless of the fault", async () => {
    expect(
      held(
        await deciding(["A"], {
          current: onRecord("g-a"),
          becomes: { "Add g-a": faultOf("denied") },
          parts: { isHeld: () => Promise.resolve(false) },
        }),
      ),
    ).toEqual(onRecord("g-a"));
  });

  it("does not stop the revoke of permissions that no longer apply", async () => {
    const run = await deciding(["A"], {
      current: onRecord("g-c"),
      becomes: { "Add g-a": faultOf("denied") },
    });
    expect([held(run), steps(run)]).toEqual([[none], ["Add g-a", "Remove g-c"]]);
  });
});

describe("a revoke", () => {
  const revoke = (choices: Choices = {}): Promise<Ran<SubPermissionsAnswer, never>> =>
    decided({ operation: "revoke", current: onRecord("g-a", "g-b"), person: null, ...choices });

  it("revokes everything on record, regardless of the contracts", async () => {
    for (const person of [null, { Contracts: contracts("A") }]) {
      const run = await revoke({ person });
      expect([run.code, held(run), run.audit]).toEqual([
        0,
        [],
        [
          ["RevokePermission", "Remove from g-a: done.", false],
          ["RevokePermission", "Remove from g-b: done.", false],
        ],
      ]);
    }
    const empty = await revoke({ current: [none] });
    expect(held(empty)).toEqual([]);
    expect(empty.answer.outputContext.AuditLogs).toEqual([
      { Message: "Nothing to revoke: no sub-permission is on record.", IsError: false },
    ]);
  });

  it("of a group that no longer exists is done", async () => {
    const run = await revoke({
      parts: {
        revoke: (key) =>
          key === "g-a"
            ? Promise.reject(faultOf("missing", "Group g-a does not exist."))
            : Promise.resolve(),
      },
    });
    expect([run.code, held(run), run.audit]).toEqual([
      0,
      [],
      [[undefined, "Group g-a does not exist. There is nothing left to revoke.", false]],
    ]);
  });

  it.each([
    [true, "accepted", [], 0],
    [false, "strict", onRecord("g-a", "g-b"), 1],
    // What was only accepted may still be held.
    [false, "accepted", onRecord("g-a", "g-b"), 0],
  ])(
    "that a read shows: %j, with %s, leaves on record %j",
    async (showsRevoked, confirm, left, code) => {
      const run = await revoke({ showsRevoked, config: { ConfirmRevokes: confirm } });
      expect([held(run), run.code]).toEqual([left, code]);
    },
  );

  it("of an object that was not found, without proof that it no longer exists, leaves it on record", async () => {
    const missing = new Fault({ kind: "missing", message: "Not found on DC01." });
    const run = await revoke({ becomes: { "Remove g-a": missing } });
    expect([run.code, held(run)]).toEqual([1, onRecord("g-a")]);
    expect(await revoke({ partsFor: () => Promise.reject(missing) })).toMatchObject({
      code: 1,
      answer: { outputContext: { SubPermissions: onRecord("g-a", "g-b") } },
    });
  });

  it("of an account that no longer exists is done completely, but a grant to it fails", async () => {
    const partsFor = (): Promise<never> =>
      Promise.reject(faultOf("missing", "The account is gone."));
    expect(await revoke({ partsFor })).toMatchObject({
      code: 0,
      answer: { outcome: "gone", outputContext: { SubPermissions: [] } },
      audit: [[undefined, "The account is gone. There is nothing left to revoke.", false]],
    });
    for (const operation of ["grant", "update"])
      expect(await revoke({ operation, partsFor })).toMatchObject({
        code: 1,
        answer: { outcome: "gone", outputContext: { SubPermissions: onRecord("g-a", "g-b") } },
      });
  });

  it.each<FaultKind>(["denied", "unavailable", "unexpected", "throttled"])(
    "that fails as %s leaves it on record, and continues",
    async (kind) => {
      const run = await revoke({ becomes: { "Remove g-a": faultOf(kind) } });
      expect([run.code, held(run), steps(run)]).toEqual([
        1,
        onRecord("g-a"),
        ["Remove g-a", "Remove g-b"],
      ]);
    },
  );

  it("of an account that cannot be read leaves everything on record", async () => {
    expect(await revoke({ partsFor: () => Promise.reject(faultOf("denied")) })).toMatchObject({
      code: 1,
      answer: { outputContext: { SubPermissions: onRecord("g-a", "g-b") } },
    });
  });
});

describe("contracts without a group", () => {
  it.each<[string, unknown[], Record<string, unknown>, string[]]>([
    ["and with no other: a setting may be wrong", ["nobody's"], {}, ["g-old"]],
    ["and blank: the field may be wrong", [" "], {}, ["g-old"]],
    ["and that may be", ["nobody's"], { SubPermissionNoMatch: "skip" }, []],
    ["beside one that has one", ["nobody's", "A"], {}, ["g-a"]],
  ])("take nothing away %s", async (_name, values, config, left) => {
    const run = await deciding(values, { config, current: onRecord("g-old") });
    expect(held(run)).toEqual(left.length > 0 ? onRecord(...left) : [none]);
  });

  it("name what has the value and cannot be used", async () => {
    const unusable = (value: string): Promise<string[]> =>
      Promise.resolve([`"Care" has ${value}, but is on premises.`]);
    const { audit } = await deciding(["nobody's"], { parts: { unusable } });
    expect(audit).toEqual([
      [
        undefined,
        'There is no group called "nobody\'s", which a contract requires (Department.ExternalId). ' +
          '"Care" has nobody\'s, but is on premises.',
        true,
      ],
    ]);
  });

  const nothing =
    "No contract in scope has a Department.ExternalId, so nothing belongs to the person.";
  it.each<[string, unknown[], Record<string, unknown>, number, string[]]>([
    [
      "an unknown value",
      ["nobody's"],
      {},
      1,
      ['There is no group called "nobody\'s", which a contract requires (Department.ExternalId).'],
    ],
    [
      "an unknown value that may be",
      ["nobody's"],
      { SubPermissionNoMatch: "Skip" },
      0,
      [
        'There is no group called "nobody\'s", which a contract requires (Department.ExternalId). It was skipped.',
      ],
    ],
    [
      "one blank value",
      [" "],
      {},
      1,
      ["1 of the contracts in scope has no Department.ExternalId."],
    ],
    [
      "blank values that may be",
      ["", null],
      { SubPermissionNoMatch: "skip" },
      0,
      ["2 of the contracts in scope have no Department.ExternalId. It was skipped."],
    ],
    [
      "another field",
      ["A"],
      { SubPermissionContractField: "CostCenter.Code" },
      1,
      ["1 of the contracts in scope has no CostCenter.Code."],
    ],
    ["no contract", [], {}, 0, [nothing]],
  ])("are reported: %s", async (_name, values, config, code, audit) => {
    const run = await deciding(values, { config });
    expect([run.code, held(run), run.audit.map(([, message]) => message)]).toEqual([
      code,
      [none],
      audit,
    ]);
  });

  it("are counted in a dry run only when the configuration says so, and never in an enforcement", async () => {
    const person = {
      Contracts: [{ Context: { InConditions: false }, Department: { ExternalId: "A" } }],
    };
    const config = { SubPermissionPreviewAllContracts: "true" };
    const found = await Promise.all(
      [{ dryRun: true, config }, { dryRun: true }, { config }].map((choices) =>
        decided({ person, ...choices }),
      ),
    );
    expect(found.map(held)).toEqual([onRecord("g-a"), [none], [none]]);
    expect(found[1]?.audit.map(([, message]) => message)).toEqual([
      `${nothing} A preview may not know the conditions; the configuration can make it count every contract.`,
    ]);
  });
});
