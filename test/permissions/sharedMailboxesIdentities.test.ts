import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Fault } from "../emulator/faults.ts";
import { seedState } from "../emulator/seed.ts";
import { permissionEventFor, reconciledRevokeFor, type PermissionChoices } from "../events.ts";
import { Bench, guidOf } from "../bench.ts";
import { changedSince, everyRight, held, prepare, sets } from "./sets.ts";
import { aoife, info, nothing, on } from "./sharedMailboxWorld.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());
beforeEach(() => prepare(bench));

const { grant, revoke } = sets.sharedMailboxes;

const nobody = "0b1ec700-0000-4000-8000-0000000fffff";
const event = (choices: PermissionChoices = {}): unknown =>
  permissionEventFor(bench.running, { permission: { Id: info }, ...choices });

describe("a missing account or object", () => {
  const gone: [string, PermissionChoices, RegExp][] = [
    [
      "the mailbox",
      { permission: { Id: nobody } },
      new RegExp(`^Mailbox ${nobody} does not exist\\.`),
    ],
    [
      "the mailbox, which is soft-deleted",
      { permission: { Id: guidOf("Gone Gerda"), Permission: "SendAs" } },
      /^Mailbox .* does not exist\./,
    ],
    [
      "the account",
      { account: nobody },
      new RegExp(`^The account's mailbox \\(${nobody}\\) does not exist\\.`),
    ],
    [
      "the account, which is inactive",
      { account: guidOf("Inactive Ike") },
      /^The account's mailbox \(.*\) does not exist\./,
    ],
    [
      "both",
      { permission: { Id: nobody, Permission: "FullAccess" }, account: nobody },
      new RegExp(`^Mailbox ${nobody} does not exist\\.`),
    ],
  ];
  /** An inactive account is no account for a grant, and may still be on a list for a revoke. */
  const inactive = gone.splice(3, 1);
  it.each([...gone, ...inactive])("makes a grant fail: %s", async (_name, choices, message) => {
    for (const dryRun of [true, false]) {
      const { answer, messages } = await grant.here(bench, event({ ...choices, dryRun }));
      expect(answer).toMatchObject({
        outcome: "gone",
        plan: [],
        outputContext: { Success: false },
      });
      expect(messages).toEqual([expect.stringMatching(message)]);
    }
    expect(bench.writes()).toEqual([]);
  });

  it.each(gone)("leaves nothing to revoke: %s", async (_name, choices, message) => {
    for (const one of [
      event({ ...choices, dryRun: true }),
      event(choices),
      reconciledRevokeFor(bench.running, { permission: { Id: info }, ...choices }),
    ]) {
      const { answer, messages } = await revoke.here(bench, one);
      expect(answer).toMatchObject({ outcome: "gone", plan: [], outputContext: { Success: true } });
      expect(messages).toEqual([expect.stringMatching(message)]);
      expect(messages[0]).toMatch(/ There is nothing left to revoke\.$/);
    }
    expect(bench.writes()).toEqual([]);
  });

  it("is searched for in the lists when it is an inactive account", async () => {
    const { answer } = await revoke.here(bench, event({ account: guidOf("Inactive Ike") }));
    expect(answer).toMatchObject({ outcome: "alreadySo", outputContext: { Success: true } });
  });

  it("is not assumed for a trustee that the list shows and the service does not find", async () => {
    await grant.here(bench, event());
    const refusal = (cmdlet: string): Fault => ({
      match: { cmdlet },
      answer: {
        status: 404,
        body: {
          error: {
            code: "NotFound",
            message: "x",
            details: [
              {
                message:
                  "|Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException|User " +
                  `or group "${aoife}" wasn't found. Please make sure you've typed it ` +
                  "correctly.",
              },
            ],
          },
        },
      },
    });
    bench.emulator.setFaults([
      refusal("Remove-MailboxPermission"),
      refusal("Remove-RecipientPermission"),
    ]);
    const { answer } = await revoke.here(bench, event());
    expect(answer).toMatchObject({ outcome: "unknown", outputContext: { Success: false } });
    bench.reset();
    bench.emulator.setFaults([
      refusal("Remove-MailboxPermission"),
      refusal("Remove-RecipientPermission"),
    ]);
    // Without an entry on the list the state is as it should be, whatever the service answers.
    expect((await revoke.here(bench, event())).answer).toMatchObject({
      outcome: "alreadySo",
      outputContext: { Success: true },
    });
  });
});

