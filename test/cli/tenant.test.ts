import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { faultNames } from "../emulator/faults.ts";
import { graphState, ids } from "../emulator/graph/graphClient.ts";
import { startEmulator, type RunningEmulator } from "../emulator/server.ts";
import { readState } from "../emulator/state.ts";
import { TestClient } from "../emulator/testClient.ts";
import { ran as ranWithout } from "./terminal.ts";

let running: RunningEmulator;
let client: TestClient;
beforeAll(async () => {
  running = await startEmulator();
  running.emulator.remember();
  client = new TestClient(running.emulator);
});
afterAll(() => running.close());
beforeEach(() => running.emulator.reset());

/** A command line for the emulator of these tests. */
const ran = (...args: string[]): ReturnType<typeof ranWithout> =>
  ranWithout([...args, "--emulator", running.exchangeUrl]);

describe.each(["tenant", "emulator"])("exo-connector %s show", (verb) => {
  it("shows a mailbox: what is set, rights, calendar, memberships, settings", async () => {
    const { code, lines, notes } = await ran(verb, "show", "sales@contoso.com");
    expect({ code, notes }).toEqual({ code: 0, notes: [] });
    expect(lines[0]).toBe("Sales <sales@contoso.com>, SharedMailbox");
    expect(lines.join("\n")).toMatch(
      /\nSet\n[^]* {2}Alias = "sales"\n[^]*\nFullAccess\n {2}Anna Bakker <anna\.bakker@contoso\.com>\nSendAs\n/,
    );
    expect(lines.join("\n")).toMatch(/\nCalendar\n {2}Default: AvailabilityOnly\n/);
    expect(lines).toContain('  AutoReplyState = "Disabled"');
  });

  it("has everything in one JSON document", async () => {
    const { lines } = await ran(verb, "show", "sales@contoso.com", "--json");
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      name: "Sales",
      rights: { FullAccess: [{ address: "anna.bakker@contoso.com" }] },
      settings: { "Litigation hold": { LitigationHoldEnabled: false } },
    });
  });
});

describe("exo-connector tenant show", () => {
  it("shows the members of a group, and the groups of a member", async () => {
    const group = await ran("tenant", "show", "careevenings@contoso.com");
    expect(group.lines).toEqual(
      expect.arrayContaining(["Members", "  Newsletter <newsletter@contoso.com>"]),
    );
    const member = await ran("tenant", "show", "newsletter");
    expect(member.lines.join("\n")).toMatch(/\nMember of\n {2}Care evenings </);
  });

  it("says what is unusual about an entry", async () => {
    const { lines } = await ran("tenant", "show", "servicedesk@contoso.com");
    expect(lines.join("\n")).toContain("(denied)");
  });

  it.each([
    ["nix", /^Nothing in the tenant is called nix\./],
    ["bakker", /^bakker can be \d+ objects: [^]+, and more\.$/],
  ])("refuses a name that is not one object: %s", async (name, message) => {
    const { code, notes } = await ran("tenant", "show", name);
    expect(code).toBe(2);
    expect(notes.join("\n")).toMatch(message);
  });
});

