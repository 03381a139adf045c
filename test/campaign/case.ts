import { drawAmbushes } from "./ambushes.ts";
import { catalogue, type Draw } from "./catalogue.ts";
import { Chance } from "./chance.ts";
import { VirtualClock } from "./clock.ts";
import { execute, type Execution, type Setting } from "./execution.ts";
import type { DirectoryObject, TenantState } from "./fake/model.ts";
import { judge, type Violation } from "./oracle.ts";
import type { Product } from "./product.ts";
import { application, type Event, type KnownSettings, type Scenario } from "./scenario.ts";
import { Wire, type Ambush, type Tenant } from "./wire.ts";

/** A tenant whose state can be looked at. */
export interface OpenTenant extends Tenant {
  truth(): DirectoryObject[];
}

export type Tenancy = (
  state: TenantState,
  credentials: typeof application,
  now: () => number,
) => OpenTenant;

export interface Conditions {
  product: Product;
  tenancy: Tenancy;
  known: KnownSettings;
  /** Only these actions, by a part of the name. */
  only?: string;
  /** Told of every event that was run. */
  onRun?(run: Run, state: TenantState): void;
}

export interface Run extends Pick<Scenario, "action" | "event"> {
  ambushes: readonly Ambush[];
  execution: Execution;
  violations: Violation[];
}

export interface CaseReport {
  seed: number;
  index: number;
  action: string;
  /** The troubles that were met. */
  troubles: string[];
  isDryRun: boolean;
  /** Events that were run. */
  executions: number;
  outcome: string;
  violations: (Violation & { phase: Phase })[];
}

export type Phase = "troubled" | "again" | "afterwards";

/** So long after the last trouble everything has reached everyone. */
const healingMs = 600_000;
/** What a run makes may be found on one controller and not on the next; a run after it finds it everywhere. */
const mostTries = 2;

/** One case of the campaign: an event under troubles, the same again without, and after a grant the revoke. */
export async function runCase(
  seed: number,
  index: number,
  conditions: Conditions,
): Promise<CaseReport> {
  const chance = new Chance(seed, index);
  const [action, , draw] = drawAction(chance, conditions.only);
  const scenario = drawScenario(draw, chance, conditions.known);
  const isDryRun = scenario.event.actionContext["DryRun"] === true;
  const ambushes = drawAmbushes(chance, isDryRun || isReading(action));
  const world = openWorld(scenario.state, chance, conditions);
  const { execution, violations } = await judged(scenario, scenario.event, ambushes, world);
  const report: CaseReport = {
    seed,
    index,
    action,
    troubles: [...execution.met.keys()].map(({ trouble }) => trouble.name),
    isDryRun,
    executions: 1,
    outcome: execution.answer?.outcome ?? "none",
    violations: violations.map((one) => ({ ...one, phase: "troubled" })),
  };
  if (!isDryRun) await heal(report, scenario, execution, world, conditions);
  return report;
}

function drawAction(chance: Chance, only = ""): (typeof catalogue)[number] {
  const all = catalogue.filter(([name]) => name.includes(only));
  const [first] = all;
  if (!first) throw new Error(`No action is called "${only}".`);
  return chance.weighted([[first[1], first], ...all.slice(1).map((one) => [one[1], one] as const)]);
}

export function drawScenario(draw: Draw, chance: Chance, known: KnownSettings): Scenario {
  const scenario = draw(chance, known);
  if (chance.is(0.12)) scenario.event.actionContext["DryRun"] = true;
  return scenario;
}

function isReading(action: string): boolean {
  return /\/(import\w*|permissions)$/.test(action);
}

export interface World extends Setting {
  tenant: OpenTenant;
  onRun(run: Run): void;
}

export function openWorld(
  state: TenantState,
  chance: Chance,
  { product, tenancy, onRun }: Conditions,
): World {
  const clock = new VirtualClock();
  const now = (): number => clock.now;
  const tenant = tenancy(state, application, now);
  return {
    product,
    clock,
    chance,
    tenant,
    wire: new Wire(tenant, now),
    onRun: (run) => onRun?.(run, state),
  };
}

export async function judged(
  scenario: Pick<Scenario, "action" | "shortfalls" | "mayChange" | "faults">,
  event: Event,
  ambushes: readonly Ambush[],
  world: World,
): Promise<{ execution: Execution; violations: Violation[] }> {
  const before = world.tenant.truth();
  const execution = await execute(scenario.action, event, ambushes, world);
  const after = world.tenant.truth();
  const { shortfalls, mayChange, faults } = scenario;
  const violations = judge({
    event,
    execution,
    before,
    after,
    shortfalls,
    mayChange,
    ...(faults && { faults }),
    tokens: world.wire.tokens,
  });
  world.onRun({ action: scenario.action, event, ambushes, execution, violations });
  return { execution, violations };
}

/** The same event again, on a tenant that is well; then, after a grant, what takes it away. */
async function heal(
  report: CaseReport,
  scenario: Scenario,
  troubled: Execution,
  world: World,
  conditions: Conditions,
): Promise<void> {
  const { again, afterwards } = scenario;
  let last = troubled;
  let isDone = false;
  for (let tries = 0; tries < mostTries && !isDone; tries++) {
    await world.clock.settle(healingMs);
    const event = again && last.answer ? again(last.answer) : scenario.event;
    const healed = await judged(scenario, event, [], world);
    report.executions++;
    for (const one of healed.violations) report.violations.push({ ...one, phase: "again" });
    last = healed.execution;
    isDone = last.answer?.outputContext.Success === true;
  }
  if (!isDone && !leavesItToPeople(last) && (await succeedsUndisturbed(scenario, conditions)))
    report.violations.push({ rule: "I12", what: messagesOf(last), phase: "again" });
  if (!isDone || !afterwards) return;
  await world.clock.settle(healingMs);
  const revoke = afterwards();
  const ended = await judged(revoke, revoke.event, [], world);
  report.executions++;
  for (const one of ended.violations) report.violations.push({ ...one, phase: "afterwards" });
}

/**
 * Nothing shows whose an entry under the security identifier of a deleted account is. Such a failure lasts until
 * someone removes the entries, which it has to name.
 */
function leavesItToPeople({ answer }: Execution): boolean {
  return (answer?.outputContext.AuditLogs ?? []).some(({ Message }) =>
    /does not show the account's security identifier.*: remove those of S-1-5-\d/.test(Message),
  );
}

/** Some events fail on some states whatever the weather: then they may fail after it, too. */
async function succeedsUndisturbed(scenario: Scenario, conditions: Conditions): Promise<boolean> {
  const world = openWorld(scenario.state, new Chance(0), conditions);
  await world.clock.settle(healingMs);
  const { execution } = await judged(scenario, scenario.event, [], world);
  return execution.answer?.outputContext.Success === true;
}

function messagesOf({ answer }: Execution): string {
  const lines = answer?.outputContext.AuditLogs.filter(({ IsError }) => IsError) ?? [];
  return lines
    .map(({ Message }) => Message)
    .join(" ")
    .slice(0, 300);
}
