import {
  createDecipheriv,
  createHmac,
  createPrivateKey,
  getCipherInfo,
  hash,
  pbkdf2Sync,
  X509Certificate,
  type KeyObject,
} from "node:crypto";
import type { asn1 } from "node-forge";
import { Fault } from "../fault.ts";

/** The fields as their labels in the form and their keys name them. */
export const FIELD = '"App certificate" (AppCertificateBase64String)';
const PASSWORD_FIELD = '"App certificate password" (AppCertificatePassword)';

function unsupported(algorithm: string): Fault {
  return Fault.invalid(
    `The PFX in ${FIELD} uses an algorithm that is not supported (${algorithm}); ` +
      "export it again as AES256-SHA256.",
  );
}

function damaged(cause: unknown): Fault {
  return Fault.invalid(
    `The PFX in ${FIELD} is damaged: copy it again from the original file.`,
    cause,
  );
}

/** The contents of a PKCS#12 container (PFX). */
export interface Contents {
  keys: KeyObject[];
  certificates: X509Certificate[];
  /** Whether the password decrypted any of it: unencrypted contents do not prove the password. */
  decrypted: boolean;
}

/**
 * Opens a container with its password. Throws an `invalid` fault that names the field when the
 * password is wrong, or the container is damaged or uses an algorithm that is not supported.
 */
export async function openContainer(pfx: Buffer, password: string): Promise<Contents> {
  forge = await loadForge();
  const { safe, mac } = splitContainer(pfx);
  let passwordProven = false;
  let cause: unknown;
  // Without a password, some programs use the empty password and others none.
  for (const candidate of password === "" ? ["", undefined] : [password]) {
    const verified = mac === undefined ? undefined : macMatches(mac, safe, candidate);
    try {
      const contents = readSafe(safe, candidate);
      if (verified !== false) return contents;
      // Contents that decrypt prove the password, so they have changed since the MAC was computed.
      passwordProven ||= contents.decrypted;
    } catch (thrown) {
      if (thrown instanceof Fault) throw thrown;
      passwordProven ||= verified === true;
      cause = thrown;
    }
  }
  if (passwordProven) throw damaged(cause);
  if (password === "")
    throw Fault.invalid(
      `The PFX in ${FIELD} is protected with a password, but ${PASSWORD_FIELD} is empty.`,
      cause,
    );
  throw Fault.invalid(
    `${PASSWORD_FIELD} does not open the PFX in ${FIELD}: the password is wrong, or the PFX is damaged.`,
    cause,
  );
}

type Forge = typeof import("node-forge");
type Asn1 = asn1.Asn1;
type Password = string | undefined; // PKCS#12 distinguishes an absent password from an empty one

/** Loaded only when a certificate is read, so that other runs start faster. */
let forge: Forge;

/**
 * Forge provides what node:crypto lacks: ASN.1, and RC2, which OpenSSL 3 refuses. Its PKCS#12 reader is not used: it
 * fails on PBES2 with a password beyond ASCII, re-encodes certificates (which changes the thumbprint of one signed
 * with ECDSA), derives keys in JavaScript (slow in a process that has just started), and distinguishes its errors by
 * text only.
 */
async function loadForge(): Promise<Forge> {
  // @ts-expect-error The types describe the package, not its parts.
  const root = (await import("node-forge/lib/forge.js")) as { default: Forge };
  // @ts-expect-error As above; each part adds itself to the root.
  await Promise.all([import("node-forge/lib/asn1.js"), import("node-forge/lib/rc2.js")]);
  return root.default;
}

function splitContainer(pfx: Buffer): { safe: Buffer; mac: Asn1 | undefined } {
  try {
    const root = parse(pfx);
    const type = oid(at(root, 1, 0));
    if (type !== "data") throw unsupported(type);
    return { safe: bytes(at(root, 1, 1, 0)), mac: items(root)[2] };
  } catch (cause) {
    throw cause instanceof Fault ? cause : damaged(cause);
  }
}

function macMatches(mac: Asn1, safe: Buffer, password: Password): boolean {
  try {
    const [digest, expected] = [digestOf(at(mac, 0, 0, 0)), bytes(at(mac, 0, 1))];
    const iterations = items(mac).length > 2 ? rounds(at(mac, 2)) : 1;
    const key = derive("mac", expected.length, password, {
      digest,
      salt: bytes(at(mac, 1)),
      iterations,
    });
    return createHmac(digest, key).update(safe).digest().equals(expected);
  } catch (cause) {
    throw cause instanceof Fault ? cause : damaged(cause);
  }
}

function readSafe(safe: Buffer, password: Password): Contents {
  const contents: Contents = { keys: [], certificates: [], decrypted: false };
  const open = (scheme: Asn1, data: Asn1): Buffer => {
    const plain = decrypt(scheme, bytes(data), password);
    contents.decrypted = true;
    return plain;
  };
  const addKey = (key: Buffer): unknown =>
    contents.keys.push(createPrivateKey({ key, format: "der", type: "pkcs8" }));

  for (const part of items(parse(safe))) {
    const type = oid(at(part, 0));
    if (type !== "data" && type !== "encryptedData") throw unsupported(type);
    const bags =
      type === "data" ? bytes(at(part, 1, 0)) : open(at(part, 1, 0, 1, 1), at(part, 1, 0, 1, 2));
    for (const bag of items(parse(bags))) {
      const kind = oid(at(bag, 0));
      const value = at(bag, 1, 0);
      if (kind === "keyBag") addKey(Buffer.from(forge.asn1.toDer(value).getBytes(), "latin1"));
      if (kind === "pkcs8ShroudedKeyBag") addKey(open(at(value, 0), at(value, 1)));
      if (kind === "certBag")
        contents.certificates.push(new X509Certificate(bytes(at(value, 1, 0))));
    }
  }
  return contents;
}

