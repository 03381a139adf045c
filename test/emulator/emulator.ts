/**
 * Exchange Online and Microsoft Graph in miniature: one handler for all hosts, over one state. Everything else here
 * serves or controls it.
 */
import { gzipSync } from "node:zlib";
import { answerBatch, isBatch } from "./exchange/batch.ts";
import { clouds } from "./entra/clouds.ts";
import { changesSince, type ObjectChange } from "./changes.ts";
import { answerControl, StateProblems } from "./control.ts";
import { answerExchange, type ExchangeContext } from "./exchange/adminApi.ts";
import { Allowance } from "./exchange/allowance.ts";
import { carryOut, Faults, nameOf, readFaults, tooManyAtOnce, type Fault } from "./faults.ts";
import { answerGraph, headersOf, type GraphContext } from "./graph/graphApi.ts";
import { answerGraphBatch, isGraphBatch } from "./graph/batch.ts";
import { Directory } from "./graph/directory.ts";
import { GraphPages } from "./graph/pages.ts";
import { takeApart, type BaseUrls, type Incoming } from "./incoming.ts";
import { Answered, entryFor, type Entry } from "./journal.ts";
import { answerLogin, type Grant, type LoginContext } from "./entra/login.ts";
import { SignIns } from "./entra/signIns.ts";
import { signInUser } from "./graph/signInUser.ts";
import { setLicence, type Licence } from "./licence.ts";
import { isSuccess, type Answer, type Message } from "./message.ts";
import { Pages } from "./exchange/paging.ts";
import { pause, Pauses } from "./pause.ts";
import { seedState } from "./seed.ts";
import { checkBehaviour, readState, type Behaviour, type State } from "./state.ts";
import { Store } from "./store.ts";

export interface EmulatorOptions {
  /** Used directly, not copied: changes modify it. Default: the seeded tenant. */
  state?: State;
  /** Milliseconds since 1970. */
  clock?: () => number;
  /** From 0 up to 1; used to create ids. */
  random?: () => number;
  /**
   * Origins without a trailing slash. Default: the real hosts of the emulated cloud, for use
   * in-process.
   */
  baseUrls?: BaseUrls;
  /** Called with the line of the journal of each request that has its answer. */
  onAnswer?: (entry: Entry) => void;
}

export interface Credentials {
  tenantId: string;
  clientId: string;
  clientSecret: string;
}

export interface Emulator {
  /** Answers one request. In the same process, `handlersFor` and `fetchFrom` wrap it for fetch. */
  handle(message: Message): Promise<Answer>;
  /** The live state. Read it; change it through `replaceState` or cmdlets. */
  state(): Readonly<State>;
  /**
   * Checks and uses a state. Throws StateProblems. Tokens issued before stay valid for the same
   * tenant.
   */
  replaceState(state: unknown): void;
  /** The directory behind the state. Read it only. */
  store(): Store;
  /**
   * Keeps a copy of the state: changes are counted from the last one, and `reset` returns to the
   * first one.
   */
  remember(): void;
  /** Throws StateProblems when nothing is remembered. */
  changes(): ObjectChange[];
  /** Returns to the state that was remembered first, without faults and journal. Throws StateProblems. */
  reset(): void;
  /** Checks and sets some switches. Throws StateProblems. */
  setBehaviour(changes: unknown): void;
  /** Assigns or removes a licence for Exchange. Throws StateProblems. */
  setLicence(licence: Licence): void;
  /** Codes, refresh tokens and requests for approval. Read it; `revoke` ends tokens. */
  signIns(): SignIns;
  journal(): readonly Entry[];
  clearJournal(): void;
  /** Requests that were answered after the first `number` ones. Clearing the journal keeps them. */
  answeredAfter(number: number): ReturnType<Answered["after"]>;
  faults(): readonly Fault[];
  setFaults(faults: readonly Fault[]): void;
  addFaults(faults: readonly Fault[]): void;
  now(): number;
  /** Moves the clock forward (or back). */
  advance(ms: number): void;
  baseUrls(): BaseUrls;
  /** The credentials of the first application in the state. */
  readonly credentials: Credentials;
}

