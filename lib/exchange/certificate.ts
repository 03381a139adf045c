import { createDecipheriv, createHmac, createPrivateKey, getCipherInfo, pbkdf2Sync, X509Certificate, type KeyObject } from "node:crypto";
import type { asn1, cipher, md, util } from "node-forge";
import { Fault } from "../fault.ts";

export interface CertificateSource {
  /** AppCertificateBase64String: a PFX file as base64; line breaks and surrounding white space do not matter. */
  pfxBase64: string;
  /** AppCertificatePassword: absent and empty mean the same. */
  password?: string | undefined;
  /** The moment at which the certificate has to be valid. */
  now: Date;
}

/** `privateKey` and `thumbprintSha256` are what @azure/msal-node takes as `auth.clientCertificate`. */
export interface AppCertificate {
  /** PEM, PKCS#8, not encrypted. Secret. */
  privateKey: string;
  /** SHA-256 over the DER certificate: 64 hexadecimal digits, upper case. */
  thumbprintSha256: string;
  notAfter: Date;
  /** Distinguished name on one line, as in `O=Example, CN=connector`. */
  subject: string;
}

/**
 * Reads the application's key and certificate from the configuration. Of several certificates it takes the one that
 * belongs to the private key.
 *
 * Reads what OpenSSL and Windows write: TripleDES-SHA1 and RC2-40 (the old default), AES256-SHA256 and other PBES2
 * with PBKDF2 (the present one), unencrypted; with a SHA-1 or SHA-2 MAC, or none. Not: RC4, 128-bit RC2, two-key
 * TripleDES, PBMAC1, scrypt, and containers sealed with a public key.
 *
 * @throws {Fault} `invalid`, with a sentence that names the field to correct: empty, not base64, no PFX, cut off,
 * damaged, wrong password, unsupported algorithm, no RSA key, no certificate to the key, not valid at `now`.
 */
export async function readCertificate({ pfxBase64, password, now }: CertificateSource): Promise<AppCertificate> {
  const pfx = decode(pfxBase64);
  forge = await loadForge();
  const { key, certificate } = pair(openContainer(pfx, password ?? ""));

  const subject = certificate.subject.split("\n").join(", ");
  const notBefore = new Date(certificate.validFrom);
  const notAfter = new Date(certificate.validTo);
  const which = `The certificate "${subject}" in ${FIELD}`;
  if (now > notAfter) throw invalid(`${which} expired on ${notAfter.toISOString().slice(0, 10)}.`);
  if (now < notBefore) throw invalid(`${which} is not valid before ${notBefore.toISOString().slice(0, 10)}.`);

  return {
    privateKey: key.export({ type: "pkcs8", format: "pem" }).toString(),
    thumbprintSha256: certificate.fingerprint256.replaceAll(":", ""),
    notAfter,
    subject,
  };
}

type Asn1 = asn1.Asn1;
type Digest = "sha1" | "sha256" | "sha384" | "sha512";
type Password = string | undefined;

/** What is used of forge, whose types leave out `pbe`. PKCS#12 tells an absent password from an empty one. */
interface Forge {
  asn1: typeof asn1;
  md: { algorithms: Record<Digest, { create(): md.MessageDigest }> };
  pbe: {
    /** Of password, salt, purpose (3: MAC), iterations, bytes wanted, digest. */
    generatePkcs12Key(...of: [Password, util.ByteBuffer, 3, number, number, md.MessageDigest]): util.ByteBuffer;
    getCipherForPKCS12PBE(oid: string | undefined, parameters: Asn1, password: Password): cipher.BlockCipher;
  };
  pki: { oids: Record<string, string | undefined> };
  util: { createBuffer(bytes: Buffer): util.ByteBuffer };
}

/** Loaded when a certificate is read, so that no other start of the script waits for it. */
let forge: Forge;

/**
 * Forge reads the ASN.1 and the older encryption (OpenSSL 3 refuses its RC2). Its PKCS#12 reader itself is left alone:
 * it fails on PBES2 with a password beyond ASCII, writes certificates anew (which changes the thumbprint of one signed
 * with ECDSA), runs PBKDF2 in JavaScript, and tells its errors apart by text only.
 */
async function loadForge(): Promise<Forge> {
  // @ts-expect-error The types describe the package, not its parts.
  const root = await import("node-forge/lib/forge.js");
  // @ts-expect-error As above; each part adds itself to the root.
  await Promise.all([import("node-forge/lib/pbe.js"), import("node-forge/lib/sha512.js")]);
  return root.default as Forge;
}

const FIELD = "AppCertificateBase64String";
const PASSWORD_FIELD = "AppCertificatePassword";
const WANTED = "a PFX file (a certificate with its private key) as base64 is needed";

function invalid(message: string, cause?: unknown): Fault {
  return new Fault({ kind: "invalid", message, cause });
}

function unsupported(algorithm: string): Fault {
  return invalid(`The PFX in ${FIELD} is protected in a way that cannot be read here (${algorithm}); export it again as AES256-SHA256.`);
}

