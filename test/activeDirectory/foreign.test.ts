/**
 * The controller judged by foreign clients: `ldapsearch` of OpenLDAP and System.DirectoryServices.Protocols of .NET see
 * the same objects with the same values as the connector does, and what the connector has written.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import {
  guidIn,
  type AttributeName,
  type Entry,
} from "../../lib/activeDirectory/client/attributes.ts";
import type { Directory } from "../../lib/activeDirectory/client/directory.ts";
import { modifyDatabase, type Samba } from "./samba.ts";
import { baseDn, people, serviceAccount } from "./sambaContent.ts";
import { sambaDirectory } from "./sambaDirectory.ts";

const provided = inject("samba");
const samba = JSON.parse(provided || "{}") as Samba;
const isThere = hasProgram("ldapsearch", "-VV", "On Debian: ldap-utils.");
const hasDotnet = hasProgram("dotnet", "--version", "The .NET SDK 10.");

/** Reports a program that is missing where that cannot be overlooked; in CI it is a failure. */
function hasProgram(name: string, argument: string, advice: string): boolean {
  if (spawnSync(name, [argument]).status === 0) return true;
  if (process.env["CI"]) throw new Error(`${name} was not found in the PATH. ${advice}`);
  const line = "!".repeat(80);
  console.error(`${line}\nSKIPPED: a foreign client. ${name} was not found. ${advice}\n${line}`);
  return false;
}

const attributes = [
  ...["objectGUID", "cn", "name", "displayName", "sAMAccountName", "userPrincipalName", "info"],
  ...["userAccountControl", "pwdLastSet", "groupType", "proxyAddresses", "objectClass", "member"],
  ...["msExchHideFromAddressLists", "msExchRecipientTypeDetails", "msExchRecipientDisplayType"],
] as AttributeName[];

let directory: Directory | undefined;
const passwordFile = (): string => path.join(samba.folder, "foreign-password");

beforeAll(() => {
  if (provided === "") return;
  writeFileSync(passwordFile(), serviceAccount.password, { mode: 0o600 });
  directory = sambaDirectory(samba, { BaseDN: `OU=Foreign,${people}` });
});
afterAll(() => directory?.close());

/** The objects with their values as they came, by objectGUID. */
type Seen = Map<string, Map<string, Buffer[]>>;

function byId(objects: readonly Map<string, Buffer[]>[]): Seen {
  return new Map(
    objects.map((values) => [shown("objectGUID", values.get("objectGUID"))[0] ?? "", values]),
  );
}

