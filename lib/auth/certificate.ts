import { X509Certificate, type KeyObject } from "node:crypto";
import { Fault } from "../fault.ts";
import { FIELD, openContainer, type Contents } from "./pkcs12.ts";

const EXPECTED = "expected a PFX file (a certificate with its private key) as base64";

export interface CertificateSource {
  /** AppCertificateBase64String: a PFX file as base64. White space does not matter. */
  pfxBase64: string;
  /** AppCertificatePassword: absent and empty mean the same. */
  password?: string | undefined;
  /** The time at which the certificate has to be valid. */
  now: Date;
}

/** @azure/msal-node takes `privateKey` and `thumbprintSha256` as `auth.clientCertificate`. */
export interface AppCertificate {
  /** PEM, PKCS#8, not encrypted. Secret. */
  privateKey: string;
  /** SHA-256 over the DER certificate: 64 hexadecimal digits, upper case. */
  thumbprintSha256: string;
  notAfter: Date;
  /** As `subjectOf` has it. */
  subject: string;
}

export interface KeyAndCertificate {
  key: KeyObject;
  certificate: X509Certificate;
}

const noticeMs = 30 * 24 * 3_600_000;

/** Whether a certificate is in the last 30 days in which it is valid. */
export function endsSoon(notAfter: Date, now: Date): boolean {
  return notAfter.getTime() - now.getTime() <= noticeMs;
}

/** The distinguished name of its subject on one line, as in `O=Example, CN=connector`. */
export function subjectOf({ subject }: X509Certificate): string {
  return subject.split("\n").join(", ");
}

/**
 * Opens the PFX with the application's key and certificate, whether it is valid at this time or not. If there are
 * several certificates, it uses the one of the key.
 *
 * Supports the formats that OpenSSL and Windows write: TripleDES-SHA1 and RC2-40 (the old default), AES256-SHA256 and
 * other PBES2 with PBKDF2 (the present default), unencrypted; with a SHA-1 or SHA-2 MAC, or without. Not supported:
 * RC4, 128-bit RC2, two-key TripleDES, PBMAC1, scrypt, and public-key integrity.
 *
 * @throws {Fault} `invalid`, with a sentence that names the field to correct: empty, not base64, not a PFX, truncated,
 * damaged, wrong password, unsupported algorithm, no RSA key, no certificate for the key.
 */
export async function openCertificate({
  pfxBase64,
  password,
}: Omit<CertificateSource, "now">): Promise<KeyAndCertificate> {
  return pair(await openContainer(decode(pfxBase64), password ?? ""));
}

/**
 * Reads the application's key and certificate.
 *
 * @throws {Fault} Those of `openCertificate`, and `invalid` for a certificate that is not valid at `now`.
 */
export async function readCertificate({
  now,
  ...source
}: CertificateSource): Promise<AppCertificate> {
  const { key, certificate } = await openCertificate(source);
  const subject = subjectOf(certificate);
  const [notBefore, notAfter] = [new Date(certificate.validFrom), new Date(certificate.validTo)];
  const which = `The certificate "${subject}" in ${FIELD}`;
  if (now > notAfter)
    throw Fault.invalid(`${which} expired on ${notAfter.toISOString().slice(0, 10)}.`);
  if (now < notBefore)
    throw Fault.invalid(`${which} is not valid before ${notBefore.toISOString().slice(0, 10)}.`);
  return {
    privateKey: key.export({ type: "pkcs8", format: "pem" }).toString(),
    thumbprintSha256: certificate.fingerprint256.replaceAll(":", ""),
    notAfter,
    subject,
  };
}

/** `certutil -encode` on Windows writes a PFX between the lines of a certificate; what is inside decides. */
function withoutArmour(text: string): string {
  const inside =
    /^\s*-----BEGIN CERTIFICATE-----\s([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*$/.exec(
      text,
    )?.[1];
  if (inside === undefined) return text;
  return /^30(?:80|8[1-4](?:..){1,4})020103/.test(
    Buffer.from(inside.replace(/\s+/g, ""), "base64").toString("hex", 0, 9),
  )
    ? inside
    : text;
}

/** The bytes of a PFX that has the length that it declares. */
function decode(given: string): Buffer {
  const text = withoutArmour(given);
  const base64 = text.replace(/\s+/g, "");
  if (base64 === "") throw Fault.invalid(`${FIELD} is empty; ${EXPECTED}.`);
  const der = Buffer.from(base64, "base64");
  const pem = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(`${text}\n${der.toString("latin1")}`)?.[1]; // PEM itself, or encoded again
  if (pem !== undefined) throw Fault.invalid(`${FIELD} is PEM text (${pem}); ${EXPECTED}.`);
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64))
    throw Fault.invalid(`${FIELD} is not base64; ${EXPECTED}.`);

  // A SEQUENCE with its length (80: indefinite, as BER allows), then "version 3": only a PFX starts like this.
  const header = /^30(?:80|8[1-4]((?:..){1,4}))020103/.exec(der.toString("hex", 0, 9));
  if (header === null) throw notPfx(der);
  const length =
    header[1] === undefined
      ? der.length
      : 2 + header[1].length / 2 + Number.parseInt(header[1], 16);
  if (length > der.length)
    throw Fault.invalid(`${FIELD} is truncated: it has ${der.length} of ${length} bytes.`);
  return der.subarray(0, length);
}

function notPfx(der: Buffer): Fault {
  try {
    new X509Certificate(der);
  } catch {
    return Fault.invalid(`${FIELD} is base64, but not of a PFX; ${EXPECTED}.`);
  }
  return Fault.invalid(`${FIELD} is a certificate without its private key (.cer); ${EXPECTED}.`);
}

function pair({ keys, certificates }: Contents): KeyAndCertificate {
  if (keys.length === 0)
    throw Fault.invalid(
      `The PFX in ${FIELD} contains no private key: export the certificate together with its key.`,
    );
  const rsaKeys = keys.filter((key) => key.asymmetricKeyType === "rsa");
  if (rsaKeys.length === 0)
    throw Fault.invalid(
      `The private key in ${FIELD} is of the type ${keys[0]?.asymmetricKeyType}; expected RSA.`,
    );
  if (certificates.length === 0)
    throw Fault.invalid(`The PFX in ${FIELD} contains a private key, but no certificate.`);

  const [latest] = rsaKeys
    .flatMap((key) =>
      certificates
        .filter((each) => each.checkPrivateKey(key))
        .map((certificate) => ({ key, certificate })),
    )
    // The file can contain a certificate and its renewal for the same key.
    .sort((a, b) => Date.parse(b.certificate.validTo) - Date.parse(a.certificate.validTo));
  if (latest === undefined)
    throw Fault.invalid(`The private key in ${FIELD} matches none of the certificates in the PFX.`);
  return latest;
}
