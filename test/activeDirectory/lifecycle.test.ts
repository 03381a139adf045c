/** Create, update, delete, import and the check of names against a real directory, which is read without LDAP. */
import { describe, expect, inject, it } from "vitest";
import create from "../../lifecycle/hybrid/create.ts";
import remove from "../../lifecycle/hybrid/delete.ts";
import update from "../../lifecycle/hybrid/update.ts";
import type { PlanStep } from "../../lib/generated/types.ts";
import { runAction, type Ended, type RunOptions } from "./runAction.ts";
import { attributeIn, modifyDatabase, type Samba } from "./samba.ts";
import { baseDn, people, staff } from "./sambaContent.ts";

const provided = inject("samba");
const samba = JSON.parse(provided || "{}") as Samba;

let count = 0;

/** The mapped fields of a new person, as the shipped mapping has them. */
function newPerson(): { name: string; data: Record<string, unknown> } {
  const name = `new.person${++count}`;
  return {
    name,
    data: {
      cn: `New Person ${count}`,
      displayName: `New Person ${count}`,
      employeeID: `E9${String(count).padStart(5, "0")}`,
      givenName: "New",
      sn: "Person",
      department: "Sales",
      mail: `${name}@example.test`,
      mailNickname: name,
      msExchRecipientTypeDetails: "2147483648",
      msExchRecipientDisplayType: "-2147483642",
      msExchRemoteRecipientType: "1",
      organizationalUnit: people,
      proxyAddresses: [`SMTP:${name}@example.test`],
      sAMAccountName: name,
      targetAddress: `SMTP:${name}@contoso.mail.onmicrosoft.com`,
      userPrincipalName: `${name}@example.test`,
      accountPassword: null,
    },
  };
}

function valuesOf(name: string, attribute: string): string[] {
  return attributeIn(samba.folder, `(sAMAccountName=${name})`, attribute);
}

async function creates(
  data: Record<string, unknown>,
  {
    form = {},
    dryRun = false,
    manager,
    field = "employeeID",
  }: RunOptions & { field?: string } = {},
): Promise<Ended> {
  const CorrelationConfiguration = {
    Enabled: true,
    PersonField: "Person.ExternalId",
    PersonFieldValue: data[field],
    AccountField: field,
  };
  return await runAction(samba, "create", {
    data,
    dryRun,
    form,
    ...(manager !== undefined && { manager }),
    more: { CorrelationConfiguration },
  });
}

/** The reference that create answered with. */
function referenceOf({ answer }: Ended): string {
  return String((answer.outputContext as { AccountReference?: unknown }).AccountReference);
}

function dataOf({ answer }: Ended): Record<string, unknown> {
  return (answer.outputContext as { Data?: Record<string, unknown> }).Data ?? {};
}

const withoutSent = (steps: readonly PlanStep[]): object[] =>
  steps.map(({ parameters, ...step }) => ({
    ...step,
    sent: undefined,
    parameters: { ...parameters, unicodePwd: undefined },
  }));

function expectDeclared(action: { needs: object }, plan: readonly PlanStep[]): void {
  const { activeDirectory } = action.needs as {
    activeDirectory: { operations: Readonly<Record<string, readonly string[]>> };
  };
  for (const { operation, parameters } of plan)
    expect(activeDirectory.operations[operation]).toEqual(
      expect.arrayContaining(Object.keys(parameters)),
    );
}

