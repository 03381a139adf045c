/** The sealed configuration of one more agent: the service knows the agent from now on. */
import { createHash, randomBytes, randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { openFrontFolder } from "../../lib/agent/front/folder.ts";
import { registryIn } from "../../lib/agent/front/registry.ts";
import type { RsaKey } from "../../lib/agent/rsaKey.ts";
import {
  audience,
  formatVersion,
  sealConfiguration,
  validSeconds,
} from "../../lib/agent/sealedConfiguration.ts";
import type { KnownAgent, SealedConfiguration } from "../../lib/generated/types.ts";
import type { StoreOwner } from "../../lib/store/storeOwner.ts";
import { writeNew } from "./keyFiles.ts";

export type Site = Pick<
  SealedConfiguration,
  "connectionId" | "connectionName" | "domains" | "useGlobalCatalog" | "globalCatalogPort"
>;

export interface Sealing {
  /** The state folder of the service. It is made when it does not exist. */
  folder: string;
  owner: StoreOwner;
  recipient: RsaKey;
  site: Site;
  url: string;
  /** PEM. */
  certificateAuthority: string | undefined;
  /** The new file. */
  file: string;
  now: number;
}

/** What people compare and hand over. Without the token. */
export interface Sealed {
  file: string;
  agentId: string;
  /** Of the site's RSA key. */
  sealedFor: string;
  /** Of the service's signing key. */
  serviceThumbprint: string;
  /** Milliseconds since 1970. */
  until: number;
}

export async function sealFor(sealing: Sealing): Promise<Sealed> {
  const { folder, owner, recipient, site, url, certificateAuthority, file, now } = sealing;
  const { signer, store } = await openFrontFolder(folder, owner, "make");
  const agentId = randomUUID();
  const enrolToken = randomBytes(32).toString("base64url");
  const iat = Math.floor(now / 1000);
  const exp = iat + validSeconds;
  const text = await sealConfiguration(
    {
      v: formatVersion,
      iss: signer.thumbprint,
      aud: audience,
      iat,
      exp,
      jti: randomUUID(),
      ...site,
      service: {
        url,
        agentId,
        enrolToken,
        ...(certificateAuthority !== undefined && { certificateAuthority }),
        signingKeys: [signer.publicKey],
      },
    },
    { recipient, signer },
  );
  writeNew(file, `${text}\n`, 0o600);
  const known: KnownAgent = {
    agentId,
    connectionId: site.connectionId,
    connectionName: site.connectionName,
    sealedFor: recipient.thumbprint,
    publicKey: recipient.key.export({ type: "spki", format: "pem" }).toString(),
    tokenDigest: createHash("sha256").update(enrolToken).digest("base64url"),
    tokenUntil: exp * 1000,
    since: now,
    keys: [],
  };
  try {
    await registryIn(store).add(known);
  } catch (thrown) {
    rmSync(file, { force: true });
    throw thrown;
  }
  return {
    file,
    agentId,
    sealedFor: recipient.thumbprint,
    serviceThumbprint: signer.thumbprint,
    until: exp * 1000,
  };
}
