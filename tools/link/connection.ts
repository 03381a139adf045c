/** What linking works with: the application of a configuration, the network, and the place of the link. */
import { randomUUID } from "node:crypto";
import type { ApplicationSettings } from "../../lib/auth/application.ts";
import { clouds } from "../../lib/auth/clouds.ts";
import { holderOf } from "../../lib/auth/holder.ts";
import { linkStore, type LinkStore } from "../../lib/auth/linkedAccount.ts";
import type { LinkPlace } from "../../lib/auth/linkPlace.ts";
import type { SignInSeams } from "../../lib/auth/signInNetwork.ts";
import type { StoreOwner } from "../../lib/store/storeOwner.ts";
import type { TokenSource } from "../../lib/auth/token.ts";
import {
  credentialOf,
  emulatorUrls,
  linkPlaceOf,
  uncheckedTlsFault,
  type ConnectorSeams,
} from "../../lib/connector.ts";
import { exchangeOnline, type Exchange } from "../../lib/exchange/client/exchange.ts";
import { Fault } from "../../lib/fault.ts";
import { microsoftGraph, type Graph } from "../../lib/graph/client/graph.ts";
import type { Configuration } from "../../lib/generated/types.ts";
import { proxyFrom } from "../../lib/net/proxy.ts";

/** A configuration and its surroundings. */
export interface Premises {
  configuration: Configuration;
  env: Readonly<Record<string, string | undefined>>;
  seams: ConnectorSeams;
  /** The account whose events use the link. */
  owner: StoreOwner;
  /** Called with everything that must never be written. */
  keepSecret(secret: string): void;
}

export interface LinkConnection {
  settings: ApplicationSettings;
  signInSeams: SignInSeams;
  place: LinkPlace;
  store: LinkStore;
  graph(token: string): Graph;
  exchange(token: string): Exchange;
  close(): void;
}

/** Milliseconds for everything but the time that a person takes. */
const patienceMs = 120_000;

/** Opens it. Nothing is sent yet. Throws an `invalid` fault for surroundings that cannot be used. */
export async function openConnection(premises: Premises): Promise<LinkConnection> {
  const { configuration, env, seams, owner, keepSecret } = premises;
  const { faults, loginUrl, exchangeUrl, graphUrl } = emulatorUrls(env);
  const { proxy, secrets, fault } = proxyFrom(env);
  secrets.forEach(keepSecret);
  const [problem] = [...faults, uncheckedTlsFault(env), fault].filter((one) => one !== undefined);
  if (problem !== undefined) throw Fault.invalid(problem);
  const place = linkPlaceOf(configuration, env);
  const credential = credentialOf(configuration);
  const cloud = clouds[place.cloud];
  const { tenantId, clientId } = place;
  const store = linkStore(place, await holderOf(credential), owner);
  const { send: transport, close } = seams.transport(proxy);
  const pace = {
    signal: new AbortController().signal,
    remaining: () => patienceMs,
    sleep: seams.sleep,
    random: seams.random,
    stats: { requests: 0, retries: 0, waitedMs: 0 },
  };
  const { clock } = seams;
  const clientSeams = (token: string) => ({
    transport,
    pace,
    clock,
    newId: randomUUID,
    token: justThis(token),
  });
  return {
    settings: { tenantId, clientId, credential, cloud, loginUrl },
    signInSeams: { transport, pace, clock, keepSecret },
    place,
    store,
    graph: (token) => microsoftGraph({ cloud, graphUrl }, clientSeams(token)),
    exchange: (token) => exchangeOnline({ tenantId, cloud, exchangeUrl }, clientSeams(token)),
    close,
  };
}

/** A token that was issued a moment ago: a proof must not get another one. */
const justThis = (token: string): TokenSource => ({ get: () => Promise.resolve(token) });
