import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Bench, guidOf } from "../bench.ts";
import { permissionEventFor, readingEventFor } from "../events.ts";
import { prepare } from "./sets.ts";
import { holdersIn, imported, listed, recordsOf, refusal, settings } from "./settings.ts";
import { anna, type Choices } from "./calendarWorld.ts";

const { grant, revoke, holders } = settings.folderPermission;
let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());
beforeEach(() => prepare(bench));

const granted = (permission: unknown, { account = anna, ...choices }: Choices = {}) =>
  grant.here(bench, permissionEventFor(bench.running, { account, permission, ...choices }));
const revoked = (permission: unknown, { account = anna, ...choices }: Choices = {}) =>
  revoke.here(bench, permissionEventFor(bench.running, { account, permission, ...choices }));

/** Whose Default reads how, by the truth of the tenant. */
function expectedHolders(types: readonly string[] = ["UserMailbox"]): Record<string, string[]> {
  const { objects, folderPermissions = [] } = bench.emulator.state();
  const rightOf = (mailbox: unknown): string =>
    folderPermissions
      .find(
        (entry) =>
          entry.mailbox === mailbox && entry.folder === "Calendar" && entry.user === "Default",
      )
      ?.rights.join() ?? "AvailabilityOnly";
  const mailboxes = objects.filter(
    ({ RecipientTypeDetails, IsSoftDeletedByRemove, IsInactiveMailbox }) =>
      types.includes(String(RecipientTypeDetails)) &&
      IsSoftDeletedByRemove !== true &&
      IsInactiveMailbox !== true,
  );
  const ids: Record<string, string> = {
    AvailabilityOnly: "1",
    LimitedDetails: "2",
    Reviewer: "3",
    Editor: "4",
  };
  const byId = new Map<string, string[]>();
  for (const { Guid } of mailboxes) {
    const id = ids[rightOf(Guid)];
    if (id !== undefined) byId.set(id, [...(byId.get(id) ?? []), String(Guid)]);
  }
  return Object.fromEntries([...byId].sort().map(([id, guids]) => [id, guids.sort()]));
}

describe("an import", () => {
  it("yields every trustee with a listed right, ten calendars to a request", async () => {
    const run = await holders.here(bench, readingEventFor(bench.running));
    expect(run.answer).toMatchObject({
      outcome: "done",
      plan: [],
      outputContext: { Success: true },
    });
    const expected = expectedHolders();
    expect(expected["1"]?.length).toBeGreaterThan(100);
    expect(expected["3"]).toEqual([guidOf("Mia Married")]);
    expect(holdersIn(run)).toEqual(expected);
    const count = Object.values(expected).flat().length + 1; // One has a right that is in no option.
    expect(bench.cmdlets().filter((cmdlet) => cmdlet === "$batch").length).toBeLessThanOrEqual(
      2 * Math.ceil(count / 10) + 5,
    );
    expect(bench.cmdlets().filter((cmdlet) => cmdlet !== "$batch")).toEqual(["Get-Mailbox"]);
  });

  it("includes the configured types", async () => {
    expect(
      holdersIn(
        await imported(bench, "folderPermission", {
          RecipientTypeDetails: "SharedMailbox, RoomMailbox",
        }),
      ),
    ).toEqual(expectedHolders(["SharedMailbox", "RoomMailbox"]));
  });

  it("yields exactly what was listed, granted and not revoked", async () => {
    const permissions = await listed(bench, "folderPermission");
    const accounts = ["Anna Bakker", "Bas Bakker", "Chris Bakker", "Daan Bakker"].map(guidOf);
    const before = holdersIn(await imported(bench, "folderPermission"));
    for (const [index, { Identification }] of permissions.entries())
      expect(
        (await granted(Identification, { account: accounts[index] })).answer.outputContext.Success,
      ).toBe(true);
    const run = await imported(bench, "folderPermission");
    for (const [index, { Identification, DisplayName }] of permissions.entries()) {
      const own = recordsOf(run).filter(({ AccountReferences }) =>
        AccountReferences.includes(accounts[index] ?? ""),
      );
      expect(
        own.map((record) => ({
          Identification: record.PermissionReference,
          DisplayName: record.DisplayName,
        })),
      ).toEqual([{ Identification, DisplayName }]);
    }
    expect(holdersIn(run)).toEqual(expectedHolders());
    for (const [index, { Identification }] of permissions.entries())
      expect(
        (await revoked(Identification, { account: accounts[index] })).answer.outputContext.Success,
      ).toBe(true);
    expect(holdersIn(await imported(bench, "folderPermission"))).toEqual(before);
  });

  it("names a calendar that cannot be read, imports the others, and fails", async () => {
    bench.emulator.setFaults([
      {
        match: { cmdlet: "Get-MailboxFolderPermission", item: true },
        skip: 3,
        times: 1,
        answer: refusal,
      },
      { match: { cmdlet: "Get-MailboxFolderPermission" }, answer: refusal },
    ]);
    const run = await imported(bench, "folderPermission");
    expect(run.answer).toMatchObject({ outcome: "forbidden", outputContext: { Success: false } });
    expect(run.messages.join(" ")).toMatch(
      /The import is incomplete: 1 calendar could not be read \(".+" <.+> \(0b1ec700-.+\)\)\./,
    );
    const found = Object.values(holdersIn(run)).flat();
    expect(found).toHaveLength(Object.values(expectedHolders()).flat().length - 1);
  });

  it("yields nothing for a mailbox without a calendar, and does not fail", async () => {
    const folders = [{ FolderType: "User Created", FolderId: "x" }];
    const answer = { status: 200, body: { value: folders } };
    bench.emulator.setFaults([
      { match: { cmdlet: "Get-MailboxFolderStatistics", item: true }, times: 2, answer },
    ]);
    const run = await imported(bench, "folderPermission");
    expect(run.answer).toMatchObject({ outcome: "done", outputContext: { Success: true } });
    expect(Object.values(holdersIn(run)).flat()).toHaveLength(
      Object.values(expectedHolders()).flat().length - 2,
    );
  });

  it("requests folders once more when a lagging controller returns none", async () => {
    const answer = { status: 200, body: { value: [] } };
    bench.emulator.setFaults([
      { match: { cmdlet: "Get-MailboxFolderStatistics", item: true }, times: 2, answer },
    ]);
    const run = await imported(bench, "folderPermission");
    expect([run.answer.outcome, holdersIn(run)]).toEqual(["done", expectedHolders()]);
  });

  it("repeats a request after a transient fault", async () => {
    bench.emulator.setFaults([
      {
        match: { cmdlet: "Get-MailboxFolderPermission", item: true },
        chance: 0.1,
        named: "throttled",
        retryAfter: "0.01",
      },
      { match: { cmdlet: "Get-MailboxFolderStatistics", item: true }, chance: 0.05, drop: true },
    ]);
    const run = await imported(bench, "folderPermission");
    expect([run.answer.outcome, holdersIn(run)]).toEqual(["done", expectedHolders()]);
  });

  it("writes records in blocks, and the same in a dry run", async () => {
    const { records, answer } = await holders.here(
      bench,
      readingEventFor(bench.running, { dryRun: true }),
    );
    expect(answer.outcome).toBe("done");
    expect(holdersIn({ records })).toEqual(expectedHolders());
  });
});
