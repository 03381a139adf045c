/** Access tokens that events share on the disk: an emulated tenant, whose journal counts the sign-ins. */
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Answer } from "../../lib/host/answer.ts";
import create from "../../lifecycle/create.ts";
import { startEmulator, type RunningEmulator } from "../emulator/server.ts";
import { seedState } from "../emulator/seed.ts";
import { createEventFor, type CreateChoices } from "../events.ts";
import { runInProcess } from "../inProcess.ts";

let running: RunningEmulator;
let folder = "";
beforeAll(async () => void (running = await startEmulator()));
afterAll(() => running.close());
beforeEach(() => {
  folder = path.join(mkdtempSync(path.join(tmpdir(), "exo-tokens-")), "state");
  mkdirSync(folder, { mode: 0o700 });
  running.emulator.replaceState(seedState());
  running.emulator.setFaults([]);
  running.emulator.clearJournal();
});
afterEach(() => rmSync(path.dirname(folder), { recursive: true }));

/** Runs an event as a process of its own would, and tells what it said about tokens. */
async function event(
  choices: CreateChoices = {},
  state = folder,
): Promise<{ isSuccess: boolean; warnings: string[] }> {
  const env = { ...running.env, EXO_CONNECTOR_STATE: state };
  const { answer } = await runInProcess(create, createEventFor(running, choices), env);
  const { Success, AuditLogs } = (answer as Answer).outputContext;
  const said = AuditLogs.map(({ Message }) => Message).filter((text) => text.includes("Tokens"));
  return { isSuccess: Success, warnings: said };
}
const signIns = (): number =>
  running.emulator.journal().filter(({ side }) => side === "login").length;
const files = (): string[] => readdirSync(folder).map((name) => path.join(folder, name));
const fine = { isSuccess: true, warnings: [] };

describe("a token on the disk", () => {
  it("spares the next event its sign-in, and nothing readable of it is there", async () => {
    for (let times = 0; times < 3; times++) expect(await event()).toEqual(fine);
    expect(signIns()).toBe(1);
    const written = files()
      .map((file) => readFileSync(file, "utf8"))
      .join("");
    for (const part of ["emulated", "Bearer", "eyJ", Buffer.from("emulated").toString("base64")])
      expect(written).not.toContain(part);
  });

  it("is not kept without a folder for it", async () => {
    for (let times = 0; times < 2; times++) expect(await event({}, "")).toEqual(fine);
    expect([signIns(), files()]).toEqual([2, []]);
  });

  it("is requested again when the service refuses it, for this event and the next", async () => {
    await event();
    running.emulator.setFaults([{ match: { side: "exchange" }, times: 1, named: "tokenRefused" }]);
    expect(await event()).toEqual(fine);
    expect(signIns()).toBe(2);
    expect(await event()).toEqual(fine);
    expect(signIns()).toBe(2);
  });

  it("is of one application and credential: another secret signs in by itself", async () => {
    await event();
    const wrong = await event({ configuration: { AppSecret: "another-secret" } });
    expect([wrong.isSuccess, signIns()]).toEqual([false, 2]);
    expect(await event()).toEqual(fine);
    expect(signIns()).toBe(2);
  });

  it.each<[string, () => void, RegExp]>([
    [
      "others may read the folder",
      () => chmodSync(folder, 0o755),
      /^Tokens are not kept in .* \(EXO_CONNECTOR_STATE\)\. /,
    ],
    ["there is no folder", () => rmSync(folder, { recursive: true }), /^Tokens are not kept/],
    [
      "a file is damaged",
      () => files().forEach((file) => writeFileSync(file, "{}")),
      /^Tokens are not kept in .* is damaged/,
    ],
  ])("costs a sign-in and a warning, and not the event, when %s", async (_name, spoil, warning) => {
    await event();
    spoil();
    const spoilt = await event();
    expect(spoilt).toEqual({ isSuccess: true, warnings: [expect.stringMatching(warning)] });
    expect(signIns()).toBe(2);
    mkdirSync(folder, { recursive: true });
  });

  it("is not kept in a folder that is no absolute path", async () => {
    const { isSuccess, warnings } = await event({}, "state");
    expect(isSuccess).toBe(true);
    expect(warnings).toEqual([expect.stringContaining("Expected an absolute path.")]);
  });
});
