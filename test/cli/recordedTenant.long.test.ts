import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { seedState } from "../emulator/seed.ts";
import { startEmulator, type RunningEmulator } from "../emulator/server.ts";
import { ran } from "./terminal.ts";

const folder = mkdtempSync(path.join(tmpdir(), "exo-connector recorded tenant "));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function written(name: string, value: unknown): string {
  const file = path.join(folder, name);
  writeFileSync(file, JSON.stringify(value));
  return file;
}

interface Mapping {
  MappingFields: { Name: string; MappingActions: { Value: string }[] }[];
}
const read = (file: string): unknown =>
  JSON.parse(readFileSync(path.resolve(import.meta.dirname, file), "utf8"));
const sample = read("../check/sample/fieldMapping.json") as Mapping;
const mappingOf = (isKept: (name: string) => boolean, rename?: [string, string]): Mapping => ({
  ...sample,
  MappingFields: sample.MappingFields.filter(({ Name }) => isKept(Name)).map((field) =>
    field.Name === rename?.[0] ? { ...field, Name: rename[1] } : field,
  ),
});
/** Its script has a domain of its own, which no stand-in follows. */
const isPlain = (name: string): boolean => name !== "EmailAddresses";
const mapping = written("mapping.json", mappingOf(isPlain));

const person = read("../../docs/examples/person.json") as Record<string, unknown>;
const finn = {
  ...person,
  ExternalId: "E100002",
  DisplayName: "Finn O'Neil (E100002)",
  Name: { GivenName: "Finn", FamilyName: "O'Neil" },
  Accounts: { MicrosoftActiveDirectory: { userPrincipalName: "finn.oneil@contoso.com" } },
};
const people = written("vault.json", { Persons: [person, finn] });

/** The emulator is the tenant, until the recording takes its place. */
let running: RunningEmulator;
const recording = path.join(folder, "recorded.json");
const planned = (action: string, ...args: string[]) =>
  ran(["plan", action, "--mapping", mapping, ...args]);

beforeAll(async () => {
  running = await startEmulator({ state: seedState() });
  const { tenantId, clientId, clientSecret } = running.emulator.credentials;
  written("tenant.json", {
    Organization: "contoso.onmicrosoft.com",
    TenantID: tenantId,
    AppId: clientId,
    AppSecret: clientSecret,
    UseCertificate: false,
  });
  for (const [name, value] of Object.entries(running.env)) vi.stubEnv(name, value);
});
afterAll(() => vi.unstubAllEnvs());

describe("a recorded tenant", () => {
  const real: Record<string, string[]> = {};
  const actions = ["create", "update", "enable", "disable", "delete"];
  /** What a plan would change, without the values: those of the recording are stand-ins. */
  const shapeOf = (lines: readonly string[]): string[] =>
    (JSON.parse(lines[0] ?? "") as { result: string; changes: string[] }[]).map(
      ({ result, changes }) => `${result}: ${changes.map((line) => line.split(":")[0]).join(", ")}`,
    );

  it("is written by a plan, has only stand-ins, and was only read", async () => {
    const before = JSON.stringify(running.emulator.state().objects);
    const config = path.join(folder, "tenant.json");
    for (const action of actions)
      real[action] = shapeOf(
        (await planned(action, "--people", people, "--config", config, "--json")).lines,
      );
    const record = ["--people", people, "--config", config, "--record", recording];
    const { code, notes } = await planned("update", ...record);
    expect({ code, notes }).toEqual({
      code: 0,
      notes: [expect.stringMatching(/recorded\.json is written, with stand-ins: 2 people, /)],
    });
    expect(JSON.stringify(running.emulator.state().objects)).toBe(before);
    const text = readFileSync(recording, "utf8");
    expect(text).not.toMatch(
      /aoife|brien|finn|neil|E10000|Head of|0b1ec700|127\.0\.0\.1|emulated-secret|Bearer/i,
    );
    const { source, traffic } = JSON.parse(text) as {
      source: string;
      traffic: { request: Called & { batch?: Called[] } }[];
    };
    interface Called {
      cmdlet: string;
    }
    expect(source).toMatch(/^tenant: recorded \d{4}-\d\d-\d\d, scrubbed$/);
    const called = traffic.flatMap(({ request }) => request.batch ?? [request]);
    expect(called.map(({ cmdlet }) => cmdlet)).toContain("Get-Mailbox");
    expect(called.filter(({ cmdlet }) => !cmdlet.startsWith("Get-"))).toEqual([]);
  });

  it.each(actions)("takes the place of the tenant: %s", async (action) => {
    await running.close();
    const { code, lines } = await planned(action, "--recording", recording, "--json");
    expect(code).toBe(0);
    expect(shapeOf(lines)).toEqual(real[action]);
  });

  it("names the property that was not recorded", async () => {
    const renamed: [string, string] = ["CustomAttribute1", "CustomAttribute9"];
    const other = written("other.json", mappingOf(isPlain, renamed));
    const { code, lines } = await ran([
      ...["plan", "update", "--recording", recording, "--mapping", other],
    ]);
    expect(code).toBe(1);
    expect(lines.join("\n")).toMatch(
      /The recording of the tenant has Get-Mailbox \{.*\} without CustomAttribute9\. Record it again with this mapping/,
    );
  });

  it("names what was asked about someone who was not recorded", async () => {
    const { code, lines } = await planned(
      "update",
      ...["--recording", recording, "--person", written("finn.json", finn)],
    );
    expect(code).toBe(1);
    expect(lines.join("\n")).toMatch(
      /The recording of the tenant has no answer to Get-Mailbox \{"Filter":"UserPrincipalName -eq 'finn\.oneil@contoso\.com'"/,
    );
  });

  it("says whose plan is another one with stand-ins", async () => {
    const record = ["--record", path.join(folder, "differs.json")];
    const whole = written("whole.json", sample);
    const { code, notes } = await ran([
      ...["plan", "update", "--people", people, "--mapping", whole, ...record],
    ]);
    expect(code).toBe(1);
    expect(notes.at(-1)).toMatch(
      /^From the recording the plan is another one for Aoife O'Brien \(E100001\)/,
    );
  });

  it.each([
    [["--recording", mapping], /is no recording of a tenant; expected what plan --record writes/],
    [["--recording", "x", "--seed", "y"], /^Only one of --recording and --seed can be given\.$/],
    [
      ["--recording", "x", "--record", "y"],
      /^Only one of --recording and --record can be given\.$/,
    ],
  ])("is used wrongly: %j", async (args, message) => {
    const { code, notes } = await planned("update", ...args);
    expect(code).toBe(2);
    expect(notes.join("\n")).toMatch(message);
  });
});
