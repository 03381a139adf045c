/** What has become of a link: a fresh token for each resource. */
import type { Resource } from "../../lib/auth/clouds.ts";
import type { Link } from "../../lib/auth/linkedAccount.ts";
import type { LinkState } from "../../lib/auth/linkState.ts";
import { allResources } from "../../lib/auth/clouds.ts";
import type { LinkConnection } from "./connection.ts";
import { applicationOf, NotGranted, proven } from "./proof.ts";

export interface LinkStatus {
  account: Link["account"];
  linkedAt: string;
  /** What the credentials that open it are called. */
  holders: readonly string[];
  resources: readonly ResourceStatus[];
}

export interface ResourceStatus {
  resource: Resource;
  state: LinkState;
  /** Those that the token has now, or the reason why there is none. */
  details: string;
}

/** Undefined: there is no link. Throws a `Fault` for what is not about the link. */
export async function statusOf(connection: LinkConnection): Promise<LinkStatus | undefined> {
  const { store } = connection;
  const link = await store.read();
  if (link === undefined) return undefined;
  const { account, linkedAt } = link;
  const application = await applicationOf(connection);
  const resources: ResourceStatus[] = [];
  for (const resource of allResources) {
    const token = link.tokens[resource];
    if (token === undefined) continue;
    try {
      const proof = await proven(
        token.refreshToken,
        resource,
        token.scopes,
        application,
        connection,
      );
      await store.rotate(account, resource, proof.token);
      resources.push({ resource, state: "granted", details: proof.token.scopes.join(", ") });
    } catch (thrown) {
      if (!(thrown instanceof NotGranted)) throw thrown;
      resources.push({ resource, state: thrown.state, details: thrown.message });
    }
  }
  return { account, linkedAt, holders: await store.holders(), resources };
}
