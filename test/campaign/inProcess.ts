/** Actions of lives in process and in virtual time: what they send meets troubles, and a run can be killed. */
import { connectorWith, type Targets } from "../../lib/connector.ts";
import { Fault } from "../../lib/fault.ts";
import type { Action, AnyEvent } from "../../lib/host/action.ts";
import { run } from "../../lib/host/run.ts";
import type { HttpReply, HttpRequest, Transport } from "../../lib/net/transport.ts";
import type { Emulator } from "../emulator/emulator.ts";
import { textOf } from "../emulator/message.ts";
import type { Chance } from "./chance.ts";
import type { VirtualClock } from "./clock.ts";
import type { Way } from "./entra/troubles.ts";
import type { Answer, Event } from "./scenario.ts";

/** A trouble, and which of the requests that it can happen to it strikes. */
export interface Ambush<Trouble> {
  trouble: Trouble;
  nth: number;
  isLasting: boolean;
}

/** The troubles of one run. */
export class Ambushes<Trouble extends { name: string; isLie?: true }> {
  readonly met: string[] = [];
  /** A write was answered as accepted and not carried out. */
  wasLiedTo = false;
  readonly #ambushes: readonly Ambush<Trouble>[];
  readonly #counts = new Map<Ambush<Trouble>, number>();

  constructor(ambushes: readonly Ambush<Trouble>[]) {
    this.#ambushes = ambushes;
  }

  /** The first trouble whose turn it is, among those that can happen to a request. */
  struckBy<Own extends Trouble>(canStrike: (trouble: Trouble) => trouble is Own): Own | undefined {
    for (const ambush of this.#ambushes) {
      const { trouble, nth, isLasting } = ambush;
      if (!canStrike(trouble)) continue;
      const count = (this.#counts.get(ambush) ?? 0) + 1;
      this.#counts.set(ambush, count);
      if (count !== nth && !(isLasting && count > nth)) continue;
      this.met.push(trouble.name);
      this.wasLiedTo ||= trouble.isLie === true;
      return trouble;
    }
    return undefined;
  }
}

/** The end of a run from outside, at any moment. */
export class Killer {
  #wasKilled = false;
  interrupt: (reason: Fault) => void = () => undefined;

  readonly kill = (): void => {
    this.#wasKilled = true;
    this.interrupt(Fault.invalid("killed"));
  };

  wasKilled(): boolean {
    return this.#wasKilled;
  }
}

/** So long a request takes, in virtual milliseconds. */
const wayMs = 80;

/** The way of requests to an emulated tenant, past the troubles. */
export function transportTo(
  emulator: Emulator,
  {
    clock,
    killer,
    struckBy,
  }: {
    clock: VirtualClock;
    killer: Killer;
    struckBy(request: HttpRequest): { way: Way } | undefined;
  },
): Transport {
  const cut = (): Fault =>
    new Fault({ kind: "unavailable", retryable: true, message: "The connection was cut." });
  return async (request, signal) => {
    if (killer.wasKilled()) throw cut();
    await clock.sleep(wayMs, signal);
    if (killer.wasKilled()) throw cut();
    const { "accept-encoding": _, ...headers } = request.headers;
    const pass = async (): Promise<HttpReply> => {
      const { method, url, body: text = "" } = request;
      const answer = await emulator.handle({ method, url, headers, text, signal });
      return { status: answer.status, headers: answer.headers, text: textOf(answer) };
    };
    const struck = struckBy(request);
    if (!struck) return await pass();
    const reply = await struck.way(request, pass, killer.kill);
    if (reply === "silence") await clock.sleep(Infinity, signal);
    if (typeof reply === "object") return reply;
    throw cut();
  };
}

export interface Ended {
  /** Undefined: the run was killed. */
  answer: Answer | undefined;
  code: number | undefined;
  /** Everything that was written but the data of the answer, where a new password may be. */
  written: string;
  tookMs: number;
  deadlineMs: number;
}

/** Runs an action. `epoch`: what the clock counts from, in milliseconds since 1970. */
export async function runInProcess(
  action: Action<AnyEvent, Targets>,
  event: Event,
  {
    send,
    clock,
    chance,
    killer,
    epoch,
  }: { send: Transport; clock: VirtualClock; chance: Chance; killer: Killer; epoch: number },
): Promise<Ended> {
  const start = clock.now;
  const { deadlineMs } = action.verb;
  const connect = connectorWith({
    transport: () => ({ send, close: () => undefined }),
    sleep: clock.sleep,
    random: chance.next,
    clock: () => epoch + clock.now,
  });
  let stdout = "";
  let stderr = "";
  const code = await clock.pass(
    run(action, connect, {
      document: () => Promise.resolve(structuredClone(event)),
      stdout: (text) => ((stdout += text), Promise.resolve(true)),
      stderr: (text) => void (stderr += text),
      env: {},
      now: () => clock.now - start,
      onLimit: () => undefined,
      onInterrupt(interrupt) {
        killer.interrupt = interrupt;
        const isOver = new Fault({ kind: "unavailable", message: "The time ran out." });
        clock.setAlarm(start + deadlineMs, () => interrupt(isOver));
      },
    }),
  );
  const tookMs = clock.now - start;
  await clock.settle(0);
  if (killer.wasKilled())
    return { answer: undefined, code: undefined, written: stderr, tookMs, deadlineMs };
  const answer = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Answer;
  const { Data: _data, ...others } = answer.outputContext;
  const written = stderr + JSON.stringify([answer.plan, others]);
  return { answer, code, written, tookMs, deadlineMs };
}
