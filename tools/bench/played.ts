import { startEmulator, type RunningEmulator } from "../../test/emulator/server.ts";
import { eventFor, scenarios, stateFor } from "../../test/fixtures/scenarios.ts";
import { standInSecret } from "../scrub/secretKeys.ts";

/** A scenario of the fixtures in an emulated tenant of its own, which returns to its start before each run. */
export interface Played {
  /** The action, such as `lifecycle/create`. */
  action: string;
  event: unknown;
  tenant: RunningEmulator;
}

/**
 * Opens the scenario of this name, such as `lifecycle/create/found-and-hidden`. `certificate` (PEM) is one that the
 * application has as well. The caller closes the tenant.
 */
export async function playedScenario(name: string, certificate?: string): Promise<Played> {
  const scenario = scenarios.find((one) => one.name === name);
  if (!scenario) throw new Error(`There is no scenario ${name}.`);
  const state = stateFor(scenario);
  for (const app of state.apps) {
    // The secret of a scenario's event.
    app.secrets = [{ value: standInSecret }];
    if (certificate !== undefined) app.certificates = [certificate];
  }
  const tenant = await startEmulator({ state });
  tenant.emulator.remember();
  return { action: name.slice(0, name.lastIndexOf("/")), event: eventFor(scenario), tenant };
}
