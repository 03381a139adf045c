/** Members of security groups of Entra ID and of Microsoft 365 groups. After a change, tests read the tenant. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Fault } from "../emulator/faults.ts";
import type { State } from "../emulator/state.ts";
import { readingEventFor, reconciledRevokeFor, type PermissionChoices } from "../events.ts";
import { sentence } from "../bench.ts";
import { cloudOnly, EntraBench, ids } from "../lifecycle/entra/entraBench.ts";
import { groupNamed, setNames, sets, type EntraSet } from "./entraSets.ts";

let bench: EntraBench;
beforeAll(async () => {
  bench = await EntraBench.open();
});
afterAll(() => bench.close());
beforeEach(() => bench.fresh());

const missing = "00000000-0000-4000-8000-00000000dead";
/** What grants and revokes need, and no more. */
const least = ["User.Read.All", "GroupMember.Read.All", "GroupMember.ReadWrite.All"];
const withRoles = (roles: string[]) => (state: State) => {
  for (const app of state.apps) app.graphRoles = roles;
};

describe.each(setNames)("%s", (set) => {
  const { grant, revoke, list, group } = sets[set];
  const shown = `"${group.name}" (${group.Id})`;
  const event = (choices: PermissionChoices = {}): unknown =>
    bench.permissionEvent({ permission: { Id: group.Id }, ...choices });
  const isIn = async (user = ids.cloudOnly): Promise<boolean> =>
    (await bench.membersOf(group.Id)).includes(user);
  const add = "POST /groups/{group}/members/$ref";
  const remove = "DELETE /groups/{group}/members/{member}/$ref";

  it("is granted and revoked in the words of the audit", async () => {
    bench.fresh(withRoles(least));
    const granted = await grant.here(bench, event());
    expect(granted.answer.outputContext).toEqual({
      Success: true,
      AuditLogs: [
        {
          Action: "GrantPermission",
          Message: `Add ${cloudOnly} to group ${shown}: done.`,
          IsError: false,
        },
      ],
    });
    expect(granted.answer.plan).toEqual([
      {
        target: "graph",
        operation: add,
        parameters: { group: group.Id, member: ids.cloudOnly },
        sentence: `Add ${cloudOnly} to group ${shown}`,
        before: { isMember: false },
        sent: true,
      },
    ]);
    expect(await isIn()).toBe(true);
    const choices = { account: ids.cloudOnly, permission: { Id: group.Id } };
    const revoked = await revoke.here(bench, reconciledRevokeFor(bench.running, choices));
    expect(revoked.answer.outputContext).toEqual({
      Success: true,
      AuditLogs: [
        {
          Action: "RevokePermission",
          Message: `Remove ${cloudOnly} from group ${shown}: done.`,
          IsError: false,
        },
      ],
    });
    expect(revoked.answer.plan).toMatchObject([
      { operation: remove, before: { isMember: true }, sent: true },
    ]);
    expect(await isIn()).toBe(false);
    // The user is still there: without `/$ref`, the request would have deleted them.
    expect(await bench.shown(ids.cloudOnly, ["id"])).toMatchObject({ id: ids.cloudOnly });
  });

  it.each(["badRequest", "notFound"] as const)(
    "survives the drill, where the answer for one who is not a member is %s",
    async (missingMember) => {
      bench.fresh((state) => Object.assign(state.behaviour, { missingMember }));
      const outcomes: [string, boolean][] = [];
      for (const verb of [grant, grant, revoke, revoke, grant]) {
        const { answer } = await verb.here(bench, event());
        expect(answer.outputContext.Success).toBe(true);
        expect(bench.writes()).toHaveLength(outcomes.length + 1);
        outcomes.push([answer.outcome, await isIn()]);
      }
      expect(outcomes).toEqual([
        ["done", true],
        ["alreadySo", true],
        ["done", false],
        ["alreadySo", false],
        ["done", true],
      ]);
    },
  );

  it("is planned in a dry run by what is read, and nothing is sent", async () => {
    const outcomes = async () => {
      const [granted, revoked] = [
        await grant.here(bench, event({ dryRun: true })),
        await revoke.here(bench, event({ dryRun: true })),
      ];
      expect([granted.answer.plan, revoked.answer.plan]).toMatchObject([
        [{ operation: add, sent: false }],
        [{ operation: remove, sent: false }],
      ]);
      return [granted.answer.outcome, revoked.answer.outcome];
    };
    expect(await outcomes()).toEqual(["done", "alreadySo"]);
    expect(bench.writes()).toEqual([]);
    await grant.here(bench, event());
    expect(await outcomes()).toEqual(["alreadySo", "done"]);
    expect(await isIn()).toBe(true);
  });

  it.each<[string, PermissionChoices]>([
    ["an older reference", { permission: { Id: group.Id, Name: "As it was" } }],
    ["another case", { permission: { ID: ` ${group.Id.toUpperCase()} ` } }],
    ["an object as the account reference", { account: { id: ids.cloudOnly.toUpperCase() } }],
    ["correlation only", { configuration: { CorrelateOnly: "true" } }],
  ])("is granted and revoked with %s", async (_name, choices) => {
    expect((await grant.here(bench, event(choices))).answer.outcome).toBe("done");
    expect(await isIn()).toBe(true);
    expect((await revoke.here(bench, event(choices))).answer.outcome).toBe("done");
    expect(await isIn()).toBe(false);
  });

  it("costs a token, two requests that read and the change; a revoke also looks, twice at an empty list", async () => {
    expect((await grant.here(bench, event())).answer.stats.requests).toBe(4);
    expect((await revoke.here(bench, event())).answer.stats.requests).toBe(6);
  });

  it.each<[string, PermissionChoices, string]>([
    ["the group", { permission: { Id: missing } }, `Group ${missing} does not exist.`],
    ["the user", { account: missing }, `User ${missing} does not exist.`],
  ])("without %s fails to be granted, and has nothing to revoke", async (_name, choices, text) => {
    const granted = await grant.here(bench, event(choices));
    expect(granted.answer).toMatchObject({ outcome: "gone", outputContext: { Success: false } });
    expect(granted.messages[0]).toContain(text);
    const revoked = await revoke.here(bench, event(choices));
    expect(revoked.answer).toMatchObject({ outcome: "gone", outputContext: { Success: true } });
    expect(revoked.messages).toEqual([`${text} There is nothing left to revoke.`]);
    expect(bench.writes()).toEqual([]);
  });

  it("is not revoked when an answer denies the user, who exists and stays a member", async () => {
    await grant.here(bench, event());
    bench.emulator.setFaults([
      {
        match: { side: "graph", operation: remove },
        answer: {
          status: 404,
          body: {
            error: {
              code: "Request_ResourceNotFound",
              message:
                `Resource '${ids.cloudOnly}' does not exist or one of its queried ` +
                "reference-property objects are not present.",
            },
          },
        },
      },
    ]);
    const { answer } = await revoke.here(bench, event());
    expect(answer).toMatchObject({ outcome: "unknown", outputContext: { Success: false } });
    expect(await isIn()).toBe(true);
  });

  it.each<[string, string, string | RegExp]>([
    [
      ids.synced,
      "masteredOnPremises",
      `Group "From on-premises" (${ids.synced}) is synchronised from Active Directory, which masters ` +
        "its members: change them there (attribute member).",
    ],
    [ids.dynamic, "invalid", /^Group "Everyone in care" \(.*\) has dynamic membership: its rule/],
    [ids.roleAssignable, "invalid", /^Group "Admins" \(.*\) can be assigned to a directory role/],
    [
      groupNamed("Newsletter"),
      "invalid",
      /^Group "Newsletter" \(.*\) is a distribution list: Exchange Online masters it\. Its members are changed when/,
    ],
    [
      groupNamed("Finance rights"),
      "invalid",
      /^Group "Finance rights" \(.*\) is a mail-enabled security group: Exchange Online masters/,
    ],
  ])("refuses %s, which Graph does not change", async (Id, outcome, message) => {
    for (const verb of [grant, revoke])
      for (const dryRun of [true, false]) {
        const { answer, messages } = await verb.here(bench, event({ permission: { Id }, dryRun }));
        expect(answer).toMatchObject({ outcome, plan: [], outputContext: { Success: false } });
        expect(messages).toEqual([sentence(message)]);
      }
    expect(bench.writes()).toEqual([]);
  });

  it.each<[string, PermissionChoices, RegExp]>([
    ["no ID", { permission: {} }, /^The object ID of the group is missing; expected a GUID\.$/],
    [
      "a name",
      { permission: { Id: "Care" } },
      /^The object ID of the group is "Care"; expected a GUID/,
    ],
    [
      "the account's mailbox",
      { account: "anna.bakker@contoso.com" },
      /^The object ID of the user is "anna\.bakker@contoso\.com"; expected a GUID\.$/,
    ],
  ])("refuses a reference with %s", async (_name, choices, message) => {
    for (const verb of [grant, revoke]) {
      const { answer, messages } = await verb.here(bench, event(choices));
      expect(answer).toMatchObject({ outcome: "invalid", outputContext: { Success: false } });
      expect(messages[0]).toMatch(message);
    }
    expect(bench.writes()).toEqual([]);
  });

  it.each(["GroupMember.Read.All", "GroupMember.ReadWrite.All"])(
    "names what may be missing without the permission %s, and nothing is done",
    async (role) => {
      bench.fresh(withRoles(least.filter((one) => one !== role)));
      const { answer, messages } = await grant.here(bench, event());
      expect(answer).toMatchObject({ outcome: "forbidden", outputContext: { Success: false } });
      expect(messages.join()).toContain("The application lacks the permission");
      expect(await isIn()).toBe(false);
    },
  );

  const struck = (operation: string, more: Fault): Fault => ({
    match: { side: "graph", operation },
    times: 1,
    ...more,
  });

  it("waits for a service that throttles", async () => {
    bench.emulator.setFaults([struck(add, { named: "throttled" })]);
    const { answer } = await grant.here(bench, event());
    expect(answer.outcome).toBe("done");
    expect(answer.stats.retries).toBe(1);
    expect(await isIn()).toBe(true);
  });

  it("looks when the answer is lost", async () => {
    bench.emulator.setFaults([struck(add, { cut: "after" }), struck(remove, { cut: "after" })]);
    const granted = await grant.here(bench, event());
    expect(granted.answer).toMatchObject({ outputContext: { Success: true } });
    expect(await isIn()).toBe(true);
    const revoked = await revoke.here(bench, event());
    expect(revoked.answer).toMatchObject({ outputContext: { Success: true } });
    expect(await isIn()).toBe(false);
  });

  it.each([
    ["accepted", true, "accepted; its lists do not show it yet"],
    ["strict", false, "it is unknown whether it was applied"],
  ])(
    "that stays after a revoke that was accepted is not silently revoked: %s",
    async (ConfirmRevokes, isDone, end) => {
      await grant.here(bench, event());
      bench.emulator.setFaults([
        { match: { side: "graph", operation: remove }, answer: { status: 204 } },
      ]);
      const configuration = { ConfirmRevokes };
      const { answer, messages } = await revoke.here(bench, event({ configuration }));
      expect(answer.outputContext.Success).toBe(isDone);
      expect(messages[0]).toContain(end);
      expect(await isIn()).toBe(true);
    },
  );

  it("that stays is not believed to be gone when one look at the groups of the user shows none", async () => {
    await grant.here(bench, event());
    const operation = "GET /users/{user}/memberOf/{type}";
    bench.emulator.setFaults([
      { match: { side: "graph", operation: remove }, answer: { status: 204 } },
      // After the token, two requests that read, and the change.
      { match: { side: "graph", operation, nth: 5 }, answer: { status: 200, body: { value: [] } } },
    ]);
    const configuration = { ConfirmRevokes: "strict" };
    const { answer } = await revoke.here(bench, event({ configuration }));
    expect(answer).toMatchObject({ outcome: "notYet", outputContext: { Success: false } });
    expect(await isIn()).toBe(true);
  });

  it("that stays after a doubtful answer is a failure", async () => {
    await grant.here(bench, event());
    bench.emulator.setFaults([
      {
        match: { side: "graph", operation: remove },
        answer: {
          status: 400,
          body: {
            error: {
              code: "Request_BadRequest",
              message:
                "One or more removed object references do not exist for the following modified properties: 'members'.",
            },
          },
        },
      },
    ]);
    const { answer } = await revoke.here(bench, event());
    expect(answer).toMatchObject({ outcome: "notYet", outputContext: { Success: false } });
    expect(await isIn()).toBe(true);
  });

  it("waits until lists that lag show a revoke", async () => {
    bench.fresh((state) => Object.assign(state.behaviour, { graphMemberLagMs: 2_000 }));
    await grant.here(bench, event());
    bench.emulator.advance(5_000);
    const { answer } = await revoke.here(bench, event());
    expect(answer).toMatchObject({ outcome: "done", outputContext: { Success: true } });
    expect(await isIn()).toBe(false);
  });

  it("is listed by its name and reference", async () => {
    const { answer } = await list.here(bench, readingEventFor(bench.running));
    expect(answer.outputContext.Permissions).toContainEqual({
      DisplayName: group.listed,
      Identification: { Id: group.Id },
    });
  });
});

