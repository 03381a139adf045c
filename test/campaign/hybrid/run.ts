/**
 * Lives of accounts of Active Directory with their mailboxes, in process, while things go wrong on the way to either
 * system. Requests to the cloud take virtual time, those to the controller the time of a real connection.
 */
import create from "../../../lifecycle/hybrid/create.ts";
import remove from "../../../lifecycle/hybrid/delete.ts";
import disable from "../../../lifecycle/hybrid/disable.ts";
import enable from "../../../lifecycle/hybrid/enable.ts";
import uniquenessCheck from "../../../lifecycle/hybrid/uniquenessCheck.ts";
import update from "../../../lifecycle/hybrid/update.ts";
import grant from "../../../permissions/activeDirectoryGroups/grantPermission.ts";
import revoke from "../../../permissions/activeDirectoryGroups/revokePermission.ts";
import grantGroup from "../../../permissions/hybridGroups/grantPermission.ts";
import revokeGroup from "../../../permissions/hybridGroups/revokePermission.ts";
import grantRights from "../../../permissions/hybridSharedMailboxes/grantPermission.ts";
import revokeRights from "../../../permissions/hybridSharedMailboxes/revokePermission.ts";
import type { Targets } from "../../../lib/connector.ts";
import type { Action, AnyEvent } from "../../../lib/host/action.ts";
import {
  ldapDouble,
  type Answer as Reply,
  type Request,
} from "../../emulator/directory/ldapDouble.ts";
import { Chance } from "../chance.ts";
import { VirtualClock } from "../clock.ts";
import { strikes, troubles, type Trouble } from "../entra/troubles.ts";
import {
  Ambushes,
  Killer,
  runInProcess,
  transportTo,
  type Ambush,
  type Ended,
} from "../inProcess.ts";
import type { Event } from "../scenario.ts";
import { judge, type Case, type Violation } from "./judge.ts";
import { drawCircumstances, drawLife, eventFor, type Verb } from "./life.ts";
import { directoryTroubles, strikesDirectory, type DirectoryTrouble } from "./troubles.ts";
import {
  certificate,
  epoch,
  formFor,
  openWorld,
  seenIn,
  synchronise,
  type Grant,
  type World,
} from "./world.ts";

const actions: Readonly<Record<Verb, Action<AnyEvent, Targets>>> = {
  create,
  update,
  enable,
  disable,
  delete: remove,
  uniquenessCheck,
  grant,
  revoke,
};
const groups = { grant: grantGroup, revoke: revokeGroup };
const setsOf: Readonly<Record<Grant, Partial<typeof actions>>> = {
  group: {},
  "synchronised group": groups,
  "cloud group": groups,
  mailbox: { grant: grantRights, revoke: revokeRights },
};

export interface LifeReport {
  violations: (Violation & { verb: Verb; troubles: string[] })[];
  events: number;
  met: string[];
  outcomes: string[];
}

/** One life: each event in trouble, and then again as the platform sends it, when both systems are well. */
export async function runLife(seed: number, index: number): Promise<LifeReport> {
  const chance = new Chance(seed, index);
  const clock = new VirtualClock();
  const circumstances = drawCircumstances(chance);
  const world = openWorld(circumstances, () => clock.now);
  let ambushed: (request: Request) => readonly Reply[] = () => ["cut"];
  const controller = await ldapDouble(certificate, (request) => ambushed(request));
  const form = formFor(world, controller.port);
  const report: LifeReport = { violations: [], events: 0, met: [], outcomes: [] };
  let reference = world.own;
  try {
    for (const [step, verb] of drawLife(chance).entries()) {
      const title = chance.oneOf([`Nurse ${step}`, ""]);
      const isMoved = chance.is(0.3);
      for (const isHealthy of [false, true]) {
        const isDryRun = !isHealthy && chance.is(0.1);
        if (chance.is(0.6)) synchronise(world);
        const choices = { form, reference, title, isMoved, isDryRun };
        const event = eventFor(verb, circumstances, world, choices);
        const ambushes = isHealthy ? [] : drawAmbushes(chance);
        const before = seenIn(world);
        const ran = await execute(verb, event, ambushes, {
          world,
          clock,
          chance,
          listen: (answer) => (ambushed = answer),
        });
        const after = seenIn(world);
        const one: Case = { verb, circumstances, isDryRun, isMoved, title, before, after, ...ran };
        const broken = judge(one);
        const isWell = ran.answer?.outputContext.Success === true;
        if (isHealthy && !isWell && !isRightlyRefused(one))
          broken.push({ rule: "H9", what: JSON.stringify(ran.answer) });
        report.violations.push(...broken.map((own) => ({ ...own, verb, troubles: ran.met })));
        report.events++;
        report.met.push(...ran.met);
        report.outcomes.push(ran.answer?.outcome ?? "killed");
        if (verb === "create" && isWell && !isDryRun)
          reference = String(ran.answer?.outputContext["AccountReference"]);
        await clock.settle(10_000);
      }
    }
  } finally {
    await controller.close();
  }
  return report;
}

