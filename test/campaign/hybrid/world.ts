/** A small domain with its tenant, the synchronisation between them, and what both have of one person. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { newAuthority } from "../../activeDirectory/certificates.ts";
import { Domain, personIn } from "../../emulator/directory/domain.ts";
import { createEmulator, type Emulator } from "../../emulator/emulator.ts";
import { manyMailboxes, seedState } from "../../emulator/seed.ts";
import type { DirectoryObject } from "../../emulator/state.ts";

export const epoch = Date.UTC(2026, 10, 28, 12);
const baseDn = "DC=contoso,DC=com";
export const staff = `OU=Staff,${baseDn}`;
export const ward = `OU=Ward,${staff}`;

export const person = {
  employeeID: "7001",
  sAMAccountName: "nora.new",
  userPrincipalName: "nora.new@contoso.com",
};
/** The password of the new account, and that of the connector. */
export const password = "CaNaRy-Pass-word-7001";
export const servicePassword = "CaNaRy-Service-7002";
const service = { name: "svc-connector", userPrincipalName: "svc-connector@contoso.com" };
export const missingId = "00000000-0000-4000-8000-00000000dead";

/**
 * What is granted and revoked: a group of Active Directory; a group of Exchange Online that Active Directory masters,
 * or Exchange Online; or Full Access and Send on Behalf of a mailbox, which are kept in one system each.
 */
export const grants = ["group", "synchronised group", "cloud group", "mailbox"] as const;
export type Grant = (typeof grants)[number];

/** How a life starts. */
export interface Start {
  /** Default: `group`. */
  grant?: Grant;
  /** The person has an account before the first event. */
  hasAccount: boolean;
  /** Exchange Online manages the mailboxes that the synchronisation brings. */
  isCloudManaged: boolean;
  /** The connector may list deleted objects. */
  seesDeleted: boolean;
}

export interface World {
  start: Start;
  domain: Domain;
  emulator: Emulator;
  /** The reference of what is granted. */
  permission: Readonly<Record<string, string>>;
  /** objectGUIDs. */
  managers: readonly [string, string];
  own: string | undefined;
}

