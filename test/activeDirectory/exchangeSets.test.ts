/**
 * The permissions of Exchange Online for accounts of a real directory: a membership or a right is written in the system
 * that masters it. No one plays the synchronisation: what it brings is put into the tenant.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { guidBytes } from "../../lib/activeDirectory/client/attributes.ts";
import type { DirectoryObject, State } from "../emulator/state.ts";
import { EntraBench } from "../lifecycle/entra/entraBench.ts";
import { runAction, runWithCloud, type RunOptions } from "./runAction.ts";
import { attributeIn, modifyDatabase, type Samba } from "./samba.ts";
import { baseDn, people, person } from "./sambaContent.ts";

const provided = inject("samba");
const samba = JSON.parse(provided || "{}") as Samba;

let bench: EntraBench;
beforeAll(async () => {
  bench = await EntraBench.open();
});
afterAll(() => bench.close());

let count = 0;

/** An object of the directory, and the Guid that Exchange Online has of it. */
interface Known {
  name: string;
  dn: string;
  /** The objectGUID. */
  id: string;
  guid: string;
  objectId: string;
}

function known(name: string, dn: string): Known {
  const [id = ""] = attributeIn(samba.folder, `(name=${name})`, "objectGUID");
  const number = String(++count).padStart(12, "0");
  const [guid, objectId] = ["0", "2"].map((part) => `ad000000-0000-4000-9${part}00-${number}`);
  return { name, dn, id, guid: guid ?? "", objectId: objectId ?? "" };
}

function newPerson(parent = people): Known {
  const name = `Delegate ${++count}`;
  modifyDatabase(samba.folder, person(name, parent));
  return known(name, `CN=${name},${parent}`);
}

function newGroup(parent = people): Known {
  const name = `List ${++count}`;
  const dn = `CN=${name},${parent}`;
  modifyDatabase(
    samba.folder,
    `dn: ${dn}\nchangetype: add\nobjectClass: group\nsAMAccountName: ${name}\ngroupType: -2147483640\n`,
  );
  return known(name, dn);
}

type Brought = Known & { own?: DirectoryObject };

/** The objects of the cloud: mailboxes of persons, and groups. */
function cloudWith(mailboxes: readonly Brought[], groups: readonly Brought[] = []): void {
  bench.fresh((state) => {
    const like = (name: string): DirectoryObject =>
      state.objects.find(({ DisplayName }) => DisplayName === name) ?? {};
    for (const one of mailboxes)
      state.objects.push({
        ...like("Dirk Synced"),
        ...namesOf(one),
        ExchangeGuid: one.guid.replace("-90", "-91"),
        ImmutableId: guidBytes(one.id).toString("base64"),
        UserPrincipalName: `${one.name.replaceAll(" ", ".")}@contoso.com`,
        ...one.own,
      });
    for (const one of groups) {
      state.objects.push({ ...like("Sales team"), Members: [], ...namesOf(one), ...one.own });
      if (one.own?.["IsDirSynced"] === true) withSid(state, one);
    }
  });
}

const namesOf = ({ name, guid, objectId }: Known): DirectoryObject => ({
  Guid: guid,
  ExternalDirectoryObjectId: objectId,
  DisplayName: name,
  Name: name,
  Alias: name.replaceAll(" ", "."),
  EmailAddresses: [`SMTP:${name.replaceAll(" ", ".")}@contoso.com`],
});

/** What the synchronisation brings of a group. */
function withSid(state: State, { name, objectId }: Known): void {
  const [sid = ""] = attributeIn(samba.folder, `(name=${name})`, "objectSid");
  state.entra ??= {};
  (state.entra.groups ??= {})[objectId] = { onPremisesSecurityIdentifier: sid };
}

const synced = { IsDirSynced: true };

const onPremises = ({ name }: Known, attribute: string): string[] =>
  attributeIn(samba.folder, `(name=${name})`, attribute);
