import path from "node:path";
import type { AuditLog, FieldMapping, PlanStep } from "../../lib/generated/types.ts";
import { eventFor, type Correlation } from "../session/events.ts";
import type { Invocation, Tenant } from "../session/tenant.ts";
import {
  mapFields,
  type MappedAction,
  type MappedData,
  type MappingFault,
  type Person,
} from "../mapping/mapping.ts";
import type { Scripts } from "../mapping/scripts.ts";

/** What is the same for every person of a plan. */
export interface PlanContext {
  tenant: Tenant;
  /** An action of an account, such as `lifecycle/update`. */
  action: string;
  mapping: FieldMapping;
  correlation: Correlation;
  /** The settings of the form, with the credentials. */
  configuration: Readonly<Record<string, unknown>>;
  scripts: Scripts;
}

/** What an action would do to the account of one person. */
export interface PersonPlan {
  externalId: string;
  displayName: string;
  result: "changes" | "nothing to change" | "fails";
  /** The audit lines of the dry run. */
  audit: AuditLog[];
  /** The account that correlation found. */
  account?: string;
  mapped: Pick<MappedData, "data">["data"];
  faults: MappingFault[];
  steps: PlanStep[];
  requests: number;
}

const mappedActions: Readonly<Record<string, MappedAction>> = {
  create: "Create",
  update: "Update",
  enable: "Enable",
  disable: "Disable",
  delete: "Delete",
};

/** The stage of the mapping that belongs to an action; undefined for an action without a mapping. */
export function mappedActionOf(action: string): MappedAction | undefined {
  return action.startsWith("lifecycle/") ? mappedActions[path.posix.basename(action)] : undefined;
}

/**
 * Maps a person and runs the action dry. Every action but create needs a reference, which the platform has from the
 * create of long ago: here a dry create finds it.
 */
export async function planFor(person: Person, context: PlanContext): Promise<PersonPlan> {
  const { action } = context;
  const create = `${path.posix.dirname(action)}/create`;
  const created = await dryRun(person, create, context);
  if (action === create) return planOf(person, created);
  const { AccountReference: account, AccountCorrelated: isCorrelated } =
    created.invocation.answer.outputContext;
  if (typeof account !== "string" || isCorrelated !== true) {
    // The audit says why correlation fails; what is mapped for create is not the plan of this action.
    const mapped = await mappedFor(person, action, context);
    const failed = planOf(person, { mapped, invocation: created.invocation });
    const { audit } = typeof account === "string" ? { audit: [createFirst] } : failed;
    return { ...failed, audit, steps: [], result: "fails" };
  }
  const planned = await dryRun(person, action, context, account);
  return { ...planOf(person, planned), account };
}

const createFirst: AuditLog = {
  Message: "There is no account with the correlation value of the person: create comes first.",
  IsError: true,
};

interface DryRun {
  mapped: MappedData;
  invocation: Invocation;
}

async function dryRun(
  person: Person,
  action: string,
  context: PlanContext,
  account?: string,
): Promise<DryRun> {
  const { tenant, correlation, configuration } = context;
  const mapped = await mappedFor(person, action, context);
  const event = eventFor(action, {
    configuration,
    isDryRun: true,
    person,
    mapped,
    correlation,
    account,
  });
  return { mapped, invocation: await tenant.invoke(action, event) };
}

async function mappedFor(
  person: Person,
  action: string,
  { mapping, scripts }: PlanContext,
): Promise<MappedData> {
  return await mapFields(mapping, mappedActionOf(action) ?? "Create", person, { scripts });
}

function planOf(person: Person, { mapped, invocation }: DryRun): PersonPlan {
  const { outputContext, plan, stats } = invocation.answer;
  const reference = outputContext["AccountReference"];
  return {
    externalId: textOf(person["ExternalId"]),
    displayName: textOf(person["DisplayName"]),
    result: resultOf(invocation, mapped),
    audit: outputContext.AuditLogs,
    // A create that correlates with nothing has no reference yet: a dry run only says that it would have one.
    ...(outputContext["AccountCorrelated"] === true &&
      typeof reference === "string" && { account: reference }),
    mapped: mapped.data,
    faults: mapped.faults,
    steps: plan,
    requests: stats.requests,
  };
}

function resultOf({ code, answer }: Invocation, { faults }: MappedData): PersonPlan["result"] {
  if (code !== 0 || faults.length > 0) return "fails";
  return answer.plan.length > 0 ? "changes" : "nothing to change";
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
