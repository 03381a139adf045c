/** Lives of accounts of Entra ID with their mailboxes, in process and in virtual time, while things go wrong. */
import create from "../../../lifecycle/entra/create.ts";
import remove from "../../../lifecycle/entra/delete.ts";
import disable from "../../../lifecycle/entra/disable.ts";
import enable from "../../../lifecycle/entra/enable.ts";
import uniquenessCheck from "../../../lifecycle/entra/uniquenessCheck.ts";
import update from "../../../lifecycle/entra/update.ts";
import grant from "../../../permissions/entraGroups/grantPermission.ts";
import license from "../../../permissions/licences/grantPermission.ts";
import unlicense from "../../../permissions/licences/revokePermission.ts";
import grantMethod from "../../../permissions/authenticationMethods/grantPermission.ts";
import revokeMethod from "../../../permissions/authenticationMethods/revokePermission.ts";
import revoke from "../../../permissions/entraGroups/revokePermission.ts";
import resources from "../../../resources/entraGroups.ts";
import { connectorWith, type Targets } from "../../../lib/connector.ts";
import { Fault } from "../../../lib/fault.ts";
import type { Action, AnyEvent } from "../../../lib/host/action.ts";
import { run as runAction } from "../../../lib/host/run.ts";
import type { Transport } from "../../../lib/net/transport.ts";
import { textOf } from "../../emulator/message.ts";
import { Chance } from "../chance.ts";
import { VirtualClock } from "../clock.ts";
import type { Answer, Event } from "../scenario.ts";
import { isHoldWatched, judge, type Case, type Violation } from "./judge.ts";
import { drawCircumstances, drawLife, eventFor, type Verb } from "./life.ts";
import {
  bystandersOf,
  createdGroupsOf,
  epoch,
  openTenant,
  person,
  usersOf,
  type Tenant,
} from "./tenant.ts";
import { strikes, troubles, type Trouble } from "./troubles.ts";

const actions: Readonly<Record<Verb, Action<AnyEvent, Targets>>> = {
  create: create,
  update: update,
  enable: enable,
  disable: disable,
  delete: remove,
  uniquenessCheck: uniquenessCheck,
  grant: grant,
  revoke: revoke,
  license: license,
  unlicense: unlicense,
  own: grant,
  disown: revoke,
  resources: resources,
  phone: grantMethod,
  unphone: revokeMethod,
  pass: grantMethod,
  unpass: revokeMethod,
};

/** A trouble, and which of the requests that it can happen to it strikes. */
interface Ambush {
  trouble: Trouble;
  nth: number;
  isLasting: boolean;
}

export interface LifeReport {
  violations: (Violation & { verb: Verb; troubles: string[] })[];
  events: number;
  met: string[];
  outcomes: string[];
}

/** So long a request takes, in virtual milliseconds. */
const wayMs = 80;

/** One life: each event in trouble, and then again as the platform sends it, on a healthy tenant. */
export async function runLife(seed: number, index: number): Promise<LifeReport> {
  const chance = new Chance(seed, index);
  const clock = new VirtualClock();
  const circumstances = drawCircumstances(chance, {});
  const tenant = openTenant(circumstances, () => clock.now);
  const { tenantId, clientId, clientSecret } = tenant.emulator.credentials;
  Object.assign(circumstances.configuration, {
    Organization: "contoso.onmicrosoft.com",
    TenantID: tenantId,
    AppId: clientId,
    AppSecret: clientSecret,
  });
  const report: LifeReport = { violations: [], events: 0, met: [], outcomes: [] };
  const [first, manager] = tenant.colleagues;
  let reference = circumstances.hasAccount ? first : undefined;
  for (const [step, verb] of drawLife(chance).entries()) {
    const jobTitle = chance.oneOf([`Nurse ${step}`, ""]);
    for (const isHealthy of [false, true]) {
      const isDryRun = !isHealthy && chance.is(0.1);
      const event = eventFor(verb, circumstances, { reference, manager, jobTitle, isDryRun });
      const ambushes = isHealthy ? [] : drawAmbushes(chance);
      const before = seenIn(tenant);
      const ran = await execute(verb, event, ambushes, { tenant, clock, chance });
      const after = seenIn(tenant);
      const one: Case = { verb, circumstances, isDryRun, jobTitle, before, after, ...ran };
      const broken = judge(one);
      const isWell = ran.answer?.outputContext.Success === true;
      if (isHealthy && !isWell && !isRightlyRefused(one))
        broken.push({ rule: "E9", what: JSON.stringify(ran.answer) });
      report.violations.push(...broken.map((own) => ({ ...own, verb, troubles: ran.met })));
      report.events++;
      report.met.push(...ran.met);
      report.outcomes.push(ran.answer?.outcome ?? "killed");
      if (verb === "create" && isWell && !isDryRun)
        reference = String(ran.answer?.outputContext["AccountReference"]);
      await clock.settle(10_000);
    }
  }
  return report;
}

