/**
 * The permissions of Exchange Online for accounts of a real directory: a membership or a right is written in the system
 * that masters it. No one plays the synchronisation: what it brings is put into the tenant.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { EntraBench } from "../lifecycle/entra/entraBench.ts";
import { runAction, runWithCloud, type RunOptions } from "./runAction.ts";
import type { Samba } from "./samba.ts";
import { baseDn, people } from "./sambaContent.ts";
import { synced, Synchronised, type Known } from "./synchronised.ts";

const provided = inject("samba");
const samba = JSON.parse(provided || "{}") as Samba;

let bench: EntraBench;
let both: Synchronised;
beforeAll(async () => {
  bench = await EntraBench.open();
  both = new Synchronised(samba, bench, "Delegate");
});
afterAll(() => bench.close());

type Ended = Awaited<ReturnType<typeof runWithCloud>>;

async function changes(
  action: string,
  account: Known,
  permission: object,
  options: RunOptions = {},
): Promise<Ended> {
  return await runWithCloud(samba, `permissions/${action}`, bench, {
    id: account.id,
    permission,
    ...options,
  });
}

/** The run does what its dry run plans, and a second one leaves everything as it is. */
async function once(
  action: string,
  account: Known,
  permission: object,
  options: RunOptions = {},
): Promise<Ended> {
  const planned = await changes(action, account, permission, { ...options, dryRun: true });
  expect(bench.writes()).toEqual([]);
  const ended = await changes(action, account, permission, options);
  expect(stepsOf(ended)).toEqual(stepsOf(planned));
  const again = await changes(action, account, permission, options);
  expect([again.code, again.answer.outcome]).toEqual([0, "alreadySo"]);
  return ended;
}

const stepsOf = ({ answer }: Ended): string[] =>
  answer.plan.map(({ target, operation }) => `${target}: ${operation}`);

