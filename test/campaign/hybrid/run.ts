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
import { connectorWith, type Targets } from "../../../lib/connector.ts";
import { Fault } from "../../../lib/fault.ts";
import type { Action, AnyEvent } from "../../../lib/host/action.ts";
import { run as runAction } from "../../../lib/host/run.ts";
import type { Transport } from "../../../lib/net/transport.ts";
import {
  ldapDouble,
  type Answer as Reply,
  type Request,
} from "../../emulator/directory/ldapDouble.ts";
import { textOf } from "../../emulator/message.ts";
import { Chance } from "../chance.ts";
import { VirtualClock } from "../clock.ts";
import { strikes, troubles, type Trouble } from "../entra/troubles.ts";
import type { Answer, Event } from "../scenario.ts";
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

/** A trouble, and which of the requests that it can happen to it strikes. */
interface Ambush {
  trouble: Trouble | DirectoryTrouble;
  nth: number;
  isLasting: boolean;
}

export interface LifeReport {
  violations: (Violation & { verb: Verb; troubles: string[] })[];
  events: number;
  met: string[];
  outcomes: string[];
}

/** So long a request to the cloud takes, in virtual milliseconds. */
const wayMs = 80;

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
function isRightlyRefused({ verb, circumstances, before }: Case): boolean {
  const { seesDeleted, exchangeOnlineIntegration } = circumstances;
  const isUnseen = verb !== "create" && before.accounts.length === 0 && !seesDeleted;
  return isUnseen || (exchangeOnlineIntegration && before.isMailboxStale);
}

function drawAmbushes(chance: Chance): Ambush[] {
  const one = (): Ambush => {
    const trouble = chance.is(0.7) ? chance.oneOf(directoryTroubles) : chance.oneOf(troubles);
    const nth = 1 + Math.min(chance.below(12), chance.below(12));
    // A system that never shows anything is another system.
    return { trouble, nth, isLasting: chance.is(0.1) && !trouble.name.includes("found") };
  };
  return chance.is(0.5) ? [one()] : [one(), one()];
}

type Ran = Pick<Case, "answer" | "code" | "written" | "wasLiedTo" | "tookMs" | "deadlineMs"> & {
  met: string[];
};

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
  ambushes: readonly Ambush[],
  { world, clock, chance, listen }: Surroundings,
): Promise<Ran> {
  const action = actions[verb];
  const start = clock.now;
  const { deadlineMs } = action.verb;
  const met: string[] = [];
  const counts = new Map<Ambush, number>();
  let wasKilled = false;
  const isKilled = (): boolean => wasKilled;
  let wasLiedTo = false;
  let interruptRun: (reason: Fault) => void = () => undefined;
  const kill = (): void => {
    wasKilled = true;
    interruptRun(Fault.invalid("killed"));
  };
  /** The first trouble whose turn it is, among those that can happen to this request. */
  function struckBy<T extends Trouble | DirectoryTrouble>(
    isMine: (trouble: Trouble | DirectoryTrouble) => trouble is T,
    canStrike: (trouble: T) => boolean,
  ): T | undefined {
    for (const ambush of ambushes) {
      const { trouble, nth, isLasting } = ambush;
      if (!isMine(trouble) || !canStrike(trouble)) continue;
      const count = (counts.get(ambush) ?? 0) + 1;
      counts.set(ambush, count);
      if (count !== nth && !(isLasting && count > nth)) continue;
      met.push(trouble.name);
      wasLiedTo ||= trouble.isLie === true;
      return trouble;
    }
    return undefined;
  }
  listen((request) => {
    if (isKilled()) return ["cut"];
    const pass = (): readonly Reply[] => world.domain.answer(request);
    const struck = struckBy(isOfDirectory, (trouble) => strikesDirectory(trouble, request));
    return struck ? struck.way(pass, kill) : pass();
  });
  const cut = (): Fault =>
    new Fault({ kind: "unavailable", retryable: true, message: "The connection was cut." });
  const send: Transport = async (request, signal) => {
    if (isKilled()) throw cut();
    await clock.sleep(wayMs, signal);
    if (isKilled()) throw cut();
    const { "accept-encoding": _, ...headers } = request.headers;
    const pass = async () => {
      const { method, url, body: text = "" } = request;
      const answer = await world.emulator.handle({ method, url, headers, text, signal });
      return { status: answer.status, headers: answer.headers, text: textOf(answer) };
    };
    const struck = struckBy(isOfCloud, (trouble) => strikes(trouble, request));
    if (!struck) return await pass();
    const reply = await struck.way(request, pass, kill);
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

const isOfDirectory = (trouble: Trouble | DirectoryTrouble): trouble is DirectoryTrouble =>
  trouble.name.startsWith("LDAP ");
const isOfCloud = (trouble: Trouble | DirectoryTrouble): trouble is Trouble =>
  !isOfDirectory(trouble);
