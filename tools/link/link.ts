/** Links an account: from the sign-in of a person to a proven link on the disk, or to the reason why there is none. */
import { scopeOf, type Resource } from "../../lib/auth/clouds.ts";
import type { Link } from "../../lib/auth/linkedAccount.ts";
import { stateAfter, type LinkState } from "../../lib/auth/linkState.ts";
import { Fault } from "../../lib/fault.ts";
import type { LinkConnection } from "./connection.ts";
import { listen } from "./listener.ts";
import { applicationOf, notGranted, NotGranted, proven } from "./proof.ts";
import { qualifiedScopes, requestedScopes, type Scopes } from "./scopes.ts";
import { approvalPage, newSignIn, signInPage, type SignIn } from "./signIn.ts";
import type { StoreOwner } from "../../lib/store/storeOwner.ts";

export interface LinkWishes {
  resources: readonly Resource[];
  scopes: Scopes;
  owner: StoreOwner;
  /** Of this machine; 0: a free one. */
  port: number;
  /** How long a person may take, in milliseconds. */
  timeoutMs: number;
  /** Shows a person the sign-in page. */
  show(page: string): void;
}

/** The result. The link is on the disk only when it was granted. */
export type LinkResult =
  | { state: "granted"; link: Link }
  | {
      state: Exclude<LinkState, "granted">;
      reason: string;
      /** Scopes. */
      missing: readonly string[];
      /** The page on which an administrator can consent. */
      approvalPage: string;
    };

/** Throws a `Fault` for what is not about the link: the folder, the network, the application, the tenant. */
export async function linkAccount(
  connection: LinkConnection,
  wishes: LinkWishes,
): Promise<LinkResult> {
  const { settings, place, store } = connection;
  // Before anybody signs in: a folder that cannot be used is known at once.
  await wishes.owner.makeFolder(place.folder);
  await wishes.owner.checkFolder(place.folder);
  try {
    const link = await signedIn(connection, wishes);
    await store.write(link);
    return { state: "granted", link };
  } catch (thrown) {
    if (!(thrown instanceof NotGranted)) throw thrown;
    const scopes = qualifiedScopes(settings.cloud, wishes.scopes, wishes.resources);
    const { state, message: reason, missing } = thrown;
    return { state, reason, missing, approvalPage: approvalPage(settings, scopes) };
  }
}

async function signedIn(connection: LinkConnection, wishes: LinkWishes): Promise<Link> {
  const { settings, signInSeams } = connection;
  const { resources, scopes, port, timeoutMs, show } = wishes;
  const signIn = newSignIn();
  signInSeams.keepSecret(signIn.verifier);
  const listener = await listen(port, signIn.state);
  const { redirectUri } = listener;
  try {
    const asked = requestedScopes(settings.cloud, scopes, resources);
    show(signInPage(settings, signIn, { scopes: asked, redirectUri }));
    const code = codeIn(await listener.answer(timeoutMs), timeoutMs);
    signInSeams.keepSecret(code);
    return await redeemed(code, { signIn, redirectUri }, connection, wishes);
  } finally {
    await listener.close();
  }
}

/** The code of an answer; throws `NotGranted` for any other. */
function codeIn(answer: URLSearchParams | undefined, timeoutMs: number): string {
  if (answer === undefined)
    throw new NotGranted(
      "abandoned",
      `Nobody finished the sign-in within ${Math.round(timeoutMs / 1000)} seconds.`,
    );
  const code = answer.get("code");
  const error = answer.get("error");
  if (code !== null && code !== "" && error === null) return code;
  if (error === null)
    throw new NotGranted(
      "blocked",
      "The sign-in page returned without an answer: a policy blocks it.",
    );
  const text = answer.get("error_description") ?? "";
  const sentence = text.split(/\s+Trace ID:/)[0]?.slice(0, 1_000) ?? "";
  const state = stateAfter({ error, text });
  const reason = sentence === "" ? `The sign-in page returned ${error}.` : sentence;
  if (state === undefined || state === "granted") throw Fault.invalid(reason);
  throw new NotGranted(state, reason);
}

/** One refresh token for each resource, each proven. The one that came with the code is kept nowhere. */
async function redeemed(
  code: string,
  { signIn, redirectUri }: { signIn: SignIn; redirectUri: string },
  connection: LinkConnection,
  { resources, scopes }: LinkWishes,
): Promise<Link> {
  const { settings, signInSeams } = connection;
  const application = await applicationOf(connection);
  const [first = "graph"] = resources;
  const result = await application.msal
    .acquireTokenByCode(
      {
        code,
        scopes: [scopeOf(settings.cloud, first)],
        redirectUri,
        codeVerifier: signIn.verifier,
        nonce: signIn.nonce,
      },
      { code, nonce: signIn.nonce },
    )
    .catch((thrown: unknown) => notGranted(application.faultOf(thrown, first)));
  const { nonce } = result.idTokenClaims as { nonce?: unknown };
  if (nonce !== signIn.nonce)
    throw Fault.invalid(
      "The token of the sign-in belongs to another sign-in: its nonce is not the one sent.",
    );
  const shared = application.refreshToken();
  if (shared === undefined)
    throw Fault.invalid(
      "The sign-in service returned no refresh token: offline_access is not granted.",
    );
  const tokens: Link["tokens"] = {};
  let account: Link["account"] | undefined;
  for (const resource of resources) {
    const proof = await proven(shared, resource, scopes[resource], application, connection);
    account ??= proof.account;
    if (account.id !== proof.account.id)
      throw Fault.invalid("The tokens of the sign-in are of different accounts.");
    tokens[resource] = proof.token;
  }
  if (account === undefined) throw Fault.invalid("No resource was asked for.");
  return { account, linkedAt: new Date(signInSeams.clock()).toISOString(), tokens };
}
