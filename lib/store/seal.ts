/**
 * A value that only the holders of certain credentials can read. It is encrypted with AES-256-GCM under a random key,
 * and that key is kept once for each credential, encrypted under a key derived from it. So a new credential can be
 * added before the old one is given up, and what is sealed never has to be made again.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { Fault } from "../fault.ts";
import { parsedJson } from "../net/json.ts";
import { isRecord } from "../record.ts";

/** What a credential opens with. */
export interface Holder {
  /** Bytes that only the owner of the credential has: a client secret, or a private key. Secret. */
  material: string;
  /** What people call it: a client secret, or a certificate with its thumbprint. Public. */
  label: string;
}

/** A key for one holder. */
interface WrappedKey {
  /** The label of the holder. */
  for: string;
  salt: string;
  wrapped: string;
}

/** The form in which a sealed value is written. A newer version is refused, never guessed. */
interface Envelope {
  version: typeof version;
  keys: WrappedKey[];
  sealed: string;
}

/** An opened value: what is needed to seal its successor for the same holders. */
export interface Opened {
  value: unknown;
  /** Secret. */
  key: Buffer;
  keys: readonly WrappedKey[];
}

const version = 1;
const algorithm = "aes-256-gcm";
const keyBytes = 32;
/** 96 bits, as NIST SP 800-38D recommends. Random ones suffice for 2^32 values under one key. */
const ivBytes = 12;
const tagBytes = 16;

/** A new random key, for one holder. */
export function newKey(holder: Holder, binding: string): Omit<Opened, "value"> {
  const key = randomBytes(keyBytes);
  return { key, keys: [wrappedFor(holder, key, binding)] };
}

/** The same key for one more holder. One with the same label is replaced. */
export function withHolder<T extends Omit<Opened, "value">>(
  opened: T,
  holder: Holder,
  binding: string,
): T {
  const others = opened.keys.filter((one) => one.for !== holder.label);
  return { ...opened, keys: [...others, wrappedFor(holder, opened.key, binding)] };
}

/** The text of a sealed value. It opens only for the same `binding`: what it belongs to, such as a tenant. */
export function sealed({ value, key, keys }: Opened, binding: string): string {
  const envelope: Envelope = {
    version,
    keys: [...keys],
    sealed: encrypted(key, Buffer.from(JSON.stringify(value)), binding).toString("base64"),
  };
  return JSON.stringify(envelope);
}

/**
 * Opens a sealed value. Throws an `invalid` fault that names `what` when it is of another version, damaged, or not
 * sealed for this holder.
 */
export function opened(
  text: string,
  { holder, binding, what }: { holder: Holder; binding: string; what: string },
): Opened {
  const envelope = parsedJson(text);
  if (
    isRecord(envelope) &&
    typeof envelope["version"] === "number" &&
    envelope["version"] > version
  )
    throw Fault.invalid(
      `${what} was written by a newer version of the connector (format ${envelope["version"]}); this one reads ` +
        `format ${version}.`,
    );
  if (!isEnvelope(envelope)) throw Fault.invalid(`${what} is damaged: it is not a sealed file.`);
  const key = envelope.keys
    .map((one) => unwrapped(one, holder, binding))
    .find((one) => one !== undefined);
  if (key === undefined)
    throw Fault.invalid(
      `${what} does not open with the ${holder.label}: it was sealed for ` +
        `${envelope.keys.map((one) => `the ${one.for}`).join(", ")}.`,
    );
  const content = decrypted(key, Buffer.from(envelope.sealed, "base64"), binding);
  if (content === undefined) throw Fault.invalid(`${what} is damaged: its content was changed.`);
  return { value: parsedJson(content.toString("utf8")), key, keys: envelope.keys };
}

function isEnvelope(value: unknown): value is Envelope {
  return (
    isRecord(value) &&
    value["version"] === version &&
    typeof value["sealed"] === "string" &&
    Array.isArray(value["keys"]) &&
    value["keys"].every(
      (key) =>
        isRecord(key) && ["for", "salt", "wrapped"].every((name) => typeof key[name] === "string"),
    )
  );
}

function wrappedFor({ material, label }: Holder, key: Buffer, binding: string): WrappedKey {
  const salt = randomBytes(keyBytes);
  const wrapped = encrypted(wrappingKey(material, salt), key, binding);
  return { for: label, salt: salt.toString("base64"), wrapped: wrapped.toString("base64") };
}

function unwrapped(
  { salt, wrapped }: WrappedKey,
  { material }: Holder,
  binding: string,
): Buffer | undefined {
  const key = wrappingKey(material, Buffer.from(salt, "base64"));
  return decrypted(key, Buffer.from(wrapped, "base64"), binding);
}

/**
 * No slow derivation: Entra ID generates client secrets (40 random characters, observed), and private keys are random
 * as well, so there is nothing that a person could have chosen badly.
 */
function wrappingKey(material: string, salt: Buffer): Buffer {
  return Buffer.from(hkdfSync("sha256", material, salt, "exo-connector sealed key", keyBytes));
}

/** `binding`: what the content belongs to. It opens for nothing else. */
export function encrypted(key: Buffer, content: Buffer, binding: string): Buffer {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv(algorithm, key, iv).setAAD(Buffer.from(binding));
  const parts = [cipher.update(content), cipher.final()];
  return Buffer.concat([iv, cipher.getAuthTag(), ...parts]);
}

/** Undefined when it is not what was encrypted under this key for this binding. */
export function decrypted(key: Buffer, content: Buffer, binding: string): Buffer | undefined {
  if (content.length < ivBytes + tagBytes) return undefined;
  const decipher = createDecipheriv(algorithm, key, content.subarray(0, ivBytes), {
    authTagLength: tagBytes,
  })
    .setAAD(Buffer.from(binding))
    .setAuthTag(content.subarray(ivBytes, ivBytes + tagBytes));
  try {
    return Buffer.concat([decipher.update(content.subarray(ivBytes + tagBytes)), decipher.final()]);
  } catch {
    return undefined;
  }
}