describe("the lists", () => {
  const listed = async (set: EntraSet) => {
    const { answer } = await sets[set].list.here(bench, readingEventFor(bench.running));
    const { Permissions = [] } = answer.outputContext;
    expect(answer).toMatchObject({ outcome: "done", plan: [], outputContext: { Success: true } });
    return Permissions.map(({ DisplayName }) => DisplayName).sort();
  };

  it("have security groups, without those of a rule, of Active Directory and of a role", async () => {
    bench.fresh((state) => {
      const groups = state.entra?.groups ?? {};
      const was = { ...groups[ids.security], displayName: "Was synchronised" };
      groups["e47ad000-0000-4000-8000-000000009200"] = { ...was, onPremisesSyncEnabled: false };
    });
    expect(await listed("entraGroups")).toEqual([
      "Security Group - Care staff",
      "Security Group - Teams users",
      "Security Group - Was synchronised",
    ]);
  });

  it("have Microsoft 365 groups, without those of Active Directory and of a role", async () => {
    bench.fresh((state) => {
      for (const object of state.objects)
        if (object["DisplayName"] === "Project Alpha") object["IsDirSynced"] = true;
      const groups = state.entra?.groups ?? {};
      groups[groupNamed("Project Beta")] = { isAssignableToRole: true };
    });
    expect(await listed("microsoft365Groups")).toEqual(
      ["All Staff", "Ground Floor", "Sports", "Works Council"].map(
        (name) => `M365 Group - ${name}`,
      ),
    );
  });

  it("cut a name at 100 characters", async () => {
    bench.fresh((state) => {
      const care = state.entra?.groups?.[ids.security];
      if (care) care["displayName"] = "x".repeat(200);
    });
    expect(await listed("entraGroups")).toContain(`Security Group - ${"x".repeat(83)}`);
  });

  it("grant and revoke a reference of each other, as sets that have both kinds do", async () => {
    const permission = { Id: sets.microsoft365Groups.group.Id };
    const { answer } = await sets.entraGroups.grant.here(
      bench,
      bench.permissionEvent({ permission }),
    );
    expect(answer.outcome).toBe("done");
    expect(await bench.membersOf(permission.Id)).toContain(ids.cloudOnly);
  });
});
