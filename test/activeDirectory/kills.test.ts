/**
 * The built actions, killed at each message that they send, once before the controller gets it and once after. Their
 * next run makes the directory what an undisturbed run makes it.
 */
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, inject, it } from "vitest";
import { relayTo } from "./relay.ts";
import { runAction, runEnded, type RunOptions } from "./runAction.ts";
import { attributeIn, modifyDatabase, type Samba } from "./samba.ts";
import { people, person, staff } from "./sambaContent.ts";

const provided = inject("samba");
const samba = JSON.parse(provided || "{}") as Samba;

/** Kills the action at a message. Resolves to whether it had sent so many. */
async function killedAt(
  action: string,
  options: RunOptions,
  { message, isPassedOn }: { message: number; isPassedOn: boolean },
): Promise<boolean> {
  let kill: (signal: NodeJS.Signals) => void = () => undefined;
  const relay = await relayTo(samba.address, (number) => {
    if (number !== message) return number < message;
    // With time for the controller to carry it out.
    void delay(isPassedOn ? 100 : 0).then(() => kill("SIGKILL"));
    return isPassedOn;
  });
  const form = { ...options.form, Host: "127.0.0.1", Port: String(relay.port) };
  await runEnded(samba, action, { ...options, form }, (own) => (kill = own));
  await relay.close();
  return relay.sent() >= message;
}

let count = 0;

interface Case {
  action: string;
  options: RunOptions;
  /** What the directory has afterwards. */
  expected(): void;
}

function valuesOf(name: string, attribute: string): string[] {
  return attributeIn(samba.folder, `(sAMAccountName=${name})`, attribute);
}

function creation(): Case {
  const name = `killed.${++count}`;
  const data = {
    cn: name,
    displayName: name,
    employeeID: `K${count}`,
    organizationalUnit: people,
    sAMAccountName: name,
    userPrincipalName: `${name}@example.test`,
  };
  const CorrelationConfiguration = {
    Enabled: true,
    PersonField: "Person.ExternalId",
    PersonFieldValue: data.employeeID,
    AccountField: "employeeID",
  };
  return {
    action: "create",
    options: { data, more: { CorrelationConfiguration } },
    expected: () => {
      expect(attributeIn(samba.folder, `(employeeID=${data.employeeID})`, "cn")).toEqual([name]);
      expect(valuesOf(name, "userAccountControl")).toEqual(["514"]);
    },
  };
}

function madePerson(): { name: string; id: string; dn: string } {
  const name = `Killed ${++count}`;
  modifyDatabase(samba.folder, person(name));
  const account = name.replaceAll(" ", ".");
  const [id = ""] = valuesOf(account, "objectGUID");
  return { name: account, id, dn: `CN=${name},${people}` };
}

function change(): Case {
  const { name, id } = madePerson();
  const data = { department: "Sales", mail: `${name}@example.test`, organizationalUnit: staff };
  return {
    action: "update",
    options: { id, data },
    expected: () => {
      expect(valuesOf(name, "department")).toEqual(["Sales"]);
      expect(valuesOf(name, "mail")).toEqual([`${name}@example.test`]);
      expect(valuesOf(name, "dn")[0]).toContain("OU=Staff");
    },
  };
}

function disabling(): Case {
  const { name, id } = madePerson();
  return {
    action: "disable",
    options: { id, data: { msExchHideFromAddressLists: "true" } },
    expected: () => {
      expect(valuesOf(name, "userAccountControl")).toEqual(["514"]);
      expect(valuesOf(name, "msExchHideFromAddressLists")).toEqual(["TRUE"]);
    },
  };
}

function deletion(): Case {
  const { name, id } = madePerson();
  // Only an administrator sees that an account was deleted.
  const form = {
    deleteAccount: true,
    Username: "Administrator@example.test",
    Password: "Passw0rd.Adm1n",
  };
  return {
    action: "delete",
    options: { id, form },
    expected: () => expect(valuesOf(name, "dn")).toEqual([]),
  };
}

function membership(verb: "grantPermission" | "revokePermission"): Case {
  const user = madePerson();
  const group = `Killed group ${count}`;
  const member = verb === "revokePermission" ? `member: ${user.dn}\n` : "";
  modifyDatabase(
    samba.folder,
    `dn: CN=${group},${people}\nchangetype: add\nobjectClass: group\nsAMAccountName: ${group}\n${member}`,
  );
  const [id] = attributeIn(samba.folder, `(name=${group})`, "objectGUID");
  return {
    action: `permissions/activeDirectoryGroups/${verb}`,
    options: { id: user.id, permission: { Id: id } },
    expected: () =>
      expect(attributeIn(samba.folder, `(name=${group})`, "member")).toEqual(
        verb === "grantPermission" ? [user.dn] : [],
      ),
  };
}

describe.skipIf(provided === "")("an action that is killed", () => {
  it.each<[string, number, () => Case]>([
    ["create", 8, creation],
    ["update", 5, change],
    ["disable", 4, disabling],
    ["delete", 4, deletion],
    ["grant", 5, () => membership("grantPermission")],
    ["revoke", 6, () => membership("revokePermission")],
  ])(
    "at any message of a %s is finished by its next run",
    async (_, atLeast, newCase) => {
      let killed = 0;
      for (const isPassedOn of [false, true]) {
        for (let message = 1; ; message++) {
          const { action, options, expected } = newCase();
          const wasKilled = await killedAt(action, options, { message, isPassedOn });
          if (!wasKilled) {
            // It ran to its end.
            expected();
            const again = await runAction(samba, action, options);
            expect(again.answer.plan).toEqual([]);
            break;
          }
          killed++;
          const next = await runAction(samba, action, options);
          expect({ message, isPassedOn, code: next.code }).toEqual({
            message,
            isPassedOn,
            code: 0,
          });
          expected();
        }
      }
      expect(killed).toBeGreaterThanOrEqual(2 * atLeast);
    },
    300_000,
  );
});
