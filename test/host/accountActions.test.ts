import { describe, expect, it } from "vitest";
import { importAnswer, accountRecord, updateAnswer } from "../generated/answers.ts";
import type {
  ImportAnswer,
  AccountRecord as WrittenRecord,
  UpdateAnswer,
} from "../../lib/generated/types.ts";
import type { Changed, ChangeInput } from "../../lib/host/accountActions.ts";
import { onImport, type AccountRecord } from "../../lib/host/importAction.ts";
import { onUpdate } from "../../lib/host/updateAction.ts";
import { ran, type Ran } from "./running.ts";
import { acting, configuration, eventWith, found, guid, runIn, step, undeclared } from "./world.ts";
import type { TestTargets } from "./world.ts";

describe("a create", () => {
  it("fails when the account that was found has a blank reference, and reports no account", async () => {
    const { answer, code } = await runIn(
      {},
      acting(() => Promise.resolve({ ...found, accountReference: " " })),
    );
    expect([code, answer.outcome]).toEqual([1, "unknown"]);
    expect(answer.outputContext).not.toHaveProperty("AccountReference");
  });

  it("answers with reference, correlation and the account's values, for the correlation field too", async () => {
    const event = eventWith(
      { Data: { DisplayName: "Mapped" } },
      { DisplayName: null, customattribute1: null, Office: "Pre-filled" },
    );
    const account = { DisplayName: "Anna", CustomAttribute1: "E1", City: "not mapped" };
    const { answer } = await runIn(
      { event },
      acting(() => Promise.resolve({ ...found, account })),
    );
    expect(answer.outputContext).toMatchObject({
      Success: true,
      AccountReference: guid,
      AccountCorrelated: true,
      Data: { DisplayName: "Anna", customattribute1: "E1", Office: "Pre-filled" },
    });
    expect(answer.outputContext.Data).not.toHaveProperty("City");
    expect(answer.outputContext.AuditLogs).toEqual([
      { Action: "CorrelateAccount", Message: found.sentence, IsError: false },
    ]);
  });

  it("adds the correlation field to the account's data when it is not mapped", async () => {
    const { answer } = await runIn(
      { event: eventWith({ Data: null }) },
      acting(() => Promise.resolve(found)),
    );
    expect(answer.outputContext.Data).toEqual({ CustomAttribute1: "E1" });
  });

  it("passes on mapped values only as data, and pre-filled ones as known", async () => {
    const seen: unknown[] = [];
    await runIn(
      { event: eventWith({ Data: { Alias: "anna" } }, { Alias: "old", Office: "Pre-filled" }) },
      acting(({ data, known, fields }) => {
        seen.push(data.names, known("ALIAS"), known("Office"), known("City"), fields);
        return Promise.resolve(found);
      }),
    );
    expect(seen).toEqual([
      ["Alias"],
      "anna",
      "Pre-filled",
      undefined,
      ["Alias", "Office", "CustomAttribute1"],
    ]);
  });
});

