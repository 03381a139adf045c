/** What the service knows of its agents. Every change is one swap of the stored state: processes share it. */
import { frontState as contract } from "../../generated/validators/frontState.ts";
import type {
  AgentKey,
  FrontState,
  JobCounts,
  KnownAgent,
  PublicSigningKey,
} from "../../generated/types.ts";
import { readAs } from "../../host/schemaContract.ts";
import type { SealedStore } from "../../store/sealedStore.ts";
import { AgentFault } from "../agentFault.ts";
import { moment, span } from "../moment.ts";

/** What an agent signs with, by its thumbprint. */
interface NewKey {
  publicKey: PublicSigningKey;
  thumbprint: string;
}

export interface Registry {
  read(): Promise<FrontState>;
  add(agent: KnownAgent): Promise<void>;
  /**
   * Binds a key to an agent that shows its token. The same key again is a repetition: its answer was lost. Another key
   * raises an alarm.
   */
  enrol(
    agentId: string,
    wanted: NewKey & { tokenDigest: string; now: number },
  ): Promise<KnownAgent>;
  /** An administrator has compared the thumbprint. */
  confirm(agentId: string, thumbprint: string, now: number): Promise<KnownAgent>;
  /** For good: the agent has to be enrolled anew, with another sealed file. */
  revoke(agentId: string, now: number): Promise<KnownAgent>;
  /** Notes that an agent was heard of, and returns it. */
  seen(agentId: string, version: string, now: number): Promise<KnownAgent>;
  /** Replaces what is known of the jobs. */
  noteJobs(jobs: JobCounts): Promise<void>;
  /** Lets a new key follow the one that has signed; that one is accepted for another day. */
  rotate(agentId: string, signedWith: string, next: NewKey, now: number): Promise<void>;
}

const day = 86_400_000;
/** A key that nobody renews ends. The agent renews it at half of this. */
export const keyLifeMs = 180 * day;
/** After a change of keys, so that a request on its way is not refused. */
export const overlapMs = day;
/** An agent asks again after 20 seconds at the latest. */
export const aliveMs = 120_000;
/** An agent that was away for so long has to be enrolled again. */
export const maxUnseenMs = 14 * day;
/** Polls are more frequent than the disk has to know. */
const seenEveryMs = 15_000;

export function registryIn(store: SealedStore): Registry {
  const stateOf = (value: unknown): FrontState =>
    value === undefined ? { agents: [], alarms: [] } : readAs(contract, value);

  /** Replaces one agent by what `change` makes of it. The same object: nothing is written. */
  async function changed(
    agentId: string,
    change: (agent: KnownAgent) => KnownAgent,
  ): Promise<KnownAgent> {
    let result: KnownAgent | undefined;
    await store.update((current) => {
      const state = stateOf(current);
      const agent = agentIn(state, agentId);
      result = change(agent);
      if (result === agent) return undefined;
      return { ...state, agents: state.agents.map((one) => (one === agent ? result : one)) };
    });
    return result ?? agentIn(stateOf(await store.read()), agentId);
  }

  return {
    read: async () => stateOf(await store.read()),
    async add(agent) {
      await store.update((current) => {
        const state = stateOf(current);
        return { ...state, agents: [...state.agents, agent] };
      });
    },
    async enrol(agentId, { publicKey, thumbprint, tokenDigest, now }) {
      let refused: AgentFault | undefined;
      let bound: KnownAgent | undefined;
      await store.update((current) => {
        const state = stateOf(current);
        const agent = agentIn(state, agentId);
        refused = undefined;
        bound = agent;
        assertNotRevoked(agent);
        if (agent.tokenDigest !== tokenDigest) throw wrongToken(agentId);
        if (agent.usedAt !== undefined) {
          if (agent.keys.some((key) => key.thumbprint === thumbprint)) return undefined;
          refused = usedToken(agent.usedAt);
          const message =
            `The token of agent ${agentId} was used a second time, with the key ${thumbprint}: someone else may have ` +
            "its sealed file. Revoke the agent if you do not know that key.";
          return { ...state, alarms: [...state.alarms, { at: now, agentId, message }] };
        }
        if (now >= agent.tokenUntil) throw expiredToken(agent.tokenUntil);
        const keys: AgentKey[] = [{ thumbprint, publicKey, since: now }];
        const enrolled: KnownAgent = { ...agent, usedAt: now, keys };
        bound = enrolled;
        return { ...state, agents: state.agents.map((one) => (one === agent ? enrolled : one)) };
      });
      if (refused) throw refused;
      return bound ?? agentIn(stateOf(await store.read()), agentId);
    },
    confirm: (agentId, thumbprint, now) =>
      changed(agentId, (agent) => {
        assertNotRevoked(agent);
        assertWaitingKey(agent, thumbprint);
        return agent.confirmedAt === undefined ? { ...agent, confirmedAt: now } : agent;
      }),
    revoke: (agentId, now) =>
      changed(agentId, (agent) =>
        agent.revokedAt === undefined ? { ...agent, revokedAt: now } : agent,
      ),
    seen: (agentId, version, now) =>
      changed(agentId, (agent) => {
        const { lastSeen, aliveSince } = agent;
        const isKnown = lastSeen !== undefined && now - lastSeen < seenEveryMs;
        if (isKnown && agent.version === version) return agent;
        const isBack = lastSeen === undefined || now - lastSeen > aliveMs;
        return { ...agent, version, lastSeen: now, aliveSince: isBack ? now : (aliveSince ?? now) };
      }),
    async noteJobs(jobs) {
      await store.update((current) => ({ ...stateOf(current), jobs }));
    },
    async rotate(agentId, signedWith, { publicKey, thumbprint }, now) {
      await changed(agentId, (agent) => {
        assertNotRevoked(agent);
        if (agent.keys.some((key) => key.thumbprint === thumbprint)) return agent;
        const newest = agent.keys.at(-1);
        if (newest?.thumbprint !== signedWith) throw notNewest(signedWith);
        const valid = agent.keys.filter(({ until = Infinity }) => now < until);
        const old = valid.map((key) => ({ ...key, until: key.until ?? now + overlapMs }));
        return { ...agent, keys: [...old, { thumbprint, publicKey, since: now }] };
      });
    },
  };
}

