/** Accounts and groups in two domains of one forest, whose controllers are scripted: Samba has one domain each. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import { machineSeams } from "../../lib/connector.ts";
import { domainsFrom } from "../../lib/activeDirectory/client/settings.ts";
import { runBundle } from "../../tools/cli/run.ts";
import { examine } from "../../tools/doctor/checks.ts";
import type { Finding } from "../../tools/doctor/finding.ts";
import { allDirectorySets } from "../doctor/clinic.ts";
import { Domain, personIn } from "../emulator/directory/domain.ts";
import { ldapDouble, type Answer, type LdapDouble } from "../emulator/directory/ldapDouble.ts";
import { newAuthority, type Authority } from "./certificates.ts";

const root = "DC=example,DC=test";
const corp = `DC=corp,${root}`;
const [staff, corpStaff] = [`OU=Staff,${root}`, `OU=Staff,${corp}`];
const service = { userPrincipalName: "svc@example.test", password: "Geheim.2026x" };

let authority: Authority;
let folder: string;
beforeAll(() => {
  authority = newAuthority();
  folder = mkdtempSync(path.join(tmpdir(), "forest-"));
  writeFileSync(path.join(folder, "ca.pem"), authority.pem);
});
afterAll(() => rmSync(folder, { recursive: true }));
const opened: LdapDouble[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

const unit = (dn: string) => ({ dn, objectClass: "organizationalUnit" }) as const;
const groupIn = (place: string) =>
  ({
    dn: `CN=Nurses,${place}`,
    objectClass: "group",
    values: { sAMAccountName: "Nurses", groupType: "-2147483640" },
  }) as const;

interface Forest {
  domains: Record<"root" | "corp", Domain>;
  /** What each controller was asked. */
  controllers: Record<"root" | "corp", LdapDouble>;
  form: Record<string, unknown>;
  run(action: string, options?: RunOptions): Promise<Ended>;
}
interface RunOptions {
  id?: string;
  data?: object;
  permission?: object;
  manager?: string;
  more?: object;
  form?: object;
  dryRun?: boolean;
}
interface Ended {
  code: number | null;
  messages: string[];
  records: { AccountReferences?: string[]; AccountReference?: string }[];
  reference: string | undefined;
  stderr: string;
}

/** Two controllers on one port of two addresses of this machine. `corpAnswers` stands in for the second one. */
async function forest(corpAnswers?: () => readonly Answer[]): Promise<Forest> {
  const delegated = { svc: root };
  const domains = {
    root: new Domain({
      baseDn: root,
      delegated,
      objects: [
        unit(staff),
        { ...personIn(root, "svc", service), password: service.password },
        personIn(staff, "Anna Ames", { userPrincipalName: "anna@example.test", employeeID: "1" }),
        groupIn(root),
      ],
    }),
    corp: new Domain({
      baseDn: corp,
      minPwdLength: 20,
      delegated: { svc: corp },
      objects: [
        unit(corpStaff),
        personIn(corpStaff, "Cas Cole", { userPrincipalName: "cas@example.test", employeeID: "2" }),
      ],
    }),
  };
  domains.root.join(domains.corp);
  const certificate = authority.issue(["127.0.0.1", "127.0.0.2"]);
  const first = await ldapDouble(certificate, (request) => domains.root.answer(request));
  const second = await ldapDouble(
    certificate,
    corpAnswers ?? ((request) => domains.corp.answer(request)),
    { host: "127.0.0.2", port: first.port },
  );
  opened.push(first, second);
  const ownForm = {
    Organization: "contoso.onmicrosoft.com",
    TenantID: "7e4a4700-0000-4000-8000-00000000c0de",
    AppId: "c11e4700-0000-4000-8000-00000000c0de",
    AppSecret: "not-used",
    Host: "127.0.0.1",
    Port: String(first.port),
    BaseDN: root,
    OtherDomains: `${corp} | 127.0.0.2`,
    Username: service.userPrincipalName,
    Password: service.password,
    CertificateAuthorityFile: path.join(folder, "ca.pem"),
    updateManagerOnUpdate: true,
  };
  async function run(action: string, options: RunOptions = {}): Promise<Ended> {
    const { id, data = {}, permission, manager, more, form, dryRun = false } = options;
    const event = {
      actionContext: {
        Configuration: { ...ownForm, ...form },
        CorrelationConfiguration: {
          Enabled: true,
          AccountField: "employeeID",
          AccountFieldValue: (data as { employeeID?: string }).employeeID ?? "",
        },
        DryRun: dryRun,
        Operation: action.split("/").at(-1),
        Origin: "enforcement",
        References: {
          ...(id !== undefined && { Account: id }),
          ...(manager !== undefined && { ManagerAccount: manager }),
          ...(permission && { Permission: permission }),
        },
        Data: data,
        ...more,
      },
      outputContext: { Data: data },
      personContext: { Person: { DisplayName: "Person" } },
    };
    const { code, answer, records, stderr } = await runBundle(action, event, {
      dist: inject("dist"),
    });
    const { outputContext } = answer as {
      outputContext: { AuditLogs: { Message: string }[]; AccountReference?: string };
    };
    return {
      code,
      stderr,
      records: records as Ended["records"],
      messages: outputContext.AuditLogs.map(({ Message }) => Message),
      reference: outputContext.AccountReference,
    };
  }
  return { domains, controllers: { root: first, corp: second }, form: ownForm, run };
}

