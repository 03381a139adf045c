import { runCase } from "./case.ts";
import { loadProduct, type PlantedFault, type Product } from "./product.ts";
import { conditionsOf } from "./run.ts";

interface Expected extends PlantedFault {
  /** The rule that it breaks, on these actions. */
  rule: string;
  only: string;
}

/** Faults in the product that the campaign must catch: what it is worth is counted by them. */
export const plantedFaults: readonly Expected[] = [
  {
    name: "a dry run writes",
    rule: "I8",
    only: "revokePermission",
    file: "lib/host/gate.ts",
    literal: "if (dryRun) return begun.map(({ asRead }) => asRead);",
    instead: "",
  },
  {
    name: "the plan does not show what was sent",
    rule: "I5",
    only: "revokePermission",
    file: "lib/host/gate.ts",
    literal: "record.step.sent = true;",
    instead: "",
  },
  {
    name: "an unknown outcome counts as failed",
    rule: "I13",
    only: "grantPermission",
    file: "lib/fault.ts",
    literal: 'return kind !== "unavailable" && kind !== "unexpected";',
    instead: "return true;",
  },
  {
    name: "a part that may have been granted is not recorded",
    rule: "I6",
    only: "subPermissions",
    file: "lib/host/subPermissionActions.ts",
    literal: "if (!isOnRecord && isRefusal(fault)) held.remove(part.key);",
    instead: "if (!isOnRecord) held.remove(part.key);",
  },
  {
    name: "a revoke is not read back",
    rule: "I3",
    only: "revokePermission",
    file: "lib/host/gate.ts",
    literal: "if (!isInEffect || (doubt === undefined && !confirm)) return ended();",
    instead: "if (!isInEffect || !confirm || confirm) return ended();",
  },
  {
    name: "an answer that is not plain passes for one",
    rule: "I3",
    only: "revokePermission",
    file: "lib/host/looks.ts",
    literal: "if (fault === undefined && !strict)",
    instead: "if (!strict)",
  },
  {
    name: "one not-found passes for an absence",
    rule: "I3",
    only: "revokePermission",
    file: "lib/exchange/absence.ts",
    literal: "for (const command of [asRecipient, asUser, asDeleted]) {",
    instead: "for (const command of [asRecipient, asUser, asDeleted].slice(3)) {",
  },
  {
    name: "an import that lacks something succeeds",
    rule: "I4",
    only: "folderPermission/importPermission",
    file: "lib/entitlements/importFailures.ts",
    literal: "if (!first) return;",
    instead: "if (first || !first) return;",
  },
];

/**
 * The number of the first case in which a planted fault shows and the product itself is right; undefined when
 * none of them does.
 */
export async function caughtAt(
  planted: Expected,
  own: Product,
  { seed, runs }: { seed: number; runs: number },
): Promise<number | undefined> {
  const settings = { tenant: "fake", only: planted.only };
  const withFault = conditionsOf({ ...settings, product: await loadProduct(planted) });
  const without = conditionsOf({ ...settings, product: own });
  const breaks = async (index: number, conditions: typeof without): Promise<boolean> =>
    (await runCase(seed, index, conditions)).violations.some(({ rule }) => rule === planted.rule);
  for (let index = 0; index < runs; index++)
    if ((await breaks(index, withFault)) && !(await breaks(index, without))) return index;
  return undefined;
}
