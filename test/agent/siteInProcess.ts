/** A service and the agents of one site in one process, over a link that a test can cut. */
import { createHash, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Directory } from "../../lib/activeDirectory/client/directory.ts";
import { registryIn, type Registry } from "../../lib/agent/front/registry.ts";
import { openFront, type Front } from "../../lib/agent/front/service.ts";
import { newSigningKey, signingKeyText } from "../../lib/agent/signingKey.ts";
import { run } from "../../lib/agent/site/agent.ts";
import { allowanceOf } from "../../lib/agent/site/allowance.ts";
import { openBegunJobs } from "../../lib/agent/site/begun.ts";
import { directoriesOf, type Directories } from "../../lib/agent/site/directories.ts";
import type { SiteStore } from "../../lib/agent/site/state.ts";
import { workerOf } from "../../lib/agent/site/worker.ts";
import type { AgentDomain, Allowance, SiteAccount, SiteState } from "../../lib/generated/types.ts";
import type { HttpReply, HttpRequest } from "../../lib/net/transport.ts";
import type { SealedStore } from "../../lib/store/sealedStore.ts";
import { thisAccount } from "../../lib/store/storeOwner.ts";
import { configurationAt, token, type Pair } from "./keys.ts";

/** Time, which may be faster than that of the machine. */
export interface Time {
  /** Milliseconds since 1970. */
  now(): number;
  /** Rejects when the signal is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  timeout(ms: number): AbortSignal;
}

/** That of the machine. */
export const realTime: Time = {
  now: Date.now,
  sleep: (ms, signal) => delay(ms, undefined, { signal }),
  timeout: (ms) => AbortSignal.timeout(ms),
};

const tickMs = 5;

/**
 * So many times faster than that of the machine, and slower when this process gets no turn: what a busy machine makes
 * of a deadline is not what is tested.
 */
export function timeBy(factor: number): Time {
  let now = Date.now();
  let last = performance.now();
  const timers = new Set<{ at: number; ring(): void }>();
  setInterval(() => {
    const real = performance.now();
    now += Math.min(real - last, 2 * tickMs) * factor;
    last = real;
    for (const timer of timers) if (timer.at <= now) timer.ring();
  }, tickMs).unref();
  return {
    now: () => Math.floor(now),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const end = (): void => {
          timers.delete(timer);
          signal.removeEventListener("abort", refuse);
        };
        const refuse = (): void => {
          end();
          reject(signal.reason as Error);
        };
        const timer = {
          at: now + ms,
          ring(): void {
            end();
            resolve();
          },
        };
        if (signal.aborted) refuse();
        else {
          timers.add(timer);
          signal.addEventListener("abort", refuse, { once: true });
        }
      }),
    timeout(ms) {
      const over = new AbortController();
      const timer = {
        at: now + ms,
        ring(): void {
          timers.delete(timer);
          over.abort(new Error("The time is over."));
        },
      };
      timers.add(timer);
      return over.signal;
    },
  };
}

/**
 * The way of a request to the service. `pass` carries it there, and resolves to the answer. A link that never settles
 * is one that was cut.
 */
export type Link = (
  request: { agent: number; path: string; body: string },
  pass: () => Promise<HttpReply>,
) => Promise<HttpReply>;

const openLink: Link = (_, pass) => pass();

export const never = <T>(): Promise<T> => new Promise(() => undefined);

export interface SiteOptions {
  pair: Pair;
  time: Time;
  domains: [AgentDomain, ...AgentDomain[]];
  account: SiteAccount;
  link?: Link;
  allow?: Allowance;
  holdMs?: number;
  /** Called with each message of the service and of the agents. */
  log?: (text: string) => void;
}

export interface InProcessAgent {
  agentId: string;
  /** Ends it as a signal does. */
  end(): Promise<void>;
  /** Ends it as kill -9 does: nothing of it is heard of, or does anything, from now on. */
  kill(): void;
  wasKilled(): boolean;
  /** The same agent again, with what it has kept on its disk. */
  again(): Promise<InProcessAgent>;
}

export interface Site {
  front: Front;
  registry: Registry;
  /** Its ID is the one in the form (AgentConnection). */
  connectionId: string;
  /** An agent; `domains` are others than those of the site. */
  start(domains?: SiteOptions["domains"]): Promise<InProcessAgent>;
  close(): Promise<void>;
}

