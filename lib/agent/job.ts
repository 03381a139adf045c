/**
 * A job: one named operation of the directory, signed by the service for one agent (JWS, EdDSA; RFC 7515), its secrets
 * sealed for the key of that agent (JWE; RFC 7516). Nothing else makes an agent do anything.
 */
import { attributes, type AttributeName } from "../activeDirectory/client/attributes.ts";
import { job as contract } from "../generated/validators/job.ts";
import type { AgentJob, PublicSigningKey } from "../generated/types.ts";
import { readAs, Unusable } from "../host/schemaContract.ts";
import { parsedJson } from "../net/json.ts";
import { isRecord } from "../record.ts";
import { AgentFault } from "./agentFault.ts";
import { unusable } from "./directoryJson.ts";
import { jose } from "./jose.ts";
import { span } from "./moment.ts";
import type { RsaKey } from "./rsaKey.ts";
import { thumbprintOf, verifyingKey, type SigningKey } from "./signingKey.ts";

const signedType = "agent-job+jws";
const sealedType = "agent-job-secret+jwe";
const signature = "EdDSA";
const keyAlgorithm = "RSA-OAEP-256";
const contentAlgorithm = "A256GCM";

/** A compact JWS. */
export async function signJob(job: AgentJob, signer: SigningKey): Promise<string> {
  const { CompactSign } = await jose();
  return await new CompactSign(Buffer.from(JSON.stringify(job)))
    .setProtectedHeader({ alg: signature, typ: signedType, kid: signer.thumbprint })
    .sign(signer.privateKey);
}

/** The parameters of a change in two parts: those that anyone may see, and those that only the site may. */
export function partedBySecrecy(parameters: Readonly<Record<string, unknown>>): {
  plain: Record<string, unknown>;
  secret: Record<string, unknown>;
} {
  const all = Object.entries(parameters);
  const isSecret = ([name]: (typeof all)[number]): boolean =>
    Object.hasOwn(attributes, name) && attributes[name as AttributeName] === "password";
  return {
    plain: Object.fromEntries(all.filter((one) => !isSecret(one))),
    secret: Object.fromEntries(all.filter(isSecret)),
  };
}

/** The secret parameters of a job as a compact JWE, which opens for that job only. */
export async function sealSecrets(
  secret: Readonly<Record<string, unknown>>,
  { jti, recipient }: { jti: string; recipient: RsaKey },
): Promise<string> {
  const { CompactEncrypt } = await jose();
  return await new CompactEncrypt(Buffer.from(JSON.stringify({ jti, secret })))
    .setProtectedHeader({
      alg: keyAlgorithm,
      enc: contentAlgorithm,
      typ: sealedType,
      kid: recipient.thumbprint,
    })
    .encrypt(recipient.key);
}

/** The secret parameters of a job. Throws an `AgentFault` when they do not open or are those of another job. */
export async function openSecrets(
  { sealed, jti }: AgentJob,
  key: RsaKey,
): Promise<Record<string, unknown>> {
  if (sealed === undefined) return {};
  const { compactDecrypt } = await jose();
  try {
    const { plaintext } = await compactDecrypt(sealed, key.key, {
      keyManagementAlgorithms: [keyAlgorithm],
      contentEncryptionAlgorithms: [contentAlgorithm],
    });
    const content = parsedJson(Buffer.from(plaintext).toString("utf8"));
    if (isRecord(content) && content["jti"] === jti && isRecord(content["secret"]))
      return content["secret"];
  } catch {
    // The same as for content of another form.
  }
  throw unusable("its secret part does not open with the key of this agent");
}

/** Whom a job has to be for, and by whom. */
export interface Expected {
  agentId: string;
  connectionId: string;
  /** The keys of the service, and the thumbprint that an administrator has compared. */
  signingKeys: readonly PublicSigningKey[];
  serviceThumbprint: string;
}

/** A job whose signature, agent and connection are right. Throws an `AgentFault` with a code for each refusal. */
export async function verifyJob(
  text: string,
  { agentId, connectionId, signingKeys, serviceThumbprint }: Expected,
): Promise<AgentJob> {
  const { compactVerify, decodeProtectedHeader } = await jose();
  const content = await (async (): Promise<unknown> => {
    try {
      const { typ, kid } = decodeProtectedHeader(text);
      if (typ !== signedType) throw new Error("another type");
      if (kid !== serviceThumbprint) throw otherService(kid);
      for (const key of signingKeys)
        if ((await thumbprintOf(key)) === kid) {
          const { payload } = await compactVerify(text, verifyingKey(key), {
            algorithms: [signature],
          });
          return parsedJson(Buffer.from(payload).toString("utf8"));
        }
      throw otherService(kid);
    } catch (thrown) {
      if (thrown instanceof AgentFault) throw thrown;
      throw new AgentFault("jobChanged", {
        kind: "denied",
        message:
          "A job was changed on its way, or the service did not sign it, so it is not carried out.",
      });
    }
  })();
  const job = readJob(content);
  if (job.aud === agentId && job.connection === connectionId) return job;
  throw new AgentFault("jobForOtherAgent", {
    kind: "denied",
    message:
      `A job is for the agent ${job.aud} of the connection ${job.connection}, and this is ${agentId} of ` +
      `${connectionId}, so it is not carried out.`,
  });
}

function readJob(content: unknown): AgentJob {
  try {
    return readAs(contract, content);
  } catch (thrown) {
    if (!(thrown instanceof Unusable)) throw thrown;
    throw unusable(thrown.faults.join(" ").replace(/\.$/, ""));
  }
}

function otherService(kid: unknown): AgentFault {
  const shown = typeof kid === "string" && /^[\w-]{43}$/.test(kid) ? kid : "unknown";
  return new AgentFault("jobOfOtherService", {
    kind: "denied",
    message: `A job is signed with the key ${shown}, which is not that of the service, so it is not carried out.`,
  });
}

/** Throws an `AgentFault` when the job may not be begun any more. `now`: milliseconds since 1970. */
export function assertInTime({ jti, exp }: Pick<AgentJob, "jti" | "exp">, now: number): void {
  if (now < exp) return;
  throw new AgentFault("jobExpired", {
    // Nothing was done. Whoever waits for it looks at the state.
    kind: "unavailable",
    message:
      `The job ${jti} had to be begun ${span(now - exp)} earlier, by the clock of the agent's machine, so it was not ` +
      "carried out: it was on its way for too long, or the clock was changed.",
  });
}
