import type { PlanStep } from "../../lib/generated/types.ts";
import { differencesOf } from "../session/differences.ts";
import { isSame } from "./values.ts";

/**
 * Why a step must not be taken back although it could be: what it set is not so any more. `inverse` is the plan of the
 * inverse event's dry run. Undefined: nothing speaks against it.
 */
export function changedSince(step: PlanStep, inverse: readonly PlanStep[]): string | undefined {
  const now = valuesBefore(inverse);
  for (const { property, to } of differencesOf(step)) {
    if (!now.has(property)) continue;
    const value = now.get(property);
    const had = to === undefined ? "removed it" : `set ${JSON.stringify(to)}`;
    if (!isSame(property, to, value))
      return `${property} is ${JSON.stringify(value)} now; the plan had ${had}`;
  }
  return undefined;
}

/**
 * What a step changed and its inverse does not set back, a sentence for each property. `inverse` is the plan of the
 * inverse events, `asked` the data that they name: what has such a value already is in no plan.
 */
export function leftBy(
  step: PlanStep,
  inverse: readonly PlanStep[],
  asked: Readonly<Record<string, unknown>>,
): string[] {
  const after = new Map([
    ...Object.entries(asked),
    ...valuesBefore(inverse),
    ...inverse.flatMap(differencesOf).map(({ property, to }) => [property, to] as const),
  ]);
  return differencesOf(step).flatMap(({ property, from, to }) => {
    const value = after.has(property) ? after.get(property) : to;
    return isSame(property, from, value)
      ? []
      : [`${property} stays ${JSON.stringify(to)}; before the plan it was ${JSON.stringify(from)}`];
  });
}

function valuesBefore(plan: readonly PlanStep[]): Map<string, unknown> {
  return new Map(plan.flatMap(({ before }) => Object.entries(before)));
}
