import path from "node:path";
import { describe, expect, inject, it } from "vitest";
import type { Answer } from "../lib/host/answer.ts";
import { fileOf, namesOfFixtures, readFixture } from "../tools/cli/recording.ts";
import { actionOf, replay } from "../tools/cli/replay.ts";
import { runBundle } from "../tools/cli/run.ts";
import { hybrid, systemOf } from "../tools/session/systems.ts";

describe("fixtures that the bundles replay", () => {
  const shortWaits = {
    preload: new URL("../tools/campaigns/shortWaits.js", import.meta.url).href,
  };
  const faster = { TIMES_SHORTER: "20" };
  const names = namesOfFixtures();
  const heaviest = new Map<string, string>();
  for (const name of names) {
    const ending = endOf(name);
    const other = heaviest.get(ending);
    if (other === undefined || weightOf(name) > weightOf(other)) heaviest.set(ending, name);
  }

  it.concurrent.each([...heaviest.values()])("%s", async (name) => {
    const { problems } = await replay(fileOf(name), actionOf(name), (action, event, env) =>
      runBundle(action, event, { ...shortWaits, dist: inject("dist"), env: { ...env, ...faster } }),
    );
    if (problems.length > 0) throw new Error(`${name}\n${problems.join("\n")}`);
  });

  it("are of each bundle that sends HTTP requests", () => {
    const run = new Set([...heaviest.values()].map(actionOf));
    // Those of Active Directory run in test/activeDirectory/.
    const sendingHttp = inject("actions").filter((action) => systemOf(action) !== hybrid);
    expect([...run].sort()).toEqual(sendingHttp);
  });

  function endOf(name: string): string {
    const { answer } = readFixture(fileOf(name));
    const { outcome, outputContext } = answer as Answer;
    if (outputContext.Success) return `${actionOf(name)} succeeds`;
    const folder = path.dirname(actionOf(name));
    return `${folder} ${outcome === "invalid" ? "refuses" : "fails"}`;
  }

  /** Requests, of a run that does not wait. */
  function weightOf(name: string): number {
    const { answer } = readFixture(fileOf(name));
    const { requests, waitedMs } = (answer as Answer).stats;
    return waitedMs > 0 ? 0 : requests;
  }
});
