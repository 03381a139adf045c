/**
 * Runs about licences are broken at each of their requests: the connection is cut before or after the request took
 * effect or in the middle of the answer, or the run is killed. Running again leaves the tenant as one undisturbed run
 * does.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import grantAction from "../../permissions/licences/grantPermission.ts";
import revokeAction from "../../permissions/licences/revokePermission.ts";
import { runnerOf, type AnyAnswer, type Runner } from "../bench.ts";
import type { State } from "../emulator/state.ts";
import { grantPermissionAnswer, revokePermissionAnswer } from "../generated/answers.ts";
import { EntraBench, ids } from "../lifecycle/entra/entraBench.ts";

interface Interrupted {
  name: string;
  runner: Runner<AnyAnswer>;
  before: (state: State) => void;
}

const licensed = (state: State): void => {
  const users = ((state.entra ??= {}).users ??= {});
  users[ids.anna] = {
    ...users[ids.anna],
    assignedLicenses: [{ skuId: ids.e3, disabledPlans: [] }],
  };
};
const cases: Interrupted[] = [
  {
    name: "a grant",
    runner: runnerOf("permissions/licences/grantPermission", grantAction, grantPermissionAnswer),
    before: () => undefined,
  },
  {
    name: "a revoke",
    runner: runnerOf("permissions/licences/revokePermission", revokeAction, revokePermissionAnswer),
    before: licensed,
  },
];

let bench: EntraBench;
beforeAll(async () => {
  bench = await EntraBench.open();
});
afterAll(() => bench.close());

const event = (): unknown =>
  bench.permissionEvent({
    account: ids.anna,
    permission: { SkuId: ids.e3 },
    configuration: { exchangeOnlineIntegration: "true" },
  });

/** What is stored of the user, in Entra ID and in Exchange. */
const stored = (): unknown => {
  const { WhenChanged: _, ...object } = bench.object(ids.anna) ?? {};
  return [bench.user(ids.anna)?.["assignedLicenses"], object["RecipientTypeDetails"]];
};

describe.each(cases)("$name", ({ runner, before }) => {
  const again = async (whole: unknown, where: string): Promise<void> => {
    bench.emulator.setFaults([]);
    const { answer } = await runner.here(bench, event());
    expect(answer.outputContext.Success, where).toBe(true);
    expect(stored(), where).toEqual(whole);
  };

  it("ends as an undisturbed run, wherever it was broken", async () => {
    bench.fresh(before);
    await runner.here(bench, event());
    const requests = bench.emulator.journal().length;
    const whole = stored();
    expect(requests).toBeGreaterThanOrEqual(4);
    for (let nth = 1; nth <= requests; nth++) {
      for (const cut of ["before", "after", "half"] as const) {
        const where = `request ${nth} cut ${cut}`;
        bench.fresh(before);
        bench.emulator.setFaults([{ match: { nth }, cut }]);
        const { answer } = await runner.here(bench, event());
        if (answer.outputContext.Success) expect(stored(), where).toEqual(whole);
        await again(whole, where);
      }
      const where = `request ${nth} killed`;
      bench.fresh(before);
      bench.emulator.setFaults([{ match: { nth }, cut: "after" }]);
      await runner.killedHere(bench, event(), () =>
        bench.emulator.journal().some(({ fault }) => fault !== undefined),
      );
      await again(whole, where);
    }
  });
});
