import type { Command } from "commander";
import type { PlanStep } from "../../../lib/generated/types.ts";
import { changedSince, inverseOf, type InverseEvent } from "../../undo/inverse.ts";
import { eventFor } from "../../session/events.ts";
import { withExamples } from "../examples.ts";
import { readJson } from "../../session/jsonFile.ts";
import { showDifferences } from "../report.ts";
import { isRecord } from "../../../lib/host/schemaContract.ts";
import {
  openTenant,
  type Invocation,
  type Tenant,
  type TenantChoice,
} from "../../session/tenant.ts";
import { addTenantOptions } from "../tenantOptions.ts";
import type { Terminal } from "../terminal.ts";
import { UsageError } from "../../session/usageError.ts";

interface UndoOptions extends TenantChoice {
  plan: string;
  live?: true;
  json?: true;
}

/** What became of one step. */
interface Undone {
  sentence: string;
  result: "would be undone" | "undone" | "is so already" | "cannot be undone" | "failed";
  /** Why not; or the action that undoes it. */
  detail: string;
  steps: PlanStep[];
}

/** `undo`: takes back the steps of an answer, the last one first. */
export function addUndo(program: Command, terminal: Terminal): void {
  const undo = program
    .command("undo")
    .description("Take back what an answer's plan did. A dry run, unless --live is given.")
    .requiredOption("--plan <file>", "the answer of a bundle, or its plan, as JSON")
    .option("--live", "change the tenant")
    .option("--json", "one JSON document");
  addTenantOptions(undo);
  withExamples(undo, [
    "undo --plan answer.json",
    "undo --plan answer.json --config tenant.json --live",
  ]);
  undo.action(async (options: UndoOptions) => {
    const steps = planIn(options.plan);
    const tenant = await openTenant(options);
    const results: Undone[] = [];
    for (const step of steps.toReversed())
      results.push(await undone(step, tenant, options.live === true));
    terminal.exitCode = results.every(({ result }) => isFine.has(result)) ? 0 : 1;
    if (options.json) terminal.line(JSON.stringify(results));
    else if (results.length === 0)
      terminal.line("The plan has no steps: there is nothing to undo.");
    else for (const result of results) show(result, terminal);
  });
}

const isFine: ReadonlySet<Undone["result"]> = new Set([
  "would be undone",
  "undone",
  "is so already",
]);

function planIn(file: string): PlanStep[] {
  const json = readJson(file);
  const plan = isRecord(json) ? json["plan"] : json;
  if (!Array.isArray(plan) || !plan.every(isStep))
    throw new UsageError(
      `${file} has no plan; expected the answer of a bundle, with { "plan": [...] }.`,
    );
  return plan;
}

function isStep(value: unknown): value is PlanStep {
  return (
    isRecord(value) &&
    typeof value["operation"] === "string" &&
    typeof value["sentence"] === "string" &&
    typeof value["sent"] === "boolean" &&
    isRecord(value["parameters"]) &&
    isRecord(value["before"])
  );
}

async function undone(step: PlanStep, tenant: Tenant, isLive: boolean): Promise<Undone> {
  const { sentence } = step;
  const inverse = inverseOf(step);
  if ("reason" in inverse)
    return { sentence, result: "cannot be undone", detail: inverse.reason, steps: [] };
  const { action } = inverse.event;
  const dry = await invoked(inverse.event, tenant, true);
  const { plan } = dry.answer;
  if (dry.code !== 0)
    return { sentence, result: "cannot be undone", detail: auditOf(dry), steps: plan };
  if (dry.answer.outcome === "alreadySo" || plan.length === 0)
    return { sentence, result: "is so already", detail: auditOf(dry), steps: [] };
  const reason = changedSince(step, plan);
  if (reason !== undefined)
    return { sentence, result: "cannot be undone", detail: reason, steps: plan };
  if (!isLive) return { sentence, result: "would be undone", detail: action, steps: plan };
  const live = await invoked(inverse.event, tenant, false);
  return live.code === 0
    ? { sentence, result: "undone", detail: action, steps: live.answer.plan }
    : { sentence, result: "failed", detail: auditOf(live), steps: live.answer.plan };
}

async function invoked(
  { action, account, data = {}, permission, settings }: InverseEvent,
  tenant: Tenant,
  isDryRun: boolean,
): Promise<Invocation> {
  const event = eventFor(action, {
    configuration: { ...tenant.configuration, ...settings },
    isDryRun,
    account,
    mapped: { data, prefilled: data },
    ...(permission && { permission: { DisplayName: "undo", Identification: permission } }),
  });
  return await tenant.invoke(action, event);
}

function auditOf({ answer }: Invocation): string {
  return answer.outputContext.AuditLogs.map(({ Message }) => Message).join(" ");
}

function show({ sentence, result, detail, steps }: Undone, terminal: Terminal): void {
  const colour = isFine.has(result) ? "green" : "red";
  terminal.line(terminal.styled("bold", sentence));
  terminal.line(`   ${terminal.styled(colour, result)}: ${detail}`);
  // In the words of the inverse event, which has read the tenant: the file may name one object and mean another.
  for (const step of steps) {
    terminal.line(`   ${step.sentence}`);
    showDifferences([step], terminal, "   ");
  }
}
