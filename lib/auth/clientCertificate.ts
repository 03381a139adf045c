/** Loaded only to sign in with a certificate. */
import { endsSoon, readCertificate } from "./certificate.ts";
import { FIELD } from "./pkcs12.ts";
import type { SignInSeams } from "./signInNetwork.ts";

/** The certificate as msal-node takes it. From 30 days before its end it is warned of. */
export async function clientCertificateOf(
  credential: { pfxBase64: string; password: string },
  { clock, warn }: Pick<SignInSeams, "clock" | "warn">,
): Promise<{ thumbprintSha256: string; privateKey: string }> {
  const now = new Date(clock());
  const { subject, notAfter, ...proof } = await readCertificate({ ...credential, now });
  if (endsSoon(notAfter, now))
    warn?.(
      `The certificate "${subject}" in ${FIELD} expires on ${notAfter.toISOString().slice(0, 10)}. ` +
        "Renew it before then (exo-connector certificate new).",
    );
  return proof;
}
