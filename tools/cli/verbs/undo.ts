import type { Command } from "commander";
import type { PlanStep } from "../../../lib/generated/types.ts";
import { changedSince, leftBy } from "../../undo/compared.ts";
import { inverseOf, type Inverse, type InverseEvent } from "../../undo/inverse.ts";
import { eventFor } from "../../session/events.ts";
import { withExamples } from "../examples.ts";
import { readJson } from "../../session/jsonFile.ts";
import { showDifferences } from "../report.ts";
import { isRecord } from "../../../lib/record.ts";
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
  result:
    | "would be undone"
    | "undone"
    | "would be undone in part"
    | "undone in part"
    | "is so already"
    | "cannot be undone"
    | "failed";
  /** Why not; what stays; or the action that undoes it. */
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
    const mode = options.live ? "for real" : "dry run";
    if (!options.json) terminal.line(terminal.styled("bold", `undo, ${mode}, ${tenant.name}`));
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
  const dry = await ranInverse(inverse, tenant, true);
  const { steps } = dry;
  if (!dry.isDone) return { sentence, result: "cannot be undone", detail: dry.audit, steps };
  if (dry.isSo && inverse.leavesOthers)
    return { sentence, result: "cannot be undone", detail: dry.audit, steps };
  if (dry.isSo) return { sentence, result: "is so already", detail: dry.audit, steps: [] };
  const reason = changedSince(step, steps);
  if (reason !== undefined) return { sentence, result: "cannot be undone", detail: reason, steps };
  const run = isLive ? await ranInverse(inverse, tenant, false) : dry;
  if (!run.isDone) return { sentence, result: "failed", detail: run.audit, steps: run.steps };
  const result = isLive ? "undone" : "would be undone";
  const left = leftBy(step, run.steps, run.asked);
  if (left.length === 0)
    return { sentence, result, detail: inverse.event.action, steps: run.steps };
  const detail = [...left, ...run.failures].join("; ");
  return { sentence, result: `${result} in part`, detail, steps: run.steps };
}

/** What became of the events of an inverse. */
interface InverseRun {
  /** Whether the first event was a success. */
  isDone: boolean;
  /** Whether nothing had to be changed. */
  isSo: boolean;
  /** The audit lines of the first event. */
  audit: string;
  /** The steps of the first event, and of the second one if it was a success. */
  steps: PlanStep[];
  /** The data that these events name. */
  asked: Record<string, unknown>;
  /** The audit lines of a second event that was no success. */
  failures: string[];
}

async function ranInverse(
  { event, also }: Extract<Inverse, { event: InverseEvent }>,
  tenant: Tenant,
  isDryRun: boolean,
): Promise<InverseRun> {
  const first = await invoked(event, tenant, isDryRun);
  const isDone = first.code === 0;
  const second = isDone && also ? await invoked(also, tenant, isDryRun) : undefined;
  const isWhole = second?.code === 0;
  return {
    isDone,
    isSo: isSo(first) && (!second || isSo(second)),
    audit: auditOf(first),
    steps: [...first.answer.plan, ...(isWhole ? second.answer.plan : [])],
    asked: { ...event.data, ...(isWhole && also?.data) },
    failures: second && !isWhole ? [auditOf(second)] : [],
  };
}

async function invoked(
  { action, account, data = {}, manager, permission, settings, person }: InverseEvent,
  tenant: Tenant,
  isDryRun: boolean,
): Promise<Invocation> {
  const event = eventFor(action, {
    configuration: { ...tenant.configuration, ...settings },
    isDryRun,
    account,
    manager,
    person: { ...person },
    mapped: { data, prefilled: data },
    ...(permission && { permission: { DisplayName: "undo", Identification: permission } }),
  });
  return await tenant.invoke(action, event);
}

function isSo({ answer }: Invocation): boolean {
  return answer.outcome === "alreadySo" || answer.plan.length === 0;
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
