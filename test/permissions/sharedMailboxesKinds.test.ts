import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { permissionEventFor, type PermissionChoices } from "../events.ts";
import { Bench, guidOf, shown } from "../bench.ts";
import { changedSince, everyRight, held, prepare, sets } from "./sets.ts";
import { aoife, info, nothing, on, talked } from "./sharedMailboxWorld.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());
beforeEach(() => prepare(bench));

const { grant, revoke } = sets.sharedMailboxes;

const event = (choices: PermissionChoices = {}): unknown =>
  permissionEventFor(bench.running, { permission: { Id: info }, ...choices });

describe("mailboxes of other types", () => {
  it.each([
    ["Anna Bakker", "UserMailbox"],
    ["Board Room", "RoomMailbox"],
    ["Beamer 1", "EquipmentMailbox"],
    ["Bookings Nijmegen", "SchedulingMailbox"],
  ])(
    "are not granted rights on unless they are configured, but always lose them: %s",
    async (name, type) => {
      const mailbox = guidOf(name);
      prepare(bench, {}, ({ mailboxPermissions, recipientPermissions }) => {
        mailboxPermissions?.push({ mailbox, trustee: aoife, rights: ["FullAccess"] });
        recipientPermissions?.push({ recipient: mailbox, trustee: aoife, rights: ["SendAs"] });
      });
      const before = held(bench);
      for (const dryRun of [true, false]) {
        const { answer, messages } = await grant.here(
          bench,
          event({ account: guidOf("Chris Bakker"), permission: { Id: mailbox }, dryRun }),
        );
        expect(answer).toMatchObject({
          outcome: "invalid",
          plan: [],
          outputContext: { Success: false },
        });
        expect(messages).toEqual([
          expect.stringMatching(
            new RegExp(
              `^Mailbox .* is a ${type}; the configuration \\(Shared mailbox types\\) allows SharedMailbox\\.$`,
            ),
          ),
        ]);
      }
      expect(
        (await revoke.here(bench, event({ permission: { Id: mailbox } }))).answer.outcome,
      ).toBe("done");
      expect(changedSince(before, bench)).toEqual({
        more: [],
        less: [`FullAccess on ${name}: Aoife O'Brien`, `SendAs on ${name}: Aoife O'Brien`],
      });
    },
  );

  it.each(["Anna Bakker", "Board Room", "Beamer 1"])(
    "are granted rights on when they are configured: %s",
    async (name) => {
      const configuration = {
        ...everyRight,
        SharedMailboxTypes: "UserMailbox, RoomMailbox, EquipmentMailbox",
      };
      const before = held(bench);
      expect(
        (await grant.here(bench, event({ permission: on(name), configuration }))).answer.outcome,
      ).toBe("done");
      expect(changedSince(before, bench).more).toEqual(
        ["FullAccess", "SendAs", "SendOnBehalf"].map(
          (right) => `${right} on ${name}: Aoife O'Brien`,
        ),
      );
      expect(
        (await revoke.here(bench, event({ permission: on(name), configuration }))).answer.outcome,
      ).toBe("done");
      expect(changedSince(before, bench)).toEqual(nothing);
    },
  );
});

describe("a mailbox that is hidden from the address lists", () => {
  it.each([
    ["FullAccess", []],
    ["SendAs", ["Send As"]],
    ["SendOnBehalf", ["Send on Behalf"]],
  ])("is warned about for those who send: %s", async (right, refused) => {
    const { answer, stderr } = await grant.here(
      bench,
      event({ permission: on("Lena Left", right) }),
    );
    expect(answer.outcome).toBe("done");
    expect(
      talked(stderr, "warning").filter((message) => message.includes("hidden from the address")),
    ).toEqual(
      refused.map(
        (label) =>
          `Mailbox ${shown("Lena Left", "lena.left@contoso.com")} is hidden from the address lists: desktop Outlook ` +
          `may refuse ${label} on it.`,
      ),
    );
    const back = await revoke.here(bench, event({ permission: on("Lena Left", right) }));
    expect(talked(back.stderr, "warning")).toEqual([]);
  });
});

describe("a mailbox that is synchronised from Active Directory", () => {
  const synced = (isCloudManaged: boolean): void =>
    prepare(bench, {}, (_, named) =>
      Object.assign(named("Sales"), {
        IsDirSynced: true,
        ImmutableId: "U2FsZXM=",
        IsExchangeCloudManaged: isCloudManaged,
      }),
    );
  const message =
    `Mailbox ${shown("Sales", "sales@contoso.com")} is synchronised from Active ` +
    "Directory, which masters Send on Behalf: change it there (attribute " +
    "publicDelegates).";

  it("has Send on Behalf changed there", async () => {
    synced(false);
    for (const [verb, account] of [
      [grant, aoife],
      [revoke, guidOf("Anna Bakker")],
    ] as const) {
      for (const dryRun of [true, false]) {
        const { answer, messages } = await verb.here(
          bench,
          event({ account, permission: on("Sales", "SendOnBehalf"), dryRun }),
        );
        expect(answer).toMatchObject({
          outcome: "masteredOnPremises",
          plan: [],
          outputContext: { Success: false },
        });
        expect(messages).toEqual([message]);
      }
    }
    expect(bench.writes()).toEqual([]);
  });

  it("has its other rights changed here, and names the remaining one", async () => {
    synced(false);
    const before = held(bench);
    const { answer, messages } = await grant.here(
      bench,
      event({ permission: on("Sales"), configuration: everyRight }),
    );
    expect(answer).toMatchObject({
      outcome: "masteredOnPremises",
      outputContext: { Success: false },
    });
    expect(messages).toContain(message);
    expect(changedSince(before, bench)).toEqual({
      more: ["FullAccess on Sales: Aoife O'Brien", "SendAs on Sales: Aoife O'Brien"],
      less: [],
    });
    expect((await revoke.here(bench, event({ permission: on("Sales") }))).answer.outcome).toBe(
      "done",
    );
    expect(changedSince(before, bench)).toEqual(nothing);
  });

  it("has all of them changed here when it is managed in the cloud", async () => {
    synced(true);
    const before = held(bench);
    expect(
      (await grant.here(bench, event({ permission: on("Sales"), configuration: everyRight })))
        .answer.outcome,
    ).toBe("done");
    expect(
      (await revoke.here(bench, event({ permission: on("Sales"), configuration: everyRight })))
        .answer.outcome,
    ).toBe("done");
    expect(changedSince(before, bench)).toEqual(nothing);
  });
});
