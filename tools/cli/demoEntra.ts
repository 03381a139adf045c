import type { Entra } from "../../test/emulator/graph/entraState.ts";
import type { Chapter, Tenant } from "./demoEvents.ts";

/** An event of a person whose account does not exist yet: its reference is what create answered. */
export interface LaterChapter extends Omit<Chapter, "event"> {
  eventFor(reference: string): Chapter["event"];
}

/** Two colleagues of the seeded tenant, who are Nora's managers one after the other. */
const anna = "e47ad000-0000-4000-8000-00000000001f";
const bas = "e47ad000-0000-4000-8000-000000000020";

const person = {
  displayName: "Nora New",
  givenName: "Nora",
  surname: "New",
  employeeId: "2001",
  userPrincipalName: "nora.new@contoso.com",
  mailNickname: "nora.new",
  usageLocation: "NL",
  jobTitle: "Nurse",
  accountEnabled: "FALSE",
};

/** The licence of the story, which has a mailbox. */
const licence = {
  skuId: "6fd2c87f-b296-42f0-b197-1e91e994b900",
  skuPartNumber: "ENTERPRISEPACK",
} as const;

/** What the tenant of the story has in addition: ten seats of a licence. */
export const entraSeats: NonNullable<Entra["subscribedSkus"]> = [
  {
    ...licence,
    prepaidUnits: { enabled: 10 },
    servicePlans: [
      {
        servicePlanId: "efb87545-963c-4e0d-99df-69c6916d9eb0",
        servicePlanName: "EXCHANGE_S_ENTERPRISE",
      },
    ],
  },
];

/** Someone else, whose hire is rescinded before the first day. */
const rescinded = {
  ...person,
  displayName: "Rik Rescinded",
  givenName: "Rik",
  surname: "Rescinded",
  employeeId: "2002",
  userPrincipalName: "rik.rescinded@contoso.com",
  mailNickname: "rik.rescinded",
};

/**
 * A hire is rescinded. Another person gets an account in Entra ID and a mailbox, works, is on two kinds of leave,
 * leaves and is hired again.
 */
export function entraStory(tenant: Tenant): LaterChapter[] {
  const { tenantId, clientId, clientSecret } = tenant;
  const Configuration = {
    Organization: "contoso.onmicrosoft.com",
    TenantID: tenantId,
    AppId: clientId,
    AppSecret: clientSecret,
    exchangeOnlineIntegration: true,
    deleteAccount: true,
    setManagerOnCreate: true,
    updateManagerOnUpdate: true,
  };
  const contextOf = ({ employeeId, displayName }: typeof person) => ({
    Person: { ExternalId: employeeId, DisplayName: `${displayName} (${employeeId})` },
  });
  const personContext = contextOf(person);
  const create =
    (DryRun: boolean, who = person): LaterChapter["eventFor"] =>
    () => ({
      actionContext: {
        Configuration,
        DryRun,
        Data: { ...who, passwordProfile: { forceChangePasswordNextSignIn: "TRUE" } },
        CorrelationConfiguration: {
          Enabled: true,
          PersonField: "Person.ExternalId",
          PersonFieldValue: who.employeeId,
          AccountField: "employeeId",
        },
        References: { Account: null, ManagerAccount: anna },
      },
      personContext: contextOf(who),
      outputContext: { Data: { ...who, id: null, passwordProfile: { password: null } } },
    });
  const permission =
    (PermissionDisplayName: string, Permission: Record<string, string>) =>
    (Account: string): Chapter["event"] => ({
      actionContext: {
        Configuration,
        DryRun: false,
        References: { Account, ManagerAccount: anna, Permission },
        PermissionDisplayName,
      },
      personContext,
    });
  const e3 = permission(`License - ${licence.skuPartNumber}`, {
    Id: licence.skuId,
    SkuId: licence.skuId,
    SkuPartNumber: licence.skuPartNumber,
  });
  const hold = permission("Litigation Hold - 365 days", {
    Id: "LitigationHold-365",
    Duration: "365",
  });
  const later =
    (Data: Record<string, unknown>, ManagerAccount: string | null = anna) =>
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
  return [
    {
      title: "Rik Rescinded is hired, and gets an account that stays disabled until his first day.",
      action: "lifecycle/entra/create",
      eventFor: create(false, rescinded),
    },
    {
      title: "His hire is rescinded: the account is deleted, which can be undone for 30 days.",
      action: "lifecycle/entra/delete",
      eventFor: (Account) => ({ ...later({})(Account), personContext: contextOf(rescinded) }),
    },
    {
      title: "Nora New is hired. A preview shows what would be created, and sends nothing.",
      action: "lifecycle/entra/create",
      eventFor: create(true),
    },
    {
      title:
        "She gets an account with a password and her manager; it stays disabled until her first day.",
      action: "lifecycle/entra/create",
      eventFor: create(false),
    },
    {
      title: "The event comes a second time: the account is found, and none is created.",
      action: "lifecycle/entra/create",
      eventFor: create(false),
    },
    {
      title: "She gets a licence, and with it a mailbox.",
      action: "permissions/licences/grantPermission",
      eventFor: e3,
    },
    {
      title: "Her first day: she can sign in.",
      action: "lifecycle/entra/enable",
      eventFor: later({ accountEnabled: "TRUE" }),
    },
    {
      title: "She moves: another title, a telephone and another manager.",
      action: "lifecycle/entra/update",
      eventFor: later(
        { jobTitle: "Head nurse", department: "Care", mobilePhone: "+31 6 12345678" },
        bas,
      ),
    },
    {
      title:
        "She is on family leave: sign-in and sessions end, and her mailbox is hidden. Mail still arrives.",
      action: "lifecycle/entra/disable",
      eventFor: later({ accountEnabled: "FALSE" }),
    },
    {
      title: "She returns: she signs in, and is in the address lists.",
      action: "lifecycle/entra/enable",
      eventFor: later({ accountEnabled: "TRUE" }),
    },
    {
      title:
        "A legal leave begins with a hold on her mailbox, from the target system for Exchange Online,",
      action: "permissions/litigationHold/grantPermission",
      eventFor: hold,
    },
    {
      title: "and then sign-in ends.",
      action: "lifecycle/entra/disable",
      eventFor: later({ accountEnabled: "FALSE" }),
    },
    {
      title: "She returns,",
      action: "lifecycle/entra/enable",
      eventFor: later({ accountEnabled: "TRUE" }),
    },
    {
      title: "and the hold ends.",
      action: "permissions/litigationHold/revokePermission",
      eventFor: hold,
    },
    {
      title: "She leaves: first sign-in ends,",
      action: "lifecycle/entra/disable",
      eventFor: later({ accountEnabled: "FALSE" }),
    },
    {
      title: "and then the account is deleted, which can be undone for 30 days.",
      action: "lifecycle/entra/delete",
      eventFor: later({}),
    },
    {
      title: "She is hired again in time: the same account is restored.",
      action: "lifecycle/entra/create",
      eventFor: create(false),
    },
    {
      title: "Her first day again.",
      action: "lifecycle/entra/enable",
      eventFor: later({ accountEnabled: "TRUE" }),
    },
  ];
}
