import type { CreateEvent } from "../lib/generated/types.ts";
import { story, type Tenant } from "../tools/story.ts";

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
export function createEventFor(tenant: Tenant, { field = "CustomAttribute1", value = "E100001", dryRun = false, data, configuration, correlation, outputData }: CreateChoices = {}): CreateEvent {
  const event = structuredClone(story(tenant)[0].event);
  const { actionContext } = event;
  actionContext.DryRun = dryRun;
  if (data !== undefined) actionContext.Data = data;
  Object.assign(actionContext.Configuration, configuration);
  Object.assign(actionContext.CorrelationConfiguration, { AccountField: field, PersonFieldValue: value }, correlation);
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
}

/** An update, enable, disable or delete event as the platform sends it, for the first mailbox of the seeded tenant. */
export function changeEventFor(tenant: Tenant, { reference = "0b1ec700-0000-4000-8000-000000000001", data = {}, outputData, dryRun = false, configuration }: ChangeChoices = {}): unknown {
  const { actionContext, personContext } = createEventFor(tenant, { dryRun, configuration: configuration ?? {} });
  const { CorrelationConfiguration: _, ...context } = actionContext;
  return { actionContext: { ...context, Data: data, References: { Account: reference, ManagerAccount: null } }, personContext, outputContext: { Data: outputData ?? data } };
}

/** The same as a reconciliation sends it: there is no person, and nothing is mapped. */
export function reconciliationFor(tenant: Tenant, choices: Omit<ChangeChoices, "data" | "outputData"> = {}): unknown {
  const { actionContext } = changeEventFor(tenant, { ...choices, data: null }) as { actionContext: Record<string, unknown> };
  return { actionContext: { ...actionContext, Origin: "reconciliation" } };
}

export interface ImportChoices {
  fields?: unknown;
  dryRun?: boolean;
  configuration?: Record<string, unknown>;
}

/** An import of accounts as the platform asks for it. */
export function accountImportFor(tenant: Tenant, { fields = ["UserPrincipalName", "CustomAttribute1"], dryRun = false, configuration }: ImportChoices = {}): unknown {
  const { actionContext } = createEventFor(tenant, { dryRun, configuration: configuration ?? {} });
  return { actionContext: { Configuration: actionContext.Configuration, DryRun: dryRun, Operation: "undefined", ImportFields: fields } };
}
