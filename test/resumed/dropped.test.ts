/** What is kept of an import that ended early: for whom, for how long, and that no one else can read it. */
import { spawn } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import groups from "../../permissions/groups/importPermission.ts";
import list from "../../permissions/groups/permissions.ts";
import { readingEventFor } from "../events.ts";
import { manyGroups } from "../emulator/seed.ts";
import { runInProcess } from "../inProcess.ts";
import { Imports, type ImportRun } from "./resuming.ts";

const hour = 60 * 60_000;

let on: Imports;
let whole: ImportRun;
beforeAll(async () => {
  on = await Imports.open();
  on.running.emulator.replaceState(manyGroups(35, 2, 60));
  whole = await on.run(groups, { isStateless: true });
});
afterAll(() => on.close());
beforeEach(() => on.forget());

/** An import that ends before its last request. */
const ended = (): Promise<ImportRun> => on.run(groups, { endsAt: whole.requests });
const [theFile, said] = [
  (): string => on.files()[0] ?? "",
  ({ log }: ImportRun): string =>
    log
      .filter(({ level }) => level === "warning")
      .map(({ message }) => message)
      .join("\n"),
];

/** Changes a byte of the file, which counts from its end when it is negative. */
function spoil(place: number): void {
  const bytes = readFileSync(theFile());
  const index = place < 0 ? bytes.length + place : place;
  bytes.writeUInt8(bytes.readUInt8(index) ^ 1, index);
  writeFileSync(theFile(), bytes);
}

describe("answers of an earlier run", () => {
  it("are used with a line that says how many, and of which run", async () => {
    await ended();
    const resumed = await on.run(groups);
    const line = resumed.log.find(({ message }) => message.includes("were used"));
    expect(line?.level).toBe("information");
    expect(line?.message).toMatch(/^The import went on where an earlier run had ended: \d+ of its/);
    const since = Date.parse(/began at (\S+)\)/.exec(line?.message ?? "")?.[1] ?? "");
    expect(Math.abs(Date.now() - since)).toBeLessThan(60_000);
    expect(said(resumed)).toBe("");
  });

  it.each<[string, () => void, Parameters<Imports["run"]>[1], string]>([
    ["their head was changed", () => spoil(60), {}, "is damaged"],
    ["an answer was changed", () => spoil(-20), {}, "its content was changed"],
    ["two answers have changed places", swapAnswers, {}, "its content was changed"],
    ["they are another file", () => writeFileSync(theFile(), "{}"), {}, "is damaged"],
    ["others may read them", () => chmodSync(theFile(), 0o644), {}, "by other accounts"],
    ["they are a link", linkElsewhere, {}, ""],
    ["they are older than an hour", () => undefined, { later: hour + 1000 }, "older than an hour"],
    ["the clock was set back", () => undefined, { later: -60_000 }, "clock of this machine"],
    [
      "the configuration has changed",
      () => undefined,
      { configuration: { MaxConcurrentRequests: 2 } },
      "configuration has changed",
    ],
  ])("are dropped with the reason when %s", async (_name, change, choices, reason) => {
    await ended();
    change();
    const next = await on.run(groups, choices);
    expect([next.isSuccess, next.used, next.requests]).toEqual([true, 0, whole.requests]);
    expect(next.records).toEqual(whole.records);
    expect(said(next)).toContain("The answers of an earlier run of this import are not used. ");
    expect(said(next)).toContain(reason);
    expect(on.files()).toEqual([]);
  });

  it("do not open for another secret", async () => {
    await ended();
    const next = await on.run(groups, { configuration: { AppSecret: "another-secret" } });
    expect([next.isSuccess, next.used]).toEqual([false, 0]);
    expect(said(next)).toContain("does not open with the credential of the form");
  });

  it("are those of one action", async () => {
    await ended();
    const next = await on.run(groups, { name: "another/import" });
    expect([next.requests, next.used, on.files().length]).toEqual([whole.requests, 0, 1]);
  });

  it("lack the part of an answer that was being written when the process was killed", async () => {
    await ended();
    truncateSync(theFile(), statSync(theFile()).size - 3);
    const { isSuccess, records, used } = await on.run(groups);
    expect([isSuccess, records, used]).toEqual([true, whole.records, whole.reads - 6]);
  });

  it("are kept when the records could not be imported once more", async () => {
    await ended();
    await on.run(groups, { endsAt: 1 });
    expect((await on.run(groups)).requests).toBe(1);
  });

  it("never go to two imports at the same time", async () => {
    await ended();
    on.running.emulator.clearJournal();
    const [one, two] = await Promise.all([on.run(groups), on.run(groups)]);
    expect([one.records, two.records]).toEqual([whole.records, whole.records]);
    expect([one.used, two.used].filter((used) => used > 0)).toHaveLength(1);
    expect(on.files()).toEqual([]);
  });

  it("of a process that was killed are used, and those of one that runs are left alone", async () => {
    await ended();
    const resting = theFile();
    const inUse = (pid: number): string =>
      resting.replace(/\.answers$/, `.${pid}.0b1ec700-0000-4000-8000-000000000001.answers`);
    const running = inUse(process.pid);
    renameSync(resting, running);
    expect((await on.run(groups)).used).toBe(0);
    expect(on.files()).toEqual([running]);
    renameSync(running, inUse(await endedProcess()));
    expect((await on.run(groups)).requests).toBe(1);
    expect(on.files()).toEqual([]);
  });

  it("of other imports are removed when they are older than an hour", async () => {
    await on.run(groups, { name: "another/import", endsAt: 2 });
    const old = new Date(Date.now() - 2 * hour);
    utimesSync(theFile(), old, old);
    await on.run(groups);
    expect(on.files()).toEqual([]);
  });
});