describe("exo-connector tenant diff", () => {
  it("lists what only Entra ID knows, of users with a mailbox and of others", async () => {
    running.emulator.replaceState(graphState());
    running.emulator.remember();
    const live = (...args: string[]) => ran("run", ...args, "--live");
    const anna = ["--account", "anna.bakker@contoso.com"];
    await live("entra/update", ...anna, "--set", "employeeId=2", "--set", "jobTitle=Nurse");
    await live("entra/disable", "--account", "cloud.only@contoso.com");
    const { lines } = await ran("tenant", "diff");
    expect(lines).toEqual([
      "Anna Bakker <anna.bakker@contoso.com>, UserMailbox",
      '  ~ Title: "" -> "Nurse"',
      '  ~ employeeId: "1031" -> "2"',
      "Cloud Only <cloud.only@contoso.com>, user of Entra ID",
      "  + accountEnabled: false",
      expect.stringMatching(/^ {2}\+ signInSessionsValidFromDateTime: "20/),
    ]);
  });

  it("names the manager of a user", async () => {
    const state = graphState();
    running.emulator.replaceState(state);
    running.emulator.remember();
    const changed = structuredClone(state);
    Object.assign(changed.entra?.users?.[ids.cloudOnly] ?? {}, { manager: ids.anna });
    running.emulator.replaceState(changed);
    expect((await ran("tenant", "diff")).lines).toEqual([
      "Cloud Only <cloud.only@contoso.com>, user of Entra ID",
      '  + manager: "Anna Bakker"',
    ]);
  });

  it("lists a new user as one object", async () => {
    const fields = ["displayName=Noor", "mailNickname=noor", "userPrincipalName=noor@contoso.com"];
    const set = fields.flatMap((field) => ["--set", field]);
    await ran("run", "entra/create", "--account", "E1", ...set, "--live");
    const { lines } = await ran("tenant", "diff");
    expect(lines.filter((line) => !line.startsWith("  "))).toEqual([
      "Noor <noor@contoso.com>, User: new",
    ]);
    expect(lines).toEqual(
      expect.arrayContaining(["  + AccountDisabled: true", '  + employeeId: "E1"']),
    );
  });

  const changed = async (): Promise<void> => {
    const anna = "anna.bakker@contoso.com";
    await client.invoke("Set-Mailbox", { Identity: anna, CustomAttribute2: "Nurse" });
    await client.invoke("Add-MailboxPermission", {
      Identity: "info@contoso.com",
      User: anna,
      AccessRights: ["FullAccess"],
    });
    await client.invoke("Add-MailboxFolderPermission", {
      Identity: "sales@contoso.com:\\Calendar",
      User: anna,
      AccessRights: ["Editor"],
    });
    await client.invoke("New-Mailbox", { Shared: true, Name: "Fresh", Alias: "fresh" });
    await client.invoke("Remove-DistributionGroup", { Identity: "caremornings" });
  };

  it("shows the changes of each object: properties, rights, what is new and what was removed", async () => {
    expect((await ran("tenant", "diff")).lines).toEqual(["Nothing has changed."]);
    await changed();
    const { code, lines } = await ran("emulator", "diff");
    expect(code).toBe(0);
    expect(lines.slice(0, 6)).toEqual([
      "Anna Bakker <anna.bakker@contoso.com>, UserMailbox",
      '  ~ CustomAttribute2: "" -> "Nurse"',
      "Sales <sales@contoso.com>, SharedMailbox",
      '  + Calendar: "Anna Bakker <anna.bakker@contoso.com>: Editor"',
      "Info <info@contoso.com>, SharedMailbox",
      '  + FullAccess: "Anna Bakker <anna.bakker@contoso.com>"',
    ]);
    expect(lines.join("\n")).toMatch(/\nCare mornings <[^\n]+: removed\n {2}- Guid/);
    expect(lines.join("\n")).toMatch(/\nFresh <[^\n]+: new\n[^]+ {2}\+ Alias: "fresh"/);
  });

  it("counts from the last --reset, which leaves the tenant alone", async () => {
    await changed();
    const { lines } = await ran("tenant", "diff", "--reset", "--json");
    expect(JSON.parse(lines[0] ?? "")).toHaveLength(5);
    expect((await ran("tenant", "diff")).lines).toEqual(["Nothing has changed."]);
    expect((await ran("tenant", "show", "fresh")).code).toBe(0);
  });
});

describe("exo-connector emulator fault", () => {
  it("strikes an operation of Graph, and no other", async () => {
    const request = "patch /users/{user}";
    const { lines } = await ran("emulator", "fault", "unavailable", request, "--times", "1");
    expect(lines).toEqual(["unavailable for PATCH /users/{user}, once: 0 such requests so far"]);
    const account = ["--account", "not.licensed@contoso.com", "--set", "jobTitle=Nurse"];
    const { code } = await ran("run", "entra/update", ...account, "--live");
    expect(code).toBe(0);
    const struck = running.emulator.journal().filter(({ fault }) => fault !== undefined);
    expect(struck.map(({ operation }) => operation)).toEqual(["PATCH /users/{user}"]);
  });

  it("adds a fault that strikes as often as it says, and leaves the others alone", async () => {
    await ran("emulator", "fault", "unavailable", "Set-Mailbox");
    const { code, lines } = await ran("emulator", "fault", "Throttled", "get-mailbox", "--times=1");
    expect({ code, lines }).toEqual({
      code: 0,
      lines: [
        "unavailable for Set-Mailbox: 0 such requests so far",
        "throttled for Get-Mailbox, once: 0 such requests so far",
      ],
    });
    const statuses = [];
    for (const cmdlet of ["Get-Mailbox", "Get-Mailbox", "Set-Mailbox"])
      statuses.push((await client.invoke(cmdlet, { Identity: "info" })).status);
    expect(statuses).toEqual([429, 200, 503]);
    await ran("emulator", "fault", "html", "Get-User");
    expect((await client.invoke("Get-Mailbox", { Identity: "info" })).status).toBe(200);
  });

  it("lists and clears", async () => {
    await ran("emulator", "fault", "throttled");
    const { lines } = await ran("emulator", "fault", "--list");
    expect(lines).toEqual([
      `Names: ${faultNames.join(", ")}.`,
      "throttled for every request: 0 such requests so far",
    ]);
    expect((await ran("emulator", "fault", "--clear")).lines).toEqual(["No fault is set."]);
    expect(running.emulator.faults()).toEqual([]);
  });

  it("lists them as JSON", async () => {
    const { lines } = await ran("emulator", "fault", "throttled", "--times", "2", "--json");
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { faults: [{ named: "throttled", times: 2, seen: 0 }] },
    ]);
  });

  it.each([
    [
      ["throttled", "PATCH /user/{user}"],
      "The emulated Microsoft Graph has no operation PATCH /user/{user}. Is it PATCH /users/{user}?",
    ],
    [["throtled"], "There is no fault throtled. Is it throttled?"],
    [
      ["throttled", "Get-Mailboxx"],
      "Exchange Online has no cmdlet Get-Mailboxx. Is it Get-Mailbox?",
    ],
    [["throttled", "--times", "0"], "--times 0: expected a number from 1."],
    [
      ["--clear", "throttled"],
      "--clear removes all faults; expected it without throttled, or throttled without it.",
    ],
    [[], "Expected the name of a fault, --list or --clear."],
  ])("refuses %j and sets nothing", async (args, message) => {
    const { code, notes } = await ran("emulator", "fault", ...args);
    expect({ code, notes: notes.join("\n") }).toEqual({ code: 2, notes: message });
    expect(running.emulator.faults()).toEqual([]);
  });
});

