/** The answers of the service to its agents, without HTTP. */
import { createHash } from "node:crypto";
import { setMaxListeners } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { Directory } from "../../activeDirectory/client/directory.ts";
import type { AgentPlace } from "../../activeDirectory/client/settings.ts";
import { Fault } from "../../fault.ts";
import { enrolBody } from "../../generated/validators/enrolBody.ts";
import { jobsBody } from "../../generated/validators/jobsBody.ts";
import { resultsBody } from "../../generated/validators/resultsBody.ts";
import { rotateBody } from "../../generated/validators/rotateBody.ts";
import { touchBody } from "../../generated/validators/touchBody.ts";
import type { AgentJob, KnownAgent, PublicSigningKey } from "../../generated/types.ts";
import { readAs, Unusable, type Contract } from "../../host/schemaContract.ts";
import { parsedJson } from "../../net/json.ts";
import type { Pace } from "../../net/retry.ts";
import { AgentFault } from "../agentFault.ts";
import { sealSecrets, signJob } from "../job.ts";
import { moment, span } from "../moment.ts";
import { operations } from "../operations.ts";
import { publicKeyIn } from "../rsaKey.ts";
import { UsedRequests, verifyRequest, type Signable } from "../signedRequest.ts";
import { thumbprintOf } from "../signingKey.ts";
import { agentDirectory } from "./directory.ts";
import type { FrontFolder } from "./folder.ts";
import { jobBoard, type Handed } from "./jobBoard.ts";
import { agentIn, assertNotRevoked, keyLifeMs, maxUnseenMs, registryIn } from "./registry.ts";

export interface FrontSeams {
  /** Milliseconds since 1970. */
  now(): number;
  /** How long a request for jobs is held, in milliseconds. */
  holdMs: number;
  /** Rejects when the signal is aborted. */
  sleep?(ms: number, signal: AbortSignal): Promise<void>;
  /** What the person reads who runs the service: one sentence without a secret. */
  log(level: "information" | "warning" | "error", sentence: string): void;
}

export interface FrontRequest extends Signable {
  authorization: string | undefined;
  /** Aborted when the agent no longer waits for the answer. */
  signal: AbortSignal;
}

/** `body` is sent as JSON. */
export interface FrontAnswer {
  status: number;
  body: Readonly<Record<string, unknown>>;
}

export interface Front {
  answer(request: FrontRequest): Promise<FrontAnswer>;
  /** Active Directory through the agents of a site, for one event. */
  directory(
    place: AgentPlace,
    pace: Pick<Pace, "signal" | "remaining" | "sleep" | "random" | "stats">,
  ): Directory;
  /** Notes on the disk how many jobs there are and were, for `agent status`, if that has changed. */
  noteJobs(): Promise<void>;
  /** Answers what is held. */
  end(): void;
}

