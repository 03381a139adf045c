/**
 * The built actions whose work is in Active Directory and in the cloud, killed at each message that they send to
 * either, once before the server gets it and once after. Their next run makes both what an undisturbed run makes them.
 */
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { EntraBench } from "../lifecycle/entra/entraBench.ts";
import { relayTo } from "./relay.ts";
import { runAction, runEnded, type RunOptions } from "./runAction.ts";
import type { Samba } from "./samba.ts";
import { people } from "./sambaContent.ts";
import { synced, Synchronised } from "./synchronised.ts";

const provided = inject("samba");
const samba = JSON.parse(provided || "{}") as Samba;

let bench: EntraBench;
let both: Synchronised;
beforeAll(async () => {
  bench = await EntraBench.open();
  both = new Synchronised(samba, bench, "Ended");
});
afterAll(() => bench.close());

interface Case {
  action: string;
  options: RunOptions;
  /** What the directory and the tenant have afterwards. */
  expected(): void;
}

/** Kills the action at a message to one of its servers. Resolves to whether it had sent so many. */
async function killedAt(
  { action, options }: Case,
  { message, isPassedOn }: { message: number; isPassedOn: boolean },
): Promise<boolean> {
  let sent = 0;
  let kill: (signal: NodeJS.Signals) => void = () => undefined;
  const onMessage = (): boolean => {
    if (++sent !== message) return sent < message;
    // With time for the server to carry it out.
    void delay(isPassedOn ? 100 : 0).then(() => kill("SIGKILL"));
    return isPassedOn;
  };
  const directory = await relayTo(samba.address, onMessage);
  const names = Object.keys(bench.running.env);
  const cloud = await Promise.all(
    Object.values(bench.running.env).map((url) =>
      relayTo("127.0.0.1", onMessage, Number(new URL(url).port)),
    ),
  );
  const env = Object.fromEntries(
    names.map((name, index) => [name, `http://127.0.0.1:${cloud[index]?.port ?? 0}`]),
  );
  const form = { ...options.form, Host: "127.0.0.1", Port: String(directory.port) };
  await runEnded(samba, action, { ...options, env, form }, (own) => (kill = own));
  await Promise.all([directory, ...cloud].map((relay) => relay.close()));
  return sent >= message;
}

const withCloud = (form: object = {}): RunOptions => {
  const { tenantId, clientId, clientSecret, env } = bench.running;
  return {
    env,
    form: {
      TenantID: tenantId,
      AppId: clientId,
      AppSecret: clientSecret,
      exchangeOnlineIntegration: true,
      ...form,
    },
  };
};

function disabling(): Case {
  const account = both.newPerson();
  both.bring([account]);
  const data = { exchangeOnline: { MaxSendSize: "20 MB" } };
  return {
    action: "disable",
    options: { id: account.id, data, ...withCloud() },
    expected() {
      expect(both.onPremises(account, "userAccountControl")).toEqual(["514"]);
      expect(both.onPremises(account, "msExchHideFromAddressLists")).toEqual(["TRUE"]);
      expect(both.online(account, "MaxSendSize")).toContain("20");
    },
  };
}

function conversion(): Case {
  const remote = "msExchRecipientTypeDetails: 2147483648\nmsExchRemoteRecipientType: 4\n";
  const account = both.newPerson(people, remote);
  both.bring([account]);
  const data = { exchangeOnline: { Type: "Shared" } };
  return {
    action: "delete",
    options: { id: account.id, data, ...withCloud() },
    expected() {
      expect(both.onPremises(account, "userAccountControl")).toEqual(["514"]);
      expect(both.onPremises(account, "msExchRemoteRecipientType")).toEqual(["100"]);
      expect(both.online(account, "RecipientTypeDetails")).toBe("SharedMailbox");
    },
  };
}

function cloudMembership(): Case {
  const [group, account] = [both.newGroup(), both.newPerson()];
  both.bring([account], [group]);
  return {
    action: "permissions/hybridGroups/grantPermission",
    options: { id: account.id, permission: { Id: group.guid }, ...withCloud() },
    expected: () => expect(both.online(group, "Members")).toEqual([account.guid]),
  };
}