describe.skipIf(provided === "")("a new account of Active Directory", () => {
  it("is created disabled in its organisational unit, with its attributes and a password of its own", async () => {
    const { name, data } = newPerson();
    const ended = await creates(data);
    expect(ended).toMatchObject({ code: 0, answer: { outcome: "done" } });
    expectDeclared(create, ended.answer.plan);
    expect(valuesOf(name, "dn")).toEqual([`CN=New Person ${count},${people}`]);
    expect(valuesOf(name, "userAccountControl")).toEqual(["514"]);
    expect(valuesOf(name, "proxyAddresses")).toEqual([`SMTP:${name}@example.test`]);
    expect(valuesOf(name, "msExchRecipientTypeDetails")).toEqual(["2147483648"]);
    expect(valuesOf(name, "msExchRecipientDisplayType")).toEqual(["-2147483642"]);
    expect(valuesOf(name, "pwdLastSet")).toEqual(["0"]);
    expect(referenceOf(ended)).toBe(valuesOf(name, "objectGUID")[0]);
    expect(ended.messages).toEqual([
      expect.stringMatching(/^Create the account "New Person \d+" .+ Entra ID follows .+: done\.$/),
    ]);
    expect(dataOf(ended)).toMatchObject({ department: "Sales", organizationalUnit: people });

    const password = String(dataOf(ended)["accountPassword"]);
    expect(password).toHaveLength(16);
    // Only in the data of the answer, which `all` has as a text and as an object.
    expect(ended.all.split(password)).toHaveLength(3);
    // It signs in as soon as it is enabled, and has not to be changed any more.
    const file = `dn: CN=New Person ${count},${people}\nchangetype: modify\n`;
    modifyDatabase(
      samba.folder,
      `${file}replace: userAccountControl\nuserAccountControl: 512\n-\nreplace: pwdLastSet\npwdLastSet: -1\n`,
    );
    const form = { Username: `${name}@example.test`, Password: password };
    const other = await runAction(samba, "disable", { id: referenceOf(ended), form });
    expect(other.messages[0]).toContain("the account that the connector itself signs in as");
  });

  it("is found by a second run, which writes nothing, and only planned by a dry run", async () => {
    const { name, data } = newPerson();
    const planned = await creates(data, { dryRun: true });
    expect(planned).toMatchObject({ code: 0, answer: { outcome: "done" } });
    expect(valuesOf(name, "dn")).toEqual([]);
    const made = await creates(data);
    expect(withoutSent(planned.answer.plan)).toEqual(withoutSent(made.answer.plan));
    const again = await creates(data);
    expect(again).toMatchObject({ code: 0, answer: { plan: [] } });
    expect(referenceOf(again)).toBe(referenceOf(made));
    expect(again.messages[0]).toContain("Correlated with account");
    expect(dataOf(again)["accountPassword"]).toBeNull();
  });

  it("gets its manager, also when an earlier run did not", async () => {
    const boss = newPerson();
    const bossId = referenceOf(await creates(boss.data));
    const { name, data } = newPerson();
    await creates(data);
    const form = { setManagerOnCreate: true };
    const ended = await creates(data, { form, manager: bossId });
    expect(ended.code).toBe(0);
    expect(valuesOf(name, "manager")).toEqual(valuesOf(boss.name, "dn"));
    const again = await creates(data, { form, manager: bossId });
    expect(again.answer.plan).toEqual([]);
  });

  it("is created in a place whose name has to be escaped, by a name that has to be", async () => {
    const { name, data } = newPerson();
    const cn = `Comma, "Quote" + \\ #${count}`;
    const ended = await creates({ ...data, cn, organizationalUnit: staff });
    expect(ended.code).toBe(0);
    expect(valuesOf(name, "cn")).toEqual([cn]);
    expect(dataOf(ended)["organizationalUnit"]).toBe(
      valuesOf(name, "dn")[0]
        ?.split(/(?<!\\),/)
        .slice(1)
        .join(),
    );
  });

  it.each([
    ["the user name of another", { userPrincipalName: "x" }, "userPrincipalName"],
    ["the account name of another", { sAMAccountName: "x" }, "sAMAccountName"],
    ["the name of another in the unit", { cn: "x" }, "cn"],
    ["an address of another", { proxyAddresses: "x" }, "address"],
  ])("is not created with %s, and the other is named", async (_, taken, attribute) => {
    const other = newPerson();
    await creates(other.data);
    const { name, data } = newPerson();
    const [field = ""] = Object.keys(taken);
    const { code, answer, messages } = await creates({ ...data, [field]: other.data[field] });
    expect({ code, outcome: answer.outcome }).toEqual({ code: 1, outcome: "invalid" });
    expect(messages[0]).toContain(`The ${attribute} "`);
    expect(messages[0]).toContain(`belongs to ${String(valuesOf(other.name, "dn")[0])}`);
    expect(attributeIn(samba.folder, `(employeeID=${String(data["employeeID"])})`, "dn")).toEqual(
      [],
    );
    expect(name).not.toBe(other.name);
  });

  it.each([
    ["no organisational unit", { organizationalUnit: null }, "needs organizationalUnit"],
    ["one that does not exist", { organizationalUnit: `OU=None,${people}` }, "does not exist"],
    [
      "one outside of the base DN",
      { organizationalUnit: `OU=Elsewhere,${baseDn}` },
      "is not below the base DN",
      { BaseDN: people },
    ],
    [
      "one where the connector has no right",
      { organizationalUnit: `OU=Elsewhere,${baseDn}` },
      "lacks the right to create a user in OU=Elsewhere",
    ],
    ["a short password", { accountPassword: "Ab1!" }, "expected 7 at least"],
    ["a weak password", { accountPassword: "aaaaaaaaaa" }, "does not satisfy the policy"],
    ["a name that is too long", { sAMAccountName: "x".repeat(21) }, "20 characters at most"],
    ["a name that is none", { sAMAccountName: "a/b" }, "expected a name without any of"],
    ["an attribute of none", { departement: "x" }, "the most similar name is department"],
    ["another correlation value", { employeeID: "E1" }, "is mapped with"],
  ])("is not created with %s", async (_, own, message, form: object = {}) => {
    const { name, data } = newPerson();
    const CorrelationConfiguration = {
      Enabled: true,
      PersonField: "Person.ExternalId",
      PersonFieldValue: data["employeeID"],
      AccountField: "employeeID",
    };
    const ended = await runAction(samba, "create", {
      data: { ...data, ...own },
      form,
      more: { CorrelationConfiguration },
    });
    expect(ended.code).toBe(1);
    expect(ended.messages.join()).toContain(message);
    expect(valuesOf(name, "dn")).toEqual([]);
  });

  it("is not created when persons are only correlated", async () => {
    const { name, data } = newPerson();
    const { code, messages } = await creates(data, { form: { CorrelateOnly: true } });
    expect(code).toBe(1);
    expect(messages[0]).toContain("No account has");
    expect(valuesOf(name, "dn")).toEqual([]);
  });

  it("is not linked when it is outside of the base DN, nor created a second time", async () => {
    const { data } = newPerson();
    await creates({ ...data, organizationalUnit: people });
    const { code, messages } = await creates(data, { form: { BaseDN: staff } });
    expect(code).toBe(1);
    expect(messages[0]).toContain("is not below the base DN");
  });

  it("is not chosen among several", async () => {
    const one = newPerson();
    const two = newPerson();
    await creates(one.data);
    await creates(two.data);
    const ended = await creates(
      { ...newPerson().data, department: "Sales" },
      { field: "department" },
    );
    expect(ended).toMatchObject({ code: 1, answer: { outcome: "ambiguous" } });
    expect(ended.messages[0]).toContain("accounts have the department");
  });
});

