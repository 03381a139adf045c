/**
 * The configuration file of an agent: a JWE (RSA-OAEP-256, A256GCM; RFC 7516) around a JWS (EdDSA; RFC 7515). Sealing
 * alone is not enough: anyone who has the public key of a site could make a file that leads its agent to a server of
 * theirs. So the service signs the content, and the agent compares the key of the service with the thumbprint that its
 * administrator has typed.
 */
import { sealedConfiguration as contract } from "../generated/validators/sealedConfiguration.ts";
import type { PublicSigningKey, SealedConfiguration } from "../generated/types.ts";
import { readAs, Unusable } from "../host/schemaContract.ts";
import { parsedJson } from "../net/json.ts";
import { isRecord } from "../record.ts";
import { AgentFault } from "./agentFault.ts";
import { jose } from "./jose.ts";
import { moment } from "./moment.ts";
import type { RsaKey } from "./rsaKey.ts";
import { thumbprintOf, verifyingKey, type SigningKey } from "./signingKey.ts";

export const formatVersion = 1;
/** The audience of every sealed file: no other signed text of the service is taken for one. */
export const audience = "exo-connector agent";
/** The token in the file is as valuable as the agent. */
export const validSeconds = 7 * 24 * 3600;

const sealedType = "agent-config+jwe";
const signedType = "agent-config+jws";
const keyAlgorithm = "RSA-OAEP-256";
const contentAlgorithm = "A256GCM";
const signature = "EdDSA";
/** Clocks differ. */
const toleratedSeconds = 300;

/** The text of the file, one line. Throws `Unusable` when the configuration is not as its schema requires. */
export async function sealConfiguration(
  configuration: SealedConfiguration,
  { recipient, signer }: { recipient: RsaKey; signer: SigningKey },
): Promise<string> {
  const { CompactEncrypt, CompactSign } = await jose();
  const content = JSON.stringify(readAs(contract, configuration));
  const signed = await new CompactSign(Buffer.from(content))
    .setProtectedHeader({
      alg: signature,
      typ: signedType,
      kid: signer.thumbprint,
      jwk: { ...signer.publicKey },
    })
    .sign(signer.privateKey);
  return await new CompactEncrypt(Buffer.from(signed))
    .setProtectedHeader({
      alg: keyAlgorithm,
      enc: contentAlgorithm,
      typ: sealedType,
      cty: "JWT",
      kid: recipient.thumbprint,
    })
    .encrypt(recipient.key);
}

export interface Opening {
  /** The private half of the site's key pair. */
  key: RsaKey;
  /** The thumbprint of the service's key, from the person who compared it. */
  serviceThumbprint: string;
  /** Milliseconds since 1970. */
  now: number;
  /** Names the file in faults. */
  source: string;
}

/** Opens a file. Throws an `AgentFault`, with a code of its own for each thing that can be wrong. */
export async function openConfiguration(
  text: string,
  opening: Opening,
): Promise<SealedConfiguration> {
  const { source } = opening;
  const signed = await decrypted(text.trim(), opening);
  const content = await verified(signed, opening);
  const version = content["v"];
  if (typeof version === "number" && version > formatVersion)
    throw new AgentFault("newerVersion", {
      kind: "invalid",
      message:
        `${source} has the format ${version} of a newer version of the connector; this one reads format ` +
        `${formatVersion}: update the agent.`,
    });
  if (content["aud"] !== audience)
    throw new AgentFault("otherAudience", {
      kind: "invalid",
      message: `${source} is signed by the service, but is not the configuration of an agent.`,
    });
  const configuration = readSigned(content, source);
  assertInTime(configuration, opening);
  return configuration;
}

