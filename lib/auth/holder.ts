/** What the credential of the application opens sealed values with. */
import { createHash, X509Certificate } from "node:crypto";
import type { Credential } from "./application.ts";
import { openCertificate } from "./certificate.ts";
import type { Holder } from "../store/seal.ts";

/** Works with an expired certificate as well. Throws an `invalid` fault for a PFX that cannot be opened. */
export async function holderOf(credential: Credential): Promise<Holder> {
  if ("secret" in credential) return ofSecret(credential.secret);
  const { key, certificate } = await openCertificate(credential);
  const material = key.export({ type: "pkcs8", format: "pem" }).toString();
  return { material, label: `certificate with the thumbprint ${thumbprintOf(certificate)}` };
}

/** As the app registration shows it. */
const thumbprintOf = ({ fingerprint }: X509Certificate): string => fingerprint.replaceAll(":", "");

/** Two secrets are told apart by a few digits of a hash, from which nobody finds a secret that Entra ID generated. */
function ofSecret(secret: string): Holder {
  const digits = createHash("sha256").update(`exo-connector ${secret}`).digest("hex").slice(0, 6);
  return { material: secret, label: `client secret (${digits})` };
}
