import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CreateAnswer } from "../../lib/generated/types.ts";
import { checked, eventWith, guid } from "../host/world.ts";

/**
 * What the action in the process does, by the value it correlates on. It makes one change before
 * and says when it is there. Its thread is busy without using the processor.
 */
const entry = `
import { onCreate } from "./lib/host/createAction.ts";
import { main } from "./lib/runtime/process.ts";
const never = () => new Promise(() => setInterval(() => undefined, 1000));
const unreadable = Object.create(Error.prototype, { message: { get() { throw new Error("no"); } } });
const ways = {
  works: () => undefined,
  waits: never,
  "is busy": () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 6000),
  "is busy after a while": () => new Promise((resolve) => setTimeout(() => resolve(ways["is busy"]()), 400)),
  "takes its time": () => new Promise((resolve) => setTimeout(resolve, 100)),
  "throws where nobody catches": () => (setTimeout(() => { throw new Error("Nobody caught this."); }), never()),
  "rejects where nobody looks": () => (void Promise.reject(new Error("Nobody saw this.")), never()),
  "throws something unreadable": () => (setTimeout(() => { throw unreadable; }), never()),
  "throws after the answer": () => void process.nextTick(() => setImmediate(() => { throw new Error("Too late."); })),
  "fills the pipe": () => ({ text: "x".repeat(500_000) }),
  "logs much": (log) => log("information", "x".repeat(1_000_000)),
  warns: async () => (process.emitWarning("Look out.", "OddWarning"), await new Promise(setImmediate)),
  "leaves things open": () => void never(),
  "breaks the answer": () => ({ big: 1n }),
  "tells much": () => ({ text: "é".repeat(1_000_000) }),
};
const handle = async ({ correlation: { field, value }, change, log }) => {
  const step = { target: "exchange", operation: "Set-Mailbox", parameters: { Identity: "x" } };
  await change({ ...step, sentence: "Set it", before: {} });
  log("information", "ready");
  const account = await ways[value](log);
  const big = account?.big && { CustomAttribute1: account.big };
  const properties = { [field]: account?.text ?? value, ...big };
  return { accountReference: "${guid}", sentence: "Found.", account: properties };
};
const action = onCreate({ needs: {}, configuration: [], handle });
const stats = { requests: 1, retries: 0, waitedMs: 0 };
const connect = () => ({ targets: {}, send: async () => ({ notices: [] }), stats, close() {} });
const prepare = async () => {
  if (process.env.TELLS_PREPARED) process.stderr.write('{"level":"verbose","message":"prepared"}\\n');
  throw new Error("Nothing could be loaded.");
};
await main(action, connect, { name: "lifecycle/create", prepare });
`;

const root = path.resolve(import.meta.dirname, "../..");
let folder = "";
let script = "";
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "host-main-"));
  script = path.join(folder, "entry.mjs");
  await build({
    stdin: { contents: entry, resolveDir: root, loader: "ts" },
    bundle: true,
    format: "esm",
    platform: "node",
    outfile: script,
    logLevel: "warning",
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  code: number | null;
  answer: CreateAnswer;
  messages: string[];
  log: { level: string; message: string }[];
}

interface Choices {
  stdin?: string | Buffer | null;
  env?: Record<string, string>;
  /** Called when the action said it is ready. */
  ready?(child: ChildProcess): void;
  /** A file instead of a pipe. */
  stdout?: number | "pipe";
  /** Called at once. */
  started?(child: ChildProcess): void;
}

/** Runs the process to its end; whatever happens in it, its stdout is one line and that is a right answer. */
async function runs(
  way: string,
  { stdin = JSON.stringify(eventFor(way)), env = {}, ready, started }: Choices = {},
): Promise<Ended> {
  const { code, stdout, stderr } = await ended({
    stdin,
    env,
    ...(ready && { ready }),
    ...(started && { started }),
  });
  const lines = stdout.split("\n");
  expect(lines).toHaveLength(2);
  expect(lines[1]).toBe("");
  const answer = checked(JSON.parse(lines[0] ?? ""));
  const log = stderr
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as { level: string; message: string });
  return {
    code,
    answer,
    messages: answer.outputContext.AuditLogs.map(({ Message }) => Message),
    log,
  };
}

