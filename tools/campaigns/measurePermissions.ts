/**
 * `npm run measure:permissions`: the wall time of importing the rights on 1,000 shared mailboxes,
 * against the least time in which a tenant that takes 80 ms for a request and 20 ms for a cmdlet in
 * it, and that allows five requests at once, can answer the same requests.
 */
import { manyGroups, manySharedMailboxes } from "../../test/emulator/seed.ts";
import { startEmulator } from "../../test/emulator/server.ts";
import type { State } from "../../test/emulator/state.ts";
import { buildBundles } from "../build/bundles.ts";
import { runBundle } from "../cli/run.ts";
import { permissionImportFor } from "../cli/demoEvents.ts";

const model = { requestMs: 80, cmdletMs: 20, concurrentRequests: 5 };
const allowed = 1.3;

interface Measured {
  ms: number;
  idealMs: number;
  records: number;
  requests: number;
  batches: number;
  pages: number;
}

await buildBundles();
const cases: {
  name: string;
  action: string;
  state: State;
  objects: number;
  configuration: Record<string, unknown>;
}[] = [
  {
    name: "three rights each on 1,000 shared mailboxes, one entitlement for each",
    action: "permissions/sharedMailboxes/importPermission",
    state: manySharedMailboxes(1_000, 2_000),
    objects: 1_000,
    configuration: { SharedMailboxReference: "separate" },
  },
  {
    name: "the same, one entitlement for all three",
    action: "permissions/sharedMailboxes/importPermission",
    state: manySharedMailboxes(1_000, 2_000),
    objects: 1_000,
    configuration: { SharedMailboxRights: "FullAccess,SendAs,SendOnBehalf" },
  },
  {
    name: "1,000 groups of 50 members",
    action: "permissions/groups/importPermission",
    state: manyGroups(1_000, 50, 2_000),
    objects: 1_000,
    configuration: {},
  },
];
let failed = false;
for (const { name, action, state, objects, configuration } of cases) {
  const { ms, idealMs, records, requests, batches, pages } = await measured(
    action,
    state,
    configuration,
  );
  const ratio = ms / idealMs;
  const fits = ratio <= allowed && batches <= Math.ceil(objects / 10);
  failed ||= !fits;
  console.log(
    `${name}: ${(ms / 1000).toFixed(2)} s, ideal ${(idealMs / 1000).toFixed(2)} s: ` +
      `${ratio.toFixed(2)} times (allowed ${allowed}); ${requests} requests: 1 sign-in, ` +
      `${batches} batches (allowed ${Math.ceil(objects / 10)}), ${pages} pages of lists; ` +
      `${records} records${fits ? "" : "  TOO MUCH"}`,
  );
}
process.exitCode = failed ? 1 : 0;

async function measured(
  action: string,
  state: State,
  configuration: Record<string, unknown>,
): Promise<Measured> {
  const emulator = await startEmulator({
    state: { ...state, behaviour: { ...state.behaviour, ...model } },
  });
  try {
    const run = await runBundle(action, permissionImportFor(emulator, configuration), {
      env: emulator.env,
    });
    const { outputContext } = run.answer as { outputContext: { Success: boolean } };
    if (!outputContext.Success)
      throw new Error(`${action} failed: ${run.stdout.slice(-2000)}\n${run.stderr}`);
    const exchange = emulator.emulator.journal().filter(({ side }) => side === "exchange");
    const cmdlets = (entry: (typeof exchange)[number]): number => entry.items?.length ?? 1;
    // Five at once is the best that can be: all the work, evenly spread.
    const work = exchange.reduce(
      (sum, entry) => sum + model.requestMs + model.cmdletMs * cmdlets(entry),
      0,
    );
    const batches = exchange.filter(({ cmdlet }) => cmdlet === "$batch").length;
    return {
      ms: run.ms,
      idealMs: work / model.concurrentRequests,
      records: run.records.length,
      requests: exchange.length + 1,
      batches,
      pages: exchange.length - batches,
    };
  } finally {
    await emulator.close();
  }
}