/** What ldapsearch finds, from the lines of LDIF. */
function seenByLdapsearch(base: string, filter: string): Seen {
  const ldif = execFileSync(
    "ldapsearch",
    [
      ...["-LLL", "-o", "ldif-wrap=no", "-x", "-H", `ldaps://${samba.address}`],
      ...["-D", serviceAccount.userPrincipalName, "-y", passwordFile()],
      ...["-b", base, "-E", "pr=200/noprompt", filter, ...attributes],
    ],
    // The name in the certificate is not the address.
    { encoding: "utf8", env: { ...process.env, LDAPTLS_REQCERT: "never" } },
  );
  const found: Map<string, Buffer[]>[] = [];
  for (const block of ldif.split(/\n\n+/)) {
    const values = new Map<string, Buffer[]>();
    for (const text of block.split("\n")) {
      const [, name = "", isEncoded, value = ""] = /^([^#:][^:]*):(:?) ?(.*)$/.exec(text) ?? [];
      const own = values.get(name) ?? [];
      own.push(Buffer.from(value, isEncoded === ":" ? "base64" : "utf8"));
      values.set(name, own);
    }
    if (values.has("dn")) found.push(values);
  }
  return byId(found);
}

/** What the client of .NET finds, whose program is built first. */
function seenByDotnet(base: string, filter: string): Seen {
  const folder = path.join(samba.folder, "dotnetDirectory");
  cpSync(path.join(import.meta.dirname, "dotnetDirectory"), folder, { recursive: true });
  const build = ["build", "dotnetDirectory.csproj", "-c", "Release", "-o", "out"];
  execFileSync("dotnet", build, { cwd: folder, encoding: "utf8" });
  const [host = "", port = "636"] = samba.address.split(":");
  const { userPrincipalName } = serviceAccount;
  const json = execFileSync(
    "dotnet",
    [
      ...[path.join(folder, "out", "dotnetDirectory.dll"), host, port, userPrincipalName],
      ...[passwordFile(), base, filter, ...attributes],
    ],
    { encoding: "utf8", env: { ...process.env, LDAPTLS_REQCERT: "never" } },
  );
  const objects = JSON.parse(json) as Record<string, string[]>[];
  return byId(
    objects.map(
      (one) =>
        new Map(
          Object.entries(one).map(([name, values]) => [
            name,
            values.map((value) => Buffer.from(value, "base64")),
          ]),
        ),
    ),
  );
}

/** The values of the connector as the foreign client has them. */
function asForeign(value: Entry[string] | undefined): string[] {
  if (value === null || value === undefined) return [];
  if (typeof value === "boolean") return [value ? "TRUE" : "FALSE"];
  return [value].flat().map(String).sort();
}

function shown(name: string, values: readonly Buffer[] = []): string[] {
  return values.map((one) => (name === "objectGUID" ? guidIn(one) : String(one))).sort();
}

describe.skipIf(provided === "")("a foreign client", () => {
  // Other tests change the rest of the domain at the same time.
  const unit = `OU=Foreign,${people}`;
  const names = ["Zoë Åström", "李小龙 🙂", 'Comma, "Quote" + <x>', "Back\\slash #1"];

  beforeAll(async () => {
    modifyDatabase(
      samba.folder,
      `dn: ${unit}\nchangetype: add\nobjectClass: organizationalUnit\n\n` +
        `dn: CN=Foreign Group,${unit}\nchangetype: add\nobjectClass: group\nsAMAccountName: Foreign Group\n` +
        `groupType: -2147483646\nmember: CN=${serviceAccount.name},OU=Elsewhere,${baseDn}\n`,
    );
    for (const [index, cn] of names.entries())
      await directory?.invoke("add", {
        parent: unit,
        cn,
        objectClass: ["top", "person", "organizationalPerson", "user"],
        displayName: cn,
        info: ` leading space, two lines\nof ${cn}`,
        sAMAccountName: `foreign.${index}`,
        userPrincipalName: `foreign.${index}@example.test`,
        userAccountControl: 514,
        unicodePwd: "Vreemd.2026x",
        msExchHideFromAddressLists: index % 2 === 0,
        msExchRecipientTypeDetails: "2147483648",
        msExchRecipientDisplayType: -2147483642,
        proxyAddresses: [`SMTP:foreign.${index}@example.test`, `smtp:f${index}@example.test`],
      });
  });

  it.skipIf(!isThere)("sees what the connector has written, and all of it the same", async () => {
    await assertSame(seenByLdapsearch(unit, "(objectClass=*)"));
  });

  it.skipIf(!hasDotnet)("of Microsoft does as well: that of .NET", async () => {
    await assertSame(seenByDotnet(unit, "(objectClass=*)"));
  });

  async function assertSame(found: Seen): Promise<void> {
    if (!directory) throw new Error("There is no connection.");
    const own = await directory.list({
      filter: { attribute: "objectClass", isPresent: true },
      attributes,
    });
    expect(own).toHaveLength(names.length + 2);
    const idOf = (one: Entry): string => String(one["objectGUID"]);
    expect([...found.keys()].sort()).toEqual(own.map(idOf).sort());
    for (const { dn, ...values } of own)
      for (const name of attributes)
        expect([dn, name, asForeign(values[name])]).toEqual([
          dn,
          name,
          shown(name, found.get(String(values["objectGUID"]))?.get(name)),
        ]);
    for (const [index, name] of names.entries()) {
      const [seen] = [...found.values()].filter(
        (one) => String(one.get("sAMAccountName")?.[0]) === `foreign.${index}`,
      );
      expect(shown("cn", seen?.get("cn"))).toEqual([name]);
      expect(shown("info", seen?.get("info"))).toEqual([` leading space, two lines\nof ${name}`]);
    }
  }
});
