/** The built actions against a real directory, which is read without LDAP after each of them. */
import { describe, expect, inject, it } from "vitest";
import disable from "../../lifecycle/hybrid/disable.ts";
import enable from "../../lifecycle/hybrid/enable.ts";
import type { PlanStep } from "../../lib/generated/types.ts";
import { runAction, type Ended, type RunOptions } from "./runAction.ts";
import { attributeIn, modifyDatabase, type Samba } from "./samba.ts";
import { baseDn, people, person, serviceAccount } from "./sambaContent.ts";

const provided = inject("samba");
const samba = JSON.parse(provided || "{}") as Samba;
const names = {
  displayName: null,
  msExchHideFromAddressLists: null,
  sAMAccountName: null,
  userPrincipalName: null,
};

let count = 0;

/** A new person, and the objectGUID that the directory gave it. */
function newPerson(parent = people, rest = ""): { name: string; id: string } {
  const name = `Account ${++count}`;
  modifyDatabase(samba.folder, person(name, parent) + rest);
  const [id = ""] = attributeIn(samba.folder, `(displayName=${name})`, "objectGUID");
  return { name, id };
}

/** What the directory has, by attribute. */
function stored(name: string): { userAccountControl: string[]; hidden: string[] } {
  const filter = `(displayName=${name})`;
  return {
    userAccountControl: attributeIn(samba.folder, filter, "userAccountControl"),
    hidden: attributeIn(samba.folder, filter, "msExchHideFromAddressLists"),
  };
}

async function run(
  verb: "enable" | "disable",
  id: string,
  { data = {}, ...rest }: RunOptions = {},
): Promise<Ended> {
  return await runAction(samba, verb, { id, data: { ...names, ...data }, mapped: data, ...rest });
}

const hide = { msExchHideFromAddressLists: "true" };
const show = { msExchHideFromAddressLists: "false" };

/** Every parameter of a step is one that the action declares. */
function expectDeclared(plan: readonly PlanStep[]): void {
  const declared = { ...disable.needs.activeDirectory?.operations };
  expect(declared).toEqual({ ...enable.needs.activeDirectory?.operations });
  for (const { operation, parameters } of plan)
    expect(declared[operation]).toEqual(expect.arrayContaining(Object.keys(parameters)));
}

