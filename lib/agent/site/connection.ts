/** The requests of an agent to its service: signed, sent, and their answers understood. */
import { Fault } from "../../fault.ts";
import type { SiteState } from "../../generated/types.ts";
import { parsedJson } from "../../net/json.ts";
import type { HttpReply, Transport } from "../../net/transport.ts";
import { isRecord } from "../../record.ts";
import { AgentFault, requestFaultCodes, type RequestFaultCode } from "../agentFault.ts";
import { operations } from "../operations.ts";
import { signRequest, type Signable } from "../signedRequest.ts";
import { signingKeyIn, type SigningKey } from "../signingKey.ts";

export interface Sending {
  send: Transport;
  /** Milliseconds since 1970. */
  now(): number;
  signal: AbortSignal;
  /** Aborted after so many milliseconds. */
  timeout?(ms: number): AbortSignal;
}

/** Longer than a request for jobs is held. A connection that is gone is noticed then, also when no one has said so. */
const heldWithinMs = 30_000;
/** Of every other request. */
const answerWithinMs = 12_000;

/** Sends one request. Throws the service's refusal as an `AgentFault`, and everything else as a `Fault`. */
export async function requested(
  path: string,
  content: object,
  { configuration, serviceThumbprint, key }: SiteState,
  { send, now, signal, timeout = (ms) => AbortSignal.timeout(ms) }: Sending,
): Promise<Readonly<Record<string, unknown>>> {
  const { url, agentId } = configuration.service;
  const request: Signable = { method: "POST", path, body: JSON.stringify(content) };
  const signer = { agentId, key: await signingKeyIn(key.pem), serviceThumbprint };
  const authorization = await signRequest(request, signer, now());
  const withinMs = path === operations.jobs ? heldWithinMs : answerWithinMs;
  const patience = timeout(withinMs);
  const reply = await send(
    {
      method: "POST",
      url: `${url}${path}`,
      headers: { authorization, "content-type": "application/json" },
      body: request.body,
    },
    AbortSignal.any([signal, patience]),
  ).catch((thrown: unknown) => {
    if (signal.aborted || !patience.aborted) throw Fault.of(thrown);
    throw new Fault({
      kind: "unavailable",
      retryable: true,
      message: `${new URL(url).host} gave no answer for ${withinMs / 1000} s.`,
    });
  });
  return contentOf(reply, url);
}

/** The request in which the next key is named, signed with it as well. */
export async function proofOf(
  path: string,
  next: SigningKey,
  { configuration, serviceThumbprint }: SiteState,
  now: number,
): Promise<string> {
  const { agentId } = configuration.service;
  const request: Signable = { method: "POST", path, body: JSON.stringify(next.publicKey) };
  return await signRequest(request, { agentId, key: next, serviceThumbprint }, now);
}

function contentOf({ status, text }: HttpReply, url: string): Readonly<Record<string, unknown>> {
  const content = parsedJson(text);
  if (status === 200 && isRecord(content)) return content;
  const code = isRecord(content) ? codeIn(content["code"]) : undefined;
  if (isRecord(content) && code !== undefined && typeof content["message"] === "string")
    throw new AgentFault(code, {
      kind: "denied",
      message: `The service refuses the agent: ${content["message"]}`,
    });
  throw new Fault({
    kind: "unavailable",
    retryable: true,
    message: `${new URL(url).host} answered with status ${status}, and not as a service of agents does.`,
  });
}

function codeIn(value: unknown): RequestFaultCode | undefined {
  return requestFaultCodes.find((code) => code === value);
}