describe.skipIf(provided === "")("an account of Active Directory", () => {
  it("is updated, renamed, moved and gets its manager; a second run writes nothing", async () => {
    const boss = newPerson();
    const bossId = referenceOf(await creates(boss.data));
    const { name, data } = newPerson();
    const id = referenceOf(await creates(data));
    const wanted = {
      department: "R+D",
      title: null,
      givenName: "Zoë",
      extensionAttribute1: "écru ☃",
      cn: "Renamed, moved",
      organizationalUnit: staff,
      proxyAddresses: [`SMTP:zoe${count}@example.test`],
    };
    const form = { updateManagerOnUpdate: true };
    const planned = await runAction(samba, "update", {
      id,
      data: wanted,
      form,
      manager: bossId,
      dryRun: true,
    });
    expect(valuesOf(name, "department")).toEqual(["Sales"]);
    const ended = await runAction(samba, "update", { id, data: wanted, form, manager: bossId });
    expect(ended).toMatchObject({ code: 0, answer: { outcome: "done" } });
    expect(withoutSent(planned.answer.plan)).toEqual(withoutSent(ended.answer.plan));
    expectDeclared(update, ended.answer.plan);
    expect(ended.answer.plan.map(({ operation }) => operation)).toEqual([
      "modify",
      "modify",
      "move",
      "modify",
    ]);
    expect(valuesOf(name, "department")).toEqual(["R+D"]);
    expect(valuesOf(name, "cn")).toEqual(["Renamed, moved"]);
    expect(valuesOf(name, "dn")[0]).toContain("OU=Staff");
    expect(valuesOf(name, "manager")).toEqual(valuesOf(boss.name, "dn"));
    expect(valuesOf(name, "proxyAddresses").sort()).toEqual([
      `SMTP:zoe${count}@example.test`,
      `smtp:${name}@example.test`,
    ]);
    expect(dataOf(ended)).toMatchObject({ department: "R+D", givenName: "Zoë", title: null });

    const again = await runAction(samba, "update", { id, data: wanted, form, manager: bossId });
    expect(again).toMatchObject({ code: 0, answer: { outcome: "alreadySo", plan: [] } });

    await runAction(samba, "update", { id, data: {}, form });
    expect(valuesOf(name, "manager")).toEqual([]);
  });

  it.each([
    [
      "an address of another",
      (other: string) => ({ proxyAddresses: [`smtp:${other}`] }),
      "belongs to",
    ],
    ["a manager who is none", () => ({}), "The manager cannot be set"],
  ])("is not changed with %s", async (_, own, message) => {
    const other = newPerson();
    await creates(other.data);
    const { name, data } = newPerson();
    const id = referenceOf(await creates(data));
    const ended = await runAction(samba, "update", {
      id,
      data: { ...own(`${other.name}@example.test`), department: "R+D" },
      form: { updateManagerOnUpdate: true },
      manager: "00000000-0000-4000-8000-000000000000",
    });
    expect(ended).toMatchObject({ code: 1, answer: { outcome: "invalid" } });
    expect(ended.messages.join()).toContain(message);
    expect(valuesOf(name, "department")).toEqual(["Sales"]);
  });

  it("is not moved out of the base DN", async () => {
    const { name, data } = newPerson();
    const id = referenceOf(await creates(data));
    const { code, messages } = await runAction(samba, "update", {
      id,
      data: { organizationalUnit: `OU=Elsewhere,${baseDn}` },
      form: { BaseDN: people },
    });
    expect(code).toBe(1);
    expect(messages.join()).toContain("is not below the base DN");
    expect(valuesOf(name, "dn")).toEqual([`CN=New Person ${count},${people}`]);
  });

  it("is deleted if configured, and otherwise disabled", async () => {
    const { name, data } = newPerson();
    const id = referenceOf(await creates(data));
    await runAction(samba, "enable", { id });
    const kept = await runAction(samba, "delete", { id, data: { description: "Left" } });
    expect(kept.code).toBe(0);
    expect(valuesOf(name, "userAccountControl")).toEqual(["514"]);
    expect(valuesOf(name, "description")).toEqual(["Left"]);
    const form = { deleteAccount: true };
    const planned = await runAction(samba, "delete", { id, form, dryRun: true });
    expect(planned.code).toBe(0);
    expect(valuesOf(name, "dn")).toHaveLength(1);
    const ended = await runAction(samba, "delete", { id, form });
    expect(ended).toMatchObject({ code: 0, answer: { outcome: "done" } });
    expectDeclared(remove, ended.answer.plan);
    expect(valuesOf(name, "dn")).toEqual([]);
    const administrator = { Username: "Administrator@example.test", Password: "Passw0rd.Adm1n" };
    const again = await runAction(samba, "delete", { id, form: { ...form, ...administrator } });
    expect(again).toMatchObject({ code: 0, answer: { outcome: "gone", plan: [] } });
  });

  it("has names that no other object has", async () => {
    const { name, data } = newPerson();
    const id = referenceOf(await creates(data));
    const check = async (own: object, reference?: string): Promise<unknown> => {
      const ended = await runAction(samba, "uniquenessCheck", {
        ...(reference !== undefined && { id: reference }),
        data: own,
      });
      expect(ended.code).toBe(0);
      return (ended.answer.outputContext as { NonUniqueFields?: unknown }).NonUniqueFields;
    };
    const names = {
      sAMAccountName: name.toUpperCase(),
      userPrincipalName: `${name}@example.test`,
      mail: `other.${name}@example.test`,
      proxyAddresses: [`smtp:${name}@EXAMPLE.test`],
      cn: `New Person ${count}`,
      organizationalUnit: people,
      exchangeOnline: { Alias: name, EmailAddresses: [`SMTP:${name}@EXAMPLE.test`] },
    };
    expect(await check(names)).toEqual([
      "sAMAccountName",
      "userPrincipalName",
      "proxyAddresses",
      "cn",
      "exchangeOnline.Alias",
      "exchangeOnline.EmailAddresses",
    ]);
    expect(await check({ ...names, organizationalUnit: staff })).not.toContain("cn");
    expect(await check(names, id)).toEqual([]);
    expect(await check({ ...names, employeeID: data["employeeID"] })).toEqual([]);
    // The catalogue of the same domain has the same objects, and not the attribute of the person.
    const form = { UseGlobalCatalog: true };
    const again = { ...names, employeeID: data["employeeID"] };
    const inForest = await runAction(samba, "uniquenessCheck", { data: again, form });
    expect(inForest.answer.outputContext).toMatchObject({ NonUniqueFields: [] });
  });
});

