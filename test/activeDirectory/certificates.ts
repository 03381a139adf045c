import { generateKeyPairSync } from "node:crypto";
import forge from "node-forge";

/** A private certificate authority, and what it signs. */
export interface Authority {
  /** Its certificate, as PEM. */
  pem: string;
  /** A certificate of a server, or of its client, for these names and addresses, with its key. */
  issue(
    names: readonly string[],
    validity?: { from: Date; to: Date },
  ): { key: string; cert: string };
}

const day = 86_400_000;
const aDay = { from: new Date(Date.now() - day), to: new Date(Date.now() + day) };

/** A new authority. All its certificates have one key, because making keys takes time. */
export function newAuthority(): Authority {
  const own = newKey();
  const ofServer = newKey();
  // Two authorities of one name would be taken for one whose signature is damaged.
  const name = [{ name: "commonName", value: `Test CA ${serial}` }];
  const ca = certificate(own, name, name, aDay);
  ca.setExtensions([{ name: "basicConstraints", cA: true, critical: true }]);
  ca.sign(own.private, forge.md.sha256.create());
  return {
    pem: forge.pki.certificateToPem(ca),
    issue(names, validity = aDay) {
      const subject = [{ name: "commonName", value: names[0] ?? "" }];
      const cert = certificate(ofServer, subject, name, validity);
      const altNames = names.map((value) =>
        /^[\d.]+$/.test(value) ? { type: 7, ip: value } : { type: 2, value },
      );
      cert.setExtensions([
        { name: "subjectAltName", altNames },
        { name: "extKeyUsage", serverAuth: true, clientAuth: true },
      ]);
      cert.sign(own.private, forge.md.sha256.create());
      return { key: ofServer.pem, cert: forge.pki.certificateToPem(cert) };
    },
  };
}

/** Dates that are over. */
export const lastYear = {
  from: new Date(Date.now() - 400 * day),
  to: new Date(Date.now() - 30 * day),
};

interface Key {
  pem: string;
  private: forge.pki.rsa.PrivateKey;
  public: forge.pki.rsa.PublicKey;
}

function newKey(): Key {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = privateKey.export({ type: "pkcs1", format: "pem" }).toString();
  const spki = publicKey.export({ type: "spki", format: "pem" }).toString();
  return {
    pem,
    private: forge.pki.privateKeyFromPem(pem),
    public: forge.pki.publicKeyFromPem(spki),
  };
}

let serial = 1;

function certificate(
  key: Key,
  subject: forge.pki.CertificateField[],
  issuer: forge.pki.CertificateField[],
  { from, to }: { from: Date; to: Date },
): forge.pki.Certificate {
  const cert = forge.pki.createCertificate();
  cert.serialNumber = String(serial++).padStart(4, "0");
  cert.publicKey = key.public;
  cert.validity.notBefore = from;
  cert.validity.notAfter = to;
  cert.setSubject(subject);
  cert.setIssuer(issuer);
  return cert;
}
