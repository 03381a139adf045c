import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from "vitest";
import { readFixture } from "../../tools/cli/recording.ts";
import { asBundleIn, replay } from "../../tools/cli/replay.ts";
import { startEmulator, type RunningEmulator } from "../emulator/server.ts";
import { seedState } from "../emulator/seed.ts";
import { ran } from "./terminal.ts";

const folder = mkdtempSync(path.join(tmpdir(), "exo-connector record run "));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string): string => path.join(folder, name);

/** A tenant of people who are in no seed. */
let running: RunningEmulator;
const guid = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
const userId = "3f2504e0-4f89-41d3-9a0c-0305e82c3302";
beforeAll(async () => {
  const state = seedState();
  running = await startEmulator({
    state: {
      ...state,
      tenant: {
        ...state.tenant,
        id: "9b2504e0-4f89-41d3-9a0c-0305e82c3309",
        initialDomain: "zonneveldzorg.onmicrosoft.com",
        domains: ["zonneveldzorg.onmicrosoft.com", "zonneveld-zorg.nl"],
      },
      entra: {
        users: {
          [userId]: {
            displayName: "Mina Zonneveld",
            userPrincipalName: "mina.zonneveld@zonneveld-zorg.nl",
            mailNickname: "mina.zonneveld",
            jobTitle: "Belt met Wilhelmína",
            businessPhones: ["06-12345678"],
          },
        },
      },
      objects: [
        {
          Guid: guid,
          RecipientTypeDetails: "UserMailbox",
          Name: "wzonneveld",
          DisplayName: "Wilhelmína O'Zonneveld",
          Alias: "wzonneveld",
          EmailAddresses: ["SMTP:wilhelmina.ozonneveld@zonneveld-zorg.nl"],
          CustomAttribute1: "100733",
        },
      ],
    },
  });
  const { tenantId, clientId, clientSecret } = running.emulator.credentials;
  const form = {
    Organization: "zonneveldzorg.onmicrosoft.com",
    TenantID: tenantId,
    AppId: clientId,
    AppSecret: clientSecret,
    UseCertificate: false,
  };
  writeFileSync(file("tenant.json"), JSON.stringify(form));
  for (const [name, value] of Object.entries(running.env)) vi.stubEnv(name, value);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await running.close();
});
afterEach(() => running.emulator.setFaults([]));

/** An event as the platform sends it, of a person whose every text has something of theirs. */
function eventFile(data: Record<string, unknown>, account = guid): string {
  const event = {
    actionContext: {
      Configuration: {},
      DryRun: false,
      Data: data,
      References: { Account: account },
      Operation: "undefined",
    },
    personContext: {
      Person: {
        ExternalId: "100733",
        DisplayName: "Wilhelmína O'Zonneveld (100733)",
        Name: { GivenName: "Wilhelmína", FamilyName: "O'Zonneveld" },
        Details: { BirthDate: "1984-03-12", Phone: "06-12345678" },
        Custom: { Notes: "Mina van Zonneveld belt met 06-12345678." },
      },
    },
    outputContext: { Data: data },
  };
  writeFileSync(file("event.json"), JSON.stringify(event));
  return file("event.json");
}

const told =
  /zonneveld|wilhelm|mina\b|100733|1984|12345678|3f2504e0|9b2504e0|127\.0\.0\.1|Bearer|access_token|emulated-secret/i;

