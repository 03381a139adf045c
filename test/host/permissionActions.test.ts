import { describe, expect, it } from "vitest";
import { Fault } from "../../lib/fault.ts";
import {
  grantPermissionAnswer,
  importPermissionAnswer,
  importSubPermissionsAnswer,
  permissionRecord,
  permissionsAnswer,
  revokePermissionAnswer,
  subPermissionRecord,
} from "../generated/answers.ts";
import type {
  GrantPermissionAnswer,
  ImportPermissionAnswer,
  PermissionRecord,
  PermissionsAnswer,
  SubPermissionRecord,
} from "../../lib/generated/types.ts";
import { faultsOf } from "../../lib/host/faults.ts";
import { onGrantPermission } from "../../lib/host/grantPermissionAction.ts";
import { onImportPermission } from "../../lib/host/importPermissionAction.ts";
import { onImportSubPermissions } from "../../lib/host/importSubPermissionsAction.ts";
import {
  textIn,
  type Holders,
  type Permission,
  type PermissionInput,
} from "../../lib/host/permissionActions.ts";
import { onPermissions } from "../../lib/host/permissionsAction.ts";
import { onRevokePermission } from "../../lib/host/revokePermissionAction.ts";
import type { Result } from "../../lib/host/action.ts";
import { ran, type Ran, type Started } from "./running.ts";
import { configuration, guid, step, undeclared, type TestTargets } from "./world.ts";

const eventWith = (actionContext: Record<string, unknown> = {}): unknown => ({
  actionContext: {
    Configuration: configuration,
    DryRun: false,
    References: { Account: guid, Permission: { Id: "p-1" } },
    ...actionContext,
  },
});
const permission = (name: string, suffix?: string): Permission => ({
  identification: name.trim() === "" ? { Number: 1, Id: "x" } : { Id: name.slice(0, 5) },
  name,
  ...(suffix === undefined ? {} : { suffix }),
});

async function* given<T>(...items: T[]): AsyncGenerator<T> {
  for (const item of items) yield await Promise.resolve(item);
}
async function* broken<T>(...items: T[]): AsyncGenerator<T> {
  yield* given(...items);
  throw new Fault({ kind: "unavailable", message: "The list broke off." });
}

describe("the gate of a handler", () => {
  const parts = ["read", "stream", "change", "changeAll", "attemptAll", "settle", "taken"];
  async function partsFor(
    action: (seen: (input: object) => void) => Promise<unknown>,
  ): Promise<string[]> {
    let names: string[] = [];
    await action((input) => (names = parts.filter((part) => part in input)));
    return names;
  }

  it("has no way to change anything where the verb only reads", async () => {
    const listing = await partsFor((seen) =>
      ran(
        onPermissions({ ...undeclared, handle: (input) => (seen(input), given<Permission>()) }),
        { answer: permissionsAnswer },
        { event: eventWith() },
      ),
    );
    const importing = await partsFor((seen) =>
      ran(
        onImportPermission({ ...undeclared, handle: (input) => (seen(input), given<Holders>()) }),
        { answer: importPermissionAnswer, record: permissionRecord },
        { event: eventWith() },
      ),
    );
    expect([listing, importing]).toEqual([
      ["read", "stream"],
      ["read", "stream"],
    ]);
  });

  it("has every way to change, and none past the gate, where the verb changes", async () => {
    const granting = await partsFor((seen) =>
      ran(
        onGrantPermission({
          ...undeclared,
          handle: (input) => (seen(input), Promise.resolve({})),
        }),
        { answer: grantPermissionAnswer },
        { event: eventWith() },
      ),
    );
    expect(granting).toEqual(["read", "stream", "change", "changeAll", "attemptAll"]);
  });
});

