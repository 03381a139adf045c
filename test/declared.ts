import path from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "vitest";
import type { ExchangeTarget } from "../lib/exchange/target.ts";
import type { Action, AnyEvent } from "../lib/host/action.ts";
import type { Emulator } from "./emulator/emulator.ts";

/** An action, as far as its declaration goes. */
export type Declared = Pick<Action<AnyEvent, ExchangeTarget>, "needs" | "configuration">;

/** A cmdlet as it was sent, in a batch or separately. */
export interface Call {
  cmdlet: string;
  parameters: Readonly<Record<string, unknown>>;
}

/** The action in a file, such as `lifecycle/create`. */
export async function actionIn(name: string): Promise<Action<AnyEvent, ExchangeTarget>> {
  const file = path.resolve(import.meta.dirname, "..", `${name}.ts`);
  const module = (await import(pathToFileURL(file).href)) as {
    default: Action<AnyEvent, ExchangeTarget>;
  };
  return module.default;
}

/** One entry per parameter, in the form `Set-Mailbox -Identity`. A cmdlet without parameters is an entry of its own. */
export function partsOf(cmdlet: string, parameters: readonly string[]): string[] {
  return [cmdlet, ...parameters.map((name) => `${cmdlet} -${name}`)];
}

/** The cmdlets and parameters that an action declares. */
export function declaredParts({ needs }: Declared): string[] {
  return Object.entries(needs.exchange.operations).flatMap(([cmdlet, parameters]) =>
    partsOf(cmdlet, parameters),
  );
}

/** The cmdlets and parameters in these calls, each once. */
export function sentParts(calls: readonly Call[]): string[] {
  const parts = calls.flatMap(({ cmdlet, parameters }) =>
    partsOf(
      cmdlet,
      // The type of a parameter is part of the protocol and not of the cmdlet.
      Object.keys(parameters).filter((name) => !name.includes("@odata.type")),
    ),
  );
  return [...new Set(parts)];
}

/** The cmdlets and parameters in these calls that the action does not declare. */
export function undeclared(action: Declared, calls: readonly Call[]): string[] {
  const declared = new Set(declaredParts(action));
  return sentParts(calls).filter((part) => !declared.has(part));
}

/** Every cmdlet that the emulator was sent after the first `skipped` requests. */
export function callsTo(emulator: Pick<Emulator, "journal">, skipped = 0): Call[] {
  return emulator
    .journal()
    .slice(skipped)
    .filter(({ side }) => side === "exchange")
    .flatMap((entry): Partial<Call>[] =>
      entry.cmdlet === "$batch" ? [...(entry.items ?? [])] : [entry],
    )
    .map(({ cmdlet = "", parameters = {} }) => ({ cmdlet, parameters }));
}

/** Runs an action, and fails when it sent the tenant anything that it does not declare. */
export async function asDeclared<T>(
  action: Declared,
  emulator: Pick<Emulator, "journal">,
  run: () => Promise<T>,
): Promise<T> {
  const before = emulator.journal().length;
  const result = await run();
  expect(undeclared(action, callsTo(emulator, before)), "sent without being declared").toEqual([]);
  return result;
}
