import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ran } from "./terminal.ts";

const folder = mkdtempSync(path.join(tmpdir(), "exo-connector plan "));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const example = path.resolve(import.meta.dirname, "../../docs/examples/person.json");
/** Implementers edit the one that is shipped. */
const mapping = path.join(folder, "fieldMapping.json");
const field = (
  Name: string,
  MappingMode: string,
  Value: string,
  actions = ["Create", "Update"],
) => ({
  Name,
  Description: "",
  Type: "Text",
  MappingActions: [
    {
      MapForActions: actions,
      MappingMode,
      Value: JSON.stringify(Value),
      UsedInNotifications: false,
      StoreInAccountData: false,
    },
  ],
});
writeFileSync(
  mapping,
  JSON.stringify({
    Version: "v1",
    UniqueFieldNames: [],
    MappingFields: [
      field("employeeID", "Field", "Person.ExternalId"),
      field("department", "Field", "Person.PrimaryContract.Department.DisplayName"),
      field("cn", "Fixed", "Nora New", ["Create"]),
      field("sAMAccountName", "Fixed", "nora.new", ["Create"]),
      field("userPrincipalName", "Fixed", "nora.new@contoso.com", ["Create"]),
      field("organizationalUnit", "Fixed", "OU=People,DC=contoso,DC=com", ["Create"]),
    ],
  }),
);

const planned = (action: string, ...args: string[]) =>
  ran(["plan", action, "--mapping", mapping, ...args]);

describe("exo-connector plan for an account of Active Directory", () => {
  it("shows what would change in the emulated directory", async () => {
    const { code, lines } = await planned("hybrid/update", "--person", example);
    expect({ code, last: lines.at(-1) }).toEqual({ code: 0, last: "result   changes" });
    expect(lines).toContain("step     modify, not sent");
    expect(lines.join("\n")).toContain('-> "Finance"');
  });

  it("shows the new account of a person without one, and no password", async () => {
    const file = path.join(folder, "person.json");
    const person = JSON.parse(readFileSync(example, "utf8")) as object;
    writeFileSync(file, JSON.stringify({ ...person, ExternalId: "N2001" }));
    const { code, lines } = await planned("hybrid/create", "--person", file);
    expect({ code, last: lines.at(-1) }).toEqual({ code: 0, last: "result   changes" });
    expect(lines).toContain("step     add, not sent");
    expect(lines.join("\n")).toContain("[secret]");
  });

  it("refuses a recording, which has no directory", async () => {
    const { code, notes } = await planned("hybrid/update", "--recording", "none.json");
    expect(code).toBe(2);
    expect(notes.join()).toContain("a plan of Active Directory needs the directory itself");
  });
});
