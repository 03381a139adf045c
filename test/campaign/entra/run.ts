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
import type { Targets } from "../../../lib/connector.ts";
import type { Action, AnyEvent } from "../../../lib/host/action.ts";
import { Chance } from "../chance.ts";
import { VirtualClock } from "../clock.ts";
import {
  Ambushes,
  Killer,
  runInProcess,
  transportTo,
  type Ambush,
  type Ended,
} from "../inProcess.ts";
import type { Event } from "../scenario.ts";
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

export interface LifeReport {
  violations: (Violation & { verb: Verb; troubles: string[] })[];
  events: number;
  met: string[];
  outcomes: string[];
}

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

function drawAmbushes(chance: Chance): Ambush<Trouble>[] {
  const one = (): Ambush<Trouble> => {
    const trouble = chance.oneOf(troubles);
    const nth = 1 + Math.min(chance.below(8), chance.below(8));
    // A tenant that never shows anything is another tenant.
    return { trouble, nth, isLasting: chance.is(0.1) && !trouble.name.includes("found") };
  };
  return chance.is(0.5) ? [one()] : [one(), one()];
}

type Ran = Ended & Pick<Ambushes<Trouble>, "met" | "wasLiedTo">;

async function execute(
  verb: Verb,
  event: Event,
  own: readonly Ambush<Trouble>[],
  { tenant, clock, chance }: { tenant: Tenant; clock: VirtualClock; chance: Chance },
): Promise<Ran> {
  const ambushes = new Ambushes(own);
  const killer = new Killer();
  const send = transportTo(tenant.emulator, {
    clock,
    killer,
    struckBy: (request) =>
      ambushes.struckBy((trouble): trouble is Trouble => strikes(trouble, request)),
  });
  const ended = await runInProcess(actions[verb], event, { send, clock, chance, killer, epoch });
  return { ...ended, met: ambushes.met, wasLiedTo: ambushes.wasLiedTo };
}
