import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startEmulator, type RunningEmulator } from "../emulator/server.ts";
import { ran } from "./terminal.ts";

const folder = mkdtempSync(path.join(tmpdir(), "exo-connector reach "));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Listed {
  reached: { kind: string; object: string; access: string; through?: string; readAt: number }[];
  unclear: string[];
  unresolved: Record<string, number>;
}

const daan = "daan.bakker@contoso.com";

describe("exo-connector reach", () => {
  let running: RunningEmulator;
  let anna: Listed;
  beforeAll(async () => {
    running = await startEmulator();
    anna = await listed("anna.bakker@contoso.com");
  });
  afterAll(() => running.close());
  const reach = (...args: string[]) => ran(["reach", ...args, "--emulator", running.exchangeUrl]);
  const listed = async (person: string, ...args: string[]): Promise<Listed> => {
    const { lines, notes } = await reach(person, ...args, "--json");
    return JSON.parse(lines.join("") || JSON.stringify(notes)) as Listed;
  };
  const run = (action: string, permission: string) =>
    ran(
      ["run", action, "--account", daan, "--permission", permission, "--live"].concat([
        "--emulator",
        running.exchangeUrl,
      ]),
    );

  it("lists groups, also those through which a group is a member", () => {
    const { reached } = anna;
    const groups = reached.filter(({ kind }) => kind === "group");
    expect(groups.map(({ object, through }) => [object, through])).toEqual([
      ["Sales team", undefined],
      ["Newsletter", undefined],
      ["Finance rights", undefined],
      ["Care evenings", "Newsletter"],
    ]);
  });

  it("lists the three rights on mailboxes, as the tenant has them", () => {
    const { reached, unresolved } = anna;
    const onSales = reached.filter(({ object }) => object.includes("<sales@contoso.com>"));
    expect(onSales.map(({ access }) => access).sort()).toEqual([
      "FullAccess",
      "SendAs",
      "SendOnBehalf",
    ]);
    expect(Object.keys(unresolved).join("\n")).toContain("<privacy@contoso.com>");
  });

  it("lists calendars, the hold, the reply and when each was read", async () => {
    const start = Date.now();
    const { reached } = await listed("jan.devries@contoso.com");
    const calendars = reached.filter(({ kind }) => kind === "calendar");
    expect(calendars.map(({ object, access }) => [object.split(" <")[0], access])).toEqual([
      ['"Leo Leaver"', "Editor, Delegate, CanViewPrivateItems"],
    ]);
    const own = reached.filter(({ kind }) => kind === "own mailbox");
    expect(own.map(({ access }) => access)).toEqual([
      expect.stringMatching(/litigation hold/),
      expect.stringMatching(/^automatic reply /),
      "licence assigned, its name is in Entra ID",
    ]);
    for (const { readAt } of reached) expect(readAt).toBeGreaterThanOrEqual(start);
  });

  it.each([
    [false, "no licence assigned"],
    [null, "licence not known, see Entra ID"],
  ])("says what Exchange knows of the licence: %s", async (SKUAssigned, access) => {
    const state = structuredClone(running.emulator.state());
    const mailbox = state.objects.find((one) => one["UserPrincipalName"] === daan);
    Object.assign(mailbox ?? {}, { SKUAssigned });
    const changed = await startEmulator({ state });
    const { lines } = await ran(["reach", daan, "--emulator", changed.exchangeUrl, "--json"]);
    await changed.close();
    const { reached } = JSON.parse(lines.join("")) as Listed;
    expect(reached.filter(({ kind }) => kind === "own mailbox").at(-1)?.access).toBe(access);
  });

  it("shows what a leaver still has, until events have revoked it", async () => {
    const before = await listed(daan, "--leaver");
    expect((await run("groups/grantPermission", "newsletter")).code).toBe(0);
    expect((await run("sharedMailboxes/grantPermission", "press")).code).toBe(0);
    const { code, lines } = await reach(daan, "--leaver", "--json");
    expect(code).toBe(1);
    const granted = JSON.parse(lines.join("")) as Listed;
    expect(granted.reached.length).toBeGreaterThan(before.reached.length);
    expect((await run("groups/revokePermission", "newsletter")).code).toBe(0);
    expect((await run("sharedMailboxes/revokePermission", "press")).code).toBe(0);
    const after = await listed(daan, "--leaver");
    const plain = ({ reached }: Listed) =>
      reached.map(({ object, access }) => [object, access]).sort();
    expect(plain(after)).toEqual(plain(before));
  });

  it("writes a page, and reads only", async () => {
    const state = JSON.stringify(running.emulator.state());
    const html = path.join(folder, "anna.html");
    expect((await reach("anna.bakker@contoso.com", "--html", html)).code).toBe(0);
    expect(readFileSync(html, "utf8")).toContain("<td>Care evenings</td>");
    expect(JSON.stringify(running.emulator.state())).toBe(state);
  });

  it("is used wrongly with a person who is no mailbox", async () => {
    const { code, notes } = await reach("nobody@contoso.com");
    expect(code).toBe(2);
    expect(notes.join("")).toMatch(/^No mailbox of Contoso \(emulated\) .* nobody@contoso\.com\./);
  });
});