describe.skipIf(provided === "")("accounts of Active Directory", () => {
  it("are disabled and hidden, enabled and shown; a second run writes nothing", async () => {
    const { name, id } = newPerson();
    const first = await run("disable", id, { data: hide });
    expect(first).toMatchObject({ code: 0, answer: { outcome: "done" } });
    expect(stored(name)).toEqual({ userAccountControl: ["514"], hidden: ["TRUE"] });
    expect(first.answer.plan).toHaveLength(2);
    expectDeclared(first.answer.plan);
    expect(first.messages).toEqual([
      expect.stringMatching(
        /^Disable the account "Account \d+" .+ in Active Directory; Entra ID follows .+: done\.$/,
      ),
      expect.stringContaining("Exchange Online follows with the next synchronisation"),
    ]);
    expect(first.answer.outputContext).toMatchObject({
      PreviousData: { displayName: name, msExchHideFromAddressLists: null },
      Data: { displayName: name, msExchHideFromAddressLists: "true" },
    });

    const second = await run("disable", id, { data: hide });
    expect(second).toMatchObject({ code: 0, answer: { outcome: "alreadySo", plan: [] } });

    const third = await run("enable", id, { data: show });
    expect(third).toMatchObject({ code: 0, answer: { outcome: "done" } });
    expectDeclared(third.answer.plan);
    expect(stored(name)).toEqual({ userAccountControl: ["512"], hidden: ["FALSE"] });
    const fourth = await run("enable", id, { data: show });
    expect(fourth).toMatchObject({ code: 0, answer: { outcome: "alreadySo", plan: [] } });
  });

  it("keep the other bits of userAccountControl, and what is not mapped", async () => {
    const { name, id } = newPerson();
    const newValue = "replace: userAccountControl\nuserAccountControl: 66048\n";
    const change = `dn: CN=${name},${people}\nchangetype: modify\n${newValue}`;
    modifyDatabase(samba.folder, change);
    await run("disable", id);
    expect(stored(name)).toEqual({ userAccountControl: ["66050"], hidden: [] });
    await run("enable", id);
    expect(stored(name)).toEqual({ userAccountControl: ["66048"], hidden: [] });
  });

  it("are not changed by a dry run, which plans the steps of the run", async () => {
    const { name, id } = newPerson();
    const planned = await run("disable", id, { data: hide, dryRun: true });
    expect(planned.code).toBe(0);
    expect(stored(name)).toEqual({ userAccountControl: ["512"], hidden: [] });
    const { answer } = await run("disable", id, { data: hide });
    const withoutSent = (steps: readonly PlanStep[]): object[] =>
      steps.map((step) => ({ ...step, sent: undefined }));
    expect(withoutSent(planned.answer.plan)).toEqual(withoutSent(answer.plan));
  });

  it("are not changed when persons are only correlated", async () => {
    const { name, id } = newPerson();
    const { code, messages } = await run("disable", id, {
      data: hide,
      form: { CorrelateOnly: true },
    });
    expect(code).toBe(0);
    expect(messages).toEqual([expect.stringContaining("was not changed")]);
    expect(stored(name)).toEqual({ userAccountControl: ["512"], hidden: [] });
  });

  it("without mailNickname are hidden, and the audit log says that Exchange Online does not follow", async () => {
    const { name, id } = newPerson();
    const change = `dn: CN=${name},${people}\nchangetype: modify\ndelete: mailNickname\n`;
    modifyDatabase(samba.folder, change);
    const { messages } = await run("disable", id, { data: hide });
    expect(messages.join()).toContain("has no mailNickname, so the synchronisation does not bring");
  });

  it("that were deleted need no disable, if the controller shows them to the connector", async () => {
    const { name, id } = newPerson();
    modifyDatabase(samba.folder, `dn: CN=${name},${people}\nchangetype: delete\n`);
    const enabled = await run("enable", id);
    expect(enabled).toMatchObject({ code: 1, answer: { outcome: "gone" } });
    const disabled = await run("disable", id);
    // The suite's account may not see deleted objects: then their absence is no proof.
    expect(disabled.code).toBe(1);
    expect(disabled.messages[0]).toContain("it is not known whether it exists");
    const asAdmin = await run("disable", id, {
      form: { Username: "Administrator@example.test", Password: "Passw0rd.Adm1n" },
    });
    expect(asAdmin).toMatchObject({ code: 0, answer: { outcome: "gone" } });
    expect(asAdmin.messages[0]).toContain("was deleted in Active Directory");
  });

  it("that the connector may not change stay, and the missing right is named", async () => {
    const { name, id } = newPerson(`OU=Elsewhere,${baseDn}`);
    const { code, messages, answer } = await run("disable", id, { data: hide });
    expect(code).toBe(1);
    expect(answer.outcome).toBe("forbidden");
    expect(messages.join()).toContain("lacks the right to write userAccountControl");
    expect(messages.join()).toContain("lacks the right to write msExchHideFromAddressLists");
    expect(stored(name)).toEqual({ userAccountControl: ["512"], hidden: [] });
  });

  it("include the connector's own, which is never disabled", async () => {
    const filter = `(sAMAccountName=${serviceAccount.name})`;
    const [id = ""] = attributeIn(samba.folder, filter, "objectGUID");
    for (const Username of [serviceAccount.userPrincipalName, `EXAMPLE\\${serviceAccount.name}`]) {
      const { code, messages } = await run("disable", id, { form: { Username } });
      expect(code).toBe(1);
      expect(messages[0]).toContain("the account that the connector itself signs in as");
    }
    expect(attributeIn(samba.folder, filter, "userAccountControl")).toEqual(["66048"]);
  });

  it.each([
    ["a wrong password", { Password: "Not.The.0ne" }, "forbidden", "or the password is wrong"],
    ["plain LDAP", { Port: "389" }, "unknown", "No domain controller could be used"],
    ["a host with a protocol", { Host: "ldap://dc1" }, "invalid", "The connector only uses LDAPS"],
    ["no host", { Host: "" }, "invalid", "accounts of Active Directory need them"],
    ["no such file", { CertificateAuthorityFile: "/none.pem" }, "invalid", "expected a PEM file"],
    [
      "no authority",
      { CertificateAuthorityFile: "" },
      "forbidden",
      "unknown certificate authority",
    ],
    ["another part", { BaseDN: `OU=Elsewhere,${baseDn}` }, "invalid", "is not below the base DN"],
  ])("are not changed with %s", async (_, form, outcome, message) => {
    const { name, id } = newPerson();
    const { code, answer, messages } = await run("disable", id, { data: hide, form });
    expect({ code, outcome: answer.outcome }).toEqual({ code: 1, outcome });
    expect(messages.join()).toContain(message);
    expect(stored(name)).toEqual({ userAccountControl: ["512"], hidden: [] });
  });

  it("are not changed through a host whose certificate has expired, whatever the environment says", async () => {
    const { name, id } = newPerson();
    const { code, messages } = await run("disable", id, { form: { Host: samba.expiredAddress } });
    expect(code).toBe(1);
    expect(messages.join()).toContain("has expired");
    const unchecked = await run("disable", id, {
      form: { Host: samba.expiredAddress },
      env: { NODE_TLS_REJECT_UNAUTHORIZED: "0" },
    });
    expect(unchecked.code).toBe(2);
    expect(stored(name).userAccountControl).toEqual(["512"]);
  });

  it("are changed through the next host, and the audit log names the first", async () => {
    const { name, id } = newPerson();
    const Host = `${samba.expiredAddress}, ${samba.address}`;
    const { code, messages } = await run("disable", id, { form: { Host } });
    expect(code).toBe(0);
    expect(messages.join()).toContain(`${samba.expiredAddress}:636 could not be used`);
    expect(stored(name).userAccountControl).toEqual(["514"]);
  });

  it("of another machine are not changed while the environment names an emulator", async () => {
    const { id } = newPerson();
    const url = "http://127.0.0.1:9";
    const env = {
      EXO_CONNECTOR_LOGIN_URL: url,
      EXO_CONNECTOR_EXCHANGE_URL: url,
      EXO_CONNECTOR_GRAPH_URL: url,
    };
    const { code, messages } = await run("disable", id, { form: { Host: "192.0.2.1" }, env });
    expect(code).toBe(1);
    expect(messages[0]).toContain("so that no real account is changed");
  });

  it("take no attribute that the connector does not set", async () => {
    const { name, id } = newPerson();
    const { code, messages } = await run("disable", id, { data: { departement: "Sales" } });
    expect(code).toBe(1);
    expect(messages[0]).toContain(
      "departement is mapped, but is not an attribute of a user to set",
    );
    expect(stored(name).userAccountControl).toEqual(["512"]);
  });

  it("need a reference to a user", async () => {
    const [id = ""] = attributeIn(samba.folder, "(ou=People)", "objectGUID");
    const { code, messages } = await run("disable", id);
    expect(code).toBe(1);
    expect(messages[0]).toContain("cannot read userAccountControl of OU=People");
  });
});
