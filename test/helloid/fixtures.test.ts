import { afterAll, describe, expect, inject, it } from "vitest";
import { fileOf, namesOfFixtures, readFixture } from "../../tools/cli/recording.ts";
import { actionOf, replay } from "../../tools/cli/replay.ts";
import { hybrid, systemOf } from "../../tools/session/systems.ts";
import { asBridgeIn } from "./bridge.ts";
import { startPlatform, type Platform } from "./platform.ts";

const program = inject("powerShell");
const shortWaits = new URL("../../tools/campaigns/shortWaits.js", import.meta.url).href;
const env = { NODE_OPTIONS: `--import=${shortWaits}`, TIMES_SHORTER: "20" };
/** What a session may have set before the script runs. */
const sessions = [
  "Set-StrictMode -Off",
  "Set-StrictMode -Version Latest",
  "Set-StrictMode -Version Latest; $ErrorActionPreference = 'Stop'",
];

describe.skipIf(program === "")("every fixture through its bridge script", () => {
  const all = namesOfFixtures();
  const names = all.filter((name) => isPossible(readFixture(fileOf(name)).event));
  // Two sessions at once: half of the time is spent waiting for a bundle.
  const free: Platform[] =
    program === "" ? [] : [program, program].map((one) => startPlatform(one));
  const platforms = [...free];
  afterAll(() => {
    for (const platform of platforms) platform.close();
  });

  it.concurrent.each(
    names.map((name, index) => [name, sessions[index % sessions.length] ?? ""] as const),
  )("%s (%s)", { timeout: 900_000 }, async (name, settings) => {
    const platform = await nextFree();
    try {
      const { answer } = readFixture(fileOf(name));
      const way = asBridgeIn(platform, inject("dist"), answer, { env, settings });
      const { problems } = await replay(fileOf(name), actionOf(name), way);
      expect(problems.join("\n")).toBe("");
    } finally {
      free.push(platform);
    }
  });

  async function nextFree(): Promise<Platform> {
    for (;;) {
      const platform = free.pop();
      if (platform !== undefined) return platform;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  it("but for those that no object of PowerShell can hold", () => {
    expect(all.filter((name) => !names.includes(name))).toEqual([
      "lifecycle/create/fields-in-any-casing",
    ]);
  });

  it("is of every action that sends HTTP requests", () => {
    const sendingHttp = inject("actions").filter((action) => systemOf(action) !== hybrid);
    expect([...new Set(names.map(actionOf))].sort()).toEqual(sendingHttp);
  });
});

/** Names in an object of PowerShell are not case-sensitive: it cannot have both `Guid` and `guid`. */
function isPossible(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  const names = Array.isArray(value) ? [] : Object.keys(value).map((name) => name.toLowerCase());
  return new Set(names).size === names.length && Object.values(value).every(isPossible);
}
