import { pathFault } from "../check/mappingForm.ts";
import { documentIn } from "../mapping/mapping.ts";
import { mappedActionOf, type PlanContext } from "./plan.ts";

/**
 * The paths of an action that no person has, a sentence for each: such a field is empty for everyone, and the action
 * clears it.
 */
export function pathWarnings({ action, mapping }: PlanContext): string[] {
  const stage = mappedActionOf(action);
  if (stage === undefined) return [];
  return mapping.MappingFields.flatMap(({ Name, MappingActions }) => {
    const mapped = MappingActions.find(({ MapForActions }) => MapForActions.includes(stage));
    const path = mapped?.MappingMode === "Field" ? documentIn(mapped.Value) : undefined;
    const fault = typeof path === "string" ? pathFault(path) : undefined;
    return fault === undefined ? [] : [`${Name}: ${fault}`];
  });
}