describe("a listing", () => {
  const listing = (
    permissions: AsyncIterable<Permission>,
  ): Promise<Ran<PermissionsAnswer, never>> =>
    ran(
      onPermissions({ ...undeclared, handle: () => permissions }),
      { answer: permissionsAnswer },
      { event: eventWith() },
    );

  it("answers with every permission, and how many there are", async () => {
    const { answer, audit } = await listing(
      given(permission("Sales"), permission("Other", " - Full Access")),
    );
    expect(answer.outputContext.Permissions).toEqual([
      { DisplayName: "Sales", Identification: { Id: "Sales" } },
      { DisplayName: "Other - Full Access", Identification: { Id: "Other" } },
    ]);
    expect([audit, answer.outcome]).toEqual([
      [[undefined, "Permissions listed: 2.", false]],
      "done",
    ]);
  });

  it.each<[string, string | undefined, string]>([
    ["x".repeat(101), undefined, "x".repeat(100)],
    [`${"x".repeat(99)}😀`, undefined, "x".repeat(99)],
    ["x".repeat(83), " - Send on Behalf", `${"x".repeat(83)} - Send on Behalf`],
    ["x".repeat(84), " - Send on Behalf", `${"x".repeat(83)} - Send on Behalf`],
    [`${"x".repeat(82)}😀`, " - Send As", `${"x".repeat(82)} - Send As`],
    [`${"x".repeat(82)} y`, " - Send As", `${"x".repeat(82)} - Send As`],
    [" ", " - Send As", " - Send As"],
    [" ", undefined, "1 x"],
  ])("cuts %j before %j, on whole characters", async (name, suffix, expected) => {
    expect(
      (await listing(given(permission(name, suffix)))).answer.outputContext.Permissions,
    ).toMatchObject([{ DisplayName: expected }]);
  });

  it("that breaks off returns no permissions: the rest would count as deleted", async () => {
    const { answer, audit } = await listing(broken(permission("Sales")));
    expect([answer.outputContext.Permissions, audit]).toEqual([
      undefined,
      [[undefined, "The list broke off.", true]],
    ]);
  });
});