/** One authority for all lives: making keys takes time. */
const authority = newAuthority();
export const certificate = authority.issue(["127.0.0.1"]);
const folder = mkdtempSync(path.join(tmpdir(), "lives-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
export const authorityFile = path.join(folder, "ca.pem");
writeFileSync(authorityFile, authority.pem);

export function openWorld(start: Start, now: () => number): World {
  const domain = new Domain({
    baseDn,
    delegated: { [service.name]: baseDn },
    deletedShownTo: start.seesDeleted ? [service.name] : [],
    objects: [
      { dn: staff, objectClass: "organizationalUnit" },
      { dn: ward, objectClass: "organizationalUnit" },
      {
        ...personIn(baseDn, service.name, { userPrincipalName: service.userPrincipalName }),
        password: servicePassword,
      },
      personIn(staff, "Anna"),
      personIn(staff, "Bas"),
      personIn(staff, "Ward desk", { mailNickname: "ward.desk" }),
      ...(start.hasAccount ? [personIn(staff, "Nora", { ...person, mailNickname: "nora" })] : []),
      {
        dn: `CN=Nurses,${baseDn}`,
        objectClass: "group",
        values: { sAMAccountName: "Nurses", groupType: "-2147483646", member: `CN=Bas,${staff}` },
      },
    ],
  });
  const idOf = (name: string): string => domain.valuesOf("cn", name, "objectGUID")[0] ?? "";
  const state = manyMailboxes(2);
  state.objects.push(
    { ...team, ...namesOf(syncedGroup, "Nurses"), IsDirSynced: true },
    { ...team, ...namesOf(cloudGroup, "Night shift") },
    {
      ...synced,
      ...namesOf(desk, "Ward desk"),
      ExchangeGuid: desk.replace("-90", "-91"),
      ImmutableId: anchorOf(idOf("Ward desk")),
      UserPrincipalName: "ward.desk@contoso.com",
      RecipientTypeDetails: "SharedMailbox",
    },
  );
  const [sid = ""] = domain.valuesOf("cn", "Nurses", "objectSid");
  (state.entra ??= {}).groups = {
    [objectIdOf(syncedGroup)]: { onPremisesSecurityIdentifier: sid },
  };
  const emulator = createEmulator({ state, clock: () => epoch + now() });
  const ids: Readonly<Record<Grant, string>> = {
    group: idOf("Nurses"),
    "synchronised group": syncedGroup,
    "cloud group": cloudGroup,
    mailbox: desk,
  };
  return {
    start,
    domain,
    emulator,
    permission: { Id: ids[start.grant ?? "group"] },
    managers: [idOf("Anna"), idOf("Bas")],
    own: start.hasAccount ? idOf("Nora") : undefined,
  };
}

/** The form that reaches both. */
export function formFor({ emulator }: World, port: number): Record<string, unknown> {
  const { tenantId, clientId, clientSecret } = emulator.credentials;
  return {
    Organization: "contoso.onmicrosoft.com",
    TenantID: tenantId,
    AppId: clientId,
    AppSecret: clientSecret,
    Host: "127.0.0.1",
    Port: String(port),
    BaseDN: baseDn,
    Username: service.userPrincipalName,
    Password: servicePassword,
    CertificateAuthorityFile: authorityFile,
    SharedMailboxRights: "FullAccess, SendOnBehalf",
  };
}

/** What the tenant gets of the person: a mailbox that on premises masters, or Exchange Online does. */
const like = (name: string): DirectoryObject =>
  seedState().objects.find(({ DisplayName }) => DisplayName === name) ?? {};
const synced = like("Dirk Synced");
const team = { ...like("Sales team"), Members: [] };

/** Guids of Exchange Online. */
const syncedGroup = "b0000000-0000-4000-9000-000000000001";
const cloudGroup = "b0000000-0000-4000-9000-000000000002";
const desk = "b0000000-0000-4000-9000-000000000003";
const objectIdOf = (guid: string): string => guid.replace("-90", "-92");

function namesOf(guid: string, name: string): DirectoryObject {
  const alias = name.toLowerCase().replaceAll(" ", ".");
  return {
    Guid: guid,
    ExternalDirectoryObjectId: objectIdOf(guid),
    DisplayName: name,
    Name: name,
    Alias: alias,
    EmailAddresses: [`SMTP:${alias}@contoso.com`],
  };
}

/** The Guid of the person's user in Exchange Online, by the objectGUID. No other Guid of the tenant starts so. */
const guidOf = (id: string): string => `ad${id.slice(2)}`;
const isOwnGuid = (guid: string): boolean => guid.startsWith("ad");

function isPerson({ UserPrincipalName }: DirectoryObject): boolean {
  return UserPrincipalName === person.userPrincipalName;
}

/** Brings what the domain has of the person to the tenant, as the synchronisation does. */
export function synchronise({ domain, emulator, start }: World): void {
  const { objects, ...rest } = structuredClone(emulator.state());
  const accounts = accountsOf({ domain, emulator, start });
  const isOwn = ({ ImmutableId }: DirectoryObject): boolean =>
    accounts.some(({ id }) => anchorOf(id) === ImmutableId);
  // A user whose account is gone is gone as well, with what it had.
  const kept = objects.filter((one) => !isPerson(one) || isOwn(one));
  for (const { ExternalDirectoryObjectId: id } of objects.filter((one) => !kept.includes(one)))
    delete rest.entra?.users?.[String(id)];
  const known = accounts.map(({ id }) => guidOf(id));
  const isKept = (guid: string): boolean => !isOwnGuid(guid) || known.includes(guid);
  for (const one of kept)
    if (one["Guid"] === cloudGroup) one["Members"] = membersOf(one).filter(isKept);
  rest.mailboxPermissions = rest.mailboxPermissions?.filter(({ trustee }) => isKept(trustee)) ?? [];
  for (const { id, isEnabled, isHidden } of accounts) {
    let object = kept.find(({ ImmutableId }) => ImmutableId === anchorOf(id));
    if (!object) {
      object = {
        ...synced,
        Guid: guidOf(id),
        ExchangeGuid: `ae${id.slice(2)}`,
        ExternalDirectoryObjectId: `af${id.slice(2)}`,
        ImmutableId: anchorOf(id),
        Alias: "nora.new",
        DisplayName: "Nora",
        Name: "Nora",
        UserPrincipalName: person.userPrincipalName,
        EmailAddresses: [`SMTP:${person.userPrincipalName}`],
        HiddenFromAddressListsEnabled: false,
        IsExchangeCloudManaged: start.isCloudManaged,
      };
      kept.push(object);
    }
    object["AccountDisabled"] = !isEnabled;
    if (!start.isCloudManaged) object["HiddenFromAddressListsEnabled"] = isHidden;
  }
  emulator.replaceState({ ...rest, objects: kept });
}

/** The immutable ID of a user of Entra ID: the objectGUID as Active Directory stores it, in base64. */
function anchorOf(id: string): string {
  const [a = "", b = "", c = "", ...rest] = id.split("-");
  const turned = [a, b, c].map((part) => Buffer.from(part, "hex").reverse().toString("hex"));
  return Buffer.from([...turned, ...rest].join(""), "hex").toString("base64");
}

/** The account as the domain has it. */
export interface Account {
  id: string;
  dn: string;
  isEnabled: boolean;
  isHidden: boolean;
  /** How much it has of what is granted. */
  access: "none" | "some" | "all";
  title: string;
  manager: string;
}

export interface Seen {
  accounts: readonly Account[];
  /** Whether the mailbox is hidden in the tenant; undefined when there is none. */
  isMailboxHidden: boolean | undefined;
  /** The tenant still has the mailbox of an account that was deleted: the synchronisation has not come since. */
  isMailboxStale: boolean;
  /** Everything that is not the person's: no event may change it. */
  bystanders: string;
}

const membersOf = ({ Members }: DirectoryObject): string[] =>
  Array.isArray(Members) ? Members.map(String) : [];

function accountsOf({
  domain,
  emulator,
  start,
}: Pick<World, "domain" | "emulator" | "start">): Account[] {
  const objects = domain.objects();
  const linked = (name: string): string[] => objects.flatMap(({ values }) => values[name] ?? []);
  const [members, delegates] = [linked("member"), linked("publicdelegates")];
  const tenant = emulator.state();
  const online = tenant.objects.filter(({ Guid }) => Guid === cloudGroup).flatMap(membersOf);
  const trustees = (tenant.mailboxPermissions ?? [])
    .filter(({ mailbox }) => mailbox === desk)
    .map(({ trustee }) => trustee);
  const partsOf = (id: string): boolean[] => {
    if (start.grant === "mailbox") return [delegates.includes(id), trustees.includes(guidOf(id))];
    return [start.grant === "cloud group" ? online.includes(guidOf(id)) : members.includes(id)];
  };
  const accessOf = (id: string): Account["access"] => {
    const parts = partsOf(id);
    if (parts.every(Boolean)) return "all";
    return parts.some(Boolean) ? "some" : "none";
  };
  return objects
    .filter(({ values }) => values["employeeid"]?.[0] === person.employeeID)
    .map(({ id, dn, values }) => ({
      id,
      dn,
      isEnabled: (Number(values["useraccountcontrol"]?.[0]) & 2) === 0,
      isHidden: values["msexchhidefromaddresslists"]?.[0] === "TRUE",
      access: accessOf(id),
      title: values["title"]?.[0] ?? "",
      manager: values["manager"]?.[0] ?? "",
    }));
}

export function seenIn({ domain, emulator, start }: World): Seen {
  const accounts = accountsOf({ domain, emulator, start });
  const ids = accounts.map(({ id }) => id);
  const anchors = ids.map(anchorOf);
  const { objects, mailboxPermissions = [], recipientPermissions = [] } = emulator.state();
  const isOwn = ({ ImmutableId }: DirectoryObject): boolean =>
    anchors.includes(String(ImmutableId));
  const mailbox = objects.find(isOwn);
  const without = (links?: readonly string[]) => links?.filter((id) => !ids.includes(id)) ?? [];
  const others = domain
    .objects()
    .filter(({ id }) => !ids.includes(id))
    .map(({ values: { member, publicdelegates, ...values }, ...one }) => ({
      ...one,
      values: { ...values, member: without(member), publicdelegates: without(publicdelegates) },
    }));
  return {
    accounts,
    isMailboxStale: objects.some((one) => isPerson(one) && !isOwn(one)),
    isMailboxHidden: mailbox ? mailbox["HiddenFromAddressListsEnabled"] === true : undefined,
    bystanders: JSON.stringify([
      others,
      objects
        .filter((one) => !isPerson(one))
        .map((one) => ({
          ...one,
          Members: membersOf(one).filter((guid) => !isOwnGuid(guid)),
          WhenChanged: undefined,
        })),
      mailboxPermissions.filter(({ trustee }) => !isOwnGuid(trustee)),
      recipientPermissions,
    ]),
  };
}
