import { X509Certificate, type KeyObject } from "node:crypto";
import { Fault } from "../fault.ts";
import { FIELD, openContainer, type Contents } from "./pkcs12.ts";

const WANTED = "a PFX file (a certificate with its private key) as base64 is needed";

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
 * Reads the application's key and certificate; of several certificates it takes the one that belongs to the key.
 *
 * Reads what OpenSSL and Windows write: TripleDES-SHA1 and RC2-40 (the old default), AES256-SHA256 and other PBES2
 * with PBKDF2 (the present one), unencrypted; with a SHA-1 or SHA-2 MAC, or none. Not: RC4, 128-bit RC2, two-key
 * TripleDES, PBMAC1, scrypt, and containers sealed with a public key.
 *
 * @throws {Fault} `invalid`, with a sentence that names the field to correct: empty, not base64, no PFX, cut off,
 * damaged, wrong password, unsupported algorithm, no RSA key, no certificate to the key, not valid at `now`.
 */
export async function readCertificate({
  pfxBase64,
  password,
  now,
}: CertificateSource): Promise<AppCertificate> {
  const pfx = decode(pfxBase64);
  const { key, certificate } = pair(await openContainer(pfx, password ?? ""));
  const subject = certificate.subject.split("\n").join(", ");
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

/** The bytes of what starts as a PFX and is as long as it says. */
function decode(text: string): Buffer {
  const base64 = text.replace(/\s+/g, "");
  if (base64 === "") throw Fault.invalid(`${FIELD} is empty: ${WANTED}.`);
  const der = Buffer.from(base64, "base64");
  // PEM itself, or encoded again
  const pem = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(`${text}\n${der.toString("latin1")}`)?.[1];
  if (pem !== undefined) throw Fault.invalid(`${FIELD} holds PEM text (${pem}): ${WANTED}.`);
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64))
    throw Fault.invalid(`${FIELD} is not base64: ${WANTED}.`);

  // A SEQUENCE with its length (80: left open, as BER may), then "version 3": so starts every PFX, and nothing else.
  const header = /^30(?:80|8[1-4]((?:..){1,4}))020103/.exec(der.toString("hex", 0, 9));
  if (header === null) throw notPfx(der);
  const length =
    header[1] === undefined
      ? der.length
      : 2 + header[1].length / 2 + Number.parseInt(header[1], 16);
  if (length > der.length)
    throw Fault.invalid(`${FIELD} is cut off: ${der.length} of ${length} bytes are there.`);
  return der.subarray(0, length);
}

function notPfx(der: Buffer): Fault {
  try {
    new X509Certificate(der);
  } catch {
    return Fault.invalid(`${FIELD} is base64, but not of a PFX: ${WANTED}.`);
  }
  return Fault.invalid(`${FIELD} holds a certificate without its private key (.cer): ${WANTED}.`);
}

function pair({ keys, certificates }: Contents): { key: KeyObject; certificate: X509Certificate } {
  if (keys.length === 0)
    throw Fault.invalid(
      `The PFX in ${FIELD} holds no private key: export the certificate together with its key.`,
    );
  const rsaKeys = keys.filter((key) => key.asymmetricKeyType === "rsa");
  if (rsaKeys.length === 0)
    throw Fault.invalid(
      `The private key in ${FIELD} is of the type ${keys[0]?.asymmetricKeyType}; it has to be RSA.`,
    );
  if (certificates.length === 0)
    throw Fault.invalid(`The PFX in ${FIELD} holds a private key, but no certificate.`);

  const [latest] = rsaKeys
    .flatMap((key) =>
      certificates
        .filter((each) => each.checkPrivateKey(key))
        .map((certificate) => ({ key, certificate })),
    )
    // A certificate that was renewed on the same key can be in the file with its successor.
    .sort((a, b) => Date.parse(b.certificate.validTo) - Date.parse(a.certificate.validTo));
  if (latest === undefined)
    throw Fault.invalid(
      `The private key in ${FIELD} belongs to none of the certificates beside it.`,
    );
  return latest;
}