/**
 * Without the right to list deleted objects, an account that is gone cannot be told from one that is hidden. And the
 * mailbox of a deleted account is not that of its successor, who has the same user name.
 */
function isRightlyRefused({ verb, circumstances, before, answer }: Case): boolean {
  const { seesDeleted, exchangeOnlineIntegration, grant } = circumstances;
  const isUnseen = verb !== "create" && before.accounts.length === 0 && !seesDeleted;
  // What the cloud keeps of an account waits for the synchronisation.
  const isOnline =
    (verb === "grant" || verb === "revoke") && ["cloud group", "mailbox"].includes(grant);
  const waits = isOnline && before.isMailboxHidden === undefined && answer?.outcome === "notYet";
  return isUnseen || waits || (exchangeOnlineIntegration && before.isMailboxStale);
}

function drawAmbushes(chance: Chance): Ambush<AnyTrouble>[] {
  const one = (): Ambush<AnyTrouble> => {
    const trouble = chance.is(0.7) ? chance.oneOf(directoryTroubles) : chance.oneOf(troubles);
    const nth = 1 + Math.min(chance.below(12), chance.below(12));
    // A system that never shows anything is another system.
    return { trouble, nth, isLasting: chance.is(0.1) && !trouble.name.includes("found") };
  };
  return chance.is(0.5) ? [one()] : [one(), one()];
}

type Ran = Ended & Pick<Ambushes<AnyTrouble>, "met" | "wasLiedTo">;

interface Surroundings {
  world: World;
  clock: VirtualClock;
  chance: Chance;
  /** Sets what the controller answers from now on. */
  listen(answer: (request: Request) => readonly Reply[]): void;
}

async function execute(
  verb: Verb,
  event: Event,
  own: readonly Ambush<AnyTrouble>[],
  { world, clock, chance, listen }: Surroundings,
): Promise<Ran> {
  const ambushes = new Ambushes(own);
  const killer = new Killer();
  listen((request) => {
    if (killer.wasKilled()) return ["cut"];
    const pass = (): readonly Reply[] => world.domain.answer(request);
    const struck = ambushes.struckBy(
      (trouble): trouble is DirectoryTrouble =>
        isOfDirectory(trouble) && strikesDirectory(trouble, request),
    );
    return struck ? struck.way(pass, killer.kill) : pass();
  });
  const send = transportTo(world.emulator, {
    clock,
    killer,
    struckBy: (request) =>
      ambushes.struckBy(
        (trouble): trouble is Trouble => !isOfDirectory(trouble) && strikes(trouble, request),
      ),
  });
  const ended = await runInProcess(
    { ...actions, ...setsOf[world.start.grant ?? "group"] }[verb],
    event,
    {
      send,
      clock,
      chance,
      killer,
      epoch,
    },
  );
  return { ...ended, met: ambushes.met, wasLiedTo: ambushes.wasLiedTo };
}

type AnyTrouble = Trouble | DirectoryTrouble;

const isOfDirectory = (trouble: AnyTrouble): trouble is DirectoryTrouble =>
  trouble.name.startsWith("LDAP ");
