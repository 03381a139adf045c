/**
 * `npm run campaign -- --runs N --seed S`: runs events of all actions, in process and in virtual time, on
 * tenants that are true to life, while one or two things go wrong; then the same event again, on a tenant that
 * is well. The tenant's state is the judge, never the answer. Prints a matrix of actions and troubles, and
 * writes it to `reports/campaign.html` and `reports/campaign.json`. Ends with exit code 1 when a rule was
 * broken. docs/reliability.md has the rules.
 *
 * `--tenant fake|emulator|both` (fake), `--only part-of-an-action`, `--out folder`, `--replay SEED/CASE` (shows one
 * run in full), `--planted` (plants faults in the product, and reports which of them are caught), `--through serve` (as
 * events of one service), `--through worker` (as events of a queue; needs Node.js 22.12).
 */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { matrixText, pageOf, rules } from "../../test/campaign/page.ts";
import { caughtAt, plantedFaults } from "../../test/campaign/planted.ts";
import { loadProduct, type Product } from "../../test/campaign/product.ts";
import { replay } from "../../test/campaign/replay.ts";
import { runCampaign, tenants } from "../../test/campaign/run.ts";
import { throughServe } from "../../test/campaign/throughServe.ts";
import { throughWorker } from "../../test/campaign/throughWorker.ts";
import { counter } from "../cli/counter.ts";
import { processTerminal } from "../cli/terminal.ts";
import type { Summary } from "../../test/campaign/tally.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "2000" },
    seed: { type: "string", default: "1" },
    tenant: { type: "string", default: "fake" },
    only: { type: "string" },
    out: { type: "string", default: path.resolve(import.meta.dirname, "../../reports") },
    replay: { type: "string" },
    planted: { type: "boolean", default: false },
    through: { type: "string" },
  },
});

const terminal = processTerminal();
const names = values.tenant === "both" ? Object.keys(tenants) : [values.tenant];
const loaded = await loadProduct();
const { product, close } = await productThrough(values.through);

if (values.planted) process.exitCode = await planted();
else if (values.replay === undefined) process.exitCode = await campaign();
else {
  const [seed, index] = values.replay.split("/").map((part) => wholeNumber("replay", part));
  if (seed === undefined || index === undefined) throw new Error("--replay takes SEED/CASE.");
  for (const tenant of names)
    console.log(await replay({ product, tenant, seed, index, only: values.only }));
}
await close();

async function productThrough(
  way: string | undefined,
): Promise<{ product: Product; close(): Promise<void> }> {
  if (way === "worker") return await throughWorker(loaded);
  if (way !== undefined && way !== "serve")
    throw new Error(`--through is "${way}"; expected serve or worker.`);
  const close = (): Promise<void> => Promise.resolve();
  return { product: way === "serve" ? throughServe(loaded) : loaded, close };
}

/** A fault that is not caught makes the campaign itself a failure. */
async function planted(): Promise<0 | 1> {
  const choices = {
    seed: wholeNumber("seed", values.seed),
    runs: wholeNumber("runs", values.runs),
  };
  let missed = 0;
  for (const fault of plantedFaults) {
    const index = await caughtAt(fault, product, choices);
    if (index === undefined) missed++;
    console.log(
      `${fault.name}: ${index === undefined ? "NOT CAUGHT" : `caught in case ${index}`} (${fault.rule})`,
    );
  }
  return missed === 0 ? 0 : 1;
}

async function campaign(): Promise<0 | 1> {
  const [runs, seed] = [wholeNumber("runs", values.runs), wholeNumber("seed", values.seed)];
  const summaries: Summary[] = [];
  for (const tenant of names) {
    const onRun = counter(terminal, { what: `runs on ${tenant}`, total: runs });
    const summary = await runCampaign({ product, tenant, seed, runs, only: values.only, onRun });
    summaries.push(summary);
    for (const line of described(summary).split("\n")) terminal.line(line);
  }
  mkdirSync(values.out, { recursive: true });
  writeFileSync(path.join(values.out, "campaign.html"), pageOf(summaries));
  writeFileSync(path.join(values.out, "campaign.json"), JSON.stringify(summaries, null, 1));
  terminal.line(`Written: ${path.join(values.out, "campaign.html")} and campaign.json`);
  return summaries.every(({ violating }) => violating === 0) ? 0 : 1;
}

function described(summary: Summary): string {
  const { tenant, runs, events, troubled, violating, seconds, processor, failures } = summary;
  const broken = Object.entries(summary.rules).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    matrixText(summary),
    "",
    `Tenant ${tenant}: ${runs} runs (${events} events, ${troubled} runs met a trouble)`,
    `in ${seconds.toFixed(1)} s, ${processor.toFixed(1)} s of the processor.`,
    `Runs that broke a rule: ${violating}`,
    ...broken.map(([rule, times]) => `  ${rule}: ${times}. ${rules[rule] ?? ""}`),
    ...failures
      .slice(0, 10)
      .flatMap(({ action, violations, replay: command }) => [
        `  ${action}: ${violations[0]?.rule ?? ""} ${violations[0]?.what.slice(0, 120) ?? ""}`,
        `    ${command}`,
      ]),
  ].join("\n");
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`--${name} is "${text}"; expected a whole number.`);
  return Number(text);
}
