import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { graphState, ids } from "../emulator/graph/graphClient.ts";
import { startEmulator } from "../emulator/server.ts";
import { ran } from "./terminal.ts";

const folder = mkdtempSync(path.join(tmpdir(), "exo-connector plan "));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const example = path.resolve(import.meta.dirname, "../../docs/examples/person.json");
const person = JSON.parse(readFileSync(example, "utf8")) as { Name: object };
/** As it is shipped: implementers edit the one that is. */
const sample = path.resolve(import.meta.dirname, "../check/sample/lifecycle/entra");
const mapping = path.join(sample, "fieldMapping.json");
/** The user of the person in the emulated tenant has no employeeId. */
const byName = "Person.Accounts.MicrosoftActiveDirectory.userPrincipalName=userPrincipalName";

function vault(name: string, ...Persons: object[]): string {
  const file = path.join(folder, name);
  writeFileSync(file, JSON.stringify({ Persons }));
  return file;
}

const planned = (action: string, ...args: string[]) =>
  ran(["plan", action, "--mapping", mapping, ...args]);

describe("exo-connector plan for an account of Entra ID", () => {
  it("shows the new user of a person without one, and no password", async () => {
    const { code, lines } = await planned("entra/create", "--person", example);
    expect(code).toBe(0);
    expect(lines).toEqual(
      expect.arrayContaining([
        "lifecycle/entra/create for Aoife O'Brien (E100001), in Contoso (emulated)",
        'mapped   userPrincipalName = "aoife.byrne@contoso.com"',
        'audit    Create user "Aoife Byrne" <aoife.byrne@contoso.com>: would be done, this is a dry run.',
        "step     POST /users, not sent",
        '         + mailNickname: "aoife.byrne"',
        '         + passwordProfile: {"password":"[secret]","forceChangePasswordNextSignIn":true}',
        "result   changes",
      ]),
    );
  });

  it("shows what would change for a user that exists", async () => {
    const { code, lines } = await planned(
      ...["entra/update", "--person", example],
      ...["--correlate", byName],
    );
    expect({ code, last: lines.at(-1) }).toEqual({ code: 0, last: "result   changes" });
    expect(lines).toContain("step     PATCH /users/{user}, not sent");
    expect(lines).toContain('         ~ department: "Sales" -> "Finance"');
  });

  it("reads the mailbox of the user as well when the form says so, with a token of its own", async () => {
    const { code, lines } = await planned(
      ...["entra/disable", "--person", example],
      ...["--correlate", byName],
      ...["--setting", "exchangeOnlineIntegration=true"],
    );
    expect(code, lines.join("\n")).toBe(0);
    expect(lines).toContain("         ~ accountEnabled: true -> false");
    expect(lines).toContain("         ~ HiddenFromAddressListsEnabled: false -> true");
  });

  it("finds the user by the employeeId, unless other fields are named", async () => {
    const { exchangeUrl, close } = await startEmulator({ state: graphState() });
    try {
      const people = vault("anna.json", { ...person, ExternalId: "1031" });
      const args = ["--people", people, "--emulator", exchangeUrl, "--json"];
      const { lines } = await planned("entra/update", ...args);
      expect(JSON.parse(lines.join("\n"))).toMatchObject([{ account: ids.anna }]);
    } finally {
      await close();
    }
  });

  it("has no plan of another action for a person without an account", async () => {
    const { code, lines } = await planned("entra/disable", "--person", example);
    expect(code).toBe(1);
    expect(lines.slice(-2)).toEqual([
      "error    There is no account with the correlation value of the person: create comes first.",
      "result   fails",
    ]);
  });

  it("takes the mapping of Entra ID, and not that of Exchange Online, when none is named", async () => {
    const { lines } = await ran(["plan", "entra/create", "--person", example]);
    expect(lines).toContain("step     POST /users, not sent");
    expect(lines.join("\n")).not.toContain("CustomAttribute1");
  });

  it("names the user names that two new users would get, which have no account in common", async () => {
    const namesake = { ...person, ExternalId: "E7", DisplayName: "Aoife Byrne (E7)" };
    const other = { ...namesake, ExternalId: "E8", Name: { ...person.Name, NickName: "Bo" } };
    const people = vault("namesakes.json", person, namesake, other);
    const { lines } = await planned("entra/create", "--people", people, "--json");
    const rows = JSON.parse(lines.join("\n")) as { externalId: string; remarks: string[] }[];
    const shared = [
      "new mailNickname aoife.byrne shared by 2",
      "new userPrincipalName aoife.byrne@contoso.com shared by 2",
    ];
    const remarks = rows.map((row) => row.remarks.filter((remark) => remark.includes("shared")));
    expect(remarks).toEqual([shared, shared, []]);
  });

  it("names people who share a user", async () => {
    const people = vault("shared.json", person, { ...person, ExternalId: "E7" });
    const args = ["--people", people, "--correlate", byName, "--json"];
    const { lines } = await planned("entra/update", ...args);
    const rows = JSON.parse(lines.join("\n")) as { remarks: string[] }[];
    for (const { remarks } of rows) expect(remarks).toContain("user shared by 2");
  });
});
