import { Fault } from "../fault.ts";
import { openApplication, type Application, type ApplicationSettings } from "./application.ts";
import { scopeOf, type Resource } from "./clouds.ts";
import type { SignInSeams } from "./signInNetwork.ts";

export interface TokenSource {
  /**
   * An access token for the resource that remains valid for some minutes. `refused` requests a new
   * one after a 401, with the claims that it named.
   */
  get(refused?: { token: string; claims?: string | undefined }): Promise<string>;
}

export interface TokenSettings extends ApplicationSettings {
  resource: Resource;
}

/** A new access token. */
export interface Issued {
  token: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

/** A token is not used in its last two minutes: a page that is requested now may be answered then. */
const marginMs = 120_000;

/** Tokens of the application itself, by the client credentials grant. */
export function tokenSource(settings: TokenSettings, seams: SignInSeams): TokenSource {
  const { cloud, resource } = settings;
  let application: Promise<Application> | undefined;
  return keptTokens(seams, async (claims) => {
    application ??= openApplication(settings, seams);
    const { msal, faultOf, lifeMs } = await application;
    const requestedAt = seams.clock();
    try {
      const result = await msal.acquireTokenByClientCredential({
        scopes: [scopeOf(cloud, resource)],
        skipCache: true,
        ...(claims === undefined ? {} : { claims }),
      });
      return { token: tokenIn(result), expiresAt: requestedAt + lifeMs() };
    } catch (thrown) {
      throw faultOf(thrown, resource);
    }
  });
}

/** The access token of msal's result. */
export function tokenIn(result: { accessToken: string } | null): string {
  if (result?.accessToken) return result.accessToken;
  throw new Fault({
    kind: "unexpected",
    message: "The answer of the sign-in service has no token.",
  });
}

/** Keeps a token for as long as it is good, and gets one new token for all who need one at the same time. */
export function keptTokens(
  { clock, keepSecret }: Pick<SignInSeams, "clock" | "keepSecret">,
  newToken: (claims: string | undefined) => Promise<Issued>,
): TokenSource {
  let current: { token: string; goodUntil: number } | undefined;
  let pending: Promise<string> | undefined;
  const fetchNew = async (claims: string | undefined): Promise<string> => {
    const { token, expiresAt } = await newToken(claims);
    keepSecret(token);
    current = { token, goodUntil: expiresAt - marginMs };
    return token;
  };
  return {
    async get(refused) {
      // Several requests may be refused at the same time: they share one new token.
      if (current?.token === refused?.token) current = undefined;
      if (current && current.goodUntil > clock()) return current.token;
      pending ??= fetchNew(refused?.claims).finally(() => (pending = undefined));
      return await pending;
    },
  };
}

/** Tokens of a source that is loaded with the first one. */
export function lateTokens(load: () => Promise<TokenSource>): TokenSource {
  let source: Promise<TokenSource> | undefined;
  return { get: async (refused) => await (await (source ??= load())).get(refused) };
}
