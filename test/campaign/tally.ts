import { catalogue } from "./catalogue.ts";
import type { CaseReport } from "./case.ts";
import { troubles } from "./troubles.ts";

/** How often a trouble was met on an action, and how often a rule was broken then. */
export interface Cell {
  met: number;
  violated: number;
}

export interface Failure extends CaseReport {
  tenant: string;
  replay: string;
}

/** What a campaign came to. */
export interface Summary {
  tenant: string;
  seed: number;
  runs: number;
  events: number;
  /** Runs that met a trouble at all. */
  troubled: number;
  seconds: number;
  /** Of the processor, in seconds. */
  processor: number;
  violating: number;
  rules: Record<string, number>;
  outcomes: Record<string, number>;
  /** By action, then by trouble. */
  matrix: Record<string, Record<string, Cell>>;
  failures: Failure[];
}

/** Of every action so many failures are kept with all that is known of them. */
const keptPerAction = 40;

export const columns: readonly string[] = [
  "none",
  ...new Set(troubles.map(({ name }) => name)),
  "pair",
];

export class Tally {
  readonly summary: Summary;
  readonly #startedAt = performance.now();
  readonly #processor = process.cpuUsage();

  constructor(tenant: string, seed: number) {
    const row = (): Record<string, Cell> =>
      Object.fromEntries(columns.map((name) => [name, { met: 0, violated: 0 }]));
    this.summary = {
      tenant,
      seed,
      runs: 0,
      events: 0,
      troubled: 0,
      seconds: 0,
      processor: 0,
      violating: 0,
      rules: {},
      outcomes: {},
      matrix: Object.fromEntries(catalogue.map(([action]) => [action, row()])),
      failures: [],
    };
  }

  add(report: CaseReport, replay: string): void {
    const { summary } = this;
    const isViolated = report.violations.length > 0;
    summary.runs++;
    summary.events += report.executions;
    if (report.troubles.length > 0) summary.troubled++;
    summary.outcomes[report.outcome] = (summary.outcomes[report.outcome] ?? 0) + 1;
    for (const name of columnsOf(report)) {
      const cell = summary.matrix[report.action]?.[name];
      if (!cell) continue;
      cell.met++;
      if (isViolated) cell.violated++;
    }
    if (!isViolated) return;
    summary.violating++;
    for (const rule of new Set(report.violations.map(({ rule }) => rule)))
      summary.rules[rule] = (summary.rules[rule] ?? 0) + 1;
    const kept = summary.failures.filter(({ action }) => action === report.action).length;
    if (kept < keptPerAction) summary.failures.push({ ...report, tenant: summary.tenant, replay });
  }

  end(): Summary {
    const { user, system } = process.cpuUsage(this.#processor);
    this.summary.seconds = (performance.now() - this.#startedAt) / 1000;
    this.summary.processor = (user + system) / 1e6;
    return this.summary;
  }
}

function columnsOf({ troubles: met }: CaseReport): Set<string> {
  if (met.length === 0) return new Set(["none"]);
  return new Set([...met, ...(met.length > 1 ? ["pair"] : [])]);
}
