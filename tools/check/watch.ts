import { existsSync, readdirSync, watch, type FSWatcher } from "node:fs";
import path from "node:path";
import { systems } from "../session/systems.ts";

/** Editors write a file in several steps. */
const quietMs = 100;

/**
 * Calls `changed` after the JSON files of a folder have changed, one call at a time, until the signal aborts; without
 * one until the process is interrupted.
 */
export async function watchFolder(
  folder: string,
  changed: () => Promise<void>,
  signal: AbortSignal = interruption(),
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  let watchers: FSWatcher[] = [];
  const listen = (): void => {
    for (const watcher of watchers) watcher.close();
    watchers = foldersOf(folder).map((one) => watch(one, onEvent));
  };
  const onEvent = (_event: string, file: string | null): void => {
    if (file !== null && path.extname(file) !== ".json" && path.extname(file) !== "") return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      listen();
      running = running.then(changed);
    }, quietMs);
  };
  listen();
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  clearTimeout(timer);
  for (const watcher of watchers) watcher.close();
  await running;
}

/** The folders that contain the files: a new set of permissions is a new folder. */
function foldersOf(folder: string): string[] {
  const ofSystems = systems
    .map((system) => path.join(folder, system.folder))
    .filter((one) => existsSync(one));
  const permissions = path.join(folder, "permissions");
  if (!existsSync(permissions)) return ofSystems;
  const sets = readdirSync(permissions, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => path.join(permissions, name));
  return [...ofSystems, permissions, ...sets];
}

function interruption(): AbortSignal {
  const controller = new AbortController();
  process.once("SIGINT", () => controller.abort());
  return controller.signal;
}
