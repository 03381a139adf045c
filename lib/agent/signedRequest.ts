/**
 * A request of an agent, signed anew each time: a JWT (EdDSA) bound to the operation and its body, for one use within
 * 60 seconds. It needs no client certificate, so that it passes proxies that open TLS; and as every request is
 * checked, a revocation counts at once.
 */
import { createHash, randomUUID } from "node:crypto";
import type { PublicSigningKey } from "../generated/types.ts";
import { parsedJson } from "../net/json.ts";
import { isRecord } from "../record.ts";
import { AgentFault } from "./agentFault.ts";
import { jose } from "./jose.ts";
import { span } from "./moment.ts";
import { verifyingKey, type SigningKey } from "./signingKey.ts";

/** What is signed of a request. */
export interface Signable {
  method: string;
  /** Of the operation, such as `/v1/jobs`: not what a reverse proxy has in front of it. */
  path: string;
  body: string;
}

/** Who signs, and for whom. */
export interface Signer {
  agentId: string;
  key: SigningKey;
  /** Of the service's signing key: a request to one service is of no use at another. */
  serviceThumbprint: string;
}

const lifeMs = 60_000;
/** Beyond this, a wrong clock is more probable than a slow network. */
const slowMs = 5 * 60_000;
const requestType = "agent-request+jwt";
const algorithm = "EdDSA";

/** The value of the `Authorization` header. `now`: milliseconds since 1970. */
export async function signRequest(
  { method, path, body }: Signable,
  { agentId, key, serviceThumbprint }: Signer,
  now: number,
): Promise<string> {
  const { CompactSign } = await jose();
  const claims: Claims = {
    iss: agentId,
    aud: serviceThumbprint,
    method,
    path,
    body: digestOf(body),
    jti: randomUUID(),
    iat: now / 1000,
    exp: (now + lifeMs) / 1000,
  };
  const token = await new CompactSign(Buffer.from(JSON.stringify(claims)))
    .setProtectedHeader({ alg: algorithm, typ: requestType, kid: key.thumbprint })
    .sign(key.privateKey);
  return `${scheme}${token}`;
}

export interface Verifying {
  /** Of the service's own key. */
  serviceThumbprint: string;
  /** Milliseconds since 1970. */
  now: number;
  used: UsedRequests;
  /** The key of an agent with this thumbprint. Throws an `AgentFault` when requests with it are not accepted. */
  keyOf(agentId: string, thumbprint: string): Promise<PublicSigningKey>;
}

export interface Verified {
  agentId: string;
  thumbprint: string;
  /** When it was signed, by the clock of the agent: milliseconds since 1970. */
  signedAt: number;
}

/** Who has signed a request, once it is proven. Throws an `AgentFault` with a code of its own for each refusal. */
export async function verifyRequest(
  authorization: string | undefined,
  request: Signable,
  verifying: Verifying,
): Promise<Verified> {
  const { compactVerify } = await jose();
  const token = authorization?.startsWith(scheme) ? authorization.slice(scheme.length) : "";
  const { claims, kid } = await claimsIn(token);
  const { iss: agentId } = claims;
  const key = await verifying.keyOf(agentId, kid);
  try {
    await compactVerify(token, verifyingKey(key), { algorithms: [algorithm] });
  } catch {
    throw new AgentFault("wrongSignature", {
      kind: "denied",
      message: `The signature of the request is not one of the key ${kid} of agent ${agentId}.`,
    });
  }
  assertFor(claims, request, verifying.serviceThumbprint);
  assertInTime(claims, verifying.now);
  verifying.used.add(claims, verifying.now);
  return { agentId, thumbprint: kid, signedAt: claims.iat * 1000 };
}

const scheme = "Agent ";

interface Claims {
  /** The agent. */
  iss: string;
  /** The thumbprint of the service's key. */
  aud: string;
  method: string;
  path: string;
  /** SHA-256 of the body, in base64url. */
  body: string;
  jti: string;
  /** Seconds since 1970, with their fraction. */
  iat: number;
  exp: number;
}