/** Throws an `AgentFault` when there is none of this ID. */
export function agentIn({ agents }: FrontState, agentId: string): KnownAgent {
  const found = agents.find((one) => one.agentId === agentId);
  if (found) return found;
  throw new AgentFault("unknownAgent", {
    kind: "denied",
    message: `The service knows no agent ${JSON.stringify(agentId.slice(0, 40))}.`,
  });
}

export function assertNotRevoked({ agentId, revokedAt }: KnownAgent): void {
  if (revokedAt === undefined) return;
  throw new AgentFault("revoked", {
    kind: "denied",
    message:
      `Agent ${agentId} was revoked at ${moment(revokedAt)}: it gets no more work. To use it again, let the service ` +
      "seal a new file.",
  });
}

function assertWaitingKey({ agentId, keys }: KnownAgent, thumbprint: string): void {
  const newest = keys.at(-1);
  if (newest === undefined)
    throw new AgentFault("waiting", {
      kind: "invalid",
      message: `Agent ${agentId} has not enrolled yet, so there is no key to confirm.`,
    });
  if (newest.thumbprint === thumbprint) return;
  throw new AgentFault("unknownKey", {
    kind: "invalid",
    message:
      `The key of agent ${agentId} has the thumbprint ${newest.thumbprint}, not ${JSON.stringify(thumbprint)}: if ` +
      "the agent shows another one, someone else has used its sealed file. Revoke it.",
  });
}

function wrongToken(agentId: string): AgentFault {
  return new AgentFault("tokenWrong", {
    kind: "denied",
    message: `The token is not the one in the sealed file of agent ${agentId}.`,
  });
}

function usedToken(usedAt: number): AgentFault {
  return new AgentFault("tokenUsed", {
    kind: "denied",
    message:
      `The token was used already at ${moment(usedAt)}, with another key, and works once. The service has raised an ` +
      "alarm. Let it seal a new file for this agent.",
  });
}

function expiredToken(until: number): AgentFault {
  return new AgentFault("tokenExpired", {
    kind: "denied",
    message: `The token expired at ${moment(until)}: let the service seal a new file for this agent.`,
  });
}

function notNewest(thumbprint: string): AgentFault {
  return new AgentFault("keyEnded", {
    kind: "denied",
    message: `The key ${thumbprint} was followed by another already, and only the newest one can name the next.`,
  });
}

/** What people see of an agent. */
export interface AgentStatus {
  state: "linked" | "waiting" | "alive" | "unseen" | "revoked";
  /** The state in words. */
  sentence: string;
}

export function statusOf(agent: KnownAgent, now: number): AgentStatus {
  const { revokedAt, confirmedAt, keys, lastSeen, aliveSince } = agent;
  const newest = keys.at(-1);
  if (revokedAt !== undefined)
    return { state: "revoked", sentence: `revoked at ${moment(revokedAt)}` };
  if (newest === undefined) return { state: "linked", sentence: "linked, agent not seen yet" };
  if (confirmedAt === undefined)
    return { state: "waiting", sentence: `waiting for confirmation of key ${newest.thumbprint}` };
  if (lastSeen === undefined) return { state: "linked", sentence: "linked, agent not seen yet" };
  const unseenMs = now - lastSeen;
  if (unseenMs <= aliveMs)
    return { state: "alive", sentence: `alive since ${moment(aliveSince ?? lastSeen)}` };
  return { state: "unseen", sentence: `unseen for ${span(unseenMs)}` };
}
