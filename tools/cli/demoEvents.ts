import type {
  Configuration,
  CreateEvent,
  DeleteEvent,
  DisableEvent,
  EnableEvent,
  GrantPermissionEvent,
  ImportEvent,
  RevokePermissionEvent,
  SubPermissionsEvent,
  UpdateEvent,
} from "../../lib/generated/types.ts";

/** One event of the story that `npm start` plays and the README shows. */
export interface Chapter {
  title: string;
  action: string;
  event:
    | CreateEvent
    | UpdateEvent
    | EnableEvent
    | DisableEvent
    | DeleteEvent
    | GrantPermissionEvent
    | RevokePermissionEvent
    | SubPermissionsEvent;
}

/** What it takes to sign in to the emulated tenant. */
export interface Tenant {
  tenantId: string;
  clientId: string;
  clientSecret: string;
}

/**
 * The first mailbox of the seeded tenant: create finds it, and the platform passes its reference to
 * every later event.
 */
const aoife = "0b1ec700-0000-4000-8000-000000000001";
const press = "0b1ec700-0000-4000-8000-0000000003f0";
const salesTeam = {
  DisplayName: "Sales team",
  Reference: { Id: "0b1ec700-0000-4000-8000-00000000041c" },
};
const financeRights = {
  DisplayName: "Finance rights",
  Reference: { Id: "0b1ec700-0000-4000-8000-00000000041e" },
};
const message =
  "Aoife O'Brien no longer works here, and your message has not been read. Please write " +
  "to Iris Smit (iris.smit@contoso.com).";