export function createEmulator(options: EmulatorOptions = {}): Emulator {
  const { clock = Date.now, random = Math.random } = options;
  const faults = new Faults();
  const grants = new Map<string, Grant>();
  const newGuid = (): string =>
    "xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx".replace(/x/g, () =>
      Math.floor(random() * 16).toString(16),
    );
  let store = new Store(options.state ?? seedState());
  let pages = new Pages(newGuid);
  let directory = new Directory(store);
  let graphPages = new GraphPages();
  const signIns = new SignIns();
  let entries: Entry[] = [];
  const recent = new Answered();
  let first: State | undefined;
  let last: State | undefined;
  let offset = 0;
  let atWork = 0;
  let served = 0;
  let allowance = new Allowance();
  const now = (): number => clock() + offset;
  const baseUrls = (): BaseUrls => options.baseUrls ?? clouds[store.state.tenant.cloud];

  const loginContext = (): LoginContext => ({
    state: store.state,
    now: now(),
    newGuid,
    remember: (token, grant) => grants.set(token, grant),
    user(name) {
      directory.settle(now());
      return signInUser(name, directory);
    },
    signIns,
  });

  async function handle(message: Message): Promise<Answer> {
    const incoming = takeApart(message, baseUrls());
    if (incoming.side === "control") return answerControl(incoming, emulator);
    const token = incoming.url.searchParams.get("$skiptoken") ?? "";
    // A link that is followed with GET repeats its command (`nextLinkByGet`).
    if (incoming.method === "GET") incoming.json = pages.commandOf(token);
    const page = pages.numberOf(token) ?? graphPages.numberOf(token) ?? 1;
    if (incoming.side === "graph") Object.assign(incoming, { requestId: newGuid(), at: now() });
    const entry = entryFor(incoming, now(), page);
    entries.push(entry);
    const begin = performance.now();
    const response = await answered(entry, incoming, message.signal);
    entry.ms = Math.round(performance.now() - begin);
    recent.add(entry);
    options.onAnswer?.(entry);
    return response;
  }

  async function answered(entry: Entry, incoming: Incoming, signal: AbortSignal): Promise<Answer> {
    if (incoming.side !== "exchange") return finished(entry, incoming, signal);
    const { concurrentRequests, concurrencyStatus } = store.state.behaviour;
    if (concurrentRequests > 0 && atWork >= concurrentRequests) {
      faults.pass();
      entry.status = concurrencyStatus;
      return tooManyAtOnce(concurrencyStatus, store.state.behaviour);
    }
    atWork += 1;
    return finished(entry, incoming, signal).finally(() => (atWork -= 1));
  }

  async function finished(entry: Entry, incoming: Incoming, signal: AbortSignal): Promise<Answer> {
    const fault = faults.strike(incoming.side, entry.cmdlet ?? entry.operation, entry.page);
    const apply = async (): Promise<Answer> => {
      const response = await answerFrom(entry, incoming, signal);
      entry.applied = isSuccess(response);
      return compressed(response, incoming);
    };
    if (fault) entry.fault = nameOf(fault);
    const { behaviour } = store.state;
    const response = await (fault
      ? carryOut(fault, { incoming, signal, behaviour, apply })
      : apply());
    if (response.cut === "before") return response;
    entry.status = response.status;
    const headers = {
      ...response.headers,
      // Every answer of the service has one (RFC 9110).
      date: new Date(now()).toUTCString(),
      ...(incoming.side === "exchange" ? { "request-id": newGuid() } : {}),
      ...(incoming.side === "graph" ? headersOf(incoming) : {}),
    };
    return { ...response, headers };
  }

  async function answerFrom(
    entry: Entry,
    incoming: Incoming,
    signal: AbortSignal,
  ): Promise<Answer> {
    if (incoming.side === "login") return answerLogin(incoming, loginContext());
    if (incoming.side === "graph") return await answerFromGraph(entry, incoming, signal);
    return await answerAdmin(entry, incoming, signal);
  }

  async function answerFromGraph(
    entry: Entry,
    incoming: Incoming,
    signal: AbortSignal,
  ): Promise<Answer> {
    await pause(store.state.behaviour.requestMs);
    const context: GraphContext = {
      directory,
      pages: graphPages,
      now: now(),
      newGuid,
      baseUrl: baseUrls().graph,
      grantOf: (token) => grants.get(token),
    };
    if (!isGraphBatch(incoming)) return answerGraph(incoming, context);
    const items = (entry.items = []);
    const strike = (operation: string | undefined, page: number): Fault | undefined =>
      faults.strikeItem("graph", operation, page);
    return await answerGraphBatch(incoming, context, { items, signal, strike });
  }

  async function answerAdmin(
    entry: Entry,
    incoming: Incoming,
    signal: AbortSignal,
  ): Promise<Answer> {
    const { requestMs, cmdletMs } = store.state.behaviour;
    const controller = served++ % Math.max(1, store.state.behaviour.controllerLagMs.length);
    const exchange = (): ExchangeContext => ({
      store,
      pages,
      now: now(),
      controller,
      baseUrl: baseUrls().exchange,
      grantOf: (token) => grants.get(token),
    });
    const refusal = (): Answer | undefined => allowance.refusalOf(store.state.behaviour, now());
    const pauses = new Pauses();
    await pauses.add(requestMs);
    if (!isBatch(incoming.url)) {
      const refused = refusal();
      if (refused) return refused;
      await pauses.add(cmdletMs);
      return answerExchange(incoming, exchange());
    }
    entry.items = [];
    return answerBatch(incoming, {
      exchange,
      pauses,
      items: entry.items,
      refusal,
      signal,
      strike: (cmdlet, page) => faults.strikeItem("exchange", cmdlet, page),
    });
  }

  const emulator: Emulator = {
    handle,
    state: () => store.state,
    replaceState(state) {
      const read = readState(state);
      if ("problems" in read) throw new StateProblems(read.problems);
      store = new Store(read.state);
      pages = new Pages(newGuid);
      directory = new Directory(store);
      graphPages = new GraphPages();
      served = 0;
      allowance = new Allowance();
    },
    store: () => store,
    remember() {
      last = structuredClone(store.state);
      first ??= last;
    },
    changes() {
      if (!last) throw new StateProblems([nothingRemembered]);
      return changesSince(last, store);
    },
    reset() {
      if (!first) throw new StateProblems([nothingRemembered]);
      emulator.replaceState(structuredClone(first));
      last = first;
      entries = [];
      faults.replace([]);
    },
    setBehaviour(changes) {
      const problems: string[] = [];
      checkBehaviour(changes, (path, expected) => problems.push(`${path}: ${expected}`));
      if (problems.length > 0) throw new StateProblems(problems);
      // Each switch was checked above.
      Object.assign(store.state.behaviour, changes as Partial<Behaviour>);
    },
    setLicence(licence) {
      store.settle(now());
      const problem = setLicence(licence, store);
      if (problem !== undefined) throw new StateProblems([problem]);
    },
    signIns: () => signIns,
    journal: () => entries,
    clearJournal() {
      entries = [];
    },
    answeredAfter: (number) => recent.after(number),
    faults: () => faults.list(),
    setFaults: (list) => faults.replace(readFaults(list)),
    addFaults: (list) => faults.add(readFaults(list)),
    now,
    advance(ms) {
      offset += ms;
    },
    baseUrls,
    get credentials() {
      const { tenant, apps } = store.state;
      return {
        tenantId: tenant.id,
        clientId: apps[0]?.clientId ?? "",
        clientSecret: apps[0]?.secrets[0]?.value ?? "",
      };
    },
  };
  return emulator;
}

const nothingRemembered =
  "nothing is remembered: only an emulator that a person started keeps a copy of its start";

/** Gzip when the client accepts it, as the service does. */
function compressed(answer: Answer, { side, headers }: Incoming): Answer {
  const isAccepted = /\bgzip\b/i.test(headers["accept-encoding"] ?? "");
  if (!isAccepted || answer.body.length === 0 || side === "login") return answer;
  return {
    ...answer,
    headers: { ...answer.headers, "content-encoding": "gzip" },
    body: gzipSync(answer.body, { level: 1 }),
  };
}