const online = ({ guid }: Known, property: string): unknown => bench.stored(guid)[property] ?? [];

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
    const [group, account] = [newGroup(), newPerson()];
    cloudWith([account], [{ ...group, own: synced }]);
    const permission = { Id: group.guid };
    const granted = await once("hybridGroups/grantPermission", account, permission);
    expect(granted).toMatchObject({ code: 0, answer: { outcome: "done" } });
    expect(stepsOf(granted)).toEqual(["activeDirectory: addMember"]);
    expect(granted.messages[0]).toContain("follows with the next synchronisation");
    expect(onPremises(group, "member")).toEqual([account.dn]);
    expect(online(group, "Members")).toEqual([]);

    const revoked = await once("hybridGroups/revokePermission", account, permission);
    expect(stepsOf(revoked)).toEqual(["activeDirectory: removeMember"]);
    expect(onPremises(group, "member")).toEqual([]);
    expect(bench.writes()).toEqual([]);
  });

  it("takes an account there that the cloud does not have yet", async () => {
    const [group, account] = [newGroup(), newPerson()];
    cloudWith([], [{ ...group, own: synced }]);
    const { code } = await changes("hybridGroups/grantPermission", account, { Id: group.guid });
    expect(code).toBe(0);
    expect(onPremises(group, "member")).toEqual([account.dn]);
  });

  it("that Exchange Online masters gets and loses its member online", async () => {
    const [group, account] = [newGroup(), newPerson()];
    cloudWith([account], [group]);
    const permission = { Id: group.guid };
    const granted = await changes("hybridGroups/grantPermission", account, permission);
    expect(stepsOf(granted)).toEqual(["exchange: Add-DistributionGroupMember"]);
    expect(online(group, "Members")).toEqual([account.guid]);
    expect(onPremises(group, "member")).toEqual([]);
    const revoked = await changes("hybridGroups/revokePermission", account, permission);
    expect(revoked.code).toBe(0);
    expect(online(group, "Members")).toEqual([]);
  });

  it("that Exchange Online masters waits for an account that is not in the cloud yet", async () => {
    const [group, account] = [newGroup(), newPerson()];
    cloudWith([], [group]);
    const { code, messages, answer } = await changes("hybridGroups/grantPermission", account, {
      Id: group.guid,
    });
    expect({ code, outcome: answer.outcome }).toEqual({ code: 1, outcome: "notYet" });
    expect(messages[0]).toContain("Entra ID shows no user that is linked to");
  });

  it.each([
    [
      "is outside of the base DN",
      () => newGroup(`OU=Elsewhere,${baseDn}`),
      people,
      "shows the connector no group",
    ],
    [
      "is outside of what is delegated",
      () => newGroup(`OU=Elsewhere,${baseDn}`),
      baseDn,
      "lacks the right to write member",
    ],
  ])("whose object %s is not changed", async (_, make, base, message) => {
    const [group, account] = [make(), newPerson()];
    cloudWith([account], [{ ...group, own: synced }]);
    const ended = await changes(
      "hybridGroups/grantPermission",
      account,
      { Id: group.guid },
      { form: { BaseDN: base } },
    );
    expect(ended.code).toBe(1);
    expect(ended.messages.join()).toContain(message);
    expect(onPremises(group, "member")).toEqual([]);
    expect(bench.writes()).toEqual([]);
  });

  it("is not changed at all with Exchange Online off", async () => {
    const [group, account] = [newGroup(), newPerson()];
    cloudWith([account], [group]);
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
    const [inCloud, inDirectory, account] = [newGroup(), newGroup(), newPerson()];
    const other = newPerson(`OU=Elsewhere,${baseDn}`);
    cloudWith(
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
    expect(onPremises(inDirectory, "member")).toEqual([account.dn]);

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
    const [owner, account] = [newPerson(), newPerson()];
    cloudWith([{ ...owner, own: shared }, account]);
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
    expect(onPremises(owner, "publicDelegates")).toEqual([account.dn]);
    expect(online(owner, "GrantSendOnBehalfTo")).toEqual([]);
    const again = await changes(
      "hybridSharedMailboxes/grantPermission",
      account,
      permission,
      options,
    );
    expect(again.code).toBe(0);
    expect(onPremises(owner, "publicDelegates")).toEqual([account.dn]);

    const revoked = await changes("hybridSharedMailboxes/revokePermission", account, permission);
    expect(revoked.code).toBe(0);
    expect(onPremises(owner, "publicDelegates")).toEqual([]);
    expect(stepsOf(revoked)).toContain("activeDirectory: removeDelegate");
  });

  it("that Exchange Online manages has every right online", async () => {
    const [owner, account] = [newPerson(), newPerson()];
    cloudWith([{ ...owner, own: { ...shared, IsExchangeCloudManaged: true } }, account]);
    const permission = { Id: owner.guid, Permission: "SendOnBehalf" };
    const granted = await changes("hybridSharedMailboxes/grantPermission", account, permission);
    expect(stepsOf(granted)).toEqual(["exchange: Set-Mailbox"]);
    expect(online(owner, "GrantSendOnBehalfTo")).toEqual([account.guid]);
    expect(onPremises(owner, "publicDelegates")).toEqual([]);
  });

  it("whose account is outside of the base DN keeps its delegates, and a revoke of none succeeds", async () => {
    const [owner, account] = [newPerson(`OU=Elsewhere,${baseDn}`), newPerson()];
    cloudWith([{ ...owner, own: shared }, account]);
    const permission = { Id: owner.guid, Permission: "SendOnBehalf" };
    const form = { BaseDN: people };
    const granted = await changes("hybridSharedMailboxes/grantPermission", account, permission, {
      form,
    });
    expect(granted.code).toBe(1);
    expect(granted.messages.join()).toContain("is not below the base DN");
    expect(onPremises(owner, "publicDelegates")).toEqual([]);
    const revoked = await changes("hybridSharedMailboxes/revokePermission", account, permission, {
      form,
    });
    expect(revoked.code).toBe(0);
  });
});
