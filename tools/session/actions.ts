import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import type { Targets } from "../../lib/connector.ts";
import type { Action, AnyEvent } from "../../lib/host/action.ts";
import { Unusable } from "../../lib/host/schemaContract.ts";
import { nearestName } from "../../lib/nearestName.ts";
import { actionsFolder, isClone } from "./place.ts";
import { UsageError } from "./usageError.ts";

const rooms = ["lifecycle", "permissions", "resources"];
const extension = isClone ? ".ts" : ".mjs";

/** Every action, as a path such as `permissions/groups/grantPermission`: the listing of the folders. */
export function listActions(): string[] {
  return rooms
    .filter((room) => existsSync(path.join(actionsFolder, room)))
    .flatMap((room) =>
      readdirSync(path.join(actionsFolder, room), { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(extension))
        .map((file) => `${room}/${file.replaceAll("\\", "/").slice(0, -extension.length)}`),
    )
    .sort();
}

/**
 * The action that a person means: its path, or the end of it where only one action ends so (`groups/grantPermission`).
 * Of several, the one with the shortest path is meant: `create` is `lifecycle/create`, the one of Entra ID is
 * `entra/create`.
 */
export function findAction(text: string): string {
  const wanted = text.replaceAll("\\", "/").toLowerCase();
  const all = listActions();
  const ending = all.filter((name) => `/${name}`.toLowerCase().endsWith(`/${wanted}`));
  const shortest = Math.min(...ending.map(depthOf));
  const found = ending.filter((name) => depthOf(name) === shortest);
  const [action] = found;
  if (action !== undefined && found.length === 1) return action;
  if (found.length > 1)
    throw new UsageError(`${text} is more than one action: ${found.join(", ")}. Name one of them.`);
  const nearest = nearestName(text, [...all, ...all.map((name) => path.posix.basename(name))]);
  const hint = nearest === undefined ? `Actions: ${all.join(", ")}.` : `The nearest is ${nearest}.`;
  throw new UsageError(`There is no action ${text}. ${hint}`);
}

function depthOf(action: string): number {
  return action.split("/").length;
}

type AnyAction = Action<AnyEvent, Targets>;

/** The build makes a list of files of each of these patterns. */
const load: Readonly<Record<string, (name: string) => Promise<{ default: AnyAction }>>> = {
  lifecycle: (name) =>
    import(/* @vite-ignore */ `../../lifecycle/${name}.ts`) as Promise<{ default: AnyAction }>,
  permissions: (name) =>
    import(/* @vite-ignore */ `../../permissions/${name}.ts`) as Promise<{ default: AnyAction }>,
  resources: (name) =>
    import(/* @vite-ignore */ `../../resources/${name}.ts`) as Promise<{ default: AnyAction }>,
};

const loadedActions = new Map<string, Promise<AnyAction>>();

/** The declaration of an action that `listActions` names. A plan runs one for thousands of people: load it once. */
export function loadAction(action: string): Promise<AnyAction> {
  const loading = loadedActions.get(action) ?? loadFrom(action);
  loadedActions.set(action, loading);
  return loading;
}

/** The declaration of the action of this path. Throws `Unusable` when there is none. */
export async function actionNamed(name: string): Promise<AnyAction> {
  const loaded = loadedActions.get(name);
  if (loaded !== undefined) return await loaded;
  const names = listActions();
  if (names.includes(name)) return await loadAction(name);
  const nearest = nearestName(name, names);
  const hint = nearest === undefined ? "" : `; the nearest is ${nearest}`;
  throw new Unusable([
    `action is ${JSON.stringify(name.slice(0, 100))}, and there is none of this name${hint}.`,
  ]);
}

async function loadFrom(action: string): Promise<AnyAction> {
  const [room = "", ...name] = action.split("/");
  const loaded = await load[room]?.(name.join("/"));
  if (!loaded) throw new Error(`There is no room of actions called ${room}.`);
  return loaded.default;
}
