/**
 * Microsoft's Graph SDK for .NET, as a judge of the emulated Microsoft Graph: sixty calls in a row. The tenant is read
 * past the SDK after each of them, and this project's client has to understand the refusals that the SDK sees.
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { beforeAll, describe, inject } from "vitest";
import { GraphClient, graphState, ids } from "../../emulator/graph/graphClient.ts";
import { startEmulator } from "../../emulator/server.ts";
import type { Line } from "../calls.ts";
import { judge, type Judged } from "../verdicts.ts";

const program = inject("dotnetGraph");

describe.skipIf(program === "")("the Graph SDK for .NET", () => {
  const made: Judged[] = [];

  beforeAll(async () => {
    const running = await startEmulator({ state: graphState() });
    try {
      const { emulator, graphUrl } = running;
      const token = await new GraphClient(emulator).tokenFor("https://graph.microsoft.com");
      const sdk = spawn("dotnet", [program, graphUrl, token, ids.anna], {
        stdio: ["pipe", "pipe", "inherit"],
      });
      let before = structuredClone(emulator.state());
      for await (const text of createInterface({ input: sdk.stdout })) {
        const after = structuredClone(emulator.state());
        made.push({ ...(JSON.parse(text) as Line), before, after });
        before = after;
        // It waits with the next call until the tenant has been read.
        sdk.stdin.write("\n");
      }
    } finally {
      await running.close();
    }
  }, 120_000);

  judge(made);
});
