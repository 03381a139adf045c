/** Licences over Microsoft Graph. After a change, tests read the tenant. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import grantAction from "../../permissions/licences/grantPermission.ts";
import importAction from "../../permissions/licences/importPermission.ts";
import listAction from "../../permissions/licences/permissions.ts";
import revokeAction from "../../permissions/licences/revokePermission.ts";
import { runnerOf } from "../bench.ts";
import type { Fault } from "../emulator/faults.ts";
import type { State } from "../emulator/state.ts";
import { readingEventFor, reconciledRevokeFor, type PermissionChoices } from "../events.ts";
import {
  grantPermissionAnswer,
  importPermissionAnswer,
  permissionsAnswer,
  revokePermissionAnswer,
} from "../generated/answers.ts";
import { anna, cloudOnly, EntraBench, ids } from "../lifecycle/entra/entraBench.ts";

let bench: EntraBench;
beforeAll(async () => {
  bench = await EntraBench.open();
});
afterAll(() => bench.close());
beforeEach(() => bench.fresh());

const list = runnerOf("permissions/licences/permissions", listAction, permissionsAnswer);
const grant = runnerOf("permissions/licences/grantPermission", grantAction, grantPermissionAnswer);
const revoke = runnerOf(
  "permissions/licences/revokePermission",
  revokeAction,
  revokePermissionAnswer,
);
const holders = runnerOf(
  "permissions/licences/importPermission",
  importAction,
  importPermissionAnswer,
);

const operation = "POST /users/{user}/assignLicense";
const bas = `"Bas Bakker" <bas.bakker@contoso.com> (${ids.bas})`;
const referenceOf = (skuId: string, skuPartNumber: string) => ({
  Id: `${bench.emulator.state().tenant.id}_${skuId}`,
  SkuId: skuId,
  SkuPartNumber: skuPartNumber,
});
const e3 = () => referenceOf(ids.e3, "ENTERPRISEPACK");
const teams = () => referenceOf(ids.teams, "TEAMS_EXPLORATORY");
const event = (choices: PermissionChoices = {}): unknown =>
  bench.permissionEvent({ account: ids.anna, permission: e3(), ...choices });
const withExchange = { configuration: { exchangeOnlineIntegration: "true" } };

/** The licences of a user, as another client of Graph sees them: each with the group that assigns it. */
async function licencesOf(user = ids.anna) {
  const { licenseAssignmentStates } = await bench.shown(user, ["licenseAssignmentStates"]);
  return (
    licenseAssignmentStates as {
      skuId: string;
      assignedByGroup: string | null;
      disabledPlans: string[];
    }[]
  ).map(({ skuId, assignedByGroup, disabledPlans }) => [skuId, assignedByGroup, disabledPlans]);
}

type Plan = NonNullable<NonNullable<State["entra"]>["subscribedSkus"]>[number]["servicePlans"][0];
/** Changes the plan of Teams in E3. */
const teamsPlan = (change: Partial<Plan>) => (state: State) => {
  const plan = state.entra?.subscribedSkus?.[0]?.servicePlans[1];
  Object.assign(plan ?? {}, change);
};
const assigned =
  (user: string, skuId: string, disabledPlans: string[] = []) =>
  (state: State) => {
    const users = ((state.entra ??= {}).users ??= {});
    users[user] = { ...users[user], assignedLicenses: [{ skuId, disabledPlans }] };
  };
const onHold = (state: State): void => {
  for (const object of state.objects)
    if (object["ExternalDirectoryObjectId"] === ids.anna) object["LitigationHoldEnabled"] = true;
};

