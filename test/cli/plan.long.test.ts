import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { PlanStep } from "../../lib/generated/types.ts";
import { uniqueValuesOf } from "../../tools/plan/uniqueValues.ts";
import { graphState, ids } from "../emulator/graph/graphClient.ts";
import { ran } from "./terminal.ts";

const folder = mkdtempSync(path.join(tmpdir(), "exo-connector plan "));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const example = path.resolve(import.meta.dirname, "../../docs/examples/person.json");
const person = JSON.parse(readFileSync(example, "utf8")) as Record<string, unknown>;
/** As it is shipped: implementers edit the one that is. */
const mapping = path.resolve(import.meta.dirname, "../check/sample/fieldMapping.json");

function written(name: string, value: unknown): string {
  const file = path.join(folder, name);
  writeFileSync(file, JSON.stringify(value));
  return file;
}

const planned = (action: string, ...args: string[]) =>
  ran(["plan", action, "--mapping", mapping, ...args]);

describe("exo-connector plan for one person", () => {
  it("shows the mapped fields and what would change", async () => {
    const { code, lines } = await planned("update", "--person", example);
    expect(code).toBe(0);
    expect(lines).toEqual([
      "lifecycle/update for Aoife O'Brien (E100001), in Contoso (emulated)",
      'mapped   CustomAttribute1 = "Head of Finance"',
      'mapped   EmailAddresses = ["SMTP:aoife.byrne@contoso.com"]',
      expect.stringMatching(
        /^audit {4}Set CustomAttribute1, EmailAddresses .* this is a dry run\.$/,
      ),
      "step     Set-Mailbox, not sent",
      '         ~ CustomAttribute1: "E100001" -> "Head of Finance"',
      '         - EmailAddresses: "SMTP:aoife.obrien@contoso.com"',
      '         + EmailAddresses: "SMTP:aoife.byrne@contoso.com"',
      '         + EmailAddresses: "smtp:aoife.obrien@contoso.com"',
      "result   changes",
    ]);
  });

  it.each([
    ["create", "changes"],
    ["enable", "nothing to change"],
    ["disable", "changes"],
    ["delete", "changes"],
  ])("plans %s", async (action, result) => {
    const { code, lines } = await planned(action, "--person", example);
    expect({ code, last: lines.at(-1) }).toEqual({ code: 0, last: `result   ${result}` });
  });

  it("fails when no mailbox belongs to the person", async () => {
    const stranger = written("stranger.json", { ...person, Accounts: {} });
    const { code, lines } = await planned("update", "--person", stranger);
    expect(code).toBe(1);
    expect(lines.join("\n")).toContain("The correlation value is empty");
    expect(lines.at(-1)).toBe("result   fails");
  });

  it("shows the mapping of the action when correlation fails, not that of create", async () => {
    const stranger = written("stranger.json", { ...person, Accounts: {} });
    const { lines } = await planned("update", "--person", stranger);
    expect(lines.filter((line) => line.startsWith("mapped "))).toEqual([
      'mapped   CustomAttribute1 = "Head of Finance"',
      'mapped   EmailAddresses = ["SMTP:aoife.byrne@contoso.com"]',
    ]);
  });

  it("warns of a path that no person has, with the nearest, before a field is cleared", async () => {
    const text = readFileSync(mapping, "utf8");
    const file = written(
      "titel.json",
      JSON.parse(text.replaceAll("PrimaryContract.Title.Name", "PrimaryContract.Titel.Name")),
    );
    const { lines, notes } = await ran([
      ...["plan", "update", "--person", example, "--mapping", file],
    ]);
    expect(lines).toContain("mapped   CustomAttribute1 = null");
    expect(notes).toEqual([
      expect.stringMatching(
        /^warning: CustomAttribute1: The path is "Person\.PrimaryContract\.Titel\.Name": .*; the nearest is Title\.$/,
      ),
      "Such a field is empty for everyone: exo-connector check names the place.",
    ]);
    expect((await planned("update", "--person", example)).notes).toEqual([]);
  });

  it("fails when a script fails, and names the field and the line of the script", async () => {
    const broken = JSON.parse(readFileSync(mapping, "utf8")) as {
      MappingFields: { Name: string; MappingActions: { Value: string }[] }[];
    };
    const field = broken.MappingFields.find(({ Name }) => Name === "EmailAddresses");
    for (const action of field?.MappingActions ?? [])
      action.Value = JSON.stringify("var a = Person.Name;\na.Title.Name;");
    const file = written("broken.json", broken);
    const { code, lines } = await ran(["plan", "update", "--person", example, "--mapping", file]);
    expect(code).toBe(1);
    expect(lines).toContain(
      "error    EmailAddresses, line 2 of its script: TypeError: cannot read property 'Name' of undefined",
    );
    expect(lines).toContain('mapped   CustomAttribute1 = "Head of Finance"');
    const [, , after = ""] = lines.slice(lines.findIndex((line) => line.startsWith("error ")) - 1);
    expect(after).toBe("With no value for EmailAddresses, this would happen:");
    expect(lines.filter((line) => line.startsWith("error "))).toHaveLength(1);
    const rows = await ran([
      "plan",
      "update",
      "--people",
      written("one.json", [person]),
      "--mapping",
      file,
    ]);
    expect(rows.lines.at(-2)).toMatch(/: EmailAddresses, line 2 .*undefined$/);
  });

  it("plans for accounts of Entra ID, which their own correlation finds", async () => {
    const sample = path.join(path.dirname(mapping), "lifecycle/entra/fieldMapping.json");
    const plannedOfEntra = (verb: string, ...args: string[]) =>
      ran(["plan", `entra/${verb}`, "--person", example, "--mapping", sample, ...args]);

    const created = await plannedOfEntra("create");
    expect(created.code, created.lines.join("\n")).toBe(0);
    expect(created.lines).toContain('         + employeeId: "E100001"');

    const updated = await plannedOfEntra("update");
    expect({ code: updated.code, end: updated.lines.slice(-2) }).toEqual({
      code: 1,
      end: [
        "error    There is no account with the correlation value of the person: create comes first.",
        "result   fails",
      ],
    });

    const state = graphState();
    Object.assign(state.entra?.users?.[ids.cloudOnly] ?? {}, { employeeId: "E100001" });
    const known = await plannedOfEntra("update", "--seed", written("entra.json", state));
    expect(known.code, known.lines.join("\n")).toBe(0);
    expect(known.lines).toContain('         ~ jobTitle: "Nurse" -> "Head of Finance"');
  });

  it("explains its default mapping without a look at this machine", async () => {
    const { lines } = await ran(["plan", "--help"]);
    expect(lines.join(" ").replace(/\s+/g, " ")).toContain(
      "(default: fieldMapping.json in this folder",
    );
  });

  it("links by the fields that --correlate names", async () => {
    const correlate = ["--correlate", "Person.ExternalId=CustomAttribute1"];
    const { code } = await planned("create", "--person", example, ...correlate);
    expect(code).toBe(0);
  });

  it.each([
    [
      ["plan", "updat", "--person", example],
      /^There is no action updat\. The nearest is update\.$/,
    ],
    [
      ["plan", "groups/grantPermission", "--person", example],
      /has no mapping; expected create, update/,
    ],
    [
      [
        "plan",
        "update",
        "--person",
        example,
        "--mapping",
        written("mapping.json", { Version: "v1" }),
      ],
      /mapping\.json:1:1 .*MappingFields is missing/,
    ],
    [
      ["plan", "update", "--person", example, "--mapping", folder],
      /cannot be read: EISDIR, it is a folder\.$/,
    ],
    [
      ["plan", "update", "--person", example, "--csv", path.join(folder, "one.csv")],
      /^--csv and --html are tables of many people; expected --people <file>\.$/,
    ],
    [
      ["plan", "update", "--people", written("null.json", { Persons: [person, null] })],
      /null\.json: person 2 of the list is no object\.$/,
    ],
    [["plan", "update"], /^Expected --person <file> or --people <file>\.$/],
    [["plan", "update", "--people", example], /has no list of people; expected \{ "Persons"/],
    [
      ["plan", "update", "--person", written("vault.json", { Persons: [] })],
      /has many people; give it to --people instead of --person\.$/,
    ],
  ])("is used wrongly: %j", async (args, message) => {
    const { code, notes } = await ran(args);
    expect(code).toBe(2);
    expect(notes.join("\n")).toMatch(message);
  });
});

describe("exo-connector plan for a vault", () => {
  const { PrimaryManager: _manager, ...withoutManager } = person;
  const vault = written("people.json", {
    Persons: [
      person,
      { ...withoutManager, ExternalId: "E2", DisplayName: "=HYPERLINK(1)", Accounts: {} },
      { ...person, ExternalId: "E3", DisplayName: "<b>Third</b>", Contracts: [] },
    ],
    Departments: [],
  });

  it("counts results, duplicates and what people lack, and lists who would fail and why", async () => {
    const { code, lines } = await planned("update", "--people", vault);
    expect(code).toBe(1);
    expect(lines).toEqual([
      "lifecycle/update for 3 people, in Contoso (emulated)",
      "       2  changes",
      "       2  UserPrincipalName shared by 2",
      "       2  mailbox shared by 2",
      "       1  fails",
      "       1  no manager",
      "       1  no contract",
      expect.stringMatching(
        /^changes {2}Aoife O'Brien \(E100001\): ~ CustomAttribute1: .*; - EmailA/,
      ),
      expect.stringMatching(/^changes {2}<b>Third<\/b>: ~ CustomAttribute1: /),
      "remarks  Aoife O'Brien (E100001): UserPrincipalName shared by 2, mailbox shared by 2",
      "remarks  =HYPERLINK(1): no manager",
      "remarks  <b>Third</b>: no contract, UserPrincipalName shared by 2, mailbox shared by 2",
      expect.stringMatching(/^fails {4}=HYPERLINK\(1\): The correlation value is empty/),
      "Everyone, with changes and remarks: --csv <file>, --html <file> or --json.",
    ]);
  });

  it("shows 20 people of each kind, and says how many more there are", async () => {
    const many = written(
      "many.json",
      Array.from({ length: 23 }, (_, index) => ({ ...person, ExternalId: `E${index}` })),
    );
    const { lines } = await planned("update", "--people", many);
    for (const kind of ["changes", "remarks"])
      expect(lines.filter((line) => line.startsWith(`${kind} `))).toHaveLength(20);
    expect(lines.filter((line) => line === "         and 3 more")).toHaveLength(2);
  });

  it("finds the new values that have to be unique in a tenant, without regard to letter case", () => {
    const step: PlanStep = {
      target: "exchange",
      operation: "Set-Mailbox",
      sentence: "",
      sent: false,
      before: { EmailAddresses: ["SMTP:old@a.test"], Alias: "old", MicrosoftOnlineServicesID: "" },
      parameters: {
        EmailAddresses: {
          add: ["SMTP:New@a.test", "smtp:old@A.test"],
          remove: ["SMTP:old@a.test"],
        },
        Alias: "New",
        MicrosoftOnlineServicesID: "New@a.test",
      },
    };
    expect(uniqueValuesOf([step])).toEqual([
      { key: "smtp:new@a.test", shown: "SMTP:New@a.test" },
      { key: "alias new", shown: "new Alias New" },
      { key: "userprincipalname new@a.test", shown: "new UserPrincipalName New@a.test" },
    ]);
  });

  it("names an address that two mailboxes would get", async () => {
    const upn = "anna.bakker@contoso.com";
    const other = {
      ...person,
      ExternalId: "E7",
      DisplayName: "Anna",
      Name: { ...(person["Name"] as object), NickName: "AOIFE" },
      Accounts: { MicrosoftActiveDirectory: { userPrincipalName: upn } },
    };
    const { lines } = await planned("update", "--people", written("same.json", [person, other]));
    expect(lines).toContain("       2  new address shared by 2");
    expect(lines.filter((line) => line.startsWith("remarks "))).toEqual([
      "remarks  Aoife O'Brien (E100001): SMTP:aoife.byrne@contoso.com shared by 2",
      expect.stringMatching(/^remarks {2}Anna: SMTP:aoife\.byrne@contoso\.com shared by 2$/i),
    ]);
  });

  it("names a person without a name by the place in the list, and forges no line with one", async () => {
    const { DisplayName: _name, ExternalId: _id, ...nameless } = person;
    const forged = { ...person, Accounts: {}, DisplayName: "Eve\n       9  changes" };
    const list = written("nameless.json", [forged, { ...nameless, Accounts: {} }]);
    const { lines } = await planned("update", "--people", list);
    expect(lines.filter((line) => line.startsWith("fails "))).toEqual([
      expect.stringMatching(/^fails {4}Eve\\u000a {7}9 {2}changes: The correlation/),
      expect.stringMatching(/^fails {4}person 2 \(no name\): The correlation/),
    ]);
    const { lines: one } = await planned("update", "--person", written("one.json", nameless));
    expect(one[0]).toBe("lifecycle/update for a person without a name, in Contoso (emulated)");
  });

  it("writes a table for a spreadsheet, in which no cell is a formula", async () => {
    const csv = path.join(folder, "people.csv");
    await planned("update", "--people", vault, "--csv", csv);
    const text = readFileSync(csv, "utf8");
    expect(text).toMatch(/^\uFEFFexternalId,displayName,result,reason,changes,remarks,account\n/);
    expect(text).toContain("\nE2,'=HYPERLINK(1),fails,");
  });

  it("writes a page, in which no name is markup", async () => {
    const html = path.join(folder, "people.html");
    await planned("update", "--people", vault, "--html", html);
    const text = readFileSync(html, "utf8");
    expect(text).toContain("&#60;b&#62;Third&#60;/b&#62;");
    expect(text).not.toContain("<b>Third");
    expect(text.indexOf("HYPERLINK")).toBeLessThan(text.indexOf("Third"));
  });

  it("reads a file that PowerShell wrote, with a byte order mark", async () => {
    const marked = path.join(folder, "marked.json");
    writeFileSync(marked, `\uFEFF${JSON.stringify([person])}`);
    expect((await planned("update", "--people", marked)).code).toBe(0);
  });

  it("writes every person as JSON", async () => {
    const { lines } = await planned("update", "--people", vault, "--json");
    const rows = JSON.parse(lines.join("")) as { externalId: string; changes: string[] }[];
    expect(rows.map(({ externalId }) => externalId)).toEqual(["E100001", "E2", "E3"]);
    expect(rows[0]?.changes[0]).toBe('~ CustomAttribute1: "E100001" -> "Head of Finance"');
  });
});
