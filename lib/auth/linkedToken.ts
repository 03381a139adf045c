/** Tokens of a linked account: the application acts for it, with the rights of both. */
import { Fault } from "../fault.ts";
import { openApplication, type Application } from "./application.ts";
import { resourceNames, scopeOf, type Resource } from "./clouds.ts";
import type { Link, LinkStore } from "./linkedAccount.ts";
import { linkEnded, linkStateOf } from "./linkErrors.ts";
import type { SignInSeams } from "./signInNetwork.ts";
import {
  keptTokens,
  tokenIn,
  type Issued,
  type NewToken,
  type Storing,
  type TokenSettings,
  type TokenSource,
} from "./token.ts";

/**
 * Tokens by the refresh tokens of the link, one for each resource. Entra ID answers each with another, and leaves the
 * one that was used as it is (documented): so many processes may use one at the same time. The new one is kept before
 * the access token is used.
 */
export function linkedTokenSource(
  settings: TokenSettings,
  store: () => Promise<LinkStore>,
  seams: SignInSeams,
  storing: Storing = (newToken) => newToken,
): TokenSource {
  const { resource } = settings;
  let application: Promise<Application> | undefined;
  const newToken: NewToken = async (refused) => {
    const claims = refused?.claims;
    const links = await store();
    application ??= openApplication(settings, seams);
    const redeem = redeemer(await application, settings, seams);
    const link = await linkFor(links, settings);
    const { refreshToken, scopes } = tokenOf(link, resource);
    const { issued, successor } = await redeem(refreshToken, claims).catch(
      async (thrown: unknown) => {
        const fault = Fault.of(thrown);
        const state = linkStateOf(fault);
        if (state === undefined) throw fault;
        // Another process, or a person, may have renewed the link meanwhile.
        const renewed = (await links.read())?.tokens[resource]?.refreshToken;
        if (renewed === undefined || renewed === refreshToken)
          throw linkEnded(state, link.account.userPrincipalName, fault);
        return await redeem(renewed, claims);
      },
    );
    if (successor !== undefined)
      await links.rotate(link.account, resource, {
        refreshToken: successor,
        receivedAt: seams.clock(),
        scopes,
      });
    return issued;
  };
  return keptTokens(seams, storing(newToken, seams));
}

/** Redeems a refresh token for an access token, and usually a new refresh token. */
export type Redeem = (
  refreshToken: string,
  claims?: string,
) => Promise<{ issued: Issued; successor: string | undefined }>;

export function redeemer(
  { msal, faultOf, lifeMs, refreshToken: successor }: Application,
  { cloud, resource }: Pick<TokenSettings, "cloud" | "resource">,
  { clock, keepSecret }: Pick<SignInSeams, "clock" | "keepSecret">,
): Redeem {
  return async (refreshToken, claims) => {
    keepSecret(refreshToken);
    const requestedAt = clock();
    try {
      const result = await msal.acquireTokenByRefreshToken({
        scopes: [scopeOf(cloud, resource)],
        refreshToken,
        ...(claims === undefined ? {} : { claims }),
      });
      const issued = { token: tokenIn(result), expiresAt: requestedAt + lifeMs() };
      return { issued, successor: successor() };
    } catch (thrown) {
      throw faultOf(thrown, resource);
    }
  };
}

async function linkFor(links: LinkStore, { clientId, tenantId }: TokenSettings): Promise<Link> {
  const link = await links.read();
  if (link) return link;
  throw Fault.invalid(
    `No account is linked with application ${clientId} (AppId) in tenant ${tenantId} (TenantID): link one with ` +
      "exo-connector link, on this server.",
  );
}

function tokenOf(link: Link, resource: Resource): NonNullable<Link["tokens"][Resource]> {
  const token = link.tokens[resource];
  if (token) return token;
  throw Fault.invalid(
    `The account ${link.account.userPrincipalName} was linked without ${resourceNames[resource]}: link it again with ` +
      "exo-connector link.",
  );
}
