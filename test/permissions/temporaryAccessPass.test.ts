/** Temporary Access Passes over Microsoft Graph. After a change, tests read the tenant. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Answer } from "../../lib/host/answer.ts";
import type { AnyAnswer, Run } from "../bench.ts";
import type { Fault } from "../emulator/faults.ts";
import { bundlesWith } from "../entitlements/editedBundles.ts";
import type { PermissionChoices } from "../events.ts";
import { anna, EntraBench, ids } from "../lifecycle/entra/entraBench.ts";
import {
  freshMethods,
  grant,
  methodEvent,
  methodsOf,
  mobile,
  pass,
  references,
  revoke,
} from "./methods.ts";

let bench: EntraBench;
beforeAll(async () => {
  bench = await EntraBench.open();
});
afterAll(() => bench.close());
beforeEach(() => {
  freshMethods(bench);
  bench.emulator.advance(Date.parse("2026-06-01T09:00:00Z") - bench.emulator.now());
});

const passes = "/users/{user}/authentication/temporaryAccessPassMethods";
const event = (choices: PermissionChoices = {}): unknown =>
  methodEvent(bench, { permission: references.pass, ...choices });

/** The passes in the tenant, by their values. */
const valuesOf = (): unknown[] =>
  methodsOf(bench).flatMap(({ temporaryAccessPass }) => temporaryAccessPass ?? []);

/** The pass that an answer hands out, which is nowhere else in what the run wrote. */
function handedOut({ answer, stderr }: Run<AnyAnswer>): unknown {
  const { Data, ...others } = answer.outputContext;
  const value = Data?.["temporaryAccessPass"];
  if (typeof value === "string")
    expect(JSON.stringify([others, answer.plan]) + stderr).not.toContain(value);
  return value;
}

describe("a Temporary Access Pass", () => {
  it("is handed out once, in the answer of its grant, and removed by a revoke", async () => {
    const granted = await grant.here(bench, event());
    expect(granted.messages).toEqual([
      `Create a Temporary Access Pass for ${anna} (60 minutes, one sign-in): done.`,
    ]);
    expect(granted.answer.plan).toMatchObject([
      {
        operation: `POST ${passes}`,
        parameters: { user: ids.anna, lifetimeInMinutes: 60, isUsableOnce: true },
        before: { passes: [] },
      },
    ]);
    expect([handedOut(granted)]).toEqual(valuesOf());
    const revoked = await revoke.here(bench, event());
    expect(revoked.messages).toEqual([`Remove the Temporary Access Pass from ${anna}: done.`]);
    expect(revoked.answer.outputContext).not.toHaveProperty("Data");
    expect(valuesOf()).toEqual([]);
    const again = await revoke.here(bench, event());
    expect(again.messages).toEqual([`${anna} has no Temporary Access Pass.`]);
    expect(again.answer).toMatchObject({ outcome: "alreadySo", plan: [] });
  });

  it("takes the place of the one before, so that there are never two", async () => {
    freshMethods(bench, [mobile, pass]);
    const seen: unknown[] = [];
    for (let times = 1; times <= 3; times++) {
      const granted = await grant.here(bench, event());
      expect(granted.messages).toEqual([
        `Replace the Temporary Access Pass of ${anna} (60 minutes, one sign-in): done.`,
      ]);
      const value = handedOut(granted);
      expect(valuesOf()).toEqual([value]);
      seen.push(value);
    }
    expect(new Set([...seen, pass.temporaryAccessPass]).size).toBe(4);
    expect(methodsOf(bench)).toContainEqual(mobile);
  });

  it("is planned in a dry run, and nothing is handed out", async () => {
    const { answer } = await grant.here(bench, event({ dryRun: true }));
    expect(answer).toMatchObject({ outcome: "done", plan: [{ sent: false }] });
    expect(answer.outputContext.Data).toBeUndefined();
    freshMethods(bench, [pass]);
    const revoked = await revoke.here(bench, event({ dryRun: true }));
    expect(revoked.answer).toMatchObject({ outcome: "done", plan: [{ sent: false }] });
    expect(bench.writes()).toEqual([]);
    expect(valuesOf()).toEqual([pass.temporaryAccessPass]);
  });

  it.each([1, 2])("that is not shown %d times is removed all the same", async (times) => {
    freshMethods(bench, [pass]);
    bench.emulator.setFaults([
      {
        match: { side: "graph", operation: `GET ${passes}` },
        times,
        answer: { status: 200, body: { value: [] } },
      },
    ]);
    expect((await revoke.here(bench, event())).answer.outcome).toBe("done");
    expect(valuesOf()).toEqual([]);
  });

  it("that was used or has expired is no obstacle, and is removed as well", async () => {
    freshMethods(bench, [{ ...pass, isUsed: true }]);
    const { messages } = await grant.here(bench, event());
    expect(messages[0]).toMatch(/^Create a Temporary Access Pass for /);
    freshMethods(bench, [{ ...pass, lifetimeInMinutes: 10 }]);
    expect((await revoke.here(bench, event())).answer.outcome).toBe("done");
    expect(valuesOf()).toEqual([]);
  });

  it("that the policy does not allow is no success", async () => {
    freshMethods(bench, [], (state) => {
      (state.entra ??= {}).temporaryAccessPassPolicy = { state: "disabled" };
    });
    const granted = await grant.here(bench, event());
    expect(granted.answer).toMatchObject({ outcome: "forbidden" });
    expect(granted.answer.outputContext.Success).toBe(false);
    expect(granted.messages[0]).toContain("(DisabledByPolicy)");
    expect(handedOut(granted)).toBeUndefined();
    expect(valuesOf()).toHaveLength(1);
    const all = JSON.stringify(granted);
    for (const value of valuesOf()) expect(all).not.toContain(value);
  });

  it("stays where ReplaceExisting is false, and the grant fails", async () => {
    freshMethods(bench, [pass]);
    const dist = bundlesWith(
      "authenticationMethods",
      "IsUsableOnce:!0,",
      "IsUsableOnce:!1,ReplaceExisting:!1,",
    );
    const name = "permissions/authenticationMethods/grantPermission";
    const run = async () => (await bench.run(name, event(), { dist })).answer as Answer;
    const refused = await run();
    expect(refused).toMatchObject({ outcome: "invalid", plan: [] });
    expect(refused.outputContext.AuditLogs[0]?.Message).toContain(
      "no one can read its value again; revoke it first, or let ReplaceExisting be true.",
    );
    expect(valuesOf()).toEqual([pass.temporaryAccessPass]);
    freshMethods(bench, [{ ...pass, isUsed: true }]);
    expect((await run()).outcome).toBe("done");
    expect(methodsOf(bench)).toMatchObject([{ isUsableOnce: false }]);
  });

  it("needs a permission, and nothing is done without it", async () => {
    freshMethods(bench, [], (state) => {
      for (const app of state.apps)
        app.graphRoles = ["User.Read.All", "UserAuthMethod-TAP.Read.All"];
    });
    expect((await grant.here(bench, event())).answer.outcome).toBe("forbidden");
    expect(valuesOf()).toEqual([]);
  });
});