describe("an ambiguous identity is never treated as one that no longer exists", () => {
  const cases = (
    ["matchesMultipleEntries", "multipleRecipients", "labelledNotFound"] as const
  ).flatMap((ambiguity) =>
    (["the mailbox", "the account"] as const).map((whose) => ({ ambiguity, whose })),
  );
  it.each(cases)("$whose, $ambiguity", async ({ ambiguity, whose }) => {
    prepare(
      bench,
      { ambiguity },
      (_, named) => (named("Press")["Alias"] = whose === "the mailbox" ? info : aoife),
    );
    for (const verb of [grant, revoke]) {
      const { answer } = await verb.here(bench, event());
      expect(answer).toMatchObject({
        outcome: "ambiguous",
        plan: [],
        outputContext: { Success: false },
      });
    }
    expect(bench.writes()).toEqual([]);
  });

  it("when both are shown", async () => {
    prepare(bench, { ambiguousRead: "returnAll" }, (_, named) => (named("Press")["Alias"] = info));
    for (const verb of [grant, revoke])
      expect((await verb.here(bench, event())).answer).toMatchObject({
        outcome: "unknown",
        plan: [],
        outputContext: { Success: false },
      });
  });
});

describe("two people with one name", () => {
  const [one = "", other = ""] = seedState()
    .objects.filter(({ DisplayName }) => DisplayName === "Jan de Vries")
    .map(({ Guid }) => String(Guid));

  it("are not confused when one loses what the other has", async () => {
    prepare(
      bench,
      { trusteesShownAs: "DisplayName", referencesShownAs: "DisplayName" },
      ({ mailboxPermissions, recipientPermissions }, named) => {
        mailboxPermissions?.push({ mailbox: info, trustee: other, rights: ["FullAccess"] });
        recipientPermissions?.push({ recipient: info, trustee: other, rights: ["SendAs"] });
        named("Info")["GrantSendOnBehalfTo"] = [other];
      },
    );
    const before = held(bench);
    const { answer } = await revoke.here(bench, event({ account: one, configuration: everyRight }));
    expect(answer).toMatchObject({ outcome: "alreadySo", outputContext: { Success: true } });
    expect(changedSince(before, bench)).toEqual(nothing);
    expect(
      (await grant.here(bench, event({ account: one, configuration: everyRight }))).answer.outcome,
    ).toBe("done");
    expect(changedSince(before, bench).more).toEqual(
      ["FullAccess", "SendAs", "SendOnBehalf"].map((right) => `${right} on Info: Jan de Vries`),
    );
  });

  it("are not confused when a dry run shows what there is to do", async () => {
    prepare(
      bench,
      { trusteesShownAs: "DisplayName" },
      ({ mailboxPermissions }) =>
        void mailboxPermissions?.push({ mailbox: info, trustee: other, rights: ["FullAccess"] }),
    );
    const { answer } = await grant.here(
      bench,
      event({ account: one, permission: on("Info", "FullAccess"), dryRun: true }),
    );
    expect(answer).toMatchObject({ outcome: "done", plan: [{ before: { FullAccess: false } }] });
  });

  it("are not confused when one is denied what the other should get", async () => {
    prepare(
      bench,
      { trusteesShownAs: "DisplayName" },
      ({ mailboxPermissions }) =>
        void mailboxPermissions?.push({
          mailbox: info,
          trustee: other,
          rights: ["FullAccess"],
          deny: true,
        }),
    );
    const { answer } = await grant.here(
      bench,
      event({ account: one, permission: on("Info", "FullAccess") }),
    );
    expect(answer).toMatchObject({ outcome: "done" });
  });
});
