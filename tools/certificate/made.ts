/** A key pair with a self-signed certificate, as the app registration and the configuration form take them. */
import { generateKeyPair, randomBytes, X509Certificate } from "node:crypto";
import { promisify } from "node:util";
import type { asn1, pki } from "node-forge";
import { openCertificate } from "../../lib/auth/certificate.ts";
import { factsOf, type CertificateFacts } from "./facts.ts";

export interface MadeCertificate {
  facts: CertificateFacts;
  /** The certificate in DER. Public. */
  cer: Buffer;
  /** The certificate and its private key, protected with the password. Secret. */
  pfx: Buffer;
  /** 128 random bits as 32 hexadecimal digits, which no form and no shell changes. Secret. */
  password: string;
}

export interface CertificateWishes {
  /** The common name of the subject. */
  commonName: string;
  now: Date;
  /** The last moment at which it is valid. */
  notAfter: Date;
}

const keyBits = 3072;
/** So that a clock that is a little slow accepts it at once, as New-SelfSignedCertificate does (documented). */
const backdatedMs = 10 * 60_000;

/** Makes a key pair, its certificate and a password. Writes nothing. Takes some seconds. */
export async function makeCertificate(wishes: CertificateWishes): Promise<MadeCertificate> {
  const { default: forge } = await import("node-forge");
  const key = forge.pki.privateKeyFromPem(await newKey());
  const certificate = selfSigned(forge, key, wishes);
  const password = randomBytes(16).toString("hex");
  const cer = derOf(forge, forge.pki.certificateToAsn1(certificate));
  const pfx = derOf(forge, forge.pkcs12.toPkcs12Asn1(key, [certificate], password, protection));
  await assertOpens(pfx, password, cer);
  return { facts: factsOf(new X509Certificate(cer)), cer, pfx, password };
}

/**
 * TripleDES-SHA1, as Export-PfxCertificate writes it unless AES is requested. Windows Server 2016 does not read a
 * PFX with AES256-SHA256, later versions do (documented for PKCS12_PBES2_EXPORT_PARAMS; seen by acme.sh and Ansible).
 * OpenSSL 3 reads both. The private key is as safe as its password, and no one guesses 128 random bits: so few
 * rounds suffice, which every event has to repeat.
 */
const protection = { algorithm: "3des", count: 2048, saltSize: 16 } as const;

/** PEM, PKCS#8. Not made by forge, which is much slower. */
async function newKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: keyBits });
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

type Forge = typeof import("node-forge");

function selfSigned(
  forge: Forge,
  key: pki.rsa.PrivateKey,
  { commonName, now, notAfter }: CertificateWishes,
): pki.Certificate {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.setRsaPublicKey(key.n, key.e);
  // A positive number, as RFC 5280 requires: its first bit is 0.
  certificate.serialNumber = `01${randomBytes(15).toString("hex")}`;
  certificate.validity.notBefore = new Date(now.getTime() - backdatedMs);
  certificate.validity.notAfter = notAfter;
  const name = { name: "commonName", value: commonName };
  // A name may have letters beyond ASCII. The types of forge expect another enumeration here.
  Object.assign(name, { valueTagClass: forge.asn1.Type.UTF8 });
  certificate.setSubject([name]);
  certificate.setIssuer([name]);
  certificate.setExtensions([
    { name: "basicConstraints", cA: false, critical: true },
    { name: "keyUsage", digitalSignature: true, critical: true },
    { name: "subjectKeyIdentifier" },
  ]);
  certificate.sign(key, forge.md.sha256.create());
  return certificate;
}

function derOf(forge: Forge, value: asn1.Asn1): Buffer {
  return Buffer.from(forge.asn1.toDer(value).getBytes(), "latin1");
}

/** Opens the PFX as an event will open it, before anyone relies on it. */
async function assertOpens(pfx: Buffer, password: string, cer: Buffer): Promise<void> {
  const { certificate } = await openCertificate({ pfxBase64: pfx.toString("base64"), password });
  if (!certificate.raw.equals(cer)) throw new Error("The PFX contains another certificate.");
}
