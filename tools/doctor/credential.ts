/** The certificate or the secret of the application, as far as it can be judged without the sign-in service. */
import { createPrivateKey } from "node:crypto";
import { endsSoon, readCertificate, type CertificateSource } from "../../lib/auth/certificate.ts";
import { credentialOf } from "../../lib/connector.ts";
import { Fault } from "../../lib/fault.ts";
import type { Check } from "./check.ts";
import { fine, warning, wrong, type Verdict } from "./finding.ts";

const dayMs = 24 * 3_600_000;
/** The sign-in library does not sign with a shorter RSA key ("minimum key size of 2048 bits for PS256"). */
const leastBits = 2048;

export const credential: Check = {
  name: "credential",
  finds: ["credential"],
  async examine({ premises: { seams }, known, keepSecret }) {
    const configured = credentialOf(known.get("configuration"));
    // A clock that is wrong is a finding of its own.
    const now = (known.has("serviceTime") ? known.get("serviceTime") : undefined) ?? seams.clock();
    const verdict =
      "secret" in configured
        ? fine("A secret; the sign-in shows whether it is accepted.")
        : await ofCertificate({ ...configured, now: new Date(now) }, keepSecret);
    if (verdict.status !== "wrong") known.add({ credential: configured });
    return verdict;
  },
};

async function ofCertificate(
  source: CertificateSource,
  keepSecret: (secret: string) => void,
): Promise<Verdict> {
  try {
    const { privateKey, subject, notAfter } = await readCertificate(source);
    keepSecret(privateKey);
    const bits = createPrivateKey(privateKey).asymmetricKeyDetails?.modulusLength ?? 0;
    const what = `The certificate "${subject}" (RSA, ${bits} bits)`;
    if (bits < leastBits)
      return wrong(
        `${what} has a key that is too short; expected ${leastBits} bits or more.`,
        renew,
      );
    const valid = `${what} is valid until ${notAfter.toISOString().slice(0, 10)}`;
    if (!endsSoon(notAfter, source.now)) return fine(`${valid}.`);
    const days = Math.floor((notAfter.getTime() - source.now.getTime()) / dayMs);
    return warning(`${valid}: ${days} days are left.`, renew);
  } catch (thrown) {
    const { message } = Fault.of(thrown);
    return wrong(message, mendFor(message));
  }
}

const renew =
  "Create a new certificate (exo-connector certificate new), upload its public part to the app registration, and " +
  "enter its PFX as base64 in App certificate (AppCertificateBase64String).";

/** The sentences are those of `readCertificate`. */
function mendFor(message: string): string {
  if (/\bexpired on\b/.test(message)) return renew;
  if (message.includes("not valid before"))
    return "Wait until then, or use a certificate that is valid already.";
  if (/password/i.test(message))
    return (
      "Enter the password of the PFX in App certificate password (AppCertificatePassword); " +
      "without one, leave it empty."
    );
  return "Export the certificate with its private key as a PFX file, and enter the file as one line of base64.";
}
