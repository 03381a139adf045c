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

/** A person without an account gets one in Entra ID, works, is on leave, leaves and is hired again. */
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
  const personContext = { Person: { ExternalId: "2001", DisplayName: "Nora New (2001)" } };
  const create =
    (DryRun: boolean): LaterChapter["eventFor"] =>
    () => ({
      actionContext: {
        Configuration,
        DryRun,
        Data: { ...person, passwordProfile: { forceChangePasswordNextSignIn: "TRUE" } },
        CorrelationConfiguration: {
          Enabled: true,
          PersonField: "Person.ExternalId",
          PersonFieldValue: "2001",
          AccountField: "employeeId",
        },
        References: { Account: null, ManagerAccount: anna },
      },
      personContext,
      outputContext: { Data: { ...person, id: null, passwordProfile: { password: null } } },
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
      title: "She goes on leave: sign-in ends, and so do her sessions.",
      action: "lifecycle/entra/disable",
      eventFor: later({ accountEnabled: "FALSE" }),
    },
    {
      title: "She returns.",
      action: "lifecycle/entra/enable",
      eventFor: later({ accountEnabled: "TRUE" }),
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