export async function openSite(options: SiteOptions): Promise<Site> {
  const { pair, time, domains, account, allow, holdMs = 20_000 } = options;
  const { link = openLink, log = () => undefined } = options;
  const folder = mkdtempSync(path.join(tmpdir(), "site-"));
  const store = memoryStore();
  const signer = await newSigningKey();
  const registry = registryIn(store);
  const front = openFront(
    { signer, store },
    { ...time, holdMs, log: (_level, text) => log(`service: ${text}`) },
  );
  const { connectionId } = configurationAt(time.now());
  const agents = new Set<InProcessAgent>();

  async function start(own = domains): Promise<InProcessAgent> {
    const number = agents.size + 1;
    const agentId = randomUUID();
    const key = await newSigningKey();
    const now = time.now();
    await registry.add({
      agentId,
      connectionId,
      connectionName: "Site",
      sealedFor: pair.publicKey.thumbprint,
      publicKey: pair.publicPem,
      tokenDigest: createHash("sha256").update(token).digest("base64url"),
      tokenUntil: now + 1,
      since: now,
      usedAt: now,
      confirmedAt: now,
      keys: [{ thumbprint: key.thumbprint, publicKey: key.publicKey, since: now }],
    });
    const sealed = configurationAt(now, { domains: own });
    const { service } = sealed;
    const state: SiteState = {
      configuration: {
        ...sealed,
        service: { ...service, agentId, signingKeys: [signer.publicKey] },
      },
      serviceThumbprint: signer.thumbprint,
      key: { pem: signingKeyText(key), since: now },
      state: "confirmed",
    };
    const disk = mkdtempSync(path.join(folder, "agent-"));
    return await running({ number, state, disk });
  }

  async function running(about: {
    number: number;
    state: SiteState;
    disk: string;
  }): Promise<InProcessAgent> {
    const { number, state, disk } = about;
    const { configuration, serviceThumbprint } = state;
    const life = new AbortController();
    const [ending, hurry] = [new AbortController(), new AbortController()];
    const isDead = (): boolean => life.signal.aborted;
    const site: SiteStore = {
      read: () => Promise.resolve(state),
      write: () => Promise.resolve(),
      account: { read: () => Promise.resolve(account), write: () => Promise.resolve() },
    };

    async function send({ url, headers, body = "" }: HttpRequest, signal: AbortSignal) {
      if (isDead()) return await never<HttpReply>();
      const { pathname } = new URL(url);
      // The service notices the end of a process, but not that of a link.
      const gone = life.signal;
      const pass = async (): Promise<HttpReply> => {
        const { authorization } = headers;
        const request = { method: "POST", path: pathname, body, authorization, signal: gone };
        const answer = await front.answer(request);
        return { status: answer.status, headers: {}, text: JSON.stringify(answer.body) };
      };
      const reply = await aborting(link({ agent: number, path: pathname, body }, pass), signal);
      return isDead() ? await never<HttpReply>() : reply;
    }

    const own = directoriesOf(configuration, site.account, {
      sleep: time.sleep,
      random: Math.random,
      warn: log,
      now: time.now,
    });
    const directories: Directories = {
      use: (places, remaining, work) =>
        isDead() ? never() : own.use(places, remaining, (one) => work(mortal(one, isDead))),
      close: () => own.close(),
    };
    const begun = await openBegunJobs(disk, thisAccount(), time.now);
    const say = (_level: string, text: string): void => log(`agent ${number}: ${text}`);
    const ended = run(site, state, {
      send,
      now: time.now,
      timeout: time.timeout,
      signal: ending.signal,
      hurry: hurry.signal,
      sleep: (ms) => time.sleep(ms, ending.signal).catch(() => undefined),
      log: say,
      worker: workerOf({
        expected: {
          agentId: configuration.service.agentId,
          connectionId,
          signingKeys: configuration.service.signingKeys,
          serviceThumbprint,
        },
        key: pair.privateKey,
        allowance: allowanceOf(configuration.domains, allow),
        begun,
        directories,
        accountName: () => Promise.resolve(account.username),
        now: time.now,
        sleep: time.sleep,
        log: say,
        atOnce: 8,
      }),
    }).catch((thrown: unknown) => say("error", String(thrown)));
    const agent: InProcessAgent = {
      agentId: configuration.service.agentId,
      async end() {
        ending.abort();
        await ended;
        agents.delete(agent);
      },
      kill() {
        life.abort();
        void begun.close().catch(() => undefined);
        ending.abort();
        hurry.abort();
      },
      wasKilled: isDead,
      again: () => running(about),
    };
    agents.add(agent);
    return agent;
  }

  return {
    front,
    registry,
    connectionId,
    start,
    async close() {
      for (const agent of agents) agent.kill();
      front.end();
      await delay(0);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Rejects as soon as the signal is aborted. */
function aborting<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const refuse = (): void => reject(signal.reason as Error);
    if (signal.aborted) refuse();
    signal.addEventListener("abort", refuse, { once: true });
    work.then(resolve, reject);
  });
}

/** A directory that does nothing more when its agent was killed. */
function mortal(own: Directory, isDead: () => boolean): Directory {
  return {
    account: own.account,
    get: (look) => (isDead() ? never() : own.get(look)),
    pages: (search) => own.pages(search),
    list: (search) => (isDead() ? never() : own.list(search)),
    invoke: (operation, parameters) => (isDead() ? never() : own.invoke(operation, parameters)),
    close: () => own.close(),
  };
}

function memoryStore(): SealedStore {
  let value: unknown;
  return {
    read: () => Promise.resolve(structuredClone(value)),
    update(change) {
      const next = change(structuredClone(value));
      if (next !== undefined) value = structuredClone(next);
      return Promise.resolve(value);
    },
    replace: (next) => Promise.resolve(void (value = structuredClone(next))),
    admit: () => Promise.resolve(),
    holders: () => Promise.resolve([]),
    remove: () => Promise.resolve(false),
  };
}
