import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { graphState, ids } from "../emulator/graph/graphClient.ts";
import { startEmulator } from "../emulator/server.ts";
import { ran } from "./terminal.ts";

const folder = mkdtempSync(path.join(tmpdir(), "exo-connector run "));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string): string => path.join(folder, name);

const anna = "anna.bakker@contoso.com";
const nurse = ["run", "update", "--account", anna, "--set", "CustomAttribute2=Nurse"];

describe("exo-connector run", () => {
  it("shows what an action would change, and changes nothing", async () => {
    const { code, lines } = await ran(nurse);
    expect(code).toBe(0);
    expect(lines[0]).toBe("lifecycle/update, dry run, Contoso (emulated)");
    expect(lines).toContain('         ~ CustomAttribute2: "" -> "Nurse"');
    expect(lines).toContain("step     Set-Mailbox, not sent");
    expect(lines.at(-1)).toMatch(/^result {3}success, outcome done, /);
  });

  it("builds the event of a permission from names", async () => {
    const grant = ["run", "groups/grantPermission", "--account", "Chris Bakker"];
    const { code, lines } = await ran([...grant, "--permission", "newsletter"]);
    expect(code).toBe(0);
    expect(lines).toContain("         ~ isMember: false -> true");
  });

  it("builds the event of a permission of Entra ID from names: its account is a user", async () => {
    const { emulator, exchangeUrl, close } = await startEmulator({ state: graphState() });
    try {
      const grant = ["run", "entraGroups/grantPermission", "--account", "cloud.only@contoso.com"];
      const { code, lines } = await ran([
        ...[...grant, "--permission", "care staff", "--live"],
        ...["--emulator", exchangeUrl],
      ]);
      expect(code, lines.join("\n")).toBe(0);
      expect(lines).toContain("         ~ isMember: false -> true");
      expect(emulator.state().entra?.groups?.[ids.security]?.["members"]).toContain(ids.cloudOnly);
    } finally {
      await close();
    }
  });

  it("knows the permissions that the settings of the command list, by their names without the kind", async () => {
    const { exchangeUrl, close } = await startEmulator({ state: graphState() });
    try {
      const grant = ["run", "entraGroups/grantPermission", "--account", ids.cloudOnly];
      const kinds = "EntraGroupKinds=security,distributionList";
      const { code, lines } = await ran([
        ...[...grant, "--permission", "newsletter", "--emulator", exchangeUrl],
        ...["--setting", kinds, "--setting", "exchangeOnlineIntegration=true"],
      ]);
      expect(lines.join("\n")).not.toContain("There is no permission");
      expect(code === 0 || lines.at(-1)?.includes("outcome ")).toBe(true);
      const named = ["--permission", "Care staff", "--emulator", exchangeUrl];
      expect((await ran([...grant, ...named])).lines).toContain(
        "         ~ isMember: false -> true",
      );
    } finally {
      await close();
    }
  });

  it("shows a step that failed as such, without what it would have changed", async () => {
    const { emulator, exchangeUrl, close } = await startEmulator({ state: graphState() });
    try {
      emulator.setFaults([
        {
          match: { side: "graph", operation: "POST /groups/{group}/members/$ref" },
          answer: { status: 400, body: { error: { code: "Request_BadRequest", message: "No." } } },
        },
      ]);
      const grant = ["run", "entraGroups/grantPermission", "--account", ids.cloudOnly, "--live"];
      const { code, lines } = await ran([
        ...[...grant, "--permission", "care staff", "--emulator", exchangeUrl],
      ]);
      expect(code).toBe(1);
      expect(lines).toContain("step     POST /groups/{group}/members/$ref, failed");
      expect(lines.join("\n")).not.toContain("isMember");
    } finally {
      await close();
    }
  });

  it("shows a Temporary Access Pass that it creates: no one can read it again", async () => {
    const state = graphState();
    for (const app of state.apps)
      app.graphRoles = ["User.Read.All", "UserAuthMethod-TAP.ReadWrite.All"];
    const { emulator, exchangeUrl, close } = await startEmulator({ state });
    try {
      const grant = ["run", "authenticationMethods/grantPermission", "--account", ids.cloudOnly];
      const { code, lines } = await ran([
        ...[...grant, "--permission", "Temporary Access Pass", "--live", "--emulator", exchangeUrl],
      ]);
      expect(code, lines.join("\n")).toBe(0);
      const [made] = emulator.state().entra?.users?.[ids.cloudOnly]?.["authenticationMethods"] as [
        { temporaryAccessPass: string },
      ];
      expect(lines).toContain(`answer   temporaryAccessPass: ${made.temporaryAccessPass}`);
    } finally {
      await close();
    }
  });

  it("gives the person of a file to the one grant that reads it", async () => {
    const state = graphState();
    for (const app of state.apps)
      app.graphRoles = ["User.Read.All", "UserAuthMethod-Phone.ReadWrite.All"];
    const { exchangeUrl, close } = await startEmulator({ state });
    try {
      const person = file("person.json");
      writeFileSync(
        person,
        '{ "Contact": { "Personal": { "Phone": { "Mobile": "06 12345678" } } } }',
      );
      const grant = ["run", "authenticationMethods/grantPermission", "--account", ids.cloudOnly];
      const { code, lines } = await ran([
        ...[...grant, "--permission", "method - mobile", "--person", person],
        ...["--emulator", exchangeUrl],
      ]);
      expect(code, lines.join("\n")).toBe(0);
      expect(lines.join("\n")).toContain("+31 612345678");
    } finally {
      await close();
    }
  });

  it.each([
    ["update", "lifecycle/update"],
    ["lifecycle/update", "lifecycle/update"],
    ["entra/update", "lifecycle/entra/update"],
    ["lifecycle/entra/update", "lifecycle/entra/update"],
  ])("takes %s for %s: a bare name is an action of Exchange", async (name, action) => {
    const { lines } = await ran(["run", name, "--account", anna]);
    expect(lines[0]).toBe(`${action}, dry run, Contoso (emulated)`);
  });

  describe("with an account of Entra ID", () => {
    const newcomer = "not.licensed@contoso.com";
    const disabling = ["run", "entra/disable", "--account"];

    it("finds a user without a mailbox, by its user principal name", async () => {
      const { code, lines } = await ran([...disabling, newcomer]);
      expect(code, lines.join("\n")).toBe(0);
      expect(lines).toContain("         ~ accountEnabled: true -> false");
    });

    it("finds a user by its address and its employee ID, and not by another property", async () => {
      const { emulator, exchangeUrl, close } = await startEmulator({ state: graphState() });
      try {
        const tenant = ["--emulator", exchangeUrl];
        expect((await ran([...disabling, "1031", ...tenant])).lines.join()).toContain(
          "Anna Bakker",
        );
        const guest = emulator.state().objects.find(({ Name }) => Name === "Gale Guest");
        const { lines } = await ran([...disabling, "gale@fabrikam.com", ...tenant]);
        expect(lines.join()).toContain(String(guest?.["ExternalDirectoryObjectId"]));
        expect(await ran([...disabling, "Nurse", ...tenant])).toEqual({
          code: 2,
          lines: [],
          notes: [
            expect.stringMatching(
              /^No user of Contoso \(emulated\) \(emulator at \S+\) has the employeeId Nurse\. Expected a user principal/,
            ),
          ],
        });
      } finally {
        await close();
      }
    });

    it("names both users when an address is the name of one and the mail of another", async () => {
      const state = graphState();
      const users = state.entra?.users ?? {};
      Object.assign(users[ids.cloudOnly] ?? {}, { mail: newcomer });
      const seed = file("two.json");
      writeFileSync(seed, JSON.stringify(state));
      const { code, notes } = await ran([...disabling, newcomer, "--seed", seed]);
      expect({ code, notes }).toEqual({
        code: 2,
        notes: [`${newcomer} is more than one user: ${newcomer}, cloud.only@contoso.com.`],
      });
    });

    it("changes the tenant with --live", async () => {
      const { emulator, exchangeUrl, close } = await startEmulator();
      try {
        const { code } = await ran([
          ...[...disabling, newcomer, "--live"],
          ...["--emulator", exchangeUrl],
        ]);
        expect(code).toBe(0);
        const user = emulator.state().objects.find((one) => one["UserPrincipalName"] === newcomer);
        expect(user?.["AccountDisabled"]).toBe(true);
      } finally {
        await close();
      }
    });
  });

  it("changes the tenant with --live, in an emulator that runs", async () => {
    const running = await startEmulator();
    try {
      const mailboxOf = () =>
        running.emulator.state().objects.find((object) => object["UserPrincipalName"] === anna);
      const tenant = ["--emulator", running.exchangeUrl];
      expect((await ran([...nurse, ...tenant])).code).toBe(0);
      expect(mailboxOf()?.["CustomAttribute2"]).not.toBe("Nurse");
      expect((await ran([...nurse, ...tenant, "--live"])).code).toBe(0);
      expect(mailboxOf()?.["CustomAttribute2"]).toBe("Nurse");
    } finally {
      await running.close();
    }
  });

  it("writes the answer as one JSON document", async () => {
    const { lines } = await ran([...nurse, "--json"]);
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ outcome: "done" });
  });

  it("saves the event without credentials, and runs it again", async () => {
    const saved = file("event.json");
    const settings = ["--setting", "CorrelateOnly=true", "--save", saved];
    await ran([...nurse, ...settings]);
    const text = readFileSync(saved, "utf8");
    expect(JSON.parse(text)).toMatchObject({
      actionContext: { Configuration: { CorrelateOnly: "true" }, DryRun: true },
    });
    expect(text).not.toMatch(/AppSecret|TenantID|emulated-secret/);
    const { code, lines } = await ran(["run", "update", "--event", saved]);
    expect(code).toBe(0);
    expect(lines.join("\n")).toContain("Correlate only");
  });

  it("saves no secret, however the file of the form spells its key", async () => {
    const [config, saved] = [file("tenant.json"), file("saved.json")];
    const form = {
      appsecret: "made-up-secret",
      Secret: "another-made-up-one",
      correlateonly: true,
    };
    writeFileSync(config, JSON.stringify(form));
    const account = ["--account", "0b1ec700-0000-4000-8000-00000000001f"];
    await ran(["run", "update", ...account, "--config", config, "--save", saved]);
    const text = readFileSync(saved, "utf8");
    expect(text).not.toMatch(/made-up/);
    expect(JSON.parse(text)).toMatchObject({
      actionContext: { Configuration: { CorrelateOnly: true } },
    });
  });

  it("runs a foreign event in the chosen tenant, whatever credentials it brings", async () => {
    const event = file("foreign.json");
    await ran([...nurse, "--save", event]);
    // The type of JSON.parse is any; the event has this form.
    const json = JSON.parse(readFileSync(event, "utf8")) as { actionContext: object };
    const Configuration = { tenantid: "elsewhere", Cloud: "usgov", UseCertificate: true };
    const actionContext = { ...json.actionContext, Configuration };
    writeFileSync(event, JSON.stringify({ ...json, actionContext }));
    const { code, lines } = await ran(["run", "update", "--event", event]);
    expect(code, lines.join("\n")).toBe(0);
  });

  it("shows the records of an import", async () => {
    const { code, lines } = await ran(["run", "lifecycle/import", "--field", "CustomAttribute1"]);
    expect(code).toBe(0);
    const records = lines.filter((line) => line.startsWith("record "));
    expect(records).toHaveLength(50);
    expect(records[0]).toContain('"CustomAttribute1":"E100001"');
    const json = await ran(["run", "lifecycle/import", "--field", "CustomAttribute1", "--json"]);
    expect(json.lines).toHaveLength(1);
    // The type of JSON.parse is any; an import has this form.
    const document = JSON.parse(json.lines.join("")) as { records: unknown[]; outcome: string };
    expect(document.outcome).toBe("done");
    expect(records).toEqual(document.records.map((record) => `record   ${JSON.stringify(record)}`));
  });

  it("shows the permissions of a list, by the names that --permission takes", async () => {
    const { code, lines } = await ran(["run", "litigationHold/permissions"]);
    expect(code).toBe(0);
    expect(lines).toContain("listed   Litigation Hold - 365 days");
  });

  it("refuses an address where something else answers", async () => {
    const server = createServer((_request, response) => response.end("null"));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { code, notes } = await ran([...nurse, "--emulator", address]);
    server.close();
    expect({ code, notes }).toEqual({
      code: 2,
      notes: [expect.stringContaining(`What answers at ${address} is no emulator.`)],
    });
  });

  const guid = "0b1ec700-0000-4000-8000-00000000001f";
  it.each([
    ["Get-Mailbox", nurse, `The look-up of ${anna} in Contoso`],
    ["Get-Mailbox", ["reach", anna], `The look-up of ${anna} in Contoso`],
    [undefined, ["reach", guid], `Reading what ${guid} can reach in Contoso`],
    [
      "Get-DistributionGroup",
      ["run", "groups/grantPermission", "--account", guid, "--permission", "newsletter"],
      "The list of permissions of Contoso",
    ],
  ])(
    "exits with 1 when the tenant fails before the action: %s in %j",
    async (cmdlet, args, what) => {
      const running = await startEmulator();
      const match = cmdlet === undefined ? { side: "exchange" as const } : { cmdlet };
      // A wait that is longer than any run.
      running.emulator.setFaults([{ named: "throttled", retryAfter: "3600", match }]);
      const { code, notes } = await ran([...args, "--emulator", running.exchangeUrl]);
      await running.close();
      expect(notes).toEqual([expect.stringContaining(" failed, outcome throttled: ")]);
      expect(notes[0]).toContain(what);
      expect(code).toBe(1);
    },
  );

  it("exits with 1 when the action has no success", async () => {
    const { code, lines } = await ran(["run", "create", "--account", "nobody@contoso.com"]);
    expect(code).toBe(1);
    expect(lines).toContain('error    No mailbox has "nobody@contoso.com" as UserPrincipalName.');
  });

  writeFileSync(file("comma.json"), '{\n  "a": 1,\n}');
  writeFileSync(file("list.json"), "[]");
  writeFileSync(file("deep.json"), "[".repeat(20_000) + "]".repeat(20_000));
  writeFileSync(
    file("repeated.json"),
    '{ "TenantID": "pasted-secret", "AppSecret": "pasted-secret" }',
  );
  it.each([
    [
      ["reach", anna, "--config", file("repeated.json")],
      /"App secret" \(AppSecret\) is a secret, but "Tenant ID" \(TenantID\) has the same value\.$/,
    ],
    [
      ["run", "grantPermision"],
      /^There is no action grantPermision\. The nearest is grantPermission\.$/,
    ],
    [
      ["run", "update", "--setting", "CorrelateOnyl=true", "--account", anna],
      /^--setting CorrelateOnyl: the form has no such field\. The nearest is CorrelateOnly\.$/,
    ],
    [
      ["run", "grantPermission"],
      /^grantPermission is more than one action: permissions\/activeDirectoryGroups\/grantPermission, permissions\/auth/,
    ],
    [
      ["run", "update", "--account", "anna bakkr"],
      /^No mailbox of Contoso \(emulated\) has the Alias or/,
    ],
    [
      [
        "run",
        "groups/grantPermission",
        "--account",
        anna,
        "--permission",
        "Distribution Group - Newslettr",
      ],
      /The nearest is Distribution Group - Newsletter\.$/,
    ],
    [
      ["run", "groups/grantPermission", "--account", anna, "--permission", "Care"],
      /^Care is more than one permission: /,
    ],
    [
      ["run", "update", "--account", anna, "--set", "CustomAttribute2"],
      /^--set CustomAttribute2: expected name=value\.$/,
    ],
    [["run", "update", "--event", file("comma.json")], /comma\.json:2:9 {2}A comma too many/],
    [
      ["run", "update", "--event", file("list.json")],
      /list\.json has no actionContext; expected an event\.$/,
    ],
    [
      ["run", "update", "--event", file("none.json")],
      /none\.json cannot be read: ENOENT, there is no such file or folder\.$/,
    ],
    [
      ["run", "update", "--event", file("deep.json")],
      /deep\.json:1:1 {2}The document nests too deeply\.$/,
    ],
    [["run", "update", "--event", folder], /cannot be read: EISDIR, it is a folder\.$/],
    [
      ["run", "update", "--account", anna, "--save", file("none/event.json")],
      /cannot be written: ENOENT, there is no such file or folder\.$/,
    ],
    [
      ["run", "update", "--account", anna, "--permission", "newsletter"],
      /^lifecycle\/update makes no use of --permission; it takes --account, --set\.$/,
    ],
    [
      ["run", "update", "--account", anna, "--field", "Alias"],
      /^lifecycle\/update makes no use of --field; it takes --account, --set\.$/,
    ],
    [
      ["run", "groups/grantPermission", "--account", anna, "--permission", "x", "--set", "a=b"],
      /^permissions\/groups\/grantPermission makes no use of --set; it takes --account, --permission\.$/,
    ],
    [
      [
        ...["run", "groups/grantPermission", "--account", anna],
        ...["--permission", "x", "--person", "x"],
      ],
      /makes no use of --person; it takes --account, --permission\.$/,
    ],
    [
      ["run", "groups/permissions", "--account", anna],
      /^permissions\/groups\/permissions makes no use of --account; it takes none of these options\.$/,
    ],
    [
      ["run", "update", "--event", file("list.json"), "--set", "CustomAttribute2=Nurse"],
      /^Only one of --event and --set can say what the event has\.$/,
    ],
    [
      ["run", "update", "--account", anna, "--emulator", "http://127.0.0.1:9"],
      /^No emulator answers at http:\/\/127\.0\.0\.1:9/,
    ],
    [
      ["run", "update", "--account", anna, "--emulator", "http://127.0.0.1:9", "--seed", "x"],
      /^Only one of --config, --emulator and --seed can choose the tenant\.$/,
    ],
  ])("is used wrongly: %j", async (args, message) => {
    const { code, lines, notes } = await ran(args);
    expect({ code, lines }).toEqual({ code: 2, lines: [] });
    expect(notes.join("\n")).toMatch(message);
  });
});