describe("a licence", () => {
  it("is granted and revoked in the words of the audit, with the least permissions", async () => {
    bench.fresh((state) => {
      for (const app of state.apps)
        app.graphRoles = ["User.Read.All", "LicenseAssignment.ReadWrite.All"];
    });
    const granted = await grant.here(bench, event());
    expect(granted.answer.outputContext).toEqual({
      Success: true,
      AuditLogs: [
        {
          Action: "GrantPermission",
          Message: `Assign licence ENTERPRISEPACK to ${anna}: done.`,
          IsError: false,
        },
      ],
    });
    expect(granted.answer.plan).toEqual([
      {
        target: "graph",
        operation,
        parameters: {
          user: ids.anna,
          addLicenses: [{ skuId: ids.e3, disabledPlans: [] }],
          removeLicenses: [],
        },
        sentence: `Assign licence ENTERPRISEPACK to ${anna}`,
        before: { isAssigned: false, disabledPlans: [] },
        sent: true,
      },
    ]);
    expect(await licencesOf()).toEqual([[ids.e3, null, []]]);
    const choices = { account: ids.anna, permission: e3() };
    const revoked = await revoke.here(bench, reconciledRevokeFor(bench.running, choices));
    expect(revoked.messages).toEqual([
      `Licence ENTERPRISEPACK includes Exchange Online: if ${anna} has a mailbox, it is deleted after 30 days. ` +
        "Whether it is on litigation hold was not checked, because exchangeOnlineIntegration is off.",
      `Remove licence ENTERPRISEPACK from ${anna}: done.`,
    ]);
    expect(revoked.answer.plan).toMatchObject([
      {
        parameters: { addLicenses: [], removeLicenses: [ids.e3] },
        before: { isAssigned: true, disabledPlans: [] },
      },
    ]);
    expect(await licencesOf()).toEqual([]);
  });

  it("survives the drill", async () => {
    const outcomes: [string, number][] = [];
    for (const verb of [grant, grant, revoke, revoke, grant]) {
      const { answer } = await verb.here(bench, event());
      expect(answer.outputContext.Success).toBe(true);
      expect(bench.writes()).toHaveLength(outcomes.length + 1);
      outcomes.push([answer.outcome, (await licencesOf()).length]);
    }
    expect(outcomes).toEqual([
      ["done", 1],
      ["alreadySo", 1],
      ["done", 0],
      ["alreadySo", 0],
      ["done", 1],
    ]);
  });

  it("is planned in a dry run by what is read, and nothing is sent", async () => {
    const planned = async () => {
      const runs = [
        await grant.here(bench, event({ dryRun: true })),
        await revoke.here(bench, event({ dryRun: true })),
      ];
      expect(runs.map(({ answer }) => answer.plan.map(({ sent }) => sent))).toEqual([
        [false],
        [false],
      ]);
      return runs.map(({ answer }) => answer.outcome);
    };
    expect(await planned()).toEqual(["done", "alreadySo"]);
    expect(bench.writes()).toEqual([]);
    await grant.here(bench, event());
    expect(await planned()).toEqual(["alreadySo", "done"]);
    expect(await licencesOf()).toHaveLength(1);
  });

  it.each<[string, Record<string, string>]>([
    ["that HelloID's newer connector stored", { Reference: ids.e3 }],
    ["without a name", { SkuId: ids.e3.toUpperCase() }],
  ])("is granted and revoked by a reference %s", async (_name, permission) => {
    expect((await grant.here(bench, event({ permission }))).answer.outcome).toBe("done");
    expect(await licencesOf()).toEqual([[ids.e3, null, []]]);
    expect((await revoke.here(bench, event({ permission }))).answer.outcome).toBe("done");
    expect(await licencesOf()).toEqual([]);
  });

  it("costs a token, two reads and the change; a revoke also a look", async () => {
    expect((await grant.here(bench, event())).answer.stats.requests).toBe(4);
    expect((await revoke.here(bench, event())).answer.stats.requests).toBe(5);
  });

  it.each<[string, PermissionChoices, string]>([
    ["the user", { account: "00000000-0000-4000-8000-00000000dead" }, "does not exist."],
    [
      "the subscription",
      { permission: { SkuId: ids.bas, SkuPartNumber: "OLD" } },
      "The tenant has no subscription for licence OLD.",
    ],
  ])("without %s fails to be granted, and has nothing to revoke", async (_what, choices, text) => {
    const granted = await grant.here(bench, event(choices));
    expect(granted.answer).toMatchObject({ outcome: "gone", outputContext: { Success: false } });
    expect(granted.messages[0]).toContain(text);
    const revoked = await revoke.here(bench, event(choices));
    expect(revoked.answer).toMatchObject({ outcome: "gone", outputContext: { Success: true } });
    expect(revoked.messages[0]).toContain(`${text} There is nothing left to revoke.`);
    expect(bench.writes()).toEqual([]);
  });

  it("needs a usage location, and nothing is sent without one", async () => {
    for (const dryRun of [true, false]) {
      const { answer, messages } = await grant.here(
        bench,
        event({ account: ids.cloudOnly, dryRun }),
      );
      expect([answer.outcome, answer.plan, messages]).toEqual([
        "invalid",
        [],
        [
          `${cloudOnly} has no usageLocation, so licence ENTERPRISEPACK cannot be assigned; expected the code of a ` +
            "country such as NL in the field usageLocation.",
        ],
      ]);
    }
    expect(bench.writes()).toEqual([]);
  });

  it("needs a free seat, and the message counts them", async () => {
    bench.fresh((state) => {
      const [sku] = state.entra?.subscribedSkus ?? [];
      if (sku) sku.prepaidUnits = { enabled: 1 };
      assigned(ids.bas, ids.e3)(state);
    });
    const { answer, messages, stderr } = await grant.here(bench, event());
    expect(answer).toMatchObject({ outcome: "notLicensed", outputContext: { Success: false } });
    expect(messages.at(-1)).toBe(
      "Licence ENTERPRISEPACK has no free seat: 0 of 1 seats are free. Buy seats, or revoke it from someone.",
    );
    expect(stderr).toContain("Licence ENTERPRISEPACK: 0 of 1 seats are free.");
    expect(await licencesOf()).toEqual([]);
  });

  it.each<[string, Partial<Plan>]>([
    ["need", { dependsOn: [ids.bas] }],
    ["exclude", { excludes: [ids.exchangePlan] }],
  ])("whose service plans %s others is refused with their names", async (_what, change) => {
    bench.fresh(teamsPlan(change));
    const { answer, messages } = await grant.here(bench, event());
    expect(answer).toMatchObject({ outcome: "invalid", outputContext: { Success: false } });
    expect(messages.at(-1)).toMatch(
      /^Service plans of licence ENTERPRISEPACK need or exclude others: .*TEAMS1.* Change what permissions\/licences/,
    );
    expect(await licencesOf()).toEqual([]);
  });

  it("keeps the service plans that someone has turned off", async () => {
    bench.fresh(assigned(ids.anna, ids.e3, [ids.teamsPlan]));
    const { answer, messages } = await grant.here(bench, event());
    expect(messages).toEqual([
      `Assign licence ENTERPRISEPACK without TEAMS1 to ${anna}: was already so.`,
    ]);
    expect(answer.outcome).toBe("alreadySo");
    expect(await licencesOf()).toEqual([[ids.e3, null, [ids.teamsPlan]]]);
  });

  it("may be refused to the application, and nothing is done", async () => {
    bench.fresh((state) => {
      for (const app of state.apps)
        app.graphRoles = ["User.Read.All", "LicenseAssignment.Read.All"];
    });
    const { answer } = await grant.here(bench, event());
    expect(answer).toMatchObject({ outcome: "forbidden", outputContext: { Success: false } });
    expect(await licencesOf()).toEqual([]);
  });
});

