/** `exo-connector agent keygen`, `seal` and `show`, as they are typed. */
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ran } from "../cli/terminal.ts";
import { newPair, passphrase, type Pair } from "./keys.ts";

const folder = mkdtempSync(path.join(tmpdir(), "exo-connector agent "));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => path.join(folder, name);

let pair: Pair;
beforeAll(async () => {
  pair = await newPair();
  writeFileSync(at("site.key"), pair.privatePem, { mode: 0o600 });
  writeFileSync(at("site.pub"), pair.publicPem);
});

const site = ["--base-dn", "DC=contoso,DC=com", "--host", "dc1.contoso.com, dc2.contoso.com"];
const seal = (out: string, ...more: string[]) =>
  ran([
    ...["agent", "seal", "--state", at("front"), "--public-key", at("site.pub")],
    ...["--url", "https://agents.contoso.com/", "--connection", "contoso-ad"],
    ...["--out", at(out), ...(more.length === 0 ? site : more)],
  ]);
const show = (config: string, thumbprint: string, ...more: string[]) =>
  ran([
    ...["agent", "show", "--config", at(config), "--key", at("site.key")],
    ...["--service-thumbprint", thumbprint, ...more],
  ]);
const valueIn = (lines: string[], name: string): string => {
  const document = JSON.parse(lines.join("")) as Record<string, string>;
  return document[name] ?? "";
};
/** Everything in a folder, as text. */
const allIn = (name: string): string =>
  readdirSync(at(name))
    .map((file) => readFileSync(at(`${name}/${file}`), "utf8"))
    .join("\n");

describe("agent keygen", () => {
  it("makes a pair that the owner only can read, and shows neither key nor passphrase", async () => {
    writeFileSync(at("pass.txt"), `${passphrase}\r\n`);
    const args = ["--folder", folder, "--bits", "2048", "--passphrase-file", at("pass.txt")];
    const { code, lines, notes } = await ran(["agent", "keygen", ...args]);
    expect({ code, notes }).toEqual({ code: 0, notes: [] });
    const key = readFileSync(at("agent.key"), "utf8");
    expect(key).toContain("BEGIN ENCRYPTED PRIVATE KEY");
    if (process.platform !== "win32") expect(statSync(at("agent.key")).mode & 0o777).toBe(0o600);
    expect(lines.join("\n")).toMatch(
      /agent\.key {2}.*\n.*agent\.pub {2}.*\nThumbprint: [\w-]{43}$/,
    );
    expect(lines.join("\n")).not.toContain(passphrase);
    expect(lines.join("\n")).not.toContain("BEGIN");
    const again = await ran(["agent", "keygen", ...args]);
    expect(again.code).toBe(2);
    expect(again.notes.join()).toMatch(/agent\.key exists already, and is not overwritten/);
    expect(readFileSync(at("agent.key"), "utf8")).toBe(key);
  });

  it("refuses a size that is not one", async () => {
    const { code, notes } = await ran(["agent", "keygen", "--folder", folder, "--bits", "1024"]);
    expect({ code, notes }).toEqual({
      code: 2,
      notes: ["--bits 1024: expected 2048, 3072 or 4096."],
    });
  });
});