function cloudMembershipEnded(): Case {
  const [group, account] = [both.newGroup(), both.newPerson()];
  both.bring([account], [{ ...group, own: { Members: [account.guid] } }]);
  return {
    action: "permissions/hybridGroups/revokePermission",
    options: { id: account.id, permission: { Id: group.guid }, ...withCloud() },
    expected: () => expect(both.online(group, "Members")).toEqual([]),
  };
}

function directoryMembershipEnded(): Case {
  const account = both.newPerson();
  const group = both.newGroup(people, `member: ${account.dn}\n`);
  both.bring([account], [{ ...group, own: { ...synced, Members: [account.guid] } }]);
  return {
    action: "permissions/hybridGroups/revokePermission",
    options: { id: account.id, permission: { Id: group.guid }, ...withCloud() },
    expected: () => expect(both.onPremises(group, "member")).toEqual([]),
  };
}

const shared = { RecipientTypeDetails: "SharedMailbox" };

function rightsGranted(): Case {
  const [owner, account] = [both.newPerson(), both.newPerson()];
  both.bring([{ ...owner, own: shared }, account]);
  const SharedMailboxRights = "FullAccess, SendAs, SendOnBehalf";
  return {
    action: "permissions/hybridSharedMailboxes/grantPermission",
    options: {
      id: account.id,
      permission: { Id: owner.guid },
      ...withCloud({ SharedMailboxRights }),
    },
    expected() {
      expect(both.onPremises(owner, "publicDelegates")).toEqual([account.dn]);
      expect(trusteesOf(owner.guid)).toEqual([account.guid, account.guid]);
    },
  };
}

function rightsRevoked(): Case {
  const account = both.newPerson();
  const owner = both.newPerson(people, `publicDelegates: ${account.dn}\n`);
  both.bring([{ ...owner, own: shared }, account]);
  const [mailbox, trustee] = [owner.guid, account.guid];
  bench.emulator.replaceState({
    ...bench.emulator.state(),
    mailboxPermissions: [{ mailbox, trustee, rights: ["FullAccess"] }],
    recipientPermissions: [{ recipient: mailbox, trustee, rights: ["SendAs"] }],
  });
  return {
    action: "permissions/hybridSharedMailboxes/revokePermission",
    options: { id: account.id, permission: { Id: owner.guid }, ...withCloud() },
    expected() {
      expect(both.onPremises(owner, "publicDelegates")).toEqual([]);
      expect(trusteesOf(owner.guid)).toEqual([]);
    },
  };
}

/** Who has Full Access and Send As on a mailbox, in this order. */
function trusteesOf(guid: string): string[] {
  const { mailboxPermissions = [], recipientPermissions = [] } = bench.emulator.state();
  return [
    ...mailboxPermissions.filter(({ mailbox }) => mailbox === guid).map(({ trustee }) => trustee),
    ...recipientPermissions
      .filter(({ recipient }) => recipient === guid)
      .map(({ trustee }) => trustee),
  ];
}

describe.skipIf(provided === "")("an action with both systems that is killed", () => {
  it.each<[string, number, () => Case]>([
    ["disable", 8, disabling],
    ["delete that makes the mailbox a shared one", 8, conversion],
    ["grant of a group of Exchange Online", 8, cloudMembership],
    ["grant of rights on a mailbox", 10, rightsGranted],
    ["revoke of a group of Exchange Online", 8, cloudMembershipEnded],
    ["revoke of a group of Active Directory", 8, directoryMembershipEnded],
    ["revoke of rights on a mailbox", 10, rightsRevoked],
  ])(
    "at any message of a %s is finished by its next run",
    async (_, atLeast, newCase) => {
      let killed = 0;
      for (const isPassedOn of [false, true]) {
        for (let message = 1; ; message++) {
          const own = newCase();
          const wasKilled = await killedAt(own, { message, isPassedOn });
          if (wasKilled) {
            killed++;
            const { code } = await runAction(samba, own.action, own.options);
            expect({ message, isPassedOn, code }).toEqual({ message, isPassedOn, code: 0 });
          }
          own.expected();
          if (!wasKilled) break;
        }
      }
      expect(killed).toBeGreaterThanOrEqual(2 * atLeast);
    },
    300_000,
  );
});