describe("a licence that a group assigns", () => {
  const permission = () => ({ account: ids.bas, permission: teams() });
  const group = `group "Teams users" (${ids.licensing})`;

  it("is not revoked, and the group is named", async () => {
    for (const dryRun of [true, false]) {
      const { answer, messages } = await revoke.here(bench, event({ ...permission(), dryRun }));
      expect(answer).toMatchObject({ outcome: "invalid", plan: [] });
      expect(answer.outputContext.Success).toBe(false);
      expect(messages).toEqual([
        `${bas} has licence TEAMS_EXPLORATORY through ${group}, not directly: end the membership instead.`,
      ]);
    }
    expect(bench.writes()).toEqual([]);
    expect(await licencesOf(ids.bas)).toEqual([[ids.teams, ids.licensing, []]]);
  });

  it("is named by its ID when it may not be read", async () => {
    bench.fresh((state) => {
      for (const app of state.apps)
        app.graphRoles = ["User.Read.All", "LicenseAssignment.ReadWrite.All"];
    });
    const { messages } = await revoke.here(bench, event(permission()));
    expect(messages[0]).toContain(`through group ${ids.licensing}, not directly`);
  });

  it("stays when the direct one is revoked, which is no success", async () => {
    bench.fresh((state) => {
      assigned(ids.bas, ids.teams)(state);
    });
    const { answer, messages } = await revoke.here(bench, event(permission()));
    expect(answer).toMatchObject({ outcome: "invalid", outputContext: { Success: false } });
    expect(messages.slice(0, 2)).toEqual([
      `Remove licence TEAMS_EXPLORATORY from ${bas}: done.`,
      `${bas} still has licence TEAMS_EXPLORATORY through ${group}: end the membership, too.`,
    ]);
    expect(await licencesOf(ids.bas)).toEqual([[ids.teams, ids.licensing, []]]);
  });

  it("is granted directly, too", async () => {
    bench.fresh((state) => {
      const users = ((state.entra ??= {}).users ??= {});
      users[ids.bas] = { ...users[ids.bas], usageLocation: "NL" };
    });
    const { answer } = await grant.here(bench, event(permission()));
    expect(answer.outcome).toBe("done");
    expect(await licencesOf(ids.bas)).toEqual([
      [ids.teams, null, []],
      [ids.teams, ids.licensing, []],
    ]);
  });
});

