import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { newAuthority } from "../activeDirectory/certificates.ts";
import { Domain, personIn, type DomainSettings } from "../emulator/directory/domain.ts";
import { ldapDouble, type LdapDouble } from "../emulator/directory/ldapDouble.ts";
import type { Finding } from "../../tools/doctor/finding.ts";
import { openClinic } from "./clinic.ts";

const { examined } = openClinic();
const baseDn = "DC=contoso,DC=com";
const people = `OU=People,${baseDn}`;
const password = "Dokter.2026x";
const authority = newAuthority();
const folder = mkdtempSync(path.join(tmpdir(), "doctor-"));
const authorityFile = path.join(folder, "ca.pem");
writeFileSync(authorityFile, authority.pem);
const opened: LdapDouble[] = [];
afterAll(async () => {
  for (const one of opened) await one.close();
  rmSync(folder, { recursive: true });
});

/** A domain whose service account has the rights of docs/hybrid.md, unless `own` says otherwise. */
async function controller(own: Partial<DomainSettings> = {}): Promise<LdapDouble> {
  const domain = new Domain({
    baseDn,
    delegated: { svc: people },
    objects: [
      { dn: people, objectClass: "organizationalUnit" },
      { ...personIn(baseDn, "svc", { userPrincipalName: "svc@contoso.com" }), password },
      personIn(people, "Admin", { adminCount: "1" }),
      personIn(people, "Jan"),
      { dn: `CN=Nurses,${people}`, objectClass: "group", values: { groupType: "2" } },
    ],
    ...own,
  });
  const double = await ldapDouble(authority.issue(["127.0.0.1"]), (request) =>
    domain.answer(request),
  );
  opened.push(double);
  return double;
}

async function findingsFor(
  double: LdapDouble,
  form: Record<string, unknown> = {},
): Promise<Map<string, Finding>> {
  const findings = await examined({
    sets: ["hybrid", "activeDirectoryGroups"],
    form: {
      Host: "127.0.0.1",
      Port: String(double.port),
      BaseDN: people,
      Username: "svc@contoso.com",
      Password: password,
      CertificateAuthorityFile: authorityFile,
      ...form,
    },
  });
  expect(JSON.stringify(findings)).not.toContain(password);
  return new Map(findings.map((one) => [one.check, one]));
}

const accounts = "set hybrid in Active Directory";

describe("doctor for Active Directory", () => {
  it("is fine with the rights of the docs, writes nothing, and asks nothing of the cloud", async () => {
    const double = await controller();
    const findings = await findingsFor(double);
    expect([...findings.values()].filter(({ status }) => status !== "fine")).toEqual([]);
    expect([...findings.keys()].slice(-5)).toEqual([
      "domain controllers",
      "base DN",
      "password policy",
      accounts,
      "set activeDirectoryGroups in Active Directory",
    ]);
    expect(findings.get(accounts)?.message).toContain(`On CN=Jan,${people} the account may write`);
    expect(findings.get("base DN")?.message).toContain("may create users directly in it");
    expect([...findings.keys()].join()).not.toContain("Graph");
    expect(new Set(double.requests.map(({ kind }) => kind))).toEqual(
      new Set(["bind", "search", "unbind"]),
    );
  });

  it("examines the cloud too where the form has Exchange Online on", async () => {
    const findings = await findingsFor(await controller(), { exchangeOnlineIntegration: true });
    expect([...findings.keys()]).toEqual(expect.arrayContaining([accounts, "set hybrid"]));
  });

  it("names the right that is missing, and the line that gives it", async () => {
    const findings = await findingsFor(await controller({ delegated: {} }));
    expect(findings.get(accounts)).toMatchObject({
      status: "wrong",
      mend: `An administrator of the domain runs: dsacls "${people}" /I:S /G "svc@contoso.com:RPWP;;user"`,
    });
    expect(findings.get("set activeDirectoryGroups in Active Directory")).toMatchObject({
      status: "wrong",
      mend: `An administrator of the domain runs: dsacls "${people}" /I:S /G "svc@contoso.com:RPWP;member;group"`,
    });
    expect(findings.get("base DN")?.message).toContain("may not create users directly in it");
  });

  it("warns of attributes that the forest does not have", async () => {
    const findings = await findingsFor(await controller({ hasNoExchange: true }));
    expect(findings.get(accounts)).toMatchObject({ status: "warning" });
    expect(findings.get(accounts)?.message).toContain("has no mailNickname, targetAddress");
  });

  it.each([
    ["a wrong password", { Password: "Fout.2026x" }, "the user name or the password is wrong"],
    ["another authority", { CertificateAuthorityFile: undefined }, "unknown certificate authority"],
    ["no host", { Host: undefined }, '"Host" (Host)'],
    ["a host that does not listen", { Port: "1" }, "No domain controller could be used"],
  ])("finds %s, and checks nothing behind it", async (_, form, message) => {
    const findings = await findingsFor(await controller(), form);
    expect(findings.get("domain controllers")).toMatchObject({ status: "wrong" });
    expect(findings.get("domain controllers")?.message).toContain(message);
    for (const check of ["base DN", "password policy", accounts])
      expect(findings.get(check)).toMatchObject({
        status: "unknown",
        message: 'Not checked, because "domain controllers" is not fine.',
      });
  });

  it("asks no other host after a refused sign-in: each one counts towards the lock-out", async () => {
    const double = await controller();
    await findingsFor(double, { Host: "127.0.0.1,localhost", Password: "Fout.2026x" });
    expect(double.requests.filter(({ kind }) => kind === "bind")).toHaveLength(1);
  });

  it("warns of a host that cannot be used, and of a base DN that is not there", async () => {
    const double = await controller();
    const findings = await findingsFor(double, {
      Host: "127.0.0.1,127.0.0.2",
      BaseDN: `OU=None,${people}`,
    });
    expect(findings.get("domain controllers")).toMatchObject({ status: "warning" });
    expect(findings.get("domain controllers")?.message).toContain("127.0.0.2:");
    expect(findings.get("base DN")).toMatchObject({ status: "wrong" });
  });
});
