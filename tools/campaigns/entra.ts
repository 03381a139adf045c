/**
 * `npm run campaign:entra -- --runs N --seed S`: lives of accounts of Entra ID with their mailboxes (create, update,
 * enable, disable, delete, create again), in process and in virtual time, while one or two things go wrong or the
 * process is killed; then each event again, on a tenant that is well. The tenant's state is the judge. Ends with exit
 * code 1 when a rule was broken. `--replay SEED/INDEX` runs one life and shows what it broke.
 */
import { parseArgs } from "node:util";
import { rules } from "../../test/campaign/entra/judge.ts";
import { runLife, type LifeReport } from "../../test/campaign/entra/run.ts";
import { counter } from "../cli/counter.ts";
import { processTerminal } from "../cli/terminal.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
    replay: { type: "string" },
  },
});
const terminal = processTerminal();
Error.stackTraceLimit = 0;

if (values.replay === undefined) process.exitCode = await campaign();
else {
  const [seed = 0, index = 0] = values.replay.split("/").map(Number);
  const report = JSON.stringify(await runLife(seed, index), null, 2);
  for (const line of report.split("\n")) terminal.line(line);
}

async function campaign(): Promise<0 | 1> {
  const [runs, seed] = [Number(values.runs), Number(values.seed)];
  if (!Number.isInteger(runs) || !Number.isInteger(seed))
    throw new Error("--runs and --seed take whole numbers.");
  const start = performance.now();
  const onRun = counter(terminal, { what: "lives", total: runs });
  const broken: { index: number; report: LifeReport }[] = [];
  const [outcomes, met] = [new Map<string, number>(), new Map<string, number>()];
  let events = 0;
  for (let index = 0; index < runs; index++) {
    const report = await runLife(seed, index);
    events += report.events;
    for (const name of report.outcomes) outcomes.set(name, (outcomes.get(name) ?? 0) + 1);
    for (const name of report.met) met.set(name, (met.get(name) ?? 0) + 1);
    if (report.violations.length > 0) broken.push({ index, report });
    onRun();
  }
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
      terminal.line(`    npm run campaign:entra -- --replay ${seed}/${index}`);
    }
  return broken.length === 0 ? 0 : 1;
}

function listed(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");
}