describe("the mailbox of a licence", () => {
  const hasMailbox = (): boolean =>
    bench.object(ids.anna)?.["RecipientTypeDetails"] === "UserMailbox";

  it("goes with it, and the audit log says so", async () => {
    bench.fresh(assigned(ids.anna, ids.e3));
    const { messages } = await revoke.here(bench, event(withExchange));
    expect(messages[0]).toMatch(
      /^Mailbox "Anna Bakker" <.*> \(.*\) goes with licence ENTERPRISEPACK: Exchange Online deletes it after 30 days/,
    );
    expect(hasMailbox()).toBe(false);
  });

  it("on litigation hold keeps it", async () => {
    bench.fresh((state) => {
      assigned(ids.anna, ids.e3)(state);
      onHold(state);
    });
    for (const dryRun of [true, false]) {
      const { answer, messages } = await revoke.here(bench, event({ ...withExchange, dryRun }));
      expect(answer).toMatchObject({ outcome: "invalid", plan: [] });
      expect(messages).toEqual([
        expect.stringMatching(/^Mailbox "Anna Bakker".* is on litigation hold, and goes with/),
      ]);
    }
    expect(bench.writes()).toEqual([]);
    expect(hasMailbox()).toBe(true);
    expect(await licencesOf()).toHaveLength(1);
  });

  it("on litigation hold is not risked by a request for a licence that seems not assigned", async () => {
    bench.fresh((state) => {
      assigned(ids.anna, ids.e3)(state);
      onHold(state);
    });
    const empty = { id: ids.anna, displayName: "Anna", userPrincipalName: "a@contoso.com" };
    bench.emulator.setFaults([
      {
        match: { side: "graph", operation: "GET /users/{user}" },
        times: 1,
        answer: {
          status: 200,
          body: { ...empty, usageLocation: "NL", licenseAssignmentStates: [] },
        },
      },
    ]);
    const { answer } = await revoke.here(bench, event(withExchange));
    expect(answer).toMatchObject({ outcome: "invalid", plan: [] });
    expect(await licencesOf()).toHaveLength(1);
  });

  it("on litigation hold is no obstacle to a revoke of what is not assigned", async () => {
    bench.fresh(onHold);
    const { answer, messages } = await revoke.here(bench, event(withExchange));
    expect(answer).toMatchObject({ outcome: "alreadySo", outputContext: { Success: true } });
    expect(messages).toEqual([`${anna} does not have licence ENTERPRISEPACK.`]);
    expect(bench.writes()).toEqual([]);
  });

  it("stays with another licence that has Exchange Online", async () => {
    const other = "19ec0d23-8335-4cbd-94ac-6050e30712fa";
    bench.fresh((state) => {
      onHold(state);
      const plan = { servicePlanId: ids.exchangePlan, servicePlanName: "EXCHANGE_S_ENTERPRISE" };
      state.entra?.subscribedSkus?.push({
        skuId: other,
        skuPartNumber: "EXCHANGEENTERPRISE",
        prepaidUnits: { enabled: 5 },
        servicePlans: [plan],
      });
      assigned(ids.anna, ids.e3)(state);
      const licences = state.entra?.users?.[ids.anna]?.["assignedLicenses"];
      if (Array.isArray(licences)) licences.push({ skuId: other, disabledPlans: [] });
    });
    const { answer, messages } = await revoke.here(bench, event(withExchange));
    expect(answer.outcome).toBe("done");
    expect(messages).toEqual([`Remove licence ENTERPRISEPACK from ${anna}: done.`]);
    expect(hasMailbox()).toBe(true);
  });

  it("is not looked for when the licence has no Exchange Online", async () => {
    bench.fresh((state) => {
      assigned(ids.anna, ids.teams)(state);
      onHold(state);
    });
    const { answer } = await revoke.here(bench, event({ ...withExchange, permission: teams() }));
    expect(answer.outcome).toBe("done");
    expect(bench.cmdlets()).toEqual([]);
  });

  it("is not lost when Exchange cannot be asked", async () => {
    bench.fresh(assigned(ids.anna, ids.e3));
    bench.emulator.setFaults([
      { match: { side: "exchange" }, answer: { status: 403, body: "no" } },
    ]);
    const { answer } = await revoke.here(bench, event(withExchange));
    expect(answer.outputContext.Success).toBe(false);
    expect(await licencesOf()).toHaveLength(1);
  });
});

