/**
 * `npm run campaign:imports -- [runs]`: imports of permissions while the tenant throttles, fails
 * and refuses tokens at random, each run in its own way. Every one must end complete, or fail and
 * say why; none may be short.
 */
import path from "node:path";
import type { Answer } from "../../lib/host/answer.ts";
import { generator } from "../../test/emulator/chance.ts";
import type { Fault } from "../../test/emulator/faults.ts";
import { manyGroups, manySharedMailboxes } from "../../test/emulator/seed.ts";
import { startEmulator } from "../../test/emulator/server.ts";
import { buildBundles } from "../build/bundles.ts";
import { runBundle } from "../cli/run.ts";
import { permissionImportFor } from "../cli/demoEvents.ts";
import { counter } from "../cli/counter.ts";
import { processTerminal } from "../cli/terminal.ts";
import { sorted } from "../cli/recording.ts";

interface Kind {
  action: string;
  state: () => ReturnType<typeof manyGroups>;
  configuration: Record<string, unknown>;
}

const kinds: readonly Kind[] = [
  {
    action: "permissions/sharedMailboxes/importPermission",
    state: () => manySharedMailboxes(130, 40),
    configuration: { SharedMailboxReference: "separate" },
  },
  {
    action: "permissions/sharedMailboxes/importPermission",
    state: () => manySharedMailboxes(60, 1_050),
    configuration: {},
  },
  {
    action: "permissions/groups/importPermission",
    state: () => manyGroups(115, 20, 60),
    configuration: {},
  },
  {
    action: "permissions/groups/importPermission",
    state: () => manyGroups(3, 1_300, 1_300),
    configuration: {},
  },
];

export interface Tally {
  complete: number;
  /** Failed with a reason: how often each reason was reported. */
  told: Map<string, number>;
  /** What must never be: a success that lacks something, or a failure without a word. */
  wrong: string[];
  requests: number;
  retries: number;
}

/** Everything that is said to go wrong between a request and its answer, each as often as `often` says. */
function faultsFor(seed: number, often: number): Fault[] {
  const random = generator(seed);
  const chance = (): number => often * random();
  const striking = (fault: Fault): Fault => ({
    ...fault,
    chance: chance(),
    seed: Math.floor(random() * 1e9),
    match: { side: "exchange", ...fault.match },
  });
  return [
    striking({ named: "throttled", retryAfter: "0.3" }),
    striking({ named: "throttledNoRetryAfter" }),
    striking({ named: "unavailable" }),
    striking({ named: "concurrency", status: random() < 0.5 ? 400 : 429 }),
    striking({ named: "transient" }),
    striking({ named: "tokenRefused", times: 4 }),
    striking({ cut: "half" }),
    striking({ named: "throttled", match: { item: true } }),
    striking({ named: "unavailable", match: { item: true } }),
    striking({ named: "tokenRefused", times: 4, match: { item: true } }),
    striking({ drop: true, match: { item: true } }),
  ];
}

/** `often`: the highest chance, from 0 to 1, of each kind of fault. */
export async function campaign(
  runs: number,
  {
    dist,
    atOnce = 6,
    often = 0.06,
    firstSeed = 1,
    onImport = () => undefined,
  }: {
    dist: string;
    atOnce?: number;
    often?: number;
    firstSeed?: number;
    onImport?(): void;
  },
): Promise<Tally> {
  const whole = await Promise.all(kinds.map((kind) => disturbed(kind, dist, undefined, often)));
  const tally: Tally = {
    complete: 0,
    told: new Map(),
    wrong: whole.flatMap(({ answer }, index) =>
      answer?.outputContext.Success === true ? [] : [`undisturbed: ${kinds[index]?.action ?? ""}`],
    ),
    requests: 0,
    retries: 0,
  };
  const seeds = Array.from({ length: runs }, (_, index) => firstSeed + index).values();
  const worker = async (): Promise<void> => {
    for (const seed of seeds) {
      const number = seed % kinds.length;
      const kind = kinds[number];
      const expected = whole[number];
      if (!kind || !expected) continue;
      const { answer, records, holders } = await disturbed(kind, dist, seed, often);
      onImport();
      tally.requests += answer?.stats.requests ?? 0;
      tally.retries += answer?.stats.retries ?? 0;
      const why = answer?.outputContext.AuditLogs.find(({ IsError }) => IsError)?.Message;
      if (answer?.outputContext.Success === true && holders === expected.holders) tally.complete++;
      else if (answer?.outputContext.Success === false && why !== undefined)
        tally.told.set(answer.outcome, (tally.told.get(answer.outcome) ?? 0) + 1);
      else
        tally.wrong.push(
          `seed ${seed}, ${kind.action}: ` +
            (answer === undefined
              ? "no answer"
              : `${String(answer.outputContext.Success)}, ${records} records of ${expected.records}`),
        );
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return tally;
}

/** One import; `seed` undefined: nothing goes wrong. */
async function disturbed(
  { action, state, configuration }: Kind,
  dist: string,
  seed: number | undefined,
  often: number,
): Promise<{ answer: Answer | undefined; records: number; holders: string }> {
  const base = state();
  // Tokens end in the middle of the import, page links do not: they live 30 minutes.
  const emulator = await startEmulator({
    state: {
      ...base,
      behaviour: { ...base.behaviour, tokenSeconds: 600, requestMs: seed === undefined ? 0 : 20 },
    },
  });
  const random = generator(seed ?? 0);
  const expiry =
    seed === undefined
      ? undefined
      : setTimeout(() => emulator.emulator.advance(700_000), 250 + 500 * random());
  try {
    if (seed !== undefined) emulator.emulator.setFaults(faultsFor(seed, often));
    const run = await runBundle(action, permissionImportFor(emulator, configuration), {
      dist,
      env: emulator.env,
    });
    const records = run.records as { PermissionReference: unknown; AccountReferences: string[] }[];
    // Blocks may be cut otherwise: what counts is who holds what.
    const holders = JSON.stringify(
      sorted(
        records.flatMap(({ PermissionReference, AccountReferences }) =>
          AccountReferences.map((account) => [PermissionReference, account]),
        ),
      ),
    );
    return { answer: run.answer as Answer | undefined, records: records.length, holders };
  } finally {
    clearTimeout(expiry);
    await emulator.close();
  }
}

async function main(runs: number): Promise<void> {
  const dist = path.resolve(import.meta.dirname, "../../dist");
  await buildBundles(dist);
  const terminal = processTerminal();
  const begin = performance.now();
  const { complete, told, wrong, requests, retries } = await campaign(runs, {
    dist,
    onImport: counter(terminal, { what: "imports", total: runs }),
  });
  const seconds = ((performance.now() - begin) / 1000).toFixed(0);
  const failed = [...told.values()].reduce((sum, count) => sum + count, 0);
  const reasons = [...told].map(([outcome, count]) => `${outcome} ${count}`).join(", ");
  terminal.line(
    `${runs} imports in ${seconds} s, ${requests} requests, ${retries} tried again: ` +
      `${complete} complete, ${failed} failed with a reason${reasons === "" ? "" : ` (${reasons})`}, ` +
      `${wrong.length} wrong.`,
  );
  for (const line of wrong) terminal.line(`  ${line}`);
  process.exitCode = wrong.length === 0 && complete > 0 ? 0 : 1;
}

if (process.argv[1] !== undefined && path.resolve(process.argv[1]) === import.meta.filename)
  await main(Number(process.argv[2] ?? 200));