describe("a change", () => {
  type Handle = (input: ChangeInput<TestTargets>) => Promise<Changed>;
  const updated = (
    handle: Handle,
    own: Record<string, unknown> = {},
  ): Promise<Ran<UpdateAnswer, never>> =>
    ran(
      onUpdate({ ...undeclared, handle }),
      { answer: updateAnswer },
      {
        event: {
          actionContext: {
            Configuration: configuration,
            DryRun: false,
            Data: { Office: "Utrecht" },
            References: { Account: guid },
            ...own,
          },
          personContext: { Person: { ExternalId: "E1" } },
          outputContext: { Data: { Office: "Utrecht", City: "Mapped" } },
        },
      },
    );
  const changed: Changed = {
    before: { Office: "Zwolle" },
    after: { Office: "Utrecht", City: "Urk" },
    subject: 'mailbox "Anna"',
  };

  it("answers with the mapped fields before and after; what the account lacked before is null", async () => {
    const { answer, connection } = await updated(async ({ change }) => {
      await change(step("Office", "Utrecht"));
      return changed;
    });
    expect(answer.outputContext).toMatchObject({
      Success: true,
      PreviousData: { Office: "Zwolle", City: null },
      Data: { Office: "Utrecht", City: "Urk" },
    });
    expect(connection.sent).toEqual(["Office"]);
  });

  it("reports that there was nothing to change, and that a setting of the connector is why", async () => {
    const said = async (handle: Handle, config = {}): Promise<unknown> => {
      const { answer } = await updated(handle, { Configuration: { ...configuration, ...config } });
      return answer.outputContext.AuditLogs.map(({ Message }) => Message);
    };
    const nothing: Handle = () => Promise.resolve(changed);
    expect(await said(nothing)).toEqual([
      'Nothing to change: mailbox "Anna" already has the mapped settings.',
    ]);
    expect(await said(nothing, { CorrelateOnly: true })).toEqual([
      'Mailbox "Anna" was not changed: "Correlate only" (CorrelateOnly) is on.',
    ]);
    expect(
      await said(() => Promise.resolve({ ...changed, audit: [{ Message: "Of its own." }] })),
    ).toEqual(["Of its own."]);
  });

  it.each([
    ["Reconciliation", true],
    ["reconciliation", true],
    ["Enforcement", false],
    [undefined, false],
    [null, false],
  ])("knows a reconciliation by its origin: %j", async (Origin, expected) => {
    const seen: unknown[] = [];
    await updated(
      ({ isReconciliation, accountReference }) => {
        seen.push(isReconciliation, accountReference);
        return Promise.resolve(changed);
      },
      { Origin },
    );
    expect(seen).toEqual([expected, guid]);
  });
});

describe("an import", () => {
  const account = (own: Partial<AccountRecord> = {}): AccountRecord => ({
    accountReference: guid,
    displayName: "Anna Bakker",
    userName: "anna@contoso.com",
    enabled: true,
    account: { Guid: guid, Office: "Utrecht", Alias: "anna" },
    ...own,
  });
  const imported = (
    accounts: AccountRecord[],
    ImportFields: string[] = ["Guid", "Office"],
    DryRun = false,
  ): Promise<Ran<ImportAnswer, WrittenRecord>> =>
    ran(
      onImport({
        ...undeclared,
        handle: async function* () {
          for (const one of accounts) yield await Promise.resolve(one);
        },
      }),
      { answer: importAnswer, record: accountRecord },
      { event: { actionContext: { Configuration: configuration, DryRun, ImportFields } } },
    );

  it("writes a record for each account, with only the requested fields", async () => {
    const { records, audit } = await imported([account(), account({ enabled: false })]);
    const record = {
      AccountReference: guid,
      DisplayName: "Anna Bakker",
      UserName: "anna@contoso.com",
      Enabled: true,
      Data: { Guid: guid, Office: "Utrecht" },
    };
    expect(records).toEqual([{ record }, { record: { ...record, Enabled: false } }]);
    expect(audit).toEqual([[undefined, "Accounts imported: 2.", false]]);
  });

  it("has null for a field that the account lacks, and matches names without regard to case", async () => {
    const { records } = await imported([account()], ["OFFICE", "Phone"]);
    expect(records[0]?.record.Data).toEqual({ OFFICE: "Utrecht", Phone: null });
  });

  it("nests fields whose names have a dot, and drops their parent's own value", async () => {
    const names = ["name", "Name.Given", "name.Given", "name.Family"];
    const { records } = await imported(
      [account({ account: { name: "Anna Bakker", given: "Anna", FAMILY: "Bakker" } })],
      names,
    );
    expect(records[0]?.record.Data).toEqual({
      Name: { Given: "Anna" },
      name: { Given: "Anna", Family: "Bakker" },
    });
  });

  it.each([
    [{ displayName: "" }, "anna@contoso.com", "anna@contoso.com"],
    [{ userName: " " }, "Anna Bakker", guid],
    [{ displayName: " ", userName: "" }, guid, guid],
  ])(
    "falls back for an empty name, to the user name and then the reference: %j",
    async (own, displayName, userName) => {
      const { records } = await imported([account(own)]);
      expect(records[0]?.record).toMatchObject({ DisplayName: displayName, UserName: userName });
    },
  );

  it("stops a preview after its sample, and counts what it wrote", async () => {
    const accounts = Array.from({ length: 60 }, () => account());
    const { records, audit } = await imported(accounts, ["Guid"], true);
    expect(records).toHaveLength(50);
    expect(audit[0]?.[1]).toContain("50");
    expect((await imported(accounts)).records).toHaveLength(60);
  });
});