function damaged(cause: unknown): Fault {
  return invalid(`The PFX in ${FIELD} is damaged: copy it again from the original file.`, cause);
}

/** The bytes of what starts as a PFX and is long enough to be one. */
function decode(text: string): Buffer {
  const base64 = text.replace(/\s+/g, "");
  if (base64 === "") throw invalid(`${FIELD} is empty: ${WANTED}.`);
  const der = Buffer.from(base64, "base64");
  const pem = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(`${text}\n${der.toString("latin1")}`)?.[1]; // PEM itself, or encoded again
  if (pem !== undefined) throw invalid(`${FIELD} holds PEM text (${pem}): ${WANTED}.`);
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) throw invalid(`${FIELD} is not base64: ${WANTED}.`);

  const length = declaredLength(der);
  if (length === undefined) throw notPfx(der);
  if (length > der.length) throw invalid(`${FIELD} is cut off: ${der.length} of ${length} bytes are there.`);
  return der.subarray(0, length);
}

function notPfx(der: Buffer): Fault {
  try {
    new X509Certificate(der);
  } catch {
    return invalid(`${FIELD} is base64, but not of a PFX: ${WANTED}.`);
  }
  return invalid(`${FIELD} holds a certificate without its private key (.cer): ${WANTED}.`);
}

/** Bytes of the ASN.1 SEQUENCE that every PFX is, header included. */
function declaredLength(der: Buffer): number | undefined {
  const [tag, first = 0] = der;
  const extra = first - 0x80;
  if (tag !== 0x30 || extra > 4) return undefined;
  if (extra < 0) return 2 + first;
  if (extra === 0) return der.length; // indefinite length (BER): an end marker follows the contents
  return der.length < 2 + extra ? undefined : 2 + extra + der.readUIntBE(2, extra);
}

interface Contents {
  keys: KeyObject[];
  certificates: X509Certificate[];
  /** Whether the password opened any of it: contents that were not encrypted say nothing about the password. */
  decrypted: boolean;
}

function pair({ keys, certificates }: Contents): { key: KeyObject; certificate: X509Certificate } {
  if (keys.length === 0) throw invalid(`The PFX in ${FIELD} holds no private key: export the certificate together with its key.`);
  const rsaKeys = keys.filter((key) => key.asymmetricKeyType === "rsa");
  if (rsaKeys.length === 0) throw invalid(`The private key in ${FIELD} is of the type ${keys[0]?.asymmetricKeyType}; it has to be RSA.`);
  if (certificates.length === 0) throw invalid(`The PFX in ${FIELD} holds a private key, but no certificate.`);

  const [latest] = rsaKeys
    .flatMap((key) => certificates.filter((each) => each.checkPrivateKey(key)).map((certificate) => ({ key, certificate })))
    // A certificate that was renewed on the same key can stand beside its successor.
    .sort((a, b) => Date.parse(b.certificate.validTo) - Date.parse(a.certificate.validTo));
  if (latest === undefined) throw invalid(`The private key in ${FIELD} belongs to none of the certificates beside it.`);
  return latest;
}

function openContainer(pfx: Buffer, password: string): Contents {
  const { safe, mac } = splitContainer(pfx);
  let passwordProven = false;
  let cause: unknown;
  // Where no password was set, some programs write the empty one and others none.
  for (const candidate of password === "" ? ["", undefined] : [password]) {
    const sealed = mac === undefined ? undefined : isSealed(mac, safe, candidate);
    try {
      const contents = readSafe(safe, candidate);
      if (sealed !== false) return contents;
      // Contents that decrypt prove the password, so it is they that have changed since the seal was set.
      passwordProven ||= contents.decrypted;
    } catch (thrown) {
      if (thrown instanceof Fault) throw thrown;
      passwordProven ||= sealed === true;
      cause = thrown;
    }
  }
  if (passwordProven) throw damaged(cause);
  if (password === "") throw invalid(`The PFX in ${FIELD} is protected with a password, but ${PASSWORD_FIELD} is empty.`, cause);
  throw invalid(`${PASSWORD_FIELD} does not open the PFX in ${FIELD}: the password is wrong, or the PFX is damaged.`, cause);
}

function splitContainer(pfx: Buffer): { safe: Buffer; mac: Asn1 | undefined } {
  if (!pfx.subarray(0, 9).includes("\x02\x01\x03")) throw notPfx(pfx); // every PFX starts with "version 3", and nothing else does
  try {
    const root = parse(pfx);
    const type = oid(at(root, 1, 0));
    if (type !== "data") throw unsupported(type);
    return { safe: bytes(at(root, 1, 1, 0)), mac: items(root)[2] };
  } catch (cause) {
    throw cause instanceof Fault ? cause : damaged(cause);
  }
}