const TRIPLE_DES = "pbeWithSHAAnd3-KeyTripleDES-CBC";
const RC2_40 = "pbewithSHAAnd40BitRC2-CBC";

function decrypt(scheme: Asn1, data: Buffer, password: Password): Buffer {
  const name = oid(at(scheme, 0));
  if (name === "pkcs5PBES2") return decryptPbes2(at(scheme, 1), data, password);
  if (name !== TRIPLE_DES && name !== RC2_40) throw unsupported(name);
  const origin = {
    digest: "sha1",
    salt: bytes(at(scheme, 1, 0)),
    iterations: rounds(at(scheme, 1, 1)),
  };
  const iv = derive("iv", 8, password, origin);
  if (name === TRIPLE_DES)
    return decipher("des-ede3-cbc", derive("key", 24, password, origin), iv, data);
  const rc2 = forge.rc2.createDecryptionCipher(
    derive("key", 5, password, origin).toString("latin1"),
    40,
  );
  rc2.start(iv.toString("latin1"));
  rc2.update(forge.util.createBuffer(data.toString("latin1")));
  rc2.finish();
  return Buffer.from(rc2.output.getBytes(), "latin1");
}

function decryptPbes2(parameters: Asn1, data: Buffer, password: Password = ""): Buffer {
  const method = oid(at(parameters, 0, 0));
  if (method !== "pkcs5PBKDF2") throw unsupported(method);
  const derivation = at(parameters, 0, 1);
  const prf = items(derivation).find((each) => Array.isArray(each.value)); // may follow a key length
  const digest = prf === undefined ? "sha1" : digestOf(at(prf, 0));
  // From forge's name to OpenSSL's: aes256-CBC, des-EDE3-CBC.
  const cipherName = oid(at(parameters, 1, 0))
    .replace(/^aes/, "aes-")
    .toLowerCase();
  const cipher = getCipherInfo(cipherName);
  if (cipher?.mode !== "cbc") throw unsupported(cipherName);
  const key = pbkdf2Sync(
    Buffer.from(password, "utf8"),
    bytes(at(derivation, 0)),
    rounds(at(derivation, 1)),
    cipher.keyLength,
    digest,
  );
  return decipher(cipher.name, key, bytes(at(parameters, 1, 1)), data);
}

function decipher(name: string, key: Buffer, iv: Buffer, data: Buffer): Buffer {
  const cipher = createDecipheriv(name, key, iv);
  return Buffer.concat([cipher.update(data), cipher.final()]);
}

/** The key derivation of PKCS#12: RFC 7292, appendix B.2 (its names are in the comments). */
function derive(
  use: "key" | "iv" | "mac",
  length: number,
  password: Password,
  from: { digest: string; salt: Buffer; iterations: number },
): Buffer {
  const block = from.digest === "sha384" || from.digest === "sha512" ? 128 : 64;
  const fill = (source: Buffer): Buffer =>
    Buffer.alloc(Math.ceil(source.length / block) * block, source);
  const text =
    password === undefined ? Buffer.alloc(0) : Buffer.from(`${password}\0`, "utf16le").swap16();
  const input = Buffer.concat([fill(from.salt), fill(text)]); // I = S || P
  let derived = Buffer.alloc(0);
  while (derived.length < length) {
    let digest = Buffer.concat([Buffer.alloc(block, { key: 1, iv: 2, mac: 3 }[use]), input]); // D || I
    // In one call: `createHash` takes twice as long, and there are thousands of rounds.
    for (let round = 0; round < from.iterations; round++)
      digest = hash(from.digest, digest, "buffer");
    derived = Buffer.concat([derived, digest]);
    const addend = Buffer.alloc(block, digest); // B
    for (let start = 0; start < input.length; start += block) {
      let carry = 1; // each block of I becomes itself + B + 1
      for (let at = block - 1; at >= 0; at--, carry >>= 8) {
        carry += input.readUInt8(start + at) + addend.readUInt8(at);
        input.writeUInt8(carry & 0xff, start + at);
      }
    }
  }
  return derived.subarray(0, length);
}

function digestOf(node: Asn1): string {
  const name = oid(node);
  const digest = /^(?:hmacWith)?(sha(?:1|256|384|512))$/i.exec(name)?.[1];
  if (digest === undefined) throw unsupported(name);
  return digest.toLowerCase();
}

const parse = (der: Buffer): Asn1 => forge.asn1.fromDer(der.toString("latin1"));

/** Forge's name for an object identifier, or the identifier itself. */
function oid(node: Asn1): string {
  const dotted = forge.asn1.derToOid(bytes(node).toString("latin1"));
  return forge.pki.oids[dotted] ?? dotted;
}

function items(node: Asn1): Asn1[] {
  return Array.isArray(node.value) ? node.value : malformed();
}

function malformed(): never {
  throw new Error("The ASN.1 does not have the expected structure.");
}

/** The node at the end of a path of positions. */
function at(node: Asn1, ...path: number[]): Asn1 {
  return path.reduce((parent, position) => items(parent)[position] ?? malformed(), node);
}

/** BER may split a byte string into parts. */
function bytes(node: Asn1): Buffer {
  return Array.isArray(node.value)
    ? Buffer.concat(node.value.map(bytes))
    : Buffer.from(node.value, "latin1");
}

/** Key derivation blocks everything, even the deadline. Programs write 2,000 to 600,000 rounds; more is refused. */
function rounds(node: Asn1): number {
  const count = Number.parseInt(bytes(node).toString("hex"), 16);
  if (count > 1_000_000) throw unsupported(`${count} rounds of key derivation`);
  return count;
}