describe.skipIf(provided === "")("an import of Active Directory", () => {
  it("returns every user below the base DN, also when their number is one of whole pages", async () => {
    const unit = `OU=Import,${people}`;
    const head = `dn: ${unit}\nchangetype: add\nobjectClass: organizationalUnit\n`;
    const person = (index: number): string =>
      `dn: CN=Import ${index},${unit}\nchangetype: add\nobjectClass: user\n` +
      `sAMAccountName: import.${index}\ndisplayName: Import ${index}\nuserAccountControl: ${index % 2 ? 514 : 512}\n` +
      `userPassword: Mens.2026x\n`;
    const users = Array.from({ length: 500 }, (_, index) => person(index));
    modifyDatabase(samba.folder, [head, ...users].join("\n"));
    const ended = await runAction(samba, "import", {
      form: { BaseDN: unit },
      more: { ImportFields: ["displayName", "sAMAccountName", "organizationalUnit", "unknown"] },
    });
    expect(ended.code).toBe(0);
    expect(ended.messages).toEqual(["Accounts imported: 500."]);
    const records = ended.records as { UserName: string; Enabled: boolean; Data: object }[];
    expect(new Set(records.map(({ UserName }) => UserName)).size).toBe(500);
    expect(records.filter(({ Enabled }) => Enabled)).toHaveLength(250);
    expect(records[0]?.Data).toMatchObject({ organizationalUnit: unit, unknown: null });
  });
});
