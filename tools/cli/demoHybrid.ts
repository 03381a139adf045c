import { randomUUID } from "node:crypto";
import { personIn } from "../../test/emulator/directory/domain.ts";
import type { Request } from "../../test/emulator/directory/ldapDouble.ts";
import type { LaterChapter } from "./demoEntra.ts";
import type { Chapter, Tenant } from "./demoEvents.ts";
import { baseDn, startEmulatedDirectory, unit } from "./emulatedDirectory.ts";

const staff = `OU=Staff,${baseDn}`;
const care = `OU=Care,${staff}`;
const nurses = `CN=Nurses,OU=Groups,${baseDn}`;

/** The domain of the story: a domain controller in this process, which exists as long as the story is played. */
export interface DemoDirectory {
  chapters(tenant: Tenant): LaterChapter[];
  /** The requests since the last call, one line each. */
  takeRequests(): string[];
  close(): Promise<void>;
}

/**
 * Starts the domain controller, on a port of this machine, with a certificate of its own authority. `newId`: see
 * `DomainSettings`.
 */
export async function startDemoDirectory(
  newId = randomUUID as () => string,
): Promise<DemoDirectory> {
  const directory = await startEmulatedDirectory(
    [
      ...["Staff", "Groups"].map((name) => unit(`OU=${name},${baseDn}`)),
      unit(care),
      personIn(staff, "Anna Ames", { userPrincipalName: "anna.ames@contoso.com" }),
      personIn(staff, "Bas Bakker", { userPrincipalName: "bas.bakker@contoso.com" }),
      {
        dn: nurses,
        objectClass: "group",
        values: { sAMAccountName: "Nurses", groupType: "-2147483646" },
      },
    ],
    newId,
  );
  const { domain, form, requests } = directory;
  const idOf = (name: string): string => domain.valuesOf("cn", name, "objectGUID")[0] ?? "";
  return {
    chapters: (tenant) =>
      hybridStory(tenant, {
        form,
        anna: idOf("Anna Ames"),
        bas: idOf("Bas Bakker"),
        nurses: idOf("Nurses"),
      }),
    takeRequests: () => requests.splice(0).map(lineOf),
    close: () => directory.close(),
  };
}

function lineOf({ kind, dn, changes, values }: Request): string {
  const written = [...changes, ...values].map(({ attribute }) => attribute);
  return `LDAP ${kind} ${dn}${written.length > 0 ? ` (${written.join(", ")})` : ""}`;
}

const person = {
  cn: "Nora New",
  displayName: "Nora New",
  givenName: "Nora",
  sn: "New",
  employeeID: "2001",
  sAMAccountName: "nora.new",
  userPrincipalName: "nora.new@contoso.com",
  mail: "nora.new@contoso.com",
  mailNickname: "nora.new",
  proxyAddresses: ["SMTP:nora.new@contoso.com"],
  targetAddress: "SMTP:nora.new@contoso.mail.onmicrosoft.com",
  msExchRemoteRecipientType: "1",
  msExchRecipientDisplayType: "-2147483642",
  msExchRecipientTypeDetails: "2147483648",
  organizationalUnit: staff,
};

interface Place {
  /** The fields of the form that name the domain. */
  form: Readonly<Record<string, string>>;
  /** objectGUIDs. */
  anna: string;
  bas: string;
  nurses: string;
}

/** A person gets an account in Active Directory with a remote mailbox, works, moves and leaves. */
function hybridStory(
  { tenantId, clientId, clientSecret }: Tenant,
  { form, anna, bas, nurses: group }: Place,
): LaterChapter[] {
  const Configuration = {
    Organization: "contoso.onmicrosoft.com",
    TenantID: tenantId,
    AppId: clientId,
    AppSecret: clientSecret,
    ...form,
    deleteAccount: true,
    setManagerOnCreate: true,
    updateManagerOnUpdate: true,
  };
  const personContext = { Person: { ExternalId: "2001", DisplayName: "Nora New (2001)" } };
  const create = (DryRun: boolean) => (): Chapter["event"] => ({
    actionContext: {
      Configuration,
      DryRun,
      Data: { ...person, accountPassword: null },
      CorrelationConfiguration: {
        Enabled: true,
        PersonField: "Person.ExternalId",
        PersonFieldValue: "2001",
        AccountField: "employeeID",
      },
      References: { Account: null, ManagerAccount: anna },
    },
    personContext,
    outputContext: { Data: { ...person, accountPassword: null } },
  });
  const later =
    (Data: Record<string, unknown>, ManagerAccount = anna) =>
    (Account: string): Chapter["event"] => ({
      actionContext: {
        Configuration,
        DryRun: false,
        Data,
        References: { Account, ManagerAccount },
      },
      personContext,
      outputContext: { Data },
    });
  const membership = (Account: string): Chapter["event"] => ({
    actionContext: {
      Configuration,
      DryRun: false,
      References: { Account, ManagerAccount: anna, Permission: { Id: group } },
      PermissionDisplayName: "Security Group - Nurses",
    },
    personContext,
  });
  return [
    {
      title: "Nora New is hired. A preview shows what would be created, and writes nothing.",
      action: "lifecycle/hybrid/create",
      eventFor: create(true),
    },
    {
      title:
        "She gets an account in Active Directory, with a password, a manager and a remote mailbox; it stays disabled.",
      action: "lifecycle/hybrid/create",
      eventFor: create(false),
    },
    {
      title: "The event comes a second time: the account is found, and nothing is written.",
      action: "lifecycle/hybrid/create",
      eventFor: create(false),
    },
    {
      title: "She becomes a member of the group Nurses.",
      action: "permissions/activeDirectoryGroups/grantPermission",
      eventFor: membership,
    },
    {
      title: "Her first day: the account is enabled.",
      action: "lifecycle/hybrid/enable",
      eventFor: later({}),
    },
    {
      title: "She marries and moves: another name, another unit, another manager.",
      action: "lifecycle/hybrid/update",
      eventFor: later(
        {
          cn: "Nora Newman",
          displayName: "Nora Newman",
          sn: "Newman",
          title: "Head nurse",
          organizationalUnit: care,
          proxyAddresses: ["SMTP:nora.newman@contoso.com"],
        },
        bas,
      ),
    },
    {
      title:
        "She is on leave: the account is disabled, and her mailbox is hidden with the next synchronisation.",
      action: "lifecycle/hybrid/disable",
      eventFor: later({ msExchHideFromAddressLists: "true" }),
    },
    {
      title: "She returns.",
      action: "lifecycle/hybrid/enable",
      eventFor: later({ msExchHideFromAddressLists: "false" }),
    },
    {
      title: "She leaves: first the membership ends,",
      action: "permissions/activeDirectoryGroups/revokePermission",
      eventFor: membership,
    },
    {
      title: "then the account is disabled,",
      action: "lifecycle/hybrid/disable",
      eventFor: later({}),
    },
    {
      title: "and then it is deleted.",
      action: "lifecycle/hybrid/delete",
      eventFor: later({}),
    },
  ];
}