function eventFor(way: string): unknown {
  return eventWith({
    CorrelationConfiguration: {
      Enabled: true,
      PersonFieldValue: way,
      AccountField: "CustomAttribute1",
    },
  });
}

async function ended({
  stdin,
  env,
  ready,
  started,
  stdout: file = "pipe",
}: Choices): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [script], {
    stdio: ["pipe", file, "pipe"],
    env: { PATH: process.env["PATH"] ?? "", ...env },
  });
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    if (text.includes('"ready"')) ready?.(child);
  });
  child.stdin?.on("error", () => undefined);
  if (typeof stdin === "string" || Buffer.isBuffer(stdin)) child.stdin?.end(stdin);
  started?.(child);
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, stdout, stderr };
}

describe("a process", () => {
  it("answers on stdout, logs on stderr and exits with the answer's code", async () => {
    const { code, answer, log } = await runs("works");
    expect(code).toBe(0);
    expect(answer).toMatchObject({
      outcome: "done",
      outputContext: { Success: true, AccountReference: guid, Data: { CustomAttribute1: "works" } },
    });
    expect(answer.stats.totalMs).toBeGreaterThan(5);
    expect(log.map(({ message }) => message)).toEqual(["ready", "Found.", "Set it: done."]);
  });

  it("exits with 2 when the event cannot be used", async () => {
    expect(await runs("", { stdin: "" })).toMatchObject({
      code: 2,
      messages: ["stdin is empty; expected one event as JSON."],
    });
  });

  it("prepares while it waits for its event, and reports nothing that fails then", async () => {
    const env = { TELLS_PREPARED: "yes" };
    const late = await runs("works", {
      env,
      stdin: null,
      started: ({ stdin, stderr }) =>
        void stderr?.on("data", (text: string) => {
          if (text.includes("prepared")) stdin?.end(JSON.stringify(eventFor("works")));
        }),
    });
    expect(late.code).toBe(0);
    expect(late.log.map(({ message }) => message)).toEqual([
      "prepared",
      "ready",
      "Found.",
      "Set it: done.",
    ]);
  });

  it("exits with 2 when stdin is never closed", async () => {
    expect(
      await runs("", { stdin: null, env: { EXO_CONNECTOR_DEADLINE_MS: "300" } }),
    ).toMatchObject({
      code: 2,
      messages: ["No complete event arrived. The time for one event (300 ms) ran out."],
    });
  });

  it("reads an event that is too large to its end, and reports it", async () => {
    const { code, messages } = await runs("", { stdin: Buffer.alloc(50_000_000, 0x20) });
    expect([code, messages]).toEqual([
      2,
      ["The event on stdin has 50000000 bytes; expected at most 33554432."],
    ]);
  });

  it("does not wait for handles that the action left open", async () => {
    expect(await runs("leaves things open")).toMatchObject({ code: 0 });
  });

  it("writes a long answer to its end", async () => {
    const { code, answer } = await runs("tells much");
    expect([code, answer.outputContext.Data?.["CustomAttribute1"]]).toEqual([
      0,
      "é".repeat(1_000_000),
    ]);
  });

  it("logs JSON also for node's own messages", async () => {
    const { code, log } = await runs("warns");
    expect(code).toBe(0);
    expect(log).toContainEqual({ level: "warning", message: "OddWarning: Look out." });
  });
});

