import { describe, expect, it } from "vitest";
import { Fault } from "../../lib/fault.ts";
import type { Part } from "../../lib/host/subPermissionActions.ts";
import {
  type Choices,
  contracts,
  decided,
  deciding,
  faultOf,
  held,
  none,
  onRecord,
  part,
  steps,
} from "./deciding.ts";

const never = (): Promise<never> => new Promise<never>(() => undefined);

describe("a run that ends in the middle", () => {
  const env = { EXO_CONNECTOR_DEADLINE_MS: "60" };
  const over = "The time for one event (60 ms) ran out.";

  it("returns what was granted, what may have been, and what was on record", async () => {
    const run = await deciding(["A", "B", "C"], {
      env,
      current: onRecord("g-d"),
      becomes: { "Add g-b": never },
    });
    expect(held(run)).toEqual(onRecord("g-d", "g-a", "g-b"));
    expect([run.code, run.audit.map(([, message]) => message)]).toEqual([
      1,
      [
        "Add to g-a: done.",
        `Add to g-b: was sent; it is unknown whether it was applied. ${over}`,
        "Only partly done: 1 of 2 changes.",
      ],
    ]);
  });

  it("returns nothing that was not attempted, also when a pending request ends with the run", async () => {
    const brokenOff = (signal: AbortSignal): Promise<never> =>
      new Promise((_resolve, reject) =>
        signal.addEventListener("abort", () => reject(Fault.of(signal.reason))),
      );
    expect(
      held(await deciding(["A", "B", "C"], { env, becomes: { "Add g-a": brokenOff } })),
    ).toEqual(onRecord("g-a"));
  });

  it("returns what is on record when the time runs out during reading", async () => {
    const run = await deciding(["A"], {
      env,
      current: onRecord("g-d"),
      parts: { belongingTo: never },
    });
    expect([held(run), run.audit]).toEqual([onRecord("g-d"), [[undefined, over, true]]]);
    expect(held(await decided({ env, partsFor: never, current: onRecord("g-d") }))).toEqual(
      onRecord("g-d"),
    );
    expect(held(await decided({ env, partsFor: never }))).toEqual([none]);
  });

  it("returns what it had not revoked yet, and what may still be held", async () => {
    const run = await decided({
      env,
      operation: "revoke",
      current: onRecord("g-a", "g-b", "g-c"),
      becomes: { "Remove g-b": never },
    });
    expect(held(run)).toEqual(onRecord("g-b", "g-c"));
  });
});

describe("an event that cannot be used", () => {
  const invalid = { context: { References: {} } };
  it.each<[string, Choices, unknown[]]>([
    ["no JSON", { event: "{" }, [none]],
    ["empty", { event: "" }, [none]],
    ["of nothing", { event: {} }, [none]],
    ["without an account", { ...invalid, current: onRecord("g-a", "x") }, onRecord("g-a", "x")],
    [
      "without an account, of one instead of a list",
      { ...invalid, current: onRecord("g-a")[0] },
      onRecord("g-a"),
    ],
    ["without an account, of nothing on record", { ...invalid, current: null }, [none]],
    [
      "without an account, and with records that are none",
      {
        ...invalid,
        current: [
          "x",
          null,
          {},
          { Reference: "x" },
          { Reference: { Id: " " } },
          ...onRecord("g-a"),
        ],
      },
      [
        { DisplayName: "x", Reference: { Id: "x" } },
        { DisplayName: "Unknown", Reference: { Id: " " } },
        ...onRecord("g-a"),
      ],
    ],
    [
      "without an account, and with a record of no name",
      { ...invalid, current: [{ Reference: { Id: "g-a" } }] },
      [{ DisplayName: "g-a", Reference: { Id: "g-a" } }],
    ],
    ["of an unknown operation", { operation: "other", current: onRecord("g-a") }, onRecord("g-a")],
    ["of a revoke", { ...invalid, operation: "Revoke", current: onRecord("g-a") }, onRecord("g-a")],
    ["of a revoke with nothing on record", { ...invalid, operation: "Revoke" }, []],
    [
      "with keys in any case",
      {
        event: {
          ACTIONCONTEXT: {
            currentpermissions: [{ displayname: "G", reference: { Id: "g-a" } }],
            operation: "revoke",
          },
        },
      },
      [{ DisplayName: "G", Reference: { Id: "g-a" } }],
    ],
  ])("%s answers what was on record", async (_name, choices, expected) => {
    const run = await decided(choices);
    expect([run.code, held(run), run.connection.sent]).toEqual([2, expected, []]);
  });

  it.each(["update", "revoke"])(
    "because it does not contain the current permissions: %s",
    async (operation) => {
      const run = await decided({
        operation,
        context: { CurrentPermissions: undefined },
        person: { Contracts: contracts("A") },
      });
      expect([run.code, run.answer.outcome, run.audit.map(([, message]) => message)]).toEqual([
        1,
        "invalid",
        [expect.stringContaining("does not contain the current permissions")],
      ]);
    },
  );

  it("because it has no contracts answers what was on record, and revokes nothing", async () => {
    for (const person of [null, {}, { Contracts: null }]) {
      const run = await decided({ person, current: onRecord("g-a") });
      expect([run.code, held(run), steps(run), run.answer.outcome]).toEqual([
        1,
        onRecord("g-a"),
        [],
        "invalid",
      ]);
    }
  });

  it("has null instead of the permissions on record", async () => {
    expect((await deciding(["A"], { current: null })).code).toBe(1);
    expect((await deciding(["A"], { operation: "grant", current: null })).code).toBe(0);
  });
});

describe("an undecidable permission", () => {
  it("causes no revoke, and the rest is granted", async () => {
    const belongingTo = (value: string): Promise<Part[]> =>
      value === "A"
        ? Promise.reject(faultOf("ambiguous", "Two have it."))
        : Promise.resolve([part("g-b")]);
    const run = await deciding(["A", "B"], { current: onRecord("g-c"), parts: { belongingTo } });
    expect([run.code, held(run), steps(run)]).toEqual([1, onRecord("g-c", "g-b"), ["Add g-b"]]);
    expect(run.audit).toEqual(
      expect.arrayContaining([
        [
          undefined,
          '"Group g-c" was not revoked: it is unknown whether it still belongs to the person.',
          false,
        ],
        [undefined, "Two have it.", true],
      ]),
    );
  });

  it.each<[string, Choices, unknown[]]>([
    ["grant", { operation: "grant" }, onRecord("mb-1", "g-a")],
    ["revoke", { operation: "revoke" }, onRecord("mb-1")],
  ])(
    "because it belongs to another set is not changed, with an error: %s",
    async (_name, choices, expected) => {
      const run = await deciding(["A"], { current: onRecord("mb-1"), ...choices });
      expect([run.code, held(run)]).toEqual([1, expected]);
      expect(run.audit).toContainEqual([
        undefined,
        '"Group mb-1" is on record with a reference that does not belong to this set; it was not changed.',
        true,
      ]);
      expect(steps(run)).not.toContain("Remove mb-1");
    },
  );

  // The answer is checked against its contract, which wants an Id.
  it.each<[string, Record<string, unknown>, string]>([
    ["whose reference is in other letters", { id: "g-a" }, "Group g-a"],
    ["whose reference has no Id", { Permission: "x" }, "G"],
  ])(
    "is answered as the contract says, also a record %s",
    async (_name, Reference, DisplayName) => {
      expect(
        held(await deciding(["A"], { current: [{ DisplayName: "G", Reference }] })),
      ).toContainEqual({ DisplayName, Reference });
    },
  );
});
