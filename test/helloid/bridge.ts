/** Runs the bridge script of an action in the platform's double, in the form in which a bundle is run. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "vitest";
import type { Way } from "../../tools/cli/replay.ts";
import type { Platform, ScriptOptions, ScriptRun } from "./platform.ts";

/** The event with the folder of the bundles in its configuration. */
export function withPath(event: unknown, dist: string): unknown {
  const { actionContext, ...others } = event as {
    actionContext: { Configuration: Record<string, unknown> };
  };
  const Configuration = {
    ...actionContext.Configuration,
    ConnectorPath: dist,
    NodePath: process.execPath,
  };
  return { ...others, actionContext: { ...actionContext, Configuration } };
}

export function scriptOf(action: string, dist: string): string {
  return readFileSync(path.join(dist, "helloid", `${action}.ps1`), "utf8");
}

export async function runBridge(
  platform: Platform,
  dist: string,
  action: string,
  event: unknown,
  options: ScriptOptions = {},
): Promise<ScriptRun> {
  return await platform.run(scriptOf(action, dist), withPath(event, dist), options);
}

/** What the platform prepares, and a script that does not need it leaves as it is. */
const prepared = {
  PreviousData: null,
  AccountReference: null,
  AccountCorrelated: false,
  Permissions: [],
  SubPermissions: [],
};

/**
 * A fixture's way through the bridge. The bridge passes on `outputContext` and drops the rest of the
 * answer, which is therefore the recorded one.
 */
export function asBridgeIn(
  platform: Platform,
  dist: string,
  recorded: unknown,
  options: ScriptOptions,
): Way {
  const answer = recorded as { outputContext: Record<string, unknown> };
  return async (action, event, env) => {
    const run = await runBridge(platform, dist, action, event, {
      ...options,
      env: { ...env, ...options.env },
    });
    const { thrown, listsKept, error, records } = run;
    expect({ thrown, listsKept }).toEqual({ thrown: null, listsKept: true });
    const untouched = Object.entries(prepared).filter(([name]) => !(name in answer.outputContext));
    for (const [name, value] of untouched) expect(run.outputContext?.[name], name).toEqual(value);
    const names = Object.keys(answer.outputContext);
    const outputContext = Object.fromEntries(
      Object.entries(run.outputContext ?? {}).filter(
        ([name]) => names.includes(name) || !(name in prepared || name === "Data"),
      ),
    );
    const success = outputContext["Success"] === true;
    const onlyReads = /(^|\/)(import\w*|permissions|uniquenessCheck)$/.test(action);
    // An action that writes to the error stream fails, whatever its answer says.
    expect(error.length > 0, error.join("\n")).toBe(onlyReads && !success);
    return {
      code: success ? 0 : 1,
      answer: { ...answer, outputContext },
      records,
      stdout: "",
      stderr: [...run.warning, ...run.error, ...run.information].join("\n"),
    };
  };
}
