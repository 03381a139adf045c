import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Holder } from "../../lib/store/seal.ts";
import { sealedStore, type SealedStore } from "../../lib/store/sealedStore.ts";
import { accountNamed, strangerIn, thisAccount, windowsOwner } from "../../lib/store/storeOwner.ts";
import { faultOf } from "../exchange/scripted.ts";

const old: Holder = { material: "the old secret", label: "client secret (old)" };
const renewed: Holder = { material: "the new secret", label: "client secret (new)" };
const stranger: Holder = { material: "of someone else", label: "client secret (else)" };

let folder = "";
beforeEach(() => {
  folder = path.join(mkdtempSync(path.join(tmpdir(), "exo-store-")), "state");
  mkdirSync(folder, { mode: 0o700 });
});
afterEach(() => rmSync(path.dirname(folder), { recursive: true }));

const storeOf = (holder = old, binding = "worldwide/tenant/app"): SealedStore =>
  sealedStore({ folder, name: "link-1", binding, holder, owner: thisAccount() });
const messageOf = async (work: Promise<unknown>): Promise<string> => (await faultOf(work)).message;
const files = (): string[] => readdirSync(folder).sort();
const latestFile = (): string => path.join(folder, files().at(-1) ?? "");

describe("a sealed value", () => {
  it("is read as it was written, and nothing of it is on the disk", async () => {
    expect(await storeOf().read()).toBeUndefined();
    expect(await storeOf().update(() => ({ token: "canary-token" }))).toEqual({
      token: "canary-token",
    });
    expect(await storeOf().read()).toEqual({ token: "canary-token" });
    const written = files().map((file) => readFileSync(path.join(folder, file), "utf8"));
    expect(written).toHaveLength(1);
    for (const canary of ["canary", old.material, Buffer.from("canary").toString("base64")])
      expect(written.join("")).not.toContain(canary);
  });

  it("is changed by what is there, and left alone when the change is undefined", async () => {
    await storeOf().update(() => 1);
    expect(await storeOf().update((current) => Number(current) + 1)).toBe(2);
    const before = files();
    expect(await storeOf().update(() => undefined)).toBe(2);
    expect(files()).toEqual(before);
  });

  it("keeps one file before the latest, and no unfinished one that is old", async () => {
    writeFileSync(path.join(folder, "link-1.killed.incoming"), "half", { mode: 0o600 });
    for (let count = 1; count <= 5; count++) await storeOf().update(() => count);
    expect(files()).toEqual([
      "link-1.0000000004.sealed",
      "link-1.0000000005.sealed",
      "link-1.killed.incoming",
    ]);
    expect(await storeOf().read()).toBe(5);
  });

  it("opens for a renewed credential that was admitted, while the old one still opens it", async () => {
    await storeOf().update(() => "value");
    expect(await messageOf(storeOf(renewed).read())).toMatch(
      /does not open with the client secret \(new\): it was sealed for the client secret \(old\)\.$/,
    );
    await storeOf().admit(renewed);
    expect([await storeOf(renewed).read(), await storeOf().read()]).toEqual(["value", "value"]);
    expect(await storeOf().holders()).toEqual([old.label, renewed.label]);
    await storeOf(renewed).update(() => "changed");
    expect(await storeOf().read()).toBe("changed");
    expect(await messageOf(storeOf(stranger).read())).toContain("does not open");
  });

  it("does not open for another tenant, and not when a byte was changed", async () => {
    await storeOf().update(() => "value");
    expect(await messageOf(storeOf(old, "worldwide/other/app").read())).toContain("does not open");
    const envelope = JSON.parse(readFileSync(latestFile(), "utf8")) as { sealed: string };
    const bytes = Buffer.from(envelope.sealed, "base64");
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    writeFileSync(latestFile(), JSON.stringify({ ...envelope, sealed: bytes.toString("base64") }));
    expect(await messageOf(storeOf().read())).toContain("is damaged: its content was changed");
  });

  it.each([
    ["", "it is not a sealed file"],
    ["{}", "it is not a sealed file"],
    ['{"version":1,"keys":[{}],"sealed":""}', "it is not a sealed file"],
    ['{"version":2}', "written by a newer version of the connector (format 2)"],
  ])("is not guessed from %j", async (text, expected) => {
    await storeOf().update(() => "value");
    writeFileSync(latestFile(), text);
    expect(await messageOf(storeOf().read())).toContain(expected);
    expect(await messageOf(storeOf().update(() => "other"))).toContain(expected);
  });

  it("stays removed, also for a process that has read it before", async () => {
    const [slow, remover] = [storeOf(), storeOf()];
    await slow.update(() => "value");
    const held = path.join(folder, "link-1.0000000001.sealed");
    const text = readFileSync(held, "utf8");
    expect(await remover.remove()).toBe(true);
    // What a process that read the value before tries to write comes too late for its number.
    expect(await slow.update((current) => (current === undefined ? undefined : "back"))).toBe(
      undefined,
    );
    expect(await storeOf().read()).toBeUndefined();
    expect(readFileSync(latestFile(), "utf8")).not.toContain(text.slice(40, 80));
    expect(await remover.remove()).toBe(false);
    await slow.update(() => "linked again");
    expect(await storeOf().read()).toBe("linked again");
  });

  it("loses no change when several stores change it at once", async () => {
    await storeOf().update(() => 0);
    await Promise.all(
      Array.from({ length: 25 }, () => storeOf().update((current) => Number(current) + 1)),
    );
    expect(await storeOf().read()).toBeGreaterThanOrEqual(25);
  });
});

