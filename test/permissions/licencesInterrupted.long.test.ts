/** Runs about licences, broken at each of their requests. */
import { afterAll, beforeAll, describe, it } from "vitest";
import grantAction from "../../permissions/licences/grantPermission.ts";
import revokeAction from "../../permissions/licences/revokePermission.ts";
import { runnerOf } from "../bench.ts";
import type { State } from "../emulator/state.ts";
import { grantPermissionAnswer, revokePermissionAnswer } from "../generated/answers.ts";
import { EntraBench, ids } from "../lifecycle/entra/entraBench.ts";
import { expectConverges, type Interrupted } from "../lifecycle/entra/interrupted.ts";

const licensed = (state: State): void => {
  const users = ((state.entra ??= {}).users ??= {});
  users[ids.anna] = {
    ...users[ids.anna],
    assignedLicenses: [{ skuId: ids.e3, disabledPlans: [] }],
  };
};
const cases: [name: string, Pick<Interrupted, "runner" | "before">][] = [
  [
    "a grant",
    {
      runner: runnerOf("permissions/licences/grantPermission", grantAction, grantPermissionAnswer),
      before: () => undefined,
    },
  ],
  [
    "a revoke",
    {
      runner: runnerOf(
        "permissions/licences/revokePermission",
        revokeAction,
        revokePermissionAnswer,
      ),
      before: licensed,
    },
  ],
];

let bench: EntraBench;
beforeAll(async () => {
  bench = await EntraBench.open();
});
afterAll(() => bench.close());

describe.each(cases)("%s", (_, own) => {
  it("ends as an undisturbed run, wherever it was broken", async () => {
    await expectConverges(bench, {
      ...own,
      event: () =>
        bench.permissionEvent({
          account: ids.anna,
          permission: { SkuId: ids.e3 },
          configuration: { exchangeOnlineIntegration: "true" },
        }),
      stored() {
        const { WhenChanged: _changed, ...object } = bench.object(ids.anna) ?? {};
        return [bench.user(ids.anna)?.["assignedLicenses"], object["RecipientTypeDetails"]];
      },
      minRequests: 4,
    });
  });
});