describe("when answers are doubtful", () => {
  const struck = (more: Fault): Fault => ({
    match: { side: "graph", operation },
    times: 1,
    ...more,
  });

  it("a look decides after a lost answer", async () => {
    bench.emulator.setFaults([struck({ cut: "after" })]);
    expect((await grant.here(bench, event())).answer.outputContext.Success).toBe(true);
    expect(await licencesOf()).toHaveLength(1);
    bench.emulator.setFaults([struck({ cut: "after" })]);
    expect((await revoke.here(bench, event())).answer.outputContext.Success).toBe(true);
    expect(await licencesOf()).toEqual([]);
  });

  it("a change that meets another one is sent again", async () => {
    bench.emulator.setFaults([
      struck({
        answer: {
          status: 409,
          body: { error: { code: "Directory_ConcurrencyViolation", message: "Please retry." } },
        },
      }),
    ]);
    const { answer } = await grant.here(bench, event());
    expect([answer.outcome, answer.stats.retries]).toEqual(["done", 1]);
  });

  it.each([
    ["accepted", true, "accepted; its lists do not show it yet"],
    ["strict", false, "it is unknown whether it was applied"],
  ])(
    "a licence that stays after a revoke that was accepted is not silently revoked: %s",
    async (ConfirmRevokes, isDone, end) => {
      await grant.here(bench, event());
      bench.emulator.setFaults([{ match: { side: "graph", operation }, answer: { status: 200 } }]);
      const { answer, messages } = await revoke.here(
        bench,
        event({ configuration: { ConfirmRevokes } }),
      );
      expect(answer.outputContext.Success).toBe(isDone);
      expect(messages.join()).toContain(end);
      expect(await licencesOf()).toHaveLength(1);
    },
  );

  it("reads that lag are waited for", async () => {
    bench.fresh((state) => {
      assigned(ids.anna, ids.e3)(state);
      Object.assign(state.behaviour, { graphIdLagMs: 2_000 });
    });
    const { answer } = await revoke.here(bench, event());
    expect(answer).toMatchObject({ outcome: "done", outputContext: { Success: true } });
    expect(await licencesOf()).toEqual([]);
  });

  it("an answer without the licences of the user is never taken for none", async () => {
    const user = { id: ids.anna, displayName: "Anna", userPrincipalName: "a@contoso.com" };
    bench.emulator.setFaults([
      {
        match: { side: "graph", operation: "GET /users/{user}" },
        answer: {
          status: 200,
          body: { ...user, usageLocation: "NL", licenseAssignmentStates: null },
        },
      },
    ]);
    const { answer, messages } = await revoke.here(bench, event());
    expect(answer.outputContext.Success).toBe(false);
    expect(messages[0]).toContain("did not return the licences");
    expect(bench.writes()).toEqual([]);
  });
});