async function decrypted(text: string, { key, source }: Opening): Promise<string> {
  const { compactDecrypt, decodeProtectedHeader } = await jose();
  const header = headerOf(() => decodeProtectedHeader(text));
  if (header?.typ !== sealedType || text.split(".").length !== 5)
    throw new AgentFault("notSealed", {
      kind: "invalid",
      message: `${source} is not a sealed configuration of an agent; expected the file that agent seal has written.`,
    });
  const { kid } = header;
  if (kid !== key.thumbprint)
    throw new AgentFault("notForThisKey", {
      kind: "invalid",
      message:
        `${source} is sealed for the key with the thumbprint ${shown(kid)}, and the key of this agent has ` +
        `${key.thumbprint}: seal it for that one, or name the other key.`,
    });
  try {
    const { plaintext } = await compactDecrypt(text, key.key, {
      keyManagementAlgorithms: [keyAlgorithm],
      contentEncryptionAlgorithms: [contentAlgorithm],
    });
    return Buffer.from(plaintext).toString("utf8");
  } catch {
    throw altered(source);
  }
}

/** The signed content. The key is known by its thumbprint before anything is believed. */
async function verified(
  signed: string,
  { serviceThumbprint, source }: Opening,
): Promise<Record<string, unknown>> {
  const { compactVerify, decodeProtectedHeader } = await jose();
  const header = headerOf(() => decodeProtectedHeader(signed));
  const key = publicKeyIn(header?.jwk);
  if (header?.typ !== signedType || key === undefined) throw altered(source);
  const signer = await thumbprintOf(key);
  if (signer !== serviceThumbprint)
    throw new AgentFault("otherService", {
      kind: "invalid",
      message:
        `${source} is signed by a service with the thumbprint ${signer}; expected ${serviceThumbprint}. Anyone who ` +
        "has the public key of the site can make such a file: do not use it.",
    });
  try {
    const { payload } = await compactVerify(signed, verifyingKey(key), { algorithms: [signature] });
    const content = parsedJson(Buffer.from(payload).toString("utf8"));
    if (isRecord(content)) return content;
  } catch {
    // The same as for content that is no object.
  }
  throw altered(source);
}

function readSigned(content: Record<string, unknown>, source: string): SealedConfiguration {
  try {
    return readAs(contract, content);
  } catch (thrown) {
    if (!(thrown instanceof Unusable)) throw thrown;
    throw new AgentFault("altered", {
      kind: "invalid",
      message: `${source} is signed by the service, but is not complete: ${thrown.faults.join(" ")}`,
    });
  }
}

function assertInTime({ iat, exp }: SealedConfiguration, { now, source }: Opening): void {
  const clock = `the clock of this machine shows ${moment(now)}`;
  if (now >= exp * 1000)
    throw new AgentFault("expired", {
      kind: "invalid",
      message: `${source} expired at ${moment(exp * 1000)}, and ${clock}: let the service seal a new one.`,
    });
  if (now < (iat - toleratedSeconds) * 1000)
    throw new AgentFault("clockBehind", {
      kind: "invalid",
      message: `${source} was sealed at ${moment(iat * 1000)}, and ${clock}: set the clock.`,
    });
}

function publicKeyIn(jwk: unknown): PublicSigningKey | undefined {
  if (!isRecord(jwk) || jwk["kty"] !== "OKP" || jwk["crv"] !== "Ed25519") return undefined;
  const { x } = jwk;
  const isKey = typeof x === "string" && /^[A-Za-z0-9_-]{43}$/.test(x);
  return isKey ? { kty: "OKP", crv: "Ed25519", x } : undefined;
}

/** What a header says of itself. Undefined: it is not a header. */
function headerOf<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch {
    return undefined;
  }
}

function altered(source: string): AgentFault {
  return new AgentFault("altered", {
    kind: "invalid",
    message: `${source} was altered or damaged since the service sealed it: fetch it again, and do not edit it.`,
  });
}

/** A text of a file that no one has verified yet. */
function shown(kid: unknown): string {
  return typeof kid === "string" && /^[\w-]{1,64}$/.test(kid) ? kid : "unknown";
}
