/** An agent: it enrols once, and then asks its service for work for as long as it runs. It only dials out. */
import { Fault } from "../../fault.ts";
import type { SealedConfiguration, SiteState } from "../../generated/types.ts";
import { version } from "../../generated/version.ts";
import { AgentFault, type AgentFaultCode } from "../agentFault.ts";
import { aliveMs, keyLifeMs } from "../front/registry.ts";
import { operations } from "../operations.ts";
import { newSigningKey, signingKeyIn, signingKeyText } from "../signingKey.ts";
import { proofOf, requested, type Sending } from "./connection.ts";
import type { SiteStore } from "./state.ts";
import type { Post, Worker } from "./worker.ts";

/**
 * Shows the token of a sealed configuration, with a new key. The key is on the disk before it is sent, so a repetition
 * after a lost answer shows the same one.
 */
export async function enrol(
  configuration: SealedConfiguration,
  serviceThumbprint: string,
  store: SiteStore,
  sending: Sending,
): Promise<{ state: SiteState; thumbprint: string }> {
  const known = await store.read();
  const isSame = known?.configuration.jti === configuration.jti;
  const key = isSame ? known.key : await freshKey(sending.now());
  const state: SiteState = { configuration, serviceThumbprint, key, state: "new" };
  const { publicKey, thumbprint } = await signingKeyIn(key.pem);
  if (!isSame) await store.write(state);
  const body = { token: configuration.service.enrolToken, publicKey, version };
  const answer = await requested(operations.enrol, body, state, sending);
  const enrolled: SiteState = {
    ...state,
    state: answer["state"] === "confirmed" ? "confirmed" : "waiting",
    lastAnswer: sending.now(),
  };
  await store.write(enrolled);
  return { state: enrolled, thumbprint };
}

async function freshKey(now: number): Promise<SiteState["key"]> {
  return { pem: signingKeyText(await newSigningKey()), since: now };
}

export interface Running extends Sending {
  /** Waits, and ends early when the agent is to end. */
  sleep(ms: number): Promise<void>;
  log(level: "information" | "warning" | "error", sentence: string): void;
  worker: Worker;
  /** Aborted when the jobs that run have to end as well. */
  hurry: AbortSignal;
}

/** A service that ends, or a proxy, answers at once: the agent does not ask again at once. */
const leastPollMs = 1_000;
/** While no administrator has confirmed the key. */
const waitingMs = 10_000;
const maxWaitMs = 15_000;
/** What no other request changes: the agent ends. */
const final: readonly AgentFaultCode[] = [
  "revoked",
  "unknownAgent",
  "unknownKey",
  "keyEnded",
  "longUnseen",
  "forOtherService",
];

/**
 * Asks for work until `signal` is aborted, and ends when the jobs that run have ended. Throws an `AgentFault` when the
 * service refuses the agent for good.
 */
export async function run(store: SiteStore, first: SiteState, running: Running): Promise<void> {
  try {
    await ask(store, first, running);
  } finally {
    await running.worker.end(running.hurry);
  }
}

async function ask(store: SiteStore, first: SiteState, running: Running): Promise<void> {
  const { signal, sleep, log, worker, hurry } = running;
  let state = first;
  const post: Post = (path, content) =>
    requested(path, content, state, { ...running, signal: hurry });
  let failures = 0;
  /** The service has answered: whoever has started the agent is told so without a delay. */
  let isAccepted = false;
  const isEnding = (): boolean => signal.aborted;
  while (!isEnding()) {
    try {
      state = await withNext(state, store, running);
      state = await renewed(state, store, running);
      const max = await worker.room(signal);
      if (max === 0) return;
      const asked = running.now();
      const body = { max, version, ...(!isAccepted && { atOnce: true }) };
      const { jobs } = await requested(operations.jobs, body, state, running);
      const texts = Array.isArray(jobs) ? jobs.map(String) : [];
      for (const text of texts) worker.begin(text, post);
      state = await answered(state, "confirmed", store, running);
      failures = 0;
      const isEarly = isAccepted && running.now() - asked < leastPollMs;
      isAccepted = true;
      if (texts.length === 0 && isEarly) await sleep(leastPollMs);
    } catch (thrown) {
      if (isEnding()) return;
      isAccepted = false;
      const fault = Fault.of(thrown);
      const code = thrown instanceof AgentFault ? thrown.code : undefined;
      if (code !== undefined && final.includes(code)) {
        await store.write({ ...state, state: "refused", why: fault.message });
        throw fault;
      }
      if (code === "waiting") {
        if (state.state !== "waiting") log("information", fault.message);
        state = await answered(state, "waiting", store, running);
        await sleep(waitingMs);
      } else {
        const waitMs = Math.min(1000 * 2 ** failures++, maxWaitMs);
        log("warning", `${fault.message} The next try is in ${waitMs / 1000} s.`);
        await sleep(waitMs);
      }
    }
  }
}

/** Answers are more frequent than the disk has to know. */
const answeredEveryMs = 15_000;

/** What the service has answered is on the disk, for `agent status`. */
async function answered(
  state: SiteState,
  now: "confirmed" | "waiting",
  store: SiteStore,
  { now: clock, log }: Running,
): Promise<SiteState> {
  const at = clock();
  const { lastAnswer, aliveSince = at } = state;
  const isBack = state.state !== now || lastAnswer === undefined || at - lastAnswer > aliveMs;
  if (!isBack && at - lastAnswer < answeredEveryMs) return state;
  if (isBack && now === "confirmed") log("information", "The service accepts this agent.");
  const { why: _why, ...rest } = state;
  const next: SiteState = {
    ...rest,
    state: now,
    lastAnswer: at,
    aliveSince: isBack ? at : aliveSince,
  };
  await store.write(next);
  return next;
}

/** At half the life of its key, an agent makes the next one. It is on the disk before it is sent. */
async function withNext(state: SiteState, store: SiteStore, { now }: Running): Promise<SiteState> {
  const isDue = state.state === "confirmed" && now() - state.key.since >= keyLifeMs / 2;
  if (!isDue || state.next) return state;
  const ready: SiteState = { ...state, next: await freshKey(now()) };
  await store.write(ready);
  return ready;
}

/** Names the next key, if there is one, to the service. A repetition names the same one. */
async function renewed(state: SiteState, store: SiteStore, running: Running): Promise<SiteState> {
  const { next, ...rest } = state;
  if (!next) return state;
  const now = running.now();
  const key = await signingKeyIn(next.pem);
  const proof = await proofOf(operations.rotate, key, state, now);
  await requested(operations.rotate, { publicKey: key.publicKey, proof }, state, running);
  const changed: SiteState = { ...rest, key: { ...next, since: now } };
  await store.write(changed);
  running.log("information", `This agent signs with the key ${key.thumbprint} from now on.`);
  return changed;
}