describe("a grant or revoke of one permission", () => {
  const granting = (
    handle: (input: PermissionInput<TestTargets>) => Promise<Result>,
    started: Partial<Started> = {},
  ): Promise<Ran<GrantPermissionAnswer, never>> =>
    ran(
      onGrantPermission({ ...undeclared, handle }),
      { answer: grantPermissionAnswer },
      { event: eventWith(), ...started },
    );

  it.each<[string, Record<string, unknown>, string]>([
    ["as it was listed", { Id: "p-1" }, "p-1"],
    ["in other letters", { iD: " p-1 " }, "p-1"],
    ["absent", { Reference: "x" }, ""],
    ["a number", { Id: 5 }, "5"],
    ["null", { Id: null }, ""],
  ])("is given the permission's reference: %s", async (_name, Permission, expected) => {
    let found = "not given";
    await granting(({ permission: text }) => ((found = text("Id")), Promise.resolve({})), {
      event: eventWith({ References: { Account: guid, Permission } }),
    });
    expect(found).toBe(expected);
  });

  it.each([
    [true, "a boolean"],
    [["x"], "a list"],
  ])("is refused when a member of the permission's reference is %j", async (Id, what) => {
    const { code, answer } = await granting(
      ({ permission: text }) => Promise.reject(new Error(`was given ${text("Id")}`)),
      { event: eventWith({ References: { Account: guid, Permission: { Id } } }) },
    );
    expect([code, answer.outcome, answer.outputContext.AuditLogs[0]?.Message]).toEqual([
      1,
      "invalid",
      `Id of the permission reference is ${what}; expected text.`,
    ]);
  });

  it.each<[string, unknown, string]>([
    ["as a text", ` ${guid} `, guid],
    ["as an object", { Guid: guid }, guid],
    ["as an object of another kind", { other: "x", ID: guid }, guid],
  ])("is given the account's reference: %s", async (_name, Account, expected) => {
    let found = "not given";
    await granting(({ accountReference }) => ((found = accountReference), Promise.resolve({})), {
      event: eventWith({ References: { Account, Permission: {} } }),
    });
    expect(found).toBe(expected);
  });

  it.each<[string, unknown]>([
    ["blank", " "],
    ["an object without a reference", { x: guid }],
    ["an object with a blank one", { Id: "" }],
  ])("is not tried when the account's reference is %s", async (_name, Account) => {
    const { code, answer } = await granting(() => Promise.reject(new Error("was tried")), {
      event: eventWith({ References: { Account, Permission: {} } }),
    });
    expect([code, answer.outcome, answer.outputContext.AuditLogs[0]?.Message]).toEqual([
      1,
      "invalid",
      "The account reference (References.Account) is blank; expected the one that create returned.",
    ]);
  });

  it("reports each change with the audit action of its verb", async () => {
    const both = async ({ change }: PermissionInput<TestTargets>): Promise<object> => (
      await change(step("A")),
      await change({ ...step("B"), isInPlace: true }),
      {}
    );
    expect((await granting(both)).audit).toEqual([
      ["GrantPermission", "Set A: done.", false],
      ["GrantPermission", "Set B: done.", false],
    ]);
    expect(
      (
        await ran(
          onRevokePermission({ ...undeclared, handle: both }),
          { answer: revokePermissionAnswer },
          { event: eventWith() },
        )
      ).audit.map(([action]) => action),
    ).toEqual(["RevokePermission", "RevokePermission"]);
    const dry = await granting(both, { event: eventWith({ DryRun: "true" }) });
    expect([dry.audit, dry.connection.sent]).toEqual([
      [
        ["GrantPermission", "Set A: would be done, this is a dry run.", false],
        ["GrantPermission", "Set B: was already so.", false],
      ],
      [],
    ]);
  });

  it("that failed in part has failed, and reports every step", async () => {
    const { code, answer, audit } = await granting(
      async ({ change }) => ({
        faults: await faultsOf(["A", "B", "C"].map((name) => () => change(step(name)))),
      }),
      {
        send: ({ parameters }) =>
          "B" in parameters
            ? Promise.reject(new Fault({ kind: "denied", message: "May not." }))
            : Promise.resolve({ notices: [] }),
      },
    );
    expect([code, answer.outcome]).toEqual([1, "forbidden"]);
    expect(audit).toEqual([
      ["GrantPermission", "Set A: done.", false],
      ["GrantPermission", "Set B: failed. May not.", true],
      ["GrantPermission", "Set C: done.", false],
      [undefined, "Only partly done: 2 of 3 changes.", true],
    ]);
  });

  it("reports notes in addition to the changes", async () => {
    expect(
      await granting(() => Promise.resolve({ audit: [{ Message: "It was left as it is." }] })),
    ).toMatchObject({
      code: 0,
      answer: { outcome: "alreadySo" },
      audit: [[undefined, "It was left as it is.", false]],
    });
  });

  it("of an object that no longer exists has failed, or is done", async () => {
    const gone = (): Promise<never> =>
      Promise.reject(new Fault({ kind: "missing", isProven: true, message: "No such group." }));
    expect(await granting(gone)).toMatchObject({ code: 1, answer: { outcome: "gone" } });
    expect(
      await ran(
        onRevokePermission({ ...undeclared, handle: gone }),
        { answer: revokePermissionAnswer },
        { event: eventWith() },
      ),
    ).toMatchObject({
      code: 0,
      answer: {
        outcome: "gone",
        outputContext: {
          AuditLogs: [{ Message: "No such group. There is nothing left to revoke." }],
        },
      },
    });
  });
});