describe("a process that is disturbed", () => {
  it.each<[string, string]>([
    ["throws where nobody catches", "Nobody caught this."],
    ["rejects where nobody looks", "Nobody saw this."],
    ["throws something unreadable", "A value that cannot be read was thrown."],
  ])("still answers once: it %s", async (way, message) => {
    const { code, messages, answer } = await runs(way);
    expect([code, messages]).toEqual([1, ["Set it: done.", message]]);
    expect(answer).toMatchObject({ outcome: "unknown", plan: [{ sent: true }] });
  });

  it("does not answer twice when an error is thrown after the answer", async () => {
    expect((await runs("throws after the answer")).messages.at(-1)).toMatch(
      /Set it: done\.|Too late\./,
    );
  });

  it.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
    "still answers once when it is ended by %s, once or more often",
    async (signal) => {
      const { code, messages } = await runs("waits", {
        ready: (child) => {
          for (let times = 0; times < 3; times++) child.kill(signal);
        },
      });
      expect([code, messages]).toEqual([
        1,
        ["Set it: done.", `The run was ended by a signal (${signal}).`],
      ]);
    },
  );

  it("still answers when the time runs out", async () => {
    expect(await runs("waits", { env: { EXO_CONNECTOR_DEADLINE_MS: "1500" } })).toMatchObject({
      code: 1,
      messages: ["Set it: done.", "The time for one event (1500 ms) ran out."],
    });
  });

  it("still answers when it cannot write its answer", async () => {
    const { code, answer, messages } = await runs("breaks the answer");
    expect([code, messages]).toEqual([
      1,
      [
        "The connector failed while it was answering; it is unknown what it did. This is a defect: please report it.",
      ],
    ]);
    expect(answer.outcome).toBe("unknown");
  });

  it("continues when no one reads its log", async () => {
    expect(
      await runs("takes its time", { started: (child) => child.stderr?.destroy() }),
    ).toMatchObject({ code: 0, messages: ["Found.", "Set it: done."] });
  });

  it.each(["works", "rejects where nobody looks"])(
    "has not succeeded when no one reads its answer: it %s",
    async (way) => {
      const { code, stderr } = await ended({
        stdin: JSON.stringify(eventFor(way)),
        env: {},
        started: (child) => child.stdout?.destroy(),
      });
      expect(code).toBe(1);
      expect(stderr).toContain("Set it: done.");
    },
  );

  it.runIf(existsSync("/dev/full"))("has not succeeded when the disk is full", async () => {
    const full = openSync("/dev/full", "w");
    const { code } = await ended({
      stdin: JSON.stringify(eventFor("works")),
      env: {},
      stdout: full,
    });
    closeSync(full);
    expect(code).toBe(1);
  });

  it.each([
    ["after a while", JSON.stringify(eventFor("is busy after a while"))],
    ["at once with a large event", `${" ".repeat(100_000)}${JSON.stringify(eventFor("is busy"))}`],
  ])(
    "answers once and fails at the deadline when its work never ends: %s",
    async (_name, stdin) => {
      const start = performance.now();
      const { code, stdout } = await ended({
        stdin,
        env: { EXO_CONNECTOR_DEADLINE_MS: "1500" },
      });
      expect(performance.now() - start).toBeLessThan(6_000);
      expect(code).not.toBe(0);
      const [line, ...rest] = stdout.split("\n");
      expect(rest).toEqual([""]);
      const { outcome, outputContext } = checked(JSON.parse(line ?? ""));
      expect([outcome, outputContext.Success, outputContext.AuditLogs]).toEqual([
        "unknown",
        false,
        [
          {
            Message:
              "The time for one event ran out, and the connector was too busy to stop; it is unknown what it did.",
            IsError: true,
          },
        ],
      ]);
    },
  );

  const stopReading = (child: ChildProcess): void =>
    void child.stdout?.pause().removeAllListeners("data");

  it("ends a second after the deadline when its reader has stopped", async () => {
    const start = performance.now();
    const { code, stdout } = await ended({
      stdin: JSON.stringify(eventFor("fills the pipe")),
      env: { EXO_CONNECTOR_DEADLINE_MS: "1500" },
      started: stopReading,
    });
    expect([code, stdout]).toEqual([1, ""]);
    expect(performance.now() - start).toBeLessThan(6_000);
  });

  it("ends two seconds after a signal when its reader has stopped", async () => {
    let start = Infinity;
    const { code, stdout } = await ended({
      stdin: JSON.stringify(eventFor("fills the pipe")),
      started: stopReading,
      ready(child) {
        start = performance.now();
        child.kill("SIGTERM");
      },
    });
    expect([code, stdout]).toEqual([1, ""]);
    expect(performance.now() - start).toBeLessThan(6_000);
  });

  it("has succeeded when only the reader of its log has stopped", async () => {
    const { code } = await ended({
      stdin: JSON.stringify(eventFor("logs much")),
      started: (child) => child.stderr?.pause().removeAllListeners("data"),
    });
    expect(code).toBe(0);
  });
});