describe("exo-connector run --record", () => {
  it("makes a fixture of a run in a tenant, which has only stand-ins, and replays", async () => {
    const event = eventFile({
      CustomAttribute2: "Belt met Wilhelmína",
      CustomAttribute1: "100733",
    });
    const record = file("changed.json");
    const args = ["run", "update", "--event", event, "--config", file("tenant.json"), "--live"];
    const { code, lines, notes } = await ran([...args, "--record", record]);
    expect({ code, notes }).toEqual({
      code: 0,
      notes: [
        `${record} is written, with stand-ins, and replays. Read it before you share it: it has 2 requests.`,
      ],
    });
    // The person at the terminal sees the real run.
    expect(lines.join("\n")).toContain("Wilhelmína O'Zonneveld");
    const text = readFileSync(record, "utf8");
    expect(text).not.toMatch(told);
    const { source, event: kept, traffic } = readFixture(record);
    expect(source).toMatch(/^tenant: recorded \d{4}-\d\d-\d\d, scrubbed$/);
    expect(kept).toMatchObject({
      actionContext: {
        Data: { CustomAttribute1: "900000001" },
        Configuration: { AppSecret: "a-secret" },
      },
      personContext: { Person: { ExternalId: "900000001" } },
    });
    const [, set] = traffic;
    expect(set?.request).toMatchObject({ cmdlet: "Set-Mailbox" });
    const { problems } = await replay(record, "lifecycle/update", asBundleIn(inject("dist")));
    expect(problems).toEqual([]);
  });

  it.each<[string, Record<string, unknown>, string[]]>([
    [
      "entra/update",
      { jobTitle: "Collega van Zonneveld", employeeId: "100733", usageLocation: "NL" },
      ["GET /users/{id}", "PATCH /users/{id}"],
    ],
    [
      "entra/delete",
      { accountEnabled: "false", businessPhones: ["06-12345678"] },
      ["GET /users/{id}", "POST /$batch", "POST /$batch"],
    ],
  ])(
    "makes a fixture of %s, which has only stand-ins, and replays",
    async (name, data, requests) => {
      const event = eventFile(data, userId);
      const record = file(`${name.replace("/", "-")}.json`);
      const args = ["run", name, "--event", event, "--config", file("tenant.json"), "--live"];
      const { code, notes } = await ran([...args, "--record", record]);
      expect(code, notes.join("\n")).toBe(0);
      const text = readFileSync(record, "utf8");
      expect(text).not.toMatch(/collega/i);
      expect(text).not.toMatch(told);
      const id = "5c4b0000-0000-4000-8000-000000000003";
      expect(readFixture(record).traffic.map(({ request }) => request.operation)).toEqual(
        requests.map((request) => request.replace("{id}", id)),
      );
      const { problems } = await replay(record, `lifecycle/${name}`, asBundleIn(inject("dist")));
      expect(problems).toEqual([]);
    },
  );

  it("makes a fixture of a new user without its password", async () => {
    const event = eventFile({
      displayName: "Nieuwe Zonneveld",
      userPrincipalName: "nieuwe.zonneveld@zonneveld-zorg.nl",
      passwordProfile: { password: "Zonneveld-12345678" },
    });
    const json = JSON.parse(readFileSync(event, "utf8")) as { actionContext: object };
    Object.assign(json.actionContext, {
      References: {},
      CorrelationConfiguration: {
        Enabled: true,
        PersonField: "Person.ExternalId",
        PersonFieldValue: "100744",
        AccountField: "employeeId",
      },
    });
    writeFileSync(event, JSON.stringify(json));
    const record = file("created.json");
    const args = ["run", "entra/create", "--event", event, "--config", file("tenant.json")];
    const { code, notes } = await ran([...args, "--live", "--record", record]);
    expect(code, notes.join("\n")).toBe(0);
    expect(readFileSync(record, "utf8")).not.toMatch(told);
    const { traffic } = readFixture(record);
    expect(traffic.at(-1)?.request).toMatchObject({
      operation: "POST /users",
      parameters: { passwordProfile: { password: "a-password" } },
    });
  });

  it("keeps an error of the service, and the outcome", async () => {
    running.emulator.setFaults([
      { match: { cmdlet: "Set-Mailbox" }, named: "throttled", times: 1 },
    ]);
    const event = eventFile({ CustomAttribute3: "Zonneveld" });
    const record = file("throttled.json");
    const args = ["run", "update", "--event", event, "--config", file("tenant.json"), "--live"];
    const { code, notes } = await ran([...args, "--record", record]);
    expect(code, notes.join("\n")).toBe(0);
    const statuses = readFixture(record).traffic.map(({ response }) =>
      "cut" in response ? "cut" : response.status,
    );
    expect(statuses).toEqual([200, 429, 200, 200]);
    expect(readFileSync(record, "utf8")).not.toMatch(told);
  });

  it("says of a run in an emulator that it is one", async () => {
    const record = file("emulated.json");
    const args = ["run", "update", "--account", "anna.bakker@contoso.com", "--record", record];
    const { code } = await ran([...args, "--set", "CustomAttribute2=Nurse"]);
    expect(code).toBe(0);
    expect(readFixture(record).source).toMatch(/^emulator: recorded /);
    expect(readFileSync(record, "utf8")).not.toMatch(/anna|bakker|nurse/i);
  });

  it("writes nothing when something of the tenant would stay, and names the place", async () => {
    // A value that Microsoft lists: no one else puts a name there.
    const event = eventFile({ CustomAttribute2: "Nurse" });
    const json = JSON.parse(readFileSync(event, "utf8")) as { personContext: { Person: object } };
    Object.assign(json.personContext.Person, { Language: "Zonneveld" });
    writeFileSync(event, JSON.stringify(json));
    const record = file("none.json");
    const args = ["run", "update", "--event", event, "--config", file("tenant.json")];
    const { code, notes } = await ran([...args, "--record", record]);
    expect({ code, notes }).toEqual({
      code: 2,
      notes: [
        "The recording cannot be scrubbed. Nothing is written. What identifies someone would still be in:",
        "  event.personContext.Person.Language: a name",
      ],
    });
    expect(existsSync(record)).toBe(false);
  });

  it("writes nothing when a stand-in changes what the action does", async () => {
    const items = ["R&D", "RD"].map((DisplayName, at) => ({ ExternalId: `D-${at}`, DisplayName }));
    const event = {
      actionContext: { Configuration: {}, DryRun: true, Operation: "undefined" },
      resourceContext: { SourceData: items },
    };
    writeFileSync(file("resources.json"), JSON.stringify(event));
    const record = file("resources-recorded.json");
    const args = ["run", "resources/sharedMailboxes", "--event", file("resources.json")];
    const { code, notes } = await ran([...args, "--record", record]);
    expect(code).toBe(2);
    expect(notes.join("\n")).toMatch(/^The run cannot be recorded: with stand-ins /);
    expect(existsSync(record)).toBe(false);
  });

  writeFileSync(file("there.json"), "{}");
  it.each([
    [file("there.json"), /there\.json exists already\. Remove it, or take another name\.$/],
    ["Two Fields", /^--record Two Fields: expected a name such as two-fields-differ, or a file/],
  ])("is used wrongly: --record %s", async (record, message) => {
    const args = ["run", "update", "--account", "anna.bakker@contoso.com", "--record", record];
    const { code, notes } = await ran(args);
    expect(code).toBe(2);
    expect(notes.join("\n")).toMatch(message);
  });
});