describe.skipIf(provided === "")("a group of Exchange Online", () => {
  it("that Active Directory masters gets and loses its member there", async () => {
    const [group, account] = [both.newGroup(), both.newPerson()];
    both.bring([account], [{ ...group, own: synced }]);
    const permission = { Id: group.guid };
    const granted = await once("hybridGroups/grantPermission", account, permission);
    expect(granted).toMatchObject({ code: 0, answer: { outcome: "done" } });
    expect(stepsOf(granted)).toEqual(["activeDirectory: addMember"]);
    expect(granted.messages[0]).toContain("follows with the next synchronisation");
    expect(both.onPremises(group, "member")).toEqual([account.dn]);
    expect(both.online(group, "Members")).toEqual([]);

    const revoked = await once("hybridGroups/revokePermission", account, permission);
    expect(stepsOf(revoked)).toEqual(["activeDirectory: removeMember"]);
    expect(both.onPremises(group, "member")).toEqual([]);
    expect(bench.writes()).toEqual([]);
  });

  it("takes an account there that the cloud does not have yet", async () => {
    const [group, account] = [both.newGroup(), both.newPerson()];
    both.bring([], [{ ...group, own: synced }]);
    const { code } = await changes("hybridGroups/grantPermission", account, { Id: group.guid });
    expect(code).toBe(0);
    expect(both.onPremises(group, "member")).toEqual([account.dn]);
  });

  it("that Exchange Online masters gets and loses its member online", async () => {
    const [group, account] = [both.newGroup(), both.newPerson()];
    both.bring([account], [group]);
    const permission = { Id: group.guid };
    const granted = await changes("hybridGroups/grantPermission", account, permission);
    expect(stepsOf(granted)).toEqual(["exchange: Add-DistributionGroupMember"]);
    expect(both.online(group, "Members")).toEqual([account.guid]);
    expect(both.onPremises(group, "member")).toEqual([]);
    const revoked = await changes("hybridGroups/revokePermission", account, permission);
    expect(revoked.code).toBe(0);
    expect(both.online(group, "Members")).toEqual([]);
  });

  it("that Exchange Online masters waits for an account that is not in the cloud yet", async () => {
    const [group, account] = [both.newGroup(), both.newPerson()];
    both.bring([], [group]);
    const { code, messages, answer } = await changes("hybridGroups/grantPermission", account, {
      Id: group.guid,
    });
    expect({ code, outcome: answer.outcome }).toEqual({ code: 1, outcome: "notYet" });
    expect(messages[0]).toContain("Entra ID shows no user that is linked to");
  });

  it.each([
    [
      "is outside of the base DN",
      () => both.newGroup(`OU=Elsewhere,${baseDn}`),
      people,
      "shows the connector no group",
    ],
    [
      "is outside of what is delegated",
      () => both.newGroup(`OU=Elsewhere,${baseDn}`),
      baseDn,
      "lacks the right to write member",
    ],
  ])("whose object %s is not changed", async (_, make, base, message) => {
    const [group, account] = [make(), both.newPerson()];
    both.bring([account], [{ ...group, own: synced }]);
    const ended = await changes(
      "hybridGroups/grantPermission",
      account,
      { Id: group.guid },
      { form: { BaseDN: base } },
    );
    expect(ended.code).toBe(1);
    expect(ended.messages.join()).toContain(message);
    expect(both.onPremises(group, "member")).toEqual([]);
    expect(bench.writes()).toEqual([]);
  });

  it("is not changed at all with Exchange Online off", async () => {
    const [group, account] = [both.newGroup(), both.newPerson()];
    both.bring([account], [group]);
    const { code, messages } = await changes(
      "hybridGroups/grantPermission",
      account,
      { Id: group.guid },
      { form: { exchangeOnlineIntegration: false } },
    );
    expect(code).toBe(1);
    expect(messages[0]).toContain("(exchangeOnlineIntegration) is off");
  });

  it("is granted by the built bundle, and imported with accounts of Active Directory", async () => {
    const [inCloud, inDirectory, account] = [both.newGroup(), both.newGroup(), both.newPerson()];
    const other = both.newPerson(`OU=Elsewhere,${baseDn}`);
    both.bring(
      [account, other],
      [
        { ...inCloud, own: { Members: [account.guid, other.guid] } },
        { ...inDirectory, own: synced },
      ],
    );
    const { tenantId, clientId, clientSecret, env } = bench.running;
    const form = {
      TenantID: tenantId,
      AppId: clientId,
      AppSecret: clientSecret,
      exchangeOnlineIntegration: true,
      BaseDN: people,
    };
    const set = "permissions/hybridGroups";
    const permission = { Id: inDirectory.guid };
    const granted = await runAction(samba, `${set}/grantPermission`, {
      ...{ id: account.id, permission, form, env },
    });
    expect(granted).toMatchObject({ code: 0, answer: { outcome: "done" } });
    expect(both.onPremises(inDirectory, "member")).toEqual([account.dn]);

    const { records, all, code } = await runAction(samba, `${set}/importPermission`, { form, env });
    expect(code).toBe(0);
    const own = (records as { PermissionReference: { Id: string }; AccountReferences: string[] }[])
      .filter(({ PermissionReference }) => PermissionReference.Id === inCloud.guid)
      .flatMap(({ AccountReferences }) => AccountReferences);
    expect(own).toEqual([account.id]);
    expect(all).toContain("that belong to no account of Active Directory below the base DN");
    const listed = await runAction(samba, `${set}/permissions`, { form, env });
    expect(listed.all).toContain(inCloud.guid);
    expect(listed.all).not.toContain(inDirectory.guid);
  });
});

