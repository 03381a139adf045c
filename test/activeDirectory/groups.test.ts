/** The permissions of groups against a real directory, which is read without LDAP after each of them. */
import { describe, expect, inject, it } from "vitest";
import grant from "../../permissions/activeDirectoryGroups/grantPermission.ts";
import revoke from "../../permissions/activeDirectoryGroups/revokePermission.ts";
import { runAction, type Ended, type RunOptions } from "./runAction.ts";
import { attributeIn, modifyDatabase, type Samba } from "./samba.ts";
import { baseDn, people, person } from "./sambaContent.ts";

const provided = inject("samba");
const samba = JSON.parse(provided || "{}") as Samba;

let count = 0;

interface Made {
  name: string;
  dn: string;
  id: string;
}

function made(name: string, dn: string): Made {
  const [id = ""] = attributeIn(samba.folder, `(name=${name})`, "objectGUID");
  return { name, dn, id };
}

function newPerson(parent = people): Made {
  const name = `Member ${++count}`;
  modifyDatabase(samba.folder, person(name, parent));
  return made(name, `CN=${name},${parent}`);
}

/** A global security group, unless another type is given. */
function newGroup(members: readonly Made[] = [], type = -2147483646, more = ""): Made {
  const name = `Group ${++count}`;
  const dn = `CN=${name},${people}`;
  const lines = members.map((member) => `member: ${member.dn}\n`).join("");
  modifyDatabase(
    samba.folder,
    `dn: ${dn}\nchangetype: add\nobjectClass: group\nsAMAccountName: ${name}\ngroupType: ${type}\n${more}${lines}`,
  );
  return made(name, dn);
}

function membersIn({ name }: Made): string[] {
  return attributeIn(samba.folder, `(name=${name})`, "member");
}

const set = "permissions/activeDirectoryGroups";

async function changes(
  verb: "grantPermission" | "revokePermission",
  group: Made,
  user: Made,
  options: RunOptions = {},
): Promise<Ended> {
  return await runAction(samba, `${set}/${verb}`, {
    id: user.id,
    permission: { Id: group.id },
    ...options,
  });
}

describe.skipIf(provided === "")("a group of Active Directory", () => {
  it("gets a member and loses it: grant, grant, revoke, revoke, grant", async () => {
    const [group, user] = [newGroup(), newPerson()];
    const planned = await changes("grantPermission", group, user, { dryRun: true });
    expect(planned.code).toBe(0);
    expect(membersIn(group)).toEqual([]);
    const first = await changes("grantPermission", group, user);
    expect(first).toMatchObject({ code: 0, answer: { outcome: "done" } });
    expect(membersIn(group)).toEqual([user.dn]);
    const [step] = first.answer.plan;
    expect({ ...planned.answer.plan[0], sent: true }).toEqual(step);
    expect(Object.keys(grant.needs.activeDirectory?.operations ?? {})).toContain(step?.operation);
    const second = await changes("grantPermission", group, user);
    expect(second).toMatchObject({ code: 0, answer: { outcome: "alreadySo", plan: [] } });

    const revoked = await changes("revokePermission", group, user);
    expect(revoked).toMatchObject({ code: 0, answer: { outcome: "done" } });
    expect(membersIn(group)).toEqual([]);
    const [removal] = revoked.answer.plan;
    expect(Object.keys(revoke.needs.activeDirectory?.operations ?? {})).toContain(
      removal?.operation,
    );
    const again = await changes("revokePermission", group, user);
    expect(again).toMatchObject({ code: 0, answer: { outcome: "alreadySo", plan: [] } });
    await changes("grantPermission", group, user);
    expect(membersIn(group)).toEqual([user.dn]);
  });

  it("that contains others: a revoke says over which one the user still is a member", async () => {
    const user = newPerson();
    const inner = newGroup([user]);
    const middle = newGroup([inner]);
    const outer = newGroup([middle, user]);
    const { code, messages } = await changes("revokePermission", outer, user);
    expect(code).toBe(0);
    expect(membersIn(outer)).toEqual([middle.dn]);
    expect(messages.join()).toContain(`as a member of ${inner.name}, which it contains`);
  });

  it.each([
    ["is part of the domain", () => made("Domain Admins", ""), "it is part of the domain itself"],
    [
      "is one of administrators",
      () => newGroup([], -2147483646, "adminCount: 1\n"),
      "protects it as a group of administrators",
    ],
    ["is outside of the base DN", () => newGroup(), "is not below the base DN"],
    ["is none", () => newPerson(), "it is not a group"],
  ])("that %s is not changed", async (_, group, message) => {
    const [target, user] = [group(), newPerson()];
    const before = membersIn(target);
    const form = message.includes("base DN") ? { BaseDN: `OU=Elsewhere,${baseDn}` } : {};
    const { code, messages } = await changes("grantPermission", target, user, { form });
    expect(code).toBe(1);
    expect(messages[0]).toContain(message);
    expect(membersIn(target)).toEqual(before);
  });

  it("where the connector has no right is not changed, and the right is named", async () => {
    const [group, user] = [newGroup(), newPerson()];
    const move = `newrdn: CN=${group.name}\ndeleteoldrdn: 1\nnewsuperior: OU=Elsewhere,${baseDn}\n`;
    modifyDatabase(samba.folder, `dn: ${group.dn}\nchangetype: modrdn\n${move}`);
    const { code, messages, answer } = await changes("grantPermission", group, user);
    expect({ code, outcome: answer.outcome }).toEqual({ code: 1, outcome: "forbidden" });
    expect(messages[0]).toContain("lacks the right to write member");
    expect(membersIn(group)).toEqual([]);
  });

  it("is listed and imported with its direct members, unless it is protected", async () => {
    const [one, two] = [newPerson(), newPerson()];
    const inner = newGroup([two]);
    const group = newGroup([one, inner]);
    const list = newGroup([two], 2);
    const admins = newGroup([one], -2147483646, "adminCount: 1\n");
    const listed = await runAction(samba, `${set}/permissions`, {});
    const { Permissions: shown } = listed.answer.outputContext as {
      Permissions?: { DisplayName: string; Identification: { Id: string } }[];
    };
    const names = new Map(shown?.map((one) => [one.Identification.Id, one.DisplayName]));
    expect(names.get(group.id)).toBe(`Security Group - ${group.name}`);
    expect(names.get(list.id)).toBe(`Distribution Group - ${list.name}`);
    expect(names.has(admins.id)).toBe(false);
    expect([...names.values()]).not.toContain("Security Group - Domain Admins");

    const imported = await runAction(samba, `${set}/importPermission`, {});
    expect(imported.code).toBe(0);
    const records = imported.records as {
      PermissionReference: { Id: string };
      AccountReferences: string[];
    }[];
    const holders = (id: string): string[] =>
      records
        .filter(({ PermissionReference }) => PermissionReference.Id === id)
        .flatMap(({ AccountReferences }) => AccountReferences);
    expect(holders(group.id)).toEqual([one.id]);
    expect(holders(inner.id)).toEqual([two.id]);
    expect(holders(list.id)).toEqual([two.id]);
    expect(holders(admins.id)).toEqual([]);
    expect(imported.all).toContain("contains other groups (1)");
  });
});
