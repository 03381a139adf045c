import { parseArgs } from "node:util";
import { counter } from "../cli/counter.ts";
import { processTerminal } from "../cli/terminal.ts";

/** What came of one life. */
interface LifeReport {
  violations: readonly { rule: string; what: string; verb: string; troubles: readonly string[] }[];
  events: number;
  /** The troubles that struck, and the outcome of each event. */
  met: readonly string[];
  outcomes: readonly string[];
}

interface Lives {
  /** The script in package.json. */
  command: string;
  /** The sentences of the rules, by their names. */
  rules: Readonly<Record<string, string>>;
  runLife(seed: number, index: number): Promise<LifeReport>;
  /** The lives that are played at the same time, where they wait for real time. */
  atOnce?: number;
}

/**
 * Plays lives as the options of the command line say: `--runs N --seed S`, or `--replay SEED/INDEX` for one of them.
 * Ends with exit code 1 when a rule was broken.
 */
export async function playLives({ command, rules, runLife, atOnce = 1 }: Lives): Promise<void> {
  const { values } = parseArgs({
    options: {
      runs: { type: "string", default: "1000" },
      seed: { type: "string", default: "1" },
      replay: { type: "string" },
    },
  });
  const terminal = processTerminal();
  Error.stackTraceLimit = 0;
  if (values.replay !== undefined) {
    const [seed = 0, index = 0] = values.replay.split("/").map(Number);
    const report = JSON.stringify(await runLife(seed, index), null, 2);
    for (const line of report.split("\n")) terminal.line(line);
    return;
  }
  const [runs, seed] = [Number(values.runs), Number(values.seed)];
  if (!Number.isInteger(runs) || !Number.isInteger(seed))
    throw new Error("--runs and --seed take whole numbers.");
  const start = performance.now();
  const onRun = counter(terminal, { what: "lives", total: runs });
  const broken: { index: number; report: LifeReport }[] = [];
  const [outcomes, met] = [new Map<string, number>(), new Map<string, number>()];
  let events = 0;
  let next = 0;
  async function playSome(): Promise<void> {
    while (next < runs) {
      const index = next++;
      const report = await runLife(seed, index);
      events += report.events;
      for (const name of report.outcomes) outcomes.set(name, (outcomes.get(name) ?? 0) + 1);
      for (const name of report.met) met.set(name, (met.get(name) ?? 0) + 1);
      if (report.violations.length > 0) broken.push({ index, report });
      onRun();
    }
  }
  await Promise.all(Array.from({ length: atOnce }, playSome));
  const seconds = (performance.now() - start) / 1000;
  terminal.line(`${runs} lives, ${events} events in ${seconds.toFixed(1)} s.`);
  terminal.line(`Outcomes: ${listed(outcomes)}.`);
  terminal.line(`Troubles: ${listed(met)}.`);
  terminal.line(`Lives that broke a rule: ${broken.length}`);
  for (const { index, report } of broken.slice(0, 20))
    for (const { rule, what, verb, troubles } of report.violations.slice(0, 3)) {
      terminal.line(
        `  ${rule} (${rules[rule] ?? ""}) ${verb}, ${troubles.join(" and ") || "no trouble"}`,
      );
      terminal.line(`    ${what.slice(0, 300)}`);
      terminal.line(`    npm run ${command} -- --replay ${seed}/${index}`);
    }
  process.exitCode = broken.length === 0 ? 0 : 1;
}

function listed(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");
}
