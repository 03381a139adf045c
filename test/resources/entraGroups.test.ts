/** Groups of Entra ID from source data. After a run, tests read the tenant. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import security from "../../resources/entraGroups.ts";
import unified from "../../resources/microsoft365Groups.ts";
import { runnerOf } from "../bench.ts";
import type { State } from "../emulator/state.ts";
import { resourcesEventFor } from "../events.ts";
import { resourcesAnswer } from "../generated/answers.ts";
import { EntraBench, ids } from "../lifecycle/entra/entraBench.ts";
import { groupsIn } from "./entraTenant.ts";

const kinds = {
  microsoft365: runnerOf("resources/microsoft365Groups", unified, resourcesAnswer),
  security: runnerOf("resources/entraGroups", security, resourcesAnswer),
};

let bench: EntraBench;
beforeAll(async () => {
  bench = await EntraBench.open();
});
afterAll(() => bench.close());
beforeEach(() => bench.fresh());

const care = { ExternalId: "D-1", DisplayName: "Care" };
const event = (
  source: unknown[],
  configuration: Record<string, unknown> = {},
  dryRun = false,
): unknown =>
  resourcesEventFor(bench.running, {
    source,
    dryRun,
    configuration: { ResourceOwner: "anna.bakker@contoso.com", ...configuration },
  });

describe.each(["microsoft365", "security"] as const)("%s groups", (kind) => {
  const runner = kinds[kind];
  const one = {
    name: "dg_Care",
    alias: "dg_Care",
    key: `HelloID-${kind}-D-1`,
    owners: [ids.anna],
    isHidden: false,
  };

  it("are created once, however often it is asked for", async () => {
    const first = await runner.here(bench, event([care]));
    expect(first.answer.outcome).toBe("done");
    expect(groupsIn(bench)).toEqual([one]);
    const second = await runner.here(bench, event([care]));
    expect(second.answer).toMatchObject({ outcome: "alreadySo", plan: [] });
    expect(groupsIn(bench)).toEqual([one]);
    // A token, the owner and one batch for all items.
    expect(second.answer.stats.requests).toBe(3);
  });

  it("are planned as they are created", async () => {
    const planned = await runner.here(bench, event([care], {}, true));
    expect(groupsIn(bench)).toEqual([]);
    const run = await runner.here(bench, event([care]));
    const unsent = run.answer.plan.map((step) => ({ ...step, sent: false }));
    expect(planned.answer.plan).toEqual(unsent);
    expect(planned.answer.outcome).toBe(run.answer.outcome);
  });

  it("are created for the others when one item fails", async () => {
    const { answer, messages } = await runner.here(
      bench,
      event([{ ExternalId: "經理", DisplayName: "經理" }, care]),
    );
    expect(answer.outputContext.Success).toBe(false);
    expect(messages.join("\n")).toContain("no name and no address in Exchange can be derived");
    expect(groupsIn(bench)).toEqual([one]);
  });

  it("keep a name that people gave them, unless they are renamed", async () => {
    await runner.here(bench, event([care]));
    const renamed = { ...care, DisplayName: "Care and cure" };
    expect((await runner.here(bench, event([renamed]))).answer.outcome).toBe("alreadySo");
    expect(groupsIn(bench)).toEqual([one]);
    await runner.here(bench, event([renamed], { RenameResources: true }));
    expect(groupsIn(bench)).toEqual([{ ...one, name: "dg_Care and cure" }]);
  });

  it("are looked for once more when Graph does not show them at once", async () => {
    bench.fresh((state) => void (state.behaviour.graphIdLagMs = 4_000));
    const { answer } = await runner.here(bench, event([care]));
    expect(answer.outputContext.Success).toBe(true);
    expect(groupsIn(bench)).toEqual([one]);
  });

  it("are not created when an item cannot be looked up", async () => {
    bench.emulator.setFaults([
      {
        match: { operation: "GET /groups(uniqueName='{uniqueName}')", item: true },
        answer: { status: 403, body: { error: { code: "Authorization_RequestDenied" } } },
      },
    ]);
    const { answer } = await runner.here(bench, event([care]));
    expect(answer).toMatchObject({ outcome: "forbidden", outputContext: { Success: false } });
    expect(groupsIn(bench)).toEqual([]);
  });

  it.each([
    ["nobody@contoso.com", "is not a user"],
    ["00000000-0000-4000-8000-00000000dead", "is not a user"],
    ["Anna", "is not an identity"],
  ])("are not created with the owner %s", async (ResourceOwner, text) => {
    const { answer, messages } = await runner.here(bench, event([care], { ResourceOwner }));
    expect(answer.outcome).toBe("invalid");
    expect(messages.join("\n")).toContain(text);
    expect(bench.writes()).toEqual([]);
  });
});

describe("a Microsoft 365 group", () => {
  const runner = kinds.microsoft365;
  const hiding = { ResourcesHidden: true, exchangeOnlineIntegration: true };
  const withLag = (state: State): void => void (state.behaviour.createLagMs = 60_000);

  it("that Exchange Online does not show is hidden by the next run", async () => {
    bench.fresh(withLag);
    const first = await runner.here(bench, event([care], hiding));
    expect(first.answer).toMatchObject({ outcome: "notYet", outputContext: { Success: false } });
    expect(groupsIn(bench)).toMatchObject([{ name: "dg_Care", isHidden: false }]);
    bench.emulator.advance(120_000);
    const second = await runner.here(bench, event([care], hiding));
    expect(second.answer.outcome).toBe("done");
    expect(groupsIn(bench)).toMatchObject([{ name: "dg_Care", isHidden: true }]);
    expect((await runner.here(bench, event([care], hiding))).answer.outcome).toBe("alreadySo");
  }, 60_000);

  it("without an owner is created with a warning", async () => {
    const { answer, stderr } = await runner.here(bench, event([care], { ResourceOwner: "" }));
    expect(answer.outcome).toBe("done");
    expect(stderr).toContain("a new Microsoft 365 group has no owner");
    expect(groupsIn(bench)).toMatchObject([{ owners: [] }]);
  });

  it("and a security group of the same item are two", async () => {
    await runner.here(bench, event([care]));
    await kinds.security.here(bench, event([care]));
    expect(groupsIn(bench).map(({ key }) => key)).toEqual([
      "HelloID-microsoft365-D-1",
      "HelloID-security-D-1",
    ]);
  });
});
