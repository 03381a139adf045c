/** Keys that the tests of the agent share. They are made once in each worker, and are no one's. */
import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { privateKeyIn, publicKeyIn, type RsaKey } from "../../lib/agent/rsaKey.ts";
import type { SealedConfiguration } from "../../lib/generated/types.ts";

const passphrase = "correct horse battery staple";

export interface Pair {
  /** PEM. */
  publicPem: string;
  privatePem: string;
  publicKey: RsaKey;
  privateKey: RsaKey;
}

export async function newPair(bits = 2048): Promise<Pair> {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: bits });
  const publicPem = publicKey.export({ type: "spki", format: "pem" }).toString();
  const privatePem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  return {
    publicPem,
    privatePem,
    publicKey: await publicKeyIn(Buffer.from(publicPem), "agent.pub"),
    privateKey: await privateKeyIn(Buffer.from(privatePem), undefined, "agent.key"),
  };
}

export { passphrase };

export const hasOpenssl = ((): boolean => {
  try {
    execFileSync("openssl", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

export const token = "canary-token-canary-token-canary-token-cana";

/** A configuration that is sealed at `now`, in milliseconds, and valid for a week. */
export function configurationAt(
  now: number,
  more: Partial<SealedConfiguration> = {},
): SealedConfiguration {
  const iat = Math.floor(now / 1000);
  return {
    v: 1,
    iss: "A".repeat(43),
    aud: "exo-connector agent",
    iat,
    exp: iat + 7 * 86_400,
    jti: "a0000000-0000-4000-8000-000000000001",
    connectionId: "contoso-ad",
    connectionName: "Contoso",
    domains: [{ baseDn: "DC=contoso,DC=com", hosts: ["dc1.contoso.com", "10.0.0.5"], port: 636 }],
    useGlobalCatalog: false,
    globalCatalogPort: 3269,
    service: {
      url: "https://agents.contoso.com",
      agentId: "a9e47000-0000-4000-8000-000000000001",
      enrolToken: token,
      signingKeys: [{ kty: "OKP", crv: "Ed25519", x: "B".repeat(43) }],
    },
    ...more,
  };
}
