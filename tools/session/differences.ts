import type { PlanStep } from "../../lib/generated/types.ts";
import { isRecord } from "../../lib/record.ts";

/** One property that a step changes. `from` is undefined for what is new, `to` for what ends. */
export interface Difference {
  property: string;
  from?: unknown;
  to?: unknown;
}

/** What a step changes, property by property. A value that stays is no difference. */
export function differencesOf(step: PlanStep): Difference[] {
  const { before, parameters } = step;
  const isNew = Object.keys(before).length === 0;
  const all = isNew
    ? Object.entries(parameters)
        .filter(([name]) => !names.test(name))
        .map(([property, to]): Difference => ({ property, to }))
    : Object.entries(before).flatMap(([property, from]) =>
        byPart({ property, from, to: after(step, property, from) }),
      );
  return all.filter(({ from, to }) => JSON.stringify(from) !== JSON.stringify(to));
}

/** An object of Graph keeps the parts that a step does not name. */
function byPart({ property, from, to }: Difference): Difference[] {
  if (!isRecord(from) || !isRecord(to)) return [{ property, from, to }];
  return Object.entries(to).map(([part, value]) => ({
    property: `${property}.${part}`,
    from: from[part] ?? null,
    to: value,
  }));
}

/** The parameters that name the object or the way, and are no property of it. */
const names = /^(Identity|Confirm|IgnoreNamingPolicy|BypassSecurityGroupManagerCheck|Shared)$/;

function after({ operation, parameters }: PlanStep, property: string, from: unknown): unknown {
  const to = parameters[property];
  if (isDelta(to)) return applied(to, Array.isArray(from) ? from : []);
  if (to !== undefined) return to;
  const removes =
    /^(Remove-|DELETE |removeMember$|removeDelegate$|delete$)/.test(operation) ||
    Object.values(parameters).some(isRemoval) ||
    // Of Graph's assignLicense: it takes both lists, as a rule one of them empty.
    (Array.isArray(parameters["removeLicenses"]) && parameters["removeLicenses"].length > 0);
  if (typeof from === "boolean") return !removes;
  const isEmpty = Array.isArray(from) && from.length === 0;
  return removes && !isEmpty ? undefined : from;
}

/** A list parameter of Exchange that adds and removes items. */
interface Delta {
  add?: unknown[];
  remove?: unknown[];
}

function isDelta(value: unknown): value is Delta {
  return isRecord(value) && ("add" in value || "remove" in value);
}

function isRemoval(value: unknown): boolean {
  return isDelta(value) && value.add === undefined;
}

function applied({ add = [], remove = [] }: Delta, items: readonly unknown[]): unknown[] {
  return [...items.filter((item) => !remove.includes(item)), ...add];
}

/** A difference as a line: `~ CustomAttribute2: "" -> "Nurse"`. A list has a line for each item that comes or goes. */
export function linesOf({ property, from, to }: Difference): string[] {
  if (Array.isArray(from) && Array.isArray(to)) {
    const added = to.filter((item) => !from.includes(item));
    const removed = from.filter((item) => !to.includes(item));
    return [
      ...removed.map((item) => `- ${property}: ${shown(item)}`),
      ...added.map((item) => `+ ${property}: ${shown(item)}`),
    ];
  }
  if (from === undefined) return [`+ ${property}: ${shown(to)}`];
  if (to === undefined) return [`- ${property}: ${shown(from)}`];
  return [`~ ${property}: ${shown(from)} -> ${shown(to)}`];
}

const longest = 100;

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > longest ? `${text.slice(0, longest)}...` : text;
}
