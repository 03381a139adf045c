/**
 * Checks a signed client assertion (a JWT) against the certificates registered on the application.
 */
import { constants, createHash, verify, X509Certificate } from "node:crypto";
import { LoginRefusal } from "./loginRefusal.ts";
import type { App } from "../state.ts";

/**
 * The ways to name the certificate: SHA-256 with PSS (documented), SHA-1 with PKCS #1 (older, inferred), and SHA-256
 * with PKCS #1, which HelloID's connector for Entra ID sends (observed).
 */
const forms = [
  {
    alg: "PS256",
    thumbprint: "x5t#S256",
    digest: "sha256",
    padding: constants.RSA_PKCS1_PSS_PADDING,
  },
  { alg: "RS256", thumbprint: "x5t", digest: "sha1", padding: constants.RSA_PKCS1_PADDING },
  { alg: "RS256", thumbprint: "x5t#S256", digest: "sha256", padding: constants.RSA_PKCS1_PADDING },
] as const;

/**
 * Clocks differ, and clients round to whole seconds: five minutes are tolerated (documented for
 * tokens, assumed for assertions).
 */
const skewMs = 5 * 60_000;

/**
 * `audience` is the token endpoint as the client must name it; `now` in milliseconds. Throws a
 * LoginRefusal, or returns.
 */
export function checkAssertion(assertion: string, app: App, audience: string, now: number): void {
  const [header, claims, signature] = parts(assertion);
  const form = forms.find(
    ({ alg, thumbprint }) => header["alg"] === alg && typeof header[thumbprint] === "string",
  );
  if (!form)
    throw malformed(
      "The header must name the certificate: alg PS256 with x5t#S256, or RS256 with x5t.",
    );
  const named = Buffer.from(String(header[form.thumbprint]), "base64url");
  const hex = named.toString("hex").toUpperCase();
  const certificate = app.certificates
    .map((pem) => new X509Certificate(pem))
    .find((one) => createHash(form.digest).update(one.raw).digest().equals(named));
  if (!certificate) {
    throw unsigned(
      "The certificate with identifier used to sign the client assertion is not registered on " +
        `application. [Reason - The key was not found., Thumbprint of key used by client: '${hex}', ` +
        "Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured " +
        `keys for app Id '${app.clientId}'.]`,
    );
  }
  const found = `Found key 'Start=${certificate.validFrom}, End=${certificate.validTo}'`;
  const content = assertion.slice(0, assertion.lastIndexOf("."));
  const key = {
    key: certificate.publicKey,
    padding: form.padding,
    ...(form.alg === "PS256" ? { saltLength: constants.RSA_PSS_SALTLEN_DIGEST } : {}),
  };
  if (!verify("sha256", Buffer.from(content), key, signature)) {
    throw unsigned(
      "Client assertion contains an invalid signature. [Reason - The provided signature value did " +
        `not match the expected signature value., Thumbprint of key used by client: '${hex}', ` +
        `${found}]`,
    );
  }
  if (Date.parse(certificate.validTo) <= now) {
    throw unsigned(
      "Client assertion contains an invalid signature. [Reason - The key used is expired., " +
        `Thumbprint of key used by client: '${hex}', ${found}]`,
    );
  }
  checkClaims(claims, app, audience, now);
}

function checkClaims(
  claims: Record<string, unknown>,
  app: App,
  audience: string,
  now: number,
): void {
  if (claims["iss"] !== app.clientId || claims["sub"] !== app.clientId) {
    throw new LoginRefusal(
      401,
      "invalid_client",
      700021,
      "Client assertion application identifier doesn't match 'client_id' parameter.",
    );
  }
  if (typeof claims["aud"] !== "string" || claims["aud"].toLowerCase() !== audience.toLowerCase()) {
    throw new LoginRefusal(
      401,
      "invalid_client",
      700023,
      "Client assertion audience claim does not match Realm issuer. Review the documentation at " +
        "https://learn.microsoft.com/entra/identity-platform/certificate-credentials .",
    );
  }
  // Assumed: the documentation asks for jti; whether the service refuses an assertion without it is
  // not known.
  if (typeof claims["jti"] !== "string" || claims["jti"] === "")
    throw malformed("The claim jti is missing.");
  const [from, until] = [claims["nbf"] ?? 0, claims["exp"]];
  if (typeof from !== "number" || typeof until !== "number")
    throw malformed("The claims nbf and exp must be numbers.");
  if (from * 1000 > now + skewMs || until * 1000 <= now - skewMs) {
    const time = (ms: number): string => new Date(ms).toISOString();
    throw new LoginRefusal(
      401,
      "invalid_client",
      700024,
      `Client assertion is not within its valid time range. Current time: ${time(now)}, assertion ` +
        `valid from ${time(from * 1000)}, expiry time of assertion ${time(until * 1000)}. Review the ` +
        "documentation at " +
        "https://learn.microsoft.com/entra/identity-platform/certificate-credentials .",
    );
  }
}

function parts(assertion: string): [Record<string, unknown>, Record<string, unknown>, Buffer] {
  const [header, claims, signature] = assertion.split(".");
  try {
    const read = (part: string | undefined): Record<string, unknown> =>
      JSON.parse(Buffer.from(part ?? "", "base64url").toString()) as Record<string, unknown>;
    return [read(header), read(claims), Buffer.from(signature ?? "", "base64url")];
  } catch {
    throw malformed("The assertion is not a JWT.");
  }
}

const unsigned = (text: string): LoginRefusal =>
  new LoginRefusal(401, "invalid_client", 700027, text);
/** The code is observed; the reasons are the emulator's own words. */
const malformed = (why: string): LoginRefusal =>
  new LoginRefusal(400, "invalid_request", 50027, `JWT token is invalid or malformed. ${why}`);