describe("the owner of a store on POSIX", () => {
  it.each([
    ["the folder is open to a group", () => chmodSync(folder, 0o750), "mode 750"],
    ["a file is open to others", () => chmodSync(latestFile(), 0o604), "mode 604"],
    ["there is no folder", () => rmSync(folder, { recursive: true }), "There is no folder"],
  ])("refuses it when %s", async (_title, break_, expected) => {
    await storeOf().update(() => "value");
    break_();
    expect(await messageOf(storeOf().read())).toContain(expected);
    expect(await messageOf(storeOf().update(() => "other"))).toContain(expected);
    mkdirSync(folder, { recursive: true });
  });

  it("does not follow a link", async () => {
    await storeOf().update(() => "value");
    symlinkSync(latestFile(), path.join(folder, "link-1.0000000002.sealed"));
    expect(await messageOf(storeOf().read())).toContain("cannot be read (ELOOP)");
  });

  it("makes the folder for itself only", async () => {
    const inner = path.join(folder, "inner", "state");
    await thisAccount().makeFolder(inner);
    await thisAccount().checkFolder(inner);
    chmodSync(inner, 0o755);
    await thisAccount().makeFolder(inner);
    expect(await messageOf(thisAccount().checkFolder(inner))).toContain("mode 755");
  });

  it("can be another account, whose files it then are", async () => {
    const owner = await accountNamed("nobody", () => Promise.resolve("65534\n"));
    if (process.getuid?.() !== 0) return;
    const inner = path.join(folder, "theirs");
    await owner.makeFolder(inner);
    const theirs = sealedStore({ folder: inner, name: "link-1", binding: "b", holder: old, owner });
    await theirs.update(() => "value");
    expect(await theirs.read()).toBe("value");
    const mine = sealedStore({
      folder: inner,
      name: "link-1",
      binding: "b",
      holder: old,
      owner: thisAccount(),
    });
    expect(await messageOf(mine.read())).toContain("belongs to the account with the number 65534");
  });

  it.each(["nobody-by-this-name", "-u", "a b", ""])("is no account %j", async (name) => {
    expect(await messageOf(accountNamed(name))).toContain("There is no account");
  });
});

describe("the owner of a store on Windows", () => {
  const sid = "S-1-5-21-1-2-3-1001";
  it.each([
    ["O:BAG:DUD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;S-1-5-21-1-2-3-1001)", undefined],
    ["O:BAG:DUD:AI(A;ID;FA;;;SY)(A;OICIID;0x1200a9;;;BU)", "BU"],
    ["O:BAG:DUD:(D;;FA;;;WD)(A;;FA;;;S-1-5-21-1-2-3-1002)", "S-1-5-21-1-2-3-1002"],
    ["O:BAG:DUD:(XA;;FA;;;WD;(Member_of {SID(BA)}))", "WD"],
    ["O:BAG:DUD:NO_ACCESS_CONTROL", "everyone"],
    ["", "everyone"],
  ])("reads %s", (list, expected) => {
    expect(strangerIn(list, sid)).toBe(expected);
  });

  it("refuses a folder that others can read, and names them", async () => {
    const ran: string[][] = [];
    const owner = windowsOwner("contoso\\svc", (program, args) => {
      ran.push([program, ...args]);
      return Promise.resolve(`O:BAG:DUD:AI(A;ID;FA;;;SY)(A;ID;FR;;;BU)\r\n${sid}\r\n`);
    });
    expect(await messageOf(owner.checkFolder("C:\\it's state"))).toContain("permits BU");
    expect(ran[0]?.at(-1)).toContain("'C:\\it''s state'");
    expect(ran[0]?.at(-1)).toContain("NTAccount]'contoso\\svc'");
  });

  it("makes the folder for its account alone", async () => {
    const ran: string[][] = [];
    const inner = path.join(folder, "windows");
    await windowsOwner("contoso\\svc", (...call) => {
      ran.push(call.flat());
      return Promise.resolve("");
    }).makeFolder(inner);
    expect(ran).toEqual([
      [
        ...["icacls", inner, "/inheritance:r", "/grant:r", "contoso\\svc:(OI)(CI)F"],
        ...["/grant:r", "*S-1-5-18:(OI)(CI)F", "/grant:r", "*S-1-5-32-544:(OI)(CI)F"],
      ],
    ]);
  });
});