describe.skipIf(provided === "")("a shared mailbox", () => {
  const shared = { RecipientTypeDetails: "SharedMailbox" };
  const everyRight = { SharedMailboxRights: "FullAccess, SendAs, SendOnBehalf" };

  it("that Active Directory masters has Send on Behalf there, and the other rights online", async () => {
    const [owner, account] = [both.newPerson(), both.newPerson()];
    both.bring([{ ...owner, own: shared }, account]);
    const permission = { Id: owner.guid };
    const options = { form: everyRight };
    const granted = await changes(
      "hybridSharedMailboxes/grantPermission",
      account,
      permission,
      options,
    );
    expect(granted).toMatchObject({ code: 0, answer: { outcome: "done" } });
    expect(stepsOf(granted)).toEqual([
      "exchange: Add-MailboxPermission",
      "exchange: Add-RecipientPermission",
      "activeDirectory: addDelegate",
    ]);
    expect(both.onPremises(owner, "publicDelegates")).toEqual([account.dn]);
    expect(both.online(owner, "GrantSendOnBehalfTo")).toEqual([]);
    const again = await changes(
      "hybridSharedMailboxes/grantPermission",
      account,
      permission,
      options,
    );
    expect(again.code).toBe(0);
    expect(both.onPremises(owner, "publicDelegates")).toEqual([account.dn]);

    const revoked = await changes("hybridSharedMailboxes/revokePermission", account, permission);
    expect(revoked.code).toBe(0);
    expect(both.onPremises(owner, "publicDelegates")).toEqual([]);
    expect(stepsOf(revoked)).toContain("activeDirectory: removeDelegate");
  });

  it("loses a delegate who has left the cloud in Active Directory; the rest went with the user", async () => {
    const [owner, account] = [both.newPerson(), both.newPerson()];
    both.bring([{ ...owner, own: shared }, account]);
    const permission = { Id: owner.guid };
    const granted = await changes("hybridSharedMailboxes/grantPermission", account, permission, {
      form: everyRight,
    });
    expect(granted.code).toBe(0);
    const left = { WhenSoftDeleted: "2026-11-20T00:00:00Z", IsSoftDeletedByRemove: true };
    both.bring([
      { ...owner, own: shared },
      { ...account, own: left },
    ]);
    const revoked = await changes("hybridSharedMailboxes/revokePermission", account, permission);
    expect([revoked.code, revoked.messages.join()]).toEqual([
      0,
      expect.stringContaining("was deleted"),
    ]);
    expect(both.onPremises(owner, "publicDelegates")).toEqual([]);
    const group = both.newGroup();
    both.bring([{ ...account, own: left }], [group]);
    const gone = await changes("hybridGroups/revokePermission", account, { Id: group.guid });
    expect([gone.code, gone.answer.plan]).toEqual([0, []]);
  });

  it("that Exchange Online manages has every right online", async () => {
    const [owner, account] = [both.newPerson(), both.newPerson()];
    both.bring([{ ...owner, own: { ...shared, IsExchangeCloudManaged: true } }, account]);
    const permission = { Id: owner.guid, Permission: "SendOnBehalf" };
    const granted = await changes("hybridSharedMailboxes/grantPermission", account, permission);
    expect(stepsOf(granted)).toEqual(["exchange: Set-Mailbox"]);
    expect(both.online(owner, "GrantSendOnBehalfTo")).toEqual([account.guid]);
    expect(both.onPremises(owner, "publicDelegates")).toEqual([]);
  });

  it("whose account is outside of the base DN keeps its delegates, and a revoke of none succeeds", async () => {
    const [owner, account] = [both.newPerson(`OU=Elsewhere,${baseDn}`), both.newPerson()];
    both.bring([{ ...owner, own: shared }, account]);
    const permission = { Id: owner.guid, Permission: "SendOnBehalf" };
    const form = { BaseDN: people };
    const granted = await changes("hybridSharedMailboxes/grantPermission", account, permission, {
      form,
    });
    expect(granted.code).toBe(1);
    expect(granted.messages.join()).toContain("is not below the base DN");
    expect(both.onPremises(owner, "publicDelegates")).toEqual([]);
    const revoked = await changes("hybridSharedMailboxes/revokePermission", account, permission, {
      form,
    });
    expect(revoked.code).toBe(0);
  });
});
