/** A tenant's reads in a file, which take the place of the tenant: a plan needs nothing else. */
import { isRecord } from "../../lib/record.ts";
import type { HttpReply, Transport } from "../../lib/net/transport.ts";
import { Fault } from "../../lib/fault.ts";
import type { Person } from "../mapping/mapping.ts";
import { planForAll, type PersonRow } from "../plan/people.ts";
import type { PlanContext } from "../plan/plan.ts";
import { leftovers } from "../scrub/leftovers.ts";
import { scrubbedRecording } from "../scrub/scrub.ts";
import { readJson } from "../session/jsonFile.ts";
import { tenantInMemory, type Tenant } from "../session/tenant.ts";
import { operationOf, type Answered, type Asked, type Exchange } from "../session/traffic.ts";
import { UsageError } from "../session/usageError.ts";
import { askedIn, targetOf } from "./asked.ts";
import { shown } from "./shown.ts";
import { assertClean, harmlessForm } from "./recordRun.ts";
import { Tape } from "./tape.ts";

/** The file. Everything in it that is the tenant's or a person's is a stand-in. */
export interface TenantRecording {
  /** Such as `tenant: recorded 2026-11-29, scrubbed`. */
  source: string;
  Configuration: Record<string, unknown>;
  /** The people whose accounts were read: a vault that matches the recording. */
  Persons: Person[];
  traffic: Exchange[];
}

/** Records what the tenant answers to the dry runs of all actions, for people. `onRow` is called for each plan. */
export async function recordTenant(
  people: readonly Person[],
  context: PlanContext,
  { actions, source, onRow }: { actions: readonly string[]; source: string; onRow(): void },
): Promise<{ recording: TenantRecording; differing: string[] }> {
  const tape = new Tape();
  const tenant = context.tenant.overheard((send) => tape.over(send));
  const plans = await plansFor(people, { ...context, tenant }, actions, onRow);
  const traffic = [...answersIn(tape.traffic).values()].flat();
  const input = { data: { Configuration: context.configuration, Persons: people }, traffic };
  const data = { ...input.data, Configuration: harmlessForm(context.configuration) };
  const scrubbed = scrubbedRecording({ data, traffic });
  const recording = { source, ...(scrubbed.data as typeof data), traffic: [...scrubbed.traffic] };
  assertClean(leftovers(input, recording));
  const kept = { ...recording, Persons: [...recording.Persons] };
  const again = { ...context, ...tenantOf(kept), configuration: kept.Configuration };
  const others = await plansFor(kept.Persons, again, actions, onRow);
  const differing = plans.filter((plan, at) => resultOf(plan) !== resultOf(others[at]));
  return { recording: kept, differing: [...new Set(differing.map(nameOf))] };
}

async function plansFor(
  people: readonly Person[],
  context: PlanContext,
  actions: readonly string[],
  onRow: () => void,
): Promise<PersonRow[]> {
  const plans: PersonRow[] = [];
  for (const action of actions)
    plans.push(...(await planForAll(people, { ...context, action }, onRow)));
  return plans;
}

function resultOf(row: PersonRow | undefined): string {
  return JSON.stringify([row?.result, row?.changes.length]);
}

function nameOf({ displayName, externalId }: PersonRow): string {
  return displayName || externalId;
}

/** The recording in a file. Throws when it is none. */
export function readTenantRecording(file: string): TenantRecording {
  const json = readJson(file);
  const { source, Configuration, Persons, traffic } = isRecord(json) ? json : {};
  if (
    typeof source === "string" &&
    isRecord(Configuration) &&
    Array.isArray(Persons) &&
    Array.isArray(traffic)
  )
    return { source, Configuration, Persons: Persons as Person[], traffic: traffic as Exchange[] };
  throw new UsageError(
    `${file} is no recording of a tenant; expected what plan --record writes: source, Configuration, Persons, traffic.`,
  );
}

/** The tenant of a recording: it answers what was read, and names what was not. */
export function tenantOf({ source, Configuration, traffic }: TenantRecording): { tenant: Tenant } {
  const answers = answersIn(traffic);
  const send: Transport = (request) => {
    const url = new URL(request.url);
    if (targetOf(url) === undefined) return Promise.resolve(tokenReply);
    const asked = askedIn({ method: request.method, url, body: request.body ?? "" });
    const known = answers.get(keyOf(asked)) ?? [];
    const found = known.find(({ request: one }) => missingIn(one, asked).length === 0);
    return found
      ? Promise.resolve(replyOf(found.response))
      : Promise.reject(notRecorded(asked, known));
  };
  const { Organization } = Configuration;
  const name = `${String(Organization)} (${source})`;
  return { tenant: tenantInMemory(name, Configuration, { send, clock: Date.now }) };
}

const tokenReply: HttpReply = {
  status: 200,
  headers: { "content-type": "application/json" },
  text: JSON.stringify({ token_type: "Bearer", expires_in: 3599, access_token: "opens-nothing" }),
};

/** The answers to each question, one for each selection of properties: the last, as a first one may be a refusal. */
function answersIn(traffic: readonly Exchange[]): Map<string, Exchange[]> {
  const answers = new Map<string, Exchange[]>();
  for (const exchange of traffic) {
    const key = keyOf(exchange.request);
    const others = (answers.get(key) ?? []).filter(
      ({ request }) => String(request.select) !== String(exchange.request.select),
    );
    answers.set(key, [...others, exchange]);
  }
  return answers;
}

/** A question, apart from the properties that are selected. */
function keyOf(asked: Asked): string {
  const { parameters, page, batch } = asked;
  return JSON.stringify([operationOf(asked), parameters, page, batch]);
}

/** The properties that are asked for and were not recorded. */
function missingIn({ select: recorded }: Asked, { select: asked }: Asked): string[] {
  if (recorded === undefined) return [];
  return asked === undefined
    ? ["all properties"]
    : asked.filter((property) => !recorded.includes(property));
}

function notRecorded(asked: Asked, known: readonly Exchange[]): Fault {
  const question = `${operationOf(asked)} ${shown(asked.batch ?? asked.parameters)}`;
  const [nearest] = known
    .map(({ request }) => missingIn(request, asked))
    .sort((a, b) => a.length - b.length);
  const what = nearest
    ? `The recording of the tenant has ${question} without ${nearest.join(", ")}`
    : `The recording of the tenant has no answer to ${question}`;
  return new Fault({
    kind: "invalid",
    message: `${what}. Record it again with this mapping and these people: plan --record.`,
  });
}

function replyOf(response: Answered): HttpReply {
  if ("cut" in response)
    throw new Fault({ kind: "unavailable", message: "The connection was cut.", retryable: true });
  const { status, headers = {}, body } = response;
  if (typeof body === "string") return { status, headers, text: body };
  const text = JSON.stringify(body);
  return { status, headers: { "content-type": "application/json", ...headers }, text };
}