describe("the list", () => {
  it("has the licences for users, by a name that the free seats do not change", async () => {
    bench.fresh((state) => {
      const [sku] = state.entra?.subscribedSkus ?? [];
      if (sku) state.entra?.subscribedSkus?.push({ ...sku, skuId: ids.bas, appliesTo: "Company" });
    });
    const { answer, stderr } = await list.here(bench, readingEventFor(bench.running));
    expect(answer.outputContext.Permissions).toEqual([
      { DisplayName: "License - ENTERPRISEPACK", Identification: e3() },
      { DisplayName: "License - TEAMS_EXPLORATORY", Identification: teams() },
    ]);
    expect(stderr).toContain("Licence TEAMS_EXPLORATORY: 9 of 10 seats are free.");
  });
});

describe("the import", () => {
  it("has whom licences are assigned to directly, by the listed references", async () => {
    bench.fresh((state) => {
      assigned(ids.anna, ids.e3)(state);
      assigned(ids.cloudOnly, ids.bas)(state);
    });
    const { answer, records, stderr } = await holders.here(bench, readingEventFor(bench.running));
    expect(records).toEqual([
      {
        PermissionReference: e3(),
        DisplayName: "License - ENTERPRISEPACK",
        Description: "1 of 2 seats are free",
        AccountReferences: [ids.anna],
      },
    ]);
    expect(answer).toMatchObject({ outcome: "done", outputContext: { Success: true } });
    expect(stderr).toContain("Not imported: 1 assignment by groups.");
    expect(stderr).toContain(
      "Not imported: 1 assignment of licences that the tenant no longer has.",
    );
  });

  it("fails with the name of a user whose licences cannot be read, and has the others", async () => {
    bench.fresh(assigned(ids.anna, ids.e3));
    const user = { displayName: "Nobody", userPrincipalName: "n@contoso.com" };
    bench.emulator.setFaults([
      {
        match: { side: "graph", operation: "GET /users" },
        answer: {
          status: 200,
          body: {
            value: [
              { id: ids.bas, ...user, licenseAssignmentStates: null },
              {
                id: ids.anna,
                ...user,
                licenseAssignmentStates: [{ skuId: ids.e3, assignedByGroup: null }],
              },
            ],
          },
        },
      },
    ]);
    const { answer, records, messages } = await holders.here(bench, readingEventFor(bench.running));
    expect(records).toHaveLength(1);
    expect(answer.outputContext.Success).toBe(false);
    expect(messages.join()).toContain("The import is incomplete: 1 user could not be read");
  });
});
