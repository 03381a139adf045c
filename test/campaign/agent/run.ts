/**
 * Lives of accounts of Active Directory behind agents: the link between the service and the agents is cut at any
 * moment, agents are killed, answers are lost, late or doubled. Time passes faster than on the machine. The domain is
 * the judge: what it was sent, and what it has in the end.
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
import { run } from "../../../lib/host/run.ts";
import type { HttpReply } from "../../../lib/net/transport.ts";
import { newPair, type Pair } from "../../agent/keys.ts";
import {
  never,
  openSite,
  timeBy,
  type InProcessAgent,
  type Link,
  type Site,
  type Time,
} from "../../agent/siteInProcess.ts";
import {
  ldapDouble,
  type Answer as Reply,
  type Request,
} from "../../emulator/directory/ldapDouble.ts";
import { Chance } from "../chance.ts";
import type { Answer, Event } from "../scenario.ts";
import { judge, rules as hybridRules, type Case, type Violation } from "../hybrid/judge.ts";
import {
  drawCircumstances,
  drawLife,
  eventFor,
  type Circumstances,
  type Verb,
} from "../hybrid/life.ts";
import {
  authorityFile,
  certificate,
  formFor,
  openWorld,
  seenIn,
  servicePassword,
  type World,
} from "../hybrid/world.ts";
import { linkTroubles, type LinkTrouble } from "./troubles.ts";

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

export const rules: Readonly<Record<string, string>> = {
  ...hybridRules,
  J1: "No change reaches the domain more often than an event has asked for it.",
  J2: "No change reaches the domain after the answer of its event.",
  J3: "No password goes over the link, or into a log, in the clear.",
};

export interface LifeReport {
  violations: (Violation & { verb: Verb; troubles: string[] })[];
  events: number;
  met: string[];
  outcomes: string[];
}

/** So many times faster than the machine: an event has 25 s, which are 1.25 s then. */
const factor = 20;
/** What a busy machine makes of a moment. */
const momentMs = 100 * factor;
/** What it makes of an answer. */
const slackMs = 400 * factor;

const time = timeBy(factor);
let pair: Promise<Pair> | undefined;

/** One life: each event in trouble, and then again as the platform sends it, when everything is well. */
export async function runLife(seed: number, index: number): Promise<LifeReport> {
  const chance = new Chance(seed, index);
  const circumstances: Circumstances = {
    ...drawCircumstances(chance),
    grant: "group",
    exchangeOnlineIntegration: false,
  };
  const world = openWorld(circumstances, () => 0);
  const stage = new Stage(time, chance);
  const controller = await ldapDouble(certificate, (request) =>
    stage.atController(request, () => world.domain.answer(request)),
  );
  const site = await openSite({
    pair: await (pair ??= newPair()),
    time,
    domains: [{ baseDn: "DC=contoso,DC=com", hosts: ["127.0.0.1"], port: controller.port }],
    account: { username: "svc-connector@contoso.com", password: servicePassword, authorityFile },
    link: stage.link,
    log: (text) => void stage.written.push(text),
  });
  const report: LifeReport = { violations: [], events: 0, met: [], outcomes: [] };
  let reference = world.own;
  try {
    const agents = chance.is(0.5) ? 1 : 2;
    for (let count = 0; count < agents; count++) stage.add(await site.start());
    for (const [step, verb] of drawLife(chance).entries()) {
      const title = chance.oneOf([`Nurse ${step}`, ""]);
      const isMoved = chance.is(0.3);
      for (const isHealthy of [false, true]) {
        const isDryRun = !isHealthy && chance.is(0.1);
        const form = siteForm(world, site);
        const choices = { form, reference, title, isMoved, isDryRun };
        const event = eventFor(verb, circumstances, world, choices);
        stage.begin(isHealthy ? [] : drawAmbushes(chance));
        const before = seenIn(world);
        const ran = await execute(actions[verb], event, { site, time, stage, chance });
        // What may still come has to come before the domain is judged.
        await stage.settle();
        const after = seenIn(world);
        const one: Case = {
          ...{ verb, circumstances, isDryRun, isMoved, title, before, after },
          ...ran,
          wasLiedTo: false,
        };
        const broken = [...judge(one), ...stage.violations(ran)];
        const isWell = ran.answer?.outputContext.Success === true;
        const isUnseen =
          verb !== "create" && before.accounts.length === 0 && !circumstances.seesDeleted;
        if (isHealthy && !isWell && !isUnseen)
          broken.push({ rule: "H9", what: JSON.stringify([ran.answer, stage.written.slice(-6)]) });
        report.violations.push(...broken.map((own) => ({ ...own, verb, troubles: stage.met })));
        report.events++;
        report.met.push(...stage.met);
        report.outcomes.push(ran.answer?.outcome ?? "killed");
        if (verb === "create" && isWell && !isDryRun)
          reference = String(ran.answer?.outputContext["AccountReference"]);
      }
    }
  } finally {
    await site.close();
    await controller.close();
  }
  return report;
}

