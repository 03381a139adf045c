import pLimit from "p-limit";
import { differencesOf, linesOf } from "../session/differences.ts";
import { isRecord } from "../../lib/record.ts";
import type { Person } from "../mapping/mapping.ts";
import { atPath, describedFault } from "../mapping/mapping.ts";
import { exchange, systemOf } from "../session/systems.ts";
import { uniqueValuesOf, type UniqueValue } from "./uniqueValues.ts";
import { planFor, type PersonPlan, type PlanContext } from "./plan.ts";

/** One person in the plan of a whole set: what a row of its table shows. */
export interface PersonRow {
  externalId: string;
  displayName: string;
  result: PersonPlan["result"];
  /** Why it fails; otherwise empty. */
  reason: string;
  /** What would change: `~ CustomAttribute2: "" -> "Nurse"`. */
  changes: string[];
  /** What is remarkable about the person, whatever the result. */
  remarks: string[];
  account: string;
}

/** So many people at once: scripts run in a thread, and a real tenant is far away. */
const atOnce = 4;

/** Plans for people. `onRow` is called after each with the number of people so far. */
export async function planForAll(
  people: readonly Person[],
  context: PlanContext,
  onRow: (count: number) => void,
): Promise<PersonRow[]> {
  let count = 0;
  const limit = pLimit(atOnce);
  const planned = await limit.map(people, async (person, index) => {
    const plan = await planFor(person, context);
    context.tenant.emulator?.clearJournal();
    onRow(++count);
    return { row: rowOf(plan, person, index + 1), values: uniqueValuesOf(plan.steps) };
  });
  const rows = planned.map(({ row }) => row);
  addDuplicates(rows, people, context);
  addClashes(planned);
  return rows;
}

/** `number` is the place of the person in the list, from 1. */
function rowOf(plan: PersonPlan, person: Person, number: number): PersonRow {
  const { externalId, displayName, result, audit, faults, steps, account = "" } = plan;
  const errors = audit.filter(({ IsError }) => IsError).map(({ Message }) => Message);
  return {
    externalId,
    // An empty cell names no one.
    displayName: displayName || externalId ? displayName : `person ${number} (no name)`,
    result,
    reason: [...faults.map(describedFault), ...errors].join(" "),
    changes: steps.flatMap(differencesOf).flatMap(linesOf),
    remarks: remarksOn(person),
    account,
  };
}

function remarksOn(person: Person): string[] {
  const contracts = person["Contracts"];
  return [
    ...(Array.isArray(contracts) && contracts.length > 0 ? [] : ["no contract"]),
    ...(isRecord(person["PrimaryContract"]) ? [] : ["no primary contract"]),
    ...(isRecord(person["PrimaryManager"]) ? [] : ["no manager"]),
  ];
}

/** People who share what has to be one person's own: an external ID, the value that correlates, or the account. */
function addDuplicates(
  rows: readonly PersonRow[],
  people: readonly Person[],
  { action, correlation: { personField, accountField } }: PlanContext,
): void {
  const own: [what: string, value: (index: number) => unknown][] = [
    ["ExternalId", (index) => rows[index]?.externalId],
    [accountField, (index) => atPath(people[index] ?? {}, personField)],
    [systemOf(action) === exchange ? "mailbox" : "user", (index) => rows[index]?.account],
  ];
  for (const [what, valueAt] of own) {
    const owners = new Map<string, number[]>();
    for (const index of rows.keys()) {
      const key = keyOf(valueAt(index));
      if (key !== "") owners.set(key, [...(owners.get(key) ?? []), index]);
    }
    for (const indexes of owners.values())
      if (indexes.length > 1)
        for (const index of indexes)
          rows[index]?.remarks.push(`${what} shared by ${indexes.length}`);
  }
}

/** Accounts that would get the same unique value. People who share an account already have a remark. */
function addClashes(planned: readonly { row: PersonRow; values: readonly UniqueValue[] }[]): void {
  const owners = new Map<string, Set<unknown>>();
  for (const { row, values } of planned)
    for (const { key } of values)
      owners.set(key, (owners.get(key) ?? new Set()).add(row.account || row));
  for (const { row, values } of planned)
    for (const { key, shown } of values) {
      const count = owners.get(key)?.size ?? 0;
      if (count > 1) row.remarks.push(`${shown} shared by ${count}`);
    }
}

function keyOf(value: unknown): string {
  return typeof value === "string" ? value.toLowerCase() : "";
}

/** How many people there are with each result and remark (without its value), the most frequent first. */
export function summaryOf(rows: readonly PersonRow[]): [what: string, count: number][] {
  const counts = new Map<string, number>();
  for (const { result, remarks } of rows)
    for (const what of [result, ...new Set(remarks.map(kindOf))])
      counts.set(what, (counts.get(what) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}

/** `SMTP:a@contoso.com shared by 2` as `new address shared by 2`. */
function kindOf(remark: string): string {
  const value = /^(?:(new \w+) |\w+:)\S+ (?=shared by)/;
  return remark.replace(value, (_written, kind?: string) => `${kind ?? "new address"} `);
}
