/** The service as a process: its signals, another version, and an event loop that no longer turns. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Answer } from "../../lib/host/answer.ts";
import { startEmulator, type RunningEmulator } from "../emulator/server.ts";
import { changeEventFor } from "../events.ts";

const place = mkdtempSync(path.join(tmpdir(), "exo-connector serve "));
const programOf = (name: string): string => path.join(place, `${name}.cjs`);
let running: RunningEmulator;
beforeAll(async () => {
  running = await startEmulator();
  for (const name of ["guardProcess", "serveProcess"])
    await build({
      entryPoints: [path.join(import.meta.dirname, `${name}.ts`)],
      outfile: programOf(name),
      bundle: true,
      platform: "node",
      format: "cjs",
    });
});
afterAll(async () => {
  await running.close();
  rmSync(place, { recursive: true });
});

interface Started {
  process: ChildProcess;
  /** What it wrote. */
  out(): string;
  err(): string;
  /** Its exit code and signal. */
  end: Promise<unknown[]>;
}

function started(name: string, argument: string): Started {
  const child = spawn(process.execPath, [programOf(name), argument], {
    env: { PATH: process.env["PATH"] ?? "", ...running.env },
  });
  let [out, err] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  return { process: child, out: () => out, err: () => err, end: once(child, "close") };
}

describe("the guard of a process whose event loop does not turn", () => {
  it("writes the last line of each event that has no answer, and ends the process", async () => {
    const { out, err, end } = started("guardProcess", "blocked");
    expect(await end).toEqual([null, "SIGKILL"]);
    expect(out()).toBe("the end of waits\nthe end of waits as well\n");
    expect(JSON.parse(err())).toEqual({
      level: "error",
      message: "The event loop has been blocked for 500 ms times 3: the service is ended.",
    });
  });

  it("writes nothing into a line that is being written, and ends the process", async () => {
    const { out, end } = started("guardProcess", "writing");
    expect(await end).toEqual([null, "SIGKILL"]);
    expect(out()).toBe("half a line");
  });

  it("leaves a process alone that is busy and turns", async () => {
    const { out, err, end } = started("guardProcess", "busy");
    expect(await end).toEqual([0, null]);
    expect([out(), err()]).toEqual(["done\n", ""]);
  });
});

describe("the service on stdin", () => {
  const mailbox = (number: number): string => `0b1ec700-0000-4000-8000-00000000000${number}`;
  /** Three events, of which the first is under way and the others wait. */
  async function withThree(): Promise<Started & { versions: string; answers(): Answered[] }> {
    const versions = mkdtempSync(path.join(place, "versions "));
    const own = path.join(versions, "1.0.0");
    mkdirSync(own);
    writeFileSync(path.join(versions, "current"), "1.0.0\n");
    running.emulator.clearJournal();
    running.emulator.setFaults([{ match: { cmdlet: "Set-Mailbox" }, delayMs: 2_000 }]);
    const service = started("serveProcess", own);
    for (const number of [1, 2, 3]) {
      const data = { CustomAttribute9: `value ${Date.now()}` };
      const event = changeEventFor(running, { reference: mailbox(number), data });
      const line = { id: `event ${number}`, action: "lifecycle/update", event };
      service.process.stdin?.write(`${JSON.stringify(line)}\n`);
    }
    await expect.poll(() => changesIn(running), { timeout: 30_000 }).toBe(1);
    const answers = (): Answered[] =>
      service
        .out()
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as Answered);
    return { ...service, versions, answers };
  }

  interface Answered {
    id: string;
    answer: Answer;
  }

  const changesIn = ({ emulator }: RunningEmulator): number =>
    emulator.journal().filter(({ cmdlet }) => cmdlet === "Set-Mailbox").length;

  function expectDrained(answers: readonly Answered[], reason: string): void {
    const byId = new Map(answers.map(({ id, answer }) => [id, answer]));
    expect(answers).toHaveLength(3);
    expect(byId.get("event 1")).toMatchObject({ outcome: "done" });
    for (const id of ["event 2", "event 3"])
      expect(byId.get(id)).toMatchObject({
        outcome: "notYet",
        outputContext: {
          Success: false,
          AuditLogs: [
            {
              Message:
                `The event was not started: the service is about to end: ${reason} ` +
                "Nothing was changed. Send it again.",
            },
          ],
        },
      });
    expect(changesIn(running)).toBe(1);
  }

  it("finishes what runs on SIGTERM, answers everything it has taken, and ends with exit code 0", async () => {
    const { process: child, answers, end } = await withThree();
    child.kill("SIGTERM");
    expect(await end).toEqual([0, null]);
    expectDrained(answers(), "a signal (SIGTERM).");
  });

  it("ends in the same way when another version is the current one, and wants to be started again", async () => {
    const { versions, answers, end } = await withThree();
    writeFileSync(path.join(versions, "current"), "2.0.0\n");
    expect(await end).toEqual([75, null]);
    expectDrained(answers(), "version 2.0.0 is the current one now.");
  });

  it("goes on while its own version is the current one, and when stdin ends it answers all", async () => {
    const { process: child, versions, answers, end } = await withThree();
    // The installer replaces the file: for a moment there is none.
    rmSync(path.join(versions, "current"));
    await new Promise((resolve) => setTimeout(resolve, 200));
    writeFileSync(path.join(versions, "current"), "1.0.0\n");
    child.stdin?.end();
    expect(await end).toEqual([0, null]);
    expect(answers().map(({ id, answer }) => [id, answer.outcome])).toEqual(
      [1, 2, 3].map((number) => [`event ${number}`, "done"]),
    );
    expect(changesIn(running)).toBe(3);
  });
});
