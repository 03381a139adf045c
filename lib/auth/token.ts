import { Fault } from "../fault.ts";
import { openApplication, type Application, type ApplicationSettings } from "./application.ts";
import { scopeOf, type Resource } from "./clouds.ts";
import type { SignInSeams } from "./signInNetwork.ts";

export interface TokenSource {
  /** An access token for the resource that remains valid for some minutes. `refused` requests a new one after a 401. */
  get(refused?: Refused): Promise<string>;
}

/** A token that the service answered with a 401, and the claims that it named. */
export interface Refused {
  token: string;
  claims?: string | undefined;
}

/** Issues a token that is not the refused one. */
export type NewToken = (refused?: Refused) => Promise<Issued>;

/** Puts a store of tokens between a source and the sign-in. */
export type Storing = (newToken: NewToken, seams: SignInSeams) => NewToken;

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
export function tokenSource(
  settings: TokenSettings,
  seams: SignInSeams,
  storing: Storing = (newToken) => newToken,
): TokenSource {
  const { cloud, resource } = settings;
  let application: Promise<Application> | undefined;
  const newToken: NewToken = async (refused) => {
    application ??= openApplication(settings, seams);
    const { msal, faultOf, lifeMs } = await application;
    const requestedAt = seams.clock();
    try {
      const result = await msal.acquireTokenByClientCredential({
        scopes: [scopeOf(cloud, resource)],
        skipCache: true,
        ...(refused?.claims === undefined ? {} : { claims: refused.claims }),
      });
      return { token: tokenIn(result), expiresAt: requestedAt + lifeMs() };
    } catch (thrown) {
      throw faultOf(thrown, resource);
    }
  };
  return keptTokens(seams, storing(newToken, seams));
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
  newToken: NewToken,
): TokenSource {
  let current: { token: string; goodUntil: number } | undefined;
  let pending: Promise<string> | undefined;
  const fetchNew = async (refused: Refused | undefined): Promise<string> => {
    const { token, expiresAt } = await newToken(refused);
    keepSecret(token);
    current = { token, goodUntil: expiresAt - marginMs };
    return token;
  };
  return {
    async get(refused) {
      // Several requests may be refused at the same time: they share one new token.
      if (current?.token === refused?.token) current = undefined;
      if (current && current.goodUntil > clock()) return current.token;
      pending ??= fetchNew(refused).finally(() => (pending = undefined));
      return await pending;
    },
  };
}

/** A function that is loaded with its first call. */
export function late<Value, Result>(
  load: () => Promise<(value: Value) => Promise<Result>>,
): (value: Value) => Promise<Result> {
  let loaded: ReturnType<typeof load> | undefined;
  return async (value) => await (await (loaded ??= load()))(value);
}
