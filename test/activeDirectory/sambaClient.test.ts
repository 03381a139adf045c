/** The client against a real directory, which is read without LDAP afterwards. */
import { afterEach, describe, expect, inject, it } from "vitest";
import { guidBytes } from "../../lib/activeDirectory/client/attributes.ts";
import type { Directory } from "../../lib/activeDirectory/client/directory.ts";
import type { DirectoryForm } from "../../lib/activeDirectory/client/settings.ts";
import { attributeIn, modifyDatabase, type Samba } from "./samba.ts";
import { baseDn, people, person, serviceAccount } from "./sambaContent.ts";
import { sambaDirectory } from "./sambaDirectory.ts";
import { faultOf } from "../exchange/scripted.ts";

const provided = inject("samba");
const samba = JSON.parse(provided || "{}") as Samba;

const opened: Directory[] = [];
afterEach(() => {
  for (const directory of opened.splice(0)) directory.close();
});

function open(form: DirectoryForm = {}): Directory {
  const directory = sambaDirectory(samba, form);
  opened.push(directory);
  return directory;
}

let count = 0;

/** A new person, and the objectGUID that the directory gave it. */
async function newPerson(parent = people): Promise<{ name: string; id: string }> {
  const name = `Client Person ${++count}`;
  modifyDatabase(samba.folder, person(name, parent));
  const [found] = await open().list({
    filter: { attribute: "displayName", equals: name },
    attributes: ["objectGUID"],
  });
  return { name, id: String(found?.["objectGUID"]) };
}

function valuesOf(name: string, attribute: string): string[] {
  return attributeIn(samba.folder, `(displayName=${name})`, attribute);
}

describe.skipIf(provided === "")("the client with a controller of Samba", () => {
  it.each([
    [serviceAccount.userPrincipalName],
    [`EXAMPLE\\${serviceAccount.name}`],
    [`CN=${serviceAccount.name},OU=Elsewhere,${baseDn}`],
  ])("signs in as %s", async (Username) => {
    const found = await open({ Username }).list({
      filter: { attribute: "sAMAccountName", equals: serviceAccount.name },
      attributes: ["userPrincipalName", "userAccountControl"],
    });
    expect(found).toEqual([
      {
        dn: `CN=${serviceAccount.name},OU=Elsewhere,${baseDn}`,
        userPrincipalName: serviceAccount.userPrincipalName,
        userAccountControl: 66048,
      },
    ]);
  });

  it("reports a wrong password", async () => {
    const { id } = await newPerson();
    const fault = await faultOf(
      open({ Password: "wrong" }).get({ id, attributes: ["displayName"] }),
    );
    expect(fault).toMatchObject({ kind: "denied" });
    expect(fault.message).toContain("the user name or the password is wrong (Windows error 52e)");
  });

  it("sends nothing to a host whose certificate has expired", async () => {
    const fault = await faultOf(
      open({ Host: [samba.expiredAddress] }).list({
        filter: { attribute: "displayName", equals: "x" },
        attributes: ["displayName"],
      }),
    );
    expect(fault.message).toContain("its TLS certificate has expired");
  });

  it("sends nothing to the port of plain LDAP", async () => {
    const fault = await faultOf(
      open({ Port: 389 }).list({
        filter: { attribute: "displayName", equals: "x" },
        attributes: ["displayName"],
      }),
    );
    expect(fault.message).toContain("No domain controller could be used, so nothing was sent");
  });

  it("uses the next host, and goes on there", async () => {
    const { name, id } = await newPerson();
    const directory = open({ Host: [samba.expiredAddress, samba.address] });
    expect(await directory.get({ id, attributes: ["displayName"] })).toMatchObject({
      displayName: name,
    });
  });

  it("finds an object by its GUID, and by its bytes", async () => {
    const { name, id } = await newPerson();
    const directory = open();
    const attributes = ["objectGUID", "displayName", "msExchHideFromAddressLists"] as const;
    const expected = {
      dn: `CN=${name},${people}`,
      objectGUID: id,
      displayName: name,
      msExchHideFromAddressLists: null,
    };
    expect(await directory.get({ id, attributes })).toEqual(expected);
    const equals = guidBytes(id);
    const byBytes = { attribute: "objectGUID", equals } as const;
    expect(await directory.list({ filter: byBytes, attributes })).toEqual([expected]);
  });

  it("reports an object that does not exist as none", async () => {
    const id = "00000000-1111-4222-8333-444444444444";
    expect(await open().get({ id, attributes: ["displayName"] })).toBeUndefined();
  });

  it("does not read outside of the base DN", async () => {
    const { id } = await newPerson();
    const fault = await faultOf(
      open({ BaseDN: `OU=Elsewhere,${baseDn}` }).get({ id, attributes: ["displayName"] }),
    );
    expect(fault.message).toContain("is not below the base DN OU=Elsewhere");
  });

  it("changes what the account may, and nothing else", async () => {
    const { name, id } = await newPerson();
    const directory = open();
    await directory.invoke("modify", {
      objectGUID: id,
      userAccountControl: 514,
      was: { userAccountControl: 512 },
    });
    await directory.invoke("modify", { objectGUID: id, msExchHideFromAddressLists: true });
    expect(valuesOf(name, "userAccountControl")).toEqual(["514"]);
    expect(valuesOf(name, "msExchHideFromAddressLists")).toEqual(["TRUE"]);
    await directory.invoke("modify", { objectGUID: id, msExchHideFromAddressLists: null });
    expect(valuesOf(name, "msExchHideFromAddressLists")).toEqual([]);
    const elsewhere = await newPerson(`OU=Elsewhere,${baseDn}`);
    const fault = await faultOf(
      directory.invoke("modify", { objectGUID: elsewhere.id, mail: "x@example.test" }),
    );
    expect(fault).toMatchObject({ kind: "denied" });
    expect(fault.message).toContain("lacks the right to write mail");
    expect(valuesOf(elsewhere.name, "mail")).toEqual([]);
  });

  it("does not overwrite a change that someone else made in the meantime", async () => {
    const { name, id } = await newPerson();
    modifyDatabase(
      samba.folder,
      `dn: CN=${name},${people}\nchangetype: modify\nreplace: userAccountControl\nuserAccountControl: 66048\n`,
    );
    const was = { userAccountControl: 512 };
    const fault = await faultOf(
      open().invoke("modify", { objectGUID: id, userAccountControl: 514, was }),
    );
    expect(fault).toMatchObject({ kind: "notReady" });
    expect(valuesOf(name, "userAccountControl")).toEqual(["66048"]);
  });

  it("lists more objects than a page has", async () => {
    const many = Array.from(
      { length: 520 },
      (_, index) => `dn: OU=Many ${index},${baseDn}
changetype: add
objectClass: organizationalUnit
`,
    );
    modifyDatabase(samba.folder, many.join("\n"));
    const found = await open().list({
      filter: { attribute: "objectClass", equals: "organizationalUnit" },
      attributes: ["distinguishedName"],
    });
    expect(new Set(found.map(({ dn }) => dn)).size).toBeGreaterThan(520);
    expect(found.every(({ dn, distinguishedName }) => dn === distinguishedName)).toBe(true);
  });
});
