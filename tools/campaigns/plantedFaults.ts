/**
 * Faults to plant in lib/, one at a time, to see whether a test notices. Each is a mistake that
 * someone could make: a lost guard, a limit that is off by one, a condition the other way round.
 * `npm run mutants` plants them.
 */
import { authFaults } from "./planted/auth.ts";
import { clientFaults } from "./planted/client.ts";
import { connectorFaults } from "./planted/connector.ts";
import { entraFaults } from "./planted/entra.ts";
import { entitlementFaults } from "./planted/entitlements.ts";
import { graphFaults } from "./planted/graph.ts";
import { hostFaults } from "./planted/host.ts";
import { leaverFaults } from "./planted/leaver.ts";
import { netFaults } from "./planted/net.ts";
import { nounFaults } from "./planted/nouns.ts";
import { resourceFaults } from "./planted/resources.ts";
import { runtimeFaults } from "./planted/runtime.ts";
import type { Faults, PlantedFault } from "./planted/fault.ts";

const lists: readonly Faults[] = [
  ...connectorFaults,
  ...netFaults,
  ...authFaults,
  ...hostFaults,
  ...runtimeFaults,
  ...clientFaults,
  ...nounFaults,
  ...resourceFaults,
  ...graphFaults,
  ...entraFaults,
  ...entitlementFaults,
  ...leaverFaults,
];

export const plantedFaults: readonly PlantedFault[] = lists.flatMap(
  ({ file, tests = [], faults }) =>
    faults.map((fault) => ({ file, ...fault, tests: [...tests, ...(fault.tests ?? [])] })),
);
