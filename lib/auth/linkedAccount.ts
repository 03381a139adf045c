/** The account that a connection is linked to: whose rights it has, and the refresh tokens that prove it. */
import { Fault } from "../fault.ts";
import { isRecord } from "../record.ts";
import { allResources, type Resource } from "./clouds.ts";
import type { LinkPlace } from "./linkPlace.ts";
import type { Holder } from "../store/seal.ts";
import { sealedStore, type SealedStore } from "../store/sealedStore.ts";
import type { StoreOwner } from "../store/storeOwner.ts";

export interface Link {
  account: {
    /** Object ID. */
    id: string;
    userPrincipalName: string;
  };
  /** ISO 8601. */
  linkedAt: string;
  tokens: Partial<Record<Resource, LinkToken>>;
}

export interface LinkToken {
  /** Secret. */
  refreshToken: string;
  /** Milliseconds since 1970: of several, the one that was received last counts. */
  receivedAt: number;
  /** What was granted on the resource when it was linked. */
  scopes: readonly string[];
}

/** The link of an application in a tenant, on the disk. */
export interface LinkStore extends Omit<SealedStore, "read" | "update" | "replace"> {
  /** Undefined: there is none. */
  read(): Promise<Link | undefined>;
  /** Replaces the link, whatever it was. */
  write(link: Link): Promise<void>;
  /**
   * Keeps a refresh token that took the place of another one, unless a later one is kept already, the account was
   * linked anew, or the link was removed.
   */
  rotate(account: Link["account"], resource: Resource, token: LinkToken): Promise<void>;
}

export function linkStore(place: LinkPlace, holder: Holder, owner: StoreOwner): LinkStore {
  const [cloud, tenant, client] = [place.cloud, place.tenantId, place.clientId].map((part) =>
    part.toLowerCase(),
  );
  const store = sealedStore({
    folder: place.folder,
    name: `linked-account-${tenant}-${client}-${cloud}`,
    binding: `linked account/${cloud}/${tenant}/${client}`,
    holder,
    owner,
  });
  const read = async (): Promise<Link | undefined> => linkIn(await store.read());
  return {
    ...store,
    read,
    write: (link) => store.replace(link),
    async rotate(account, resource, token) {
      await store.update((current) => {
        const link = linkIn(current);
        const kept = link?.tokens[resource];
        if (link?.account.id !== account.id || !kept) return undefined;
        if (kept.receivedAt >= token.receivedAt) return undefined;
        return { ...link, tokens: { ...link.tokens, [resource]: token } };
      });
    },
  };
}

function linkIn(value: unknown): Link | undefined {
  if (value === undefined) return undefined;
  if (isLink(value)) return value;
  throw Fault.invalid(
    "The sealed link has no account or no refresh token: link the account again.",
  );
}

function isLink(value: unknown): value is Link {
  if (!isRecord(value) || !isRecord(value["account"]) || !isRecord(value["tokens"])) return false;
  const { account, tokens, linkedAt } = value;
  return (
    [account["id"], account["userPrincipalName"], linkedAt].every((text) => isText(text)) &&
    allResources.every((resource) => tokens[resource] === undefined || isToken(tokens[resource]))
  );
}

function isToken(value: unknown): value is LinkToken {
  return (
    isRecord(value) &&
    isText(value["refreshToken"]) &&
    typeof value["receivedAt"] === "number" &&
    Array.isArray(value["scopes"]) &&
    value["scopes"].every((scope) => typeof scope === "string")
  );
}

const isText = (value: unknown): boolean => typeof value === "string" && value !== "";
