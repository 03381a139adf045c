/** Groups of Entra ID, when the run is killed or its answer lost at every request in turn. */
import { describe, expect, it } from "vitest";
import security from "../../resources/entraGroups.ts";
import unified from "../../resources/microsoft365Groups.ts";
import { runnerOf } from "../bench.ts";
import type { Fault } from "../emulator/faults.ts";
import { resourcesEventFor } from "../events.ts";
import { resourcesAnswer } from "../generated/answers.ts";
import { EntraBench, ids } from "../lifecycle/entra/entraBench.ts";
import { groupsIn } from "./entraTenant.ts";

const source = [
  { ExternalId: "D-1", DisplayName: "Care" },
  { ExternalId: "D-2", DisplayName: "Cure" },
];

describe.each([
  [
    "microsoft365",
    runnerOf("resources/microsoft365Groups", unified, resourcesAnswer),
    { ResourcesHidden: true, exchangeOnlineIntegration: true },
  ],
  ["security", runnerOf("resources/entraGroups", security, resourcesAnswer), {}],
] as const)("%s groups, stopped at every request in turn", (kind, runner, own) => {
  const whole = source.map(({ ExternalId, DisplayName }) => ({
    name: `dg_${DisplayName}`,
    alias: `dg_${DisplayName}`,
    key: `HelloID-${kind}-${ExternalId}`,
    owners: [ids.anna],
    isHidden: kind === "microsoft365",
  }));

  it("are complete and one of each after the next run", async () => {
    const bench = await EntraBench.open();
    const configuration = { ResourceOwner: "anna.bakker@contoso.com", ...own };
    const event = (): unknown => resourcesEventFor(bench.running, { source, configuration });
    try {
      bench.fresh();
      await runner.here(bench, event());
      expect(groupsIn(bench)).toEqual(whole);
      const requests = bench.emulator.journal().length;
      const states = new Set<string>();
      for (let nth = 1; nth <= requests; nth++)
        for (const fault of [
          { match: { nth }, hang: true },
          { match: { nth }, cut: "after" },
        ] satisfies Fault[]) {
          bench.fresh();
          bench.emulator.setFaults([fault]);
          const isStruck = (): boolean =>
            bench.emulator
              .journal()
              .some((entry) => entry.fault !== undefined && ("hang" in fault || entry.applied));
          await runner.killedHere(bench, event(), isStruck);
          bench.emulator.setFaults([]);
          states.add(JSON.stringify(groupsIn(bench)));
          const { answer } = await runner.here(bench, event());
          const where = JSON.stringify(fault);
          expect(answer.outputContext.Success, where).toBe(true);
          expect(groupsIn(bench), where).toEqual(whole);
          const aliases = bench.emulator
            .state()
            .objects.filter(({ Alias }) => /^dg_C[au]re/.test(String(Alias)));
          expect(aliases, where).toHaveLength(kind === "microsoft365" ? 2 : 0);
        }
      expect(states.size).toBeGreaterThan(2);
    } finally {
      await bench.close();
    }
  }, 120_000);
});
