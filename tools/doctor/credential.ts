/** The certificate or the secret of the application, as far as it can be judged without the sign-in service. */
import { createPrivateKey } from "node:crypto";
import { readCertificate } from "../../lib/auth/certificate.ts";
import { credentialOf } from "../../lib/connector.ts";
import { Fault } from "../../lib/fault.ts";
import type { Check } from "./check.ts";
import { fine, unknown, warning, wrong, type Verdict } from "./finding.ts";

const dayMs = 24 * 3_600_000;
const warningDays = 30;
/** Shorter RSA keys are no longer considered safe (NIST SP 800-131A). */
const leastBits = 2048;

export const credential: Check = {
  name: "credential",
  finds: ["credential"],
  async examine({ premises: { seams }, known, keepSecret }) {
    const configured = credentialOf(known.get("configuration"));
    if ("secret" in configured) {
      known.add({ credential: configured });
      return fine("A secret; the sign-in shows whether it is accepted.");
    }
    // A clock that is wrong is a finding of its own.
    const time = (known.has("serviceTime") ? known.get("serviceTime") : undefined) ?? seams.clock();
    try {
      const { privateKey, subject, notAfter } = await readCertificate({
        ...configured,
        now: new Date(time),
      });
      keepSecret(privateKey);
      known.add({ credential: configured });
      const bits = createPrivateKey(privateKey).asymmetricKeyDetails?.modulusLength ?? 0;
      return ofCertificate({
        subject,
        bits,
        days: Math.floor((notAfter.getTime() - time) / dayMs),
        notAfter,
      });
    } catch (thrown) {
      const { kind, message } = Fault.of(thrown);
      return kind === "invalid" ? wrong(message, mendFor(message)) : unknown(message);
    }
  },
};

function ofCertificate({
  subject,
  bits,
  days,
  notAfter,
}: {
  subject: string;
  bits: number;
  days: number;
  notAfter: Date;
}): Verdict {
  const what = `The certificate "${subject}" (RSA, ${bits} bits) is valid until ${notAfter.toISOString().slice(0, 10)}`;
  if (days <= warningDays) return warning(`${what}: ${days} days are left.`, renew);
  if (bits < leastBits)
    return warning(`${what}, and its key is short; expected ${leastBits} bits or more.`, renew);
  return fine(`${what}.`);
}

const renew =
  "Create a new certificate, upload its public part to the app registration, and enter its PFX as base64 in App " +
  "certificate (AppCertificateBase64String).";

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
