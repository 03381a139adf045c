/** Inputs and answers that once kept a bundle busy for longer than its deadline. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Answer } from "../../lib/host/answer.ts";
import { runBundle } from "../../tools/cli/run.ts";
import { startEmulator, type RunningEmulator } from "../emulator/server.ts";
import { changeEventFor } from "../events.ts";

const deadlineMs = 20_000;

let running: RunningEmulator;
let hostile: Server;
let hostileUrl = "";
beforeAll(async () => {
  running = await startEmulator();
  // 700 MB of blanks once it is unpacked: a gzip file may have many parts.
  const bomb = Buffer.concat(Array<Buffer>(700).fill(gzipSync(Buffer.alloc(1_000_000, " "))));
  const error = `AADSTS900144: x${" ".repeat(150_000)}y`;
  hostile = createServer((request, response) => {
    request.resume();
    if (request.url?.includes("token") === true)
      response.writeHead(400).end(JSON.stringify({ error: "x", error_description: error }));
    else response.writeHead(200, { "content-encoding": "gzip" }).end(bomb);
  });
  await new Promise<void>((resolve) => hostile.listen(0, "127.0.0.1", resolve));
  hostileUrl = `http://127.0.0.1:${(hostile.address() as AddressInfo).port}`;
});
afterAll(async () => {
  hostile.close();
  await running.close();
});

describe("a bundle answers within its deadline", () => {
  const fields = Array.from({ length: 20_000 }, (_, index) => [`Unknown${index}`, "x"] as const);
  it.each<[string, Record<string, unknown>, () => Record<string, string>, RegExp]>([
    ["20,000 unknown fields", Object.fromEntries(fields), () => ({}), /^Unknown0 is mapped, but/],
    ["a field name of 2 MB", { ["N".repeat(2_000_000)]: "x" }, () => ({}), /^NNNN/],
    [
      "150 kB of blanks in an error",
      { CustomAttribute2: "x" },
      () => ({ EXO_CONNECTOR_LOGIN_URL: hostileUrl }),
      /AADSTS900144/,
    ],
    [
      "700 MB in a gzip answer",
      { CustomAttribute2: "x" },
      () => ({ EXO_CONNECTOR_EXCHANGE_URL: hostileUrl }),
      /is larger than 67108864 bytes/,
    ],
  ])("to %s", async (name, data, env, message) => {
    const { code, answer, ms } = await runBundle(
      "lifecycle/update",
      changeEventFor(running, { data }),
      {
        dist: inject("dist"),
        // Node 24 sometimes (1 to 10 in 100) never ends after the largest answer, long after it has written its own:
        // its main thread waits for a thread of V8 that waits as well. The answer is what this test holds.
        started: (kill) => void setTimeout(() => kill("SIGKILL"), deadlineMs + 1_000).unref(),
        env: {
          ...running.env,
          EXO_CONNECTOR_DEADLINE_MS: String(deadlineMs),
          ...env(),
        },
      },
    );
    const { outputContext, stats } = answer as Answer;
    expect(outputContext.Success).toBe(false);
    // Ended by this test: only what Node 24 does after the largest answer.
    const isHungNode =
      code === null && process.version.startsWith("v24.") && name.startsWith("700 MB");
    if (!isHungNode) expect(code).toBe(1);
    if (!isHungNode) expect(ms).toBeLessThan(deadlineMs + 1_000);
    expect(outputContext.AuditLogs[0]?.Message).toMatch(message);
    expect(stats.totalMs).toBeLessThan(deadlineMs);
  });
});
