/**
 * The controller judged by a foreign client: `ldapsearch` of OpenLDAP sees the same objects with the same values as the
 * connector does, and what the connector has written.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
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
const isThere = spawnSync("ldapsearch", ["-VV"]).status === 0;
if (!isThere && process.env["CI"])
  throw new Error("ldapsearch not found in the PATH. On Debian: ldap-utils.");
const line = "!".repeat(80);
if (!isThere) console.error(`${line}\nSKIPPED: no foreign client. Install ldap-utils.\n${line}`);

const attributes = [
  ...["objectGUID", "cn", "name", "displayName", "sAMAccountName", "userPrincipalName", "info"],
  ...["userAccountControl", "pwdLastSet", "groupType", "proxyAddresses", "objectClass", "member"],
  ...["msExchHideFromAddressLists", "msExchRecipientTypeDetails", "msExchRecipientDisplayType"],
] as AttributeName[];

let directory: Directory | undefined;
const passwordFile = (): string => path.join(samba.folder, "foreign-password");

beforeAll(() => {
  if (provided === "" || !isThere) return;
  writeFileSync(passwordFile(), serviceAccount.password, { mode: 0o600 });
  directory = sambaDirectory(samba, { BaseDN: `OU=Foreign,${people}` });
});
afterAll(() => directory?.close());

/** What the foreign client finds: the lines of LDIF, with the values as they came. */
function foreignSearch(base: string, filter: string): Map<string, Map<string, Buffer[]>> {
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
  const found = new Map<string, Map<string, Buffer[]>>();
  for (const block of ldif.split(/\n\n+/)) {
    const values = new Map<string, Buffer[]>();
    for (const text of block.split("\n")) {
      const [, name = "", isEncoded, value = ""] = /^([^#:][^:]*):(:?) ?(.*)$/.exec(text) ?? [];
      const own = values.get(name) ?? [];
      own.push(Buffer.from(value, isEncoded === ":" ? "base64" : "utf8"));
      values.set(name, own);
    }
    const [dn] = values.get("dn") ?? [];
    if (dn) found.set(String(dn), values);
  }
  return found;
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

describe.skipIf(provided === "" || !isThere)("a foreign client", () => {
  it("sees what the connector has written, and both see the same of every object", async () => {
    if (!directory) throw new Error("There is no connection.");
    // Other tests change the rest of the domain at the same time.
    const unit = `OU=Foreign,${people}`;
    modifyDatabase(
      samba.folder,
      `dn: ${unit}\nchangetype: add\nobjectClass: organizationalUnit\n\n` +
        `dn: CN=Foreign Group,${unit}\nchangetype: add\nobjectClass: group\nsAMAccountName: Foreign Group\n` +
        `groupType: -2147483646\nmember: CN=${serviceAccount.name},OU=Elsewhere,${baseDn}\n`,
    );
    const names = ["Zoë Åström", "李小龙 🙂", 'Comma, "Quote" + <x>', "Back\\slash #1"];
    for (const [index, cn] of names.entries())
      await directory.invoke("add", {
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
    const found = foreignSearch(unit, "(objectClass=*)");
    const own = await directory.list({
      filter: { attribute: "objectClass", isPresent: true },
      attributes,
    });
    expect(own).toHaveLength(names.length + 2);
    expect([...found.keys()].sort()).toEqual(own.map(({ dn }) => dn).sort());
    for (const { dn, ...values } of own)
      for (const name of attributes)
        expect([dn, name, asForeign(values[name])]).toEqual([
          dn,
          name,
          shown(name, found.get(dn)?.get(name)),
        ]);
    for (const [index, name] of names.entries()) {
      const [seen] = [...found.values()].filter(
        (one) => String(one.get("sAMAccountName")?.[0]) === `foreign.${index}`,
      );
      expect(shown("cn", seen?.get("cn"))).toEqual([name]);
      expect(shown("info", seen?.get("info"))).toEqual([` leading space, two lines\nof ${name}`]);
    }
  });
});