export function openFront({ signer, store }: FrontFolder, seams: FrontSeams): Front {
  const registry = registryIn(store);
  const since = seams.now();
  const used = new UsedRequests(since);
  let noted = "";
  const ending = new AbortController();
  setMaxListeners(0, ending.signal);
  const sleep = seams.sleep ?? waited;
  const board = jobBoard({ ...seams, sleep });
  const verifying = (
    keyOf: (agentId: string, thumbprint: string) => Promise<PublicSigningKey>,
  ) => ({
    serviceThumbprint: signer.thumbprint,
    now: seams.now(),
    used,
    keyOf,
  });

  /** The key that an agent signs with: each request looks it up, so that a revocation counts at once. */
  async function boundKey(agentId: string, thumbprint: string): Promise<PublicSigningKey> {
    return acceptedKey(agentIn(await registry.read(), agentId), thumbprint, seams.now());
  }

  async function enrol(request: FrontRequest): Promise<FrontAnswer> {
    const { token, publicKey, version } = bodyOf(request, enrolBody);
    const ownKey = await thumbprintOf(publicKey);
    // The request is signed with the new key, which proves that the agent has it.
    const keyOf = (_agentId: string, thumbprint: string): Promise<PublicSigningKey> =>
      thumbprint === ownKey ? Promise.resolve(publicKey) : Promise.reject(unknownKey(thumbprint));
    const { agentId } = await verifyRequest(request.authorization, request, verifying(keyOf));
    try {
      const tokenDigest = createHash("sha256").update(token).digest("base64url");
      const now = seams.now();
      const wanted = { publicKey, thumbprint: ownKey, tokenDigest, now };
      const agent = await registry.enrol(agentId, wanted);
      const state = agent.confirmedAt === undefined ? "waiting" : "confirmed";
      seams.log("information", `Agent ${agentId} (${version}) enrolled with the key ${ownKey}.`);
      return { status: 200, body: { state } };
    } catch (thrown) {
      if (thrown instanceof AgentFault && thrown.code === "tokenUsed")
        seams.log(
          "error",
          `ALARM: a second use of the token of agent ${agentId}, with the key ${ownKey}.`,
        );
      throw thrown;
    }
  }

  async function jobs(request: FrontRequest): Promise<FrontAnswer> {
    const { version, max, atOnce = false } = bodyOf(request, jobsBody);
    const arrivedAt = seams.now();
    const { agentId, thumbprint, signedAt } = await verifyRequest(
      request.authorization,
      request,
      verifying(boundKey),
    );
    const agent = await registry.seen(agentId, version, seams.now());
    assertConfirmed(agent);
    const over = new AbortController();
    const until = AbortSignal.any([request.signal, ending.signal, over.signal]);
    const held = sleep(atOnce ? 0 : seams.holdMs, until).catch(() => undefined);
    void held.then(() => over.abort());
    const poll = board.poll(agentId, agent.connectionId);
    try {
      for (;;) {
        await poll.ready(until);
        // A revocation counts until the very moment in which work is handed out.
        await boundKey(agentId, thumbprint);
        const taken = until.aborted ? [] : poll.take(max);
        if (taken.length === 0 && !until.aborted && !poll.isStale) continue;
        // By the clock of the agent: no two clocks have to agree.
        const agentNow = signedAt + seams.now() - arrivedAt;
        const signed = taken.map((job) => signedFor(agent, job, agentNow));
        return { status: 200, body: { jobs: await Promise.all(signed) } };
      }
    } finally {
      over.abort();
      poll.close();
    }
  }

  async function signedFor(
    { agentId, connectionId, publicKey }: KnownAgent,
    { jti, kind, baseDn, content, secret, beginWithin }: Handed,
    agentNow: number,
  ): Promise<string> {
    const job: AgentJob = {
      jti,
      iss: signer.thumbprint,
      aud: agentId,
      connection: connectionId,
      exp: Math.floor(agentNow + beginWithin),
      kind,
      content,
      ...(baseDn !== undefined && { baseDn }),
    };
    if (Object.keys(secret).length > 0) {
      const source = `The public key of agent ${agentId}`;
      const recipient = await publicKeyIn(Buffer.from(publicKey), source);
      job.sealed = await sealSecrets(secret, { jti, recipient });
    }
    return await signJob(job, signer);
  }

  async function touch(request: FrontRequest): Promise<FrontAnswer> {
    const { jobs: ids } = bodyOf(request, touchBody);
    const { agentId } = await verifyRequest(request.authorization, request, verifying(boundKey));
    const { version = "" } = agentIn(await registry.read(), agentId);
    await registry.seen(agentId, version, seams.now());
    return { status: 200, body: { unwanted: board.touch(agentId, ids) } };
  }

  async function results(request: FrontRequest): Promise<FrontAnswer> {
    const result = bodyOf(request, resultsBody);
    const { agentId } = await verifyRequest(request.authorization, request, verifying(boundKey));
    const state = await board.accept(agentId, result, request.signal);
    return { status: 200, body: { state } };
  }

  async function rotate(request: FrontRequest): Promise<FrontAnswer> {
    const { publicKey, proof } = bodyOf(request, rotateBody);
    const next = await thumbprintOf(publicKey);
    const { agentId, thumbprint } = await verifyRequest(
      request.authorization,
      request,
      verifying(boundKey),
    );
    const about = { ...request, body: JSON.stringify(publicKey) };
    const keyOf = (id: string): Promise<PublicSigningKey> =>
      id === agentId ? Promise.resolve(publicKey) : Promise.reject(unknownKey(next));
    await verifyRequest(proof, about, verifying(keyOf));
    await registry.rotate(agentId, thumbprint, { publicKey, thumbprint: next }, seams.now());
    seams.log("information", `Agent ${agentId} signs with the key ${next} from now on.`);
    return { status: 200, body: { thumbprint: next } };
  }

  const handlers: Readonly<Record<string, (request: FrontRequest) => Promise<FrontAnswer>>> = {
    [operations.enrol]: enrol,
    [operations.jobs]: jobs,
    [operations.touch]: touch,
    [operations.results]: results,
    [operations.rotate]: rotate,
  };

  return {
    async answer(request) {
      const handler = Object.hasOwn(handlers, request.path) ? handlers[request.path] : undefined;
      if (!handler || request.method !== "POST")
        return { status: 404, body: { message: "There is no such operation." } };
      try {
        return await handler(request);
      } catch (thrown) {
        return refusalOf(thrown, seams);
      }
    },
    directory: (place, pace) => agentDirectory(board, place, pace),
    async noteJobs() {
      const connections = board.counts();
      const counted = JSON.stringify(connections);
      if (counted === noted) return;
      await registry.noteJobs({ since, at: seams.now(), connections });
      noted = counted;
    },
    end: () => ending.abort(),
  };
}

