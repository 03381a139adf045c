/**
 * Runs about authentication methods are broken at each of their requests: the connection is cut before or after the
 * request took effect or in the middle of the answer, or the run is killed. Running again leaves the tenant as one
 * undisturbed run does, and never two passes.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AnyAnswer, Runner } from "../bench.ts";
import type { Values } from "../emulator/graph/json.ts";
import { EntraBench } from "../lifecycle/entra/entraBench.ts";
import {
  freshMethods,
  grant,
  methodEvent,
  methodsOf,
  mobile,
  office,
  pass,
  references,
  revoke,
} from "./methods.ts";

interface Interrupted {
  name: string;
  runner: Runner<AnyAnswer>;
  permission: object;
  before: Values[];
}

const cases: Interrupted[] = [
  { name: "a grant", runner: grant, permission: references.mobile, before: [] },
  {
    name: "a grant that changes",
    runner: grant,
    permission: references.office,
    before: [{ ...office, phoneNumber: "+31 209999999" }],
  },
  { name: "a revoke", runner: revoke, permission: references.mobile, before: [mobile] },
  { name: "a grant of a pass", runner: grant, permission: references.pass, before: [pass, mobile] },
  { name: "a revoke of a pass", runner: revoke, permission: references.pass, before: [pass] },
];

let bench: EntraBench;
beforeAll(async () => {
  bench = await EntraBench.open();
});
afterAll(() => bench.close());

/** What is stored, without what is another in each pass. */
const stored = (): unknown =>
  methodsOf(bench).map(
    ({ id: _id, temporaryAccessPass, createdDateTime: _at, startDateTime: _from, ...method }) => ({
      ...method,
      isPass: temporaryAccessPass !== undefined,
    }),
  );

describe.each(cases)("$name", ({ runner, permission, before }) => {
  const event = (): unknown => methodEvent(bench, { permission });
  const fresh = (): void => {
    freshMethods(bench, structuredClone(before));
  };
  /** The run; a pass that it hands out is the one of the tenant. */
  const run = async (where: string): Promise<boolean> => {
    const { answer } = await runner.here(bench, event());
    const handedOut = answer.outputContext.Data?.["temporaryAccessPass"];
    const passes = methodsOf(bench).flatMap(({ temporaryAccessPass }) => temporaryAccessPass ?? []);
    expect(passes.length, where).toBeLessThanOrEqual(1);
    if (handedOut !== undefined) expect(passes, where).toEqual([handedOut]);
    return answer.outputContext.Success;
  };

  it("ends as an undisturbed run, wherever it was broken", async () => {
    fresh();
    await run("undisturbed");
    const requests = bench.emulator.journal().length;
    const whole = stored();
    expect(requests).toBeGreaterThanOrEqual(4);
    const again = async (where: string): Promise<void> => {
      bench.emulator.setFaults([]);
      expect(await run(where), where).toBe(true);
      expect(stored(), where).toEqual(whole);
    };
    for (let nth = 1; nth <= requests; nth++) {
      for (const cut of ["before", "after", "half"] as const) {
        const where = `request ${nth} cut ${cut}`;
        fresh();
        bench.emulator.setFaults([{ match: { nth }, cut }]);
        if (await run(where)) expect(stored(), where).toEqual(whole);
        await again(where);
      }
      const where = `request ${nth} killed`;
      fresh();
      bench.emulator.setFaults([{ match: { nth }, cut: "after" }]);
      await runner.killedHere(bench, event(), () =>
        bench.emulator.journal().some(({ fault }) => fault !== undefined),
      );
      await again(where);
    }
  });
});
