/** Which scopes a linked account is asked for, by resource. */
import type { Cloud, Resource } from "../../lib/auth/clouds.ts";

export type Scopes = Readonly<Record<Resource, readonly string[]>>;

export const scopeSets = {
  /**
   * Those that provisioning products document: one set for everything that a connection may ever do. They leave out
   * licences, which none of the three lists (documented of `GET /subscribedSkus`).
   */
  full: {
    graph: [
      ...["User.ReadWrite.All", "Group.ReadWrite.All", "Directory.AccessAsUser.All"],
      "LicenseAssignment.ReadWrite.All",
    ],
    exchange: ["Exchange.Manage"],
  },
  /** The least for accounts, members of groups and licences. Owners of groups and new groups need the full set. */
  least: {
    graph: [
      ...["User.ReadWrite.All", "User.EnableDisableAccount.All"],
      ...["GroupMember.ReadWrite.All", "GroupMember.Read.All", "LicenseAssignment.ReadWrite.All"],
    ],
    exchange: ["Exchange.Manage"],
  },
} as const satisfies Record<string, Scopes>;

/** Scopes of Graph that are asked for only when someone names them: no set includes authentication methods. */
export const moreScopes = [
  ...["UserAuthMethod-Phone.ReadWrite.All", "UserAuthMethod-Email.ReadWrite.All"],
  "UserAuthMethod-TAP.ReadWrite.All",
] as const;

export type ScopeSet = keyof typeof scopeSets;

/** What MSAL adds to every request: who signs in, and a refresh token. */
const openId = ["openid", "profile", "offline_access"];

/** The scopes of one sign-in, which may be of several resources (documented). */
export function requestedScopes(
  cloud: Cloud,
  scopes: Scopes,
  resources: readonly Resource[],
): string[] {
  return [...openId, ...qualifiedScopes(cloud, scopes, resources)];
}

/** The same without those of OpenID, as an administrator consents to them. */
export function qualifiedScopes(
  cloud: Cloud,
  scopes: Scopes,
  resources: readonly Resource[],
): string[] {
  return resources.flatMap((resource) =>
    scopes[resource].map((scope) => `https://${cloud[resource]}/${scope}`),
  );
}
