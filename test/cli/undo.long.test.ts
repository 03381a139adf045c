import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { isRecord } from "../../lib/record.ts";
import { defaults as properties } from "../emulator/properties.ts";
import { startEmulator, type RunningEmulator } from "../emulator/server.ts";
import { ran } from "./terminal.ts";

const folder = mkdtempSync(path.join(tmpdir(), "exo-connector undo "));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const answer = path.join(folder, "answer.json");

const anna = "anna.bakker@contoso.com";
const aoife = "aoife.obrien@contoso.com";
const secondary = "aoife.obrien@contoso.onmicrosoft.com";
const chris = "chris.bakker@contoso.com";
const newsletter = "0b1ec700-0000-4000-8000-00000000041d";

describe("exo-connector undo", () => {
  let running: RunningEmulator;
  let tenant: string[];
  beforeEach(async () => {
    running = await startEmulator();
    tenant = ["--emulator", running.exchangeUrl];
  });
  afterEach(() => running.close());
  const state = (): unknown => withoutDefaults(structuredClone(running.emulator.state()));

  /** Runs an action for real and keeps its answer. */
  async function changed(action: string, ...args: string[]): Promise<void> {
    const { code, lines } = await ran(["run", action, ...args, ...tenant, "--live", "--json"]);
    expect(code, lines.join("\n")).toBe(0);
    writeFileSync(answer, lines.join("\n"));
  }
  const undo = (...args: string[]) => ran(["undo", "--plan", answer, ...tenant, ...args]);

  it.each([
    ["an attribute", "update", "--account", anna, "--set", "CustomAttribute2=Nurse"],
    ["a switch", "disable", "--account", anna, "--set", "HiddenFromAddressListsEnabled=true"],
    ["a membership", "groups/grantPermission", "--account", chris, "--permission", "newsletter"],
    [
      "a membership of a Microsoft 365 group",
      ...["microsoft365Groups/grantPermission", "--account", chris, "--permission", "Sports"],
    ],
    [
      "three rights",
      "sharedMailboxes/grantPermission",
      "--account",
      chris,
      "--permission",
      "press",
    ],
    ["a hold", "litigationHold/grantPermission", "--account", chris, "--permission", "365 days"],
    [
      "a right on a calendar",
      ...["folderPermission/grantPermission", "--account", anna, "--permission", "Reviewer"],
    ],
    [
      "a primary address that was a secondary one",
      ...["update", "--account", aoife, "--set", `EmailAddresses=SMTP:${secondary}`],
    ],
    [
      "attributes of the user of a mailbox",
      ...["update", "--account", aoife, "--set", "Title=Nurse", "--set", "Department=Care"],
    ],
    [
      "properties of a user",
      ...["entra/update", "--account", anna, "--set", "jobTitle=Nurse", "--set", "mobilePhone=06"],
    ],
    [
      "an extension attribute of a user without a mailbox",
      ...["entra/update", "--account", "not.licensed@contoso.com"],
      ...["--set", "onPremisesExtensionAttributes.extensionAttribute3=Care"],
    ],
  ])("takes back %s", async (_what, action, ...args) => {
    const before = state();
    await changed(action, ...args);
    const after = state();
    expect(after).not.toEqual(before);
    const dry = await undo();
    expect(dry.code, dry.lines.join("\n")).toBe(0);
    expect(state()).toEqual(after);
    const { code, lines } = await undo("--live");
    expect(code, lines.join("\n")).toBe(0);
    expect(lines.join("\n")).toContain("undone: ");
    expect(state()).toEqual(before);
  });

  it("takes back that an account of Entra ID is disabled, and says that sessions are not", async () => {
    await changed("entra/disable", "--account", anna);
    const { code, lines } = await undo("--live");
    expect({ code, lines: lines.slice(1) }).toEqual({
      code: 1,
      lines: [
        expect.stringMatching(/^Revoke the sign-in sessions of user "Anna Bakker"/),
        "   cannot be undone: people sign in again themselves",
        expect.stringMatching(/^Disable the account "Anna Bakker"/),
        "   undone: lifecycle/entra/update",
        expect.stringMatching(/^ {3}Enable the account "Anna Bakker"/),
        "   ~ accountEnabled: false -> true",
      ],
    });
  });

  it("takes back a manager that was set, replaced or removed", async () => {
    const event = path.join(folder, "manager.json");
    const user = "e47ad000-0000-4000-8000-000000000021";
    const [femke, bas] = ["24", "20"].map((end) => `e47ad000-0000-4000-8000-0000000000${end}`);
    for (const wanted of [femke, bas, null]) {
      const References = { Account: user, ManagerAccount: wanted };
      const Configuration = { updateManagerOnUpdate: true };
      const actionContext = { Configuration, DryRun: false, Data: {}, References };
      writeFileSync(event, JSON.stringify({ actionContext, outputContext: { Data: {} } }));
      const before = state();
      await changed("entra/update", "--event", event);
      expect(state()).not.toEqual(before);
      const { code, lines } = await undo("--live");
      expect(code, lines.join("\n")).toBe(0);
      expect(state()).toEqual(before);
      await changed("entra/update", "--event", event);
    }
  });

  it("takes back the end of a membership of a Microsoft 365 group", async () => {
    const membership = ["--account", chris, "--permission", "Sports"];
    await changed("microsoft365Groups/grantPermission", ...membership);
    const before = state();
    await changed("microsoft365Groups/revokePermission", ...membership);
    expect(state()).not.toEqual(before);
    const { code, lines } = await undo("--live");
    expect(code, lines.join("\n")).toBe(0);
    expect(state()).toEqual(before);
  });

  it("takes back a hold that was shortened, and a reply that was replaced", async () => {
    const hold = ["--account", chris, "--permission", "Unlimited"];
    await changed("litigationHold/grantPermission", ...hold);
    const held = state();
    const shorter = ["--setting", "LitigationHoldMayShorten=true"];
    await changed(
      "litigationHold/grantPermission",
      "--account",
      chris,
      "--permission",
      "365",
      ...shorter,
    );
    expect((await undo("--live")).code).toBe(0);
    expect(state()).toEqual(held);
    const reply = (text: string) => [
      "--set",
      "AutoReplyState=Enabled",
      "--set",
      `InternalMessage=${text}`,
    ];
    await changed("delete", "--account", chris, ...reply("Back on Monday"));
    const away = state();
    await changed("delete", "--account", chris, ...reply("Gone"));
    expect(state()).not.toEqual(away);
    const { code, lines } = await undo("--live");
    expect(code, lines.join("\n")).toBe(0);
    expect(state()).toEqual(away);
  });

  it.each([
    ["a size", "MaxSendSize=25MB", []],
    ["a size in bytes", "MaxSendSize=1.5 MB", []],
    ["a text that is cleared", "CustomAttribute1=", []],
    ["days", "RetainDeletedItemsFor=20", []],
    [
      "a date",
      "StartDateForRetentionHold=2026-12-31",
      ["StartDateForRetentionHold=2026-12-01T12:00Z"],
    ],
    ["a list in another order", "ExtensionCustomAttribute1=b;a", []],
  ])("takes back %s, however the service writes it", async (_what, set, first) => {
    for (const one of first) await changed("update", "--account", anna, "--set", one);
    const before = state();
    await changed("update", "--account", anna, "--set", set);
    for (const object of running.emulator.state().objects)
      if (Array.isArray(object["ExtensionCustomAttribute1"]))
        object["ExtensionCustomAttribute1"].reverse();
    const { code, lines } = await undo("--live");
    expect(code, lines.join("\n")).toBe(0);
    expect(state()).toEqual(before);
  });

  it("refuses to clear what an update cannot clear, and names it", async () => {
    const date = ["--set", "StartDateForRetentionHold=2026-12-31"];
    await changed("update", "--account", anna, ...date);
    expect((await undo("--live")).lines.at(-1)).toBe(
      "   cannot be undone: an update cannot clear StartDateForRetentionHold",
    );
    await changed("update", "--account", chris, ...date, "--set", "CustomAttribute2=Nurse");
    const { code, lines } = await undo("--live");
    expect(code).toBe(1);
    expect(lines[2]).toMatch(/^ {3}undone in part: StartDateForRetentionHold stays "2026-12-31T/);
  });

  const holdOf = (address: string) => {
    const [mailbox] = running.emulator
      .state()
      .objects.filter((one) => one["UserPrincipalName"] === address);
    return { on: mailbox?.["LitigationHoldEnabled"], for: mailbox?.["LitigationHoldDuration"] };
  };

  it("sets the duration of a hold back too, which a revoke leaves", async () => {
    await changed(
      "litigationHold/grantPermission",
      ...["--account", chris, "--permission", "365 days"],
    );
    expect((await undo("--live")).code).toBe(0);
    expect(holdOf(chris)).toEqual({ on: false, for: "Unlimited" });
  });

  it("names what it could not set back, from the values before the plan", async () => {
    await changed(
      "litigationHold/grantPermission",
      ...["--account", chris, "--permission", "365 days"],
    );
    const strike = { match: { cmdlet: "Set-Mailbox" }, named: "unavailable" as const, skip: 1 };
    running.emulator.setFaults([strike]);
    const { code, lines } = await undo("--live");
    expect(code).toBe(1);
    expect(lines.join("\n")).toMatch(
      /undone in part: LitigationHoldDuration stays "365"; before the plan it was "Unlimited"; /,
    );
    expect(holdOf(chris)).toEqual({ on: false, for: "365.00:00:00" });
  });

  it("switches a reply off, and names the texts that stay", async () => {
    const before = state();
    await changed(
      ...(["delete", "--account", chris, "--set", "AutoReplyState=Enabled"] as const),
      ...["--set", "InternalMessage=Gone", "--set", "ExternalMessage=Gone"],
    );
    const { code, lines } = await undo("--live");
    expect(code).toBe(1);
    expect(lines.join("\n")).toContain(
      '   undone in part: InternalMessage stays "Gone"; before the plan it was ""; ',
    );
    expect(state()).toEqual(before);
  });

  it("says first which tenant it works in, and whether it changes it", async () => {
    await changed("groups/grantPermission", "--account", chris, "--permission", "newsletter");
    const title = `Contoso (emulated) (emulator at ${running.exchangeUrl})`;
    expect((await undo()).lines[0]).toBe(`undo, dry run, ${title}`);
    expect((await undo("--live")).lines[0]).toBe(`undo, for real, ${title}`);
  });

  it("does nothing when it is so already", async () => {
    await changed("groups/grantPermission", "--account", chris, "--permission", "newsletter");
    await undo("--live");
    const { code, lines } = await undo("--live");
    expect(code).toBe(0);
    expect(lines.join("\n")).toContain("is so already: ");
  });

  it("refuses what has changed since", async () => {
    const account = ["--account", anna];
    await changed("update", ...account, "--set", "CustomAttribute2=Nurse");
    const other = ["--set", "CustomAttribute2=Surgeon", "--live"];
    await ran(["run", "update", ...account, ...other, ...tenant]);
    const { code, lines } = await undo("--live");
    expect(code).toBe(1);
    expect(lines).toContain(
      '   cannot be undone: CustomAttribute2 is "Surgeon" now; the plan had set "Nurse"',
    );
  });

  it("refuses what the connector cannot take back, with the reason", async () => {
    await changed("update", "--account", anna, "--set", "EmailAddresses=smtp:new@contoso.com");
    const { code, lines } = await undo("--live");
    expect(code).toBe(1);
    expect(lines).toContain(
      "   cannot be undone: it added smtp:new@contoso.com, and the connector removes no address",
    );
  });

  it("sets a calendar right back to the one before, whatever option that is", async () => {
    const grant = (right: string) =>
      changed(
        "folderPermission/grantPermission",
        "--account",
        anna,
        "--permission",
        right,
        ...overwrite,
      );
    const overwrite = ["--setting", "CalendarRightConflict=overwrite"];
    await grant("Reviewer");
    const before = state();
    await grant("Editor");
    const { code, lines } = await undo("--live");
    expect(code, lines.join("\n")).toBe(0);
    expect(state()).toEqual(before);
  });

  const british = {
    Language: "en-GB",
    DateFormat: null,
    TimeFormat: null,
    TimeZone: "GMT Standard Time",
  };
  const dutch = {
    Language: "nl-NL",
    DateFormat: "dd-MM-yy",
    TimeFormat: "H:mm",
    TimeZone: "W. Europe Standard Time",
  };
  const regional = (before: object, Identity = "0b1ec700-0000-4000-8000-000000000001") => {
    const step = {
      target: "exchange",
      operation: "Set-MailboxRegionalConfiguration",
      sentence: "Set",
      sent: true,
    };
    writeFileSync(
      answer,
      JSON.stringify([{ ...step, parameters: { Identity, ...british }, before }]),
    );
  };

  it("sets a regional configuration back to an option, and refuses any other", async () => {
    regional(dutch);
    const { code, lines } = await undo("--live");
    expect(code, lines.join("\n")).toBe(0);
    const [mailbox] = running.emulator
      .state()
      .objects.filter((one) => one["UserPrincipalName"] === aoife);
    expect(mailbox).toMatchObject(dutch);
    regional({ ...dutch, DateFormat: "d-M-yyyy" });
    expect((await undo()).lines.at(-1)).toContain(
      "cannot be undone: no option of permissions/regionalConfiguration is the configuration before: {",
    );
  });

  it("takes back nothing that was only planned", async () => {
    const dry = ["run", "update", "--account", anna, "--set", "CustomAttribute2=Nurse", "--json"];
    writeFileSync(answer, (await ran(dry)).lines.join("\n"));
    const { code, lines } = await undo("--live");
    expect({ code, line: lines.at(-1) }).toEqual({
      code: 1,
      line: "   cannot be undone: it was not sent",
    });
  });

  /** Edits the only step of the answer's plan. */
  function edited(changes: object): void {
    // The type of JSON.parse is any; the answer has this form.
    const { plan } = JSON.parse(readFileSync(answer, "utf8")) as { plan: [object] };
    writeFileSync(answer, JSON.stringify({ plan: [{ ...plan[0], ...changes }] }));
  }

  it("says which object it would change, whatever the sentence of the plan says", async () => {
    await changed("groups/grantPermission", "--account", chris, "--permission", "newsletter");
    edited({ parameters: { Identity: newsletter, Member: anna } });
    const { lines } = await undo();
    expect(lines.join("\n")).toMatch(/would be undone: .*\n +Remove "Anna Bakker" /);
  });

  it.each([
    [{ operation: "constructor" }, "constructor has no inverse here"],
    [{ operation: "__proto__" }, "__proto__ has no inverse here"],
    [{ before: { SendOnBehalf: false } }, "its GrantSendOnBehalfTo does not name one account"],
  ])("refuses a step of another form: %j", async (changes, reason) => {
    await changed("update", "--account", anna, "--set", "CustomAttribute2=Nurse");
    edited(changes);
    const { code, lines } = await undo("--live");
    expect({ code, line: lines.at(-1) }).toEqual({
      code: 1,
      line: `   cannot be undone: ${reason}`,
    });
  });

  it.each([{ sentence: null }, { sent: "yes" }])("takes no step with %j", async (changes) => {
    await changed("update", "--account", anna, "--set", "CustomAttribute2=Nurse");
    edited(changes);
    expect((await undo()).code).toBe(2);
  });

  it("says that a plan without steps leaves nothing to undo", async () => {
    writeFileSync(answer, '{ "plan": [] }');
    expect(await undo()).toMatchObject({
      code: 0,
      lines: [
        expect.stringMatching(/^undo, dry run, Contoso \(emulated\) \(emulator at /),
        "The plan has no steps: there is nothing to undo.",
      ],
    });
  });

  it("needs a plan", async () => {
    writeFileSync(answer, '{ "plan": [1] }');
    const { code, notes } = await undo();
    expect(code).toBe(2);
    expect(notes.join("\n")).toMatch(/has no plan; expected the answer of a bundle/);
  });
});

/** A state without defaults, times of changes, and what is left of a reply or a hold that is off. */
function withoutDefaults(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((one) => !isDefaultRight(one)).map(withoutDefaults);
  if (typeof value !== "object" || value === null) return value;
  const isReplyOff = !("AutoReplyState" in value) || value.AutoReplyState === "Disabled";
  const isHeld = "LitigationHoldEnabled" in value && value.LitigationHoldEnabled === true;
  const left = [
    /^WhenChanged$/,
    ...(isReplyOff ? [/^(Internal|External)Message$/] : []),
    ...(isHeld ? [] : [/^LitigationHold/]),
  ];
  const entries = Object.entries(value)
    .filter(([key]) => !left.some((pattern) => pattern.test(key)))
    .map(([key, member]): [string, unknown] => [key, withoutDefaults(member)])
    .filter(([key, member]) => !isDefault(member) && !isSame(member, properties[key]));
  return Object.fromEntries(entries);
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** The right that everyone has on a calendar without an entry. */
function isDefaultRight(value: unknown): boolean {
  return (
    isRecord(value) && value["user"] === "Default" && String(value["rights"]) === "AvailabilityOnly"
  );
}

const defaults: ReadonlySet<unknown> = new Set(["", null, false, "Disabled", "Unlimited"]);

function isDefault(value: unknown): boolean {
  return Array.isArray(value) ? value.length === 0 : defaults.has(value);
}
