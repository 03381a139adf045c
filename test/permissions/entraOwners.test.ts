/** Owners of groups of Entra ID, and members that Exchange Online masters. After a change, tests read the tenant. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { State } from "../emulator/state.ts";
import { readingEventFor, type PermissionChoices } from "../events.ts";
import { EntraBench, ids } from "../lifecycle/entra/entraBench.ts";
import { groupNamed, setNames, sets } from "./entraSets.ts";

let bench: EntraBench;
beforeAll(async () => {
  bench = await EntraBench.open();
});
afterAll(() => bench.close());
beforeEach(() => bench.fresh(withOwner));

/** Bas owns the security group and Sports. */
function withOwner({ entra: { groups = {} } = {} }: State): void {
  for (const id of [ids.security, groupNamed("Sports")])
    groups[id] = { ...groups[id], owners: [ids.bas] };
}

describe.each(setNames)("an owner in %s", (set) => {
  const { grant, revoke, list, holders, group } = sets[set];
  const event = (choices: PermissionChoices = {}): unknown =>
    bench.permissionEvent({ permission: { Id: group.Id, Permission: "Owner" }, ...choices });
  const isOwner = async (user = ids.cloudOnly): Promise<boolean> =>
    (await bench.ownersOf(group.Id)).includes(user);

  it.each(["badRequest", "notFound"] as const)(
    "survives the drill, where the answer for one who is no owner is %s",
    async (missingMember) => {
      bench.fresh((state) => {
        withOwner(state);
        state.behaviour.missingMember = missingMember;
      });
      const outcomes: [string, boolean][] = [];
      const members = await bench.membersOf(group.Id);
      for (const verb of [grant, grant, revoke, revoke, grant]) {
        const planned = await verb.here(bench, event({ dryRun: true }));
        const { answer } = await verb.here(bench, event());
        expect(answer.outputContext.Success).toBe(true);
        expect(planned.answer.outcome).toBe(answer.outcome);
        expect(planned.answer.plan).toEqual(answer.plan.map((step) => ({ ...step, sent: false })));
        outcomes.push([answer.outcome, await isOwner()]);
      }
      expect(outcomes).toEqual([
        ["done", true],
        ["alreadySo", true],
        ["done", false],
        ["alreadySo", false],
        ["done", true],
      ]);
      expect(await bench.membersOf(group.Id)).toEqual(members);
    },
  );

  it("who is the last one stays, and the message says what to do", async () => {
    const { answer, messages } = await revoke.here(bench, event({ account: ids.bas }));
    expect(answer).toMatchObject({ outcome: "invalid", outputContext: { Success: false } });
    expect(messages[0]).toContain("must have at least one owner");
    expect(messages[0]).toContain("Make someone else an owner of the group first.");
    expect(await isOwner(ids.bas)).toBe(true);
  });

  it("is listed and imported when that is configured, and what is listed can be granted", async () => {
    const configuration = { GroupOwners: true };
    const reading = readingEventFor(bench.running, { configuration });
    const { answer } = await list.here(bench, reading);
    const listed = answer.outputContext.Permissions ?? [];
    const owner = listed.find(({ DisplayName }) => DisplayName === `${group.listed} - Owner`);
    expect(owner?.Identification).toEqual({ Id: group.Id, Permission: "Owner" });
    await grant.here(bench, event({ permission: owner?.Identification ?? {} }));
    expect(await isOwner()).toBe(true);
    const run = await holders.here(bench, reading);
    const records = run.records as { PermissionReference: object; AccountReferences: string[] }[];
    const held = records.filter(
      ({ PermissionReference }) =>
        JSON.stringify(PermissionReference) === JSON.stringify(owner?.Identification),
    );
    expect(held.flatMap(({ AccountReferences }) => AccountReferences).sort()).toEqual(
      [ids.bas, ids.cloudOnly].sort(),
    );
  });

  it("is looked for when the answer is lost", async () => {
    bench.emulator.setFaults([
      { match: { operation: "POST /groups/{group}/owners/$ref" }, cut: "after", times: 1 },
      {
        match: { operation: "DELETE /groups/{group}/owners/{owner}/$ref" },
        cut: "after",
        times: 1,
      },
    ]);
    expect((await grant.here(bench, event())).answer.outputContext.Success).toBe(true);
    expect(await isOwner()).toBe(true);
    expect((await revoke.here(bench, event())).answer.outputContext.Success).toBe(true);
    expect(await isOwner()).toBe(false);
  });
});

describe.each(["Newsletter", "Finance rights"])("a member of %s", (name) => {
  const { grant, revoke } = sets.entraGroups;
  const Id = groupNamed(name);
  const isIn = async (): Promise<boolean> => (await bench.membersOf(Id)).includes(ids.bas);
  const event = (configuration: Record<string, unknown>): unknown =>
    bench.permissionEvent({ permission: { Id }, account: ids.bas, configuration });

  it("survives the drill through Exchange Online, and Graph is sent no change", async () => {
    const outcomes: [string, boolean][] = [];
    for (const verb of [grant, grant, revoke, revoke, grant]) {
      const { answer } = await verb.here(bench, event({ exchangeOnlineIntegration: true }));
      expect(answer.outputContext.Success).toBe(true);
      expect(answer.plan.map(({ target }) => target)).toEqual(["exchange"]);
      outcomes.push([answer.outcome, await isIn()]);
    }
    expect(outcomes).toEqual([
      ["done", true],
      ["alreadySo", true],
      ["done", false],
      ["alreadySo", false],
      ["done", true],
    ]);
  });

  it("is refused without Exchange Online", async () => {
    const { answer } = await grant.here(bench, event({}));
    expect(answer).toMatchObject({ outcome: "invalid", plan: [] });
    expect(await isIn()).toBe(false);
  });
});