function siteForm(world: World, site: Site): Record<string, unknown> {
  const { Organization, TenantID, AppId, AppSecret } = formFor(world, 1);
  return { Organization, TenantID, AppId, AppSecret, AgentConnection: site.connectionId };
}

interface Ambush {
  trouble: LinkTrouble | ControllerTrouble;
  /** Which of the requests that it can happen to. */
  nth: number;
}

/** What happens when a change arrives at the domain controller. */
interface ControllerTrouble {
  name: string;
  to: "changes";
  isPassed: boolean;
  kills: boolean;
}

const controllerTroubles: readonly [ControllerTrouble, ...ControllerTrouble[]] = [
  { name: "killed before the effect", to: "changes", isPassed: false, kills: true },
  { name: "killed after the effect", to: "changes", isPassed: true, kills: true },
  { name: "controller cut before the effect", to: "changes", isPassed: false, kills: false },
  { name: "controller cut after the effect", to: "changes", isPassed: true, kills: false },
];

function drawAmbushes(chance: Chance): Ambush[] {
  const one = (): Ambush => {
    if (chance.is(0.3))
      return { trouble: chance.oneOf(controllerTroubles), nth: 1 + chance.below(2) };
    return {
      trouble: chance.oneOf(linkTroubles),
      nth: 1 + Math.min(chance.below(10), chance.below(10)),
    };
  };
  return chance.is(0.6) ? [one()] : [one(), one()];
}

/** What happens on the way, and what was seen there. */
class Stage {
  met: string[] = [];
  /** Everything that went over the link, and every message. */
  written: string[] = [];
  readonly #time: Time;
  readonly #chance: Chance;
  #agents: InProcessAgent[] = [];
  #ambushes: Ambush[] = [];
  #counts = new Map<Ambush, number>();
  /** The changes that reached the domain, and when. */
  #changes: { kind: string; at: number }[] = [];
  #asked = 0;
  #endedAt = Infinity;
  #cutUntil = 0;
  /** The agents whose request for jobs is held. */
  readonly #open = new Set<number>();
  /** What is still on its way. */
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(time: Time, chance: Chance) {
    this.#time = time;
    this.#chance = chance;
  }

  add(agent: InProcessAgent): void {
    this.#agents.push(agent);
  }

  begin(ambushes: Ambush[]): void {
    this.met = [];
    this.written = [];
    this.#ambushes = ambushes;
    this.#counts = new Map();
    this.#changes = [];
    this.#asked = 0;
  }

  /** An event has asked for a change. */
  asked(): void {
    this.#asked++;
  }

