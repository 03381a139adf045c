import path from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "vitest";
import type { Targets } from "../lib/connector.ts";
import type { Action, AnyEvent } from "../lib/host/action.ts";
import type { Emulator } from "./emulator/emulator.ts";
import { matchedBy } from "./emulator/graph/operations.ts";
import type { Entry, Item } from "./emulator/journal.ts";
import type { Asked } from "../tools/session/traffic.ts";

/** An action, as far as its declaration goes. */
export type Declared = Pick<Action<AnyEvent, Targets>, "needs" | "configuration">;

/** A cmdlet or an operation of Graph as it was sent, in a batch or separately. */
export interface Call {
  operation: string;
  parameters: Readonly<Record<string, unknown>>;
}

/** The action in a file, such as `lifecycle/create`. */
export async function actionIn(name: string): Promise<Action<AnyEvent, Targets>> {
  const file = path.resolve(import.meta.dirname, "..", `${name}.ts`);
  const module = (await import(pathToFileURL(file).href)) as {
    default: Action<AnyEvent, Targets>;
  };
  return module.default;
}

/** One entry per parameter, in the form `Set-Mailbox -Identity`. The operation alone is an entry as well. */
export function partsOf(operation: string, parameters: readonly string[]): string[] {
  return [operation, ...parameters.map((name) => `${operation} -${name}`)];
}

/** The operations and parameters that an action declares. */
export function declaredParts({ needs }: Declared): string[] {
  return Object.values(needs).flatMap(({ operations }) =>
    Object.entries(operations).flatMap(([operation, parameters]) => partsOf(operation, parameters)),
  );
}

/** The operations and parameters in these calls, each once. */
export function sentParts(calls: readonly Call[]): string[] {
  const parts = calls.flatMap(({ operation, parameters }) =>
    partsOf(
      operation,
      // The type of a parameter is part of the protocol and not of the cmdlet.
      Object.keys(parameters).filter((name) => !name.includes("@odata.type")),
    ),
  );
  return [...new Set(parts)];
}

/** The operations and parameters in these calls that the action does not declare. */
export function undeclared(action: Declared, calls: readonly Call[]): string[] {
  const declared = new Set(declaredParts(action));
  return sentParts(calls).filter((part) => !declared.has(part));
}

/** Every cmdlet and operation that the emulator was sent after the first `skipped` requests. */
export function callsTo(emulator: Pick<Emulator, "journal">, skipped = 0): Call[] {
  return (
    emulator
      .journal()
      .slice(skipped)
      .filter(({ side }) => side !== "login")
      // A batch that was cut before it arrived is not taken apart.
      .filter(
        ({ operation, cmdlet, fault, items }) =>
          (operation !== "POST /$batch" && cmdlet !== "$batch") || fault === undefined || items,
      )
      .flatMap((entry): (Entry | Item)[] => entry.items ?? [entry])
      .map(({ cmdlet, operation, parameters = {}, path = "", query = "" }) => {
        if (cmdlet !== undefined || operation === undefined)
          return { operation: cmdlet ?? "", parameters };
        const options = Object.fromEntries(new URLSearchParams(query));
        return graphCall(operation, path.replace(/^\/v1\.0/, ""), { ...options, ...parameters });
      })
  );
}

/** The cmdlets and operations in a recorded request. */
export function callsIn(asked: Asked): Call[] {
  const { cmdlet, operation, select, batch } = asked;
  if (batch) return batch.flatMap(callsIn);
  const parameters = asked.parameters as Call["parameters"];
  if (cmdlet !== undefined) return [{ operation: cmdlet, parameters }];
  const [method = "", path = ""] = operation.split(" ");
  const template = matchedBy(method, `/v1.0${path}`)?.operation ?? operation;
  return [graphCall(template, path, { ...parameters, ...(select && { $select: select }) })];
}

/** A request to Graph: its placeholders, the object that it refers to, its properties and its options. */
function graphCall(template: string, path: string, parameters: Call["parameters"]): Call {
  const type = /microsoft\.graph\.\w+$/.exec(path)?.[0] ?? "";
  const operation = template.replace("{type}", type);
  const [, pattern = ""] = operation.split(" ");
  const names = pattern.split("/");
  const segments = path.split("/");
  const ids = names.flatMap((name, index) => {
    const segment = decodeURIComponent(segments[index] ?? "");
    if (name.startsWith("{")) return [[name.slice(1, -1), segment]];
    // An alternate key: `groups(uniqueName='...')`.
    const key = /\{(\w+)\}/.exec(name)?.[1];
    const quoted = segment.slice(segment.indexOf("'") + 1, segment.lastIndexOf("'"));
    return key === undefined ? [] : [[key, quoted.replaceAll("''", "'")]];
  });
  const reference = names.at(-2)?.replace(/s$/, "") ?? "";
  const others = Object.entries(parameters)
    // `$count` is part of every advanced query, and a token of every next page.
    .filter(([name]) => !["$count", "$skiptoken"].includes(name))
    .map(([name, value]) => {
      if (name === "@odata.id") return [reference, String(value).split("/").at(-1)];
      if (name === "owners@odata.bind")
        return ["owner", String([value].flat()[0]).split("/").at(-1)];
      return [name, value];
    });
  return {
    operation,
    parameters: Object.fromEntries([...ids, ...others] as [string, unknown][]),
  };
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