const idOf = (domain: Domain, name: string): string =>
  domain.valuesOf("cn", name, "objectGUID")[0] ?? "";
const written = ({ requests }: LdapDouble): string[] =>
  requests.map(({ kind }) => kind).filter((kind) => !["bind", "search", "unbind"].includes(kind));

const newPerson = {
  cn: "Nora New",
  displayName: "Nora New",
  employeeID: "7001",
  sAMAccountName: "nora.new",
  userPrincipalName: "nora.new@example.test",
  organizationalUnit: corpStaff,
};

describe("an account of another domain", () => {
  it("is created in the domain of its organisational unit, with a password that its policy takes", async () => {
    const { domains, controllers, run } = await forest();
    const ended = await run("lifecycle/hybrid/create", { data: newPerson });
    expect([ended.code, ended.messages]).toEqual([0, expect.anything()]);
    expect(ended.reference).toBe(idOf(domains.corp, "Nora New"));
    expect(domains.root.valuesOf("cn", "Nora New", "cn")).toEqual([]);
    expect(written(controllers.root)).toEqual([]);
    // A second run finds it, and writes nothing.
    const before = written(controllers.corp).length;
    const again = await run("lifecycle/hybrid/create", { data: newPerson });
    expect([again.code, again.reference]).toEqual([0, ended.reference]);
    expect(written(controllers.corp)).toHaveLength(before);
  });

  it("is refused in a domain that the form does not have", async () => {
    const { controllers, run } = await forest();
    const data = { ...newPerson, organizationalUnit: "OU=Staff,DC=other,DC=test" };
    const ended = await run("lifecycle/hybrid/create", { data });
    expect(ended.code).not.toBe(0);
    expect(ended.messages.join()).toContain("is in no domain of the configuration");
    expect([written(controllers.root), written(controllers.corp)]).toEqual([[], []]);
  });

  it("is found by correlation, changed, moved, disabled and deleted there", async () => {
    const { domains, controllers, run } = await forest();
    const cas = idOf(domains.corp, "Cas Cole");
    const anna = idOf(domains.root, "Anna Ames");
    const found = await run("lifecycle/hybrid/create", { data: { ...newPerson, employeeID: "2" } });
    expect([found.code, found.reference]).toEqual([0, cas]);
    const updated = await run("lifecycle/hybrid/update", {
      id: cas,
      data: { department: "Care" },
      manager: anna,
    });
    expect([updated.code, updated.messages]).toEqual([0, expect.anything()]);
    expect(domains.corp.valuesOf("cn", "Cas Cole", "department")).toEqual(["Care"]);
    expect(domains.corp.valuesOf("cn", "Cas Cole", "manager")).toEqual([`CN=Anna Ames,${staff}`]);
    const acrossDomains = await run("lifecycle/hybrid/update", {
      id: cas,
      data: { organizationalUnit: staff },
    });
    expect(acrossDomains.messages.join()).toContain("is in another domain");
    expect((await run("lifecycle/hybrid/disable", { id: cas })).code).toBe(0);
    expect(Number(domains.corp.valuesOf("cn", "Cas Cole", "userAccountControl")[0]) & 2).toBe(2);
    const deleted = await run("lifecycle/hybrid/delete", {
      id: cas,
      form: { deleteAccount: true },
    });
    expect([deleted.code, deleted.messages]).toEqual([0, expect.anything()]);
    expect(idOf(domains.corp, "Cas Cole")).toBe("");
    expect(written(controllers.root)).toEqual([]);
  });
});