const digestOf = (text: string): string => createHash("sha256").update(text).digest("base64url");

async function claimsIn(token: string): Promise<{ claims: Claims; kid: string }> {
  const { decodeProtectedHeader } = await jose();
  try {
    const { typ, kid } = decodeProtectedHeader(token);
    const claims = parsedJson(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
    if (
      typ === requestType &&
      typeof kid === "string" &&
      /^[\w-]{43}$/.test(kid) &&
      areClaims(claims)
    )
      return { claims, kid };
  } catch {
    // The same as for a token with other content.
  }
  throw new AgentFault("notSigned", {
    kind: "denied",
    message: "The request is not signed as an agent signs.",
  });
}

function areClaims(value: unknown): value is Claims {
  return (
    isRecord(value) &&
    [value["iss"], value["jti"]].every(
      (one) => typeof one === "string" && /^[0-9a-f-]{36}$/.test(one),
    ) &&
    ["aud", "method", "path", "body"].every((name) => typeof value[name] === "string") &&
    [value["iat"], value["exp"]].every((one) => typeof one === "number" && Number.isFinite(one))
  );
}

function assertFor(claims: Claims, request: Signable, serviceThumbprint: string): void {
  if (claims.aud !== serviceThumbprint)
    throw new AgentFault("forOtherService", {
      kind: "denied",
      message: "The request was signed for a service with another key.",
    });
  if (claims.method !== request.method || claims.path !== request.path)
    throw new AgentFault("otherOperation", {
      kind: "denied",
      message: `The request was signed for another operation than ${request.method} ${request.path}.`,
    });
  if (claims.body !== digestOf(request.body))
    throw new AgentFault("changedBody", {
      kind: "denied",
      message: "The body of the request was changed after it was signed.",
    });
}

function assertInTime({ iat, exp }: Claims, now: number): void {
  const ageMs = now - iat * 1000;
  if (ageMs <= -lifeMs)
    throw new AgentFault("clockAhead", {
      kind: "denied",
      message: `The clock of the agent's machine is ${span(-ageMs)} ahead of that of the service.`,
    });
  if (ageMs > slowMs)
    throw new AgentFault("clockBehind", {
      kind: "denied",
      message: `The clock of the agent's machine is ${span(ageMs)} behind that of the service.`,
    });
  if (ageMs >= lifeMs || now >= exp * 1000)
    throw new AgentFault("requestExpired", {
      kind: "denied",
      retryable: true,
      message: `The request was signed ${span(ageMs)} ago; a signature is valid for ${span(lifeMs)}.`,
    });
}

/**
 * The requests that were accepted, as long as they could be sent again. It begins empty: what was signed before is
 * refused, because an earlier process may have accepted it.
 */
export class UsedRequests {
  /** When each may be forgotten, in milliseconds since 1970. */
  readonly #until = new Map<string, number>();
  readonly #startedAt: number;

  constructor(startedAt: number) {
    this.#startedAt = startedAt;
  }

  get size(): number {
    return this.#until.size;
  }

  /** Throws an `AgentFault` when the request is not new. */
  add({ iss, jti, iat }: Pick<Claims, "iss" | "jti" | "iat">, now: number): void {
    this.#forget(now);
    const id = `${iss} ${jti}`;
    if (this.#until.has(id))
      throw new AgentFault("replayed", {
        kind: "denied",
        message: "The request was sent already, and each is accepted once.",
      });
    if (iat * 1000 < this.#startedAt)
      throw new AgentFault("beforeStart", {
        kind: "denied",
        retryable: true,
        message:
          "The request was signed before the service started, so it may have been accepted already: sign it again.",
      });
    this.#until.set(id, iat * 1000 + lifeMs);
  }

  /** In the order of their arrival, which is nearly that of their ends. */
  #forget(now: number): void {
    for (const [id, until] of this.#until) {
      if (now < until) return;
      this.#until.delete(id);
    }
  }
}