describe("nothing is kept", () => {
  it("without a state folder, of a dry run and of an import that succeeds", async () => {
    await on.run(groups, { isStateless: true, endsAt: 3 });
    await on.run(groups, { more: { DryRun: true }, endsAt: 3 });
    await on.run(groups);
    expect(on.files()).toEqual([]);
  });

  it("of an action that is no import", async () => {
    const env = { ...on.running.env, EXO_CONNECTOR_STATE: on.folder };
    const options = { name: "permissions/groups/permissions", endsAt: 1 };
    await runInProcess(list, readingEventFor(on.running), env, options);
    expect(on.files()).toEqual([]);
  });

  it("in a folder that others can read; the import works without", async () => {
    chmodSync(on.folder, 0o755);
    try {
      const run = await on.run(groups);
      expect([run.isSuccess, run.requests]).toEqual([true, whole.requests]);
      expect(said(run)).toContain(`The answers of this import are not kept in ${on.folder}`);
    } finally {
      chmodSync(on.folder, 0o700);
    }
  });
});

it("nothing of the tenant can be read in the folder", async () => {
  await ended();
  const bytes = on.bytes();
  expect(bytes.length).toBeGreaterThan(1_000);
  const { clientSecret, tenantId } = on.running;
  for (const text of [clientSecret, tenantId, "Group 1", "Bakker", "contoso", "Guid", "0b1ec700"])
    for (const form of [text, Buffer.from(text).toString("base64").slice(0, -4)])
      expect(bytes.includes(form), form).toBe(false);
  expect(statSync(theFile()).mode & 0o777).toBe(0o600);
});

/** Exchanges two answers of the same length, or else the first two. */
function swapAnswers(): void {
  const bytes = readFileSync(theFile());
  const places: [number, number][] = [];
  for (let place = bytes.indexOf("\n") + 1; place < bytes.length;) {
    const length = 4 + bytes.readUInt32LE(place);
    places.push([place, length]);
    place += length;
  }
  const parts = places.map(([place, length]) => bytes.subarray(place, place + length));
  const [first, second, ...rest] = parts;
  const head = bytes.subarray(0, bytes.indexOf("\n") + 1);
  if (!first || !second) throw new Error("There are no two answers.");
  writeFileSync(theFile(), Buffer.concat([head, second, first, ...rest]));
}

/** Puts a link to the file in its place. */
function linkElsewhere(): void {
  const elsewhere = path.join(path.dirname(on.folder), "elsewhere");
  rmSync(elsewhere, { force: true });
  renameSync(theFile(), elsewhere);
  appendFileSync(elsewhere, "");
  const inFolder = path.join(on.folder, linkName);
  symlinkSync(elsewhere, inFolder);
}
let linkName = "";
beforeEach(async () => {
  if (linkName !== "") return;
  await ended();
  linkName = path.basename(theFile());
  on.forget();
});

/** The number of a process that has ended. */
async function endedProcess(): Promise<number> {
  const child = spawn(process.execPath, ["--version"], { stdio: "ignore" });
  await new Promise((resolve) => child.on("close", resolve));
  return child.pid ?? 0;
}
