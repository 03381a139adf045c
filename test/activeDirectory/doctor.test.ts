/** `exo-connector doctor` against a real directory. */
import { expect, inject, it } from "vitest";
import { machineSeams } from "../../lib/connector.ts";
import { examine } from "../../tools/doctor/checks.ts";
import type { Finding } from "../../tools/doctor/finding.ts";
import { allDirectorySets } from "../doctor/clinic.ts";
import { attributeIn, modifyDatabase, type Samba } from "./samba.ts";
import { people, person, serviceAccount } from "./sambaContent.ts";

const provided = inject("samba");
const samba = JSON.parse(provided || "{}") as Samba;

async function findingsAt(BaseDN: string): Promise<Map<string, Finding>> {
  const found = new Map<string, Finding>();
  for await (const finding of examine({
    isEmulated: false,
    form: {
      Organization: "contoso.onmicrosoft.com",
      TenantID: "7e4a4700-0000-4000-8000-00000000c0de",
      AppId: "c11e4700-0000-4000-8000-00000000c0de",
      AppSecret: "not-used",
      Host: samba.address,
      ServerName: "dc1.example.test",
      BaseDN,
      Username: serviceAccount.userPrincipalName,
      Password: serviceAccount.password,
      CertificateAuthorityFile: samba.authorityFile,
    },
    env: {},
    nodeVersion: "v24.11.0",
    seams: machineSeams,
    sets: [],
    graphSets: [],
    directorySets: allDirectorySets,
  }))
    found.set(finding.check, finding);
  return found;
}

it.skipIf(provided === "")("names exactly the rights that a real controller gives", async () => {
  modifyDatabase(samba.folder, person("Doctor Here"));
  modifyDatabase(samba.folder, person("Doctor Away", "OU=Elsewhere,DC=example,DC=test"));
  const type = "objectClass: group\ngroupType: -2147483646\n";
  for (const [name, place] of [
    ["Doctor Group", people],
    ["Doctor Other", "OU=Elsewhere,DC=example,DC=test"],
  ])
    modifyDatabase(
      samba.folder,
      `dn: CN=${name},${place}\nchangetype: add\nsAMAccountName: ${name}\n${type}`,
    );
  const here = await findingsAt(people);
  expect(here.get("domain controllers")).toMatchObject({ status: "fine" });
  expect(here.get("base DN")?.message).toContain("may create users directly in it");
  expect(here.get("password policy")?.message).toContain("7 characters");
  // The suite's schema has one of the fifteen attributes of Exchange.
  expect(here.get("set hybrid in Active Directory")?.message).toMatch(
    /has no extensionAttribute2, .*extensionAttribute15\.$/,
  );
  expect(here.get("set activeDirectoryGroups in Active Directory")).toMatchObject({
    status: "fine",
  });

  const away = await findingsAt("OU=Elsewhere,DC=example,DC=test");
  expect(away.get("base DN")?.message).toContain("may not create users directly in it");
  for (const set of ["hybrid", "activeDirectoryGroups"])
    expect(away.get(`set ${set} in Active Directory`)).toMatchObject({ status: "wrong" });
  expect(attributeIn(samba.folder, "(displayName=Doctor Away)", "userAccountControl")).toEqual([
    "512",
  ]);
});
