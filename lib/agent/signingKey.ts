/** Ed25519 keys: the service signs sealed files with one, each agent its requests with another. */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from "node:crypto";
import type { PublicSigningKey } from "../generated/types.ts";
import { jose } from "./jose.ts";

export interface SigningKey {
  /** Secret. */
  privateKey: KeyObject;
  publicKey: PublicSigningKey;
  /** Of the public half: SHA-256 as in RFC 7638, 43 characters. */
  thumbprint: string;
}

export async function newSigningKey(): Promise<SigningKey> {
  return await signingKey(generateKeyPairSync("ed25519").privateKey);
}

/** The key that `signingKeyText` has written. Throws when it is something else. */
export async function signingKeyIn(text: string): Promise<SigningKey> {
  return await signingKey(createPrivateKey(text));
}

/** In PEM, PKCS#8. Secret. */
export function signingKeyText({ privateKey }: SigningKey): string {
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

async function signingKey(privateKey: KeyObject): Promise<SigningKey> {
  const { x = "" } = createPublicKey(privateKey).export({ format: "jwk" });
  const publicKey: PublicSigningKey = { kty: "OKP", crv: "Ed25519", x };
  return { privateKey, publicKey, thumbprint: await thumbprintOf(publicKey) };
}

/** What people compare: SHA-256 of the public key as RFC 7638 writes it, in base64url. */
export async function thumbprintOf(key: KeyObject | PublicSigningKey): Promise<string> {
  const { calculateJwkThumbprint } = await jose();
  return await calculateJwkThumbprint(key);
}

/** The public key, ready to verify with. */
export function verifyingKey(key: PublicSigningKey): KeyObject {
  return createPublicKey({ key: { ...key }, format: "jwk" });
}