describe("a name that a third domain of the forest has", () => {
  it("is refused when the form has the Global Catalog", async () => {
    const { domains, controllers, run } = await forest();
    const bytes = Buffer.alloc(16, 7);
    const entry = { entry: "CN=Zoe,DC=third,DC=example,DC=test", values: { objectGUID: [bytes] } };
    const catalogue = await ldapDouble(authority.issue(["127.0.0.1"]), ({ kind }) =>
      kind === "search" ? [entry, { result: 0 }] : [{ result: 0 }],
    );
    opened.push(catalogue);
    const form = { UseGlobalCatalog: true, GlobalCatalogPort: String(catalogue.port) };
    const ended = await run("lifecycle/hybrid/create", { data: newPerson, form });
    expect(ended.code).not.toBe(0);
    expect(ended.messages.join()).toContain(`belongs to ${entry.entry}`);
    expect(idOf(domains.corp, "Nora New")).toBe("");
    expect([written(controllers.root), written(controllers.corp)]).toEqual([[], []]);
  });
});

describe("doctor", () => {
  async function findings(form: object): Promise<Map<string, Finding>> {
    const found = new Map<string, Finding>();
    for await (const finding of examine({
      isEmulated: false,
      form: { ...form },
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

  it("examines every domain of the form", async () => {
    const { form } = await forest();
    const found = await findings(form);
    expect(found.get("domain controllers")).toMatchObject({ status: "fine" });
    expect(found.get("base DN")?.message).toContain(`${corp} exists.`);
    expect(found.get("password policy")?.message).toBe(
      `Passwords of ${root} have 7 characters at least. Passwords of ${corp} have 20 characters at least.`,
    );
    const other = `OU=None,${corp} | 127.0.0.2`;
    expect((await findings({ ...form, OtherDomains: other })).get("base DN")).toMatchObject({
      status: "wrong",
      message: expect.stringContaining(`below OU=None,${corp} was refused`) as unknown,
    });
  });

  it("names a domain whose controllers do not answer", async () => {
    const { form } = await forest(() => ["cut"]);
    expect((await findings(form)).get("domain controllers")).toMatchObject({ status: "wrong" });
  });
});

describe("a list of several domains", () => {
  it("has the accounts of all of them", async () => {
    const { domains, run } = await forest();
    const ended = await run("lifecycle/hybrid/import", {
      more: { ImportFields: ["displayName"] },
    });
    expect(ended.code).toBe(0);
    expect(ended.records.map(({ AccountReference }) => AccountReference)).toEqual(
      expect.arrayContaining([
        idOf(domains.root, "Anna Ames"),
        idOf(domains.root, "svc"),
        idOf(domains.corp, "Cas Cole"),
      ]),
    );
    expect(ended.records).toHaveLength(3);
  });

  it.each<[string, readonly Answer[]]>([
    ["is busy", [{ result: 51 }]],
    ["ends the connection", ["cut"]],
  ])("fails when one of them %s, and never looks whole", async (_name, answers) => {
    const { run } = await forest(() => answers);
    const ended = await run("lifecycle/hybrid/import", {
      more: { ImportFields: ["displayName"] },
    });
    expect(ended.code).not.toBe(0);
  });

  it("is not needed for an account of the other one", async () => {
    const { domains, run } = await forest(() => ["cut"]);
    const anna = idOf(domains.root, "Anna Ames");
    const ended = await run("lifecycle/hybrid/disable", { id: anna });
    expect([ended.code, ended.messages]).toEqual([0, expect.anything()]);
    expect(Number(domains.root.valuesOf("cn", "Anna Ames", "userAccountControl")[0]) & 2).toBe(2);
  });
});

describe("a group with members of another domain", () => {
  it("gets, shows and loses them", async () => {
    const { domains, controllers, run } = await forest();
    const [anna, cas] = [idOf(domains.root, "Anna Ames"), idOf(domains.corp, "Cas Cole")];
    const permission = { Id: idOf(domains.root, "Nurses") };
    const set = "permissions/activeDirectoryGroups";
    for (const id of [anna, cas])
      expect((await run(`${set}/grantPermission`, { id, permission })).code).toBe(0);
    expect(domains.root.valuesOf("cn", "Nurses", "member")).toEqual([
      `CN=Anna Ames,${staff}`,
      `CN=Cas Cole,${corpStaff}`,
    ]);
    const imported = await run(`${set}/importPermission`);
    expect(imported.code).toBe(0);
    expect(imported.records[0]?.AccountReferences).toEqual([anna, cas]);
    expect((await run(`${set}/revokePermission`, { id: cas, permission })).code).toBe(0);
    expect(domains.root.valuesOf("cn", "Nurses", "member")).toEqual([`CN=Anna Ames,${staff}`]);
    expect(written(controllers.corp)).toEqual([]);
  });

  it("says how many of them the form does not have", async () => {
    const { domains, run } = await forest();
    const id = idOf(domains.corp, "Cas Cole");
    const permission = { Id: idOf(domains.root, "Nurses") };
    await run("permissions/activeDirectoryGroups/grantPermission", { id, permission });
    const ended = await run("permissions/activeDirectoryGroups/importPermission", {
      form: { OtherDomains: "" },
    });
    expect(ended.code).toBe(0);
    expect(ended.stderr).toContain("has members of other domains (1)");
  });
});

describe("the list of other domains", () => {
  const form = {
    Host: ["dc1.example.test"],
    BaseDN: root,
    Username: service.userPrincipalName,
    Password: "x",
  };

  it("has for each a base DN, its hosts and the name in their certificates", () => {
    const OtherDomains = `${corp} | dc3.corp.example.test, dc4.corp.example.test; DC=b,DC=test|10.0.0.5|dc5.b.test`;
    expect(domainsFrom({ ...form, OtherDomains })).toMatchObject([
      { baseDn: root, hosts: ["dc1.example.test"], port: 636 },
      { baseDn: corp, hosts: ["dc3.corp.example.test", "dc4.corp.example.test"], port: 636 },
      { baseDn: "DC=b,DC=test", hosts: ["10.0.0.5"], serverName: "dc5.b.test" },
    ]);
    expect(domainsFrom({ ...form, OtherDomains: " " })).toHaveLength(1);
  });

  it.each([
    ["without hosts", corp],
    ["with a blank host", `${corp} | `],
    ["with a protocol", `${corp} | ldaps://dc3.corp.example.test`],
    ["without a domain", "OU=Staff | dc3.corp.example.test"],
    ["with more than three parts", `${corp} | dc3 | dc3 | dc3`],
  ])("is refused %s", (_name, OtherDomains) => {
    expect(() => domainsFrom({ ...form, OtherDomains })).toThrow(
      `"Other domains" (OtherDomains) contains "${OtherDomains.trim()}"`,
    );
  });

  it("is refused with a domain that comes twice", () => {
    expect(() => domainsFrom({ ...form, OtherDomains: `OU=Staff,${root} | dc2` })).toThrow("twice");
  });
});
