import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { permissionEventFor, type PermissionChoices } from "../events.ts";
import { Bench, guidOf, shown } from "../bench.ts";
import { changedSince, held, prepare, sets } from "./sets.ts";
import { aoife, failing, info, on, talked } from "./sharedMailboxWorld.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());
beforeEach(() => prepare(bench));

const { grant, revoke } = sets.sharedMailboxes;

const event = (choices: PermissionChoices = {}): unknown =>
  permissionEventFor(bench.running, { permission: { Id: info }, ...choices });

describe("an entry that denies", () => {
  const emma = guidOf("Emma Bakker");
  it("is not overridden, nor in a dry run", async () => {
    for (const dryRun of [true, false]) {
      const { answer, messages } = await grant.here(
        bench,
        event({ account: emma, permission: on("Service Desk", "FullAccess"), dryRun }),
      );
      expect(answer).toMatchObject({
        outcome: "invalid",
        plan: [],
        outputContext: { Success: false },
      });
      expect(messages).toEqual([
        `Mailbox ${shown("Service Desk", "servicedesk@contoso.com")} denies Full Access ` +
          `to ${shown("Emma Bakker", "emma.bakker@contoso.com")} by an entry of its own, which ` +
          "wins over any grant: remove that entry first.",
      ]);
    }
    expect(bench.writes()).toEqual([]);
  });

  it("does not prevent the other right, which is reported with it", async () => {
    const before = held(bench);
    const { answer, messages } = await grant.here(
      bench,
      event({ account: emma, permission: on("Service Desk") }),
    );
    expect(answer).toMatchObject({ outcome: "invalid", outputContext: { Success: false } });
    expect(messages).toEqual([
      expect.stringMatching(/^Grant Send As .*: done\.$/),
      expect.stringContaining("denies Full Access"),
      "Only partly done.",
    ]);
    expect(changedSince(before, bench)).toEqual({
      more: ["SendAs on Service Desk: Emma Bakker"],
      less: [],
    });
  });

  it("is not a right that can be revoked, and does not affect anyone else", async () => {
    const before = held(bench);
    expect(
      (
        await revoke.here(
          bench,
          event({ account: emma, permission: on("Service Desk", "FullAccess") }),
        )
      ).answer,
    ).toMatchObject({ outcome: "alreadySo", outputContext: { Success: true } });
    expect(
      (
        await grant.here(
          bench,
          event({ account: guidOf("Femke Bakker"), permission: on("Service Desk", "FullAccess") }),
        )
      ).answer.outcome,
    ).toBe("alreadySo");
    expect(
      (await grant.here(bench, event({ permission: on("Service Desk", "FullAccess") }))).answer
        .outcome,
    ).toBe("done");
    expect(changedSince(before, bench)).toEqual({
      more: ["FullAccess on Service Desk: Aoife O'Brien"],
      less: [],
    });
  });

  it("that is inherited is ignored", async () => {
    prepare(
      bench,
      {},
      ({ mailboxPermissions }) =>
        void mailboxPermissions?.push({
          mailbox: info,
          trustee: aoife,
          rights: ["FullAccess"],
          deny: true,
          inherited: true,
        }),
    );
    expect(
      (await grant.here(bench, event({ permission: on("Info", "FullAccess") }))).answer.outcome,
    ).toBe("done");
  });
});

