import type { CreateEvent } from "../lib/generated/types.ts";
import { story, type Tenant } from "../tools/cli/demoEvents.ts";

export interface CreateChoices {
  field?: string;
  value?: string | null;
  dryRun?: boolean;
  data?: Record<string, unknown> | null;
  configuration?: Record<string, unknown>;
  correlation?: Record<string, unknown>;
  outputData?: Record<string, unknown>;
}

/** A create event as the platform sends it: the story's own, with the differences a test is about. */
export function createEventFor(
  tenant: Tenant,
  {
    field = "CustomAttribute1",
    value = "E100001",
    dryRun = false,
    data,
    configuration,
    correlation,
    outputData,
  }: CreateChoices = {},
): CreateEvent {
  const event = structuredClone(story(tenant)[0].event);
  const { actionContext } = event;
  actionContext.DryRun = dryRun;
  if (data !== undefined) actionContext.Data = data;
  Object.assign(actionContext.Configuration, configuration);
  Object.assign(
    actionContext.CorrelationConfiguration,
    { AccountField: field, PersonFieldValue: value },
    correlation,
  );
  if (outputData !== undefined) event.outputContext = { Data: outputData };
  return event;
}

export interface ChangeChoices {
  /** The account reference: what create answered with. */
  reference?: unknown;
  data?: Record<string, unknown> | null;
  /** What the platform filled in beforehand; left out, the mapped fields. */
  outputData?: Record<string, unknown>;
  dryRun?: boolean;
  configuration?: Record<string, unknown>;
  /** The reference of the manager's account. */
  manager?: string | null;
}

/** An update, enable, disable or delete event as the platform sends it, for the first mailbox of the seeded tenant. */
export function changeEventFor(
  tenant: Tenant,
  {
    reference = "0b1ec700-0000-4000-8000-000000000001",
    data = {},
    outputData,
    dryRun = false,
    configuration,
    manager = null,
  }: ChangeChoices = {},
): unknown {
  const { actionContext, personContext } = createEventFor(tenant, {
    dryRun,
    configuration: configuration ?? {},
  });
  const { CorrelationConfiguration: _, ...context } = actionContext;
  return {
    actionContext: {
      ...context,
      Data: data,
      References: { Account: reference, ManagerAccount: manager },
    },
    personContext,
    outputContext: { Data: outputData ?? data },
  };
}

/** The same as a reconciliation sends it: there is no person, and nothing is mapped. */
export function reconciliationFor(
  tenant: Tenant,
  choices: Omit<ChangeChoices, "data" | "outputData"> = {},
): unknown {
  const { actionContext } = changeEventFor(tenant, { ...choices, data: null }) as {
    actionContext: Record<string, unknown>;
  };
  return { actionContext: { ...actionContext, Origin: "reconciliation" } };
}

export interface ImportChoices {
  fields?: unknown;
  dryRun?: boolean;
  configuration?: Record<string, unknown>;
}

/** An import of accounts as the platform asks for it. */
export function accountImportFor(
  tenant: Tenant,
  {
    fields = ["UserPrincipalName", "CustomAttribute1"],
    dryRun = false,
    configuration,
  }: ImportChoices = {},
): unknown {
  const { actionContext } = createEventFor(tenant, { dryRun, configuration: configuration ?? {} });
  return {
    actionContext: {
      Configuration: actionContext.Configuration,
      DryRun: dryRun,
      Operation: "undefined",
      ImportFields: fields,
    },
  };
}

export interface PermissionChoices {
  account?: unknown;
  /** The Identification of the listed permission. */
  permission?: unknown;
  dryRun?: boolean;
  configuration?: Record<string, unknown>;
  /** What the person has in addition. */
  person?: Record<string, unknown>;
}

/**
 * A grant or a revoke of one permission as an enforcement sends it. The default account is the first
 * mailbox of the seeded tenant.
 */
export function permissionEventFor(
  tenant: Tenant,
  {
    account = "0b1ec700-0000-4000-8000-000000000001",
    permission = {},
    dryRun = false,
    configuration,
    person,
  }: PermissionChoices = {},
): unknown {
  const { actionContext, personContext } = createEventFor(tenant, {
    dryRun,
    configuration: configuration ?? {},
  });
  const {
    CorrelationConfiguration: _,
    Data: __,
    AccountCorrelated: ___,
    ...context
  } = actionContext;
  return {
    actionContext: {
      ...context,
      References: { Account: account, ManagerAccount: null, Permission: permission },
      PermissionDisplayName: "As it is listed",
    },
    personContext: person ? { Person: { ...personContext?.Person, ...person } } : personContext,
  };
}

/** A revoke as a reconciliation sends it: there is no person. */
export function reconciledRevokeFor(tenant: Tenant, choices: PermissionChoices = {}): unknown {
  const { actionContext } = permissionEventFor(tenant, choices) as {
    actionContext: Record<string, unknown>;
  };
  return { actionContext: { ...actionContext, Origin: "reconciliation" } };
}

export interface OnRecord {
  DisplayName: string;
  Reference: Record<string, unknown>;
}

export interface SubPermissionChoices extends PermissionChoices {
  operation?: "grant" | "update" | "revoke";
  contracts?: unknown;
  /** What is on record for the person. */
  current?: readonly OnRecord[];
}

/** A contract of a department, in conditions or not. */
export function contractOf(department: unknown, isInConditions = true): unknown {
  return {
    Context: { InConditions: isInConditions },
    Department: { ExternalId: department, DisplayName: "A department" },
    Title: { Name: "Nurse" },
    Primary: false,
  };
}

/** A grant, update or revoke of the one permission whose parts follow from the contracts. */
export function subPermissionsEventFor(
  tenant: Tenant,
  { operation = "grant", contracts = [], current = [], ...choices }: SubPermissionChoices = {},
): unknown {
  const { actionContext } = permissionEventFor(tenant, choices) as {
    actionContext: Record<string, unknown>;
  };
  return {
    actionContext: { ...actionContext, Operation: operation, CurrentPermissions: current },
    personContext: { Person: { DisplayName: "A person", Contracts: contracts } },
  };
}

/** What a listing of permissions and an import of who holds them are asked with: no more than the configuration. */
export function readingEventFor(
  tenant: Tenant,
  { dryRun = false, configuration }: Pick<PermissionChoices, "dryRun" | "configuration"> = {},
): unknown {
  const { actionContext } = createEventFor(tenant, { dryRun, configuration: configuration ?? {} });
  return {
    actionContext: {
      Configuration: actionContext.Configuration,
      DryRun: dryRun,
      Operation: "undefined",
    },
  };
}

export interface ResourceChoices {
  source?: unknown;
  dryRun?: boolean;
  configuration?: Record<string, unknown>;
}

/** Resources as they are asked for before an enforcement. Groups are owned by one of the seeded people. */
export function resourcesEventFor(
  tenant: Tenant,
  { source = [], dryRun = false, configuration }: ResourceChoices = {},
): unknown {
  const { actionContext } = createEventFor(tenant, {
    dryRun,
    configuration: { ResourceOwner: "dora.double@contoso.com", ...configuration },
  });
  return {
    actionContext: {
      Configuration: actionContext.Configuration,
      DryRun: dryRun,
      Operation: "undefined",
      Origin: "enforcement",
    },
    resourceContext: { SourceData: source },
  };
}