describe("an import of permissions", () => {
  const held = (count: number, own: Partial<Holders> = {}): Holders => ({
    permission: permission("Sales"),
    description: "sales@contoso.com",
    accountReferences: Array.from({ length: count }, (_, index) => `a-${index}`),
    ...own,
  });
  const importing = (
    holders: AsyncIterable<Holders>,
    DryRun = false,
  ): Promise<Ran<ImportPermissionAnswer, PermissionRecord>> =>
    ran(
      onImportPermission({ ...undeclared, handle: () => holders }),
      { answer: importPermissionAnswer, record: permissionRecord },
      { event: eventWith({ DryRun }) },
    );

  it.each([
    [0, []],
    [1, [1]],
    [500, [500]],
    [501, [500, 1]],
    [1250, [500, 500, 250]],
  ])("writes %i account references in records of %j", async (count, sizes) => {
    const { records, audit } = await importing(given(held(count)));
    expect(records.map(({ record }) => record.AccountReferences.length)).toEqual(sizes);
    expect(records.flatMap(({ record }) => record.AccountReferences)).toEqual(
      held(count).accountReferences,
    );
    expect(audit).toEqual([
      [
        undefined,
        `Records imported: ${sizes.length}, with ${count} account ${count === 1 ? "reference" : "references"}.`,
        false,
      ],
    ]);
    for (const { record } of records)
      expect(record).toMatchObject({
        PermissionReference: { Id: "Sales" },
        DisplayName: "Sales",
        Description: "sales@contoso.com",
      });
  });

  it("writes an account reference once, also beyond the end of a record", async () => {
    const { records } = await importing(
      given(held(0, { accountReferences: [...held(501).accountReferences, "a-0", "a-500"] })),
    );
    expect(records.map(({ record }) => record.AccountReferences.length)).toEqual([500, 1]);
  });

  it("cuts names and descriptions to what the platform takes", async () => {
    const { records } = await importing(
      given(
        held(1, {
          permission: permission("x".repeat(90), " - Full Access"),
          description: "y".repeat(200),
        }),
        held(1, { description: " " }),
      ),
    );
    expect(
      records.map(({ record: { DisplayName, Description } }) => [DisplayName, Description]),
    ).toEqual([
      [`${"x".repeat(83)} - Full Access`, "y".repeat(100)],
      ["Sales", ""],
    ]);
  });

  it.each([
    [60, 1],
    [1, 60 * 500],
  ])(
    "shows a sample of fifty in a dry run: %i permissions of %i",
    async (permissions, references) => {
      const { records, audit } = await importing(
        given(...Array.from({ length: permissions }, () => held(references))),
        true,
      );
      expect([records.length, audit]).toEqual([
        50,
        [
          [
            undefined,
            "Records shown as a sample (an import returns all): 50, with " +
              `${50 * Math.min(references, 500)} account references.`,
            false,
          ],
        ],
      ]);
    },
  );

  it("that breaks off fails after the records it wrote", async () => {
    const { code, records, audit } = await importing(broken(held(2)));
    expect([code, records.length, audit]).toEqual([
      1,
      1,
      [[undefined, "The list broke off.", true]],
    ]);
  });

  it("of sub-permissions names the part", async () => {
    const { records } = await ran(
      onImportSubPermissions({
        ...undeclared,
        handle: () => given({ ...held(501), subPermission: permission("y".repeat(120)) }),
      }),
      { answer: importSubPermissionsAnswer, record: subPermissionRecord },
      { event: eventWith() },
    );
    expect(
      records.map(({ record: { AccountReferences: _, ...rest } }: SubPermissionRecord) => rest),
    ).toEqual(
      Array.from({ length: 2 }, () => ({
        PermissionReference: { Id: "Sales" },
        DisplayName: "Sales",
        Description: "sales@contoso.com",
        SubPermissionReference: { Id: "yyyyy" },
        SubPermissionDisplayName: "y".repeat(100),
      })),
    );
  });
});

it.each<[Record<string, unknown> | null | undefined, string]>([
  [{ id: " x " }, "x"],
  [{ other: "x" }, ""],
  [{ Id: null }, ""],
  [{ Id: 0 }, "0"],
  [{ Id: ["x"] }, ""],
  [null, ""],
  [undefined, ""],
])("the text of a reference %j is %j", (reference, expected) => {
  expect(textIn(reference, "Id")).toBe(expected);
});