describe("entries of accounts that no longer exist", () => {
  const payroll = shown("HR & Payroll", "hrpayroll@contoso.com");

  it.each(["FullAccess", "SendAs"])("are warned about when %s is granted", async (right) => {
    const { answer, stderr } = await grant.here(
      bench,
      event({ permission: on("HR & Payroll", right) }),
    );
    expect(answer.outcome).toBe("done");
    expect(talked(stderr, "warning")).toEqual([
      `On mailbox ${payroll}, one entry belongs to an account that no longer exists.`,
    ]);
  });

  it("are warned about when there was nothing to revoke, for one of them may have been the account's", async () => {
    const { answer, stderr } = await revoke.here(
      bench,
      event({ permission: on("HR & Payroll", "FullAccess") }),
    );
    expect(answer).toMatchObject({ outcome: "alreadySo", outputContext: { Success: true } });
    expect(talked(stderr, "warning")).toEqual([
      `On mailbox ${payroll}, one entry belongs to an account that no longer exists. ` +
        "Such entries can keep others from being removed.",
    ]);
  });

  it("are counted with the others when there are many of them", async () => {
    const account = guidOf("Petra Proxies");
    const warning =
      `The access list of mailbox ${shown("Privacy", "privacy@contoso.com")} has ` +
      "405 of at most 500 entries. Of these, 305 entries belong to accounts that " +
      "no longer exist.";
    for (const dryRun of [true, false]) {
      const { answer, stderr } = await grant.here(
        bench,
        event({ account, permission: on("Privacy", "FullAccess"), dryRun }),
      );
      expect(answer.outcome).toBe("done");
      expect(talked(stderr, "warning")).toEqual([warning]);
    }
  });

  it("fill a list, which a dry run reports too", async () => {
    const account = guidOf("Petra Proxies");
    for (const dryRun of [true, false]) {
      const { answer, messages } = await grant.here(
        bench,
        event({ account, permission: on("Archive 2019", "FullAccess"), dryRun }),
      );
      expect(answer).toMatchObject({
        outcome: "invalid",
        plan: [],
        outputContext: { Success: false },
      });
      expect(messages).toEqual([
        `The access list of mailbox ${shown("Archive 2019", "archive2019@contoso.com")} is full: ` +
          "Exchange allows 500 entries. Of these, 400 entries belong to accounts that no longer " +
          "exist. Remove some, or grant the right to a group.",
      ]);
    }
    expect(bench.writes()).toEqual([]);
  });

  it("that fill a list do not affect existing rights, nor another right", async () => {
    const before = held(bench);
    expect(
      (await grant.here(bench, event({ permission: on("Archive 2019", "FullAccess") }))).answer
        .outcome,
    ).toBe("alreadySo");
    expect(
      (
        await grant.here(
          bench,
          event({ account: guidOf("Petra Proxies"), permission: on("Archive 2019", "SendAs") }),
        )
      ).answer.outcome,
    ).toBe("done");
    expect(
      (await revoke.here(bench, event({ permission: on("Archive 2019", "FullAccess") }))).answer
        .outcome,
    ).toBe("done");
    expect(changedSince(before, bench)).toEqual({
      more: ["SendAs on Archive 2019: Petra Proxies"],
      less: ["FullAccess on Archive 2019: Aoife O'Brien"],
    });
  });

  it.each([
    [399, 0],
    [400, 1],
    [499, 1],
  ])("are warned about from 400 on: %i", async (entries, warnings) => {
    prepare(bench, {}, (state) => {
      const archive = guidOf("Archive 2019");
      let left = entries;
      state.mailboxPermissions =
        state.mailboxPermissions?.filter(
          ({ mailbox, trustee }) =>
            mailbox !== archive || (!trustee.startsWith("S-1") && left-- > 0),
        ) ?? [];
      for (let index = 0; left > 0; index++, left--)
        state.mailboxPermissions.push({
          mailbox: archive,
          trustee: String(
            state.objects[200 + index]?.["Guid"] ??
              `0b1ec700-0000-4000-8000-0000000e${String(index).padStart(4, "0")}`,
          ),
          rights: ["ReadPermission"],
        });
    });
    const { answer, stderr } = await grant.here(
      bench,
      event({ account: guidOf("Petra Proxies"), permission: on("Archive 2019", "FullAccess") }),
    );
    expect(answer.outcome).toBe("done");
    expect(
      talked(stderr, "warning").filter((message) =>
        message.includes(`has ${entries} of at most 500 entries`),
      ),
    ).toHaveLength(warnings);
  });

  it("that block a removal make it fail, with advice", async () => {
    prepare(bench, { orphanBlocksRemoval: true });
    const choices = {
      account: guidOf("Daan Bakker"),
      permission: on("HR & Payroll", "FullAccess"),
    };
    const { answer, messages, stderr } = await revoke.here(bench, event(choices));
    expect(held(bench)).toContain("FullAccess on HR & Payroll: Daan Bakker");
    expect(answer).toMatchObject({ outcome: "notYet", outputContext: { Success: false } });
    expect(messages.join("\n")).toContain(
      "The service answered that there was nothing to change. Its lists do not show the change yet.",
    );
    expect(talked(stderr, "warning")).toEqual([
      `On mailbox ${payroll}, one entry belongs to an account that no longer exists. ` +
        "Such entries can keep others from being removed.",
    ]);
    prepare(bench);
    expect((await revoke.here(bench, event(choices))).answer.outcome).toBe("done");
    expect(held(bench)).not.toContain("FullAccess on HR & Payroll: Daan Bakker");
  });
});

describe("access that a revoke does not end", () => {
  const onDesk = (): unknown =>
    event({ account: guidOf("Chris Bakker"), permission: on("Finance desk", "FullAccess") });
  const keeps = (ways: string): string =>
    `${shown("Chris Bakker", "chris.bakker@contoso.com")} keeps Full Access on mailbox ` +
    `${shown("Finance desk", "financedesk@contoso.com")} through ${ways}.`;

  /** Chris Bakker has Full Access on Finance desk, as Finance rights has. */
  function given({ isMember, isInherited = false }: Record<string, boolean>): void {
    prepare(bench, {}, (state, named) => {
      const chris = guidOf("Chris Bakker");
      named("Finance rights")["Members"] = isMember ? [chris] : [];
      for (const inherited of isInherited ? [false, true] : [false])
        state.mailboxPermissions?.push({
          mailbox: guidOf("Finance desk"),
          trustee: chris,
          rights: ["FullAccess"],
          inherited,
        });
    });
  }

  it("is named: a group that holds the right, with the account as a member", async () => {
    given({ isMember: true });
    const { answer, stderr } = await revoke.here(bench, onDesk());
    expect(answer.outcome).toBe("done");
    expect(held(bench)).not.toContain("FullAccess on Finance desk: Chris Bakker");
    expect(talked(stderr, "warning")).toEqual([keeps('the group "Finance rights"')]);
  });

  it("is named: an inherited entry", async () => {
    given({ isMember: false, isInherited: true });
    const { answer, stderr } = await revoke.here(bench, onDesk());
    expect(answer.outcome).toBe("done");
    expect(talked(stderr, "warning")).toEqual([keeps("an inherited entry")]);
  });

  it("is not suspected of a group that the account does not belong to", async () => {
    given({ isMember: false });
    const { answer, stderr } = await revoke.here(bench, onDesk());
    expect(answer.outcome).toBe("done");
    expect(talked(stderr, "warning")).toEqual([]);
  });

  it("can be unknown, which is said and does not change the result", async () => {
    given({ isMember: true });
    bench.emulator.setFaults([failing("Get-DistributionGroup")]);
    const { answer, stderr } = await revoke.here(bench, onDesk());
    expect(answer.outcome).toBe("done");
    expect(talked(stderr, "warning")).toEqual([
      expect.stringMatching(/^It could not be checked whether "Chris Bakker".* through a group\. /),
    ]);
  });
});