describe("when answers are doubtful", () => {
  const struck = (more: Fault): Fault => ({
    match: { side: "graph", operation: `POST ${passes}` },
    times: 1,
    ...more,
  });

  it.each(["after", "half"] as const)(
    "the pass of a lost answer (%s) is replaced, and that of the last one is handed out",
    async (cut) => {
      bench.emulator.setFaults([struck({ cut })]);
      const granted = await grant.here(bench, event());
      expect(granted.answer.outputContext.Success).toBe(true);
      expect([handedOut(granted)]).toEqual(valuesOf());
    },
  );

  it("no pass is a success whose value did not arrive", async () => {
    bench.emulator.setFaults([struck({ cut: "after", times: 100 })]);
    const granted = await grant.here(bench, event());
    expect(granted.answer.outputContext.Success).toBe(false);
    expect(handedOut(granted)).toBeUndefined();
    bench.emulator.setFaults([]);
    expect([handedOut(await grant.here(bench, event()))]).toEqual(valuesOf());
  });

  it.each<[string, unknown]>([
    ["without the pass", { id: pass.id, temporaryAccessPass: null }],
    ["that is cut off in it", '{"id":"1","temporaryAccessPass":"CaNaRy+pass-12345'],
    ["without a body", ""],
    ["that is not JSON", 'temporaryAccessPass = "CaNaRy+pass-12345"'],
  ])("an answer %s is no success, and quotes nothing", async (_what, body) => {
    bench.emulator.setFaults([struck({ answer: { status: 201, body } })]);
    const granted = await grant.here(bench, event());
    expect(granted.answer.outputContext.Success).toBe(false);
    expect(JSON.stringify(granted)).not.toContain("CaNaRy");
  });

  it("a pass that an error repeats is masked", async () => {
    const value = "CaNaRy+pass-12345";
    bench.emulator.setFaults([
      struck({ cut: "after" }),
      struck({ answer: { status: 201, body: { id: pass.id, temporaryAccessPass: value } } }),
      {
        match: { side: "graph", operation: `GET ${passes}` },
        skip: 1,
        answer: { status: 400, body: { error: { code: "badRequest", message: `about ${value}` } } },
      },
    ]);
    const granted = await grant.here(bench, event());
    expect(granted.answer.outputContext.Success).toBe(false);
    expect(granted.stderr).toContain("about [secret]");
    expect(handedOut(granted)).toBe(value);
  });
});