  /** Lets what is late arrive, starts agents that were killed, and waits until all agents wait for jobs again. */
  async settle(): Promise<void> {
    if (this.met.length === 0) return;
    const moment = (): Promise<void> => this.#time.sleep(500, new AbortController().signal);
    while (this.#underWay.size > 0 || this.#isOut()) await moment();
    this.#ambushes = [];
    const until = this.#time.now() + 120_000;
    while (this.#open.size < this.#agents.length && this.#time.now() < until) await moment();
    await moment();
  }

  violations({ answer }: Ran): Violation[] {
    const found: Violation[] = [];
    const kinds = this.#changes.map(({ kind }) => kind).join(", ");
    if (this.#changes.length > this.#asked)
      found.push({ rule: "J1", what: `${this.#asked} asked for, at the domain: ${kinds}` });
    const endedAt = answer === undefined ? Infinity : this.#endedAt;
    const late = this.#changes.filter(({ at }) => at > endedAt + momentMs);
    for (const { kind, at } of late)
      found.push({ rule: "J2", what: `${kind}, ${Math.round(at - endedAt)} ms after the answer` });
    const all = this.written.join("\n");
    if (all.includes(servicePassword)) found.push({ rule: "J3", what: "that of the agent" });
    if (all.includes("CaNaRy-Pass")) found.push({ rule: "J3", what: "that of the new account" });
    return found;
  }

  /** The event has its answer. */
  ended(): void {
    this.#endedAt = this.#time.now();
  }

  atController(request: Request, pass: () => readonly Reply[]): readonly Reply[] {
    const isChange = ["add", "modify", "delete", "move"].includes(request.kind);
    if (!isChange) return pass();
    const passed = (): readonly Reply[] => {
      const replies = pass();
      this.#changes.push({ kind: request.kind, at: this.#time.now() });
      return replies;
    };
    const struck = this.#struckBy("changes");
    if (struck?.to !== "changes") return passed();
    if (struck.isPassed) passed();
    if (struck.kills) this.#killAll();
    return ["cut"];
  }

  readonly link: Link = async ({ agent: number, path, body }, pass) => {
    this.written.push(body);
    const carry = async (): Promise<HttpReply> => {
      const reply = await pass();
      this.written.push(reply.text);
      if (!this.#isOut()) return reply;
      this.#open.delete(number);
      return await never();
    };
    if (this.#isOut()) return await never();
    if (path !== "/v1/jobs") {
      const struck = this.#struckBy("reports");
      return struck?.to === "reports"
        ? await struck.way(this.#carried(carry, number))
        : await carry();
    }
    this.#open.add(number);
    const reply = await carry().finally(() => this.#open.delete(number));
    if (reply.text === '{"jobs":[]}' || reply.status !== 200) return reply;
    const struck = this.#struckBy("jobs");
    if (struck?.to !== "jobs") return reply;
    return await struck.way(this.#carried(() => Promise.resolve(reply), number));
  };

  #carried(pass: () => Promise<HttpReply>, number: number) {
    return {
      pass,
      silence: () => never<HttpReply>(),
      cut: (): never => {
        throw new Fault({ kind: "unavailable", retryable: true, message: "The link was cut." });
      },
      sleep: async (ms: number) => {
        const late = this.#time.sleep(ms, new AbortController().signal);
        this.#underWay.add(late);
        await late.finally(() => this.#underWay.delete(late));
      },
      kill: () => this.#kill(number),
      outage: (ms: number) => void (this.#cutUntil = this.#time.now() + ms),
      some: (most: number) => this.#chance.below(most),
    };
  }

  #isOut(): boolean {
    return this.#time.now() < this.#cutUntil;
  }

  #kill(number: number): void {
    const agent = this.#agents[number - 1];
    if (!agent || agent.wasKilled()) return;
    agent.kill();
    this.#open.delete(number);
    const again = (async () => {
      await this.#time.sleep(this.#chance.below(5_000), new AbortController().signal);
      this.#agents[number - 1] = await agent.again();
    })();
    this.#underWay.add(again);
    void again.finally(() => this.#underWay.delete(again));
  }

  #killAll(): void {
    for (const number of this.#agents.keys()) this.#kill(number + 1);
  }

  #struckBy(to: Ambush["trouble"]["to"]): Ambush["trouble"] | undefined {
    for (const ambush of this.#ambushes) {
      if (ambush.trouble.to !== to) continue;
      const count = (this.#counts.get(ambush) ?? 0) + 1;
      this.#counts.set(ambush, count);
      if (count !== ambush.nth) continue;
      this.met.push(ambush.trouble.name);
      return ambush.trouble;
    }
    return undefined;
  }
}

type Ran = Pick<Case, "answer" | "code" | "written" | "tookMs" | "deadlineMs">;

async function execute(
  action: Action<AnyEvent, Targets>,
  event: Event,
  { site, time, stage, chance }: { site: Site; time: Time; stage: Stage; chance: Chance },
): Promise<Ran> {
  const start = time.now();
  const { deadlineMs } = action.verb;
  const connect = connectorWith({
    transport: () => ({ send: () => never(), close: () => undefined }),
    sleep: time.sleep,
    random: chance.next,
    clock: time.now,
    agents(place, pace) {
      const own = site.front.directory(place, pace);
      return {
        ...own,
        async invoke(operation, parameters) {
          stage.asked();
          await own.invoke(operation, parameters);
        },
      };
    },
  });
  let [stdout, stderr] = ["", ""];
  const over = new AbortController();
  const code = await run(action, connect, {
    document: () => Promise.resolve(structuredClone(event)),
    stdout: (text) => ((stdout += text), Promise.resolve(true)),
    stderr: (text) => void (stderr += text),
    env: {},
    now: () => time.now() - start,
    onLimit: () => undefined,
    onInterrupt(interrupt) {
      // The timer of the host goes by the clock of the machine.
      void time.sleep(deadlineMs, over.signal).then(
        () => interrupt(new Fault({ kind: "unavailable", message: "The time ran out." })),
        () => undefined,
      );
    },
  });
  over.abort();
  stage.ended();
  const tookMs = Math.max(0, time.now() - start - slackMs);
  const answer = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Answer;
  const { Data: _data, ...others } = answer.outputContext;
  const written = stderr + JSON.stringify([answer.plan, others]);
  return { answer, code, written, tookMs, deadlineMs };
}