describe("agent seal and agent show", () => {
  it("seals for a site what only the holder of its key sees, without the token", async () => {
    const sealed = await seal("one.jwe");
    expect(sealed).toMatchObject({ code: 0, notes: [] });
    const text = sealed.lines.join("\n");
    expect(text).toContain(pair.publicKey.thumbprint);
    const [, service = ""] = /service, thumbprint +([\w-]{43})/.exec(text) ?? [];
    const shown = await show("one.jwe", service);
    expect({ code: shown.code, notes: shown.notes }).toEqual({ code: 0, notes: [] });
    expect(shown.lines.join("\n")).toContain(
      "DC=contoso,DC=com: dc1.contoso.com, dc2.contoso.com, port 636",
    );
    expect(shown.lines.join("\n")).toContain("Service: https://agents.contoso.com, thumbprint");
    expect(shown.lines.join("\n")).not.toMatch(/token/i);
  });

  it("signs every file with one key, and gives each agent an ID of its own", async () => {
    const files = [
      await seal("two.jwe", ...site, "--json"),
      await seal("three.jwe", ...site, "--json"),
    ];
    const values = (name: string) => new Set(files.map(({ lines }) => valueIn(lines, name)));
    expect(values("serviceThumbprint").size).toBe(1);
    expect(values("agentId").size).toBe(2);
  });

  it("keeps the token nowhere but in the file", async () => {
    const { lines } = await seal("four.jwe", ...site, "--json");
    const { openConfiguration } = await import("../../lib/agent/sealedConfiguration.ts");
    const { service } = await openConfiguration(readFileSync(at("four.jwe"), "utf8"), {
      key: pair.privateKey,
      serviceThumbprint: valueIn(lines, "serviceThumbprint"),
      now: Date.now(),
      source: "four.jwe",
    });
    expect(service.enrolToken).toMatch(/^[\w-]{43}$/);
    expect(lines.join() + allIn("front")).not.toContain(service.enrolToken);
  });

  it("takes several domains from a file", async () => {
    writeFileSync(
      at("domains.json"),
      JSON.stringify([
        { baseDn: "DC=contoso,DC=com", hosts: ["dc1.contoso.com"], port: 636 },
        { baseDn: "DC=corp,DC=contoso,DC=com", hosts: ["10.0.0.5"], port: 636, serverName: "dc3" },
      ]),
    );
    const sealed = await seal(
      "many.jwe",
      "--domains",
      at("domains.json"),
      "--global-catalog",
      "--json",
    );
    const shown = await show("many.jwe", valueIn(sealed.lines, "serviceThumbprint"));
    expect(shown.lines.join("\n")).toContain("10.0.0.5, port 636, certificates for dc3");
    expect(shown.lines.join("\n")).toContain("Global catalog: port 3269");
  });

  it.each([
    [["--base-dn", "contoso.com", "--host", "dc1"], /baseDn is "contoso.com"; expected a base DN/],
    [
      ["--base-dn", "DC=contoso", "--host", "dc1", "--port", "70000"],
      /port is 70000; expected a port/,
    ],
    [["--base-dn", "DC=contoso", "--host", "dc1", "--port", "x"], /--port x: expected a port/],
    [["--base-dn", "DC=contoso", "--host", " , "], /--host {2}, : expected host names/],
    [["--base-dn", "DC=contoso"], /Name the domain with --base-dn and --host/],
    [
      [...site, "--url", "http://agents.contoso.com"],
      /service.url is .*expected an address such as https/,
    ],
    [[...site, "--connection", "a b"], /connectionId is "a b"; expected 1 to 64 letters/],
  ])("writes nothing for %j", async (more, sentence) => {
    const { code, notes } = await seal("bad.jwe", ...more);
    expect(code).toBe(2);
    expect(notes.join(" ")).toMatch(sentence);
    expect(existsSync(at("bad.jwe"))).toBe(false);
  });

  it("refuses a private key in place of the public one, and does not show it", async () => {
    const { code, notes } = await seal("bad.jwe", ...site, "--public-key", at("site.key"));
    expect(code).toBe(1);
    expect(notes.join()).toMatch(/is a private key.*counts as exposed now/);
    expect(notes.join()).not.toContain(pair.privatePem.split("\n")[1]);
  });

  it.runIf(process.platform !== "win32")("uses no private key that others can read", async () => {
    writeFileSync(at("open.key"), pair.privatePem);
    chmodSync(at("open.key"), 0o644);
    const { code, notes } = await show("one.jwe", "A".repeat(43), "--key", at("open.key"));
    expect(code).toBe(1);
    expect(notes.join()).toMatch(/can be read or changed by other accounts/);
  });

  it("refuses a file of a service whose thumbprint is another", async () => {
    const { code, notes } = await show("one.jwe", "A".repeat(43));
    expect(code).toBe(1);
    expect(notes.join()).toMatch(
      /is signed by a service with the thumbprint [\w-]{43}; expected A/,
    );
  });
});
