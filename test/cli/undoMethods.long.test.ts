/** `undo` of phones, e-mail addresses and passes: the tenant is read after each. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { startEmulator, type RunningEmulator } from "../emulator/server.ts";
import { ran } from "./terminal.ts";

const folder = mkdtempSync(path.join(tmpdir(), "exo-connector undo methods "));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const answer = path.join(folder, "answer.json");
const eventFile = path.join(folder, "event.json");
const person = {
  Contact: {
    Personal: { Phone: { Mobile: "06-12345678" }, Email: "daan@contoso.com" },
    Business: { Phone: { Mobile: "06-87654321", Fixed: "020-1234567" } },
  },
};

const daan = "e47ad000-0000-4000-8000-000000000022";
const mobile = { phoneType: "mobile", phoneNumber: "+31 612345678" };
const office = { phoneType: "office", phoneNumber: "+31 209876543" };
const email = { emailAddress: "daan@contoso.com" };

type Method = Readonly<Record<string, string>>;

describe("exo-connector undo, of authentication methods", () => {
  let running: RunningEmulator;
  let tenant: string[];
  beforeEach(async () => {
    running = await startEmulator();
    tenant = ["--emulator", running.exchangeUrl];
  });
  afterEach(() => running.close());

  const methods = (): unknown =>
    running.emulator.state().entra?.users?.[daan]?.["authenticationMethods"];
  function having(...all: Method[]): void {
    const state = structuredClone(running.emulator.state());
    const { users = {} } = state.entra ?? {};
    users[daan] = { ...users[daan], authenticationMethods: all };
    state.apps[0]?.graphRoles?.push("UserAuthenticationMethod.ReadWrite.All");
    running.emulator.replaceState({ ...state, entra: { ...state.entra, users } });
  }

  async function changed(verb: "grant" | "revoke", permission: string): Promise<void> {
    const action = `authenticationMethods/${verb}Permission`;
    const References = { Account: daan, Permission: { Type: permission } };
    const actionContext = {
      Configuration: {},
      DryRun: false,
      References,
      PermissionDisplayName: "",
    };
    const event = { actionContext, personContext: { Person: person }, outputContext: { Data: {} } };
    writeFileSync(eventFile, JSON.stringify(event));
    const args = ["--event", eventFile, ...tenant, "--live", "--json"];
    const { code, lines, notes } = await ran(["run", action, ...args]);
    expect({ code, lines, notes }).toMatchObject({ code: 0 });
    writeFileSync(answer, lines.join("\n"));
  }
  const undo = (...args: string[]) => ran(["undo", "--plan", answer, ...tenant, ...args]);

  it.each<[string, Method[], "grant" | "revoke", string]>([
    ["a phone that was added", [], "grant", "mobile"],
    ["a phone that was changed", [office], "grant", "office"],
    ["a phone that was removed", [mobile, office], "revoke", "office"],
    ["a phone that was removed and that a grant would not overwrite", [mobile], "revoke", "mobile"],
  ])("takes back %s", async (_, before, verb, permission) => {
    having(...before);
    await changed(verb, permission);
    const after = methods();
    expect(after).not.toEqual(before);
    const dry = await undo();
    expect({ code: dry.code, lines: dry.lines }).toMatchObject({ code: 0 });
    expect(methods()).toEqual(after);
    const { code, lines } = await undo("--live");
    expect(lines.join("\n")).toContain("undone: permissions/authenticationMethods/");
    expect(code).toBe(0);
    expect(methods()).toEqual(expect.arrayContaining(before));
    expect(methods()).toHaveLength(before.length);
  });

  /** That undo says so at the end of its reason, and changes nothing. */
  async function refused(reason: string): Promise<void> {
    const after = methods();
    const { code, lines } = await undo("--live");
    const [, said] = /^ {3}cannot be undone: (.*)$/m.exec(lines.join("\n")) ?? [];
    expect(said?.slice(-reason.length)).toBe(reason);
    expect(code).toBe(1);
    expect(methods()).toEqual(after);
  }

  it("leaves an e-mail address that a revoke would leave", async () => {
    having();
    await changed("grant", "email");
    expect(methods()).toEqual([email]);
    await refused(
      "a revoke leaves it: RemoveWhenRevokingEntitlement is false in permissions/authenticationMethods/options.json",
    );
  });

  it("leaves a phone that someone has changed since", async () => {
    having(office);
    await changed("grant", "office");
    having({ ...office, phoneNumber: "+31 201111111" });
    await refused('phoneNumber is "+31 201111111" now; the plan had set "+31 201234567"');
    having(office);
    await changed("revoke", "office");
    having({ ...office, phoneNumber: "+31 201111111" });
    await refused('phoneNumber is "+31 201111111" now; the plan had removed it');
  });

  it("leaves a phone that someone has registered since, and does not call it the one before", async () => {
    having(mobile);
    await changed("revoke", "mobile");
    having({ ...mobile, phoneNumber: "+31 611111111" });
    await refused("...111 for sign-in, and it is not overwritten (OnlySetWhenEmpty).");
  });

  it("says of a Temporary Access Pass why not", async () => {
    having();
    await changed("grant", "temporaryAccessPass");
    await refused(
      "the record does not say which Temporary Access Pass it created, and it ends by itself: revoke the permission " +
        "to remove it at once",
    );
    await changed("revoke", "temporaryAccessPass");
    await refused("no one can read the value of a Temporary Access Pass again: grant a new one");
  });
});