/** A person of the seeded tenant joins, moves, leaves and comes back. */
export function story(tenant: Tenant): [Chapter & { event: CreateEvent }, ...Chapter[]] {
  const create: CreateEvent = {
    actionContext: {
      Configuration: configurationFor(tenant),
      DryRun: false,
      Operation: "undefined",
      Data: { HiddenFromAddressListsEnabled: "true" },
      CorrelationConfiguration: {
        Enabled: true,
        PersonField: "Person.Accounts.MicrosoftActiveDirectory.userPrincipalName",
        PersonFieldValue: "aoife.obrien@contoso.com",
        AccountField: "UserPrincipalName",
        AccountFieldValue: null,
      },
      AccountCorrelated: false,
      References: { Account: null, ManagerAccount: null },
      Origin: "enforcement",
    },
    personContext: { Person: { ExternalId: "E100001", DisplayName: "Aoife O'Brien (E100001)" } },
    outputContext: {
      Data: { Guid: null, UserPrincipalName: null, HiddenFromAddressListsEnabled: "true" },
    },
  };
  const later = (Data: Record<string, unknown>): UpdateEvent => ({
    actionContext: {
      Configuration: { ...configurationFor(tenant), ClearAutoReplyOnEnable: true },
      DryRun: false,
      Operation: "undefined",
      Data,
      AccountCorrelated: false,
      References: { Account: aoife, ManagerAccount: null },
      Origin: "enforcement",
    },
    personContext: create.personContext ?? null,
    outputContext: { Data },
  });
  const person = create.personContext?.Person ?? {};
  const rightsOnPress: GrantPermissionEvent & RevokePermissionEvent = {
    actionContext: {
      Configuration: configurationFor(tenant),
      DryRun: false,
      Operation: "undefined",
      References: { Account: aoife, ManagerAccount: null, Permission: { Id: press } },
      PermissionDisplayName: "Shared Mailbox - Press",
      Origin: "enforcement",
    },
    personContext: { Person: person },
  };
  const groupsOf = (
    Operation: "grant" | "update" | "revoke",
    department: string | undefined,
    CurrentPermissions: SubPermissionsEvent["actionContext"]["CurrentPermissions"],
  ): SubPermissionsEvent => ({
    actionContext: {
      Configuration: configurationFor(tenant),
      DryRun: false,
      Operation,
      References: { Account: aoife, ManagerAccount: null, Permission: { Reference: "dg" } },
      PermissionDisplayName: "Permission - Distribution Group",
      CurrentPermissions: CurrentPermissions ?? [],
      Origin: "enforcement",
    },
    personContext: {
      Person: {
        ...person,
        Contracts:
          department === undefined
            ? []
            : [{ Context: { InConditions: true }, Department: { ExternalId: department } }],
      },
    },
  });
  const reply = { InternalMessage: message, ExternalMessage: message };
  return [
    {
      title:
        "Aoife O'Brien joins: her mailbox is found by her sign-in name, linked to her, and hidden until her first day.",
      action: "lifecycle/create",
      event: create,
    },
    {
      title: "Her first day: she gets access, and is shown in the address lists.",
      action: "lifecycle/enable",
      event: later({ HiddenFromAddressListsEnabled: "false" }),
    },
    {
      title: "She is to look after a shared mailbox: one entitlement, two rights.",
      action: "permissions/sharedMailboxes/grantPermission",
      event: rightsOnPress,
    },
    {
      title: "The group of her department follows from her contract.",
      action: "permissions/groups/subPermissions",
      event: groupsOf("grant", "D-FINANCE", []),
    },
    {
      title: "She moves: another title, and an address under her new name. The old one stays hers.",
      action: "lifecycle/update",
      event: later({
        CustomAttribute2: "Head of Finance",
        EmailAddresses: ["SMTP:aoife.byrne@contoso.com"],
      }),
    },
    {
      title:
        "Her new department has another group, to which someone had added her by hand; the old one ends.",
      action: "permissions/groups/subPermissions",
      event: groupsOf("update", "D-SALES", [financeRights]),
    },
    {
      title: "She leaves: the rights on the shared mailbox end,",
      action: "permissions/sharedMailboxes/revokePermission",
      event: rightsOnPress,
    },
    {
      title: "and so does her membership,",
      action: "permissions/groups/subPermissions",
      event: groupsOf("revoke", undefined, [salesTeam]),
    },
    {
      title: "and her access.",
      action: "lifecycle/disable",
      event: later({ HiddenFromAddressListsEnabled: "true" }),
    },
    {
      title: "Her account is taken away: the mailbox stays, and answers those who write.",
      action: "lifecycle/delete",
      event: later({ AutoReplyState: "Enabled", ExternalAudience: "All", ...reply }),
    },
    {
      title:
        "She comes back: the same mailbox is found again. It is still hidden, so nothing has to be changed.",
      action: "lifecycle/create",
      event: create,
    },
    {
      title: "Her first day again: she is shown, and the leaver's automatic reply is switched off.",
      action: "lifecycle/enable",
      event: later({ HiddenFromAddressListsEnabled: "false", ...reply }),
    },
  ];
}

/** An import of accounts of the same tenant. */
export function importEventFor(tenant: Tenant, DryRun = false): ImportEvent {
  return {
    actionContext: {
      Configuration: configurationFor(tenant),
      DryRun,
      ImportFields: ["UserPrincipalName", "CustomAttribute1", "HiddenFromAddressListsEnabled"],
    },
  };
}

/** An import of the holders of permissions of the same tenant. */
export function permissionImportFor(
  tenant: Tenant,
  configuration: Record<string, unknown> = {},
): { actionContext: Record<string, unknown> } {
  return {
    actionContext: {
      Configuration: { ...configurationFor(tenant), ...configuration },
      DryRun: false,
    },
  };
}

/** The form of the emulated tenant. */
export function configurationFor({ tenantId, clientId, clientSecret }: Tenant): Configuration {
  return {
    Organization: "contoso.onmicrosoft.com",
    TenantID: tenantId,
    AppId: clientId,
    AppSecret: clientSecret,
    UseCertificate: false,
    Cloud: "worldwide",
  };
}