function isSealed(mac: Asn1, safe: Buffer, password: Password): boolean {
  try {
    const digest = digestOf(at(mac, 0, 0, 0));
    const expected = bytes(at(mac, 0, 1));
    const iterations = items(mac).length > 2 ? integer(at(mac, 2)) : 1;
    const hash = forge.md.algorithms[digest].create();
    const key = forge.pbe.generatePkcs12Key(password, forge.util.createBuffer(bytes(at(mac, 1))), 3, iterations, expected.length, hash);
    return createHmac(digest, nodeBuffer(key)).update(safe).digest().equals(expected);
  } catch (cause) {
    throw cause instanceof Fault ? cause : damaged(cause);
  }
}

function readSafe(safe: Buffer, password: Password): Contents {
  const contents: Contents = { keys: [], certificates: [], decrypted: false };
  const open = (scheme: Asn1, data: Asn1): Buffer => {
    const plain = decrypt(scheme, data, password);
    contents.decrypted = true;
    return plain;
  };
  const addKey = (key: Buffer): unknown => contents.keys.push(createPrivateKey({ key, format: "der", type: "pkcs8" }));

  for (const part of items(parse(safe))) {
    const type = oid(at(part, 0));
    if (type !== "data" && type !== "encryptedData") throw unsupported(type);
    const bags = type === "data" ? bytes(at(part, 1, 0)) : open(at(part, 1, 0, 1, 1), at(part, 1, 0, 1, 2));
    for (const bag of items(parse(bags))) {
      const kind = oid(at(bag, 0));
      const value = at(bag, 1, 0);
      if (kind === "keyBag") addKey(nodeBuffer(forge.asn1.toDer(value)));
      if (kind === "pkcs8ShroudedKeyBag") addKey(open(at(value, 0), at(value, 1)));
      if (kind === "certBag") contents.certificates.push(new X509Certificate(bytes(at(value, 1, 0))));
    }
  }
  return contents;
}

function decrypt(scheme: Asn1, data: Asn1, password: Password): Buffer {
  const name = oid(at(scheme, 0));
  if (name === "pkcs5PBES2") return decryptPbes2(at(scheme, 1), bytes(data), password);
  if (name !== "pbeWithSHAAnd3-KeyTripleDES-CBC" && name !== "pbewithSHAAnd40BitRC2-CBC") throw unsupported(name);
  const decipher = forge.pbe.getCipherForPKCS12PBE(forge.pki.oids[name], at(scheme, 1), password);
  decipher.update(forge.util.createBuffer(bytes(data)));
  if (!decipher.finish()) throw new Error("The padding is wrong.");
  return nodeBuffer(decipher.output);
}

function decryptPbes2(parameters: Asn1, data: Buffer, password: Password = ""): Buffer {
  const method = oid(at(parameters, 0, 0));
  if (method !== "pkcs5PBKDF2") throw unsupported(method);
  const derivation = at(parameters, 0, 1);
  const prf = items(derivation).find((each) => Array.isArray(each.value)); // can stand behind a key length
  const digest = prf === undefined ? "sha1" : digestOf(at(prf, 0));
  // From forge's name to OpenSSL's: aes256-CBC, des-EDE3-CBC.
  const cipherName = oid(at(parameters, 1, 0)).replace(/^aes/, "aes-").toLowerCase();
  const cipher = getCipherInfo(cipherName);
  if (cipher?.mode !== "cbc") throw unsupported(cipherName);
  const key = pbkdf2Sync(Buffer.from(password, "utf8"), bytes(at(derivation, 0)), integer(at(derivation, 1)), cipher.keyLength, digest);
  const decipher = createDecipheriv(cipher.name, key, bytes(at(parameters, 1, 1)));
  return Buffer.concat([decipher.update(data), decipher.final()]);
}

function digestOf(node: Asn1): Digest {
  const name = oid(node);
  const digest = /^(?:hmacWith)?(sha(?:1|256|384|512))$/i.exec(name)?.[1];
  if (digest === undefined) throw unsupported(name);
  return digest.toLowerCase() as Digest;
}

function parse(der: Buffer): Asn1 {
  return forge.asn1.fromDer(forge.util.createBuffer(der));
}

/** The name that forge has for an object identifier, or the identifier itself. */
function oid(node: Asn1): string {
  const dotted = forge.asn1.derToOid(forge.util.createBuffer(bytes(node)));
  return forge.pki.oids[dotted] ?? dotted;
}

function items(node: Asn1): Asn1[] {
  return Array.isArray(node.value) ? node.value : misshapen();
}

function misshapen(): never {
  throw new Error("The ASN.1 is not of the expected shape.");
}

/** The node at the end of a path of positions. */
function at(node: Asn1, ...path: number[]): Asn1 {
  return path.reduce((parent, position) => items(parent)[position] ?? misshapen(), node);
}

/** BER may cut a byte string into pieces. */
function bytes(node: Asn1): Buffer {
  return Array.isArray(node.value) ? Buffer.concat(node.value.map(bytes)) : Buffer.from(node.value, "latin1");
}

function integer(node: Asn1): number {
  return Number.parseInt(bytes(node).toString("hex"), 16);
}

function nodeBuffer(buffer: util.ByteBuffer): Buffer {
  return Buffer.from(buffer.getBytes(), "latin1");
}