const waited: Required<FrontSeams>["sleep"] = (ms, signal) => delay(ms, undefined, { signal });

function bodyOf<T>({ body }: FrontRequest, contract: Contract<T>): T {
  try {
    return readAs(contract, parsedJson(body));
  } catch (thrown) {
    if (!(thrown instanceof Unusable)) throw thrown;
    throw new AgentFault("unusable", {
      kind: "invalid",
      message: `The body of the request cannot be used: ${thrown.faults.join(" ")}`,
    });
  }
}

function acceptedKey(agent: KnownAgent, thumbprint: string, now: number): PublicSigningKey {
  assertNotRevoked(agent);
  const { agentId, lastSeen = now } = agent;
  if (now - lastSeen > maxUnseenMs)
    throw new AgentFault("longUnseen", {
      kind: "denied",
      message:
        `Agent ${agentId} was not seen for ${span(now - lastSeen)}, so it gets no more work: enrol it again, with a ` +
        "new sealed file.",
    });
  const key = agent.keys.find((one) => one.thumbprint === thumbprint);
  if (!key) throw unknownKey(thumbprint);
  const until = key.until ?? key.since + keyLifeMs;
  if (now < until) return key.publicKey;
  throw new AgentFault("keyEnded", {
    kind: "denied",
    message:
      `The key ${thumbprint} of agent ${agentId} ended at ${moment(until)}: enrol it again, with a new sealed ` +
      "file.",
  });
}

function unknownKey(thumbprint: string): AgentFault {
  return new AgentFault("unknownKey", {
    kind: "denied",
    message: `The service does not know the key ${thumbprint} as one of this agent.`,
  });
}

function assertConfirmed({ agentId, confirmedAt, keys }: KnownAgent): void {
  if (confirmedAt !== undefined) return;
  throw new AgentFault("waiting", {
    kind: "denied",
    retryable: true,
    message: `Agent ${agentId} waits until an administrator confirms its key ${keys.at(-1)?.thumbprint ?? ""}.`,
  });
}

const statuses: Readonly<Record<string, number>> = { waiting: 403, unusable: 400 };

/** What the agent may know of a refusal; what is unforeseen stays here. */
function refusalOf(thrown: unknown, { now, log }: FrontSeams): FrontAnswer {
  const { message } = Fault.of(thrown);
  if (thrown instanceof AgentFault) {
    const { code } = thrown;
    if (code !== "waiting") log("warning", message);
    return { status: statuses[code] ?? 401, body: { code, message, now: now() } };
  }
  log("error", message);
  return { status: 503, body: { message: "The service cannot answer at the moment.", now: now() } };
}
