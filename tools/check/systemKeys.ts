import schema from "../../schemas/configuration.schema.json" with { type: "json" };
import { hostConfiguration } from "../../lib/host/run.ts";
import { listActions, loadAction } from "../session/actions.ts";
import { systemOf, type System } from "../session/systems.ts";

/**
 * The keys of the configuration that only actions of other systems read, with the titles of those. The keys of the
 * connection are declared by no action, and belong to every system, as do those that every event needs.
 */
export async function keysOfOthers(system: System): Promise<Map<string, Set<string>>> {
  const own = new Set<string>([...schema.required, ...hostConfiguration]);
  const others = new Map<string, Set<string>>();
  for (const action of listActions())
    for (const key of await keysOf(action)) {
      if (systemOf(action) === system) own.add(key);
      else others.set(key, (others.get(key) ?? new Set()).add(systemOf(action).title));
    }
  for (const key of own) others.delete(key);
  return others;
}

/** An action of permissions does not load when its options are wrong, which is reported at their place. */
async function keysOf(action: string): Promise<readonly string[]> {
  const declaration = await loadAction(action).catch(() => undefined);
  return declaration?.configuration ?? [];
}