/** What a group assigns stays, and so does the licence of a mailbox on hold: E11 and E12 judge that. */
function isRightlyRefused({ verb, circumstances, before }: Case): boolean {
  if (verb !== "unlicense" || !circumstances.hasAccount) return false;
  const user = before.users.find(({ isDeleted }) => !isDeleted);
  return (
    user?.isLicensed === true &&
    (circumstances.isLicensedByGroup || isHoldWatched(circumstances, user))
  );
}

function seenIn({ emulator }: Tenant): Case["before"] {
  const users = usersOf(emulator.state(), person.employeeId);
  const ids = users.map(({ id }) => id);
  const state = emulator.state();
  return { users, bystanders: bystandersOf(state, ids), groups: createdGroupsOf(state) };
}

function drawAmbushes(chance: Chance): Ambush[] {
  const one = (): Ambush => {
    const trouble = chance.oneOf(troubles);
    const nth = 1 + Math.min(chance.below(8), chance.below(8));
    // A tenant that never shows anything is another tenant.
    return { trouble, nth, isLasting: chance.is(0.1) && !trouble.name.includes("found") };
  };
  return chance.is(0.5) ? [one()] : [one(), one()];
}

type Ran = Pick<Case, "answer" | "code" | "written" | "wasLiedTo" | "tookMs" | "deadlineMs"> & {
  met: string[];
};

async function execute(
  verb: Verb,
  event: Event,
  ambushes: readonly Ambush[],
  { tenant, clock, chance }: { tenant: Tenant; clock: VirtualClock; chance: Chance },
): Promise<Ran> {
  const action = actions[verb];
  const start = clock.now;
  const { deadlineMs } = action.verb;
  const met: string[] = [];
  const counts = ambushes.map(() => 0);
  let wasKilled = false;
  const isKilled = (): boolean => wasKilled;
  let wasLiedTo = false;
  let interruptRun: (reason: Fault) => void = () => undefined;
  const kill = (): void => {
    wasKilled = true;
    interruptRun(Fault.invalid("killed"));
  };
  const cut = (): Fault =>
    new Fault({ kind: "unavailable", retryable: true, message: "The connection was cut." });
  const send: Transport = async (request, signal) => {
    if (isKilled()) throw cut();
    await clock.sleep(wayMs, signal);
    if (isKilled()) throw cut();
    const { "accept-encoding": _, ...headers } = request.headers;
    const pass = async () => {
      const { method, url, body: text = "" } = request;
      const answer = await tenant.emulator.handle({ method, url, headers, text, signal });
      return { status: answer.status, headers: answer.headers, text: textOf(answer) };
    };
    const struck = ambushes.find(({ trouble, nth, isLasting }, at) => {
      if (!strikes(trouble, request)) return false;
      const count = (counts[at] = (counts[at] ?? 0) + 1);
      return isLasting ? count >= nth : count === nth;
    });
    if (!struck) return await pass();
    met.push(struck.trouble.name);
    wasLiedTo ||= struck.trouble.isLie === true;
    const reply = await struck.trouble.way(request, pass, kill);
    if (reply === "silence") await clock.sleep(Infinity, signal);
    if (typeof reply === "object") return reply;
    throw cut();
  };
  const connect = connectorWith({
    transport: () => ({ send, close: () => undefined }),
    sleep: clock.sleep,
    random: chance.next,
    clock: () => epoch + clock.now,
  });
  let stdout = "";
  let stderr = "";
  const code = await clock.pass(
    runAction(action, connect, {
      document: () => Promise.resolve(structuredClone(event)),
      stdout: (text) => ((stdout += text), Promise.resolve(true)),
      stderr: (text) => void (stderr += text),
      env: {},
      now: () => clock.now - start,
      onLimit: () => undefined,
      onInterrupt(interrupt) {
        interruptRun = interrupt;
        const isOver = new Fault({ kind: "unavailable", message: "The time ran out." });
        clock.setAlarm(start + deadlineMs, () => interrupt(isOver));
      },
    }),
  );
  const tookMs = clock.now - start;
  await clock.settle(0);
  if (isKilled())
    return {
      answer: undefined,
      code: undefined,
      written: stderr,
      wasLiedTo,
      tookMs,
      deadlineMs,
      met,
    };
  const answer = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Answer;
  const { Data: _data, ...others } = answer.outputContext;
  const written = stderr + JSON.stringify([answer.plan, others]);
  return { answer, code, written, wasLiedTo, tookMs, deadlineMs, met };
}
