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
