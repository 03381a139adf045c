import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Bench, guidOf } from "../bench.ts";
import { anywhere } from "../emulator/faults.ts";
import { permissionEventFor, reconciledRevokeFor } from "../events.ts";
import { prepare } from "./sets.ts";
import { settings } from "./settings.ts";
import { anna, type Choices, entriesOn, forDora, reviewer } from "./calendarWorld.ts";

const { grant, revoke } = settings.folderPermission;
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

describe("a missing account or object", () => {
  it.each<[string, unknown]>([
    ["never was", "0b1ec700-0000-4000-8000-00000000dead"],
    ["is deleted", guidOf("Gone Gerda")],
  ])("an account that %s gets nothing, and loses nothing", async (_name, account) => {
    for (const dryRun of [true, false]) {
      expect((await granted(reviewer, { account, dryRun })).answer).toMatchObject({
        outcome: "gone",
        plan: [],
        outputContext: { Success: false },
      });
      const gone = await revoked(reviewer, { account, dryRun });
      expect(gone.answer).toMatchObject({
        outcome: "gone",
        plan: [],
        outputContext: { Success: true },
      });
      expect(gone.messages).toEqual([
        `Mailbox ${String(account)} does not exist. There is nothing left to revoke.`,
      ]);
    }
  });

  it("is not assumed when only one cmdlet does not find the mailbox", async () => {
    bench.emulator.setFaults(
      anywhere([
        {
          match: { cmdlet: "Get-MailboxFolderStatistics" },
          answer: {
            status: 404,
            body: {
              error: {
                code: "NotFound",
                message: "x",
                details: [
                  {
                    code: "Context",
                    target: "",
                    message:
                      "Ex6F9304|Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException|The " +
                      `operation couldn't be performed because object '${anna}' couldn't be ` +
                      "found.",
                  },
                ],
              },
            },
          },
        },
      ]),
    );
    expect((await revoked(reviewer)).answer).toMatchObject({
      outcome: "unknown",
      outputContext: { Success: false },
    });
    expect((await granted(reviewer)).answer).toMatchObject({
      outcome: "gone",
      outputContext: { Success: false },
    });
  });

  it("a user whom the right names does not exist: nothing can be granted, and nothing is left to revoke", async () => {
    const reason = 'The user "nobody@contoso.com" of the calendar right does not exist.';
    for (const [run, Success, message] of [
      [granted, false, `${reason} (request `],
      [revoked, true, `${reason} There is nothing left to revoke.`],
    ] as const) {
      const { answer, messages } = await run({
        ...forDora("Reviewer"),
        mailboxFolderUser: "nobody@contoso.com",
      });
      expect(answer).toMatchObject({ outcome: "gone", plan: [], outputContext: { Success } });
      expect(messages).toEqual([expect.stringContaining(message)]);
    }
  });

  it("a user who is no recipient any more loses the entry that the calendar still has", async () => {
    const permission = forDora("Reviewer");
    await granted(permission);
    const state = bench.emulator.state();
    const dora = state.objects.find(({ Guid }) => Guid === guidOf("Dora Double"));
    Object.assign(dora ?? {}, { RecipientTypeDetails: "User" });
    bench.emulator.replaceState(state);
    expect(entriesOn(bench, anna)).not.toEqual([]);
    const { answer } = await revoked(permission);
    expect(answer).toMatchObject({ outcome: "done", outputContext: { Success: true } });
    expect(entriesOn(bench, anna)).toEqual([]);
  });

  it("a user who no longer exists is not taken for one without an entry while an entry has no owner", async () => {
    const permission = forDora("Reviewer");
    await granted(permission);
    const state = bench.emulator.state();
    const objects = state.objects.filter(({ Guid }) => Guid !== guidOf("Dora Double"));
    bench.emulator.replaceState({ ...state, objects });
    const { answer, messages } = await revoked(permission);
    expect(answer).toMatchObject({ outcome: "notYet", outputContext: { Success: false } });
    expect(messages.join()).toContain("whose owner is not known");
  });

  it("a list of addresses gets no right, and the service's reason is reported", async () => {
    const { answer, messages } = await granted({
      ...forDora("Reviewer"),
      mailboxFolderUser: "newsletter@contoso.com",
    });
    expect(answer.outputContext.Success).toBe(false);
    expect(messages.join(" ")).toContain("newsletter@contoso.com");
    expect(entriesOn(bench, anna)).toEqual([]);
  });

  it("a person is not needed for a revoke", async () => {
    await granted(reviewer);
    expect(
      (
        await revoke.here(
          bench,
          reconciledRevokeFor(bench.running, { account: anna, permission: reviewer }),
        )
      ).answer.outcome,
    ).toBe("done");
  });
});