describe("a verb that talks to an emulator", () => {
  it("names the address at which none answers", async () => {
    const { code, notes } = await ranWithout([
      "tenant",
      "diff",
      "--emulator",
      "http://127.0.0.1:9",
    ]);
    expect(code).toBe(2);
    expect(notes.join("\n")).toMatch(/^No emulator answers at http:\/\/127\.0\.0\.1:9: /);
    const noAddress = await ranWithout(["tenant", "diff", "--emulator", "127.0.0.1"]);
    expect(noAddress.notes.join("\n")).toContain("127.0.0.1 is not an address; expected");
  });

  it("says when something else answers", async () => {
    const other = createServer((_, response) => response.end("hello")).listen(0, "127.0.0.1");
    await once(other, "listening");
    const address = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const { notes } = await ranWithout(["tenant", "diff", "--emulator", address]);
    other.close();
    expect(notes).toEqual([`What answers at ${address} is not an emulator.`]);
  });
});

describe("exo-connector seed", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "exo-connector seed "));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(["new", "example"])("%s prints a state that an emulator starts from", async (verb) => {
    const { code, lines } = await ranWithout(["seed", verb]);
    const seed = JSON.parse(lines.join("\n")) as { $schema: string };
    expect(code).toBe(0);
    expect(seed.$schema).toBe("schemas/editor/seed.schema.json");
    expect(readState(seed)).not.toHaveProperty("problems");
  });

  it("prints the example of the repository, with --json in one line", async () => {
    const { lines } = await ranWithout(["seed", "example", "--json"]);
    expect(lines).toHaveLength(1);
    const { $schema: _, ...printed } = JSON.parse(lines.join("")) as Record<string, unknown>;
    const { $schema: __, ...file } = JSON.parse(
      readFileSync(path.join(import.meta.dirname, "../emulator/seeds/small.json"), "utf8"),
    ) as Record<string, unknown>;
    expect(printed).toEqual(file);
  });

  it("writes a file whose schema an editor finds, and never over another", async () => {
    const file = path.join(folder, "mine.json");
    expect((await ranWithout(["seed", "new", file])).code).toBe(0);
    const { $schema } = JSON.parse(readFileSync(file, "utf8")) as { $schema: string };
    expect(readFileSync(path.resolve(folder, $schema), "utf8")).toContain("seed");
    const { code, notes } = await ranWithout(["seed", "new", file]);
    expect(code).toBe(2);
    expect(notes.join("\n")).toMatch(/mine\.json cannot be written: EEXIST, it exists already\.$/);
  });

  it("makes the folder local, and no other", async () => {
    const file = path.join(folder, "local", "seed.json");
    expect((await ranWithout(["seed", "new", file])).code).toBe(0);
    expect(readFileSync(file, "utf8")).toContain("mytenant.example");
    const { code, notes } = await ranWithout(["seed", "new", path.join(folder, "lokal", "a.json")]);
    expect({ code, notes }).toEqual({
      code: 2,
      notes: [expect.stringMatching(/there is no such file or folder\.$/)],
    });
  });
});
