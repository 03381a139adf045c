import type { X509Certificate } from "node:crypto";
import { subjectOf } from "../../lib/auth/certificate.ts";

/** What people compare of a certificate. Public. */
export interface CertificateFacts {
  /** The distinguished name on one line, such as `CN=Exchange connector`. */
  subject: string;
  /** SHA-1 in 40 hexadecimal digits, upper case: what the Entra admin center shows. */
  thumbprint: string;
  /** The same as SHA-256: what a signed proof names. */
  thumbprintSha256: string;
  /** The first and the last day, as `2026-11-29` in UTC. */
  validFrom: string;
  validUntil: string;
}

export function factsOf(certificate: X509Certificate): CertificateFacts {
  return {
    subject: subjectOf(certificate),
    thumbprint: certificate.fingerprint.replaceAll(":", ""),
    thumbprintSha256: certificate.fingerprint256.replaceAll(":", ""),
    validFrom: dayOf(certificate.validFrom),
    validUntil: dayOf(certificate.validTo),
  };
}

const dayOf = (time: string): string => new Date(time).toISOString().slice(0, 10);
